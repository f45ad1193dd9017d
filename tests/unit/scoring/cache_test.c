/* The rooms in memory: which one leaves when there is no place left, and which may not. */
#include "actors/scoring/scoring.h"
#include "tests/unit/actor_harness.h"

static struct score_cache s_cache;

static int s_setup(void **state)
{
    memset(&s_cache, 0, sizeof s_cache);
    score_cache_init(&s_cache);
    *state = &s_cache;
    return 0;
}

static int s_teardown(void **state)
{
    score_cache_fini(*state);
    return 0;
}

static void s_fill(struct score_cache *cache, enum room_status status)
{
    for (int64_t id = 1; id <= SCORES_MAX; id++) {
        struct score_entry *entry = score_cache_add(cache, id * 64);
        assert_non_null(entry);
        entry->room.facts.status = (uint8_t)status;
    }
}

static void test_what_was_added_is_found(void **state)
{
    struct score_cache *cache = *state;
    s_fill(cache, ROOM_ACTIVE);
    for (int64_t id = 1; id <= SCORES_MAX; id++)
        assert_int_equal(score_cache_find(cache, id * 64)->room_id, id * 64);
    assert_null(score_cache_find(cache, 1));
}

static void test_the_longest_unused_leaves(void **state)
{
    struct score_cache *cache = *state;
    s_fill(cache, ROOM_ACTIVE);
    score_cache_find(cache, 1 * 64);
    assert_non_null(score_cache_add(cache, 7));
    assert_non_null(score_cache_find(cache, 1 * 64));
    assert_null(score_cache_find(cache, 2 * 64));
}

static void test_finished_ones_leave_first(void **state)
{
    struct score_cache *cache = *state;
    s_fill(cache, ROOM_ACTIVE);
    score_cache_find(cache, 3000 * 64)->room.facts.status = ROOM_FINISHED;
    assert_non_null(score_cache_add(cache, 7));
    assert_null(score_cache_find(cache, 3000 * 64));
    assert_non_null(score_cache_find(cache, 1 * 64));
}

static void test_who_is_busy_stays(void **state)
{
    struct score_cache *cache = *state;
    struct envelope envelope = {.kind = MSG_watch};
    s_fill(cache, ROOM_FINISHED);
    for (int64_t id = 1; id <= SCORES_MAX; id++) {
        struct score_entry *entry = score_cache_find(cache, id * 64);
        if (id % 3 == 0)
            entry->asking = ASKING_FINISH;
        else
            line_add(id % 3 == 1 ? &entry->line : &entry->waiters,
                     kept_new(&envelope, &(struct msg_watch){id * 64}));
    }
    assert_null(score_cache_add(cache, 7));
    struct score_entry *idle = score_cache_find(cache, 3 * 64);
    idle->asking = ASKING_NOTHING;
    assert_non_null(score_cache_add(cache, 7));
    assert_null(score_cache_find(cache, 3 * 64));
}

static void test_an_answer_finds_only_the_open_question(void **state)
{
    struct score_cache *cache = *state;
    struct score_entry *entry = score_cache_add(cache, 64);
    struct question first = score_cache_question(cache, entry);
    assert_null(score_cache_asked(cache, first)); /* nothing is asked yet */
    entry->asking = ASKING_LOAD;
    assert_ptr_equal(score_cache_asked(cache, first), entry);
    struct question second = score_cache_question(cache, entry);
    assert_null(score_cache_asked(cache, first));
    assert_ptr_equal(score_cache_asked(cache, second), entry);
    score_cache_remove(cache, entry);
    assert_null(score_cache_asked(cache, second));
    entry = score_cache_add(cache, 128); /* the same slot, another room */
    entry->asking = ASKING_LOAD;
    assert_int_equal(score_cache_question(cache, entry).slot, second.slot);
    assert_null(score_cache_asked(cache, second));
}

static void test_a_generation_is_never_nought(void **state)
{
    struct score_cache *cache = *state;
    struct score_entry *entry = score_cache_add(cache, 64);
    cache->generations[entry->slot] = UINT32_MAX;
    assert_int_equal(score_cache_question(cache, entry).generation, 1);
}

/* ---- the actor, full ----------------------------------------------------------------------- */

static void test_a_full_shard_refuses_and_recovers(void **state)
{
    (void)state;
    struct rec_actor_config config = {.shards = 1};
    struct actor_harness *harness = actor_harness_new(&scoring_class, &config, NULL);
    for (int64_t id = 1; id <= SCORES_MAX; id++)
        actor_harness_give(harness, actor_harness_request(harness, MSG_watch, 0, id),
                           &(struct msg_watch){id});
    assert_int_equal(actor_harness_count(harness, MSG_store_run), SCORES_MAX);
    actor_harness_forget(harness);
    struct envelope ask = actor_harness_request(harness, MSG_watch, 0, SCORES_MAX + 1);
    actor_harness_give(harness, ask, &(struct msg_watch){SCORES_MAX + 1});
    actor_harness_refused(harness, &ask, REFUSED_OVERLOADED);
    actor_harness_forget(harness);
    /* every question is repeated, and in the end given up, in turns that an outbox can hold */
    actor_harness_wait(harness, TRIES_MAX * REPEAT_MS);
    assert_int_equal(actor_harness_count(harness, MSG_store_run), (TRIES_MAX - 1) * SCORES_MAX);
    assert_int_equal(actor_harness_count(harness, MSG_refused), SCORES_MAX);
    actor_harness_forget(harness);
    actor_harness_give(harness, ask, &(struct msg_watch){SCORES_MAX + 1});
    actor_harness_only(harness, MSG_store_run, NULL);
    actor_harness_destroy(&harness);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, s_setup, s_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_what_was_added_is_found),
        TEST(test_the_longest_unused_leaves),
        TEST(test_finished_ones_leave_first),
        TEST(test_who_is_busy_stays),
        TEST(test_an_answer_finds_only_the_open_question),
        TEST(test_a_generation_is_never_nought),
        TEST(test_a_full_shard_refuses_and_recovers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
