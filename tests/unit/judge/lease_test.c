/* A lease from its asking to its verdict: fences, tries, silence, and what is reported. */
#include "actors/runtime/log.h"
#include "tests/unit/judge/world.h"

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

/* A judge with one idle slot, 1, for Python. */
static void s_begin(struct world *world)
{
    world_start(world);
    world_ready(world, 1, PYTHON);
}

/* ---- leases ---------------------------------------------------------------------------------- */

static void test_what_has_its_verdict_gives_the_slot_back(void **state)
{
    struct world *world = *state;
    world_start(world);
    int64_t id = world_enqueue(world, PYTHON);
    world_row(world, id)->final = true;
    int64_t next = world_enqueue(world, PYTHON);
    world_ready(world, 1, PYTHON);
    assert_int_equal(world_jobs(world, 1), 1);
    assert_int_equal(world_job(world, 1)->submission_id, next);
}

static void test_a_lost_lease_is_asked_for_again(void **state)
{
    struct world *world = *state;
    s_begin(world);
    world->dead = true;
    int64_t id = world_enqueue(world, PYTHON);
    world_wait(world, 3000);
    world->dead = false;
    world_wait(world, 5000);
    assert_int_equal(world_jobs(world, 1), 1);
    assert_int_equal(world_job(world, 1)->submission_id, id);
}

/* Each lease has its fencing number, and only the newest one counts. */
static void test_an_older_lease_is_not_taken(void **state)
{
    struct world *world = *state;
    s_begin(world);
    world_forget(world);
    world->dead = true;
    world_enqueue(world, PYTHON);
    world_wait(world, 2100);
    assert_int_equal(actor_harness_count(world->harness, MSG_store_run), 2);
    world->dead = false;
    world->answered = 0; /* the store was slow: it runs both */
    world_run(world);
    assert_int_equal(world_jobs(world, 1), 1);
    assert_int_equal(world_job(world, 1)->fence, 2);
}

/* A store that stands still for minutes and then runs all it was asked must not have used up the
 * tries of a submission that never ran. */
static void test_a_long_silence_of_the_store_costs_nobody(void **state)
{
    struct world *world = *state;
    s_begin(world);
    world_forget(world);
    world->dead = true;
    int64_t id = world_enqueue(world, PYTHON);
    world_wait(world, 180000);
    world->dead = false;
    world->answered = 0;
    world_run(world);
    world_ready(world, 1, PYTHON);
    const struct msg_judge_job *job = world_job(world, 1);
    assert_non_null(job);
    world_outcome(world, 1, id, job->fence, VERDICT_ACCEPTED);
    assert_int_equal(world_row(world, id)->verdict, VERDICT_ACCEPTED);
}

/* A slot that runs no checkers gets no job that needs one: that waits for another slot, and costs one
 * lease, not one for each time that the slot is ready. */
static void test_a_checker_needs_a_slot_that_runs_it(void **state)
{
    struct world *world = *state;
    s_begin(world);
    int64_t id = world_submission(world, PYTHON);
    world_row(world, id)->checker = true;
    world_ready_without_checkers(world, 1, PYTHON);
    world_wait(world, 31000); /* the sweep finds it */
    for (int i = 0; i < 20; i++) {
        world_ready_without_checkers(world, 1, PYTHON);
        world_wait(world, 5000);
    }
    assert_null(world_job(world, 1));
    assert_null(world_report(world));
    assert_int_equal(world_row(world, id)->fence, 1);
    int64_t other = world_enqueue(world, PYTHON); /* whom it does not keep from being judged */
    assert_int_equal(world_job(world, 1)->submission_id, other);
    assert_int_equal(world_job(world, 1)->mode, JUDGING_TOKENS);
    world_ready(world, 20, PYTHON);
    world_wait(world, 1000);
    const struct msg_judge_job *job = world_job(world, 20);
    assert_non_null(job);
    assert_int_equal(job->submission_id, id);
    assert_int_equal(job->mode, JUDGING_VALIDATOR);
    assert_int_equal(job->protocol, CHECKER_TESTLIB);
    assert_true(slice_is(job->checker_hash, "fedcba"));
    world_outcome(world, 20, id, job->fence, VERDICT_ACCEPTED);
    assert_int_equal(world_row(world, id)->verdict, VERDICT_ACCEPTED);
}

