/* Import runs the sample solutions of each package that is not in the database as it is, on this
 * machine, prints what each was expected to get and got, and leaves a package out whose solutions
 * disagree. What it writes and when stands in store/import.h. */
#include "actors/problems.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "actors/runtime/clock.h"
#include "actors/solutions.h"
#include "actors/store/commit.h"
#include "actors/store/import.h"
#include "proto/check.h"

#define USAGE 2 /* exit code of a wrong call */

static int s_fail(const char *command, const char *why)
{
    fprintf(stderr, "codecomp %s: %s\n", command, why);
    return 1;
}

/* ---- import: its table of solutions ---------------------------------------------------------- */

struct s_import {
    const struct options *options; /* as given */
    struct solutions *solutions;   /* owned; NULL: not needed so far */
    const char *dir;               /* of the package at hand */
};

static bool s_terminal(void)
{
    return isatty(STDERR_FILENO);
}

static void s_wipe(void)
{
    if (s_terminal())
        fprintf(stderr, "\r\033[K");
}

static void s_show_running(void *user, size_t done, size_t total)
{
    const struct s_import *self = user;
    if (s_terminal())
        fprintf(stderr, "\r%s: solutions, test %zu of %zu ", self->dir, done, total);
}

/* "Runtime Error or Memory Limit Exceeded" */
static void s_expected(uint32_t expected, char text[160])
{
    size_t used = 0;
    text[0] = '\0';
    for (uint8_t verdict = 0; verdict < verdict_words.count; verdict++)
        if (expected >> verdict & 1 && used < 160)
            used += (size_t)snprintf(text + used, 160 - used, "%s%s", used ? " or " : "",
                                     word_text(&verdict_words, verdict));
    if (__builtin_popcount(expected) > 3)
        snprintf(text, 160, "not Accepted");
}

static void s_show_solution(const struct solution *solution)
{
    char expected[160], test[24] = "", time[24] = "";
    s_expected(solution->submission->expected, expected);
    if (solution->failed_test)
        snprintf(test, sizeof test, "test %u", solution->failed_test);
    if (solution->tests_run)
        snprintf(time, sizeof time, "%" PRId64 " ms", solution->time_ms);
    printf("  %s %-42s %-22s %-9s %9s  %s\n",
           solution->skipped  ? "-"
           : solution->agrees ? "ok"
                              : "!!",
           expected,
           solution->skipped ? "not judged here" : word_text(&verdict_words, solution->verdict),
           test, time, solution->submission->source.path);
    if (!solution->agrees && solution->why[0])
        printf("     %s\n", solution->why);
}

static void s_show_solutions(const struct package *package, const struct solution *list)
{
    printf("%s: %zu solutions on %zu tests\n     %-42s %-22s %-9s %9s  %s\n", package->slug,
           package->submissions_count, package->tests_count, "expected", "got", "failed at", "time",
           "solution");
    for (size_t i = 0; i < package->submissions_count; i++)
        s_show_solution(&list[i]);
    fflush(stdout);
}

/* True: all that were judged agree. */
static bool s_agree(const char *dir, const struct package *package, const struct solution *list,
                    struct package_error *error)
{
    for (size_t i = 0; i < package->submissions_count; i++) {
        char file[1024], expected[160];
        const struct solution *solution = &list[i];
        if (solution->skipped || solution->agrees)
            continue;
        s_expected(solution->submission->expected, expected);
        snprintf(file, sizeof file, "%s/%s", dir, solution->submission->source.path);
        return package_refuse(error, file, 0, "got %s, its author expects %s (--force takes it)",
                              word_text(&verdict_words, solution->verdict), expected);
    }
    return true;
}

/* Makes the slots when the first package needs them. */
static bool s_slots(struct s_import *self, const char *dir, struct package_error *error)
{
    struct buffer why;
    if (self->solutions)
        return true;
    buffer_init(&why, 4096);
    self->solutions = solutions_new(&why);
    if (!self->solutions)
        package_refuse(error, dir, 0,
                       "its solutions can't be run on this machine (--skip-solutions takes it "
                       "without): %.*s",
                       why.length < 200 ? (int)why.length : 200, why.data ? why.data : "");
    buffer_fini(&why);
    return self->solutions != NULL;
}

static bool s_look(void *user, const char *dir, const struct package *package,
                   struct package_error *error)
{
    struct s_import *self = user;
    if (self->options->skip_solutions || package->submissions_count == 0)
        return true;
    if (!s_slots(self, dir, error))
        return false;
    struct solution *list = calloc(package->submissions_count, sizeof *list);
    check(list);
    self->dir = dir;
    bool good = solutions_run(self->solutions, package, list, s_show_running, self, error);
    s_wipe();
    if (good)
        s_show_solutions(package, list);
    good = good && (s_agree(dir, package, list, error) || self->options->force);
    free(list);
    return good;
}

