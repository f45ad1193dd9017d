/* What is SQLite's own: which files are taken and which are refused, migrations, the schema's last
 * word, a full disk, and that every statement finds its rows by an index. */
#include <stdarg.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <cmocka.h>
#include <sqlite3.h>

#include "actors/store/database.h"
#include "actors/store/migrate.h"
#include "tests/unit/store/fixture.h"

/* ---- the file from outside ------------------------------------------------------------------- */

static const char *s_path(const struct fixture *self)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/store.db", self->folder);
    return path;
}

static sqlite3 *s_raw(const struct fixture *self)
{
    sqlite3 *raw;
    assert_int_equal(sqlite3_open(s_path(self), &raw), SQLITE_OK);
    return raw;
}

/* Runs SQL beside the store; the code it ends with. */
static int s_sql(const struct fixture *self, const char *sql)
{
    sqlite3 *raw = s_raw(self);
    int code = sqlite3_exec(raw, sql, NULL, NULL, NULL);
    sqlite3_close(raw);
    return code;
}

static void s_write_file(const struct fixture *self, const char *text)
{
    FILE *file = fopen(s_path(self), "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

/* The database is refused with a sentence that holds these words. */
static void s_refused(const struct fixture *self, const char *url, const char *words)
{
    struct database database;
    struct store_error error = {""};
    assert_false(database_open(&database, url, self->folder, &error));
    assert_null(database.connection);
    if (!strstr(error.text, words))
        fail_msg("\"%s\" does not say \"%s\"", error.text, words);
}

static void s_empty_folder(struct fixture *self)
{
    fixture_stop(self);
    unlink(s_path(self));
}

/* ---- opening ------------------------------------------------------------------------------- */

static void s_urls_that_name_no_database(void **state)
{
    struct fixture *self = *state;
    s_refused(self, "", "must begin with");
    s_refused(self, "sqlite", "must begin with");
    s_refused(self, "oracle:x", "must begin with");
    s_refused(self, "sqlite:", "names no file");
    s_refused(self, "sqlite:no/such/folder/store.db", "can't be used");
    s_refused(self, "sqlite:.", "can't be used");
    struct database database;
    struct store_error error;
    assert_false(database_open(&database, "db://user:secret@host", self->folder, &error));
    assert_null(strstr(error.text, "secret"));
}

static void s_files_that_are_no_database(void **state)
{
    struct fixture *self = *state;
    s_empty_folder(self);
    s_write_file(self, "This is a letter, long enough to be looked at as a database's header is, "
                       "and it goes on for more than a hundred bytes.\n");
    s_refused(self, "sqlite:store.db", "is not a database");
    unlink(s_path(self));
    assert_int_equal(s_sql(self, "CREATE TABLE users (id)"), SQLITE_OK);
    s_refused(self, "sqlite:store.db", "another program's");
    assert_int_equal(s_sql(self, "SELECT id FROM users"), SQLITE_OK); /* untouched */
}

static void s_absolute_path(void **state)
{
    struct fixture *self = *state;
    struct database database;
    struct store_error error;
    char url[160];
    snprintf(url, sizeof url, "sqlite:%s", s_path(self));
    assert_true(database_open(&database, url, "/nowhere", &error));
    database_close(&database);
}

static void s_file_is_private(void **state)
{
    struct stat info;
    fixture_users(*state);
    assert_int_equal(stat(s_path(*state), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
}

/* Another process writes: who only reads need not wait for it. */
static void s_reads_wait_for_no_writer(void **state)
{
    struct fixture *self = *state;
    fixture_users(self);
    sqlite3 *raw = s_raw(self);
    assert_int_equal(sqlite3_exec(raw, "BEGIN IMMEDIATE; DELETE FROM users", NULL, NULL, NULL),
                     SQLITE_OK);
    assert_true(fixture_has_user(self, 2)); /* as it was before, and at once */
    assert_int_equal(sqlite3_exec(raw, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(raw);
}

/* ---- migrations ---------------------------------------------------------------------------- */

static void s_migrated_twice_is_the_same(void **state)
{
    struct fixture *self = *state;
    fixture_users(self);
    fixture_stop(self);
    fixture_start(self);
    assert_true(fixture_has_user(self, 1));
    assert_int_equal(s_sql(self, "INSERT INTO schema_migrations VALUES (1, 'x', '', 0)"),
                     SQLITE_CONSTRAINT);
}

static void s_changed_migration_is_refused(void **state)
{
    struct fixture *self = *state;
    fixture_stop(self);
    assert_int_equal(s_sql(self, "UPDATE schema_migrations SET sha256 = replace(sha256,"
                                 " substr(sha256, 1, 1), 'x')"),
                     SQLITE_OK);
    s_refused(self, "sqlite:store.db", "0001_base is not the text");
}

static void s_newer_schema_is_refused(void **state)
{
    struct fixture *self = *state;
    fixture_stop(self);
    assert_int_equal(s_sql(self, "INSERT INTO schema_migrations"
                                 " SELECT 1000, 'x', sha256, 0 FROM schema_migrations"
                                 " WHERE number = 1"),
                     SQLITE_OK);
    s_refused(self, "sqlite:store.db", "newer version");
}

static void s_failed_migration_leaves_no_trace(void **state)
{
    struct fixture *self = *state;
    s_empty_folder(self);
    assert_int_equal(s_sql(self, "CREATE TABLE schema_migrations (number INTEGER, name TEXT,"
                                 " sha256 TEXT, applied_ms INTEGER);"
                                 "CREATE TABLE submissions (id)"),
                     SQLITE_OK);
    s_refused(self, "sqlite:store.db", "0001_base");
    assert_int_equal(s_sql(self, "SELECT id FROM users"), SQLITE_ERROR); /* it was made before */
}

static void s_plan_compares_all(void **state)
{
    static const struct migration known[] = {{1, "0001_a", "", "a"}, {2, "0002_b", "", "b"}};
    static const struct migration_list list = {known, 2};
    static const struct migration_mark good[] = {{1, "a"}, {2, "b"}, {3, "c"}};
    static const struct migration_mark gap[] = {{2, "b"}};
    static const struct migration_mark changed[] = {{1, "a"}, {2, "x"}};
    struct store_error error;
    (void)state;
    for (size_t count = 0; count <= 2; count++)
        assert_true(migrate_plan(&list, good, count, &error));
    assert_false(migrate_plan(&list, good, 3, &error));
    assert_false(migrate_plan(&list, gap, 1, &error));
    assert_false(migrate_plan(&list, changed, 2, &error));
}

/* ---- the schema's last word ------------------------------------------------------------------ */

static const char s_contest[] =
    "PRAGMA foreign_keys = ON;"
    "INSERT INTO rooms (id, host_user_id, password, status, visibility, difficulty, problem_count,"
    " duration_ms, created_ms, start_ms, end_ms, command_high, command_low)"
    " VALUES (1, 1, 'p', 'ACTIVE', 'open', 'mixed', 1, 60000, 1, 1, 60001, 0, 1);"
    "INSERT INTO participants (room_id, user_id, seat, joined_ms) VALUES (1, 1, 1, 1), (1, 2, 2, "
    "1);"
    "INSERT INTO problems (id, slug, title, description, difficulty, time_limit_ms,"
    " memory_limit_mb, output_limit_bytes, tests_total, tests_hash, content_hash, updated_ms)"
    " VALUES (1, 'a', 'A', '', 'easy', 1, 1, 1, 0, '', printf('%064d', 1), 1),"
    " (2, 'b', 'B', '', 'easy', 1, 1, 1, 0, '', printf('%064d', 2), 1);"
    "INSERT INTO room_problems (room_id, problem_id, position) VALUES (1, 1, 1);"
    "INSERT INTO submissions (id, user_id, room_id, problem_id, number, language_id, status,"
    " created_ms, command_high, command_low, code) VALUES (1, 1, 1, 1, 1, 71, 'PENDING', 2, 0, 1, "
    "'');"
    "UPDATE submissions SET status = 'Accepted', judged_ms = 3 WHERE id = 1;";

#define INSERT_SUBMISSION                                                                     \
    "INSERT INTO submissions (id, user_id, room_id, problem_id, number, language_id, status," \
    " created_ms, command_high, command_low, code) VALUES "

/* What no actor may commit, whatever it believes. */
static void s_schema_refuses(void **state)
{
    struct fixture *self = *state;
    static const char *const refused[] = {
        "UPDATE submissions SET status = 'Wrong Answer'",
        "UPDATE submissions SET status = 'PENDING', judged_ms = NULL",
        "UPDATE submissions SET judged_ms = NULL",
        INSERT_SUBMISSION
        "(2, 1, 1, 2, 2, 71, 'PENDING', 2, 0, 2, '')", /* a problem that is not the room's */
        INSERT_SUBMISSION
        "(2, 3, 1, 1, 2, 71, 'PENDING', 2, 0, 2, '')", /* a user who is not in the room */
        INSERT_SUBMISSION
        "(2, 1, 1, 1, 1, 71, 'PENDING', 2, 0, 2, '')", /* a number that was given */
        "INSERT INTO participants (room_id, user_id, seat, joined_ms) VALUES (1, 3, 2, 1)",
        "INSERT INTO participants (room_id, user_id, seat, joined_ms) VALUES (1, 3, 3, 1)",
        "UPDATE rooms SET status = 'WAITING'",
        "UPDATE rooms SET status = 'FINISHED'",
        "UPDATE rooms SET result = 'WIN', winner_user_id = 1",
        "UPDATE rooms SET status = 'FINISHED', closed_ms = 5, result = 'WIN'",
        "UPDATE rooms SET status = 'FINISHED', closed_ms = 5, result = 'DRAW', winner_user_id = 1",
        "UPDATE rooms SET closed_ms = 0",
        "UPDATE rooms SET last_number = 20001",
        "UPDATE rooms SET duration_ms = 59999",
        "UPDATE rooms SET created_ms = 'soon'",
        "DELETE FROM users WHERE id = 1",
    };
    fixture_users(self);
    fixture_user(self, 3);
    fixture_run(self);
    assert_int_equal(s_sql(self, s_contest), SQLITE_OK);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        char sql[512];
        snprintf(sql, sizeof sql, "PRAGMA foreign_keys = ON; %s", refused[i]);
        if (s_sql(self, sql) != SQLITE_CONSTRAINT)
            fail_msg("not refused: %s", refused[i]);
    }
    assert_int_equal(s_sql(self, "UPDATE rooms SET status = 'FINISHED', closed_ms = 5,"
                                 " result = 'WIN', winner_user_id = 1"),
                     SQLITE_OK);
}

/* ---- a full disk --------------------------------------------------------------------------- */

/* The file may not grow: SQLite can't write its log. What was answered stays, what was not leaves
 * no trace, and when there is room again all goes on. */
static void s_full_disk_fails_and_passes(void **state)
{
    struct fixture *self = *state;
    struct rlimit before, full;
    fixture_users(self);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    full = before;
    full.rlim_cur = 1;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &full), 0);
    for (int64_t id = 3; id <= 5; id++) {
        fixture_user(self, id);
        fixture_ask(self);
    }
    commit_i64(fixture_begin(self, STATEMENT_user_by_id), 1);
    uint32_t read = fixture_ask(self);
    uint32_t first = read - 3;
    fixture_turn(self);
    setrlimit(RLIMIT_FSIZE, &before);
    for (uint32_t slot = first; slot < read; slot++)
        assert_int_equal(self->answers[slot].kind, MSG_store_failed);
    assert_int_equal(self->answers[read].kind, MSG_store_done);
    assert_true(fixture_has_user(self, 2));
    assert_false(fixture_has_user(self, 3));
    fixture_user(self, 3);
    fixture_run(self);
    fixture_stop(self);
    fixture_start(self);
    assert_true(fixture_has_user(self, 3));
    assert_false(fixture_has_user(self, 4));
}

/* ---- the statements ------------------------------------------------------------------------ */

/* Tables that are small whatever happens (f is one row), and may be read whole. */
static bool s_may_scan(const char *detail)
{
    static const char *const small[] = {"SCAN CONSTANT ROW",
                                        "SCAN n",
                                        "SCAN partition_claims",
                                        "SCAN p",
                                        "SCAN x",
                                        "SCAN j USING INDEX rejudgings_applying",
                                        "SCAN j USING INDEX rejudgings_open",
                                        "SCAN f LEFT-JOIN"};
    for (size_t i = 0; i < sizeof small / sizeof *small; i++)
        if (strcmp(detail, small[i]) == 0)
            return true;
    return false;
}

static void s_check_plan(sqlite3 *raw, const struct statement *statement)
{
    sqlite3_stmt *plan;
    char *sql = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", statement->sql);
    assert_int_equal(sqlite3_prepare_v2(raw, sql, -1, &plan, NULL), SQLITE_OK);
    while (sqlite3_step(plan) == SQLITE_ROW) {
        const char *detail = (const char *)sqlite3_column_text(plan, 3);
        if (strncmp(detail, "SCAN", 4) == 0 && !s_may_scan(detail))
            fail_msg("%s: %s", statement->name, detail);
    }
    sqlite3_finalize(plan);
    sqlite3_free(sql);
}

static void s_statements_are_as_the_table_says(void **state)
{
    sqlite3 *raw = s_raw(*state);
    for (size_t number = 0; number < statement_end(); number++) {
        const struct statement *statement = statement_by_number((int64_t)number);
        if (!statement)
            continue;
        sqlite3_stmt *handle;
        const char *rest;
        assert_int_equal(sqlite3_prepare_v2(raw, statement->sql, -1, &handle, &rest), SQLITE_OK);
        assert_int_equal(*rest, 0); /* one statement */
        assert_int_equal(sqlite3_stmt_readonly(handle), statement->reads);
        assert_int_equal(sqlite3_bind_parameter_count(handle), statement->params);
        for (uint32_t i = 1; i <= statement->params; i++) {
            char name[8];
            snprintf(name, sizeof name, "$%u", i);
            if (!sqlite3_bind_parameter_index(handle, name))
                fail_msg("%s has no %s", statement->name, name);
        }
        sqlite3_finalize(handle);
        s_check_plan(raw, statement);
    }
    sqlite3_close(raw);
}

/* ---- rows ---------------------------------------------------------------------------------- */

static void s_rows_are_bounded(void **state)
{
    struct arena arena = {0};
    struct rec_store_result result;
    struct value number = {.type = VALUE_I64, .i64 = 1};
    struct value text = {.type = VALUE_TEXT, .text = {"", 0}};
    struct rows rows;
    (void)state;
    rows_init(&rows, &arena);
    rows_begin(&rows, &result, 1);
    for (int i = 0; i < RESULT_VALUES_MAX; i++)
        assert_true(rows_add(&rows, &number));
    assert_false(rows_add(&rows, &number));
    rows_begin(&rows, &result, 1);
    assert_true(rows_add(&rows, &number));
    text.text.length = ANSWER_MAX_BYTES; /* refused before it is looked at */
    assert_false(rows_add(&rows, &text));
    text.text.length = SIZE_MAX - 8;
    assert_false(rows_add(&rows, &text));
    assert_int_equal(result.values.count, 1);
    arena_fini(&arena);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_new, fixture_destroy)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(s_urls_that_name_no_database),
        CASE(s_files_that_are_no_database),
        CASE(s_absolute_path),
        CASE(s_file_is_private),
        CASE(s_reads_wait_for_no_writer),
        CASE(s_migrated_twice_is_the_same),
        CASE(s_changed_migration_is_refused),
        CASE(s_newer_schema_is_refused),
        CASE(s_failed_migration_leaves_no_trace),
        cmocka_unit_test(s_plan_compares_all),
        CASE(s_schema_refuses),
        CASE(s_full_disk_fails_and_passes),
        CASE(s_statements_are_as_the_table_says),
        cmocka_unit_test(s_rows_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
