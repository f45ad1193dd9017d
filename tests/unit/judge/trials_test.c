/* Runs and rejudgings: behind whom they wait, whose turn it is among them, that each is judged
 * once, and who is told. And how far a judging is, which its user alone hears. */
#include "actors/runtime/log.h"
#include "tests/unit/judge/world.h"

#define ANOTHER 12 /* user */
#define THIRD 13

static struct world s_world;

static int s_setup(void **state)
{
    world_init(&s_world);
    *state = &s_world;
    return 0;
}

static int s_setup_shared(void **state)
{
    world_init_shared(&s_world);
    *state = &s_world;
    return 0;
}

static int s_teardown(void **state)
{
    world_fini(*state);
    return 0;
}

/* The job of slot 1 ends well, and it gets the next one, whose id is given. */
static int64_t s_next(struct world *world)
{
    const struct msg_judge_job *job = world_job(world, 1);
    uint32_t jobs = world_jobs(world, 1);
    if (job)
        world_outcome(world, 1, job->submission_id, job->fence, VERDICT_ACCEPTED);
    world_ready(world, 1, PYTHON);
    assert_int_equal(world_jobs(world, 1), jobs + 1);
    return world_job(world, 1)->submission_id;
}

/* ---- lanes ----------------------------------------------------------------------------------- */

static void test_submissions_go_before_runs_and_runs_before_rejudgings(void **state)
{
    struct world *world = *state;
    int64_t rejudge = world_trial(world, JUDGING_REJUDGE, USER, PYTHON); /* found by the sweep */
    world_start(world);
    int64_t run = world_enqueue_run(world, USER, PYTHON);
    int64_t submission = world_enqueue(world, PYTHON);
    assert_int_equal(s_next(world), submission);
    int64_t later = world_enqueue(world, PYTHON); /* while the first one runs */
    assert_int_equal(s_next(world), later);
    assert_int_equal(s_next(world), run);
    assert_int_equal(world_job(world, 1)->kind, JUDGING_RUN);
    assert_int_equal(s_next(world), rejudge);
    assert_int_equal(world_job(world, 1)->kind, JUDGING_REJUDGE);
}

static void test_a_run_takes_a_slot_that_no_submission_can_use(void **state)
{
    struct world *world = *state;
    world_start(world);
    world_enqueue(world, JAVA); /* nobody here knows it */
    int64_t run = world_enqueue_run(world, USER, PYTHON);
    assert_int_equal(s_next(world), run);
}

static void test_users_take_turns_within_runs(void **state)
{
    struct world *world = *state;
    world_start(world);
    int64_t mine[3], his, hers;
    for (int i = 0; i < 3; i++)
        mine[i] = world_enqueue_run(world, USER, PYTHON);
    his = world_enqueue_run(world, ANOTHER, PYTHON);
    hers = world_enqueue_run(world, THIRD, PYTHON);
    const int64_t order[] = {mine[0], his, hers, mine[1], mine[2]};
    for (int i = 0; i < 5; i++)
        assert_int_equal(s_next(world), order[i]);
}

/* A submission's turn is no run's. */
static void test_a_users_runs_cost_his_submissions_no_turn(void **state)
{
    struct world *world = *state;
    world_start(world);
    for (int i = 0; i < 5; i++)
        world_enqueue_run(world, USER, PYTHON);
    int64_t mine = world_enqueue(world, PYTHON);
    assert_int_equal(s_next(world), mine);
}

static void test_many_waiting_runs_leave_submissions_their_line(void **state)
{
    struct world *world = *state;
    world_start(world);
    for (int64_t i = 0; i < 50001; i++) /* one more than there is place for */
        actor_harness_give(world->harness, (struct envelope){.kind = MSG_judge_enqueue},
                           &(struct msg_judge_enqueue){1000000 + i, JAVA, USER, JUDGING_RUN});
    int64_t submission = world_enqueue(world, PYTHON);
    assert_int_equal(s_next(world), submission);
}

/* The same number means a submission and a trial. */
static void test_a_trial_is_no_submission_of_the_same_number(void **state)
{
    struct world *world = *state;
    world_start(world);
    int64_t submission = world_enqueue(world, PYTHON);
    world_ready(world, 1, PYTHON);
    actor_harness_give(
        world->harness,
        (struct envelope){.kind = MSG_judge_outcome, .reply = {1, ACTOR_runner, 0, 1, 1}},
        &(struct msg_judge_outcome){.submission_id = submission,
                                    .kind = JUDGING_RUN,
                                    .fence = 1,
                                    .verdict = VERDICT_WRONG_ANSWER,
                                    .failed_test = 1});
    world_run(world);
    assert_null(world_report(world));
    world_outcome(world, 1, submission, 1, VERDICT_ACCEPTED);
    assert_int_equal(world_row(world, submission)->verdict, VERDICT_ACCEPTED);
}

