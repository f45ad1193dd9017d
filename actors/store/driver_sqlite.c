/* SQLite behind the store: one connection, WAL, durable at every commit (synchronous=FULL), each
 * statement prepared once; batches are run in one go, without savepoints. `codecomp import` may
 * write beside the server: whoever comes second waits. No memory mapping: an unreadable page shall
 * be an error, not a signal. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include <sqlite3.h>

#include "actors/store/driver.h"
#include "actors/store/migrate.h"
#include "proto/check.h"

/* How long another process may hold the write lock: one problem package's import. */
#define BUSY_TIMEOUT_MS 15000

/* journal_size_limit: the log is cut back to this after something large, such as an import. */
static const char *const s_settings = "PRAGMA synchronous = FULL;"
                                      "PRAGMA foreign_keys = ON;"
                                      "PRAGMA temp_store = MEMORY;"
                                      "PRAGMA cache_size = -8192;"
                                      "PRAGMA journal_size_limit = 67108864;";

struct prepared {
    sqlite3_stmt *handle;             /* owned; NULL: not prepared yet */
    int places[STATEMENT_PARAMS_MAX]; /* of $1 …: SQLite numbers them by first appearance; 0: none
                                       */
};

/* What stands around the statements themselves. */
enum control { CONTROL_READ, CONTROL_WRITE, CONTROL_COMMIT, CONTROL_ROLLBACK, CONTROLS };
static const char *const s_controls[CONTROLS] = {
    [CONTROL_READ] = "BEGIN",
    [CONTROL_WRITE] = "BEGIN IMMEDIATE",
    [CONTROL_COMMIT] = "COMMIT",
    [CONTROL_ROLLBACK] = "ROLLBACK",
};

struct store_connection {
    sqlite3 *database;                /* owned */
    char *path;                       /* owned; for messages */
    sqlite3_stmt *controls[CONTROLS]; /* owned */
    struct prepared *prepared;        /* owned; statement_end() of them, by number */
};

/* ---- errors -------------------------------------------------------------------------------- */

/* SQLite's own message may quote SQL or names: only its code and the code's text go out. */
static bool s_failed(struct store_connection *self, const char *what, struct store_error *error)
{
    int code = sqlite3_extended_errcode(self->database);
    return store_error_set(error, "%s: %s (SQLite %d)", what, sqlite3_errstr(code), code);
}

static bool s_unusable(struct store_connection *self, struct store_error *error)
{
    int code = sqlite3_errcode(self->database);
    if (code == SQLITE_NOTADB)
        return store_error_set(error, "%s is not a database", self->path);
    if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE)
        return store_error_set(error, "%s can't have a write-ahead log where it is", self->path);
    return store_error_set(error, "%s can't be used: %s", self->path, sqlite3_errstr(code));
}

/* ---- opening and closing ------------------------------------------------------------------- */

static void s_close(struct store_connection **self_p)
{
    struct store_connection *self = *self_p;
    *self_p = NULL;
    for (size_t i = 0; i < CONTROLS; i++)
        sqlite3_finalize(self->controls[i]);
    for (size_t i = 0; self->prepared && i < statement_end(); i++)
        sqlite3_finalize(self->prepared[i].handle);
    check(sqlite3_close(self->database) == SQLITE_OK); /* else a statement was forgotten */
    free(self->prepared);
    free(self->path);
    free(self);
}

/* It holds addresses and passwords of rooms: nobody else may read it. SQLite gives the log and the
 * index beside it the same mode. */
static void s_create_private(const char *path)
{
    int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file >= 0)
        close(file);
}

static bool s_prepare_controls(struct store_connection *self)
{
    for (size_t i = 0; i < CONTROLS; i++)
        if (sqlite3_prepare_v3(self->database, s_controls[i], -1, SQLITE_PREPARE_PERSISTENT,
                               &self->controls[i], NULL) != SQLITE_OK)
            return false;
    return true;
}

