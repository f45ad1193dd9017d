/* A contest from its start to its end: what is drawn, taken, closed and left. */
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

/* ---- start --------------------------------------------------------------------------------- */

static void test_a_start_draws_problems(void **state)
{
    struct world *world = *state;
    struct world_room *room = world_full(world);
    world->harness->now_ms += 5000;
    struct envelope request = world_ask(world, MSG_room_start, HOST, ROOM);
    assert_non_null(world_answer(world, &request, MSG_done));
    assert_string_equal(room->status, "ACTIVE");
    assert_int_equal(room->start, world->harness->now_ms);
    assert_int_equal(room->end, room->start + DURATION);
    assert_int_equal(world_scheduled(world), room->end);
    const struct rec_room_facts *facts = &world_notice(world)->facts;
    assert_int_equal(facts->status, ROOM_ACTIVE);
    assert_int_equal(facts->start_ms, room->start);
    assert_int_equal(facts->problem_ids.count, 3);
    for (int64_t i = 0; i < 3; i++) {
        assert_int_equal(facts->problem_ids.items[i], room->problems[i]);
        assert_int_equal((room->problems[i] - 501) % 3, i); /* easy, medium, hard */
    }
}

static void test_what_nobody_has_met_is_drawn_first(void **state)
{
    struct world *world = *state;
    struct world_room *room = world_full(world);
    world->met = 6;
    world_ask(world, MSG_room_start, HOST, ROOM);
    for (int64_t i = 0; i < 3; i++)
        assert_int_equal(room->problems[i], 507 + i);
}

static void test_too_few_problems_are_not_enough(void **state)
{
    struct world *world = *state;
    world_full(world);
    world->problems = 2;
    struct envelope request = world_ask(world, MSG_room_start, HOST, ROOM);
    assert_refused(world, &request, REFUSED_NOT_ENOUGH_PROBLEMS);
    assert_int_equal(world->commits, 0);
    world->problems = 3;
    request = world_ask(world, MSG_room_start, HOST, ROOM);
    assert_non_null(world_answer(world, &request, MSG_done));
}

static void test_who_may_not_start(void **state)
{
    struct world *world = *state;
    struct world_room *room = world_room(world);
    struct envelope request = world_ask(world, MSG_room_start, STRANGER, ROOM);
    assert_refused(world, &request, REFUSED_ONLY_HOST_STARTS);
    request = world_ask(world, MSG_room_start, HOST, ROOM);
    assert_refused(world, &request, REFUSED_NEED_TWO_PLAYERS);
    world_join(world, GUEST, "secret");
    request = world_ask(world, MSG_room_start, GUEST, ROOM);
    assert_refused(world, &request, REFUSED_ONLY_HOST_STARTS);
    world_ask(world, MSG_room_start, HOST, ROOM);
    request = world_ask(world, MSG_room_start, HOST, ROOM);
    assert_refused(world, &request, REFUSED_ROOM_CLOSED);
    assert_int_equal(room->rev, 2);
}

static void test_a_start_is_drawn_again_after_a_refused_fence(void **state)
{
    struct world *world = *state;
    struct world_room *room = world_full(world);
    world->intrusions = 1;
    struct envelope request = world_ask(world, MSG_room_start, HOST, ROOM);
    assert_non_null(world_answer(world, &request, MSG_done));
    assert_int_equal(room->count, 3);
}

static void test_a_start_whose_answer_was_lost_is_done(void **state)
{
    struct world *world = *state;
    struct world_room *room = world_full(world);
    world_ask(world, MSG_room_leave, STRANGER, ROOM);
    world->dead = true;
    struct envelope request = world_ask(world, MSG_room_start, HOST, ROOM);
    world->dead = false;
    world_wait(world, 2100); /* the draw was lost, not more */
    assert_non_null(world_answer(world, &request, MSG_done));
    assert_int_equal(world->commits, 1);
    assert_int_equal(room->start, world->harness->now_ms - 2100);
}

/* ---- submit -------------------------------------------------------------------------------- */

