/* What is PostgreSQL's own: what is said when a database can't be used, migrations beside each
 * other, rights, the schema's last word, a connection that is ended between two batches. */
#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include <libpq-fe.h>

#include "actors/runtime/stats.h"
#include "actors/store/database.h"
#include "tests/unit/store/fixture.h"

static const char *s_server(void)
{
    return getenv("CODECOMP_TEST_DATABASE");
}

/* In the fixture's schema; the SQLSTATE, "" when it worked. */
__attribute__((format(printf, 2, 3))) static const char *s_sql(struct fixture *self,
                                                               const char *format, ...)
{
    static char state[8];
    char sql[4096];
    va_list arguments;
    PGconn *connection = PQconnectdb(self->url);
    va_start(arguments, format);
    vsnprintf(sql, sizeof sql, format, arguments);
    va_end(arguments);
    PGresult *result = PQexec(connection, sql);
    const char *code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    snprintf(state, sizeof state, "%s", code ? code : "");
    PQclear(result);
    PQfinish(connection);
    return state;
}

static int64_t s_count(struct fixture *self, const char *sql)
{
    PGconn *connection = PQconnectdb(self->url);
    PGresult *result = PQexec(connection, sql);
    assert_int_equal(PQntuples(result), 1);
    int64_t count = strtoll(PQgetvalue(result, 0, 0), NULL, 10);
    PQclear(result);
    PQfinish(connection);
    return count;
}

/* Opening and probing say the same, with these words, and never the password. */
static void s_refused(struct fixture *self, const char *url, const char *words)
{
    struct database database;
    struct store_error error;
    for (int probing = 0; probing < 2; probing++) {
        assert_false(probing ? database_probe(url, self->folder, &error)
                             : database_open(&database, url, self->folder, &error));
        if (!strstr(error.text, words))
            fail_msg("\"%s\" has not \"%s\"", error.text, words);
        assert_null(strstr(error.text, "sesame"));
        assert_null(strchr(error.text, '\n'));
    }
}

/* The server's URL with a part replaced, where it stands last. */
static const char *s_changed(const char *from, const char *to)
{
    static char url[512];
    const char *at = strstr(s_server(), from);
    assert_non_null(at);
    for (const char *next = at; (next = strstr(next + 1, from));)
        at = next;
    snprintf(url, sizeof url, "%.*s%s%s", (int)(at - s_server()), s_server(), to,
             at + strlen(from));
    return url;
}

static void s_drop_all(struct fixture *self)
{
    fixture_stop(self);
    assert_string_equal(
        s_sql(self, "DROP SCHEMA %s CASCADE; CREATE SCHEMA %s", self->schema, self->schema), "");
}

/* ---- what can't be used -------------------------------------------------------------------- */

static void s_what_is_wrong_is_said(void **state)
{
    struct fixture *self = *state;
    s_refused(self, "postgresql://user:sesame%zz@host/x", "can't be read");
    s_refused(self, "postgresql://u:sesame@127.0.0.1:1/x", "can't be reached");
    s_refused(self, "postgresql://u:sesame@nowhere.invalid/x", "can't be reached");
    s_refused(self, s_changed(":sesame@", ":wrong@"), "refuses the password");
    s_refused(self, s_changed("codecomp:sesame@", "nobody:sesame@"), "refuses the password");
    s_refused(self, s_changed("/codecomp", "/nothing"), "make it with createdb");
    s_refused(self, s_changed("/codecomp", "/codecomp?sslmode=require"), "can't be reached");
}

static void s_other_encodings_are_refused(void **state)
{
    struct fixture *self = *state;
    char name[80];
    snprintf(name, sizeof name, "/latin_%s", self->schema);
    s_sql(self,
          "CREATE DATABASE %s ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0",
          name + 1);
    s_refused(self, s_changed("/codecomp", name), "ENCODING 'UTF8'");
    s_sql(self, "DROP DATABASE %s", name + 1);
}

static void s_other_programs_tables_are_refused(void **state)
{
    struct fixture *self = *state;
    s_drop_all(self);
    s_sql(self, "CREATE TABLE users (id INTEGER)");
    s_refused(self, self->url, "another program's tables");
}

static void s_newer_schema_is_refused(void **state)
{
    struct fixture *self = *state;
    fixture_stop(self);
    s_sql(self, "INSERT INTO schema_migrations SELECT 1000, 'x', sha256, 0 FROM schema_migrations"
                " WHERE number = 1");
    s_refused(self, self->url, "newer version");
}

