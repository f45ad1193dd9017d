/* Fan-out: newer versions pass, numbered; beats tell of a lost last message. */
#include "tests/unit/gateway/cmocka_all.h"

#include "actors/fanout/latest.h"
#include "tests/sim/solo.h"

#define T0 1800000000000

static struct solo s_solo;

static int s_setup(void **state)
{
    struct rec_actor_config config = solo_config();
    (void)state;
    solo_init(&s_solo, &fanout_class, &config, NULL);
    solo_start(&s_solo);
    return 0;
}

static int s_teardown(void **state)
{
    (void)state;
    solo_fini(&s_solo);
    return 0;
}

static void s_watched(int64_t room_id, int64_t version)
{
    struct envelope envelope = {.key = room_id, .deadline_ms = T0 + 30000, .trace = 77};
    struct msg_watched watched = {.guest_user_id = I64_NONE,
                                  .state = {.room_id = room_id, .version = version}};
    solo_tell(&s_solo, &envelope, MSG_watched, &watched);
}

static void s_expect_streamed(uint64_t number, uint16_t id, int64_t key)
{
    assert_int_equal(s_solo.outbox.count, 1);
    const struct envelope *envelope = solo_envelope(&s_solo, 0);
    assert_int_equal(envelope->kind, id);
    assert_int_equal(envelope->to.actor, ACTOR_gateway);
    assert_int_equal(envelope->to.node, 0);
    assert_int_equal(envelope->sequence, number);
    assert_int_equal(envelope->key, key);
    assert_int_equal(envelope->deadline_ms, 0); /* news to others long after the asker's */
}

static void newer_versions_pass_numbered_and_older_ones_do_not(void **state)
{
    (void)state;
    s_watched(5, 3);
    s_expect_streamed(1, MSG_watched, 5);
    assert_int_equal(solo_envelope(&s_solo, 0)->trace, 77);
    const struct msg_watched *watched = solo_read(&s_solo, 0, MSG_watched);
    assert_int_equal(watched->state.version, 3);
    s_watched(5, 2);
    assert_int_equal(s_solo.outbox.count, 0);
    s_watched(5, 3);
    assert_int_equal(s_solo.outbox.count, 0);
    s_watched(6, 1);
    s_expect_streamed(2, MSG_watched, 6);
    s_watched(5, 4);
    s_expect_streamed(3, MSG_watched, 5);
}

static void every_verdict_passes_to_its_user(void **state)
{
    struct envelope envelope = {.key = 42};
    struct msg_submission_found found = {
        .submission = {.id = 9, .user_id = 42, .status = VERDICT_ACCEPTED, .judged_ms = 1000}};
    (void)state;
    solo_tell(&s_solo, &envelope, MSG_submission_found, &found);
    s_expect_streamed(1, MSG_submission_found, 42);
    solo_tell(&s_solo, &envelope, MSG_submission_found, &found);
    s_expect_streamed(2, MSG_submission_found, 42);
}

/* Whether a word on how far a submission is passes. */
static bool s_progress_passes(int64_t submission_id, int64_t tests_run)
{
    struct envelope envelope = {.key = 42};
    struct msg_submission_found found = {.submission = {.id = submission_id,
                                                        .user_id = 42,
                                                        .status = VERDICT_JUDGING,
                                                        .judged_ms = I64_NONE,
                                                        .tests_run = tests_run,
                                                        .tests_total = 5}};
    solo_tell(&s_solo, &envelope, MSG_submission_found, &found);
    return s_solo.outbox.count == 1;
}

/* The judge's words and scoring's verdict take different ways here, and so may overtake each other. */
static void progress_passes_forwards_and_never_behind_the_verdict(void **state)
{
    (void)state;
    struct envelope envelope = {.key = 42};
    struct msg_submission_found final = {
        .submission = {.id = 9, .user_id = 42, .status = VERDICT_ACCEPTED, .judged_ms = 1000}};
    assert_true(s_progress_passes(9, 0));
    assert_true(s_progress_passes(9, 2));
    assert_false(s_progress_passes(9, 2));
    assert_false(s_progress_passes(9, 1)); /* it is judged again, from the first test */
    assert_true(s_progress_passes(10, 1));
    solo_tell(&s_solo, &envelope, MSG_submission_found, &final);
    assert_int_equal(s_solo.outbox.count, 1);
    assert_false(s_progress_passes(9, 4));
    assert_true(s_progress_passes(10, 3));
    final.submission.judged_ms = 2000; /* an operator had it judged again */
    solo_tell(&s_solo, &envelope, MSG_submission_found, &final);
    assert_int_equal(s_solo.outbox.count, 1);
}

static void every_run_passes_to_its_user(void **state)
{
    (void)state;
    struct envelope envelope = {.key = 42};
    struct msg_run_found found = {.run = {.id = 9, .user_id = 42, .status = VERDICT_ACCEPTED}};
    solo_tell(&s_solo, &envelope, MSG_run_found, &found);
    s_expect_streamed(1, MSG_run_found, 42);
}