static int64_t s_submitted(const struct world *world, const struct envelope *request)
{
    const struct msg_submitted *submitted = world_answer(world, request, MSG_submitted);
    assert_non_null(submitted);
    assert_int_equal(submitted->status, VERDICT_PENDING);
    assert_int_equal(world_answers(world, request), 1);
    return submitted->submission_id;
}

static void test_a_submission_is_kept_and_sent_to_the_judge(void **state)
{
    struct world *world = *state;
    world_contest(world);
    struct envelope request = world_submit(world, GUEST, 502);
    assert_int_equal(s_submitted(world, &request), 7001);
    const struct world_submission *row = &world->tables.submissions[0];
    assert_int_equal(row->room, ROOM);
    assert_int_equal(row->user, GUEST);
    assert_int_equal(row->problem, 502);
    assert_int_equal(row->language, 71);
    assert_int_equal(row->number, 1);
    assert_int_equal(row->created, world->harness->now_ms);
    const struct msg_judge_enqueue *enqueue =
        actor_harness_only(world->harness, MSG_judge_enqueue, NULL);
    assert_int_equal(enqueue->submission_id, 7001);
    assert_int_equal(enqueue->language_id, 71);
    assert_int_equal(enqueue->user_id, GUEST);
    const struct msg_room_notice *notice = world_notice(world);
    assert_int_equal(notice->submissions.count, 1);
    const struct rec_submission_fact *fact = &notice->submissions.items[0];
    assert_int_equal(fact->id, 7001);
    assert_int_equal(fact->number, 1);
    assert_int_equal(fact->user_id, GUEST);
    assert_int_equal(fact->problem_id, 502);
    assert_int_equal(fact->received_ms, row->created);
}

static void test_numbers_grow(void **state)
{
    struct world *world = *state;
    world_contest(world);
    for (int64_t i = 1; i <= 4; i++) {
        struct envelope request = world_submit(world, i % 2 ? HOST : GUEST, 501);
        assert_int_equal(s_submitted(world, &request), 7000 + i);
        assert_int_equal(world->tables.submissions[i - 1].number, i);
        assert_int_equal(world_notice(world)->facts.last_number, i);
    }
}

static void test_the_rate_limit_comes_first(void **state)
{
    struct world *world = *state;
    struct envelope request;
    for (int i = 0; i < 5; i++) { /* there is not even a room */
        request = world_submit(world, GUEST, 501);
        assert_refused(world, &request, REFUSED_ROOM_NOT_FOUND);
        world->harness->now_ms += 100;
    }
    request = world_submit(world, GUEST, 501);
    assert_refused(world, &request, REFUSED_TOO_MANY_SUBMISSIONS);
    request = world_submit(world, HOST, 501); /* his are counted apart */
    assert_refused(world, &request, REFUSED_ROOM_NOT_FOUND);
    world->harness->now_ms += 9500 - 1;
    request = world_submit(world, GUEST, 501);
    assert_refused(world, &request, REFUSED_TOO_MANY_SUBMISSIONS);
    world->harness->now_ms += 1;
    request = world_submit(world, GUEST, 501);
    assert_refused(world, &request, REFUSED_ROOM_NOT_FOUND);
}

static void test_the_window_is_half_open(void **state)
{
    struct world *world = *state;
    struct world_room *room = world_contest(world);
    world->harness->now_ms = room->end - 1;
    struct envelope request = world_submit(world, HOST, 501);
    s_submitted(world, &request);
    world->harness->now_ms = room->end; /* no reminder has come */
    request = world_submit(world, GUEST, 501);
    assert_refused(world, &request, REFUSED_NOT_ACTIVE);
}

