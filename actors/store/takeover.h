/* `codecomp migrate --from`: takes over a database of the earlier backend, ids kept.
 *
 * Reads it all (takeover_source), sorts it (sql/takeover), compares it with what the database that
 * takes over holds (takeover_copy), says what it will do, and does it when told to. Run again, it
 * finds what is there, leaves it as it is, and copies what is not: so a run that was cut short is
 * finished by the next one. Each row that is left out, mended or kept is in a file; on the screen
 * are their numbers. The earlier backend's database is only read. Blocking; one thread. */
#ifndef STORE_TAKEOVER_H
#define STORE_TAKEOVER_H

#include "actors/store/database.h"

struct takeover {
    const char *from;          /* URL of the earlier backend's database */
    struct database *database; /* that takes over: borrowed, open and migrated */
    const char *folder;        /* has room for a copy of all that is read; nothing is left in it */
    const char *report; /* file that tells of every row that is not taken as it is; replaced */
    bool apply;         /* do it; else only say what would be done */
    int64_t now_ms;     /* wall time */
    bool progress;      /* show on standard error how far it is */
};

/* Prints the plan and what was done on standard output. False: the error says why not. */
bool takeover_run(const struct takeover *self, struct store_error *error);

#endif