/* ---- outcomes -------------------------------------------------------------------------------- */

static int64_t s_running(struct world *world)
{
    world_start(world);
    int64_t run = world_enqueue_run(world, ANOTHER, PYTHON);
    world_ready(world, 1, PYTHON);
    assert_int_equal(world_job(world, 1)->submission_id, run);
    return run;
}

static void test_a_runs_outcome_is_kept_and_told_to_its_user(void **state)
{
    struct world *world = *state;
    int64_t run = s_running(world);
    world_outcome(world, 1, run, 1, VERDICT_WRONG_ANSWER);
    assert_true(world_row(world, run)->final);
    assert_int_equal(world_row(world, run)->tests, 2);
    const struct rec_run *told = world_run_told(world);
    assert_non_null(told);
    assert_int_equal(told->id, run);
    assert_int_equal(told->user_id, ANOTHER);
    assert_int_equal(told->status, VERDICT_WRONG_ANSWER);
    assert_int_equal(told->tests.count, 2);
    assert_true(slice_is(told->tests.items[1].expected, "8"));
    assert_int_equal(actor_harness_count(world->harness, MSG_verdict_report), 0); /* not scoring */
    assert_int_equal(actor_harness_count(world->harness, MSG_submission_found), 0);
}

static void test_an_own_input_goes_to_the_runner(void **state)
{
    struct world *world = *state;
    world_start(world);
    int64_t run = world_trial(world, JUDGING_RUN, USER, PYTHON);
    world_row(world, run)->own_input = true;
    world_wait(world, 30100); /* the sweep */
    world_ready(world, 1, PYTHON);
    assert_true(world_job(world, 1)->own_input);
    assert_true(slice_is(world_job(world, 1)->input, "2 3"));
    world_outcome(world, 1, run, 1, VERDICT_ACCEPTED);
    assert_true(world_run_told(world)->own_input);
}

static void test_a_rejudging_is_written_and_nobody_told(void **state)
{
    struct world *world = *state;
    int64_t rejudge = world_trial(world, JUDGING_REJUDGE, USER, PYTHON);
    world_start(world);
    world_ready(world, 1, PYTHON);
    world_outcome(world, 1, rejudge, 1, VERDICT_ACCEPTED);
    assert_true(world_row(world, rejudge)->final);
    assert_null(world_run_told(world));
}

static void test_an_outcome_is_written_once_however_often_it_is_said(void **state)
{
    struct world *world = *state;
    int64_t run = s_running(world);
    world_forget(world);
    world->dead = true;
    world_outcome(world, 1, run, 1, VERDICT_ACCEPTED);
    world_wait(world, 3500);
    assert_null(world_run_told(world));
    assert_true(actor_harness_count(world->harness, MSG_store_run) >= 3); /* it is asked again */
    world->dead = false;
    world->answered = 0; /* a slow store: it runs all that it was asked, and answers each */
    world_wait(world, 3500);
    assert_int_equal(actor_harness_count(world->harness, MSG_run_found), 1);
    world_outcome(world, 1, run, 1, VERDICT_WRONG_ANSWER);
    assert_int_equal(world_row(world, run)->verdict, VERDICT_ACCEPTED);
}

static void test_a_run_that_was_deleted_meanwhile_is_let_go(void **state)
{
    struct world *world = *state;
    int64_t run = s_running(world);
    world_row(world, run)->gone = true;
    world_outcome(world, 1, run, 1, VERDICT_ACCEPTED);
    assert_null(world_run_told(world));
    int64_t next = world_enqueue_run(world, USER, PYTHON);
    world_ready(world, 1, PYTHON);
    assert_int_equal(world_job(world, 1)->submission_id, next);
}