static void test_a_failing_store_costs_nobody(void **state)
{
    struct world *world = *state;
    s_begin(world);
    world->failing = true;
    int64_t id = world_enqueue(world, PYTHON);
    for (int i = 0; i < 12; i++) {
        world_wait(world, 5000);
        world_ready(world, 1, PYTHON);
    }
    assert_null(world_report(world));
    assert_true(actor_harness_count(world->harness, MSG_store_run) < 100); /* it is not pestered */
    world->failing = false;
    world_wait(world, 2100);
    assert_int_equal(world_job(world, 1)->submission_id, id);
}

/* A slot repeats that it is ready until its job comes: what crossed the job brings no second one.
 */
static void test_a_slot_gets_one_job_at_a_time(void **state)
{
    struct world *world = *state;
    s_begin(world);
    world->dead = true;
    int64_t first = world_enqueue(world, PYTHON);
    world_enqueue(world, PYTHON);
    world_ready(world, 1, PYTHON); /* while the lease is asked for */
    world->dead = false;
    world_wait(world, 2100);
    assert_int_equal(world_job(world, 1)->submission_id, first);
    world_ready(world, 1, PYTHON); /* while the job is on its way */
    assert_int_equal(world_jobs(world, 1), 1);
    world_outcome(world, 1, first, 1, VERDICT_ACCEPTED);
    world_ready(world, 1, PYTHON);
    assert_int_equal(world_jobs(world, 1), 2);
}

static void test_a_slot_that_left_meanwhile_costs_no_try(void **state)
{
    struct world *world = *state;
    for (int i = 0; i < 5; i++) {
        s_begin(world);
        world->dead = true;
        if (i == 0)
            world_enqueue(world, PYTHON);
        world_leave(world, 1, 0);
        world->dead = false;
        world_wait(world, 2100);
    }
    assert_null(world_report(world));
}

static void test_too_many_leases_are_a_judge_error(void **state)
{
    struct world *world = *state;
    int64_t id = world_submission(world, PYTHON);
    world_row(world, id)->fence = 12; /* it has killed twelve judges before us */
    world_start(world);
    world_ready(world, 1, PYTHON);
    assert_null(world_job(world, 1));
    assert_int_equal(world_report(world)->verdict, VERDICT_JUDGE_ERROR);
    assert_int_equal(world_report(world)->fence, 13);
    assert_int_equal(world_row(world, id)->verdict, VERDICT_JUDGE_ERROR);
    int64_t next = world_enqueue(world, PYTHON); /* the slot is free */
    assert_int_equal(world_job(world, 1)->submission_id, next);
}

static void test_the_twelfth_lease_is_still_judged(void **state)
{
    struct world *world = *state;
    int64_t id = world_submission(world, PYTHON);
    world_row(world, id)->fence = 11;
    world_start(world);
    world_ready(world, 1, PYTHON);
    assert_int_equal(world_job(world, 1)->fence, 12);
}

/* ---- running --------------------------------------------------------------------------------- */

