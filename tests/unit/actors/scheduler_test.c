/* The scheduler: reminds at the instant, again until answered, knows what was open before it. */
#include "tests/unit/gateway/cmocka_all.h"

#include "actors/runtime/stats.h"
#include "actors/store/commit.h"
#include "tests/sim/solo.h"

#define T0 1800000000000

static struct solo s_solo;

static int s_setup(void **state)
{
    struct rec_actor_config config = solo_config();
    (void)state;
    solo_init(&s_solo, &scheduler_class, &config, NULL);
    return 0;
}

static int s_teardown(void **state)
{
    (void)state;
    solo_fini(&s_solo);
    return 0;
}

/* ---- helpers ------------------------------------------------------------------------------- */

struct row {
    int64_t id;         /* of a room */
    const char *status; /* as the database has it */
    int64_t created_ms, start_ms, duration_ms, closed_ms;
};

/* Answers the last question for a page. */
static void s_page_answer(uint32_t generation, const struct row *rows, uint32_t count)
{
    static struct value values[500 * 6];
    for (uint32_t i = 0; i < count; i++) {
        struct value *v = &values[(size_t)i * 6];
        int64_t numbers[6] = {rows[i].id,          0,
                              rows[i].created_ms,  rows[i].start_ms,
                              rows[i].duration_ms, rows[i].closed_ms};
        for (int k = 0; k < 6; k++)
            v[k] = numbers[k] == I64_NONE ? (struct value){.type = VALUE_NULL}
                                          : (struct value){.type = VALUE_I64, .i64 = numbers[k]};
        v[1] = (struct value){.type = VALUE_TEXT, .text = slice_of(rows[i].status)};
    }
    struct rec_store_result result = {0, 6, {count * 6, values}};
    struct msg_store_done done = {false, 0, {1, &result}};
    struct envelope envelope = {.to = {.generation = generation}};
    solo_tell(&s_solo, &envelope, MSG_store_done, &done);
}

/* The generation of the page question at this index of the outbox, which asks after this room. */
static uint32_t s_page_asked(uint32_t index, int64_t after_id)
{
    const struct msg_store_run *run = solo_read(&s_solo, index, MSG_store_run);
    assert_int_equal(run->ops.count, 1);
    assert_int_equal(run->ops.items[0].statement, STATEMENT_rooms_open);
    assert_int_equal(run->ops.items[0].params.items[0].i64, after_id);
    assert_int_equal(solo_envelope(&s_solo, index)->to.actor, ACTOR_store);
    return solo_envelope(&s_solo, index)->reply.generation;
}

static void s_started(void)
{
    solo_start(&s_solo);
    s_page_answer(s_page_asked(0, 0), NULL, 0);
}

/* Is this entry of the outbox a look at rejudgings? */
static bool s_is_look(uint32_t index)
{
    if (index >= s_solo.outbox.count || solo_envelope(&s_solo, index)->kind != MSG_store_run)
        return false;
    const struct msg_store_run *run = solo_read(&s_solo, index, MSG_store_run);
    return run->ops.items[0].statement == STATEMENT_rejudgings_due;
}

/* Moves the clock; true when that brings something, looks at rejudgings apart, which are always the
 * last thing and are taken out. */
static bool s_move_to(int64_t at_ms)
{
    if (!solo_move_to(&s_solo, at_ms))
        return false;
    if (!s_solo.outbox.count || !s_is_look(s_solo.outbox.count - 1))
        return true;
    s_solo.outbox.count--;
    return s_solo.outbox.count > 0;
}

/* Moves to the instant of a sweep, which is answered. */
static void s_sweep(int64_t at_ms, const struct row *rows, uint32_t count)
{
    assert_true(s_move_to(at_ms));
    assert_int_equal(s_solo.outbox.count, 1);
    s_page_answer(s_page_asked(0, 0), rows, count);
}

static void s_schedule(int64_t room_id, int64_t due_ms)
{
    struct msg_schedule schedule = {room_id, due_ms};
    solo_tell(&s_solo, NULL, MSG_schedule, &schedule);
}

