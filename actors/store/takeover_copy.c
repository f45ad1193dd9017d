#include "actors/store/takeover_copy.h"

#include <inttypes.h>
#include <stdlib.h>

#include "actors/store/commit.h"
#include "proto/check.h"

#define PIECE_ROWS 1000
#define PIECE_BYTES (8 * 1024 * 1024)
#define SERVER_STALE_MS 15000 /* a claim that was not renewed for so long is nobody's: claim.c */

static const struct target {
    const char *name;             /* in our schema */
    enum statement_number there;  /* asks what is there */
    enum statement_number insert; /* puts a row in */
} s_targets[TAKEOVER_TARGETS] = {
#define TARGET(name) \
    [TAKEOVER_TO_##  \
        name] = {#name, STATEMENT_takeover_##name##_there, STATEMENT_takeover_##name##_insert}
    TARGET(users),
    TARGET(problems),
    TARGET(test_cases),
    TARGET(rooms),
    TARGET(participants),
    TARGET(room_problems),
    TARGET(participant_problems),
    TARGET(submissions),
    TARGET(contest_history),
#undef TARGET
};

const char *takeover_target_name(enum takeover_target target)
{
    return s_targets[target].name;
}

/* One statement; its result stays in the arena. */
static bool s_run(const struct takeover_copy *self, enum statement_number number,
                  const struct value_list *params, struct arena *arena,
                  struct rec_store_result *result, struct store_error *error)
{
    const struct statement *statement = statement_by_number(number);
    struct rows rows;
    check(statement && statement->params == params->count);
    rows_init(&rows, arena);
    enum store_ran ran = self->database->driver->run(self->database->connection, statement, params,
                                                     result, &rows, error);
    if (ran == STORE_TOO_LARGE)
        return store_error_set(error, "%s: the result is too large", statement->name);
    return ran == STORE_RAN;
}

static bool s_begin(const struct takeover_copy *self, bool write, struct store_error *error)
{
    return self->database->driver->begin(self->database->connection, write, error);
}

/* When `good`, keeps it; else undoes it, and the first error stays. */
static bool s_end(const struct takeover_copy *self, bool good, struct store_error *error)
{
    struct store_error ignored;
    return self->database->driver->end(self->database->connection, good, good ? error : &ignored) &&
           good;
}

/* ---- what is there -----------------------------------------------------------------------------
 */

static bool s_keep_there(const struct takeover_copy *self, sqlite3_stmt *add,
                         const struct rec_store_result *result, int64_t *last,
                         struct store_error *error)
{
    for (uint32_t row = 0; row < result_rows(result); row++) {
        struct slice key = result_text(result, row, 1), look = result_text(result, row, 2);
        *last = result_i64(result, row, 0);
        sqlite3_bind_int64(add, 2, *last);
        sqlite3_bind_text64(add, 3, key.length ? key.data : "", key.length, SQLITE_STATIC,
                            SQLITE_UTF8);
        sqlite3_bind_text64(add, 4, look.length ? look.data : "", look.length, SQLITE_STATIC,
                            SQLITE_UTF8);
        bool good = sqlite3_step(add) == SQLITE_DONE;
        sqlite3_reset(add);
        if (!good)
            return takeover_stage_failed(self->stage, error);
    }
    return true;
}

static bool s_look(const struct takeover_copy *self, enum takeover_target target, sqlite3_stmt *add,
                   struct store_error *error)
{
    struct arena arena = {0};
    bool good = true;
    int64_t last = INT64_MIN;
    sqlite3_bind_text(add, 1, s_targets[target].name, -1, SQLITE_STATIC);
    for (uint32_t rows = 1; good && rows;) {
        struct value after = {.type = VALUE_I64, .i64 = last};
        struct value_list params = {1, &after};
        struct rec_store_result result = {0};
        good = s_begin(self, false, error);
        bool asked = good && s_run(self, s_targets[target].there, &params, &arena, &result, error);
        good = (!good || s_end(self, asked, error)) && asked;
        rows = good ? result_rows(&result) : 0;
        good = good && s_keep_there(self, add, &result, &last, error);
        arena_reset(&arena);
    }
    arena_fini(&arena);
    return good;
}

bool takeover_copy_look(const struct takeover_copy *self, struct store_error *error)
{
    sqlite3_stmt *add =
        takeover_stage_prepare(self->stage, "INSERT INTO there VALUES (?1, ?2, ?3, ?4)", error);
    bool good = add;
    for (enum takeover_target target = 0; good && target < TAKEOVER_TARGETS; target++)
        good = s_look(self, target, add, error);
    sqlite3_finalize(add);
    return good;
}

/* ---- copying
 * --------------------------------------------------------------------------------------- */

static struct value s_value(sqlite3_stmt *row, int column)
{
    struct value value = {.type = VALUE_NULL};
    int type = sqlite3_column_type(row, column);
    if (type == SQLITE_INTEGER) {
        value.type = VALUE_I64;
        value.i64 = sqlite3_column_int64(row, column);
    } else if (type != SQLITE_NULL) {
        value.type = type == SQLITE_BLOB ? VALUE_BLOB : VALUE_TEXT;
        const void *data = sqlite3_column_blob(row, column);
        value.text = slice_from(data ? data : "", (size_t)sqlite3_column_bytes(row, column));
    }
    return value;
}

/* The row that `outgoing` stands on: new id, columns. Its bytes are added. */
static bool s_insert(const struct takeover_copy *self, enum takeover_target target,
                     sqlite3_stmt *outgoing, struct arena *arena, size_t *bytes,
                     struct store_error *error)
{
    struct value values[STATEMENT_PARAMS_MAX];
    struct value_list params = {(uint32_t)sqlite3_column_count(outgoing), values};
    struct rec_store_result result;
    check(params.count <= STATEMENT_PARAMS_MAX);
    for (uint32_t i = 0; i < params.count; i++) {
        values[i] = s_value(outgoing, (int)i);
        *bytes += sizeof values[i] + (values[i].type >= VALUE_TEXT ? values[i].text.length : 0);
    }
    if (!s_run(self, s_targets[target].insert, &params, arena, &result, error))
        return false;
    return result.changed == 1 ||
           store_error_set(error,
                           "%s %" PRId64 " could not go in: something else has come there "
                           "meanwhile; run it again without --apply to see what",
                           s_targets[target].name, values[0].i64);
}

/* A piece, as one transaction; *code is SQLITE_DONE when it was the last. */
static bool s_copy_piece(const struct takeover_copy *self, enum takeover_target target,
                         sqlite3_stmt *outgoing, int *code, int64_t *rows,
                         struct store_error *error)
{
    struct arena arena = {0};
    size_t bytes = 0;
    bool good = s_begin(self, true, error);
    if (!good)
        return false;
    for (int i = 0; good && i < PIECE_ROWS && bytes < PIECE_BYTES && *code == SQLITE_ROW; i++) {
        good = s_insert(self, target, outgoing, &arena, &bytes, error);
        (*rows)++;
        *code = sqlite3_step(outgoing);
    }
    arena_fini(&arena);
    return s_end(self, good, error);
}

static int64_t s_count(const struct takeover_copy *self, const char *name)
{
    struct store_error ignored;
    sqlite3_stmt *count = takeover_stage_prepare(
        self->stage, "SELECT COUNT(*) FROM todo WHERE source = ?1", &ignored);
    check(count); /* todo was made by our own script */
    sqlite3_bind_text(count, 1, name, -1, SQLITE_STATIC);
    int64_t rows = sqlite3_step(count) == SQLITE_ROW ? sqlite3_column_int64(count, 0) : 0;
    sqlite3_finalize(count);
    return rows;
}

/* The view's columns behind id, key, look and parent are what the insert takes behind its id. */
static sqlite3_stmt *s_outgoing(const struct takeover_copy *self, const char *name,
                                struct store_error *error)
{
    char sql[512];
    struct buffer list;
    buffer_init(&list, sizeof sql);
    snprintf(sql, sizeof sql, "SELECT * FROM out_%s LIMIT 0", name);
    sqlite3_stmt *view = takeover_stage_prepare(self->stage, sql, error);
    for (int i = 4; view && i < sqlite3_column_count(view); i++)
        buffer_printf(&list, ", o.%s", sqlite3_column_name(view, i));
    sqlite3_finalize(view);
    if (!view) {
        buffer_fini(&list);
        return NULL;
    }
    snprintf(sql, sizeof sql,
             "SELECT t.new_id%.*s FROM todo t JOIN out_%s o ON o.id = t.id"
             " WHERE t.source = '%s' ORDER BY t.id",
             (int)list.length, list.data, name, name);
    buffer_fini(&list);
    return takeover_stage_prepare(self->stage, sql, error);
}

static bool s_copy(const struct takeover_copy *self, enum takeover_target target,
                   struct store_error *error)
{
    const char *name = s_targets[target].name;
    int64_t rows = 0, all = s_count(self, name);
    sqlite3_stmt *outgoing = s_outgoing(self, name, error);
    if (!outgoing)
        return false;
    bool good = true;
    int code = sqlite3_step(outgoing);
    while (good && code == SQLITE_ROW) {
        good = s_copy_piece(self, target, outgoing, &code, &rows, error);
        if (good && self->tick)
            self->tick(self->user, name, rows, all);
    }
    good = good && (code == SQLITE_DONE || takeover_stage_failed(self->stage, error));
    sqlite3_finalize(outgoing);
    return good;
}

/* Before anything goes in: whoever serves this database too early gives out no id that is still to
 * come, nor that of a row that was left out. */
static bool s_reserve_ids(const struct takeover_copy *self, struct store_error *error)
{
    sqlite3_stmt *row = takeover_stage_prepare(
        self->stage, "SELECT source, MAX(id) FROM highest WHERE id > 0 GROUP BY source", error);
    int code = SQLITE_ERROR;
    bool good = row && s_begin(self, true, error);
    bool begun = good;
    while (good && (code = sqlite3_step(row)) == SQLITE_ROW)
        good = self->database->driver->ids_above(self->database->connection,
                                                 (const char *)sqlite3_column_text(row, 0),
                                                 sqlite3_column_int64(row, 1), error);
    good = good && (code == SQLITE_DONE || takeover_stage_failed(self->stage, error));
    sqlite3_finalize(row);
    return begun ? s_end(self, good, error) : good;
}

/* A server would give out ids that are still to come. */
static bool s_nobody_serves(const struct takeover_copy *self, struct store_error *error)
{
    struct arena arena = {0};
    struct value since = {.type = VALUE_I64, .i64 = self->now_ms - SERVER_STALE_MS};
    struct value_list params = {1, &since};
    struct rec_store_result result = {0};
    bool good = s_begin(self, false, error);
    bool asked =
        good && s_run(self, STATEMENT_takeover_server_seen, &params, &arena, &result, error);
    good = (!good || s_end(self, asked, error)) && asked;
    if (good && result_rows(&result)) {
        struct slice process = result_text(&result, 0, 0);
        good = store_error_set(error,
                               "a server uses this database, or did %d s ago (%.*s): stop it first",
                               SERVER_STALE_MS / 1000,
                               (int)(process.length < 200 ? process.length : 200), process.data);
    }
    arena_fini(&arena);
    return good;
}

bool takeover_copy_run(const struct takeover_copy *self, struct store_error *error)
{
    bool good = s_nobody_serves(self, error) && s_reserve_ids(self, error);
    for (enum takeover_target target = 0; good && target < TAKEOVER_TARGETS; target++)
        good = s_copy(self, target, error);
    return good;
}
