/* The end of a contest: what was taken in time is judged, then the result is written, once. */
#include "actors/scoring/scoring.h"
#include "tests/unit/scoring/world.h"

static struct world s_world;

static int s_setup(void **state)
{
    world_init(&s_world);
    world_contest(&s_world);
    *state = &s_world;
    return 0;
}

static int s_teardown(void **state)
{
    world_fini(*state);
    return 0;
}

static int64_t s_leased(struct world *world, int64_t user_id, int64_t problem_id)
{
    int64_t id = world_submit(world, user_id, problem_id);
    world_notice(world, true);
    world_lease(world, id);
    return id;
}

static void s_close(struct world *world)
{
    world_close(world);
    world_notice(world, false);
}

static void s_result(const struct world *world, const struct envelope *ask, int64_t winner,
                     enum result result)
{
    const struct msg_room_result *answer = actor_harness_only(world->harness, MSG_room_result, ask);
    assert_true(answer->winner_user_id == winner);
    assert_int_equal(answer->result, result);
}

static void test_an_end_without_submissions_is_a_draw(void **state)
{
    struct world *world = *state;
    world->harness->now_ms += MINUTE;
    s_close(world);
    assert_true(world_pushed(world)->state.settling);
    assert_int_equal(world_pushed(world)->state.status, ROOM_ACTIVE);
    world_store(world);
    assert_string_equal(world->status, "FINISHED");
    assert_string_equal(world->result, "DRAW");
    assert_true(world->winner_user_id == I64_NONE);
    assert_int_equal(world->history_count, 2);
    assert_string_equal(world->history[0].result, "DRAW");
    assert_string_equal(world->history[1].result, "DRAW");
    assert_int_equal(world->history[0].timestamp_ms, world->closed_ms);
    const struct rec_room_state *pushed = &world_pushed(world)->state;
    assert_int_equal(pushed->status, ROOM_FINISHED);
    assert_false(pushed->settling);
    assert_int_equal(pushed->end_ms, world->closed_ms);
    assert_int_equal(pushed->version, 4);
    const struct actor_sent *settled = actor_harness_nth(world->harness, MSG_room_settled, 0);
    assert_int_equal(settled->envelope.to.actor, ACTOR_room);
    assert_int_equal(settled->envelope.key, ROOM);
    assert_int_equal(actor_harness_count(world->harness, MSG_room_settled), 1);
}

static void test_the_result_waits_for_what_is_being_judged(void **state)
{
    struct world *world = *state;
    world->harness->now_ms += MINUTE;
    int64_t id = s_leased(world, GUEST, PROBLEM_A);
    s_close(world);
    world_store(world);
    struct envelope ask = world_ask(world, MSG_result_get, HOST);
    assert_int_equal(actor_harness_count(world->harness, MSG_room_result), 0);
    assert_string_equal(world->status, "ACTIVE");
    actor_harness_wait(world->harness, RESULT_WAIT_MS - 1);
    world_report(world, id, VERDICT_ACCEPTED);
    world_store(world);
    s_result(world, &ask, GUEST, RESULT_WIN);
    assert_int_equal(world->winner_user_id, GUEST);
    assert_string_equal(world->history[0].result, "WIN");
    assert_int_equal(world->history[0].user_id, GUEST);
    assert_int_equal(world->history[0].solved, 1);
    assert_int_equal(world->history[0].penalty_s, 60);
    assert_string_equal(world->history[1].result, "LOSS");
    assert_int_equal(actor_harness_count(world->harness, MSG_contest_complete), 0);
    assert_int_equal(world->commits, 2);
}

static void test_a_waiter_reads_settling_after_a_while(void **state)
{
    struct world *world = *state;
    int64_t id = s_leased(world, GUEST, PROBLEM_A);
    s_close(world);
    struct envelope ask = world_ask(world, MSG_result_get, HOST);
    actor_harness_wait(world->harness, RESULT_WAIT_MS);
    s_result(world, &ask, I64_NONE, RESULT_SETTLING);
    world_forget(world);
    world_report(world, id, VERDICT_WRONG_ANSWER);
    world_store(world);
    assert_int_equal(actor_harness_count(world->harness, MSG_room_result), 0); /* answered once */
    ask = world_ask(world, MSG_result_get, HOST);
    s_result(world, &ask, I64_NONE, RESULT_DRAW);
}

static void test_waiters_are_bounded(void **state)
{
    struct world *world = *state;
    int64_t id = s_leased(world, GUEST, PROBLEM_A);
    s_close(world);
    for (int i = 0; i < WAITERS_MAX; i++)
        world_ask(world, MSG_result_get, HOST);
    assert_int_equal(actor_harness_count(world->harness, MSG_room_result), 0);
    struct envelope ask = world_ask(world, MSG_result_get, HOST);
    s_result(world, &ask, I64_NONE, RESULT_SETTLING);
    world_report(world, id, VERDICT_ACCEPTED);
    world_store(world);
    assert_int_equal(actor_harness_count(world->harness, MSG_room_result), WAITERS_MAX + 1);
}