/* A role with a password, and the URL for it. */
static const char *s_role(struct fixture *self)
{
    static char url[512];
    char role[80];
    snprintf(role, sizeof role, "role_%s", self->schema);
    assert_string_equal(s_sql(self, "CREATE ROLE %s LOGIN PASSWORD 'sesame'", role), "");
    assert_string_equal(s_sql(self, "GRANT USAGE ON SCHEMA %s TO %s", self->schema, role), "");
    const char *at = strstr(self->url, "codecomp:");
    snprintf(url, sizeof url, "%.*s%s%s", (int)(at - self->url), self->url, role,
             at + strlen("codecomp"));
    return url;
}

static void s_missing_rights_are_said(void **state)
{
    struct fixture *self = *state;
    struct database database;
    struct store_error error;
    const char *url = s_role(self);
    assert_false(database_probe(url, self->folder, &error));
    assert_non_null(strstr(error.text, "GRANT"));
    s_sql(self, "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %s TO role_%s",
          self->schema, self->schema);
    assert_true(database_probe(url, self->folder, &error));
    assert_true(database_open(&database, url, self->folder, &error)); /* nothing is to be made */
    database_close(&database);
    s_drop_all(self);
    s_sql(self, "GRANT USAGE ON SCHEMA %s TO role_%s", self->schema, self->schema);
    s_refused(self, url, "GRANT CREATE ON SCHEMA");
    s_sql(self, "DROP OWNED BY role_%s; DROP ROLE role_%s", self->schema, self->schema);
}

/* ---- migrations ---------------------------------------------------------------------------- */

static void s_probe_changes_nothing(void **state)
{
    struct fixture *self = *state;
    struct store_error error;
    char sql[128];
    s_drop_all(self);
    assert_true(database_probe(self->url, self->folder, &error));
    snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM pg_tables WHERE schemaname = '%s'",
             self->schema);
    assert_int_equal(s_count(self, sql), 0);
}

static void s_many_may_migrate_at_once(void **state)
{
    struct fixture *self = *state;
    pid_t children[6];
    s_drop_all(self);
    for (size_t i = 0; i < 6; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] == 0) {
            struct database database;
            struct store_error error;
            bool good = database_open(&database, self->url, self->folder, &error);
            if (!good)
                print_error("%s\n", error.text);
            _exit(!good);
        }
    }
    for (size_t i = 0; i < 6; i++) {
        int status;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_int_equal(status, 0);
    }
    assert_int_equal(s_count(self, "SELECT COUNT(DISTINCT number) - COUNT(*)"
                                   " FROM schema_migrations"),
                     0);
}

/* ---- connections --------------------------------------------------------------------------- */