static void test_who_may_not_submit(void **state)
{
    struct world *world = *state;
    struct world_room *room = world_full(world);
    struct envelope request = world_submit(world, HOST, 501);
    assert_refused(world, &request, REFUSED_NOT_ACTIVE);
    world_ask(world, MSG_room_start, HOST, ROOM);
    request = world_submit(world, STRANGER, 501);
    assert_refused(world, &request, REFUSED_NOT_IN_ROOM);
    const int64_t wrong[] = {0, -1, 500, 510, INT64_MAX};
    for (int i = 0; i < 5; i++) {
        world->harness->now_ms += 10000;
        request = world_submit(world, HOST, wrong[i]);
        assert_refused(world, &request, REFUSED_INVALID_PROBLEM);
    }
    world_ask(world, MSG_room_end, HOST, ROOM);
    request = world_submit(world, HOST, room->problems[0]);
    assert_refused(world, &request, REFUSED_NOT_ACTIVE);
    assert_int_equal(world->tables.submission_count, 0);
}

static void test_a_room_takes_a_bounded_number(void **state)
{
    struct world *world = *state;
    world_contest(world)->last_number = ROOM_SUBMISSIONS_MAX;
    struct envelope request = world_submit(world, HOST, 501);
    assert_refused(world, &request, REFUSED_TOO_MANY_SUBMISSIONS);
}

/* Another process' clock was ahead: the room's time stands still until ours is there. */
static void test_time_in_a_room_never_goes_back(void **state)
{
    struct world *world = *state;
    struct world_room *room = world_contest(world);
    room->last_ms = world->harness->now_ms + 3000;
    world_submit(world, HOST, 501);
    assert_int_equal(world->tables.submissions[0].created, room->last_ms);
    world->harness->now_ms += 3001;
    world_submit(world, GUEST, 501);
    assert_int_equal(world->tables.submissions[1].created, world->harness->now_ms);
}

static void test_a_submission_counts_from_when_it_came(void **state)
{
    struct world *world = *state;
    struct world_room *room = world_contest(world);
    world->harness->now_ms = room->end - 1;
    world->dead = true;
    struct envelope request = world_submit(world, HOST, 501);
    world_wait(world, 10000);
    world->dead = false;
    world_wait(world, 2100);
    s_submitted(world, &request);
    assert_int_equal(world->tables.submissions[0].created, room->end - 1);
}

static void test_a_lost_answer_finds_the_submission(void **state)
{
    struct world *world = *state;
    world_contest(world);
    world_ask(world, MSG_room_leave, STRANGER, ROOM);
    world->mute = true;
    struct envelope request = world_submit(world, HOST, 501);
    assert_int_equal(world->tables.submission_count, 1);
    world->mute = false;
    world_wait(world, 2100);
    assert_int_equal(s_submitted(world, &request), 7001);
    assert_int_equal(world->tables.submission_count, 1);
    assert_int_equal(actor_harness_count(world->harness, MSG_judge_enqueue), 1);
    assert_int_equal(world_notice(world)->submissions.count, 1);
}

static void test_a_repeated_submit_is_the_same_submission(void **state)
{
    struct world *world = *state;
    world_contest(world);
    struct envelope request = world_submit(world, HOST, 501);
    world_submit(world, GUEST, 502);
    world_forget(world);
    world->harness->now_ms += 1000;
    world_repeat(world, &request, &(struct msg_room_submit){ROOM, 501, 71, slice_of("print(1)")});
    assert_int_equal(s_submitted(world, &request), 7001);
    assert_int_equal(world->tables.submission_count, 2);
    assert_int_equal(world->tables.rooms[0].last_number, 2);
    assert_int_equal(world_notice(world)->submissions.count, 0); /* it is not the newest */
}

static void test_a_stolen_command_shows_nobody_elses_submission(void **state)
{
    struct world *world = *state;
    world_contest(world);
    struct envelope request = world_submit(world, HOST, 501);
    struct envelope stolen = request;
    stolen.user_id = GUEST;
    stolen.reply.slot = 900;
    world_repeat(world, &stolen, &(struct msg_room_submit){ROOM, 501, 71, slice_of("x")});
    assert_refused(world, &stolen, REFUSED_FAILED);
    assert_int_equal(world->tables.submission_count, 1);
}

static void test_a_fence_refused_twice_then_success(void **state)
{
    struct world *world = *state;
    world_contest(world);
    world->intrusions = 2;
    struct envelope request = world_submit(world, HOST, 501);
    assert_int_equal(s_submitted(world, &request), 7001);
    assert_int_equal(world->tables.submissions[0].number, 1);
    assert_int_equal(world->commits, 1);
}

