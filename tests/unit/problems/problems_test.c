/* The sample problems hold what we promise of them: enough of each difficulty, enough tests, sample
 * solutions in the languages, and no two alike. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "proto/limits.h"
#include "tests/unit/problems/packages.h"

static struct package *s_packages[PACKAGES_MAX];
static size_t s_count;

static int s_of_difficulty[DIFFICULTY_MIXED]; /* how many problems */
static int s_of_language[128];                /* how many accepted solutions */
static int s_of_verdict[16];                  /* how many solutions */

static bool s_has(const struct package *package, enum verdict expected, int32_t language_id)
{
    for (size_t i = 0; i < package->submissions_count; i++)
        if (package->submissions[i].expected & (1u << expected) &&
            (language_id == 0 || package->submissions[i].language_id == language_id))
            return true;
    return false;
}

static void s_look(const struct package *package)
{
    s_of_difficulty[package->difficulty]++;
    if (package->samples_count < 2 || package->samples_count > 3 || package->tests_count < 10 ||
        package->tests_count > 30)
        fail_msg("%s has %zu tests, %zu of them samples", package->slug, package->tests_count,
                 package->samples_count);
    if (package->time_limit_ms > 2000 || package->memory_limit_mb != 256)
        fail_msg("%s has unusual limits", package->slug);
    if (!s_has(package, VERDICT_ACCEPTED, 50) || !s_has(package, VERDICT_ACCEPTED, 54) ||
        !s_has(package, VERDICT_ACCEPTED, 71) || !s_has(package, VERDICT_WRONG_ANSWER, 0))
        fail_msg("%s lacks a sample solution", package->slug);
    for (size_t i = 0; i < package->submissions_count; i++) {
        const struct package_submission *submission = &package->submissions[i];
        assert_in_range(submission->language_id, 1, 127);
        for (int verdict = 0; verdict < 16; verdict++)
            s_of_verdict[verdict] += submission->expected >> verdict & 1;
        s_of_language[submission->language_id] += submission->expected == 1u << VERDICT_ACCEPTED;
    }
}

static void every_package_is_complete(void **state)
{
    (void)state;
    assert_in_range(s_count, 12, PACKAGES_MAX);
    for (size_t i = 0; i < s_count; i++)
        s_look(s_packages[i]);
    for (int i = 0; i < DIFFICULTY_MIXED; i++)
        assert_in_range(s_of_difficulty[i], 4, INT32_MAX);
    static const int languages[] = {50, 54, 60, 62, 63, 71, 73};
    for (size_t i = 0; i < sizeof languages / sizeof languages[0]; i++)
        assert_in_range(s_of_language[languages[i]], 2, INT32_MAX);
    static const enum verdict verdicts[] = {VERDICT_WRONG_ANSWER, VERDICT_TIME_LIMIT_EXCEEDED,
                                            VERDICT_RUNTIME_ERROR, VERDICT_COMPILATION_ERROR};
    for (size_t i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++)
        assert_in_range(s_of_verdict[verdicts[i]], 2, INT32_MAX);
}

/* A generator whose seed or order went wrong would write the same input twice. */
static void s_compare_tests(const struct package *package)
{
    struct package_error error;
    struct buffer inputs[2];
    for (int i = 0; i < 2; i++)
        buffer_init(&inputs[i], TEST_FILE_MAX_BYTES);
    for (size_t i = 0; i < package->tests_count; i++)
        for (size_t j = 0; j < i; j++) {
            const struct package_file *one = &package->tests[i].input;
            const struct package_file *other = &package->tests[j].input;
            if (one->bytes != other->bytes)
                continue;
            assert_true(package_read(package, one, &inputs[0], &error));
            assert_true(package_read(package, other, &inputs[1], &error));
            if (slice_equal(buffer_slice(&inputs[0]), buffer_slice(&inputs[1])))
                fail_msg("%s: %s is %s again", package->slug, one->path, other->path);
        }
    for (int i = 0; i < 2; i++)
        buffer_fini(&inputs[i]);
}

static void no_test_is_there_twice(void **state)
{
    (void)state;
    for (size_t i = 0; i < s_count; i++)
        s_compare_tests(s_packages[i]);
}

static int s_open(void **state)
{
    (void)state;
    s_count = packages_open(s_packages);
    return 0;
}

static int s_close(void **state)
{
    (void)state;
    for (size_t i = 0; i < s_count; i++)
        package_destroy(&s_packages[i]);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_package_is_complete),
        cmocka_unit_test(no_test_is_there_twice),
    };
    return cmocka_run_group_tests(tests, s_open, s_close);
}
