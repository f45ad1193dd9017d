/* `codecomp import`: what goes in comes out, twice is once, a change replaces the tests, a broken
 * package changes nothing, and no problem is ever deleted. */
#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "actors/store/import.h"
#include "actors/store/package.h"
#include "tests/unit/store/fixture.h"

/* ---- packages and importing ------------------------------------------------------------------ */

static void s_write(struct fixture *self, const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", self->folder, name);
    for (char *slash = path + strlen(self->folder) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = 0;
        mkdir(path, 0755);
        *slash = '/';
    }
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void s_write_package(struct fixture *self)
{
    s_write(self, "problems/sum/problem.yaml",
            "name: Sum\ndifficulty: easy\nlimits:\n  time_limit: 1\n  memory: 64\n");
    s_write(self, "problems/sum/problem_statement/problem.en.md", "Add *two* numbers.\n");
    s_write(self, "problems/sum/data/sample/1.in", "1 2\n");
    s_write(self, "problems/sum/data/sample/1.ans", "3\n");
    s_write(self, "problems/sum/data/secret/01.in", "5 5\n");
    s_write(self, "problems/sum/data/secret/01.ans", "10\n");
}

struct seen {
    size_t tests;               /* written */
    struct package_error error; /* of the last package that was refused */
};

static void s_on_test(void *user, const char *dir, size_t done, size_t total)
{
    struct seen *seen = user;
    assert_non_null(dir);
    assert_true(done >= 1 && done <= total);
    seen->tests++;
}

static void s_on_package(void *user, const char *dir, enum import_outcome outcome,
                         const struct package_error *error)
{
    struct seen *seen = user;
    assert_non_null(dir);
    assert_int_equal(outcome == IMPORT_REFUSED, error != NULL);
    if (error)
        seen->error = *error;
}

/* Beside the running store, as the command does it. */
static enum import_outcome s_import(struct fixture *self, const char *folder, struct seen *seen)
{
    struct database database;
    struct store_error error;
    struct import_summary summary = {0};
    struct import_report report = {.user = seen, .test = s_on_test, .package = s_on_package};
    char path[256];
    *seen = (struct seen){0};
    snprintf(path, sizeof path, "%s/%s", self->folder, folder);
    assert_true(database_open(&database, self->url, self->folder, &error));
    bool good = import_folder(&database, path, 5000, &report, &summary);
    database_close(&database);
    assert_int_equal(good, summary.packages[IMPORT_REFUSED] == 0);
    for (enum import_outcome outcome = 0; outcome < IMPORT_OUTCOMES; outcome++)
        if (summary.packages[outcome])
            return outcome; /* these tests import one package at a time */
    fail();
    return IMPORT_REFUSED;
}

static bool s_retire(struct fixture *self, const char *slug)
{
    struct database database;
    struct store_error error;
    struct package_error why = {.what = ""};
    assert_true(database_open(&database, self->url, self->folder, &error));
    bool good = import_retire(&database, slice_of(slug), 6000, &why);
    assert_int_equal(good, why.what[0] == 0);
    database_close(&database);
    return good;
}

/* As a job has them. */
struct hashes {
    char tests[65], checker[65]; /* of problem 1 */
};

static struct hashes s_lease(struct fixture *self)
{
    struct hashes hashes;
    commit_begin(&self->commit);
    fixture_op(self, STATEMENT_takeover_users_insert, "ittti", N(1), "Ada", "a@b", "GOOGLE", N(1));
    fixture_op(self, STATEMENT_takeover_rooms_insert, "iitiiiiiint", N(1), N(1), "p", N(1),
               N(60000), N(1), N(1), N(2), N(1), "DRAW");
    fixture_op(self, STATEMENT_takeover_participants_insert, "iiiii", N(1), N(1), N(1), N(1), N(1));
    fixture_op(self, STATEMENT_takeover_room_problems_insert, "iiii", N(1), N(1), N(1), N(1));
    fixture_op(self, STATEMENT_takeover_submissions_insert, "iiiiiitiit", N(1), N(1), N(1), N(1),
               N(1), N(71), "Accepted", N(1), N(2), "");
    fixture_op(self, STATEMENT_judging_problem, "i", N(1));
    const struct rec_store_result *problem = &fixture_run(self)[5];
    assert_int_equal(result_rows(problem), 1);
    struct slice tests = result_text(problem, 0, 4), checker = result_text(problem, 0, 7);
    snprintf(hashes.tests, sizeof hashes.tests, "%.*s", (int)tests.length, tests.data);
    snprintf(hashes.checker, sizeof hashes.checker, "%.*s", (int)checker.length, checker.data);
    return hashes;
}

static const struct rec_store_result *s_read_test(struct fixture *self, int64_t ordinal,
                                                  const struct hashes *hashes)
{
    return RUN(self, STATEMENT_test_case_read, "iit", N(1), ordinal, hashes->tests);
}

/* The contents of a test as the runner reads them; false when there is none. */
static bool s_test_is(struct fixture *self, int64_t ordinal, const char *input, const char *output)
{
    const struct hashes hashes = s_lease(self);
    const struct rec_store_result *result = s_read_test(self, ordinal, &hashes);
    return result_rows(result) == 1 && slice_is(result_text(result, 0, 0), input) &&
           slice_is(result_text(result, 0, 1), output);
}

static uint32_t s_candidates(struct fixture *self)
{
    commit_i64(fixture_begin(self, STATEMENT_problem_candidates), 1);
    commit_i64(&self->commit, 2);
    return result_rows(&fixture_run(self)[0]);
}

/* ---- cases --------------------------------------------------------------------------------- */

static void s_package_goes_in(void **state)
{
    struct fixture *self = *state;
    struct seen seen;
    s_write_package(self);
    assert_int_equal(s_import(self, "problems", &seen), IMPORT_ADDED);
    assert_int_equal(seen.tests, 2);
    assert_true(s_test_is(self, 1, "1 2\n", "3\n"));
    assert_true(s_test_is(self, 2, "5 5\n", "10\n"));
    assert_false(s_test_is(self, 3, "", ""));
    assert_int_equal(s_candidates(self), 1);
}

/* How the one problem is judged, by which hash of programs, and how many files it has. */
static bool s_is_judged(struct fixture *self, const char *how, bool programs, uint32_t files)
{
    commit_i64(fixture_begin(self, STATEMENT_problem_files_look), 1);
    bool good = result_rows(&fixture_run(self)[0]) == files;
    commit_i64(fixture_begin(self, STATEMENT_problem_look), 1);
    commit_text(&self->commit, slice_of(""));
    const struct rec_store_result *result = &fixture_run(self)[0];
    good = good && result_rows(result) == 1 && slice_is(result_text(result, 0, 4), how);
    const struct hashes hashes = s_lease(self);
    result = RUN(self, STATEMENT_problem_file_read, "iit", N(1), N(0), hashes.checker);
    return good && result_rows(result) == 1 && (result_text(result, 0, 0).length > 0) == programs;
}

static void s_files_go_in_and_out(void **state)
{
    struct fixture *self = *state;
    struct seen seen;
    s_write_package(self);
    s_write(self, "problems/sum/problem.yaml", "name: Sum\nvalidation: custom\n");
    s_write(self, "problems/sum/output_validators/check.py", "exit(42)");
    s_write(self, "problems/sum/problem_statement/dot.svg", "<svg></svg>");
    s_write(self, "problems/sum/problem_statement/problem.en.md", "![dot](dot.svg)\n");
    s_write(self, "problems/sum/data/secret/testdata.yaml", "output_validator_flags: a  b\n");
    assert_int_equal(s_import(self, "problems", &seen), IMPORT_ADDED);
    assert_true(s_is_judged(self, "validator", true, 2));
    s_write(self, "problems/sum/output_validators/check.py", "exit(43)");
    assert_int_equal(s_import(self, "problems", &seen), IMPORT_CHANGED);
    assert_true(s_is_judged(self, "validator", true, 2));
    s_write(self, "problems/sum/problem.yaml", "name: Sum\n");
    s_write(self, "problems/sum/problem_statement/problem.en.md", "no dot\n");
    s_write(self, "problems/sum/data/secret/testdata.yaml",
            "output_validator_flags: case_sensitive\n");
    assert_int_equal(s_import(self, "problems", &seen), IMPORT_CHANGED);
    assert_true(s_is_judged(self, "tokens", false, 0));
}

static void s_twice_is_once(void **state)
{
    struct fixture *self = *state;
    struct seen seen;
    s_write_package(self);
    s_import(self, "problems/sum", &seen);
    assert_int_equal(s_import(self, "problems/sum", &seen), IMPORT_UNCHANGED);
    assert_int_equal(seen.tests, 0);
}

static void s_change_replaces_the_tests(void **state)
{
    struct fixture *self = *state;
    struct seen seen;
    s_write_package(self);
    s_write(self, "problems/sum/data/secret/02.in", "7 7\n");
    s_write(self, "problems/sum/data/secret/02.ans", "14\n");
    s_import(self, "problems", &seen);
    char path[256];
    snprintf(path, sizeof path, "%s/problems/sum/data/secret/01.in", self->folder);
    assert_int_equal(unlink(path), 0);
    snprintf(path, sizeof path, "%s/problems/sum/data/secret/01.ans", self->folder);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(s_import(self, "problems", &seen), IMPORT_CHANGED);
    assert_true(s_test_is(self, 2, "7 7\n", "14\n"));
    assert_false(s_test_is(self, 3, "7 7\n", "14\n"));
    assert_int_equal(s_candidates(self), 1); /* the same problem */
}

/* A job that was leased before an import reads nothing of the new package: it would be kept under
 * the hash of the old one, for good. */
static void s_import_while_it_is_judged(void **state)
{
    struct fixture *self = *state;
    struct seen seen;
    s_write_package(self);
    s_write(self, "problems/sum/problem.yaml", "name: Sum\nvalidation: custom\n");
    s_write(self, "problems/sum/output_validators/check.py", "exit(42)");
    s_import(self, "problems", &seen);
    const struct hashes before = s_lease(self);
    assert_int_equal(result_rows(s_read_test(self, 1, &before)), 1);
    s_write(self, "problems/sum/data/secret/01.in", "6 6\n");
    s_write(self, "problems/sum/data/secret/01.ans", "12\n");
    s_write(self, "problems/sum/output_validators/check.py", "exit(43)");
    assert_int_equal(s_import(self, "problems", &seen), IMPORT_CHANGED);
    assert_int_equal(result_rows(s_read_test(self, 2, &before)), 0);
    assert_int_equal(
        result_rows(RUN(self, STATEMENT_problem_file_read, "iit", N(1), N(0), before.checker)), 0);
    assert_true(s_test_is(self, 2, "6 6\n", "12\n"));
    assert_true(s_is_judged(self, "validator", true, 1));
}

static void s_broken_package_changes_nothing(void **state)
{
    struct fixture *self = *state;
    struct seen seen;
    s_write_package(self);
    s_import(self, "problems", &seen);
    s_write(self, "problems/sum/data/secret/01.ans", "eleven\n");
    s_write(self, "problems/sum/data/secret/03.in", "no answer\n");
    assert_int_equal(s_import(self, "problems", &seen), IMPORT_REFUSED);
    assert_true(seen.error.what[0] != 0);
    assert_true(s_test_is(self, 2, "5 5\n", "10\n"));
}

static void s_folder_without_packages_is_refused(void **state)
{
    struct seen seen;
    assert_int_equal(s_import(*state, ".", &seen), IMPORT_REFUSED);
    assert_int_equal(s_import(*state, "nowhere", &seen), IMPORT_REFUSED);
    assert_non_null(strstr(seen.error.what, "no problem package"));
}

static void s_retired_comes_back(void **state)
{
    struct fixture *self = *state;
    struct seen seen;
    s_write_package(self);
    s_import(self, "problems", &seen);
    assert_true(s_retire(self, "sum"));
    assert_int_equal(s_candidates(self), 0);
    assert_true(s_test_is(self, 1, "1 2\n", "3\n")); /* old contests keep it */
    assert_false(s_retire(self, "sum"));
    assert_false(s_retire(self, "unknown"));
    assert_int_equal(s_import(self, "problems", &seen), IMPORT_CHANGED);
    assert_int_equal(s_candidates(self), 1);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_new, fixture_destroy)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(s_package_goes_in),
        CASE(s_files_go_in_and_out),
        CASE(s_twice_is_once),
        CASE(s_change_replaces_the_tests),
        CASE(s_import_while_it_is_judged),
        CASE(s_broken_package_changes_nothing),
        CASE(s_folder_without_packages_is_refused),
        CASE(s_retired_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