static void s_expect_due(uint32_t index, int64_t room_id)
{
    const struct msg_room_due *due = solo_read(&s_solo, index, MSG_room_due);
    assert_int_equal(due->room_id, room_id);
    assert_int_equal(solo_envelope(&s_solo, index)->to.actor, ACTOR_room);
    assert_int_equal(solo_envelope(&s_solo, index)->key, room_id);
}

/* Is the scheduler ready? */
static bool s_ready(void)
{
    struct envelope envelope = {.reply = {.actor = ACTOR_gateway, .generation = 1}};
    struct msg_ping ping = {7};
    solo_tell(&s_solo, &envelope, MSG_ping, &ping);
    assert_int_equal(s_solo.outbox.count, 1);
    if (solo_envelope(&s_solo, 0)->kind == MSG_done)
        return true;
    const struct msg_refused *refused = solo_read(&s_solo, 0, MSG_refused);
    assert_int_equal(refused->refusal, REFUSED_OVERLOADED);
    return false;
}

/* ---- cases --------------------------------------------------------------------------------- */

static void a_room_is_reminded_at_its_instant_and_every_5_s_until_it_answers(void **state)
{
    (void)state;
    s_started();
    s_schedule(5, T0 + 1000);
    assert_false(s_move_to(T0 + 999));
    assert_true(s_move_to(T0 + 1000));
    assert_int_equal(s_solo.outbox.count, 1);
    s_expect_due(0, 5);
    assert_false(s_move_to(T0 + 5999));
    assert_true(s_move_to(T0 + 6000));
    s_expect_due(0, 5);
    struct msg_unschedule unschedule = {5};
    solo_tell(&s_solo, NULL, MSG_unschedule, &unschedule);
    assert_int_equal(stats_get(STAT_timers_armed), 0);
    for (int64_t at_ms = T0 + 10000; at_ms < T0 + 60000; at_ms += 1000) {
        s_move_to(at_ms);
        assert_int_equal(s_solo.outbox.count, 0);
    }
}

static void a_later_word_of_the_room_moves_its_reminder(void **state)
{
    (void)state;
    s_started();
    s_schedule(5, T0 + 1000);
    s_schedule(6, T0 + 2000);
    s_schedule(5, T0 + 3000);
    s_move_to(T0 + 1000);
    assert_int_equal(s_solo.outbox.count, 0);
    s_move_to(T0 + 2000);
    s_expect_due(0, 6);
    s_move_to(T0 + 3000);
    s_expect_due(0, 5);
}

static void who_asks_for_an_answer_gets_it(void **state)
{
    (void)state;
    s_started();
    struct envelope envelope = {.reply = {9, ACTOR_room, 0, 3, 4}};
    struct msg_schedule schedule = {5, T0};
    solo_tell(&s_solo, &envelope, MSG_schedule, &schedule);
    const struct msg_done *done = solo_read(&s_solo, 0, MSG_done);
    assert_int_equal(done->id, 5);
    assert_int_equal(solo_envelope(&s_solo, 0)->to.slot, 3);
}

static void many_at_once_leave_256_a_turn_in_order_of_arming(void **state)
{
    int64_t given = 0;
    (void)state;
    s_started();
    for (int64_t room_id = 1; room_id <= 600; room_id++)
        s_schedule(room_id, T0 + 10);
    for (uint32_t expected = 256; given < 600; expected = given == 512 ? 88 : 256) {
        assert_true(s_move_to(T0 + 10));
        assert_int_equal(s_solo.outbox.count, expected);
        for (uint32_t i = 0; i < expected; i++)
            s_expect_due(i, ++given);
    }
    assert_false(s_move_to(T0 + 10));
}

