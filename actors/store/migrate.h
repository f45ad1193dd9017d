/* The schema's numbered SQL files, embedded in the program when it is built, and which of them a
 * database still needs. Pure; the driver applies them. */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include <stddef.h>
#include <stdint.h>

#include "actors/store/error.h"

#define MIGRATION_HASH_LENGTH 64
#define MIGRATIONS_MAX 1000

struct migration {
    int64_t number;     /* 1, 2, … without gaps */
    const char *name;   /* of the file: "0001_base" */
    const char *sql;    /* its text */
    const char *sha256; /* of the text, MIGRATION_HASH_LENGTH hexadecimal digits */
};

struct migration_list {
    const struct migration *items; /* in order */
    size_t count;                  /* how many */
};

/* sql/sqlite and sql/postgres, as they were when the program was built. */
extern const struct migration_list migrations_sqlite, migrations_postgres;

/* What a database says of a migration that was applied to it. */
struct migration_mark {
    int64_t number;                         /* as it stands there */
    char sha256[MIGRATION_HASH_LENGTH + 1]; /* of the text that was applied */
};

/* Compares what was applied, in order, with what is known: known->items[count …] are to be applied.
 * False when the database is newer than the program, or was made with other texts. */
bool migrate_plan(const struct migration_list *known, const struct migration_mark *applied,
                  size_t count, struct store_error *error);

#endif
