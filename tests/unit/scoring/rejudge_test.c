/* A rejudging is applied: once to each room, by the rules of the score, and told to those who look.
 */
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

static int64_t s_judged(struct world *world, int64_t user_id, int64_t problem_id,
                        enum verdict verdict)
{
    world->harness->now_ms += MINUTE;
    int64_t id = world_submit(world, user_id, problem_id);
    world_notice(world, true);
    world_lease(world, id);
    world_report(world, id, verdict);
    world_store(world);
    return id;
}

static void s_finish(struct world *world)
{
    world_close(world);
    world_notice(world, false);
    world_store(world);
    assert_string_equal(world->status, "FINISHED");
    world_forget(world);
}

static void s_done(const struct world *world, const struct envelope *order)
{
    const struct msg_room_rejudged *done =
        actor_harness_only(world->harness, MSG_room_rejudged, order);
    assert_int_equal(done->room_id, ROOM);
    assert_int_equal(done->rejudging_id, REJUDGING);
    assert_true(world->rejudged_ms != I64_NONE);
}

static void s_history(const struct world *world, uint32_t index, int64_t user_id, int64_t solved,
                      int64_t penalty_s, const char *result)
{
    const struct world_history *row = &world->history[index];
    assert_int_equal(row->user_id, user_id);
    assert_int_equal(row->solved, solved);
    assert_int_equal(row->penalty_s, penalty_s);
    assert_string_equal(row->result, result);
    assert_int_equal(row->timestamp_ms, world->closed_ms);
}

/* Guest wins; then host's wrong one, which was earlier, turns out to be right. */
static int64_t s_guest_wins(struct world *world)
{
    int64_t id = s_judged(world, HOST, PROBLEM_A, VERDICT_WRONG_ANSWER);
    s_judged(world, GUEST, PROBLEM_A, VERDICT_ACCEPTED);
    s_finish(world);
    assert_int_equal(world->winner_user_id, GUEST);
    world_rejudge(world);
    world_trial(world, id, VERDICT_ACCEPTED);
    return id;
}

static void test_a_finished_contest_gets_another_winner(void **state)
{
    struct world *world = *state;
    int64_t id = s_guest_wins(world), version = world->room_rev + world->score_rev;
    int64_t created_ms = world->submissions[0].created_ms;
    struct envelope order = world_order(world);
    world_store(world);
    s_done(world, &order);
    assert_int_equal(world->winner_user_id, HOST);
    assert_string_equal(world->result, "WIN");
    assert_string_equal(world->submissions[0].status, "Accepted");
    assert_int_equal(world->submissions[0].created_ms, created_ms);
    assert_int_equal(world->rows[0].attempts, 1);
    assert_int_equal(world->rows[0].solved_ms, created_ms);
    assert_int_equal(world->history_count, 4); /* two more, and the first two as they were */
    s_history(world, 2, HOST, 1, 60, "WIN");
    s_history(world, 3, GUEST, 1, 120, "LOSS");
    const struct rec_room_state *pushed = &world_pushed(world)->state;
    assert_int_equal(pushed->version, version + 1);
    assert_int_equal(pushed->leaderboard.items[0].user_id, HOST);
    const struct actor_sent *told = actor_harness_nth(world->harness, MSG_submission_found, 0);
    const struct msg_submission_found *found = told->message;
    assert_int_equal(told->envelope.to.actor, ACTOR_fanout);
    assert_int_equal(found->submission.id, id);
    assert_int_equal(found->submission.status, VERDICT_ACCEPTED);
    struct envelope ask = world_ask(world, MSG_result_get, HOST);
    const struct msg_room_result *result =
        actor_harness_only(world->harness, MSG_room_result, &ask);
    assert_int_equal(result->winner_user_id, HOST);
}

static void test_a_room_is_changed_once(void **state)
{
    struct world *world = *state;
    s_guest_wins(world);
    world_order(world);
    world_store(world);
    world_forget(world);
    int64_t score_rev = world->score_rev;
    for (int i = 0; i < 3; i++) {
        struct envelope order = world_order(world);
        world_store(world);
        s_done(world, &order);
        world_forget(world);
    }
    assert_int_equal(world->score_rev, score_rev);
    assert_int_equal(world->history_count, 4);
}

static void test_an_answer_that_is_lost_changes_nothing_twice(void **state)
{
    struct world *world = *state;
    s_guest_wins(world);
    int64_t score_rev = world->score_rev;
    struct envelope order = world_order(world);
    static const int64_t lost[] = {STATEMENT_rejudging_room_read, STATEMENT_fence_rejudge};
    for (int i = 0; i < 2; i++) {
        world->lost = lost[i];
        world_store(world);
        actor_harness_wait(world->harness, REPEAT_MS);
    }
    assert_int_equal(actor_harness_count(world->harness, MSG_room_rejudged), 0);
    world->lost = 0;
    world_store(world);
    s_done(world, &order);
    assert_int_equal(world->score_rev, score_rev + 1);
    assert_int_equal(world->history_count, 4);
    assert_int_equal(actor_harness_count(world->harness, MSG_submission_found), 1);
}