static void rooms_open_before_the_start_are_armed_by_what_they_are(void **state)
{
    (void)state;
    const struct row rows[] = {
        {1, "WAITING", T0 - 1000, I64_NONE, 600000, I64_NONE},
        {2, "ACTIVE", T0 - 9000, T0 - 5000, 600000, I64_NONE},
        {3, "ACTIVE", T0 - 900000, T0 - 800000, 600000, T0 - 200000},
    };
    solo_start(&s_solo);
    uint32_t generation = s_page_asked(0, 0);
    assert_false(s_ready());
    s_page_answer(generation, rows, 3);
    assert_true(s_ready());
    assert_int_equal(stats_get(STAT_timers_armed), 3);
    assert_true(s_move_to(T0)); /* closed: settle at once */
    assert_int_equal(s_solo.outbox.count, 1);
    s_expect_due(0, 3);
    s_schedule(3, T0 + 900000);
    s_sweep(T0 + 60000, NULL, 0);
    s_move_to(T0 + 594999);
    (void)s_page_asked(0, 0); /* and nothing else */
    s_move_to(T0 + 595000);
    s_expect_due(0, 2);
    struct msg_unschedule unschedule = {2};
    solo_tell(&s_solo, NULL, MSG_unschedule, &unschedule);
    s_schedule(3, T0 + 9000000);
    s_move_to(T0 + 1800000 - 1000);
    s_expect_due(0, 1);
}

static void pages_follow_each_other_until_one_is_not_full(void **state)
{
    static struct row rows[500];
    (void)state;
    for (int64_t i = 0; i < 500; i++)
        rows[i] = (struct row){i * 2 + 1, "WAITING", T0, I64_NONE, 600000, I64_NONE};
    solo_start(&s_solo);
    s_page_answer(s_page_asked(0, 0), rows, 500);
    uint32_t generation = s_page_asked(0, 999);
    assert_false(s_ready());
    s_page_answer(generation, NULL, 0);
    assert_true(s_ready());
    assert_int_equal(stats_get(STAT_timers_armed), 500);
}

static void an_unanswered_page_is_asked_for_again_and_the_late_answer_ignored(void **state)
{
    const struct row row = {1, "WAITING", T0, I64_NONE, 600000, I64_NONE};
    struct msg_store_failed failed = {slice_of("no database")};
    (void)state;
    solo_start(&s_solo);
    uint32_t first = s_page_asked(0, 0);
    struct envelope envelope = {.to = {.generation = first}};
    solo_tell(&s_solo, &envelope, MSG_store_failed, &failed);
    assert_int_equal(s_solo.outbox.count, 0);
    assert_false(s_move_to(T0 + 1999));
    assert_true(s_move_to(T0 + 2000));
    uint32_t second = s_page_asked(0, 0);
    assert_int_not_equal(first, second);
    s_page_answer(first, &row, 1);
    assert_false(s_ready());
    s_page_answer(second, &row, 1);
    assert_true(s_ready());
}

static void what_a_room_said_is_not_undone_by_an_older_page(void **state)
{
    const struct row row = {1, "WAITING", T0, I64_NONE, 600000, I64_NONE};
    (void)state;
    solo_start(&s_solo);
    uint32_t generation = s_page_asked(0, 0);
    s_schedule(1, T0 + 600000); /* its contest has begun meanwhile */
    s_page_answer(generation, &row, 1);
    assert_true(s_move_to(T0 + 600000));
    s_expect_due(0, 1);
}

static void what_a_room_said_and_was_lost_is_found_within_a_minute(void **state)
{
    const struct row before = {1, "WAITING", T0, I64_NONE, 70000, I64_NONE};
    const struct row after[] = {{1, "ACTIVE", T0, T0 + 10000, 70000, I64_NONE},
                                {2, "WAITING", T0 + 50000, I64_NONE, 600000, I64_NONE}};
    (void)state;
    solo_start(&s_solo);
    s_page_answer(s_page_asked(0, 0), &before, 1);
    s_move_to(T0 + 59999);
    assert_int_equal(s_solo.outbox.count, 0);
    s_sweep(T0 + 60000, after, 2);
    assert_int_equal(stats_get(STAT_timers_armed), 2);
    s_move_to(T0 + 79999);
    assert_int_equal(s_solo.outbox.count, 0);
    assert_true(s_move_to(T0 + 80000));
    assert_int_equal(s_solo.outbox.count, 1);
    s_expect_due(0, 1);
}

