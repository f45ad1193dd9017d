/* Verdicts: decided, made durable, and only then told; kept once, whatever is lost on the way. */
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

/* A submission that a runner has. */
static int64_t s_leased(struct world *world, int64_t user_id, int64_t problem_id)
{
    int64_t id = world_submit(world, user_id, problem_id);
    world_notice(world, true);
    world_lease(world, id);
    world_forget(world);
    return id;
}

static void s_judge(struct world *world, int64_t id, enum verdict verdict)
{
    world_report(world, id, verdict);
    world_store(world);
}

static void s_taken(const struct world *world, const struct envelope *report, int64_t id, bool kept)
{
    const struct msg_verdict_taken *taken =
        actor_harness_only(world->harness, MSG_verdict_taken, report);
    assert_int_equal(taken->submission_id, id);
    assert_int_equal(taken->kept, kept);
}

static void test_nothing_is_told_before_it_is_durable(void **state)
{
    struct world *world = *state;
    int64_t id = s_leased(world, HOST, PROBLEM_A);
    world_report(world, id, VERDICT_ACCEPTED);
    assert_int_equal(world->harness->sent_count, 1);
    assert_int_equal(world->harness->sent[0].envelope.kind, MSG_store_run);
    struct envelope ask = actor_harness_request(world->harness, MSG_leaderboard_get, HOST, ROOM);
    actor_harness_give(world->harness, ask, &(struct msg_leaderboard_get){ROOM});
    const struct msg_leaderboard *board = actor_harness_only(world->harness, MSG_leaderboard, &ask);
    assert_int_equal(board->rows.items[0].solved, 0); /* what is durable, at once */
}

static void test_a_verdict_is_kept_and_told_in_order(void **state)
{
    struct world *world = *state;
    world->harness->now_ms += 2 * MINUTE;
    int64_t submitted_ms = world->harness->now_ms;
    int64_t id = s_leased(world, GUEST, PROBLEM_B);
    world->harness->now_ms += MINUTE;
    struct envelope report = world_report(world, id, VERDICT_ACCEPTED);
    world_store(world);
    assert_string_equal(world->submissions[0].status, "Accepted");
    assert_int_equal(world->submissions[0].judged_ms, world->harness->now_ms);
    assert_int_equal(world->rows[3].solved, 1);
    assert_int_equal(world->rows[3].attempts, 1);
    assert_int_equal(world->rows[3].solved_ms, submitted_ms);
    const uint16_t order[] = {MSG_store_run, MSG_verdict_taken, MSG_watched, MSG_submission_found};
    assert_int_equal(world->harness->sent_count, 4);
    for (int i = 0; i < 4; i++)
        assert_int_equal(world->harness->sent[i].envelope.kind, order[i]);
    s_taken(world, &report, id, true);
    const struct rec_room_state *pushed = &world_pushed(world)->state;
    assert_int_equal(pushed->version, 4); /* join, start, submit; and this */
    assert_int_equal(pushed->leaderboard.items[0].user_id, GUEST);
    assert_int_equal(pushed->leaderboard.items[0].penalty_s, 120);
    assert_int_equal(pushed->leaderboard.items[1].rank, 2);
    assert_true(pushed->opponent_problems.items[1].solved);
}

static void test_the_submitter_reads_his_verdict_in_full(void **state)
{
    struct world *world = *state;
    int64_t id = s_leased(world, GUEST, PROBLEM_B);
    s_judge(world, id, VERDICT_WRONG_ANSWER);
    const struct actor_sent *sent = actor_harness_nth(world->harness, MSG_submission_found, 0);
    assert_int_equal(sent->envelope.to.actor, ACTOR_fanout);
    assert_int_equal(sent->envelope.key, GUEST);
    const struct rec_submission *found =
        &((const struct msg_submission_found *)sent->message)->submission;
    assert_int_equal(found->id, id);
    assert_int_equal(found->user_id, GUEST);
    assert_int_equal(found->room_id, ROOM);
    assert_int_equal(found->problem_id, PROBLEM_B);
    assert_int_equal(found->language_id, 71);
    assert_int_equal(found->status, VERDICT_WRONG_ANSWER);
    assert_int_equal(found->created_ms, world->submissions[0].created_ms);
    assert_int_equal(found->judged_ms, world->submissions[0].judged_ms);
    assert_int_equal(found->tests_run, 3);
    assert_int_equal(found->tests_total, 4);
    assert_int_equal(found->failed_test, 3);
    assert_int_equal(found->time_ms, 25);
    assert_true(found->memory_kb == I64_NONE);
    assert_true(slice_is(found->compile_output, "a warning"));
}