static void test_a_silent_runner_loses_the_run_and_its_late_word_is_void(void **state)
{
    struct world *world = *state;
    int64_t run = s_running(world);
    world_wait(world, 15500 + RETRY_MS);
    world_ready(world, 20, PYTHON); /* elsewhere */
    assert_int_equal(world_job(world, 20)->submission_id, run);
    assert_int_equal(world_job(world, 20)->fence, 2);
    world_outcome(world, 1, run, 1, VERDICT_WRONG_ANSWER);
    assert_false(world_row(world, run)->final);
    world_outcome(world, 20, run, 2, VERDICT_ACCEPTED);
    assert_int_equal(world_row(world, run)->verdict, VERDICT_ACCEPTED);
    assert_int_equal(actor_harness_count(world->harness, MSG_run_found), 1);
}

static void test_three_failures_of_ours_are_a_judge_error(void **state)
{
    struct world *world = *state;
    int64_t run = s_running(world);
    log_set_level(LOG_LEVEL_ERROR + 1);
    for (int64_t fence = 1; fence <= 3; fence++) {
        world_outcome(world, 1, run, fence, VERDICT_JUDGE_ERROR);
        world_wait(world, RETRY_MS);
        world_ready(world, 1, PYTHON);
    }
    log_set_level(LOG_LEVEL_INFO);
    assert_int_equal(world_row(world, run)->verdict, VERDICT_JUDGE_ERROR);
    assert_int_equal(world_run_told(world)->status, VERDICT_JUDGE_ERROR);
    assert_int_equal(world_run_told(world)->tests.count, 0);
}

static void test_a_run_that_is_given_back_costs_no_try(void **state)
{
    struct world *world = *state;
    int64_t run = s_running(world);
    for (int64_t fence = 1; fence <= 5; fence++) {
        world_leave(world, 1, run);
        world_ready(world, 1, PYTHON);
        assert_int_equal(world_job(world, 1)->fence, fence + 1);
    }
    world_outcome(world, 1, run, 6, VERDICT_ACCEPTED);
    assert_true(world_row(world, run)->final);
}

/* ---- runs that nobody could make ------------------------------------------------------------- */

#define RUN_LIMIT_MS 300000

static void assert_given_up(struct world *world, int64_t run)
{
    assert_int_equal(world_row(world, run)->verdict, VERDICT_JUDGE_ERROR);
    const struct rec_run *told = world_run_told(world);
    assert_int_equal(actor_harness_count(world->harness, MSG_run_found), 1);
    assert_int_equal(told->id, run);
    assert_int_equal(told->user_id, ANOTHER);
    assert_int_equal(told->status, VERDICT_JUDGE_ERROR);
    assert_true(slice_is(told->compile_output, "No runner could run it in time."));
}

static void test_a_run_that_nobody_can_make_has_an_end(void **state)
{
    struct world *world = *state;
    world_start(world);
    int64_t rejudge = world_trial(world, JUDGING_REJUDGE, USER, JAVA);
    int64_t run = world_enqueue_run(world, ANOTHER, JAVA);
    int64_t submission = world_enqueue(world, JAVA);
    world_wait(world, RUN_LIMIT_MS - 100);
    assert_false(world_row(world, run)->final);
    log_set_level(LOG_LEVEL_ERROR + 1);
    world_wait(world, 5200); /* the sweep */
    log_set_level(LOG_LEVEL_INFO);
    assert_given_up(world, run);
    world_ready(world, 1, JAVA);
    assert_int_equal(world_job(world, 1)->submission_id, submission);
    world_outcome(world, 1, submission, 1, VERDICT_ACCEPTED);
    world_ready(world, 1, JAVA);
    assert_int_equal(world_job(world, 1)->submission_id, rejudge);
    world_outcome(world, 1, rejudge, 1, VERDICT_ACCEPTED);
    world_ready(world, 1, JAVA);
    assert_int_equal(world_jobs(world, 1), 2); /* that was all */
}

static void test_a_run_ends_while_nobody_judges_and_a_restart_tells(void **state)
{
    struct world *world = *state;
    int64_t run = world_trial(world, JUDGING_RUN, ANOTHER, JAVA);
    world_row(world, run)->created_ms -= RUN_LIMIT_MS + 1;
    log_set_level(LOG_LEVEL_ERROR + 1);
    world_start(world);
    log_set_level(LOG_LEVEL_INFO);
    assert_given_up(world, run);
}

