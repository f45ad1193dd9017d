/* Reads the earlier backend's database into the stage: PostgreSQL, by libpq, in one read-only
 * transaction, so that all tables are of one instant; row by row, so that memory does not grow with
 * them. Which columns there are, and of which types, is asked of the database. Blocking. */
#ifndef STORE_TAKEOVER_SOURCE_H
#define STORE_TAKEOVER_SOURCE_H

#include "actors/store/takeover_stage.h"

/* What was found of a column. */
enum takeover_presence {
    TAKEOVER_MISSING, /* there is no such column, or no such table */
    TAKEOVER_STRANGE, /* it is of a type that we don't read */
    TAKEOVER_READ
};

struct takeover_source {
    char where[256]; /* "PostgreSQL 15.3 at db.example, database duels": no user, no password */
    bool tables[TAKEOVER_TABLES]; /* is it there */
    enum takeover_presence columns[TAKEOVER_TABLES]
                                  [TAKEOVER_COLUMNS_MAX]; /* each column of takeover.def */
};

/* Called now and then while it goes on. */
typedef void takeover_tick(void *user, const char *table, int64_t rows);

/* False: the error says why and what to do; no password is in it. */
bool takeover_source_read(struct takeover_source *self, const char *url,
                          struct takeover_stage *stage, takeover_tick *tick, void *user,
                          struct store_error *error);

#endif
