/* What PostgreSQL does for each statement on a large installation (large.sql): nothing is read
 * whole but what is small by nature. Looked at with the plans that it makes once for all
 * parameters, and with those that it makes for parameters as they occur; it uses either. */
#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <libpq-fe.h>

#include "actors/store/statement.h"
#include "tests/unit/store/fixture.h"

/* What may be read whole, and why. */
static const char *const s_small[] = {
    "partition_claims", /* 64 rows for each sharded actor */
    "problems",         /* some thousands; a draw looks at all of them */
    "commit_tokens",    /* a row for each connection */
    "rejudgings",       /* an operator makes them by hand */
};
/* Indexes that hold only what is open: they may be walked from end to end. */
static const char *const s_partial[] = {"rooms_open", "submissions_waiting",
                                        "submissions_waiting_in_room", "trials_waiting",
                                        "rejudging_rooms_left"};

/* Parameters that are not an id somewhere in the middle. */
static const struct {
    const char *name, *params;
} s_params[] = {
    {"history_list", "50000, 9223372036854775807, 500"},
    {"submissions_of", "50000, 50001, 9223372036854775807, 500"},
    {"rooms_open", "0"},
    {"submissions_open", "0"},
    {"submissions_put_back", "1000000000, 5000"},
    {"trials_open", "0"},
    {"rejudgings_due", "0"},
    {"fence_rejudge", "99900, 1, 50000, 'WIN', 199"},
    {"rejudging_make", "5, 500, NULL, NULL, 0, 5, ''"},
    {"rejudging_trials_make", "100, 500, NULL, NULL"},
    {"rejudging_take", "100, 50000, 0"},
    {"rejudging_write", "100, 50000, 0"},
    {"rejudging_room_read", "100, 50000"},
    {"rejudging_trials_read", "100, 50000"},
    {"rejudging_room_done", "100, 50000, 5, 1"},
    {"rejudging_rooms_make", "100"},
    {"rejudging_others", "200"},
    {"rejudgings_list", "100, 1"},
    {"rejudging_rooms_list", "100, 50000"},
    {"rejudging_apply", "200"},
    {"rejudging_trials_drop", "200"},
    {"trials_put_back", "1000000000, 5000, 'rejudge'"},
    {"runs_give_up", "1000000000, 999700000, ''"},
    {"run_insert", "50000, 96000, 500, 54, 'print(2)', NULL, 5, 7, 8, 8"},
    {"runs_forget_own", "50000, 20"},
    {"runs_forget_old", "1000"},
    {"trial_verdict", "50000, 1, 'Accepted', 5, 1, 1, NULL, 1, 1, ''"},
    {"trial_test_insert", "50000, 1, 2, 'Accepted', 1, 1, 0, NULL, 0, '', '', ''"},
    {"claim_take", "'room', 0, 1, 'me', 5, 2"},
    {"claim_holder", "'room', 0, 1, 'me'"},
    {"problem_candidates", "50000, 50001"},
};

static PGconn *s_connection;

static PGresult *s_run(const char *sql)
{
    PGresult *result = PQexec(s_connection, sql);
    if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK)
        fail_msg("%.200s: %s", sql, PQerrorMessage(s_connection));
    return result;
}

static void s_do(const char *sql)
{
    PQclear(s_run(sql));
}

static char *s_file(const char *path)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char *text = calloc(1, 65536);
    assert_non_null(text);
    assert_true(fread(text, 1, 65535, file) < 65535);
    fclose(file);
    return text;
}

static bool s_is_one_of(const char *word, const char *const *list, size_t count)
{
    size_t length = strcspn(word, " ");
    for (size_t i = 0; i < count; i++)
        if (strlen(list[i]) == length && strncmp(word, list[i], length) == 0)
            return true;
    return false;
}
#define IS_ONE_OF(word, list) s_is_one_of(word, list, sizeof(list) / sizeof *(list))

/* A line of a plan that reads a table or an index whole, and is not on a list. `next` is the line
 * behind it. */