static void test_an_outcome_that_comes_behind_a_runs_end_is_void(void **state)
{
    struct world *world = *state;
    world_start(world);
    int64_t run = world_enqueue_run(world, ANOTHER, PYTHON);
    world_wait(world, RUN_LIMIT_MS - 1000);
    world_ready(world, 1, PYTHON);
    assert_int_equal(world_job(world, 1)->submission_id, run);
    log_set_level(LOG_LEVEL_ERROR + 1);
    world_wait(world, 6200);
    log_set_level(LOG_LEVEL_INFO);
    world_outcome(world, 1, run, 1, VERDICT_ACCEPTED);
    world_wait(world, 1100);
    world_ready(world, 1, PYTHON);
    assert_given_up(world, run);
    assert_int_equal(world_jobs(world, 1), 1);
}

/* ---- a shared queue -------------------------------------------------------------------------- */

static void s_begin_shared(struct world *world)
{
    world_start(world);
    world_connected(world, 5, 0);
    world_ready(world, 1, PYTHON);
    world_forget(world);
}

static void test_runs_are_published_into_a_queue_of_their_own(void **state)
{
    struct world *world = *state;
    s_begin_shared(world);
    int64_t run = world_enqueue_run(world, USER, PYTHON);
    const struct msg_queue_publish *published =
        actor_harness_only(world->harness, MSG_queue_publish, NULL);
    assert_int_equal(published->kind, JUDGING_RUN);
    assert_int_equal(published->submission_ids.count, 1);
    assert_int_equal(published->submission_ids.items[0], run);
}

static void test_a_delivered_rejudging_waits_behind_runs(void **state)
{
    struct world *world = *state;
    int64_t rejudge = world_trial(world, JUDGING_REJUDGE, USER, PYTHON);
    int64_t run = world_trial(world, JUDGING_RUN, ANOTHER, PYTHON);
    int64_t busy = world_submission(world, PYTHON);
    s_begin_shared(world);
    world_delivered(world, 5, 1, busy, false);
    world_delivered(world, 5, 2, rejudge, false);
    world_delivered(world, 5, 3, run, false);
    assert_int_equal(world_job(world, 1)->submission_id, busy);
    assert_int_equal(s_next(world), run);
    assert_int_equal(world_settled(world, MSG_queue_ack), 1);
    assert_int_equal(s_next(world), rejudge);
    assert_int_equal(world_settled(world, MSG_queue_ack), 3);
}

/* Its row says all: there are no dead letters of trials. */
static void test_a_run_that_was_given_up_is_acknowledged(void **state)
{
    struct world *world = *state;
    int64_t run = world_trial(world, JUDGING_RUN, ANOTHER, PYTHON);
    s_begin_shared(world);
    world_delivered(world, 5, 1, run, false);
    log_set_level(LOG_LEVEL_ERROR + 1);
    for (int64_t fence = 1; fence <= 3; fence++) {
        world_outcome(world, 1, run, fence, VERDICT_JUDGE_ERROR);
        world_wait(world, RETRY_MS);
        world_ready(world, 1, PYTHON);
    }
    world_delivered(world, 5, 2, 999999, false); /* no submission: poison */
    log_set_level(LOG_LEVEL_INFO);
    assert_int_equal(world_row(world, run)->verdict, VERDICT_JUDGE_ERROR);
    assert_int_equal(world_settled(world, MSG_queue_ack), 1);
    assert_int_equal(world_settled(world, MSG_queue_reject), 2);
}

static void test_lost_ones_are_put_back_into_their_queues(void **state)
{
    struct world *world = *state;
    for (uint8_t kind = JUDGING_RUN; kind <= JUDGING_REJUDGE; kind++)
        world_row(world, world_trial(world, kind, ANOTHER, PYTHON))->lost = true;
    s_begin_shared(world);
    world_wait(world, 2100);
    assert_int_equal(actor_harness_count(world->harness, MSG_queue_publish), 2);
    for (uint32_t i = 0; i < 2; i++) {
        const struct msg_queue_publish *published =
            actor_harness_nth(world->harness, MSG_queue_publish, i)->message;
        assert_int_equal(published->kind, JUDGING_RUN + i);
        assert_int_equal(published->submission_ids.items[0], FIRST + i);
    }
}

/* So that they do not fill the way to the queues, which runs take too. */
static void test_a_page_of_rejudgings_comes_after_the_other(void **state)
{
    enum { PAGE = 500 };
    struct world *world = *state;
    for (int i = 0; i < 2 * PAGE + 1; i++)
        world_row(world, world_trial(world, JUDGING_REJUDGE, USER, PYTHON))->lost = true;
    s_begin_shared(world);
    for (uint32_t page = 1; page <= 3; page++) {
        world_wait(world, 100);
        assert_int_equal(actor_harness_count(world->harness, MSG_queue_publish), page);
        world_wait(world, 400);
    }
}