/* ---- end ----------------------------------------------------------------------------------- */

static void test_the_host_ends_it(void **state)
{
    struct world *world = *state;
    struct world_room *room = world_contest(world);
    struct envelope request = world_ask(world, MSG_room_end, HOST, ROOM);
    assert_int_equal(room->closed, world->harness->now_ms);
    assert_int_equal(world_notice(world)->facts.closed_ms, room->closed);
    assert_int_equal(world_scheduled(world), room->closed + 15 * MINUTE);
    /* scoring answers, when it has the result */
    const struct msg_result_get *get = actor_harness_only(world->harness, MSG_result_get, NULL);
    const struct envelope *sent = &actor_harness_nth(world->harness, MSG_result_get, 0)->envelope;
    assert_int_equal(get->room_id, ROOM);
    assert_int_equal(sent->to.actor, ACTOR_scoring);
    assert_int_equal(sent->reply.actor, ACTOR_gateway);
    assert_int_equal(sent->reply.slot, request.reply.slot);
    assert_int_equal(sent->user_id, HOST);
    assert_int_equal(world_answers(world, &request), 0);
}

static void test_a_repeated_end_asks_for_the_result_again(void **state)
{
    struct world *world = *state;
    struct world_room *room = world_contest(world);
    world_ask(world, MSG_room_end, HOST, ROOM);
    int64_t closed = room->closed;
    world->harness->now_ms += MINUTE;
    world_ask(world, MSG_room_end, HOST, ROOM);
    assert_int_equal(actor_harness_count(world->harness, MSG_result_get), 2);
    assert_int_equal(room->closed, closed);
    world_say(world, MSG_room_settled);
    world_ask(world, MSG_room_end, HOST, ROOM);
    assert_int_equal(actor_harness_count(world->harness, MSG_result_get), 3);
    assert_int_equal(world->commits, 1);
}

static void test_who_may_not_end(void **state)
{
    struct world *world = *state;
    world_full(world);
    struct envelope request = world_ask(world, MSG_room_end, HOST, ROOM);
    assert_refused(world, &request, REFUSED_NOT_ACTIVE);
    request = world_ask(world, MSG_room_end, GUEST, ROOM);
    assert_refused(world, &request, REFUSED_ONLY_HOST_ENDS);
    request = world_ask(world, MSG_room_end, STRANGER, ROOM);
    assert_refused(world, &request, REFUSED_ONLY_HOST_ENDS);
}

static void test_a_late_end_takes_nobodys_time(void **state)
{
    struct world *world = *state;
    struct world_room *room = world_contest(world);
    world->harness->now_ms = room->end + 1234;
    world_ask(world, MSG_room_end, HOST, ROOM);
    assert_int_equal(room->closed, room->end);
}

static void test_scoring_says_that_all_is_solved(void **state)
{
    struct world *world = *state;
    struct world_room *room = world_contest(world);
    world_say(world, MSG_contest_complete);
    assert_int_equal(room->closed, world->harness->now_ms);
    world->harness->now_ms += 1000;
    world_say(world, MSG_contest_complete);
    assert_int_equal(world->commits, 1);
    assert_int_equal(actor_harness_count(world->harness, MSG_result_get), 0);
}

static void test_a_close_whose_answer_was_lost_is_done_once(void **state)
{
    struct world *world = *state;
    struct world_room *room = world_contest(world);
    world_ask(world, MSG_room_leave, STRANGER, ROOM);
    world->mute = true;
    world_ask(world, MSG_room_end, HOST, ROOM);
    int64_t closed = room->closed;
    world->mute = false;
    world_wait(world, 2100);
    assert_int_equal(room->closed, closed);
    assert_int_equal(actor_harness_count(world->harness, MSG_result_get), 1);
    assert_int_equal(world_scheduled(world), closed + 15 * MINUTE);
}