static bool s_reads_whole(const char *line, const char *next)
{
    const char *found = strstr(line, "Seq Scan on ");
    if (found)
        return !IS_ONE_OF(found + strlen("Seq Scan on "), s_small);
    found = strstr(line, "Scan using ");
    found = found ? found + strlen("Scan using ") : NULL;
    if (!found) {
        found = strstr(line, "Bitmap Index Scan on ");
        found = found ? found + strlen("Bitmap Index Scan on ") : NULL;
    }
    if (!found || IS_ONE_OF(found, s_partial))
        return false;
    const char *table = strstr(found, " on ");
    if (table && IS_ONE_OF(table + strlen(" on "), s_small))
        return false;
    return !strstr(next, "Index Cond:");
}

static uint32_t s_look(const char *name, const char *mode, PGresult *plan)
{
    uint32_t bad = 0;
    for (int row = 0; row < PQntuples(plan); row++) {
        const char *next = row + 1 < PQntuples(plan) ? PQgetvalue(plan, row + 1, 0) : "";
        bad += s_reads_whole(PQgetvalue(plan, row, 0), next);
    }
    for (int row = 0; bad && row < PQntuples(plan); row++)
        print_error("%s, %s: %s\n", name, mode, PQgetvalue(plan, row, 0));
    return bad;
}

/* By the types of the parameters: numbers in the middle, texts that are unique. */
static void s_usual_params(const struct statement *statement, char *params, size_t size)
{
    char sql[256];
    size_t length = 0;
    snprintf(sql, sizeof sql,
             "SELECT unnest(parameter_types)::text FROM pg_prepared_statements WHERE name = '%s'",
             statement->name);
    PGresult *types = s_run(sql);
    for (int row = 0; row < PQntuples(types); row++) {
        const char *type = PQgetvalue(types, row, 0);
        length += (size_t)snprintf(params + length, size - length, "%s%s", row ? ", " : "",
                                   strcmp(type, "bigint") == 0 ? "50000"
                                   : strcmp(type, "text") == 0 ? "'user50000@example.org'"
                                                               : "'\\x31'");
    }
    PQclear(types);
    for (size_t i = 0; i < sizeof s_params / sizeof *s_params; i++)
        if (strcmp(s_params[i].name, statement->name) == 0)
            snprintf(params, size, "%s", s_params[i].params);
}

static uint32_t s_explain(const struct statement *statement)
{
    static const char *const modes[] = {"force_generic_plan", "force_custom_plan"};
    char params[1024] = "", sql[8192];
    uint32_t bad = 0;
    PGresult *prepared = PQprepare(s_connection, statement->name, statement->sql, 0, NULL);
    assert_int_equal(PQresultStatus(prepared), PGRES_COMMAND_OK);
    PQclear(prepared);
    s_usual_params(statement, params, sizeof params);
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        snprintf(sql, sizeof sql, "SET plan_cache_mode = %s", modes[i]);
        s_do(sql);
        snprintf(sql, sizeof sql, "EXPLAIN (COSTS OFF) EXECUTE \"%s\"%s%s%s", statement->name,
                 *params ? "(" : "", params, *params ? ")" : "");
        PGresult *plan = s_run(sql);
        bad += s_look(statement->name, modes[i], plan);
        PQclear(plan);
    }
    return bad;
}

static void s_no_statement_reads_a_large_table_whole(void **state)
{
    struct fixture *self = *state;
    char sql[128];
    uint32_t bad = 0;
    s_connection = PQconnectdb(getenv("CODECOMP_TEST_DATABASE"));
    s_do("ALTER SYSTEM SET fsync = off");
    s_do("ALTER SYSTEM SET max_wal_size = '4GB'");
    s_do("SELECT pg_reload_conf()");
    snprintf(sql, sizeof sql, "SET search_path = %s", self->schema);
    s_do(sql);
    char *large = s_file(SOURCE_DIR "/tests/unit/store/large.sql");
    s_do(large);
    free(large);
    for (size_t number = 0; number < statement_end(); number++) {
        const struct statement *statement = statement_by_number((int64_t)number);
        if (statement)
            bad += s_explain(statement);
    }
    PQfinish(s_connection);
    assert_int_equal(bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(s_no_statement_reads_a_large_table_whole, fixture_new,
                                        fixture_destroy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