static void test_a_verdict_is_reported_as_it_was_found(void **state)
{
    struct world *world = *state;
    s_begin(world);
    int64_t id = world_enqueue(world, PYTHON);
    world_outcome(world, 1, id, 1, VERDICT_WRONG_ANSWER);
    const struct msg_verdict_report *report = world_report(world);
    assert_int_equal(report->submission_id, id);
    assert_int_equal(report->room_id, ROOM);
    assert_int_equal(report->fence, 1);
    assert_int_equal(report->verdict, VERDICT_WRONG_ANSWER);
    assert_int_equal(report->tests_run, 2);
    assert_int_equal(report->tests_total, 3);
    assert_int_equal(report->failed_test, 2);
    assert_int_equal(report->time_ms, 12);
    assert_int_equal(report->memory_kb, 3400);
    assert_true(slice_is(report->compile_output, "a warning"));
    const struct envelope *sent =
        &actor_harness_nth(world->harness, MSG_verdict_report, 0)->envelope;
    assert_int_equal(sent->to.actor, ACTOR_scoring);
    assert_int_equal(sent->key, ROOM);
}

static void test_progress_renews_the_lease(void **state)
{
    struct world *world = *state;
    s_begin(world);
    int64_t id = world_enqueue(world, PYTHON);
    for (int i = 0; i < 12; i++) {
        world_wait(world, 10000);
        world_progress(world, 1, id, 1);
    }
    world_outcome(world, 1, id, 1, VERDICT_ACCEPTED);
    assert_int_equal(world_row(world, id)->verdict, VERDICT_ACCEPTED);
    assert_int_equal(world_row(world, id)->fence, 1);
}

static void test_progress_of_somebody_else_renews_nothing(void **state)
{
    struct world *world = *state;
    s_begin(world);
    int64_t id = world_enqueue(world, PYTHON);
    for (int i = 0; i < 4; i++) {
        world_wait(world, 4000);
        world_progress(world, 2, id, 1);
        world_progress(world, 1, id, 0);
        world_progress(world, 1, id + 1, 1);
    }
    world_ready(world, 2, PYTHON);
    assert_int_equal(world_job(world, 2)->submission_id, id);
}

static void test_three_silent_runners_are_a_judge_error(void **state)
{
    struct world *world = *state;
    s_begin(world);
    int64_t id = world_enqueue(world, PYTHON);
    for (uint64_t node = 1; node <= 3; node++) {
        world_ready(world, node, PYTHON);
        assert_int_equal(world_job(world, node)->fence, node);
        assert_null(world_report(world));
        world_wait(world, 16100);
    }
    assert_int_equal(world_report(world)->submission_id, id);
    assert_int_equal(world_row(world, id)->verdict, VERDICT_JUDGE_ERROR);
    assert_true(world_report(world)->failed_test == I64_NONE);
    assert_true(world_report(world)->time_ms == I64_NONE);
}

static void test_a_silent_slot_is_idle_when_it_says_so(void **state)
{
    struct world *world = *state;
    s_begin(world);
    world_enqueue(world, PYTHON);
    world_wait(world, 16100);
    assert_int_equal(world_jobs(world, 1), 1);
    world_ready(world, 1, PYTHON);
    assert_int_equal(world_jobs(world, 1), 2);
}

static void test_an_outcome_of_an_older_lease_is_ignored(void **state)
{
    struct world *world = *state;
    s_begin(world);
    int64_t id = world_enqueue(world, PYTHON);
    world_wait(world, 16100); /* the runner is slow, not dead */
    world_ready(world, 2, PYTHON);
    assert_int_equal(world_job(world, 2)->fence, 2);
    world_outcome(world, 1, id, 1, VERDICT_WRONG_ANSWER);
    world_outcome(world, 1, id, 2, VERDICT_WRONG_ANSWER); /* nor may it guess */
    world_outcome(world, 2, id, 1, VERDICT_WRONG_ANSWER);
    assert_null(world_report(world));
    world_outcome(world, 2, id, 2, VERDICT_ACCEPTED);
    assert_int_equal(world_row(world, id)->verdict, VERDICT_ACCEPTED);
    world_outcome(world, 2, id, 2, VERDICT_WRONG_ANSWER); /* it comes twice */
    assert_int_equal(actor_harness_count(world->harness, MSG_verdict_report), 1);
}