/* ---- import ---------------------------------------------------------------------------------- */

static void s_show_test(void *user, const char *dir, size_t done, size_t total)
{
    (void)user;
    if (s_terminal())
        fprintf(stderr, "\r%s: test %zu of %zu ", dir, done, total);
}

static void s_show_package(void *user, const char *dir, enum import_outcome outcome,
                           const struct package_error *error)
{
    static const char *const words[] = {"added", "changed", "unchanged", "refused"};
    (void)user;
    s_wipe();
    if (!error)
        printf("%s: %s\n", dir, words[outcome]);
    else if (error->line)
        printf("%s: refused: %s:%u: %s\n", dir, error->file, error->line, error->what);
    else
        printf("%s: refused: %s: %s\n", dir, error->file, error->what);
    fflush(stdout);
}

static bool s_open(const char *command, const struct options *options, struct database *database)
{
    struct store_error error;
    if (mkdir(options->data, 0700) != 0 && errno != EEXIST) {
        fprintf(stderr, "codecomp %s: --data %s: %s\n", command, options->data, strerror(errno));
        return false;
    }
    if (database_open(database, options->database, options->data, &error))
        return true;
    s_fail(command, error.text);
    return false;
}

int problems_import(const struct options *options)
{
    struct database database;
    struct s_import self = {.options = options};
    struct import_report report = {&self, s_look, s_show_test, s_show_package};
    struct import_summary summary = {0};
    bool ok = true;
    if (!s_open("import", options, &database))
        return 1;
    for (size_t i = 0; i < options->argument_count; i++)
        ok &= import_folder(&database, options->arguments[i], clock_now_ms(), &report, &summary);
    database_close(&database);
    solutions_destroy(&self.solutions);
    printf("%zu added, %zu changed, %zu unchanged, %zu refused\n", summary.packages[IMPORT_ADDED],
           summary.packages[IMPORT_CHANGED], summary.packages[IMPORT_UNCHANGED],
           summary.packages[IMPORT_REFUSED]);
    return ok ? 0 : 1;
}

/* ---- problems -------------------------------------------------------------------------------- */

struct s_problems {
    struct database database;       /* open */
    struct commit commit;           /* the statement that is run next */
    struct arena arena;             /* the last statement's result */
    struct rec_store_result result; /* it */
};

static struct commit *s_statement(struct s_problems *self, enum statement_number number)
{
    commit_begin(&self->commit);
    commit_op(&self->commit, number);
    return &self->commit;
}

/* Runs the one statement that self->commit holds, in a transaction that only reads. */
static bool s_read(struct s_problems *self)
{
    const struct store_driver *driver = self->database.driver;
    const struct rec_store_op *op = &self->commit.ops[0];
    struct store_error error = {"the result is too large"}, ignored;
    struct rows rows;
    arena_reset(&self->arena);
    rows_init(&rows, &self->arena);
    bool good = driver->begin(self->database.connection, false, &error);
    if (good) {
        good = driver->run(self->database.connection, statement_by_number(op->statement),
                           &op->params, &self->result, &rows, &error) == STORE_RAN;
        driver->end(self->database.connection, false, &ignored);
    }
    return good || (s_fail("problems", error.text), false);
}

static struct slice s_text(const struct s_problems *self, uint32_t row, uint32_t column)
{
    return result_text(&self->result, row, column);
}

static int64_t s_i64(const struct s_problems *self, uint32_t row, uint32_t column)
{
    return result_i64(&self->result, row, column);
}

#define TEXT(slice) (int)(slice).length, (slice).data

static bool s_list(struct s_problems *self)
{
    uint32_t rows;
    int64_t after = 0;
    printf("%5s  %-24s %-7s %-12s %5s  %-8s %s\n", "id", "name", "level", "judged by", "tests",
           "state", "title");
    do {
        commit_i64(s_statement(self, STATEMENT_problems_list), after);
        if (!s_read(self))
            return false;
        rows = result_rows(&self->result);
        for (uint32_t i = 0; i < rows; i++) {
            after = s_i64(self, i, 0);
            printf("%5" PRId64 "  %-24.*s %-7.*s %-12.*s %5" PRId64 "  %-8s %.*s\n", after,
                   TEXT(s_text(self, i, 1)), TEXT(s_text(self, i, 3)), TEXT(s_text(self, i, 4)),
                   s_i64(self, i, 5), s_i64(self, i, 6) ? "retired" : "in use",
                   TEXT(s_text(self, i, 2)));
        }
    } while (rows == LIST_MAX);
    return true;
}