static void a_sweep_lets_a_settling_room_wait_for_its_limit(void **state)
{
    const struct row row = {3, "ACTIVE", T0 - 900000, T0 - 800000, 600000, T0 - 200000};
    (void)state;
    s_started();
    s_schedule(3, T0 + 900000);
    s_sweep(T0 + 60000, &row, 1);
    s_move_to(T0 + 119999);
    assert_int_equal(s_solo.outbox.count, 0);
    s_sweep(T0 + 120000, &row, 1);
}

static void one_more_than_it_can_hold_is_refused(void **state)
{
    struct envelope envelope = {.reply = {9, ACTOR_room, 0, 3, 4}};
    struct msg_schedule schedule = {0, T0 + 1000};
    (void)state;
    s_started();
    for (schedule.room_id = 1; schedule.room_id <= 100000; schedule.room_id++)
        solo_tell(&s_solo, NULL, MSG_schedule, &schedule);
    solo_tell(&s_solo, &envelope, MSG_schedule, &schedule);
    const struct msg_refused *refused = solo_read(&s_solo, 0, MSG_refused);
    assert_int_equal(refused->refusal, REFUSED_OVERLOADED);
}

/* ---- rejudgings ------------------------------------------------------------------------------ */

struct room_due {
    int64_t rejudging_id, room_id; /* room I64_NONE: none is left */
};

/* The generation of the look at this index of the outbox, which asks after this room. */
static uint32_t s_look_asked(uint32_t index, int64_t after_id)
{
    assert_true(s_is_look(index));
    const struct msg_store_run *run = solo_read(&s_solo, index, MSG_store_run);
    assert_int_equal(run->ops.items[0].params.items[0].i64, after_id);
    return solo_envelope(&s_solo, index)->reply.generation;
}

static void s_look_answer(uint32_t generation, const struct room_due *rooms, uint32_t count)
{
    static struct value values[64 * 2];
    for (uint32_t i = 0; i < count; i++) {
        values[i * 2] = (struct value){.type = VALUE_I64, .i64 = rooms[i].rejudging_id};
        values[i * 2 + 1] = rooms[i].room_id == I64_NONE
                                ? (struct value){.type = VALUE_NULL}
                                : (struct value){.type = VALUE_I64, .i64 = rooms[i].room_id};
    }
    struct rec_store_result result = {0, 2, {count * 2, values}};
    struct msg_store_done done = {false, 0, {1, &result}};
    struct envelope envelope = {.to = {.slot = 1, .generation = generation}};
    solo_tell(&s_solo, &envelope, MSG_store_done, &done);
}

static struct envelope s_expect_order(uint32_t index, int64_t room_id, int64_t rejudging_id)
{
    const struct msg_room_rejudge *order = solo_read(&s_solo, index, MSG_room_rejudge);
    assert_int_equal(order->room_id, room_id);
    assert_int_equal(order->rejudging_id, rejudging_id);
    assert_int_equal(solo_envelope(&s_solo, index)->to.actor, ACTOR_scoring);
    assert_int_equal(solo_envelope(&s_solo, index)->key, room_id);
    return (struct envelope){.to = solo_envelope(&s_solo, index)->reply};
}

static void s_rejudged(struct envelope answer, int64_t room_id)
{
    struct msg_room_rejudged rejudged = {room_id, 9};
    solo_tell(&s_solo, &answer, MSG_room_rejudged, &rejudged);
}