static void test_a_judge_error_is_tried_again(void **state)
{
    struct world *world = *state;
    s_begin(world);
    int64_t id = world_enqueue(world, PYTHON);
    for (int64_t fence = 1; fence <= 2; fence++) { /* at the same place: not at once */
        world_outcome(world, 1, id, fence, VERDICT_JUDGE_ERROR);
        world_ready(world, 1, PYTHON);
        assert_int_equal(world_jobs(world, 1), fence);
        world_wait(world, RETRY_MS);
        assert_int_equal(world_jobs(world, 1), fence + 1);
    }
    assert_null(world_report(world));
    world_outcome(world, 1, id, 3, VERDICT_ACCEPTED);
    assert_int_equal(world_row(world, id)->verdict, VERDICT_ACCEPTED);
}

static void test_three_judge_errors_are_one(void **state)
{
    struct world *world = *state;
    s_begin(world);
    int64_t id = world_enqueue(world, PYTHON);
    const enum verdict unfinished[] = {VERDICT_JUDGE_ERROR, VERDICT_PENDING, VERDICT_JUDGING};
    for (int i = 0; i < 3; i++) {
        world_outcome(world, 1, id, i + 1, unfinished[i]);
        world_wait(world, RETRY_MS);
        world_ready(world, 1, PYTHON);
    }
    assert_int_equal(world_row(world, id)->verdict, VERDICT_JUDGE_ERROR);
    assert_int_equal(world_report(world)->fence, 3);
}

static void test_what_comes_back_goes_first(void **state)
{
    struct world *world = *state;
    s_begin(world);
    int64_t first = world_enqueue(world, PYTHON);
    world_enqueue(world, PYTHON);
    world_outcome(world, 1, first, 1, VERDICT_JUDGE_ERROR);
    world_wait(world, RETRY_MS);
    world_ready(world, 1, PYTHON);
    assert_int_equal(world_job(world, 1)->submission_id, first);
}

static void test_a_slot_that_leaves_gives_its_job_back(void **state)
{
    struct world *world = *state;
    world_start(world);
    int64_t id = world_enqueue(world, PYTHON);
    for (uint64_t node = 1; node <= 6; node++) { /* more often than there are tries */
        world_ready(world, node, PYTHON);
        assert_int_equal(world_job(world, node)->submission_id, id);
        world_leave(world, node + 100, id); /* not his to give */
        world_leave(world, node, id);
    }
    assert_null(world_report(world));
    world_ready(world, 7, PYTHON);
    world_outcome(world, 7, id, 7, VERDICT_ACCEPTED);
    assert_int_equal(world_row(world, id)->verdict, VERDICT_ACCEPTED);
}

/* ---- reporting ------------------------------------------------------------------------------- */

static void test_a_verdict_is_reported_until_it_is_taken(void **state)
{
    struct world *world = *state;
    s_begin(world);
    world->deaf = true;
    int64_t id = world_enqueue(world, PYTHON);
    world_outcome(world, 1, id, 1, VERDICT_ACCEPTED);
    world_wait(world, 4500);
    uint32_t reports = actor_harness_count(world->harness, MSG_verdict_report);
    assert_in_range(reports, 4, 5);
    assert_true(slice_is(world_report(world)->compile_output, "a warning"));
    world->deaf = false;
    world_wait(world, 3000);
    assert_int_equal(world_row(world, id)->verdict, VERDICT_ACCEPTED);
    assert_int_equal(actor_harness_count(world->harness, MSG_verdict_report), reports + 1);
}