/* WAL is asked for once and stays in the file; the answer tells whether it could be had. */
static bool s_use_wal(struct store_connection *self)
{
    sqlite3_stmt *statement = NULL;
    bool is_wal = false;
    if (sqlite3_prepare_v2(self->database, "PRAGMA journal_mode = WAL", -1, &statement, NULL) ==
            SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        is_wal = slice_is(slice_of((const char *)sqlite3_column_text(statement, 0)), "wal");
    sqlite3_finalize(statement);
    return is_wal;
}

static bool s_configure(struct store_connection *self)
{
    sqlite3 *database = self->database;
    sqlite3_busy_timeout(database, BUSY_TIMEOUT_MS);
    sqlite3_limit(database, SQLITE_LIMIT_LENGTH, FRAME_MAX_BYTES);
    sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(database, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(database, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    return s_use_wal(self) && sqlite3_exec(database, s_settings, NULL, NULL, NULL) == SQLITE_OK &&
           s_prepare_controls(self);
}

static bool s_names_no_file(struct store_error *error)
{
    return store_error_set(error,
                           "the database's URL names no file, as \"sqlite:codecomp.db\" does");
}

static char *s_path(const char *location, const char *folder)
{
    char *path;
    bool absolute = *location == '/';
    check(asprintf(&path, "%s%s%s", absolute ? "" : folder, absolute ? "" : "/", location) >= 0);
    return path;
}

static struct store_connection *s_open(const char *url, const char *folder,
                                       struct store_error *error)
{
    const char *location = url + strlen("sqlite:");
    if (!*location) {
        s_names_no_file(error);
        return NULL;
    }
    struct store_connection *self = calloc(1, sizeof *self);
    check(self);
    self->prepared = calloc(statement_end(), sizeof *self->prepared);
    self->path = s_path(location, folder);
    check(self->prepared);
    s_create_private(self->path);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    if (sqlite3_open_v2(self->path, &self->database, flags, NULL) == SQLITE_OK && s_configure(self))
        return self;
    s_unusable(self, error);
    s_close(&self);
    return NULL;
}

/* ---- transactions -------------------------------------------------------------------------- */

static bool s_control(struct store_connection *self, enum control control,
                      struct store_error *error)
{
    sqlite3_stmt *statement = self->controls[control];
    bool done = sqlite3_step(statement) == SQLITE_DONE;
    if (!done)
        s_failed(self, s_controls[control], error);
    sqlite3_reset(statement);
    return done;
}

static bool s_begin(struct store_connection *self, bool write, struct store_error *error)
{
    return s_control(self, write ? CONTROL_WRITE : CONTROL_READ, error);
}

static bool s_end(struct store_connection *self, bool keep, struct store_error *error)
{
    if (keep)
        return s_control(self, CONTROL_COMMIT, error);
    /* after a full disk or a lost file SQLite has rolled back by itself */
    return sqlite3_get_autocommit(self->database) || s_control(self, CONTROL_ROLLBACK, error);
}

/* ---- statements ---------------------------------------------------------------------------- */

static struct prepared *s_prepared(struct store_connection *self, const struct statement *statement)
{
    struct prepared *prepared = &self->prepared[statement->number];
    if (prepared->handle)
        return prepared;
    if (sqlite3_prepare_v3(self->database, statement->sql, -1, SQLITE_PREPARE_PERSISTENT,
                           &prepared->handle, NULL) != SQLITE_OK)
        return NULL;
    for (int place = 1; place <= sqlite3_bind_parameter_count(prepared->handle); place++) {
        int number = atoi(sqlite3_bind_parameter_name(prepared->handle, place) + 1);
        check(number >= 1 && number <= (int)statement->params);
        prepared->places[number - 1] = place;
    }
    return prepared;
}

/* Bound without a copy: whoever sent it keeps it until the statement is reset. An empty text
 * without an address would be bound as NULL. */
static int s_bind(sqlite3_stmt *handle, int place, const struct value *value)
{
    const char *data = value->type >= VALUE_TEXT && value->text.length ? value->text.data : "";
    switch (value->type) {
    case VALUE_NULL:
        return sqlite3_bind_null(handle, place);
    case VALUE_I64:
        return sqlite3_bind_int64(handle, place, value->i64);
    case VALUE_TEXT:
        return sqlite3_bind_text64(handle, place, data, value->text.length, SQLITE_STATIC,
                                   SQLITE_UTF8);
    case VALUE_BLOB:
        return sqlite3_bind_blob64(handle, place, data, value->text.length, SQLITE_STATIC);
    }
    unreachable();
}

/* A column of the row that the statement stands on; false for what a value can't be. */
static bool s_column(sqlite3_stmt *handle, int column, struct value *value)
{
    switch (sqlite3_column_type(handle, column)) {
    case SQLITE_NULL:
        *value = (struct value){.type = VALUE_NULL};
        return true;
    case SQLITE_INTEGER:
        *value = (struct value){.type = VALUE_I64, .i64 = sqlite3_column_int64(handle, column)};
        return true;
    case SQLITE_TEXT:
        value->type = VALUE_TEXT;
        break;
    case SQLITE_BLOB:
        value->type = VALUE_BLOB;
        break;
    default:
        return false;
    }
    const void *data = value->type == VALUE_TEXT ? (const void *)sqlite3_column_text(handle, column)
                                                 : sqlite3_column_blob(handle, column);
    value->text = slice_from(data, (size_t)sqlite3_column_bytes(handle, column));
    return data || !value->text.length;
}

static enum store_ran s_fetch(sqlite3_stmt *handle, struct rec_store_result *result,
                              struct rows *rows)
{
    int columns = sqlite3_column_count(handle), code;
    rows_begin(rows, result, (uint32_t)columns);
    while ((code = sqlite3_step(handle)) == SQLITE_ROW) {
        result->changed++;
        for (int column = 0; column < columns; column++) {
            struct value value;
            if (!s_column(handle, column, &value))
                return STORE_BROKEN;
            if (!rows_add(rows, &value))
                return STORE_TOO_LARGE;
        }
    }
    return code == SQLITE_DONE ? STORE_RAN : STORE_BROKEN;
}

static enum store_ran s_run(struct store_connection *self, const struct statement *statement,
                            const struct value_list *params, struct rec_store_result *result,
                            struct rows *rows, struct store_error *error)
{
    check(params->count == statement->params);
    struct prepared *prepared = s_prepared(self, statement);
    enum store_ran ran = prepared ? STORE_RAN : STORE_BROKEN;
    for (uint32_t i = 0; ran == STORE_RAN && i < params->count; i++)
        if (s_bind(prepared->handle, prepared->places[i], &params->items[i]) != SQLITE_OK)
            ran = STORE_BROKEN;
    if (ran == STORE_RAN)
        ran = s_fetch(prepared->handle, result, rows);
    if (ran == STORE_RAN && !statement->reads)
        result->changed = sqlite3_changes64(self->database);
    if (ran == STORE_BROKEN)
        s_failed(self, statement->name, error);
    if (prepared) {
        sqlite3_reset(prepared->handle);
        sqlite3_clear_bindings(prepared->handle);
    }
    return ran;
}

/* ---- batches ------------------------------------------------------------------------------- */

/* Runs a commit up to its first refusal. False: the transaction must be rolled back; the batch has
 * been told. */
static bool s_run_commit(struct store_connection *self, struct batch *batch,
                         struct batch_item *item)
{
    struct store_error error;
    struct rows rows;
    enum store_ran ran = STORE_RAN;
    uint32_t op = 0;
    batch_answer(batch, item, &rows);
    for (bool refused = false; op < item->run.ops.count && ran == STORE_RAN && !refused; op++) {
        const struct rec_store_op *asked = &item->run.ops.items[op];
        const struct statement *statement = statement_by_number(asked->statement);
        struct rec_store_result *result = batch_result(item, op);
        ran = s_run(self, statement, &asked->params, result, &rows, &error);
        refused = statement->decides && result->changed == 0;
    }
    if (ran == STORE_BROKEN)
        batch_spoilt(batch, item, error.text);
    else if (!batch_judge(batch, item, op, ran == STORE_TOO_LARGE, &rows))
        batch_undone(batch);
    else
        return true;
    return false;
}

/* In one go. Commits whose answers would have no room wait. */
static void s_start(struct store_connection *self, struct batch *batch)
{
    struct store_error error, ignored;
    bool sound = true;
    if (!s_begin(self, !batch->reads, &error)) {
        batch_failed(batch, error.text);
        return;
    }
    for (uint32_t i = 0; i < batch->count && sound && batch_has_room(batch); i++)
        sound = s_run_commit(self, batch, batch->items[i]);
    if (sound && s_end(self, true, &error)) {
        batch->over = true;
        return;
    }
    s_end(self, false, &ignored);
    if (sound)
        batch_unkept(batch, error.text);
}

static enum store_state s_step(struct store_connection *self, int64_t *due_ms)
{
    (void)self;
    *due_ms = I64_NONE;
    return STORE_IDLE;
}

static bool s_ids_above(struct store_connection *self, const char *table, int64_t id,
                        struct store_error *error)
{
    static const char *const sqls[] = {
        "UPDATE sqlite_sequence SET seq = ?2 WHERE name = ?1 AND seq < ?2",
        "INSERT INTO sqlite_sequence SELECT ?1, ?2"
        " WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = ?1)"};
    bool good = true;
    for (size_t i = 0; good && i < sizeof sqls / sizeof *sqls; i++) {
        sqlite3_stmt *statement = NULL;
        good = sqlite3_prepare_v2(self->database, sqls[i], -1, &statement, NULL) == SQLITE_OK &&
               sqlite3_bind_text(statement, 1, table, -1, SQLITE_STATIC) == SQLITE_OK &&
               sqlite3_bind_int64(statement, 2, id) == SQLITE_OK &&
               sqlite3_step(statement) == SQLITE_DONE;
        sqlite3_finalize(statement);
    }
    return good || s_failed(self, table, error);
}

/* ---- migrations ---------------------------------------------------------------------------- */

static const char *const s_marks = "CREATE TABLE IF NOT EXISTS schema_migrations ("
                                   " number INTEGER PRIMARY KEY,"
                                   " name TEXT NOT NULL,"
                                   " sha256 TEXT NOT NULL CHECK (length(sha256) = 64),"
                                   " applied_ms INTEGER NOT NULL) STRICT";

/* Another program's database is left alone: it has tables, but not our list of migrations. */
static bool s_is_foreign(struct store_connection *self, bool *foreign)
{
    sqlite3_stmt *statement = NULL;
    bool ok = sqlite3_prepare_v2(self->database,
                                 "SELECT COUNT(*) > 0 AND SUM(name = 'schema_migrations') = 0"
                                 " FROM sqlite_schema WHERE type = 'table'",
                                 -1, &statement, NULL) == SQLITE_OK &&
              sqlite3_step(statement) == SQLITE_ROW;
    *foreign = ok && sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return ok;
}

static bool s_read_marks(struct store_connection *self, struct migration_mark *marks, size_t *count)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(self->database,
                                  "SELECT number, sha256 FROM schema_migrations ORDER BY number",
                                  -1, &statement, NULL);
    *count = 0;
    while (code == SQLITE_OK && *count < MIGRATIONS_MAX && sqlite3_step(statement) == SQLITE_ROW) {
        struct migration_mark *mark = &marks[(*count)++];
        mark->number = sqlite3_column_int64(statement, 0);
        snprintf(mark->sha256, sizeof mark->sha256, "%s", sqlite3_column_text(statement, 1));
    }
    return sqlite3_finalize(statement) == SQLITE_OK && code == SQLITE_OK;
}

static bool s_apply(struct store_connection *self, const struct migration *migration)
{
    sqlite3_stmt *statement = NULL;
    bool ok =
        sqlite3_exec(self->database, migration->sql, NULL, NULL, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(self->database,
                           "INSERT INTO schema_migrations (number, name, sha256, applied_ms)"
                           " VALUES (?1, ?2, ?3, CAST(strftime('%s', 'now') AS INTEGER) * 1000)",
                           -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_bind_int64(statement, 1, migration->number) == SQLITE_OK &&
        sqlite3_bind_text(statement, 2, migration->name, -1, SQLITE_STATIC) == SQLITE_OK &&
        sqlite3_bind_text(statement, 3, migration->sha256, -1, SQLITE_STATIC) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_DONE;
    sqlite3_finalize(statement);
    return ok;
}

/* What a database has, against what we know: *count migrations are applied. */
static bool s_compare(struct store_connection *self, struct migration_mark *marks, size_t *count,
                      struct store_error *error)
{
    struct store_error why;
    if (!s_read_marks(self, marks, count))
        return s_unusable(self, error);
    return migrate_plan(&migrations_sqlite, marks, *count, &why) ||
           store_error_set(error, "%.200s: %.250s", self->path, why.text);
}

static bool s_refuse_foreign(struct store_connection *self, struct store_error *error)
{
    bool foreign;
    if (!s_is_foreign(self, &foreign))
        return s_unusable(self, error);
    return !foreign || store_error_set(error, "%s is another program's database", self->path);
}

/* Within the transaction. */
static bool s_migrate_all(struct store_connection *self, struct migration_mark *marks,
                          struct store_error *error)
{
    const struct migration_list *known = &migrations_sqlite;
    size_t count;
    if (!s_refuse_foreign(self, error))
        return false;
    if (sqlite3_exec(self->database, s_marks, NULL, NULL, NULL) != SQLITE_OK)
        return s_unusable(self, error);
    if (!s_compare(self, marks, &count, error))
        return false;
    for (size_t i = count; i < known->count; i++)
        if (!s_apply(self, &known->items[i]))
            return store_error_set(error, "migration %s of %.200s failed: %s", known->items[i].name,
                                   self->path, sqlite3_errstr(sqlite3_errcode(self->database)));
    return true;
}

static bool s_migrate(struct store_connection *self, struct store_error *error)
{
    struct migration_mark *marks = calloc(MIGRATIONS_MAX, sizeof *marks);
    struct store_error ignored;
    check(marks);
    bool done = s_begin(self, true, error) || s_unusable(self, error);
    done = done && s_migrate_all(self, marks, error) && s_end(self, true, error);
    if (!done)
        s_end(self, false, &ignored);
    free(marks);
    return done;
}

/* An empty file has no marks and is as good as none. */
static bool s_probe_file(struct store_connection *self, struct store_error *error)
{
    struct migration_mark *marks = calloc(MIGRATIONS_MAX, sizeof *marks);
    size_t count;
    check(marks);
    bool good = s_refuse_foreign(self, error) &&
                (sqlite3_table_column_metadata(self->database, NULL, "schema_migrations", NULL,
                                               NULL, NULL, NULL, NULL, NULL) != SQLITE_OK ||
                 s_compare(self, marks, &count, error));
    free(marks);
    return good;
}

static bool s_probe(const char *url, const char *folder, struct store_error *error)
{
    const char *location = url + strlen("sqlite:");
    if (!*location)
        return s_names_no_file(error);
    struct store_connection *self = calloc(1, sizeof *self);
    check(self);
    self->path = s_path(location, folder);
    bool good, there = access(self->path, F_OK) == 0;
    char *slash = there ? NULL : strrchr(self->path, '/');
    if (slash)
        *slash = '\0';
    if (access(self->path, R_OK | W_OK) != 0)
        good = store_error_set(error, "%s can't be written: %s", self->path, strerror(errno));
    else if (!there)
        good = true; /* it would be made */
    else if (sqlite3_open_v2(self->path, &self->database,
                             SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                             NULL) != SQLITE_OK)
        good = s_unusable(self, error);
    else
        good = s_probe_file(self, error);
    if (good)
        store_error_set(error, "SQLite %s", sqlite3_libversion());
    s_close(&self);
    return good;
}

static const char *const s_schemes[] = {"sqlite", NULL};

const struct store_driver store_driver_sqlite = {
    .schemes = s_schemes,
    .writers = 1,
    .open = s_open,
    .close = s_close,
    .migrate = s_migrate,
    .probe = s_probe,
    .start = s_start,
    .step = s_step,
    .begin = s_begin,
    .run = s_run,
    .end = s_end,
    .ids_above = s_ids_above,
};
