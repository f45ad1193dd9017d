/* A sliding window over a ring of the newest events. Only one of them matters for the question: the
 * one `limit` events ago must have left the window. Does not know what the events are. */
#include "actors/room/limiter.h"

#include "proto/check.h"

/* Reads a number of at most six digits, all that the bounds allow, off the front of *text. */
static bool s_take_number(struct slice *text, uint32_t *number)
{
    size_t digits = 0;
    *number = 0;
    while (digits < text->length && text->data[digits] >= '0' && text->data[digits] <= '9') {
        if (digits == 6)
            return false;
        *number = *number * 10 + (uint32_t)(text->data[digits++] - '0');
    }
    if (digits == 0)
        return false;
    *text = slice_from(text->data + digits, text->length - digits);
    return true;
}

bool limiter_rate_parse(struct slice text, struct limiter_rate *rate)
{
    uint32_t limit, length;
    if (!s_take_number(&text, &limit) || text.length == 0 || text.data[0] != '/')
        return false;
    text = slice_from(text.data + 1, text.length - 1);
    if (!s_take_number(&text, &length))
        return false;
    int64_t unit_ms = slice_is(text, "s") ? 1000 : slice_is(text, "m") ? 60 * 1000 : 0;
    int64_t window_ms = length * unit_ms;
    if (limit == 0 || limit > LIMITER_MAX || window_ms == 0 || window_ms > LIMITER_WINDOW_MAX_MS)
        return false;
    *rate = (struct limiter_rate){.limit = limit, .window_ms = window_ms};
    return true;
}

/* When the event `ago` events back happened; ago 1 is the newest. */
static int64_t s_at_ms(const struct limiter *self, uint32_t ago)
{
    return self->at_ms[(self->next + LIMITER_MAX - ago) % LIMITER_MAX];
}

int64_t limiter_wait_ms(const struct limiter *self, struct limiter_rate rate, int64_t now_ms)
{
    check(rate.limit > 0 && rate.limit <= LIMITER_MAX);
    if (self->count < rate.limit)
        return 0;
    int64_t wait_ms = s_at_ms(self, rate.limit) + rate.window_ms - now_ms;
    return wait_ms > 0 ? wait_ms : 0;
}

void limiter_record(struct limiter *self, int64_t now_ms)
{
    self->at_ms[self->next] = now_ms;
    self->next = (uint8_t)((self->next + 1) % LIMITER_MAX);
    if (self->count < LIMITER_MAX)
        self->count++;
}

bool limiter_allows(struct limiter *self, struct limiter_rate rate, int64_t now_ms)
{
    if (limiter_wait_ms(self, rate, now_ms) > 0)
        return false;
    limiter_record(self, now_ms);
    return true;
}

bool limiter_idle(const struct limiter *self, struct limiter_rate rate, int64_t now_ms)
{
    return self->count == 0 || s_at_ms(self, 1) + rate.window_ms <= now_ms;
}