/* Scoring takes longer than we wait: the answer to the first report comes after the second. */
static void test_a_slow_scoring_is_heard(void **state)
{
    struct world *world = *state;
    s_begin(world);
    world->deaf = true;
    int64_t id = world_enqueue(world, PYTHON);
    world_outcome(world, 1, id, 1, VERDICT_ACCEPTED);
    world_wait(world, 1100);
    const struct actor_sent *first = actor_harness_nth(world->harness, MSG_verdict_report, 0);
    assert_int_equal(actor_harness_count(world->harness, MSG_verdict_report), 2);
    actor_harness_give(world->harness, actor_harness_answer(first, MSG_verdict_taken),
                       &(struct msg_verdict_taken){id, true});
    world_wait(world, 5000);
    assert_int_equal(actor_harness_count(world->harness, MSG_verdict_report), 2);
}

static void test_a_verdict_that_is_not_kept_is_judged_again(void **state)
{
    struct world *world = *state;
    s_begin(world);
    world->refuses = true;
    int64_t id = world_enqueue(world, PYTHON);
    world_outcome(world, 1, id, 1, VERDICT_ACCEPTED);
    world_ready(world, 1, PYTHON);
    assert_int_equal(world_jobs(world, 1), 1); /* not at once */
    world->refuses = false;
    world_wait(world, 1100);
    assert_int_equal(world_job(world, 1)->fence, 2);
    world_outcome(world, 1, id, 2, VERDICT_ACCEPTED);
    assert_int_equal(world_row(world, id)->verdict, VERDICT_ACCEPTED);
}

/* Nobody keeps it and nobody will: a lease a second, not thousands. */
static void test_a_verdict_that_nobody_keeps_makes_no_storm(void **state)
{
    struct world *world = *state;
    int64_t id = world_submission(world, PYTHON);
    world_row(world, id)->fence = 12;
    world->refuses = true;
    s_begin(world);
    world_wait(world, 10000);
    assert_true(actor_harness_count(world->harness, MSG_store_run) < 20);
    assert_true(actor_harness_count(world->harness, MSG_verdict_report) < 20);
}

/* ---- stopping -------------------------------------------------------------------------------- */

static void test_draining_leases_nothing_more(void **state)
{
    struct world *world = *state;
    s_begin(world);
    int64_t id = world_enqueue(world, PYTHON);
    actor_harness_give(world->harness, (struct envelope){.kind = MSG_drain},
                       &(struct msg_drain){true});
    world_enqueue(world, PYTHON);
    world_ready(world, 2, PYTHON);
    assert_null(world_job(world, 2));
    world_outcome(world, 1, id, 1, VERDICT_ACCEPTED); /* what is judged is reported */
    assert_int_equal(world_row(world, id)->verdict, VERDICT_ACCEPTED);
}

/* ---- determinism ----------------------------------------------------------------------------- */

static void s_play(struct world *world)
{
    world_init(world);
    world_start(world);
    for (uint64_t node = 1; node <= 4; node++)
        world_ready(world, node, node % 2 ? PYTHON : CPP);
    for (int round = 0; round < 30; round++) {
        int64_t id = world_enqueue(world, round % 3 ? PYTHON : CPP);
        uint64_t node = 1 + (uint64_t)round % 4;
        const struct msg_judge_job *job = world_job(world, node);
        world->deaf = round % 7 == 2;
        if (job)
            world_outcome(world, node, job->submission_id, job->fence,
                          round % 5 ? VERDICT_ACCEPTED : VERDICT_JUDGE_ERROR);
        world_progress(world, node, id, 1);
        world_wait(world, 2500);
        world_ready(world, node, node % 2 ? PYTHON : CPP);
    }
}

static void test_the_same_messages_give_the_same_bytes(void **state)
{
    (void)state;
    static struct world worlds[2];
    for (int i = 0; i < 2; i++)
        s_play(&worlds[i]);
    assert_true(actor_harness_count(worlds[0].harness, MSG_verdict_report) > 20);
    assert_true(slice_equal(buffer_slice(&worlds[0].harness->transcript),
                            buffer_slice(&worlds[1].harness->transcript)));
    for (int i = 0; i < 2; i++)
        world_fini(&worlds[i]);
}