/* ---- leave --------------------------------------------------------------------------------- */

static void test_a_guest_leaves_a_waiting_room(void **state)
{
    struct world *world = *state;
    struct world_room *room = world_full(world);
    struct envelope request = world_ask(world, MSG_room_leave, GUEST, ROOM);
    assert_non_null(world_answer(world, &request, MSG_done));
    assert_int_equal(room->guest, 0);
    assert_string_equal(room->status, "WAITING");
    assert_true(world_notice(world)->facts.guest_user_id == I64_NONE);
    request = world_join(world, STRANGER, "secret");
    assert_non_null(world_answer(world, &request, MSG_done));
}

static void test_a_host_leaves_and_the_room_is_over(void **state)
{
    struct world *world = *state;
    struct world_room *room = world_full(world);
    struct envelope request = world_ask(world, MSG_room_leave, HOST, ROOM);
    assert_non_null(world_answer(world, &request, MSG_done));
    assert_string_equal(room->status, "FINISHED");
    assert_int_equal(world_notice(world)->facts.status, ROOM_FINISHED);
    assert_int_equal(actor_harness_count(world->harness, MSG_unschedule), 1);
    request = world_ask(world, MSG_room_leave, HOST, ROOM); /* says so again */
    assert_non_null(world_answer(world, &request, MSG_done));
    assert_int_equal(world->commits, 1);
    request = world_ask(world, MSG_room_start, HOST, ROOM);
    assert_refused(world, &request, REFUSED_ROOM_CLOSED);
}

static void test_nobody_leaves_a_running_contest(void **state)
{
    struct world *world = *state;
    world_contest(world);
    struct envelope request = world_ask(world, MSG_room_leave, STRANGER, ROOM);
    assert_refused(world, &request, REFUSED_NOT_IN_ROOM);
    request = world_ask(world, MSG_room_leave, GUEST, ROOM);
    assert_refused(world, &request, REFUSED_CANNOT_LEAVE);
    request = world_ask(world, MSG_room_leave, HOST, ROOM);
    assert_refused(world, &request, REFUSED_CANNOT_LEAVE);
    world_ask(world, MSG_room_end, HOST, ROOM);
    request = world_ask(world, MSG_room_leave, GUEST, ROOM);
    assert_non_null(world_answer(world, &request, MSG_done));
    assert_int_equal(world->commits, 1);
}

int main(void)
{
    log_set_level(LOG_LEVEL_NONE);
#define TEST(name) cmocka_unit_test_setup_teardown(name, s_setup, s_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_a_start_draws_problems),
        TEST(test_what_nobody_has_met_is_drawn_first),
        TEST(test_too_few_problems_are_not_enough),
        TEST(test_who_may_not_start),
        TEST(test_a_start_is_drawn_again_after_a_refused_fence),
        TEST(test_a_start_whose_answer_was_lost_is_done),
        TEST(test_a_submission_is_kept_and_sent_to_the_judge),
        TEST(test_numbers_grow),
        TEST(test_the_rate_limit_comes_first),
        TEST(test_the_window_is_half_open),
        TEST(test_who_may_not_submit),
        TEST(test_a_room_takes_a_bounded_number),
        TEST(test_time_in_a_room_never_goes_back),
        TEST(test_a_submission_counts_from_when_it_came),
        TEST(test_a_lost_answer_finds_the_submission),
        TEST(test_a_repeated_submit_is_the_same_submission),
        TEST(test_a_stolen_command_shows_nobody_elses_submission),
        TEST(test_a_fence_refused_twice_then_success),
        TEST(test_the_host_ends_it),
        TEST(test_a_repeated_end_asks_for_the_result_again),
        TEST(test_who_may_not_end),
        TEST(test_a_late_end_takes_nobodys_time),
        TEST(test_scoring_says_that_all_is_solved),
        TEST(test_a_close_whose_answer_was_lost_is_done_once),
        TEST(test_a_guest_leaves_a_waiting_room),
        TEST(test_a_host_leaves_and_the_room_is_over),
        TEST(test_nobody_leaves_a_running_contest),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