static void test_wrong_attempts_cost_what_the_rules_say(void **state)
{
    struct world *world = *state;
    s_judge(world, s_leased(world, HOST, PROBLEM_A), VERDICT_WRONG_ANSWER);
    s_judge(world, s_leased(world, HOST, PROBLEM_A), VERDICT_COMPILATION_ERROR);
    s_judge(world, s_leased(world, HOST, PROBLEM_A), VERDICT_JUDGE_ERROR);
    s_judge(world, s_leased(world, HOST, PROBLEM_A), VERDICT_RUNTIME_ERROR);
    world->harness->now_ms += MINUTE;
    int64_t id = s_leased(world, HOST, PROBLEM_A);
    world_forget(world);
    s_judge(world, id, VERDICT_ACCEPTED);
    assert_int_equal(world_pushed(world)->state.leaderboard.items[0].penalty_s, 1260);
    assert_int_equal(world->rows[0].attempts, 3);
    assert_int_equal(world->rows[0].penalty, 2);
    s_judge(world, s_leased(world, HOST, PROBLEM_A), VERDICT_WRONG_ANSWER);
    assert_int_equal(world->rows[0].penalty, 2); /* after the accepted one nothing counts */
}

static void test_a_repeated_report_is_there_already(void **state)
{
    struct world *world = *state;
    int64_t id = s_leased(world, HOST, PROBLEM_A);
    s_judge(world, id, VERDICT_ACCEPTED);
    world_forget(world);
    struct envelope report = world_report(world, id, VERDICT_ACCEPTED);
    world_store(world);
    s_taken(world, &report, id, true);
    assert_int_equal(world->harness->sent_count, 1);
    assert_int_equal(world->commits, 1);
}

static void test_a_final_verdict_stands(void **state)
{
    struct world *world = *state;
    int64_t id = s_leased(world, HOST, PROBLEM_A);
    s_judge(world, id, VERDICT_WRONG_ANSWER);
    world_forget(world);
    struct envelope report = world_report(world, id, VERDICT_ACCEPTED);
    world_store(world);
    s_taken(world, &report, id, true);
    assert_string_equal(world->submissions[0].status, "Wrong Answer");
}

static void test_a_lost_lease_is_refused(void **state)
{
    struct world *world = *state;
    int64_t id = s_leased(world, HOST, PROBLEM_A);
    world_lease(world, id); /* another runner has it now */
    struct envelope report = world_report_fence(world, id, VERDICT_ACCEPTED, 1);
    world_store(world);
    s_taken(world, &report, id, false);
    assert_string_equal(world->submissions[0].status, "JUDGING");
    assert_int_equal(world->commits, 0);
    assert_int_equal(actor_harness_count(world->harness, MSG_store_run), 2); /* tried, loaded */
    world_forget(world);
    report = world_report_fence(world, id, VERDICT_ACCEPTED, 2);
    world_store(world);
    s_taken(world, &report, id, true);
}

static void test_a_submission_that_is_none_is_not_kept(void **state)
{
    struct world *world = *state;
    struct envelope report = world_report_fence(world, 9999, VERDICT_ACCEPTED, 1);
    world_store(world);
    s_taken(world, &report, 9999, false);
    assert_int_equal(actor_harness_count(world->harness, MSG_store_run), 1); /* looked once more */
}

static void test_a_submission_whose_notice_was_lost_is_found(void **state)
{
    struct world *world = *state;
    int64_t id = world_submit(world, HOST, PROBLEM_A);
    world_lease(world, id);
    struct envelope report = world_report(world, id, VERDICT_ACCEPTED);
    world_store(world);
    s_taken(world, &report, id, true);
    assert_int_equal(world->commits, 1);
}

static void test_a_report_without_a_verdict_is_not_kept(void **state)
{
    struct world *world = *state;
    int64_t id = s_leased(world, HOST, PROBLEM_A);
    struct envelope report = world_report(world, id, VERDICT_JUDGING);
    world_store(world);
    s_taken(world, &report, id, false);
    assert_int_equal(world->harness->sent_count, 1);
}