/* ---- places: slots 1 to 9 are of one, 10 to 19 of another ------------------------------------ */

static void test_what_failed_at_one_place_goes_to_another(void **state)
{
    struct world *world = *state;
    s_begin(world);
    world_ready(world, 2, PYTHON);
    world_ready(world, 10, PYTHON);
    int64_t id = world_enqueue(world, PYTHON);
    const struct msg_judge_job *job = world_job(world, 1);
    world_outcome(world, 1, id, job->fence, VERDICT_JUDGE_ERROR);
    assert_int_equal(world_jobs(world, 2), 0);
    job = world_job(world, 10);
    assert_non_null(job);
    world_leave(world, 10, id); /* given back: to the first place again */
    assert_int_equal(world_jobs(world, 2), 1);
}

static void test_another_place_is_waited_for_while_it_is_busy(void **state)
{
    struct world *world = *state;
    world_start(world);
    world_ready(world, 10, PYTHON);
    int64_t other = world_enqueue(world, PYTHON);
    world_ready(world, 1, PYTHON);
    world_ready(world, 2, PYTHON);
    int64_t id = world_enqueue(world, PYTHON);
    world_leave(world, 1, id);
    assert_int_equal(world_jobs(world, 2), 0);
    world_outcome(world, 10, other, world_job(world, 10)->fence, VERDICT_ACCEPTED);
    world_ready(world, 10, PYTHON);
    assert_int_equal(world_job(world, 10)->submission_id, id);
}

static void test_the_only_place_is_tried_again(void **state)
{
    struct world *world = *state;
    s_begin(world);
    world_ready(world, 10, CPP);
    world_ready(world, 2, PYTHON);
    int64_t id = world_enqueue(world, PYTHON);
    world_leave(world, 1, id);
    assert_int_equal(world_job(world, 2)->submission_id, id);
}

/* ---- slots that are gone ---------------------------------------------------------------------- */

/* Its word and the job have crossed. */
static void test_a_slot_that_leaves_idle_gives_back_what_was_on_its_way(void **state)
{
    struct world *world = *state;
    world_start(world);
    int64_t id = world_enqueue(world, PYTHON);
    for (uint64_t node = 1; node <= 6; node++) { /* more often than there are tries */
        world_ready(world, node, PYTHON);
        assert_int_equal(world_job(world, node)->submission_id, id);
        world_leave(world, node, 0);
    }
    world_ready(world, 7, PYTHON);
    world_outcome(world, 7, id, 7, VERDICT_ACCEPTED);
    assert_int_equal(world_row(world, id)->verdict, VERDICT_ACCEPTED);
}

/* A process with many slots was killed: its job goes to another one at once, and the dead slots cost
 * neither tries nor more leases. */
static void test_a_job_that_did_not_get_there_goes_elsewhere(void **state)
{
    struct world *world = *state;
    world_start(world);
    for (uint64_t node = 10; node < 20; node++)
        world_ready(world, node, PYTHON);
    int64_t id = world_enqueue(world, PYTHON);
    assert_int_equal(world_job(world, 10)->submission_id, id);
    world_ready(world, 30, PYTHON);
    world_unreachable(world, 10);
    assert_int_equal(world_job(world, 30)->submission_id, id);
    assert_int_equal(world_job(world, 30)->fence, 2);
    world_unreachable(world, 10); /* said again: of nobody */
    int64_t next = world_enqueue(world, PYTHON);
    for (uint64_t node = 11; node < 20; node++)
        assert_null(world_job(world, node));
    world_outcome(world, 30, id, 2, VERDICT_ACCEPTED);
    world_ready(world, 15, PYTHON); /* that one was alive */
    assert_int_equal(world_job(world, 15)->submission_id, next);
}

