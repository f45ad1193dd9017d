/* What is shown of a run: text whatever the program wrote, in fair shares, and said when it was
 * cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "actors/runner/run_report.h"

static struct run_report s_report;

static int s_teardown(void **state)
{
    (void)state;
    run_report_end(&s_report);
    return 0;
}

static const struct rec_run_test *s_take(uint32_t index, struct slice output, struct slice errors,
                                         struct slice expected, int signal)
{
    const struct outcome facts = {
        .exit_code = 3, .signal = signal, .cpu_us = 12999, .memory_kb = 3400};
    run_report_take(&s_report, &(struct judging_test){.index = index,
                                                      .verdict = VERDICT_RUNTIME_ERROR,
                                                      .facts = &facts,
                                                      .output = output,
                                                      .errors = errors,
                                                      .expected = expected});
    return &s_report.tests[index];
}

static void facts_and_texts_are_shown(void **state)
{
    (void)state;
    run_report_begin(&s_report, 3, true);
    const struct rec_run_test *test =
        s_take(1, slice_of("5\n"), slice_of("why"), slice_of("6\n"), 0);
    assert_int_equal(test->test, 2);
    assert_int_equal(test->verdict, VERDICT_RUNTIME_ERROR);
    assert_int_equal(test->time_ms, 12);
    assert_int_equal(test->exit_code, 3);
    assert_int_equal(test->signal, I64_NONE);
    assert_true(slice_is(test->output, "5\n") && slice_is(test->errors, "why"));
    assert_true(slice_is(test->expected, "6\n"));
    assert_false(test->cut);
    test = s_take(1, slice_of(""), slice_of(""), slice_of(""), 11); /* told again */
    assert_int_equal(test->exit_code, I64_NONE);
    assert_int_equal(test->signal, 11);
    assert_int_equal(test->output.length, 0);
}

static void nothing_is_expected_of_an_own_input(void **state)
{
    (void)state;
    run_report_begin(&s_report, 1, false);
    const struct rec_run_test *test = s_take(0, slice_of("a"), slice_of(""), slice_of("b"), 0);
    assert_int_equal(test->expected.length, 0);
    assert_int_equal(s_report.share_bytes, RUN_TEXTS_MAX_BYTES / 2);
}

static void what_is_no_text_is_shown_as_such(void **state)
{
    (void)state;
    run_report_begin(&s_report, 1, true);
    const struct rec_run_test *test =
        s_take(0, slice_from("a\0\xff\x1b\xc3\xa9\tb\n", 9), slice_of(""), slice_of(""), 0);
    assert_true(slice_is(test->output, "a\ufffd\ufffd\ufffd\u00e9\tb\n"));
}

/* The longest that just fits, and one byte more; characters that grow when shown; one that would be
 * cut in two. */
static void each_text_has_its_share(void **state)
{
    (void)state;
    run_report_begin(&s_report, SAMPLES_MAX, true);
    size_t share = s_report.share_bytes;
    char *text = malloc(3 * RUN_TEXTS_MAX_BYTES);
    assert_non_null(text);
    assert_int_equal(share, RUN_TEXTS_MAX_BYTES / SAMPLES_MAX / 3);
    memset(text, 'x', 3 * RUN_TEXTS_MAX_BYTES);
    const struct rec_run_test *test =
        s_take(SAMPLES_MAX - 1, slice_from(text, share), slice_of(""), slice_of(""), 0);
    assert_int_equal(test->output.length, share);
    assert_false(test->cut);
    for (size_t more = 1; more < 3 * RUN_TEXTS_MAX_BYTES - share; more *= 7) {
        test = s_take(0, slice_of(""), slice_from(text, share + more), slice_of(""), 0);
        assert_int_equal(test->errors.length, share);
        assert_true(test->cut);
    }
    memset(text, '\xff', share);
    test = s_take(0, slice_from(text, share / 3), slice_of(""), slice_of(""), 0);
    assert_false(test->cut);
    test = s_take(0, slice_from(text, share / 3 + 1), slice_of(""), slice_of(""), 0);
    assert_true(test->cut);
    assert_true(utf8_valid(test->output));
    for (size_t i = 0; i < 2 * share; i += 2)
        memcpy(text + i, "\xc3\xa9", 2);
    test = s_take(0, slice_of(""), slice_of(""), slice_from(text + 1, share + 3), 0);
    assert_true(test->cut && utf8_valid(test->expected) && test->expected.length <= share);
    free(text);
}

static void the_longest_report_is_within_its_bound(void **state)
{
    (void)state;
    static char text[RUN_TEXTS_MAX_BYTES];
    for (uint32_t count = 1; count <= SAMPLES_MAX; count++) {
        size_t total = 0;
        run_report_begin(&s_report, count, count % 2);
        for (uint32_t i = 0; i < count; i++) {
            struct slice all = slice_from(text, sizeof text);
            const struct rec_run_test *test = s_take(i, all, all, all, 0);
            total += test->output.length + test->errors.length + test->expected.length;
        }
        assert_in_range(total, 1, RUN_TEXTS_MAX_BYTES);
        run_report_end(&s_report);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(facts_and_texts_are_shown, s_teardown),
        cmocka_unit_test_teardown(nothing_is_expected_of_an_own_input, s_teardown),
        cmocka_unit_test_teardown(what_is_no_text_is_shown_as_such, s_teardown),
        cmocka_unit_test_teardown(each_text_has_its_share, s_teardown),
        cmocka_unit_test_teardown(the_longest_report_is_within_its_bound, s_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