/* The confirmation is lost: repeated, refused (it is there), loaded, found, told. */
static void test_a_lost_confirmation_is_told_all_the_same(void **state)
{
    struct world *world = *state;
    int64_t id = s_leased(world, HOST, PROBLEM_A);
    world->mute = true;
    struct envelope report = world_report(world, id, VERDICT_ACCEPTED);
    world_store(world);
    assert_int_equal(world->commits, 1);
    world->mute = false;
    actor_harness_wait(world->harness, REPEAT_MS);
    world_store(world);
    s_taken(world, &report, id, true);
    assert_int_equal(world->commits, 1);
    assert_int_equal(world_pushed(world)->state.leaderboard.items[0].solved, 1);
    const struct msg_submission_found *found =
        actor_harness_only(world->harness, MSG_submission_found, NULL);
    assert_int_equal(found->submission.id, id);
    assert_int_equal(found->submission.status, VERDICT_ACCEPTED);
    assert_int_equal(found->submission.judged_ms, world->submissions[0].judged_ms);
    assert_int_equal(actor_harness_nth(world->harness, MSG_submission_found, 0)->envelope.key,
                     HOST);
}

static void test_a_full_store_does_not_lose_a_verdict(void **state)
{
    struct world *world = *state;
    int64_t id = s_leased(world, HOST, PROBLEM_A);
    world_report(world, id, VERDICT_ACCEPTED);
    world->failing = true;
    world_store(world);
    for (int i = 0; i < 10; i++) { /* the judge repeats meanwhile */
        actor_harness_wait(world->harness, REPEAT_MS);
        world_report(world, id, VERDICT_ACCEPTED);
        world_store(world);
    }
    assert_int_equal(actor_harness_count(world->harness, MSG_verdict_taken), 0);
    world->failing = false;
    actor_harness_wait(world->harness, REPEAT_MS);
    world_report(world, id, VERDICT_ACCEPTED);
    world_store(world);
    assert_true(actor_harness_count(world->harness, MSG_verdict_taken) >= 1);
    assert_int_equal(world->commits, 1);
    assert_string_equal(world->submissions[0].status, "Accepted");
}

static void test_a_verdict_that_no_database_takes_does_not_hold_up_its_room(void **state)
{
    struct world *world = *state;
    int64_t id = s_leased(world, HOST, PROBLEM_A);
    world->failing = true;
    world_report(world, id, VERDICT_ACCEPTED);
    for (int i = 0; i < TRIES_MAX; i++) {
        world_store(world);
        actor_harness_wait(world->harness, REPEAT_MS);
    }
    world->failing = false; /* for everything else */
    world_store(world);
    assert_int_equal(world->commits, 0);
    world_forget(world);
    world_submit(world, GUEST, PROBLEM_A);
    struct envelope notice = world_notice(world, true);
    actor_harness_only(world->harness, MSG_notice_taken, &notice);
}

static void test_two_owners_at_odds_slow_down(void **state)
{
    struct world *world = *state;
    int64_t id = s_leased(world, HOST, PROBLEM_A);
    world->intruder = true;
    struct envelope report = world_report(world, id, VERDICT_ACCEPTED);
    world_store(world);
    uint32_t asked = actor_harness_count(world->harness, MSG_store_run);
    assert_int_equal(asked, 2 * REFUSALS_MAX + 1); /* a commit and a load each, then a pause */
    actor_harness_wait(world->harness, 2 * REPEAT_MS);
    assert_int_equal(actor_harness_count(world->harness, MSG_store_run), asked + 2);
    world->intruder = false;
    world_store(world);
    s_taken(world, &report, id, true);
    assert_int_equal(world->commits, 1);
}

static void test_all_solved_ends_the_contest(void **state)
{
    struct world *world = *state;
    s_judge(world, s_leased(world, HOST, PROBLEM_A), VERDICT_ACCEPTED);
    s_judge(world, s_leased(world, HOST, PROBLEM_B), VERDICT_ACCEPTED);
    s_judge(world, s_leased(world, GUEST, PROBLEM_A), VERDICT_ACCEPTED);
    assert_int_equal(actor_harness_count(world->harness, MSG_contest_complete), 0);
    s_judge(world, s_leased(world, GUEST, PROBLEM_B), VERDICT_ACCEPTED);
    const struct msg_contest_complete *complete =
        actor_harness_only(world->harness, MSG_contest_complete, NULL);
    assert_int_equal(complete->room_id, ROOM);
    const struct actor_sent *sent = actor_harness_nth(world->harness, MSG_contest_complete, 0);
    assert_int_equal(sent->envelope.to.actor, ACTOR_room);
    assert_int_equal(sent->envelope.key, ROOM);
}