static void test_unreachable_slots_cost_no_tries(void **state)
{
    struct world *world = *state;
    world_start(world);
    int64_t id = world_enqueue(world, PYTHON);
    for (uint64_t node = 1; node <= 60; node += 10) {
        world_ready(world, node, PYTHON);
        assert_int_equal(world_job(world, node)->submission_id, id);
        world_unreachable(world, node);
    }
    world_ready(world, 70, PYTHON);
    world_outcome(world, 70, id, 7, VERDICT_ACCEPTED);
    assert_int_equal(world_row(world, id)->verdict, VERDICT_ACCEPTED);
}

/* ---- hints -------------------------------------------------------------------------------------
 */

static void test_a_hint_goes_to_whom_the_job_is_with(void **state)
{
    struct world *world = *state;
    s_begin(world);
    int64_t id = world_enqueue(world, PYTHON);
    for (int64_t known = 1; known >= 0; known--) {
        actor_harness_forget(world->harness);
        world->answered = 0;
        struct msg_judge_hint hint = {known ? id : id + 1, slice_of("feed"), false};
        struct envelope envelope = actor_harness_request(world->harness, MSG_judge_hint, 0, 0);
        actor_harness_give(world->harness, envelope, &hint);
        actor_harness_only(world->harness, MSG_done, &envelope);
        assert_int_equal(actor_harness_count(world->harness, MSG_judge_hint), known);
        if (!known)
            break;
        const struct actor_sent *sent = actor_harness_nth(world->harness, MSG_judge_hint, 0);
        assert_int_equal(sent->envelope.to.node, 1);
        assert_true(slice_is(((const struct msg_judge_hint *)sent->message)->secret, "feed"));
    }
}

int main(void)
{
    log_set_level(LOG_LEVEL_NONE);
#define TEST(name) cmocka_unit_test_setup_teardown(name, s_setup, s_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_what_has_its_verdict_gives_the_slot_back),
        TEST(test_a_lost_lease_is_asked_for_again),
        TEST(test_an_older_lease_is_not_taken),
        TEST(test_a_long_silence_of_the_store_costs_nobody),
        TEST(test_a_checker_needs_a_slot_that_runs_it),
        TEST(test_a_failing_store_costs_nobody),
        TEST(test_a_slot_gets_one_job_at_a_time),
        TEST(test_a_slot_that_left_meanwhile_costs_no_try),
        TEST(test_too_many_leases_are_a_judge_error),
        TEST(test_the_twelfth_lease_is_still_judged),
        TEST(test_a_verdict_is_reported_as_it_was_found),
        TEST(test_progress_renews_the_lease),
        TEST(test_progress_of_somebody_else_renews_nothing),
        TEST(test_three_silent_runners_are_a_judge_error),
        TEST(test_a_silent_slot_is_idle_when_it_says_so),
        TEST(test_an_outcome_of_an_older_lease_is_ignored),
        TEST(test_a_judge_error_is_tried_again),
        TEST(test_three_judge_errors_are_one),
        TEST(test_what_comes_back_goes_first),
        TEST(test_a_slot_that_leaves_gives_its_job_back),
        TEST(test_a_slot_that_leaves_idle_gives_back_what_was_on_its_way),
        TEST(test_a_job_that_did_not_get_there_goes_elsewhere),
        TEST(test_unreachable_slots_cost_no_tries),
        TEST(test_a_verdict_is_reported_until_it_is_taken),
        TEST(test_a_slow_scoring_is_heard),
        TEST(test_a_verdict_that_is_not_kept_is_judged_again),
        TEST(test_a_verdict_that_nobody_keeps_makes_no_storm),
        TEST(test_draining_leases_nothing_more),
        TEST(test_what_failed_at_one_place_goes_to_another),
        TEST(test_another_place_is_waited_for_while_it_is_busy),
        TEST(test_the_only_place_is_tried_again),
        TEST(test_a_hint_goes_to_whom_the_job_is_with),
        TEST(test_the_same_messages_give_the_same_bytes),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