/* By its number or its name; the one row of problem_look. */
static bool s_find(struct s_problems *self, const char *which)
{
    char *end;
    errno = 0;
    long long number = strtoll(which, &end, 10);
    struct commit *commit = s_statement(self, STATEMENT_problem_look);
    commit_i64(commit, *end || errno || number < 1 ? 0 : number);
    commit_text(commit, slice_of(which));
    if (!s_read(self))
        return false;
    if (result_rows(&self->result) == 1)
        return true;
    fprintf(stderr, "codecomp problems: there is no problem %s\n", which);
    return false;
}

static void s_show_head(const struct s_problems *self)
{
    char when[32];
    struct tm tm;
    time_t updated = (time_t)(s_i64(self, 0, 12) / 1000);
    gmtime_r(&updated, &tm);
    strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S UTC", &tm);
    printf("%.*s (%.*s, number %" PRId64 ")\n", TEXT(s_text(self, 0, 2)), TEXT(s_text(self, 0, 1)),
           s_i64(self, 0, 0));
    printf("  state      %s, since %s\n", s_i64(self, 0, 11) ? "retired" : "in use", when);
    printf("  level      %.*s\n", TEXT(s_text(self, 0, 3)));
    printf("  judged by  %.*s", TEXT(s_text(self, 0, 4)));
    if (!slice_is(s_text(self, 0, 4), "tokens"))
        printf(", called as %.*s has it", TEXT(s_text(self, 0, 5)));
    printf("\n  limits     %" PRId64 " ms, %" PRId64 " MiB of memory, %" PRId64 " MiB of output\n",
           s_i64(self, 0, 6), s_i64(self, 0, 7), s_i64(self, 0, 8) >> 20);
    printf("  content    %.*s\n", TEXT(s_text(self, 0, 10)));
}

/* Without what a terminal would take for an order. */
static void s_print_text(struct slice text)
{
    putchar('\n');
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];
        putchar((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f ? '?' : c);
    }
    putchar('\n');
}

static bool s_show(struct s_problems *self, const char *which)
{
    if (!s_find(self, which))
        return false;
    int64_t id = s_i64(self, 0, 0);
    s_show_head(self);
    struct buffer statement;
    buffer_init(&statement, STATEMENT_MAX_BYTES);
    buffer_append(&statement, s_text(self, 0, 13).data, s_text(self, 0, 13).length);
    commit_i64(s_statement(self, STATEMENT_problem_tests_look), id);
    bool good = s_read(self);
    if (good)
        printf("  tests      %" PRId64 ", %" PRId64 " of them samples, %" PRId64 " bytes\n",
               s_i64(self, 0, 0), s_i64(self, 0, 1), s_i64(self, 0, 2));
    commit_i64(s_statement(self, STATEMENT_problem_files_look), id);
    good = good && s_read(self);
    for (uint32_t i = 0; good && i < result_rows(&self->result); i++)
        printf("  %-10.*s %.*s, %" PRId64 " bytes\n", TEXT(s_text(self, i, 0)),
               TEXT(s_text(self, i, 1)), s_i64(self, i, 2));
    if (good)
        s_print_text(buffer_slice(&statement));
    buffer_fini(&statement);
    return good;
}

static bool s_mark(struct s_problems *self, const char *which, bool retire)
{
    struct package_error error;
    char name[SLUG_MAX_BYTES + 1];
    if (!s_find(self, which))
        return false;
    snprintf(name, sizeof name, "%.*s", TEXT(s_text(self, 0, 1)));
    if (!(retire ? import_retire : import_restore)(&self->database, slice_of(name), clock_now_ms(),
                                                   &error)) {
        fprintf(stderr, "codecomp problems: %s: %s\n", name, error.what);
        return false;
    }
    printf("%s: %s\n", name, retire ? "retired" : "in use");
    return true;
}

static bool s_do(struct s_problems *self, const char *verb, const char *which)
{
    if (strcmp(verb, "show") == 0)
        return s_show(self, which);
    return s_mark(self, which, strcmp(verb, "retire") == 0);
}

int problems(const struct options *options)
{
    static const char *const verbs[] = {"list", "show", "retire", "restore"};
    static struct s_problems self;
    const char *verb = options->arguments[0];
    size_t known = 0;
    while (known < 4 && strcmp(verb, verbs[known]) != 0)
        known++;
    if (known == 4 || (known == 0) != (options->argument_count == 1)) {
        fprintf(stderr, "codecomp problems: say list, or show, retire or restore with the numbers "
                        "or names of problems\n");
        return USAGE;
    }
    if (!s_open("problems", options, &self.database))
        return 1;
    bool good = true;
    if (known == 0)
        good = s_list(&self);
    for (size_t i = 1; i < options->argument_count; i++)
        good &= s_do(&self, verb, options->arguments[i]);
    arena_fini(&self.arena);
    database_close(&self.database);
    return good ? 0 : 1;
}