/* A connection that ends while nothing is asked of it is made again before the next batch. */
static void s_ended_connections_are_made_again(void **state)
{
    struct fixture *self = *state;
    for (int64_t id = 1; id <= 20; id++) {
        s_sql(self, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE application_name LIKE 'codecomp %%'");
        self->key = id;
        fixture_user(self, id);
        assert_int_equal(fixture_run(self)[0].changed, 1);
        assert_true(fixture_has_user(self, id));
    }
}

/* What somebody else has locked is waited for, and the thread does not stand still meanwhile. */
static void s_locks_are_waited_for(void **state)
{
    struct fixture *self = *state;
    fixture_users(self);
    PGconn *other = PQconnectdb(self->url);
    PQclear(PQexec(other, "BEGIN; INSERT INTO users VALUES (7, 'Other', 'o@example.org', 'X', 1)"));
    fixture_user(self, 7);
    uint32_t slot = fixture_ask(self);
    fixture_turn_once(self);
    assert_int_equal(self->answers[slot].kind, 0);
    PQclear(PQexec(other, "ROLLBACK"));
    PQfinish(other);
    fixture_turn(self);
    assert_int_equal(self->answers[slot].done.results.items[0].changed, 1);
}

/* What a transaction met by chance, here a trigger, which sequences survive, is run again. */
static void s_spoilt_transactions_are_run_again(void **state)
{
    struct fixture *self = *state;
    static const char *const chances[] = {"40001", "40P01"};
    for (size_t i = 0; i < sizeof chances / sizeof *chances; i++) {
        assert_string_equal(
            s_sql(
                self,
                "DROP TRIGGER IF EXISTS spoil ON users; DROP SEQUENCE IF EXISTS tries;"
                "CREATE SEQUENCE tries;"
                "CREATE OR REPLACE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                " IF nextval('tries') < 3 THEN RAISE EXCEPTION USING ERRCODE = '%s'; END IF;"
                " RETURN NEW; END $$;"
                "CREATE TRIGGER spoil BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION spoil()",
                chances[i]),
            "");
        int64_t before = stats_get(STAT_commits_again);
        fixture_user(self, 7 + (int64_t)i);
        assert_int_equal(fixture_run(self)[0].changed, 1);
        assert_int_equal(s_count(self, "SELECT last_value FROM tries"), 3);
        assert_int_equal(stats_get(STAT_commits_again) - before, 2);
    }
    assert_int_equal(s_count(self, "SELECT COUNT(*) FROM users"), 2);
}

/* ---- the schema's last word ------------------------------------------------------------------ */

static const char s_contest[] =
    "INSERT INTO rooms (id, host_user_id, password, status, visibility, difficulty, problem_count,"
    " duration_ms, created_ms, start_ms, end_ms, command_high, command_low)"
    " VALUES (1, 1, 'p', 'ACTIVE', 'open', 'mixed', 1, 60000, 1, 1, 60001, 0, 1);"
    "INSERT INTO participants (room_id, user_id, seat, joined_ms)"
    " VALUES (1, 1, 1, 1), (1, 2, 2, 1);"
    "INSERT INTO problems (id, slug, title, description, difficulty, time_limit_ms,"
    " memory_limit_mb, output_limit_bytes, tests_total, tests_hash, content_hash, updated_ms)"
    " VALUES (1, 'a', 'A', '', 'easy', 1, 1, 1, 0, '', repeat('1', 64), 1),"
    " (2, 'b', 'B', '', 'easy', 1, 1, 1, 0, '', repeat('2', 64), 1);"
    "INSERT INTO room_problems (room_id, problem_id, position) VALUES (1, 1, 1);"
    "INSERT INTO submissions (id, user_id, room_id, problem_id, number, language_id, status,"
    " created_ms, command_high, command_low, code)"
    " VALUES (1, 1, 1, 1, 1, 71, 'PENDING', 2, 0, 1, '');"
    "UPDATE submissions SET status = 'Accepted', judged_ms = 3 WHERE id = 1;";

#define SUBMISSION                                                                        \
    "INSERT INTO submissions (user_id, room_id, problem_id, number, language_id, status," \
    " created_ms, command_high, command_low, code) VALUES "

/* What no actor may commit, whatever it believes. */
static void s_schema_refuses(void **state)
{
    struct fixture *self = *state;
    static const char *const refused[] = {
        "UPDATE submissions SET status = 'Wrong Answer'",
        "UPDATE submissions SET status = 'PENDING', judged_ms = NULL",
        "UPDATE submissions SET judged_ms = NULL",
        SUBMISSION "(1, 1, 2, 2, 71, 'PENDING', 2, 0, 2, '')", /* not the room's problem */
        SUBMISSION "(3, 1, 1, 2, 71, 'PENDING', 2, 0, 2, '')", /* not in the room */
        SUBMISSION "(1, 1, 1, 1, 71, 'PENDING', 2, 0, 2, '')", /* a number that was given */
        SUBMISSION "(1, 1, 1, 2, 71, 'PENDING', 2, 0, 1, '')", /* a command that was done */
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
        "DELETE FROM users WHERE id = 1",
    };
    fixture_users(self);
    fixture_user(self, 3);
    fixture_run(self);
    assert_string_equal(s_sql(self, "%s", s_contest), "");
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (strncmp(s_sql(self, "%s", refused[i]), "23", 2) != 0)
            fail_msg("not refused: %s", refused[i]);
    assert_string_equal(s_sql(self, "UPDATE rooms SET status = 'FINISHED', closed_ms = 5,"
                                    " result = 'WIN', winner_user_id = 1"),
                        "");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_new, fixture_destroy)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(s_what_is_wrong_is_said),
        CASE(s_other_encodings_are_refused),
        CASE(s_other_programs_tables_are_refused),
        CASE(s_newer_schema_is_refused),
        CASE(s_missing_rights_are_said),
        CASE(s_probe_changes_nothing),
        CASE(s_many_may_migrate_at_once),
        CASE(s_ended_connections_are_made_again),
        CASE(s_locks_are_waited_for),
        CASE(s_spoilt_transactions_are_run_again),
        CASE(s_schema_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
