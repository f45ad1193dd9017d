/* Every sample solution of every problem gets the verdict that its folder names, from the sandbox
 * that judges submissions. This proves the solutions, the tests and the limits at once: the
 * accepted ones of a problem are different programs that agree on every test. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "actors/runner/judging.h"
#include "proto/limits.h"
#include "tests/unit/problems/packages.h"

#define SLOTS 2
#define SOLUTIONS_MAX 512

struct s_solution {
    const struct package *package;               /* borrowed from s_packages */
    const struct package_submission *submission; /* of it */
    struct judging_outcome outcome;              /* how it was judged */
};

struct s_slot {
    struct sandbox *sandbox; /* owned */
    struct buffer source;    /* of the solution being judged */
    struct buffer input;     /* of the test being run */
    struct buffer answer;    /* the same */
};

/* What a judging asks us for. */
struct s_case {
    struct s_slot *slot;           /* where it runs */
    const struct package *package; /* whose tests */
};

static struct package *s_packages[PACKAGES_MAX];
static size_t s_packages_count;
static struct s_solution s_solutions[SOLUTIONS_MAX];
static size_t s_solutions_count;
static struct s_slot s_slots[SLOTS];
static struct languages s_languages; /* of this machine */
static atomic_size_t s_next;         /* the next solution for whichever thread is free */

static bool s_next_test(void *context, uint32_t index, struct slice *input, struct slice *expected)
{
    struct s_case *one = context;
    struct package_error error;
    const struct package_test *test = &one->package->tests[index];
    if (!package_read(one->package, &test->input, &one->slot->input, &error) ||
        !package_read(one->package, &test->answer, &one->slot->answer, &error))
        return false;
    *input = buffer_slice(&one->slot->input);
    *expected = buffer_slice(&one->slot->answer);
    return true;
}

static bool s_progress(void *context, uint32_t done, uint32_t total)
{
    (void)context, (void)done, (void)total;
    return true;
}

static void s_judge(struct s_slot *slot, struct s_solution *solution)
{
    const struct package *package = solution->package;
    struct package_error error;
    struct s_case one = {slot, package};
    if (!package_read(package, &solution->submission->source, &slot->source, &error))
        return; /* leaves PENDING, which no folder expects */
    const struct judging_task task = {
        .languages = &s_languages,
        .language_id = solution->submission->language_id,
        .code = buffer_slice(&slot->source),
        .time_limit_ms = package->time_limit_ms,
        .memory_limit_mb = package->memory_limit_mb,
        .output_limit_bytes = (uint64_t)package->output_limit_bytes,
        .test_count = (uint32_t)package->tests_count,
        .next_test = s_next_test,
        .progress = s_progress,
        .context = &one,
    };
    judging_run(slot->sandbox, &task, &solution->outcome);
}

static void *s_work(void *slot)
{
    for (size_t i; (i = atomic_fetch_add(&s_next, 1)) < s_solutions_count;)
        s_judge(slot, &s_solutions[i]);
    return NULL;
}

static int s_check(const struct s_solution *solution)
{
    const struct judging_outcome *is = &solution->outcome;
    if (solution->submission->expected >> is->verdict & 1)
        return 0;
    print_error("%s %s: %s, test %u of %u, %d ms, %s %.*s\n", solution->package->slug,
                solution->submission->source.path, word_text(&verdict_words, is->verdict),
                is->failed_test, is->tests_total, (int)is->time_ms, is->reason,
                (int)is->compile_output_bytes, is->compile_output);
    return 1;
}

static void every_solution_gets_its_verdict(void **state)
{
    pthread_t threads[SLOTS];
    int wrong = 0;
    (void)state;
    for (int i = 0; i < SLOTS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, s_work, &s_slots[i]), 0);
    for (int i = 0; i < SLOTS; i++)
        pthread_join(threads[i], NULL);
    for (size_t i = 0; i < s_solutions_count; i++)
        wrong += s_check(&s_solutions[i]);
    assert_int_equal(wrong, 0);
}

static void s_collect(const struct package *package)
{
    for (size_t i = 0; i < package->submissions_count; i++) {
        const struct package_submission *submission = &package->submissions[i];
        if (!languages_find(&s_languages, submission->language_id, NULL)) {
            print_message("%s: no toolchain here for %s\n", package->slug, submission->source.path);
            continue;
        }
        assert_in_range(s_solutions_count, 0, SOLUTIONS_MAX - 1);
        s_solutions[s_solutions_count++] =
            (struct s_solution){.package = package, .submission = submission};
    }
}

static int s_open(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SLOTS; i++) {
        struct buffer why;
        buffer_init(&why, 4096);
        s_slots[i].sandbox = sandbox_new(SANDBOX_ISOLATED, i, NULL, &why);
        if (!s_slots[i].sandbox)
            fail_msg("%.*s", (int)why.length, why.data);
        buffer_fini(&why);
        buffer_init(&s_slots[i].source, TEST_FILE_MAX_BYTES);
        buffer_init(&s_slots[i].input, TEST_FILE_MAX_BYTES);
        buffer_init(&s_slots[i].answer, TEST_FILE_MAX_BYTES);
    }
    languages_detect(&s_languages, s_slots[0].sandbox);
    s_packages_count = packages_open(s_packages);
    for (size_t i = 0; i < s_packages_count; i++)
        s_collect(s_packages[i]);
    return 0;
}

static int s_close(void **state)
{
    (void)state;
    for (size_t i = 0; i < s_packages_count; i++)
        package_destroy(&s_packages[i]);
    for (unsigned i = 0; i < SLOTS; i++) {
        sandbox_destroy(&s_slots[i].sandbox);
        buffer_fini(&s_slots[i].source);
        buffer_fini(&s_slots[i].input);
        buffer_fini(&s_slots[i].answer);
    }
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_solution_gets_its_verdict)};
    return cmocka_run_group_tests(tests, s_open, s_close);
}