static void test_a_finished_room_gives_its_result_from_cold(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    world_join(&world);
    world_start(&world);
    world_close(&world);
    world.status = "FINISHED";
    world.result = "WIN";
    world.winner_user_id = HOST;
    struct envelope ask = world_ask(&world, MSG_result_get, HOST);
    s_result(&world, &ask, HOST, RESULT_WIN);
    assert_int_equal(actor_harness_count(world.harness, MSG_room_settled), 0);
    world_fini(&world);
}

static void test_a_room_that_never_ran_has_no_result(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    struct envelope ask = world_ask(&world, MSG_result_get, HOST);
    actor_harness_refused(world.harness, &ask, REFUSED_NOT_ACTIVE);
    world_forget(&world);
    world_abandon(&world);
    world_notice(&world, false);
    ask = world_ask(&world, MSG_result_get, HOST);
    actor_harness_refused(world.harness, &ask, REFUSED_NOT_ACTIVE);
    world_fini(&world);
}

static void test_a_result_is_asked_for_before_the_close_is_known(void **state)
{
    struct world *world = *state;
    world_close(world); /* whose notice is lost */
    struct envelope ask = world_ask(world, MSG_result_get, HOST);
    s_result(world, &ask, I64_NONE, RESULT_DRAW);
}

static void test_an_answer_for_a_room_that_was_closed_while_we_were_dead(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    world_join(&world);
    world_start(&world);
    world_close(&world);
    world_ask(&world, MSG_watch, 0);
    const struct msg_watched *seen = actor_harness_nth(world.harness, MSG_watched, 0)->message;
    assert_true(seen->state.settling); /* answered with what is, without waiting for the finish */
    assert_string_equal(world.status, "FINISHED"); /* whoever looks makes it settle */
    actor_harness_only(world.harness, MSG_room_settled, NULL);
    world_fini(&world);
}

/* ---- the settle limit ---------------------------------------------------------------------- */

static void s_limit(struct world *world)
{
    struct envelope limit = actor_harness_request(world->harness, MSG_settle_limit, 0, ROOM);
    limit.reply = (struct address){0};
    actor_harness_give(world->harness, limit, &(struct msg_settle_limit){ROOM});
    world_store(world);
}

static void test_past_the_limit_what_is_not_judged_is_given_up(void **state)
{
    struct world *world = *state;
    world->harness->now_ms += MINUTE;
    int64_t judged = s_leased(world, HOST, PROBLEM_A);
    int64_t lost = s_leased(world, GUEST, PROBLEM_A);
    world_report(world, judged, VERDICT_ACCEPTED);
    s_close(world);
    world_store(world);
    struct envelope ask = world_ask(world, MSG_result_get, HOST);
    world_forget(world);
    s_limit(world);
    assert_string_equal(world->submissions[1].status, "Judge Error");
    const struct msg_submission_found *found =
        actor_harness_only(world->harness, MSG_submission_found, NULL);
    assert_int_equal(found->submission.id, lost);
    assert_int_equal(found->submission.status, VERDICT_JUDGE_ERROR);
    assert_int_equal(found->submission.judged_ms, world->submissions[1].judged_ms);
    s_result(world, &ask, HOST, RESULT_WIN);
    assert_int_equal(actor_harness_count(world->harness, MSG_room_settled), 1);
    assert_int_equal(world_pushed(world)->state.status, ROOM_FINISHED);
    world_forget(world);
    struct envelope late = world_report(world, lost, VERDICT_ACCEPTED);
    world_store(world);
    const struct msg_verdict_taken *taken =
        actor_harness_only(world->harness, MSG_verdict_taken, &late);
    assert_true(taken->kept); /* there already: a Judge Error */
    assert_int_equal(world->harness->sent_count, 1);
}

static void test_a_repeated_limit_says_again_that_it_is_settled(void **state)
{
    struct world *world = *state;
    s_close(world);
    world_store(world);
    world_forget(world);
    s_limit(world);
    actor_harness_only(world->harness, MSG_room_settled, NULL);
    assert_int_equal(world->history_count, 2);
}

static void test_a_running_contest_is_not_given_up(void **state)
{
    struct world *world = *state;
    s_leased(world, HOST, PROBLEM_A);
    world_forget(world);
    s_limit(world);
    assert_string_equal(world->submissions[0].status, "JUDGING");
    assert_int_equal(world->commits, 0);
    assert_int_equal(actor_harness_count(world->harness, MSG_room_settled), 0);
}

