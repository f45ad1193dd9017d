/* The comparison of outputs, by tests/tables/compare.table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "actors/runner/compare.h"

#define FIELDS 4

static unsigned s_line; /* of the table */

/* Without the blanks around it. */
static struct slice s_trim(struct slice text)
{
    while (text.length && text.data[0] == ' ')
        text = slice_from(text.data + 1, text.length - 1);
    while (text.length && (text.data[text.length - 1] == ' ' || text.data[text.length - 1] == '\n'))
        text.length--;
    return text;
}

static struct slice s_unescape(struct slice text, char *out)
{
    static const char from[] = "ntrvfs0\\", to[] = "\n\t\r\v\f \0\\";
    size_t length = 0;
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] != '\\') {
            out[length++] = text.data[i];
            continue;
        }
        char c = text.data[++i];
        const char *known = strchr(from, c);
        if (c == 'x') {
            char digits[3] = {text.data[i + 1], text.data[i + 2], 0};
            out[length++] = (char)strtol(digits, NULL, 16);
            i += 2;
        } else if (known)
            out[length++] = to[known - from];
        else
            fail_msg("compare.table:%u: \\%c", s_line, c);
    }
    return slice_from(out, length);
}

static bool s_split(const char *line, struct slice fields[FIELDS])
{
    for (size_t i = 0; i < FIELDS; i++) {
        const char *bar = strchr(line, '|');
        if (!bar != (i == FIELDS - 1))
            return false;
        fields[i] = s_trim(slice_from(line, bar ? (size_t)(bar - line) : strlen(line)));
        line = bar ? bar + 1 : line;
    }
    return true;
}

static bool s_same(const struct compare_rules *rules, struct slice answer, struct slice output,
                   size_t piece)
{
    static struct compare compare;
    compare_init(&compare, rules, answer);
    for (size_t at = 0; at < output.length; at += piece)
        compare_feed(&compare, output.data + at,
                     piece < output.length - at ? piece : output.length - at);
    return compare_end(&compare);
}

static void s_try(struct slice fields[FIELDS])
{
    char answer_text[256], output_text[256], why[128] = "";
    struct compare_rules rules;
    struct slice answer = s_unescape(fields[1], answer_text);
    struct slice output = s_unescape(fields[2], output_text);
    bool parsed = compare_rules_parse(fields[0], &rules, why, sizeof why);
    if (parsed == slice_is(fields[3], "error") || parsed == (why[0] != 0))
        fail_msg("compare.table:%u: \"%s\"", s_line, why);
    for (size_t piece = 1; parsed && piece <= output.length + 1; piece++)
        if (s_same(&rules, answer, output, piece) != slice_is(fields[3], "same"))
            fail_msg("compare.table:%u: in pieces of %zu", s_line, piece);
}

static void the_table_holds(void **state)
{
    char line[1024];
    unsigned rows = 0;
    FILE *table = fopen(SOURCE_DIR "/tests/tables/compare.table", "re");
    (void)state;
    assert_non_null(table);
    for (s_line = 1; fgets(line, sizeof line, table); s_line++) {
        struct slice fields[FIELDS];
        if (line[0] == '#' || line[0] == '\n')
            continue;
        if (!s_split(line, fields))
            fail_msg("compare.table:%u: not four fields", s_line);
        s_try(fields);
        rows++;
    }
    fclose(table);
    assert_true(rows > 100);
}

/* Longer than any number: a text, and no more of it is kept than its bound. */
static void a_token_of_any_length_is_compared(void **state)
{
    enum { LENGTH = 100000 };
    struct compare_rules rules;
    char why[128], *answer = malloc(LENGTH + 2), *output = malloc(LENGTH + 2);
    (void)state;
    assert_true(compare_rules_parse(slice_of("float_tolerance 1"), &rules, why, sizeof why));
    memset(answer, '1', LENGTH);
    memset(output, '1', LENGTH);
    assert_true(s_same(&rules, slice_from(answer, LENGTH), slice_from(output, LENGTH), 1000));
    output[LENGTH - 1] = '2';
    assert_false(s_same(&rules, slice_from(answer, LENGTH), slice_from(output, LENGTH), 1000));
    memset(output, '0', LENGTH);
    output[LENGTH - 1] = '3';
    assert_false(s_same(&rules, slice_of("3"), slice_from(output, LENGTH), 1000));
    assert_true(s_same(
        &rules, slice_of("3"),
        slice_from(output + LENGTH - COMPARE_NUMBER_MAX_BYTES, COMPARE_NUMBER_MAX_BYTES), 1000));
    assert_false(s_same(
        &rules, slice_of("3"),
        slice_from(output + LENGTH - COMPARE_NUMBER_MAX_BYTES - 1, COMPARE_NUMBER_MAX_BYTES + 1),
        1000));
    free(answer);
    free(output);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_holds),
        cmocka_unit_test(a_token_of_any_length_is_compared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
