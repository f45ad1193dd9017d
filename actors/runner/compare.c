/* Token comparison of a stream against a text in memory. */
#include "actors/runner/compare.h"

static bool s_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static void s_skip_space(struct compare *self)
{
    while (self->at < self->expected.length && s_space(self->expected.data[self->at]))
        self->at++;
}

/* The output's token is over: the expected one must be, too. */
static void s_end_token(struct compare *self)
{
    if (self->in_token && self->at < self->expected.length &&
        !s_space(self->expected.data[self->at]))
        self->differs = true;
    self->in_token = false;
}

void compare_init(struct compare *self, struct slice expected)
{
    *self = (struct compare){.expected = expected};
}

void compare_feed(struct compare *self, const char *data, size_t length)
{
    for (size_t i = 0; i < length && !self->differs; i++) {
        if (s_space(data[i])) {
            s_end_token(self);
            continue;
        }
        if (!self->in_token)
            s_skip_space(self);
        self->in_token = true;
        if (self->at < self->expected.length && self->expected.data[self->at] == data[i])
            self->at++;
        else
            self->differs = true;
    }
}

bool compare_end(struct compare *self)
{
    s_end_token(self);
    s_skip_space(self);
    return !self->differs && self->at == self->expected.length;
}