static void test_what_another_process_did_is_read_first(void **state)
{
    struct world *world = *state;
    s_guest_wins(world);
    int64_t score_rev = world->score_rev;
    world->intruder = true;
    struct envelope order = world_order(world);
    world_store(world);
    assert_int_equal(actor_harness_count(world->harness, MSG_room_rejudged), 0);
    assert_int_equal(world->history_count, 2);
    world->intruder = false;
    actor_harness_wait(world->harness, REPEAT_MS);
    world_store(world);
    s_done(world, &order);
    assert_true(world->score_rev > score_rev + 1);
    assert_int_equal(world->history_count, 4);
}

static void test_the_same_standing_gets_no_new_history(void **state)
{
    struct world *world = *state;
    int64_t id = s_judged(world, HOST, PROBLEM_A, VERDICT_WRONG_ANSWER);
    s_judged(world, GUEST, PROBLEM_A, VERDICT_ACCEPTED);
    s_finish(world);
    world_rejudge(world);
    world_trial(world, id, VERDICT_RUNTIME_ERROR);
    struct envelope order = world_order(world);
    world_store(world);
    s_done(world, &order);
    assert_string_equal(world->submissions[0].status, "Runtime Error");
    assert_int_equal(world->history_count, 2);
    assert_int_equal(actor_harness_count(world->harness, MSG_submission_found), 1);
}

static void test_what_stays_is_left_alone(void **state)
{
    struct world *world = *state;
    int64_t same = s_judged(world, HOST, PROBLEM_A, VERDICT_WRONG_ANSWER);
    int64_t failed = s_judged(world, GUEST, PROBLEM_A, VERDICT_ACCEPTED);
    int64_t moved = s_judged(world, GUEST, PROBLEM_B, VERDICT_ACCEPTED);
    s_finish(world);
    world_rejudge(world);
    world_trial(world, same, VERDICT_WRONG_ANSWER);
    world_trial(world, failed, VERDICT_JUDGE_ERROR);
    world_trial(world, moved, VERDICT_WRONG_ANSWER);
    world->trials[2].was = "Runtime Error"; /* nobody has seen what it would change */
    int64_t score_rev = world->score_rev;
    struct envelope order = world_order(world);
    world_store(world);
    s_done(world, &order);
    assert_int_equal(world->score_rev, score_rev);
    assert_string_equal(world->submissions[1].status, "Accepted");
    assert_string_equal(world->submissions[2].status, "Accepted");
    assert_int_equal(actor_harness_count(world->harness, MSG_watched), 0);
}

static void test_a_judge_error_of_a_finished_contest_gets_its_verdict(void **state)
{
    struct world *world = *state;
    int64_t id = s_judged(world, GUEST, PROBLEM_B, VERDICT_JUDGE_ERROR);
    s_finish(world);
    assert_string_equal(world->result, "DRAW");
    world_rejudge(world);
    world_trial(world, id, VERDICT_ACCEPTED);
    struct envelope order = world_order(world);
    world_store(world);
    s_done(world, &order);
    assert_int_equal(world->winner_user_id, GUEST);
    s_history(world, 2, GUEST, 1, 60, "WIN");
    s_history(world, 3, HOST, 0, 0, "LOSS");
}

static void test_a_running_contest_goes_on_with_the_new_standing(void **state)
{
    struct world *world = *state;
    int64_t id = s_judged(world, HOST, PROBLEM_A, VERDICT_ACCEPTED);
    world_rejudge(world);
    world_trial(world, id, VERDICT_WRONG_ANSWER);
    struct envelope order = world_order(world);
    world_store(world);
    s_done(world, &order);
    assert_string_equal(world->status, "ACTIVE");
    assert_true(world->winner_user_id == I64_NONE);
    assert_int_equal(world->rows[0].solved, 0);
    assert_int_equal(world->rows[0].penalty, 1);
    assert_int_equal(world->history_count, 0);
    assert_int_equal(world_pushed(world)->state.leaderboard.items[0].solved, 0);
    s_judged(world, HOST, PROBLEM_A, VERDICT_ACCEPTED);
    s_finish(world);
    s_history(world, 0, HOST, 1, 720, "WIN");
}

