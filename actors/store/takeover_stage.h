/* Where a database that is taken over is sorted: SQLite in a nameless file in the data folder, gone
 * with the process however that ends. What was found goes in as text, the scripts of sql/takeover
 * do the rest. Memory is bounded by SQLite's cache, the file grows with what was found. Blocking;
 * one thread. */
#ifndef STORE_TAKEOVER_STAGE_H
#define STORE_TAKEOVER_STAGE_H

#include <sqlite3.h>

#include "actors/store/driver.h"

/* The tables of takeover.def. */
enum takeover_table {
#define TABLE(name, what) TAKEOVER_##name,
#define COLUMN(name, kind, limit, others)
#define END_TABLE
#include "actors/store/takeover.def"
#undef TABLE
#undef COLUMN
#undef END_TABLE
    TAKEOVER_TABLES
};
#define TAKEOVER_COLUMNS_MAX 12

enum takeover_kind { TAKEOVER_INT, TAKEOVER_MS, TAKEOVER_FLAG, TAKEOVER_TEXT, TAKEOVER_BYTES };

struct takeover_column {
    const char *name;        /* as in found_… */
    enum takeover_kind kind; /* how it is read */
    long limit;              /* of a text, in characters */
    const char *others;      /* further names that it may have there, by blanks */
};

struct takeover_shape {
    const char *name;                      /* of the table, there */
    const struct takeover_column *columns; /* `count` of them */
    size_t count;                          /* how many, at most TAKEOVER_COLUMNS_MAX */
};

extern const struct takeover_shape takeover_shapes[TAKEOVER_TABLES];

struct takeover_stage {
    sqlite3 *database;              /* owned */
    sqlite3_stmt *add;              /* owned: of the table that is being filled; or NULL */
    int64_t found[TAKEOVER_TABLES]; /* rows of each */
    int64_t unreadable[TAKEOVER_TABLES]
                      [TAKEOVER_COLUMNS_MAX]; /* values that were none of their kind */
};

/* NULL: the error says why. */
struct takeover_stage *takeover_stage_new(const char *folder, struct store_error *error);
/* Takes NULL and a pointer to NULL. */
void takeover_stage_destroy(struct takeover_stage **self_p);

/* Rows of one table: begin, add …, end. A text without an address is NULL; columns as in the shape.
 */
bool takeover_stage_begin(struct takeover_stage *self, enum takeover_table table,
                          struct store_error *error);
bool takeover_stage_add(struct takeover_stage *self, enum takeover_table table,
                        const struct slice *texts, struct store_error *error);
bool takeover_stage_end(struct takeover_stage *self, struct store_error *error);

/* Runs 0001_sort and 0002_outgoing, and hashes the tests between them. */
bool takeover_stage_sort(struct takeover_stage *self, struct store_error *error);
/* Runs 0003_compare, when `there` has been filled. */
bool takeover_stage_compare(struct takeover_stage *self, struct store_error *error);

/* A statement on it; the caller finalizes it. NULL: the error says why. */
sqlite3_stmt *takeover_stage_prepare(struct takeover_stage *self, const char *sql,
                                     struct store_error *error);
/* Fills the error from what SQLite says; always false. */
bool takeover_stage_failed(struct takeover_stage *self, struct store_error *error);

#endif
