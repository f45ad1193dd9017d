/* The schema in a PostgreSQL database: brought up to date, or only looked at. Blocking; on a
 * connection that is not in pipeline mode. */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include <stdint.h>

#include <libpq-fe.h>

#include "actors/store/error.h"

/* Applies what is missing, in one transaction, one process at a time. A schema that is complete is
 * only read, so that the role needs no right to change it. False: nothing changed. */
bool schema_migrate(PGconn *connection, struct store_error *error);
/* Would schema_migrate do it, and may the role do what the store does? Changes nothing. When
 * it would, the error's text says what is there. */
bool schema_probe(PGconn *connection, struct store_error *error);
/* The table's next id is above this one. */
bool schema_ids_above(PGconn *connection, const char *table, int64_t id, struct store_error *error);

#endif
