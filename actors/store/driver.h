/* What the store needs of a database. A driver is one file and what it is made of; all of them pass
 * tests/contracts/store_contract.c. A connection belongs to one thread.
 *
 * Two ways to use a connection, one at a time. Batches never wait for a server:
 *
 *   watch · (start · step … until the batch is over) …
 *
 * A transaction of one's own waits; `codecomp import` writes what is too much for a message so:
 *
 *   begin · run … · end
 *
 * How a batch is run is the driver's own, but it is one transaction (when all of it only reads,
 * with one view of the database), durable before it is over, in order, and each commit whole: one
 * that is refused, fails or gives too large an answer leaves no trace. A driver tries once, on the
 * assumption that nothing goes wrong; when it does it rolls back and says who is to blame
 * (batch_spoilt, …). Whoever gave the batch has those that wait run again. */
#ifndef STORE_DRIVER_H
#define STORE_DRIVER_H

#include "actors/store/batch.h"
#include "actors/store/error.h"

enum store_ran {
    STORE_RAN,       /* done */
    STORE_TOO_LARGE, /* its result is more than an answer may hold; the connection is sound */
    STORE_BROKEN,    /* an error that nobody expects */
};

enum store_state {
    STORE_IDLE, /* takes a batch */
    STORE_BUSY, /* with a batch, or with itself */
    STORE_AWAY, /* not connected; goes on by itself. Keeps a batch only in doubt: its transaction
                 * may have been made durable, and will be known when there is a connection again */
};

struct store_connection; /* the driver's own */

struct store_driver {
    const char *const *schemes; /* of its URLs, ended by NULL: "sqlite" */
    unsigned writers, readers;  /* connections that the store opens: for commits (each has its share
                                 * of the partitions), and beside them for what only reads */
    /* Opens what the URL names, waiting; NULL when it can't be. Relative file names are relative to
     * `folder`. */
    struct store_connection *(*open)(const char *url, const char *folder,
                                     struct store_error *error);
    void (*close)(struct store_connection **self_p);
    /* Brings the schema to what this program knows, in one transaction. False: nothing changed. */
    bool (*migrate)(struct store_connection *self, struct store_error *error);
    /* Would `open` and `migrate` be done? Changes nothing. When they would, the error's text says
     * what is there: "PostgreSQL 15.3 at …". */
    bool (*probe)(const char *url, const char *folder, struct store_error *error);

    /* Its descriptors belong into this epoll set, with this number as their data. Or NULL. */
    void (*watch)(struct store_connection *self, int epoll, uint32_t number);
    /* Begins to run a batch, borrowed until it is over. Only when idle. */
    void (*start)(struct store_connection *self, struct batch *batch);
    /* Goes on as far as it can. *due_ms: when it wants to be called again even if no descriptor
     * says so; I64_NONE: not. */
    enum store_state (*step)(struct store_connection *self, int64_t *due_ms);

    /* A transaction; without `write` it only reads. */
    bool (*begin)(struct store_connection *self, bool write, struct store_error *error);
    /* Runs a statement with as many parameters as it has, into the result that `rows` is at. */
    enum store_ran (*run)(struct store_connection *self, const struct statement *statement,
                          const struct value_list *params, struct rec_store_result *result,
                          struct rows *rows, struct store_error *error);
    /* Keeps it, durable when this returns true, or leaves no trace of it. */
    bool (*end)(struct store_connection *self, bool keep, struct store_error *error);
    /* Ids that it gives out for this table from now on are above `id`; for rows that were put in
     * with ids of their own. Within a transaction, which may or may not undo it. */
    bool (*ids_above)(struct store_connection *self, const char *table, int64_t id,
                      struct store_error *error);
};

extern const struct store_driver store_driver_sqlite, store_driver_postgres;

#endif
