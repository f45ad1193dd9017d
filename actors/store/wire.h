/* Values as they go to a PostgreSQL server and as they come back. Pure. */
#ifndef STORE_WIRE_H
#define STORE_WIRE_H

#include <libpq-fe.h>

#include "actors/store/driver.h"

/* A statement's parameters as libpq takes them. */
struct wire_params {
    const char *values[STATEMENT_PARAMS_MAX]; /* in the arena; NULL: NULL */
    int lengths[STATEMENT_PARAMS_MAX];        /* of those in binary */
    int formats[STATEMENT_PARAMS_MAX];        /* 1: binary */
};

/* Numbers and texts as text, so that the server converts or refuses them as SQLite would. */
void wire_params_take(struct wire_params *self, const struct value_list *list, struct arena *arena);

/* The result of a statement, asked for in binary, into what an answer holds. */
enum store_ran wire_result_take(const PGresult *from, const struct statement *statement,
                                struct rec_store_result *to, struct rows *rows,
                                struct store_error *error);

#endif
