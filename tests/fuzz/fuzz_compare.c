/* The comparison of a hostile output by hostile rules. The first line is the rules, then answer and
 * output, parted by the byte 0xff. In pieces or whole it must say the same, and the same as the
 * slow and simple way to say it: token by token, with both texts there. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "actors/runner/compare.h"
#include "proto/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool s_stream(const struct compare_rules *rules, struct slice answer, struct slice output,
                     size_t piece)
{
    static struct compare compare;
    compare_init(&compare, rules, answer);
    for (size_t at = 0; at < output.length; at += piece)
        compare_feed(&compare, output.data + at,
                     piece < output.length - at ? piece : output.length - at);
    return compare_end(&compare);
}

static bool s_is_space(char c)
{
    return c && strchr(" \t\n\v\f\r", c);
}

/* Takes the white space, then a token. */
static void s_next(struct slice *text, struct slice *space, struct slice *token)
{
    size_t from = 0, to;
    while (from < text->length && s_is_space(text->data[from]))
        from++;
    for (to = from; to < text->length && !s_is_space(text->data[to]);)
        to++;
    *space = slice_from(text->data, from);
    *token = slice_from(text->data + from, to - from);
    *text = slice_from(text->data + to, text->length - to);
}

static bool s_number(struct slice token, double *value)
{
    char text[COMPARE_NUMBER_MAX_BYTES + 1], rest[11];
    snprintf(text, sizeof text, "%.*s", (int)token.length, token.data);
    return token.length <= COMPARE_NUMBER_MAX_BYTES && strlen(text) == token.length &&
           sscanf(text, "%lf%10s", value, rest) == 1 && isfinite(*value);
}

static bool s_tokens_same(const struct compare_rules *rules, struct slice a, struct slice b)
{
    double judges, value;
    if ((rules->absolute >= 0 || rules->relative >= 0) && s_number(a, &judges)) {
        if (!s_number(b, &value))
            return false;
        double off = fabs(judges - value);
        return off <= rules->absolute || off <= rules->relative * fabs(judges);
    }
    if (a.length != b.length)
        return false;
    for (size_t i = 0; i < a.length; i++)
        if (rules->case_sensitive ? a.data[i] != b.data[i]
                                  : strncasecmp(a.data + i, b.data + i, 1) != 0)
            return false;
    return true;
}

static bool s_simply(const struct compare_rules *rules, struct slice answer, struct slice output)
{
    for (;;) {
        struct slice spaces[2], tokens[2];
        s_next(&answer, &spaces[0], &tokens[0]);
        s_next(&output, &spaces[1], &tokens[1]);
        if (rules->space_sensitive && !slice_equal(spaces[0], spaces[1]))
            return false;
        if (!tokens[0].length || !tokens[1].length)
            return !tokens[0].length && !tokens[1].length;
        if (!s_tokens_same(rules, tokens[0], tokens[1]))
            return false;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    const char *line = size ? memchr(text, '\n', size) : NULL;
    struct compare_rules rules;
    char why[128] = "";
    if (!line ||
        !compare_rules_parse(slice_from(text, (size_t)(line - text)), &rules, why, sizeof why))
        return 0;
    const char *end = text + size, *part = memchr(line, 0xff, (size_t)(end - line));
    struct slice answer = slice_from(line + 1, (size_t)((part ? part : end) - line - 1));
    struct slice output = part ? slice_from(part + 1, (size_t)(end - part - 1)) : slice_of("");
    bool same = s_simply(&rules, answer, output);
    check(s_stream(&rules, answer, output, output.length + 1) == same);
    check(s_stream(&rules, answer, output, 1) == same);
    check(s_stream(&rules, answer, output, 7) == same);
    return 0;
}