static void s_expect_beat(int64_t at_ms, int64_t sent)
{
    solo_move_to(&s_solo, at_ms - 1);
    assert_int_equal(s_solo.outbox.count, 0);
    assert_true(solo_move_to(&s_solo, at_ms));
    s_expect_streamed(0, MSG_stream_beat, 0);
    const struct msg_stream_beat *beat = solo_read(&s_solo, 0, MSG_stream_beat);
    assert_int_equal(beat->sent, sent);
    outbox_clear(&s_solo.outbox);
}

static void beats_follow_the_last_message_for_a_minute_and_then_stop(void **state)
{
    (void)state;
    assert_false(solo_move_to(&s_solo, T0 + 100000)); /* nothing sent, nothing to beat for */
    int64_t last_ms = s_solo.now_ms;
    s_watched(5, 1);
    outbox_clear(&s_solo.outbox);
    const int64_t close_ms[] = {1000, 2000, 3000, 5000};
    for (int i = 0; i < 4; i++)
        s_expect_beat(last_ms + close_ms[i], 1);
    for (int64_t after_ms = 10000; after_ms <= 60000; after_ms += 5000)
        s_expect_beat(last_ms + after_ms, 1);
    assert_false(solo_move_to(&s_solo, last_ms + 600000));
    s_watched(5, 2);
    outbox_clear(&s_solo.outbox);
    s_expect_beat(last_ms + 601000, 2);
}

static void messages_close_to_each_other_need_no_beat(void **state)
{
    (void)state;
    for (int64_t i = 1; i <= 20; i++) {
        s_watched(5, i);
        outbox_clear(&s_solo.outbox);
        solo_move_to(&s_solo, T0 + i * 900);
        assert_int_equal(s_solo.outbox.count, 0);
    }
    s_expect_beat(T0 + 19 * 900 + 1000, 20);
}

static void overdue_beats_are_one(void **state)
{
    (void)state;
    s_watched(5, 1);
    assert_true(solo_move_to(&s_solo, T0 + 12000));
    s_expect_streamed(0, MSG_stream_beat, 0);
    outbox_clear(&s_solo.outbox);
    s_expect_beat(T0 + 15000, 1);
}

static void it_is_ready_at_once(void **state)
{
    struct envelope envelope = {.reply = {.actor = ACTOR_gateway, .generation = 1}};
    struct msg_ping ping = {7};
    (void)state;
    solo_tell(&s_solo, &envelope, MSG_ping, &ping);
    const struct msg_done *done = solo_read(&s_solo, 0, MSG_done);
    assert_int_equal(done->id, 7);
}

/* ---- latest -------------------------------------------------------------------------------- */

static void the_key_heard_of_longest_ago_is_forgotten(void **state)
{
    (void)state;
    struct latest *latest = latest_new(4);
    for (int64_t key = 1; key <= 4; key++)
        assert_true(latest_note(latest, key, 10));
    assert_false(latest_note(latest, 1, 9)); /* heard of again, though nothing new */
    assert_true(latest_note(latest, 5, 1));  /* 2 goes */
    assert_false(latest_note(latest, 1, 10));
    assert_false(latest_note(latest, 3, 10));
    assert_true(latest_note(latest, 2, 1)); /* 4 goes */
    assert_true(latest_note(latest, 4, 1)); /* 5 goes */
    assert_true(latest_note(latest, 5, 1));
    latest_destroy(&latest);
    assert_null(latest);
}

/* Against a table without a bound, on fewer keys than fit. */
static void notes_agree_with_a_plain_table(void **state)
{
    int64_t newest[64] = {0};
    uint64_t chance = 12345;
    (void)state;
    for (uint32_t capacity = 64; capacity <= 128; capacity *= 2) {
        struct latest *latest = latest_new(capacity);
        memset(newest, 0, sizeof newest);
        for (int i = 0; i < 20000; i++) {
            chance = chance * 6364136223846793005u + 1442695040888963407u;
            int64_t key = (int64_t)(chance >> 58), version = (int64_t)(chance >> 40 & 1023) + 1;
            assert_int_equal(latest_version(latest, key), newest[key] ? newest[key] : -1);
            assert_int_equal(latest_note(latest, key, version), version > newest[key]);
            newest[key] = version > newest[key] ? version : newest[key];
        }
        latest_destroy(&latest);
    }
}

static void one_place_is_enough(void **state)
{
    (void)state;
    struct latest *latest = latest_new(1);
    for (int64_t i = 1; i <= 5; i++) {
        assert_true(latest_note(latest, i, 1));
        assert_false(latest_note(latest, i, 1));
        assert_true(latest_note(latest, i, 2));
    }
    latest_destroy(&latest);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, s_setup, s_teardown)
    const struct CMUnitTest tests[] = {
        CASE(newer_versions_pass_numbered_and_older_ones_do_not),
        CASE(every_verdict_passes_to_its_user),
        CASE(progress_passes_forwards_and_never_behind_the_verdict),
        CASE(every_run_passes_to_its_user),
        CASE(beats_follow_the_last_message_for_a_minute_and_then_stop),
        CASE(messages_close_to_each_other_need_no_beat),
        CASE(overdue_beats_are_one),
        CASE(it_is_ready_at_once),
        cmocka_unit_test(the_key_heard_of_longest_ago_is_forgotten),
        cmocka_unit_test(notes_agree_with_a_plain_table),
        cmocka_unit_test(one_place_is_enough),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
