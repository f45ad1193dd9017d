/* Deadlines: tests/tables/agenda.table, the bound, and a naive list that must agree. */
#include "actors/scheduler/agenda.h"

#include <inttypes.h>
#include <stdio.h>

#include "proto/prng.h"
#include "tests/unit/rules/table.h"

#define EPOCH_MS 1700000000000LL
#define NAIVE_MAX 64 /* keys of the naive list: 16 rooms, 4 kinds */

/* "7/expiry" */
static struct agenda_key s_key(const struct table_row *row, uint32_t word)
{
    char kind[16];
    long long id;
    if (word >= row->count || sscanf(row->words[word], "%lld/%15s", &id, kind) != 2)
        table_wrong(row, "word %" PRIu32 " is not a room and what is due", word + 1);
    return (struct agenda_key){.id = id, .kind = strcmp(kind, "end") == 0};
}

static void s_take(struct agenda *agenda, int64_t now_ms, struct buffer *outcome)
{
    struct agenda_entry entry;
    for (bool first = true; agenda_take_due(agenda, now_ms, &entry); first = false)
        buffer_printf(outcome, "%s%" PRId64 "/%s", first ? "" : " ", entry.key.id,
                      entry.key.kind ? "end" : "expiry");
}

static void s_row(const struct table_row *row, void *world, struct buffer *outcome)
{
    struct agenda **agenda = world;
    int64_t due_ms;
    if (table_is(row, 0, "empty")) {
        agenda_destroy(agenda);
        *agenda = agenda_new();
        assert_non_null(*agenda);
    } else if (table_is(row, 0, "arm")) {
        assert_true(agenda_arm(*agenda, s_key(row, 1), EPOCH_MS + table_ms(row, 2)));
    } else if (table_is(row, 0, "cancel")) {
        bool armed = agenda_cancel(*agenda, s_key(row, 1));
        buffer_append_text(outcome, armed ? "cancelled" : "unknown");
    } else if (table_is(row, 0, "take")) {
        s_take(*agenda, EPOCH_MS + table_ms(row, 1), outcome);
    } else if (table_is(row, 0, "count")) {
        buffer_append_i64(outcome, agenda_count(*agenda));
    } else if (table_is(row, 0, "earliest")) {
        if (agenda_earliest(*agenda, &due_ms))
            table_append_ms(outcome, due_ms - EPOCH_MS);
        else
            buffer_append_text(outcome, "none");
    } else {
        table_wrong(row, "an agenda does not know that");
    }
}

static void test_table(void **state)
{
    (void)state;
    struct agenda *agenda = NULL;
    table_play("agenda", s_row, &agenda);
    agenda_destroy(&agenda);
    assert_null(agenda);
    agenda_destroy(&agenda);
}

/* Full means full: one more is refused and nothing is lost, but what is armed can still be moved.
 */
static void test_bound(void **state)
{
    (void)state;
    struct agenda *agenda = agenda_new();
    struct prng prng = {1};
    for (int64_t id = 0; id < AGENDA_MAX; id++) {
        struct agenda_key key = {.id = id};
        assert_true(agenda_arm(agenda, key, (int64_t)prng_below(&prng, 1000)));
    }
    struct agenda_key one_more = {.id = AGENDA_MAX}, known = {.id = 5};
    assert_false(agenda_arm(agenda, one_more, 0));
    assert_true(agenda_arm(agenda, known, 5000));
    assert_int_equal(agenda_count(agenda), AGENDA_MAX);
    assert_true(agenda_cancel(agenda, (struct agenda_key){.id = 6}));
    assert_true(agenda_arm(agenda, one_more, 6000));
    struct agenda_entry entry;
    int64_t last_ms = 0;
    for (uint32_t left = AGENDA_MAX; left > 0; left--) {
        assert_true(agenda_take_due(agenda, INT64_MAX, &entry));
        assert_true(entry.due_ms >= last_ms);
        last_ms = entry.due_ms;
    }
    assert_int_equal(entry.key.id, AGENDA_MAX);
    assert_int_equal(agenda_count(agenda), 0);
    assert_true(agenda_arm(agenda, known, 1)); /* and it can be filled again */
    agenda_destroy(&agenda);
}

struct naive {
    int64_t due_ms[NAIVE_MAX]; /* by key */
    uint64_t order[NAIVE_MAX]; /* of arming, from 1; 0 = not armed */
};

static int s_naive_first(const struct naive *naive)
{
    int first = -1;
    for (int i = 0; i < NAIVE_MAX; i++) {
        if (naive->order[i] == 0)
            continue;
        if (first < 0 || naive->due_ms[i] < naive->due_ms[first] ||
            (naive->due_ms[i] == naive->due_ms[first] && naive->order[i] < naive->order[first]))
            first = i;
    }
    return first;
}

/* One random step on both; false when they disagree. */
static bool s_step(struct prng *prng, struct agenda *agenda, struct naive *naive, uint64_t order,
                   int64_t now_ms)
{
    int number = (int)prng_below(prng, NAIVE_MAX);
    struct agenda_key key = {.id = number / 4, .kind = (uint8_t)(number % 4)};
    struct agenda_entry entry;
    switch (prng_below(prng, 4)) {
    case 0:
    case 1:
        naive->due_ms[number] = now_ms + (int64_t)prng_below(prng, 40);
        naive->order[number] = order;
        return agenda_arm(agenda, key, naive->due_ms[number]);
    case 2: {
        bool armed = naive->order[number] != 0;
        naive->order[number] = 0;
        return agenda_cancel(agenda, key) == armed;
    }
    default: {
        int first = s_naive_first(naive);
        bool due = first >= 0 && naive->due_ms[first] <= now_ms;
        if (agenda_take_due(agenda, now_ms, &entry) != due)
            return false;
        if (!due)
            return true;
        naive->order[first] = 0;
        return entry.key.id == first / 4 && entry.key.kind == first % 4 &&
               entry.due_ms == naive->due_ms[first];
    }
    }
}

static void test_like_a_list(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 100; seed++) {
        struct prng prng = {seed};
        struct agenda *agenda = agenda_new();
        struct naive naive = {{0}, {0}};
        for (uint64_t step = 1; step <= 2000; step++) {
            int64_t now_ms = (int64_t)step, due_ms = -1;
            bool right = s_step(&prng, agenda, &naive, step, now_ms);
            int first = s_naive_first(&naive);
            right = right && agenda_earliest(agenda, &due_ms) == (first >= 0) &&
                    (first < 0 || due_ms == naive.due_ms[first]);
            if (!right)
                fail_msg("seed %" PRIu64 ", step %" PRIu64 ": not what a list says", seed, step);
        }
        agenda_destroy(&agenda);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_bound),
        cmocka_unit_test(test_like_a_list),
    };
    return cmocka_run_group_tests_name("agenda", tests, NULL, NULL);
}
