/* The rate limits: tests/tables/limiter.table, and a sliding window told naively. */
#include "actors/room/limiter.h"

#include <inttypes.h>

#include "proto/prng.h"
#include "tests/unit/rules/table.h"

#define EPOCH_MS 1700000000000LL

struct world {
    struct limiter limiter;   /* of one user */
    struct limiter_rate rate; /* as configured */
};

static void s_parse(const struct table_row *row, struct buffer *outcome)
{
    struct limiter_rate rate;
    struct slice text = slice_of(row->count > 1 ? row->words[1] : NULL);
    if (limiter_rate_parse(text, &rate))
        buffer_printf(outcome, "%" PRIu32 " in %" PRId64 " ms", rate.limit, rate.window_ms);
    else
        buffer_append_text(outcome, "refused");
}

static void s_row(const struct table_row *row, void *world_p, struct buffer *outcome)
{
    struct world *world = world_p;
    if (table_is(row, 0, "parse")) {
        s_parse(row, outcome);
        return;
    }
    if (table_is(row, 0, "limit")) {
        world->limiter = (struct limiter){0};
        assert_true(limiter_rate_parse(slice_of(row->words[1]), &world->rate));
        return;
    }
    int64_t now_ms = EPOCH_MS + table_ms(row, 0);
    if (table_is(row, 1, "idle?")) {
        bool idle = limiter_idle(&world->limiter, world->rate, now_ms);
        buffer_append_text(outcome, idle ? "yes" : "no");
    } else if (table_is(row, 1, "counts")) {
        limiter_record(&world->limiter, now_ms);
    } else if (limiter_allows(&world->limiter, world->rate, now_ms)) {
        buffer_append_text(outcome, "allowed");
    } else {
        buffer_append_text(outcome, "wait ");
        table_append_ms(outcome, limiter_wait_ms(&world->limiter, world->rate, now_ms));
    }
}

static void test_table(void **state)
{
    (void)state;
    struct world world = {.rate = {.limit = 1, .window_ms = 1000}};
    table_play("limiter", s_row, &world);
}

/* Against every event ever allowed, counted anew each time. */
static void test_any_window(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 500; seed++) {
        struct prng prng = {seed};
        struct limiter limiter = {0};
        struct limiter_rate rate = {.limit = 1 + (uint32_t)prng_below(&prng, LIMITER_MAX),
                                    .window_ms = 1000 * (1 + (int64_t)prng_below(&prng, 60))};
        int64_t allowed_ms[300], now_ms = EPOCH_MS;
        uint32_t allowed = 0;
        for (int step = 0; step < 300; step++) {
            now_ms += (int64_t)prng_below(&prng, 2 * (uint64_t)rate.window_ms / rate.limit);
            uint32_t in_window = 0;
            for (uint32_t i = 0; i < allowed; i++)
                in_window += now_ms - allowed_ms[i] < rate.window_ms;
            int64_t wait_ms = limiter_wait_ms(&limiter, rate, now_ms);
            bool allows = limiter_allows(&limiter, rate, now_ms);
            if (allows != (in_window < rate.limit) || allows != (wait_ms == 0) ||
                wait_ms > rate.window_ms)
                fail_msg("seed %" PRIu64 ", step %d: %" PRIu32 " in the window", seed, step,
                         in_window);
            if (allows)
                allowed_ms[allowed++] = now_ms;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_any_window),
    };
    return cmocka_run_group_tests_name("limiter", tests, NULL, NULL);
}
