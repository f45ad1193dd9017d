/* The runner's pure parts, by table: verdicts, placeholders, shown text. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "actors/runner/judging.h"
#include "actors/runner/verdict.h"

static void verdicts_follow_their_order(void **state)
{
    static const struct {
        struct outcome outcome;
        bool told, matches;
        enum verdict verdict;
    } table[] = {
        {{0}, false, true, VERDICT_ACCEPTED},
        {{0}, false, false, VERDICT_WRONG_ANSWER},
        {{0}, true, true, VERDICT_ACCEPTED},
        {{.cpu_us = 1000000}, false, true, VERDICT_ACCEPTED},
        {{.cpu_us = 1000001}, false, true, VERDICT_TIME_LIMIT_EXCEEDED},
        {{.exit_code = 1}, false, true, VERDICT_RUNTIME_ERROR},
        {{.exit_code = 1}, true, true, VERDICT_MEMORY_LIMIT_EXCEEDED},
        {{.signal = SIGSEGV}, false, true, VERDICT_RUNTIME_ERROR},
        {{.signal = SIGABRT}, true, false, VERDICT_MEMORY_LIMIT_EXCEEDED},
        {{.signal = SIGKILL, .out_of_memory = true}, false, false, VERDICT_MEMORY_LIMIT_EXCEEDED},
        {{.out_of_memory = true}, false, true, VERDICT_MEMORY_LIMIT_EXCEEDED},
        {{.signal = SIGKILL, .output_overflow = true}, false, true, VERDICT_OUTPUT_LIMIT_EXCEEDED},
        {{.signal = SIGXFSZ}, false, true, VERDICT_OUTPUT_LIMIT_EXCEEDED},
        {{.signal = SIGKILL, .cpu_exceeded = true}, true, true, VERDICT_TIME_LIMIT_EXCEEDED},
        {{.signal = SIGKILL, .wall_exceeded = true}, false, true, VERDICT_TIME_LIMIT_EXCEEDED},
        {{.signal = SIGXCPU}, false, true, VERDICT_TIME_LIMIT_EXCEEDED},
        {{.cpu_exceeded = true, .out_of_memory = true},
         false,
         false,
         VERDICT_MEMORY_LIMIT_EXCEEDED},
        {{.cpu_us = 2000000, .exit_code = 1}, false, false, VERDICT_TIME_LIMIT_EXCEEDED},
        {{.failure = "proc", .out_of_memory = true}, false, true, VERDICT_JUDGE_ERROR},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (verdict_of(&table[i].outcome, 1000000, table[i].told, table[i].matches) !=
            table[i].verdict)
            fail_msg("row %zu", i);
}

/* Who failed first decides. */
static void verdicts_on_talks_follow_their_order(void **state)
{
    static const struct {
        struct outcome outcome;
        enum judges_word word;
        bool spoke_first;
        enum verdict verdict;
    } table[] = {
        {{0}, JUDGES_RIGHT, false, VERDICT_ACCEPTED},
        {{0}, JUDGES_WRONG, false, VERDICT_WRONG_ANSWER},
        {{0}, JUDGES_BROKEN, false, VERDICT_JUDGE_ERROR},
        {{0}, JUDGES_RIGHT, true, VERDICT_ACCEPTED},
        {{0}, JUDGES_WRONG, true, VERDICT_WRONG_ANSWER},
        {{0}, JUDGES_BROKEN, true, VERDICT_JUDGE_ERROR},
        {{.signal = SIGPIPE}, JUDGES_WRONG, true, VERDICT_WRONG_ANSWER},
        {{.signal = SIGSEGV}, JUDGES_WRONG, true, VERDICT_WRONG_ANSWER},
        {{.signal = SIGKILL, .cpu_exceeded = true}, JUDGES_WRONG, true, VERDICT_WRONG_ANSWER},
        {{.signal = SIGSEGV}, JUDGES_WRONG, false, VERDICT_RUNTIME_ERROR},
        {{.signal = SIGSEGV}, JUDGES_BROKEN, false, VERDICT_RUNTIME_ERROR},
        {{.signal = SIGSEGV}, JUDGES_BROKEN, true, VERDICT_JUDGE_ERROR},
        {{.signal = SIGPIPE}, JUDGES_RIGHT, true, VERDICT_ACCEPTED},
        {{.signal = SIGPIPE}, JUDGES_RIGHT, false, VERDICT_RUNTIME_ERROR},
        {{.exit_code = 1}, JUDGES_RIGHT, true, VERDICT_RUNTIME_ERROR},
        {{.exit_code = 1}, JUDGES_RIGHT, false, VERDICT_RUNTIME_ERROR},
        {{.signal = SIGKILL, .cpu_exceeded = true},
         JUDGES_RIGHT,
         true,
         VERDICT_TIME_LIMIT_EXCEEDED},
        {{.signal = SIGKILL, .wall_exceeded = true},
         JUDGES_BROKEN,
         false,
         VERDICT_TIME_LIMIT_EXCEEDED},
        {{.cpu_us = 1000001}, JUDGES_WRONG, false, VERDICT_TIME_LIMIT_EXCEEDED},
        {{.signal = SIGKILL, .output_overflow = true},
         JUDGES_BROKEN,
         false,
         VERDICT_OUTPUT_LIMIT_EXCEEDED},
        {{.signal = SIGKILL, .out_of_memory = true},
         JUDGES_RIGHT,
         false,
         VERDICT_MEMORY_LIMIT_EXCEEDED},
        {{.failure = "no"}, JUDGES_WRONG, true, VERDICT_JUDGE_ERROR},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (verdict_of_talk(&table[i].outcome, 1000000, false, table[i].word,
                            table[i].spoke_first) != table[i].verdict)
            fail_msg("row %zu", i);
}

static void all_tests_share_what_they_may_be_idle(void **state)
{
    static const struct {
        int64_t cpu_ms, idle_ms, wall_ms;
    } table[] = {
        {1000, 0, 3000},     {1000, 17999, 3000}, {1000, 18000, 3000},     {1000, 18001, 2999},
        {1000, 19000, 2000}, {1000, 19999, 2000}, {1000, 20000, 2000},     {1000, 999999, 2000},
        {500, 0, 2000},      {10, 30000, 1010},   {18999, 0, 38998},       {19000, 0, 39000},
        {19001, 0, 39001},   {180000, 0, 200000}, {180000, 10000, 190000}, {180000, 30000, 181000},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (verdict_wall_ms(table[i].cpu_ms, table[i].idle_ms * 1000) != table[i].wall_ms)
            fail_msg("row %zu", i);
}

static void placeholders_become_values(void **state)
{
    const char *const patterns[] = {"{box}/main",
                                    "-Xmx{heap_mb}m",
                                    "-Xss{stack_mb}m",
                                    "{stack_kb}",
                                    "A={scratch}/x",
                                    "{other} {",
                                    "",
                                    NULL};
    const char *const expected[] = {"/box/main", "-Xmx256m",  "-Xss192m", "196608",
                                    "A=/tmp/x",  "{other} {", ""};
    struct language_arguments arguments;
    (void)state;
    assert_true(language_expand(patterns, &(struct language_values){"/box", "/tmp", "/shared", 256},
                                &arguments));
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        assert_string_equal(arguments.list[i], expected[i]);
    assert_null(arguments.list[sizeof expected / sizeof expected[0]]);
}

static void too_many_or_too_long_arguments_are_refused(void **state)
{
    const char *many[LANGUAGE_ARGUMENTS_MAX + 2];
    char text[2100];
    const struct language_values values = {"/box", "/tmp", "/shared", 8};
    struct language_arguments arguments;
    (void)state;
    for (size_t i = 0; i <= LANGUAGE_ARGUMENTS_MAX; i++)
        many[i] = "x";
    many[LANGUAGE_ARGUMENTS_MAX + 1] = NULL;
    assert_false(language_expand(many, &values, &arguments));
    many[LANGUAGE_ARGUMENTS_MAX] = NULL;
    assert_true(language_expand(many, &values, &arguments));
    memset(text, 'x', sizeof text);
    for (size_t length = 2040; length < sizeof text; length++) {
        text[length] = 0;
        assert_int_equal(language_expand((const char *const[]){text, NULL}, &values, &arguments),
                         length < sizeof arguments.texts);
        text[length] = 'x';
    }
}

static void every_row_of_the_table_expands(void **state)
{
    size_t count;
    const struct language *table = languages_table(&count);
    const struct language_values values = {"/tmp/codecomp-box-XXXXXX", "/tmp", "/shared", 8192};
    struct language_arguments arguments;
    (void)state;
    for (size_t i = 0; i < count; i++) {
        assert_true(language_expand(table[i].compile, &values, &arguments));
        assert_true(language_expand(table[i].run, &values, &arguments));
        assert_true(language_expand(table[i].version, &values, &arguments));
        assert_true(language_expand(table[i].environment, &values, &arguments));
        assert_true(table[i].time_factor > 0);
        assert_string_equal(language_programs(&table[i])->source_name, table[i].source_name);
        for (size_t k = 0; k < i; k++)
            assert_int_not_equal(table[i].id, table[k].id);
    }
}

static void compiler_messages_become_text(void **state)
{
    static const struct {
        const char *raw;
        size_t length;
        size_t size;
        const char *shown;
    } table[] = {
        {"abc\n\t", 5, 100, "abc\n\t"},
        {"a\0b", 3, 100,
         "a\xef\xbf\xbd"
         "b"},
        {"a\x1b[31m", 6, 100, "a\xef\xbf\xbd[31m"},
        {"\xff\xc3", 2, 100, "\xef\xbf\xbd\xef\xbf\xbd"},
        {"\xc3\xa4\xe2\x82\xac", 5, 100, "\xc3\xa4\xe2\x82\xac"},
        {"\xed\xa0\x80", 3, 100, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
        {"\xf0\x9f\x98", 3, 100, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
        {"ab\xc3\xa4", 4, 3, "ab"},
        {"ab\xc3\xa4", 4, 4, "ab\xc3\xa4"},
        {"ab\xff", 3, 4, "ab"},
        {"abc", 3, 0, ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        char text[128];
        size_t length = build_show(slice_from(table[i].raw, table[i].length), text, table[i].size);
        if (length != strlen(table[i].shown) || memcmp(text, table[i].shown, length) != 0)
            fail_msg("row %zu", i);
        assert_true(utf8_valid(slice_from(text, length)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts_follow_their_order),
        cmocka_unit_test(verdicts_on_talks_follow_their_order),
        cmocka_unit_test(all_tests_share_what_they_may_be_idle),
        cmocka_unit_test(placeholders_become_values),
        cmocka_unit_test(too_many_or_too_long_arguments_are_refused),
        cmocka_unit_test(every_row_of_the_table_expands),
        cmocka_unit_test(compiler_messages_become_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