static void test_a_contest_can_be_completed_by_a_rejudging(void **state)
{
    struct world *world = *state;
    int64_t id = s_judged(world, HOST, PROBLEM_A, VERDICT_WRONG_ANSWER);
    s_judged(world, HOST, PROBLEM_B, VERDICT_ACCEPTED);
    s_judged(world, GUEST, PROBLEM_A, VERDICT_ACCEPTED);
    s_judged(world, GUEST, PROBLEM_B, VERDICT_ACCEPTED);
    assert_int_equal(actor_harness_count(world->harness, MSG_contest_complete), 0);
    world_rejudge(world);
    world_trial(world, id, VERDICT_ACCEPTED);
    world_order(world);
    world_store(world);
    assert_int_equal(actor_harness_count(world->harness, MSG_contest_complete), 1);
}

static void test_a_settling_contest_is_rejudged_before_its_result(void **state)
{
    struct world *world = *state;
    int64_t id = s_judged(world, HOST, PROBLEM_A, VERDICT_WRONG_ANSWER);
    int64_t open = world_submit(world, GUEST, PROBLEM_A);
    world_notice(world, true);
    world_lease(world, open);
    world_close(world);
    world_notice(world, false);
    world_store(world);
    world_rejudge(world);
    world_trial(world, id, VERDICT_ACCEPTED);
    world_forget(world);
    struct envelope order = world_order(world);
    world_store(world);
    s_done(world, &order);
    assert_string_equal(world->status, "ACTIVE");
    world_report(world, open, VERDICT_WRONG_ANSWER);
    world_store(world);
    assert_int_equal(world->winner_user_id, HOST);
    assert_int_equal(world->history_count, 2);
}

static void test_a_rejudging_that_is_not_to_be_applied_changes_nothing(void **state)
{
    struct world *world = *state;
    s_guest_wins(world);
    world->rejudging_state = "discarded";
    struct envelope order = world_order(world);
    world_store(world);
    actor_harness_only(world->harness, MSG_room_rejudged, &order);
    assert_true(world->rejudged_ms == I64_NONE);
    assert_int_equal(world->winner_user_id, GUEST);
}

static void test_trials_that_make_no_sense_are_not_applied(void **state)
{
    struct world *world = *state;
    s_guest_wins(world);
    world->trials[0].status = "PENDING";
    world_order(world);
    world_store(world);
    assert_int_equal(actor_harness_count(world->harness, MSG_room_rejudged), 0);
    assert_true(world->rejudged_ms == I64_NONE);
    struct envelope ask = world_ask(world, MSG_state_get, HOST); /* the room is none the worse */
    actor_harness_only(world->harness, MSG_state, &ask);
}

static void test_the_store_is_away(void **state)
{
    struct world *world = *state;
    s_guest_wins(world);
    world->dead = true;
    world_order(world);
    for (int i = 0; i < TRIES_MAX + 1; i++) {
        world_store(world);
        actor_harness_wait(world->harness, REPEAT_MS);
    }
    world->dead = false;
    actor_harness_wait(world->harness, REPEAT_MS);
    world_store(world);
    world_forget(world);
    struct envelope order = world_order(world); /* the scheduler comes again */
    world_store(world);
    s_done(world, &order);
    assert_int_equal(world->winner_user_id, HOST);
}

static void test_a_room_that_nobody_has_loaded(void **state)
{
    struct world *world = *state;
    s_guest_wins(world);
    struct rec_actor_config config = {.shards = 1, .settle_limit_ms = 15 * MINUTE};
    int64_t now_ms = world->harness->now_ms;
    actor_harness_destroy(&world->harness);
    world->harness = actor_harness_new(&scoring_class, &config, NULL);
    world->harness->now_ms = now_ms;
    world->answered = 0;
    struct envelope order = world_order(world);
    world_store(world);
    s_done(world, &order);
    assert_int_equal(world->winner_user_id, HOST);
    assert_int_equal(actor_harness_count(world->harness, MSG_watched), 1);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, s_setup, s_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_a_finished_contest_gets_another_winner),
        CASE(test_a_room_is_changed_once),
        CASE(test_an_answer_that_is_lost_changes_nothing_twice),
        CASE(test_what_another_process_did_is_read_first),
        CASE(test_the_same_standing_gets_no_new_history),
        CASE(test_what_stays_is_left_alone),
        CASE(test_a_judge_error_of_a_finished_contest_gets_its_verdict),
        CASE(test_a_running_contest_goes_on_with_the_new_standing),
        CASE(test_a_contest_can_be_completed_by_a_rejudging),
        CASE(test_a_settling_contest_is_rejudged_before_its_result),
        CASE(test_a_rejudging_that_is_not_to_be_applied_changes_nothing),
        CASE(test_trials_that_make_no_sense_are_not_applied),
        CASE(test_the_store_is_away),
        CASE(test_a_room_that_nobody_has_loaded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
