/* What the store needs of a database: eight operations. A driver is one file; all of them pass
 * tests/contracts/store_contract.c. Blocking; a connection belongs to one thread.
 *
 *   begin · (savepoint · run … · savepoint_end) … · end
 *
 * A transaction holds many commits, a savepoint one of them: savepoint_end without keeping undoes
 * that commit and leaves the others. After an operation that failed, only end without keeping. */
#ifndef STORE_DRIVER_H
#define STORE_DRIVER_H

#include <stdarg.h>
#include <stdio.h>

#include "actors/store/rows.h"
#include "actors/store/statement.h"

/* Why something failed, for the operator: never a value, never SQL. */
struct store_error {
    char text[512]; /* a sentence without a full stop */
};

/* Fills the error; always false, so that a failure is one line: return store_error_set (…). */
__attribute__((format(printf, 2, 3))) static inline bool store_error_set(struct store_error *self,
                                                                         const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(self->text, sizeof self->text, format, arguments);
    va_end(arguments);
    return false;
}

enum store_ran {
    STORE_RAN,       /* done */
    STORE_TOO_LARGE, /* its result is more than an answer may hold; the connection is sound */
    STORE_BROKEN,    /* an error that nobody expects */
};

struct store_connection; /* the driver's own */

struct store_driver {
    const char *scheme; /* of its URLs: "sqlite" */
    /* Opens what stands behind the scheme and the colon; NULL when it can't be. Relative file names
     * are relative to `folder`. */
    struct store_connection *(*open)(const char *location, const char *folder,
                                     struct store_error *error);
    /* Brings the schema to what this program knows, in one transaction. False: nothing changed. */
    bool (*migrate)(struct store_connection *self, struct store_error *error);
    /* A transaction; without `write` it only reads. */
    bool (*begin)(struct store_connection *self, bool write, struct store_error *error);
    /* Keeps it, durable when this returns true, or leaves no trace of it. */
    bool (*end)(struct store_connection *self, bool keep, struct store_error *error);
    bool (*savepoint)(struct store_connection *self, struct store_error *error);
    bool (*savepoint_end)(struct store_connection *self, bool keep, struct store_error *error);
    /* Runs a statement with as many parameters as it has, into the result that `rows` is at. */
    enum store_ran (*run)(struct store_connection *self, const struct statement *statement,
                          const struct value_list *params, struct rec_store_result *result,
                          struct rows *rows, struct store_error *error);
    void (*close)(struct store_connection **self_p);
};

extern const struct store_driver store_driver_sqlite;

#endif