static void test_a_limit_of_a_judged_room_finishes_it(void **state)
{
    (void)state;
    struct world world; /* closed and judged while we were dead */
    world_init(&world);
    world_join(&world);
    world_start(&world);
    world_close(&world);
    s_limit(&world);
    assert_string_equal(world.status, "FINISHED");
    assert_int_equal(world.commits, 1);
    actor_harness_only(world.harness, MSG_room_settled, NULL);
    world_fini(&world);
}

static void test_a_lost_giving_up_is_made_good(void **state)
{
    struct world *world = *state;
    s_leased(world, HOST, PROBLEM_A);
    s_close(world);
    world->mute = true;
    s_limit(world);
    assert_string_equal(world->submissions[0].status, "Judge Error");
    world->mute = false;
    actor_harness_wait(world->harness, REPEAT_MS);
    world_store(world);
    assert_string_equal(world->status, "FINISHED");
    assert_true(actor_harness_count(world->harness, MSG_room_settled) >= 1);
    assert_int_equal(world->history_count, 2);
}

/* ---- faults -------------------------------------------------------------------------------- */

static void test_a_lost_finish_is_told_all_the_same(void **state)
{
    struct world *world = *state;
    s_close(world);
    struct envelope ask = actor_harness_request(world->harness, MSG_result_get, HOST, ROOM);
    actor_harness_give(world->harness, ask, &(struct msg_result_get){ROOM});
    world->mute = true;
    world_store(world);
    assert_string_equal(world->status, "FINISHED");
    assert_int_equal(actor_harness_count(world->harness, MSG_room_settled), 0);
    world->mute = false;
    actor_harness_wait(world->harness, REPEAT_MS);
    world_store(world);
    s_result(world, &ask, I64_NONE, RESULT_DRAW);
    assert_int_equal(actor_harness_count(world->harness, MSG_room_settled), 1);
    assert_int_equal(world_pushed(world)->state.status, ROOM_FINISHED);
    assert_int_equal(world->history_count, 2);
    assert_int_equal(world->commits, 1);
}

static void test_a_later_load_does_not_settle_again(void **state)
{
    struct world *world = *state;
    s_close(world);
    world_store(world);
    world_report_fence(world, 9999, VERDICT_ACCEPTED, 1); /* unknown: looked up by loading */
    world_store(world);
    assert_int_equal(actor_harness_count(world->harness, MSG_verdict_taken), 1);
    assert_int_equal(actor_harness_count(world->harness, MSG_room_settled), 1);
}

static void test_a_finish_outlasts_a_long_silence(void **state)
{
    struct world *world = *state;
    world->dead = true;
    s_close(world);
    struct envelope ask = world_ask(world, MSG_result_get, HOST);
    world_store(world);
    actor_harness_wait(world->harness, MINUTE);
    actor_harness_refused(world->harness, &ask, REFUSED_FAILED);
    world_store(world);
    world->dead = false;
    actor_harness_wait(world->harness, REPEAT_MS);
    world_store(world);
    assert_string_equal(world->status, "FINISHED");
    assert_int_equal(world->history_count, 2);
    actor_harness_only(world->harness, MSG_room_settled, NULL);
}

static void test_a_finish_is_not_doubled_by_late_answers(void **state)
{
    struct world *world = *state;
    world->dead = true;
    s_close(world);
    world_store(world);
    actor_harness_wait(world->harness, REPEAT_MS);
    world->dead = false;
    world->answered = 0; /* the store was slow: it has both */
    world_store(world);
    assert_int_equal(world->history_count, 2);
    assert_int_equal(actor_harness_count(world->harness, MSG_room_settled), 1);
    assert_int_equal(world->commits, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, s_setup, s_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_an_end_without_submissions_is_a_draw),
        TEST(test_the_result_waits_for_what_is_being_judged),
        TEST(test_a_waiter_reads_settling_after_a_while),
        TEST(test_waiters_are_bounded),
        TEST(test_a_finished_room_gives_its_result_from_cold),
        TEST(test_a_room_that_never_ran_has_no_result),
        TEST(test_a_result_is_asked_for_before_the_close_is_known),
        TEST(test_an_answer_for_a_room_that_was_closed_while_we_were_dead),
        TEST(test_past_the_limit_what_is_not_judged_is_given_up),
        TEST(test_a_repeated_limit_says_again_that_it_is_settled),
        TEST(test_a_running_contest_is_not_given_up),
        TEST(test_a_limit_of_a_judged_room_finishes_it),
        TEST(test_a_lost_giving_up_is_made_good),
        TEST(test_a_lost_finish_is_told_all_the_same),
        TEST(test_a_later_load_does_not_settle_again),
        TEST(test_a_finish_outlasts_a_long_silence),
        TEST(test_a_finish_is_not_doubled_by_late_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
