/* What time does to a room: reminders, expiry, settling; and what a silent store or scoring does.
 */
#include "actors/runtime/log.h"
#include "tests/unit/room/world.h"

static struct world s_world;

static int s_setup(void **state)
{
    world_init(&s_world);
    *state = &s_world;
    return 0;
}

static int s_teardown(void **state)
{
    world_fini(*state);
    return 0;
}

/* ---- reminders ------------------------------------------------------------------------------- */

static void test_a_waiting_room_expires(void **state)
{
    struct world *world = *state;
    struct world_room *room = world_full(world);
    world->harness->now_ms = room->created + 30 * MINUTE - 1;
    world_say(world, MSG_room_due);
    assert_string_equal(room->status, "WAITING");
    assert_int_equal(world_scheduled(world), room->created + 30 * MINUTE);
    world->harness->now_ms += 1;
    world_say(world, MSG_room_due);
    assert_string_equal(room->status, "FINISHED");
    assert_int_equal(world_notice(world)->facts.status, ROOM_FINISHED);
    assert_int_equal(actor_harness_count(world->harness, MSG_unschedule), 1);
}

static void test_a_contest_is_closed_when_its_time_is_up(void **state)
{
    struct world *world = *state;
    struct world_room *room = world_contest(world);
    world->harness->now_ms = room->end - 1;
    world_say(world, MSG_room_due);
    assert_true(room->closed == I64_NONE);
    assert_int_equal(world_scheduled(world), room->end);
    world->harness->now_ms = room->end + 40; /* reminders come a little late */
    world_say(world, MSG_room_due);
    assert_int_equal(room->closed, room->end);
    assert_int_equal(world_scheduled(world), room->end + 15 * MINUTE);
    assert_int_equal(world_notice(world)->facts.closed_ms, room->end);
}

static void test_a_settling_room_is_pressed(void **state)
{
    struct world *world = *state;
    struct world_room *room = world_contest(world);
    world_ask(world, MSG_room_end, HOST, ROOM);
    int64_t limit = room->closed + 15 * MINUTE;
    world->harness->now_ms = limit - 1;
    world_forget(world);
    world_say(world, MSG_room_due); /* scoring may have died: it is told again */
    assert_int_equal(actor_harness_count(world->harness, MSG_room_notice), 1);
    assert_int_equal(actor_harness_count(world->harness, MSG_settle_limit), 0);
    assert_int_equal(world_scheduled(world), limit);
    world->harness->now_ms = limit;
    world_say(world, MSG_room_due);
    const struct msg_settle_limit *pressed =
        actor_harness_only(world->harness, MSG_settle_limit, NULL);
    assert_int_equal(pressed->room_id, ROOM);
    assert_int_equal(world_scheduled(world), limit + 30000);
    world->harness->now_ms = limit + 30000;
    world_say(world, MSG_room_due);
    assert_int_equal(actor_harness_count(world->harness, MSG_settle_limit), 2);
    assert_int_equal(world->commits, 1);
}

static void test_a_settled_room_is_left_alone(void **state)
{
    struct world *world = *state;
    world_contest(world);
    world_ask(world, MSG_room_end, HOST, ROOM);
    world_say(world, MSG_room_settled);
    assert_int_equal(actor_harness_count(world->harness, MSG_unschedule), 1);
    world_forget(world);
    world->harness->now_ms += 60 * MINUTE;
    world_say(world, MSG_room_due); /* it crossed our word */
    assert_int_equal(actor_harness_count(world->harness, MSG_unschedule), 1);
    assert_int_equal(actor_harness_count(world->harness, MSG_settle_limit), 0);
    assert_int_equal(actor_harness_count(world->harness, MSG_store_run), 0);
}

static void test_a_reminder_of_no_room_is_nothing(void **state)
{
    struct world *world = *state;
    world_say(world, MSG_room_due);
    assert_int_equal(world->harness->sent_count, 1); /* the load */
}

/* ---- who does not answer --------------------------------------------------------------------- */

static void test_a_loaded_room_is_told_to_scoring(void **state)
{
    struct world *world = *state;
    world_contest(world);
    world->deaf = true;
    struct envelope request = world_submit(world, HOST, 501);
    assert_int_equal(world_notice(world)->facts.room_rev, 2);
    assert_int_equal(world_notice(world)->submissions.count, 0);
    assert_int_equal(world->commits, 0); /* scoring first: it may have missed the start */
    world->deaf = false;
    world_wait(world, 2100);
    assert_non_null(world_answer(world, &request, MSG_submitted));
}