static void rooms_of_a_rejudging_are_ordered_page_by_page(void **state)
{
    static struct room_due rooms[64];
    static struct envelope answers[64];
    (void)state;
    for (int64_t i = 0; i < 64; i++)
        rooms[i] = (struct room_due){9, 100 + i};
    s_started();
    assert_true(solo_move_to(&s_solo, T0 + 2000));
    s_look_answer(s_look_asked(0, 0), rooms, 64);
    assert_int_equal(s_solo.outbox.count, 64);
    for (uint32_t i = 0; i < 64; i++)
        answers[i] = s_expect_order(i, 100 + i, 9);
    for (uint32_t i = 0; i < 63; i++) {
        s_rejudged(answers[i], 100 + i);
        assert_int_equal(s_solo.outbox.count, 0);
    }
    s_rejudged(answers[63], 163); /* the next page at once */
    uint32_t second = s_look_asked(0, 163);
    s_rejudged(answers[63], 163); /* an answer to the page before */
    assert_int_equal(s_solo.outbox.count, 0);
    const struct room_due last[] = {{9, 170}, {11, I64_NONE}};
    s_look_answer(second, last, 2);
    struct envelope answer = s_expect_order(0, 170, 9);
    const struct msg_store_run *run = solo_read(&s_solo, 1, MSG_store_run);
    assert_int_equal(run->ops.items[0].statement, STATEMENT_rejudging_finish);
    assert_int_equal(run->ops.items[0].params.items[0].i64, 11);
    s_rejudged(answer, 170);
    (void)s_look_asked(0, 0); /* a short page ends the round */
}

static void rooms_that_do_not_answer_come_again(void **state)
{
    const struct room_due rooms[] = {{9, 100}, {9, 101}};
    (void)state;
    s_started();
    solo_move_to(&s_solo, T0 + 2000);
    s_look_answer(s_look_asked(0, 0), rooms, 2);
    struct envelope answer = s_expect_order(0, 100, 9);
    struct msg_refused refused = {REFUSED_OVERLOADED, slice_of("")};
    solo_tell(&s_solo, &answer, MSG_refused, &refused);
    s_rejudged(answer, 101);
    assert_int_equal(s_solo.outbox.count, 0); /* a refusal is no answer: not at once */
    solo_move_to(&s_solo, T0 + 6999);
    assert_int_equal(s_solo.outbox.count, 0);
    assert_true(solo_move_to(&s_solo, T0 + 7000));
    uint32_t generation = s_look_asked(0, 0);
    s_look_answer(generation - 1, rooms, 2); /* late */
    assert_int_equal(s_solo.outbox.count, 0);
    s_look_answer(generation, rooms, 1);
    (void)s_expect_order(0, 100, 9);
}

static void nothing_to_apply_is_asked_for_every_2_s(void **state)
{
    (void)state;
    s_started();
    for (int64_t at_ms = T0 + 2000; at_ms < T0 + 60000; at_ms += 2000) {
        solo_move_to(&s_solo, at_ms - 1);
        assert_int_equal(s_solo.outbox.count, 0);
        assert_true(solo_move_to(&s_solo, at_ms));
        assert_int_equal(s_solo.outbox.count, 1);
        s_look_answer(s_look_asked(0, 0), NULL, 0);
        assert_int_equal(s_solo.outbox.count, 0);
    }
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, s_setup, s_teardown)
    const struct CMUnitTest tests[] = {
        CASE(a_room_is_reminded_at_its_instant_and_every_5_s_until_it_answers),
        CASE(a_later_word_of_the_room_moves_its_reminder),
        CASE(who_asks_for_an_answer_gets_it),
        CASE(many_at_once_leave_256_a_turn_in_order_of_arming),
        CASE(rooms_open_before_the_start_are_armed_by_what_they_are),
        CASE(pages_follow_each_other_until_one_is_not_full),
        CASE(an_unanswered_page_is_asked_for_again_and_the_late_answer_ignored),
        CASE(what_a_room_said_is_not_undone_by_an_older_page),
        CASE(what_a_room_said_and_was_lost_is_found_within_a_minute),
        CASE(a_sweep_lets_a_settling_room_wait_for_its_limit),
        CASE(one_more_than_it_can_hold_is_refused),
        CASE(rooms_of_a_rejudging_are_ordered_page_by_page),
        CASE(rooms_that_do_not_answer_come_again),
        CASE(nothing_to_apply_is_asked_for_every_2_s),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
