/* Token comparison of a stream against a text in memory. What is equal byte for byte, nearly all of
 * it, is compared in long runs; only where the two part is there anything to think about. */
#include "actors/runner/compare.h"

#include <math.h>
#include <stdio.h>

static bool s_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static char s_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* ---- numbers ---- */

/* `text` ends with a NUL and has none within. As scanf, not as strtod, which stops before an
 * exponent without digits. */
static bool s_number(const char *text, double *value)
{
    char rest[2];
    return sscanf(text, "%lf%1s", value, rest) == 1 && isfinite(*value);
}

static bool s_slice_number(struct slice token, double *value)
{
    char text[COMPARE_NUMBER_MAX_BYTES + 1];
    if (token.length == 0 || token.length > COMPARE_NUMBER_MAX_BYTES ||
        memchr(token.data, 0, token.length))
        return false;
    memcpy(text, token.data, token.length);
    text[token.length] = 0;
    return s_number(text, value);
}

/* ---- rules ---- */

static bool s_word(struct slice *words, struct slice *word)
{
    size_t from = 0, to;
    *word = slice_of("");
    if (words->length == 0) /* and maybe without data */
        return false;
    while (from < words->length && s_space(words->data[from]))
        from++;
    for (to = from; to < words->length && !s_space(words->data[to]);)
        to++;
    *word = slice_from(words->data + from, to - from);
    *words = slice_from(words->data + to, words->length - to);
    return word->length > 0;
}

static bool s_tolerance(struct slice name, struct slice *words, double *value, char *error,
                        size_t error_size)
{
    struct slice word;
    if (s_word(words, &word) && s_slice_number(word, value) && *value >= 0)
        return true;
    snprintf(error, error_size, "%.*s must be followed by a number of at least 0, not \"%.*s\"",
             (int)name.length, name.data, (int)(word.length < 64 ? word.length : 64), word.data);
    return false;
}

bool compare_rules_parse(struct slice words, struct compare_rules *rules, char *error,
                         size_t error_size)
{
    struct slice word;
    *rules = (struct compare_rules){.absolute = -1, .relative = -1};
    while (s_word(&words, &word)) {
        bool both = slice_is(word, "float_tolerance");
        if (slice_is(word, "case_sensitive"))
            rules->case_sensitive = true;
        else if (slice_is(word, "space_change_sensitive"))
            rules->space_sensitive = true;
        else if (both || slice_is(word, "float_absolute_tolerance")) {
            if (!s_tolerance(word, &words, &rules->absolute, error, error_size))
                return false;
            rules->relative = both ? rules->absolute : rules->relative;
        } else if (slice_is(word, "float_relative_tolerance")) {
            if (!s_tolerance(word, &words, &rules->relative, error, error_size))
                return false;
        } else {
            snprintf(error, error_size, "there is no rule of comparison \"%.*s\"",
                     (int)(word.length < 64 ? word.length : 64), word.data);
            return false;
        }
    }
    return true;
}

/* ---- the expected text ---- */

static bool s_at_end(const struct compare *self)
{
    return self->at == self->expected.length;
}

/* Behind its current token, or in the space before one. */
static bool s_between(const struct compare *self)
{
    return s_at_end(self) || s_space(self->expected.data[self->at]);
}

static void s_skip_space(struct compare *self)
{
    while (!s_at_end(self) && s_space(self->expected.data[self->at]))
        self->at++;
}

/* The token that `at` is in or behind; `at` goes behind it. */
static struct slice s_token(struct compare *self)
{
    size_t from = self->at;
    while (from > 0 && !s_space(self->expected.data[from - 1]))
        from--;
    while (!s_between(self))
        self->at++;
    return slice_from(self->expected.data + from, self->at - from);
}

/* ---- comparing ---- */

/* The output's token is not the expected one, whose first `at` bytes it has: it may be a number
 * that is near. The case of what they have in common does not matter to a number. */
static void s_part(struct compare *self)
{
    size_t common = self->at;
    struct slice token = s_token(self);
    common -= (size_t)(token.data - self->expected.data);
    bool tolerant = self->rules.absolute >= 0 || self->rules.relative >= 0;
    if (!tolerant || !s_slice_number(token, &self->judges)) {
        self->differs = true;
        return;
    }
    self->number = true;
    self->length = common;
    memcpy(self->text, token.data, common);
}

static void s_gather(struct compare *self, char c)
{
    if (self->length == COMPARE_NUMBER_MAX_BYTES || c == 0)
        self->differs = true;
    else
        self->text[self->length++] = c;
}

static bool s_near(struct compare *self)
{
    double value;
    self->text[self->length] = 0;
    if (!s_number(self->text, &value))
        return false;
    double off = fabs(self->judges - value);
    return off <= self->rules.absolute || off <= self->rules.relative * fabs(self->judges);
}

/* The output's token is over: the expected one must be, too. */
static void s_end_token(struct compare *self)
{
    if (self->in_token && !self->number && !s_between(self))
        s_part(self);
    if (self->number && !s_near(self))
        self->differs = true;
    self->in_token = self->number = false;
}

static void s_take_space(struct compare *self, char c)
{
    s_end_token(self);
    if (!self->rules.space_sensitive)
        return;
    if (!s_at_end(self) && self->expected.data[self->at] == c)
        self->at++;
    else
        self->differs = true;
}

static void s_take(struct compare *self, char c)
{
    if (!self->in_token && !self->rules.space_sensitive)
        s_skip_space(self);
    if (!self->in_token && s_between(self)) { /* one token more, or less space */
        self->differs = true;
        return;
    }
    self->in_token = true;
    if (!self->number) {
        char expected = s_at_end(self) ? ' ' : self->expected.data[self->at];
        if (expected == c || (!self->rules.case_sensitive && s_lower(expected) == s_lower(c))) {
            self->at++;
            return;
        }
        s_part(self);
    }
    if (self->number)
        s_gather(self, c);
}

/* How much is equal byte for byte. */
static size_t s_run(const char *a, const char *b, size_t length)
{
    enum { STRIDE = 64 };
    size_t equal = 0;
    while (length - equal >= STRIDE && memcmp(a + equal, b + equal, STRIDE) == 0)
        equal += STRIDE;
    while (equal < length && a[equal] == b[equal])
        equal++;
    return equal;
}

void compare_init(struct compare *self, const struct compare_rules *rules, struct slice expected)
{
    self->rules = *rules;
    self->expected = expected;
    self->at = 0;
    self->in_token = self->number = self->differs = false;
}

void compare_feed(struct compare *self, const char *data, size_t length)
{
    for (size_t i = 0; i < length && !self->differs; i++) {
        size_t rest = self->expected.length - self->at;
        size_t run = self->number ? 0
                                  : s_run(data + i, self->expected.data + self->at,
                                          rest < length - i ? rest : length - i);
        if (run) {
            self->at += run;
            i += run - 1;
            self->in_token = !s_space(data[i]);
        } else if (s_space(data[i]))
            s_take_space(self, data[i]);
        else
            s_take(self, data[i]);
    }
}

bool compare_end(struct compare *self)
{
    s_end_token(self);
    if (!self->rules.space_sensitive)
        s_skip_space(self);
    return !self->differs && s_at_end(self);
}