static void test_a_failed_load_answers_everybody(void **state)
{
    struct world *world = *state;
    world_full(world);
    world->dead = true;
    struct envelope first = world_ask(world, MSG_room_leave, GUEST, ROOM);
    struct envelope second = world_ask(world, MSG_room_start, HOST, ROOM);
    world->dead = false;
    world->failing = true;
    world_wait(world, 2100);
    assert_refused(world, &first, REFUSED_FAILED);
    assert_refused(world, &second, REFUSED_FAILED);
    world->failing = false;
    struct envelope third = world_ask(world, MSG_room_start, HOST, ROOM);
    assert_non_null(world_answer(world, &third, MSG_done));
}

static void test_a_failed_commit_answers_its_command_only(void **state)
{
    struct world *world = *state;
    world_contest(world);
    world_ask(world, MSG_room_leave, STRANGER, ROOM);
    world->failing = true;
    struct envelope request = world_submit(world, HOST, 501);
    assert_refused(world, &request, REFUSED_FAILED);
    assert_int_equal(actor_harness_count(world->harness, MSG_judge_enqueue), 0);
    world->failing = false;
    request = world_submit(world, HOST, 501);
    assert_non_null(world_answer(world, &request, MSG_submitted));
    assert_int_equal(world->tables.submissions[0].number, 1);
}

static void test_a_failed_draw_answers_its_command_only(void **state)
{
    struct world *world = *state;
    world_full(world);
    world_ask(world, MSG_room_leave, STRANGER, ROOM);
    world->failing = true;
    struct envelope request = world_ask(world, MSG_room_start, HOST, ROOM);
    assert_refused(world, &request, REFUSED_FAILED);
    world->failing = false;
    request = world_ask(world, MSG_room_start, HOST, ROOM);
    assert_non_null(world_answer(world, &request, MSG_done));
}

static void test_a_busy_store_is_asked_again(void **state)
{
    struct world *world = *state;
    world_full(world);
    world->dead = true;
    struct envelope request = world_ask(world, MSG_room_leave, GUEST, ROOM);
    const struct actor_sent *load = actor_harness_nth(world->harness, MSG_store_run, 0);
    actor_harness_give(world->harness, actor_harness_answer(load, MSG_refused),
                       &(struct msg_refused){REFUSED_OVERLOADED, slice_of("")});
    assert_int_equal(world_answers(world, &request), 0);
    world->dead = false;
    world_wait(world, 2100);
    assert_non_null(world_answer(world, &request, MSG_done));
}

static void test_a_row_that_makes_no_sense_is_no_room(void **state)
{
    struct world *world = *state;
    const int64_t wanted[] = {0, -1, ROOM_PROBLEMS_MAX + 1, I64_NONE};
    for (int i = 0; i < 4; i++) {
        world_full(world)->wanted = wanted[i];
        struct envelope request = world_ask(world, MSG_room_start, HOST, ROOM);
        assert_refused(world, &request, REFUSED_ROOM_NOT_FOUND);
        world->tables.rooms[0].id = 0;
    }
    world_full(world)->status = "ASLEEP";
    struct envelope request = world_ask(world, MSG_room_start, HOST, ROOM);
    assert_refused(world, &request, REFUSED_ROOM_NOT_FOUND);
}

/* Thousands of open questions when the store falls silent: asked again in steps, none forgotten. */
static void test_thousands_are_asked_again_in_steps(void **state)
{
    struct world *world = *state;
    world->dead = true;
    for (int64_t id = 1; id <= 3000; id++)
        world_ask(world, MSG_room_leave, HOST, id);
    assert_int_equal(actor_harness_count(world->harness, MSG_store_run), 3000);
    world_wait(world, 2100);
    assert_int_equal(actor_harness_count(world->harness, MSG_store_run), 6000);
    world_forget(world);
    world->dead = false;
    world_wait(world, 2100);
    assert_int_equal(actor_harness_count(world->harness, MSG_store_run), 3000);
    assert_int_equal(actor_harness_count(world->harness, MSG_refused), 3000);
}

int main(void)
{
    log_set_level(LOG_LEVEL_NONE);
#define TEST(name) cmocka_unit_test_setup_teardown(name, s_setup, s_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_a_waiting_room_expires),
        TEST(test_a_contest_is_closed_when_its_time_is_up),
        TEST(test_a_settling_room_is_pressed),
        TEST(test_a_settled_room_is_left_alone),
        TEST(test_a_reminder_of_no_room_is_nothing),
        TEST(test_a_loaded_room_is_told_to_scoring),
        TEST(test_a_failed_load_answers_everybody),
        TEST(test_a_failed_commit_answers_its_command_only),
        TEST(test_a_failed_draw_answers_its_command_only),
        TEST(test_a_busy_store_is_asked_again),
        TEST(test_a_row_that_makes_no_sense_is_no_room),
        TEST(test_thousands_are_asked_again_in_steps),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