static void test_a_run_of_a_shared_queue_has_an_end(void **state)
{
    struct world *world = *state;
    int64_t run = world_trial(world, JUDGING_RUN, ANOTHER, PYTHON);
    int64_t busy = world_submission(world, PYTHON);
    s_begin_shared(world);
    world_delivered(world, 5, 1, busy, false);
    world_delivered(world, 5, 2, run, false); /* it waits for the slot */
    world_row(world, run)->created_ms -= RUN_LIMIT_MS;
    log_set_level(LOG_LEVEL_ERROR + 1);
    world_wait(world, 2100);
    log_set_level(LOG_LEVEL_INFO);
    assert_given_up(world, run);
    assert_int_equal(world_settled(world, MSG_queue_ack), 2);
}

/* ---- how far it is --------------------------------------------------------------------------- */

static void test_the_submitter_hears_how_far_it_is(void **state)
{
    struct world *world = *state;
    world_start(world);
    int64_t id = world_enqueue(world, PYTHON);
    assert_int_equal(world_told(world, id), -1);
    world_ready(world, 1, PYTHON);
    assert_int_equal(world_told(world, id), 0);
    const struct msg_submission_found *found =
        actor_harness_only(world->harness, MSG_submission_found, NULL);
    assert_int_equal(found->submission.status, VERDICT_JUDGING);
    assert_int_equal(found->submission.user_id, USER);
    assert_int_equal(found->submission.room_id, ROOM);
    assert_int_equal(found->submission.created_ms, 5);
    assert_int_equal(found->submission.tests_total, 3);
    assert_int_equal(found->submission.judged_ms, I64_NONE);
    world_progress_to(world, 1, id, 1, 1); /* at once: too soon */
    assert_int_equal(world_told(world, id), 0);
    world_wait(world, 300);
    world_progress_to(world, 1, id, 1, 2);
    assert_int_equal(world_told(world, id), 2);
    world_wait(world, 300);
    world_progress_to(world, 1, id, 1, 2); /* no news */
    world_progress_to(world, 1, id, 1, 4); /* there are but three */
    world_progress_to(world, 1, id, 9, 3); /* another lease's */
    assert_int_equal(actor_harness_count(world->harness, MSG_submission_found), 2);
    world_outcome(world, 1, id, 1, VERDICT_ACCEPTED);
    world_wait(world, 300);
    world_progress_to(world, 1, id, 1, 3); /* it is over */
    assert_int_equal(actor_harness_count(world->harness, MSG_submission_found), 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, s_setup, s_teardown)
#define SHARED(name) cmocka_unit_test_setup_teardown(name, s_setup_shared, s_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_submissions_go_before_runs_and_runs_before_rejudgings),
        TEST(test_a_run_takes_a_slot_that_no_submission_can_use),
        TEST(test_users_take_turns_within_runs),
        TEST(test_a_users_runs_cost_his_submissions_no_turn),
        TEST(test_many_waiting_runs_leave_submissions_their_line),
        TEST(test_a_trial_is_no_submission_of_the_same_number),
        TEST(test_a_runs_outcome_is_kept_and_told_to_its_user),
        TEST(test_an_own_input_goes_to_the_runner),
        TEST(test_a_rejudging_is_written_and_nobody_told),
        TEST(test_an_outcome_is_written_once_however_often_it_is_said),
        TEST(test_a_run_that_was_deleted_meanwhile_is_let_go),
        TEST(test_a_silent_runner_loses_the_run_and_its_late_word_is_void),
        TEST(test_three_failures_of_ours_are_a_judge_error),
        TEST(test_a_run_that_is_given_back_costs_no_try),
        TEST(test_a_run_that_nobody_can_make_has_an_end),
        TEST(test_a_run_ends_while_nobody_judges_and_a_restart_tells),
        TEST(test_an_outcome_that_comes_behind_a_runs_end_is_void),
        SHARED(test_runs_are_published_into_a_queue_of_their_own),
        SHARED(test_a_delivered_rejudging_waits_behind_runs),
        SHARED(test_a_run_that_was_given_up_is_acknowledged),
        SHARED(test_lost_ones_are_put_back_into_their_queues),
        SHARED(test_a_page_of_rejudgings_comes_after_the_other),
        SHARED(test_a_run_of_a_shared_queue_has_an_end),
        TEST(test_the_submitter_hears_how_far_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
