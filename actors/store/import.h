/* Problem packages into the database: each in one transaction, its tests read one at a time, what
 * is there already left alone. A running server may use the database meanwhile. Problems are never
 * deleted, since contests hold them: they retire, and come back when they are imported again. */
#ifndef STORE_IMPORT_H
#define STORE_IMPORT_H

#include "actors/store/database.h"
#include "actors/store/package_error.h"

enum import_outcome {
    IMPORT_ADDED,     /* a new problem */
    IMPORT_CHANGED,   /* known, with other content before, or retired */
    IMPORT_UNCHANGED, /* nothing was written */
    IMPORT_REFUSED,   /* the package or the database is at fault; nothing was written */
    IMPORT_OUTCOMES
};

struct package;

/* What the caller does while it goes on. All may be NULL. */
struct import_report {
    void *user; /* passed on */
    /* A package is sound, and not what the database has: shall it go in? False: no, and the error
     * says why. */
    bool (*look)(void *user, const char *dir, const struct package *package,
                 struct package_error *error);
    /* A test was written: `done` of `total`. */
    void (*test)(void *user, const char *dir, size_t done, size_t total);
    /* A package is done; the error is that of IMPORT_REFUSED, else NULL. */
    void (*package)(void *user, const char *dir, enum import_outcome outcome,
                    const struct package_error *error);
};

struct import_summary {
    size_t packages[IMPORT_OUTCOMES]; /* how many of each; 0 at first, import_folder adds */
};

/* Imports the package in the folder or archive `dir`, or, when it is none, each package or archive
 * in it, by name. A
 * package that is refused does not keep the others out. Blocking. True when all went in. */
bool import_folder(struct database *database, const char *dir, int64_t now_ms,
                   const struct import_report *report, struct import_summary *summary);

/* Takes a problem out of future draws. False: there is none of that name to retire, or the database
 * is at fault; the error says which. */
bool import_retire(struct database *database, struct slice slug, int64_t now_ms,
                   struct package_error *error);

/* Puts one that retired back into them. */
bool import_restore(struct database *database, struct slice slug, int64_t now_ms,
                    struct package_error *error);

#endif