static void test_an_earlier_undecided_submission_holds_the_end(void **state)
{
    struct world *world = *state;
    int64_t early = s_leased(world, GUEST, PROBLEM_B);
    s_judge(world, s_leased(world, HOST, PROBLEM_A), VERDICT_ACCEPTED);
    s_judge(world, s_leased(world, HOST, PROBLEM_B), VERDICT_ACCEPTED);
    s_judge(world, s_leased(world, GUEST, PROBLEM_A), VERDICT_ACCEPTED);
    s_judge(world, s_leased(world, GUEST, PROBLEM_B), VERDICT_ACCEPTED);
    assert_int_equal(actor_harness_count(world->harness, MSG_contest_complete), 0);
    s_judge(world, early, VERDICT_WRONG_ANSWER);
    assert_int_equal(actor_harness_count(world->harness, MSG_contest_complete), 1);
    assert_int_equal(world->rows[3].penalty, 1);
}

static void test_a_load_of_a_complete_contest_ends_it(void **state)
{
    struct world *world = *state;
    for (int i = 0; i < ROOM_SEATS * PROBLEMS; i++) {
        world_submit(world, i < 2 ? HOST : GUEST, i % 2 ? PROBLEM_B : PROBLEM_A);
        world->submissions[i].status = "Accepted";
    }
    world->room_rev++; /* a gap */
    world_notice(world, false);
    world_store(world);
    actor_harness_only(world->harness, MSG_contest_complete, NULL);
}

static void test_verdicts_of_one_room_go_one_by_one(void **state)
{
    struct world *world = *state;
    int64_t ids[3];
    for (int i = 0; i < 3; i++)
        ids[i] = s_leased(world, HOST, PROBLEM_A);
    for (int i = 0; i < 3; i++)
        world_report(world, ids[i], VERDICT_WRONG_ANSWER);
    assert_int_equal(actor_harness_count(world->harness, MSG_store_run), 1);
    world_store(world);
    assert_int_equal(actor_harness_count(world->harness, MSG_verdict_taken), 3);
    assert_int_equal(world->rows[0].penalty, 3);
    assert_int_equal(world->score_rev, 3);
}

static void test_a_notice_waits_for_a_commit(void **state)
{
    struct world *world = *state;
    int64_t id = s_leased(world, HOST, PROBLEM_A);
    world_report(world, id, VERDICT_ACCEPTED);
    world_submit(world, GUEST, PROBLEM_A);
    struct envelope notice = world_notice(world, true);
    assert_int_equal(actor_harness_count(world->harness, MSG_notice_taken), 0);
    world_store(world);
    actor_harness_only(world->harness, MSG_notice_taken, &notice);
    assert_int_equal(actor_harness_count(world->harness, MSG_store_run), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, s_setup, s_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_nothing_is_told_before_it_is_durable),
        TEST(test_a_verdict_is_kept_and_told_in_order),
        TEST(test_the_submitter_reads_his_verdict_in_full),
        TEST(test_wrong_attempts_cost_what_the_rules_say),
        TEST(test_a_repeated_report_is_there_already),
        TEST(test_a_final_verdict_stands),
        TEST(test_a_lost_lease_is_refused),
        TEST(test_a_submission_that_is_none_is_not_kept),
        TEST(test_a_submission_whose_notice_was_lost_is_found),
        TEST(test_a_report_without_a_verdict_is_not_kept),
        TEST(test_a_lost_confirmation_is_told_all_the_same),
        TEST(test_a_full_store_does_not_lose_a_verdict),
        TEST(test_a_verdict_that_no_database_takes_does_not_hold_up_its_room),
        TEST(test_two_owners_at_odds_slow_down),
        TEST(test_all_solved_ends_the_contest),
        TEST(test_an_earlier_undecided_submission_holds_the_end),
        TEST(test_a_load_of_a_complete_contest_ends_it),
        TEST(test_verdicts_of_one_room_go_one_by_one),
        TEST(test_a_notice_waits_for_a_commit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
