/* A judge of several that share a queue: what it publishes, what it makes of what it is given, and
 * what becomes of that when connections, judges and messages are lost. */
#include "tests/unit/judge/world.h"

#define OTHER 4242 /* another judge's name, in leases */

static struct world s_world;

static int s_setup(void **state)
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

/* A judge with one idle slot, 1, for Python, and a connection of epoch 5. */
static void s_begin(struct world *world)
{
    world_start(world);
    world_ready(world, 1, PYTHON);
    world_connected(world, 5, 0);
}

/* The other judge tells what its runners can. */
static void s_peer(struct world *world, int64_t language_id, bool checkers)
{
    struct rec_language language = {language_id, slice_of("a language"), slice_of("1")};
    struct envelope peer = {.kind = MSG_judge_languages, .reply = {77, ACTOR_judge, 1, 0, 1}};
    actor_harness_give(world->harness, peer,
                       &(struct msg_judge_languages){{1, &language}, checkers});
}

/* A submission that another judge holds under fence 1. */
static int64_t s_held(struct world *world)
{
    int64_t id = world_submission(world, PYTHON);
    *world_row(world, id) = (struct world_submission){.language = PYTHON,
                                                      .fence = 1,
                                                      .holder = OTHER,
                                                      .until_ms = world->harness->now_ms + 30000};
    return id;
}

static const struct msg_queue_publish *s_published(const struct world *world)
{
    uint32_t count = actor_harness_count(world->harness, MSG_queue_publish);
    return count ? actor_harness_nth(world->harness, MSG_queue_publish, count - 1)->message : NULL;
}

static int64_t s_prefetch(const struct world *world)
{
    uint32_t count = actor_harness_count(world->harness, MSG_queue_prefetch);
    const struct msg_queue_prefetch *prefetch =
        actor_harness_nth(world->harness, MSG_queue_prefetch, count - 1)->message;
    return prefetch->count;
}

/* ---- publishing ------------------------------------------------------------------------------ */

static void test_what_room_tells_goes_into_the_queue(void **state)
{
    struct world *world = *state;
    s_begin(world);
    int64_t id = world_enqueue(world, PYTHON);
    assert_int_equal(s_published(world)->submission_ids.count, 1);
    assert_int_equal(s_published(world)->submission_ids.items[0], id);
    assert_null(world_job(world, 1)); /* whoever gets it from there judges it */
}

static void test_without_an_edge_it_is_left_to_the_sweep(void **state)
{
    struct world *world = *state;
    world_start(world);
    int64_t id = world_enqueue(world, PYTHON);
    assert_int_equal(actor_harness_count(world->harness, MSG_queue_publish), 0);
    world_row(world, id)->lost = true;
    world_connected(world, 5, 0);
    world_wait(world, 100);
    assert_int_equal(s_published(world)->submission_ids.items[0], id);
}

static void test_nothing_is_put_back_while_there_is_no_connection(void **state)
{
    struct world *world = *state;
    s_begin(world);
    world_connected(world, I64_NONE, 0);
    world_row(world, world_submission(world, PYTHON))->lost = true;
    world_forget(world);
    world_wait(world, 60000);
    assert_int_equal(actor_harness_count(world->harness, MSG_store_run), 0);
    world_connected(world, 6, 0);
    world_wait(world, 100);
    assert_int_equal(s_published(world)->submission_ids.count, 1);
}

/* While the queue is not empty, what was put into it is most likely still there. */
static void test_a_queue_that_is_not_empty_is_given_more_time(void **state)
{
    struct world *world = *state;
    s_begin(world);
    for (int64_t waiting = 0; waiting < 2; waiting++) {
        world_connected(world, 5, waiting);
        world_forget(world);
        world_wait(world, 2100);
        const struct msg_store_run *run =
            actor_harness_nth(world->harness, MSG_store_run, 0)->message;
        assert_int_equal(run->ops.items[0].statement, STATEMENT_submissions_put_back);
        assert_int_equal(run->ops.items[0].params.items[1].i64, waiting ? 60000 : 3000);
    }
}

/* ---- delivered ------------------------------------------------------------------------------- */

static void test_a_message_is_acknowledged_when_the_verdict_is_durable(void **state)
{
    struct world *world = *state;
    s_begin(world);
    int64_t id = world_submission(world, PYTHON);
    world_delivered(world, 5, 9, id, false);
    assert_int_equal(world_job(world, 1)->submission_id, id);
    world->deaf = true;
    world_outcome(world, 1, id, 1, VERDICT_ACCEPTED);
    assert_int_equal(world_settled(world, MSG_queue_ack), 0);
    world->deaf = false;
    world_wait(world, 1100);
    assert_int_equal(world_settled(world, MSG_queue_ack), 9);
    assert_int_equal(world_row(world, id)->verdict, VERDICT_ACCEPTED);
}

static void test_what_is_said_again_is_not_judged_again(void **state)
{
    struct world *world = *state;
    s_begin(world);
    int64_t id = world_submission(world, PYTHON);
    for (int i = 0; i < 3; i++)
        world_delivered(world, 5, 9, id, false);
    assert_int_equal(world_jobs(world, 1), 1);
    assert_int_equal(actor_harness_count(world->harness, MSG_queue_ack), 0);
    world_outcome(world, 1, id, 1, VERDICT_ACCEPTED);
    world_delivered(world, 5, 9, id, false); /* the acknowledgement was lost */
    assert_int_equal(actor_harness_count(world->harness, MSG_queue_ack), 2);
}

static void test_a_copy_is_acknowledged_at_once(void **state)
{
    struct world *world = *state;
    s_begin(world);
    int64_t id = world_submission(world, PYTHON);
    world_delivered(world, 5, 1, id, false);
    world_delivered(world, 5, 2, id, false);
    assert_int_equal(world_settled(world, MSG_queue_ack), 2);
    world_outcome(world, 1, id, 1, VERDICT_ACCEPTED);
    assert_int_equal(world_settled(world, MSG_queue_ack), 1);
}

static void test_what_another_judge_has_in_hand_is_his(void **state)
{
    struct world *world = *state;
    s_begin(world);
    world_delivered(world, 5, 1, s_held(world), false);
    assert_int_equal(world_settled(world, MSG_queue_ack), 1);
    world_wait(world, 60000);
    assert_null(world_job(world, 1));
}

/* His message came back: he, or his connection, is no more. He may be about to finish. */
static void test_a_redelivered_one_is_taken_over_after_a_while(void **state)
{
    struct world *world = *state;
    s_begin(world);
    int64_t id = s_held(world);
    world_delivered(world, 5, 1, id, true);
    world_wait(world, 1500);
    assert_null(world_job(world, 1));
    world_wait(world, 1000);
    assert_int_equal(world_job(world, 1)->submission_id, id);
    assert_int_equal(world_job(world, 1)->fence, 2);
    world_outcome(world, 1, id, 2, VERDICT_ACCEPTED);
    assert_int_equal(world_settled(world, MSG_queue_ack), 1);
}

static void test_a_holder_who_finishes_meanwhile_is_not_disturbed(void **state)
{
    struct world *world = *state;
    s_begin(world);
    int64_t id = s_held(world);
    world_delivered(world, 5, 1, id, true);
    world_row(world, id)->final = true;
    world_row(world, id)->verdict = VERDICT_ACCEPTED;
    world_wait(world, 2500);
    assert_null(world_job(world, 1));
    assert_int_equal(world_settled(world, MSG_queue_ack), 1);
}

/* A third one took it over between our look and our lease: we do not take it from him. */
static void test_a_lease_is_taken_from_him_only_whom_we_saw(void **state)
{
    struct world *world = *state;
    s_begin(world);
    int64_t id = s_held(world);
    world_delivered(world, 5, 1, id, true);
    world_row(world, id)->fence = 2;
    world_row(world, id)->holder = OTHER + 1;
    world_wait(world, 2500);
    assert_null(world_job(world, 1));
    assert_int_equal(world_settled(world, MSG_queue_ack), 1);
}

static void test_a_lease_that_ran_out_is_anybodys(void **state)
{
    struct world *world = *state;
    s_begin(world);
    int64_t id = s_held(world);
    world_row(world, id)->until_ms = world->harness->now_ms - 1;
    world_delivered(world, 5, 1, id, false);
    assert_int_equal(world_job(world, 1)->submission_id, id);
}

static void test_an_unknown_submission_is_poison(void **state)
{
    struct world *world = *state;
    s_begin(world);
    world_delivered(world, 5, 3, FIRST + 77, false);
    assert_int_equal(world_settled(world, MSG_queue_reject), 3);
    assert_int_equal(world_settled(world, MSG_queue_ack), 0);
}

static void test_a_given_up_one_goes_to_the_dead_letters(void **state)
{
    struct world *world = *state;
    s_begin(world);
    int64_t id = world_submission(world, PYTHON);
    world_delivered(world, 5, 3, id, false);
    for (int i = 1; i <= 3; i++) {
        assert_int_equal(world_settled(world, MSG_queue_reject), 0);
        world_outcome(world, 1, id, i, VERDICT_JUDGE_ERROR);
        world_wait(world, RETRY_MS);
        world_ready(world, 1, PYTHON);
    }
    assert_int_equal(world_row(world, id)->verdict, VERDICT_JUDGE_ERROR);
    assert_int_equal(world_settled(world, MSG_queue_reject), 3);
    assert_int_equal(world_settled(world, MSG_queue_ack), 0);
}

/* By a judge that died before it could say so. */
static void test_a_judge_error_in_the_queue_is_a_dead_letter(void **state)
{
    struct world *world = *state;
    s_begin(world);
    int64_t id = world_submission(world, PYTHON);
    world_row(world, id)->final = true;
    world_row(world, id)->verdict = VERDICT_JUDGE_ERROR;
    world_delivered(world, 5, 3, id, true);
    assert_int_equal(world_settled(world, MSG_queue_reject), 3);
}

static void test_a_judge_error_that_is_retried_has_all_its_tries(void **state)
{
    struct world *world = *state;
    s_begin(world);
    int64_t id = world_submission(world, PYTHON);
    world_row(world, id)->fence = world_row(world, id)->retried_fence = 13;
    world_delivered(world, 5, 3, id, false);
    assert_int_equal(world_job(world, 1)->fence, 14);
}

/* ---- losses ---------------------------------------------------------------------------------- */

static void test_what_runs_goes_on_without_its_message(void **state)
{
    struct world *world = *state;
    s_begin(world);
    int64_t id = world_submission(world, PYTHON);
    world_delivered(world, 5, 1, id, false);
    world_connected(world, I64_NONE, 0);
    world_outcome(world, 1, id, 1, VERDICT_ACCEPTED);
    assert_int_equal(world_row(world, id)->verdict, VERDICT_ACCEPTED);
    assert_int_equal(actor_harness_count(world->harness, MSG_queue_ack), 0); /* of which epoch? */
}

static void test_a_message_that_comes_back_to_us_belongs_to_the_job_in_hand(void **state)
{
    struct world *world = *state;
    s_begin(world);
    int64_t id = world_submission(world, PYTHON);
    world_delivered(world, 5, 1, id, false);
    world_connected(world, 6, 0);
    world_delivered(world, 5, 1, id, false); /* of the connection before: void */
    world_delivered(world, 6, 7, id, true);
    assert_int_equal(world_jobs(world, 1), 1);
    world_outcome(world, 1, id, 1, VERDICT_ACCEPTED);
    const struct msg_queue_ack *ack = actor_harness_only(world->harness, MSG_queue_ack, NULL);
    assert_int_equal(ack->epoch, 6);
    assert_int_equal(ack->tag, 7);
}

static void test_what_has_not_begun_is_somebody_elses(void **state)
{
    struct world *world = *state;
    s_begin(world);
    int64_t first = world_submission(world, PYTHON), second = world_submission(world, PYTHON);
    world_delivered(world, 5, 1, first, false);
    world_delivered(world, 5, 2, second, false);
    world_connected(world, 6, 0);
    world_outcome(world, 1, first, 1, VERDICT_ACCEPTED);
    world_ready(world, 1, PYTHON);
    world_wait(world, 5000);
    assert_int_equal(world_jobs(world, 1), 1);
}

/* He who took over reports first; what we found counts no more, and we do not begin anew. */
static void test_a_verdict_of_a_lease_that_was_taken_over_is_dropped(void **state)
{
    struct world *world = *state;
    s_begin(world);
    int64_t id = world_submission(world, PYTHON);
    world_delivered(world, 5, 1, id, false);
    world_connected(world, 6, 0);
    world_row(world, id)->fence = 2;
    world_row(world, id)->holder = OTHER;
    world_outcome(world, 1, id, 1, VERDICT_ACCEPTED);
    world_ready(world, 1, PYTHON);
    world_wait(world, 60000);
    assert_false(world_row(world, id)->final);
    assert_int_equal(world_jobs(world, 1), 1);
}

static void test_a_long_judging_keeps_its_lease(void **state)
{
    struct world *world = *state;
    s_begin(world);
    int64_t id = world_submission(world, PYTHON);
    world_delivered(world, 5, 1, id, false);
    for (int i = 0; i < 120; i++) {
        world_wait(world, 1000);
        world_progress(world, 1, id, 1);
        assert_true(world_row(world, id)->until_ms > world->harness->now_ms + 10000);
    }
}

/* ---- runners and peers ------------------------------------------------------------------------
 */

static void test_as_many_are_asked_for_as_there_are_slots(void **state)
{
    struct world *world = *state;
    s_begin(world);
    assert_int_equal(s_prefetch(world), 1);
    world_ready(world, 2, CPP);
    assert_int_equal(s_prefetch(world), 2);
    int64_t id = world_submission(world, PYTHON);
    world_delivered(world, 5, 1, id, false);
    assert_int_equal(s_prefetch(world), 2); /* a busy one is one */
    world_leave(world, 2, 0);
    assert_int_equal(s_prefetch(world), 1);
    actor_harness_give(world->harness, (struct envelope){.kind = MSG_drain},
                       &(struct msg_drain){true});
    assert_int_equal(s_prefetch(world), 0);
}

/* A burst that is held back (judge_share.c) keeps nobody else's from being delivered. */
static void test_what_is_held_back_takes_nobodys_place(void **state)
{
    struct world *world = *state;
    s_begin(world);
    world_ready(world, 2, PYTHON);
    int64_t ann[] = {world_submission(world, PYTHON), world_submission(world, PYTHON)};
    world_delivered(world, 5, 1, ann[0], false);
    assert_int_equal(s_prefetch(world), 2);
    world_delivered(world, 5, 2, ann[1], false);
    assert_int_equal(world_job(world, 1)->submission_id, ann[0]);
    assert_null(world_job(world, 2));
    assert_int_equal(s_prefetch(world), 2 + 16);
    int64_t bob = world_submission(world, PYTHON);
    world_row(world, bob)->user = USER + 1;
    world_delivered(world, 5, 3, bob, false);
    assert_int_equal(world_job(world, 2)->submission_id, bob);
    assert_int_equal(s_prefetch(world), 2 + 16); /* to the end of what waits */
    world_outcome(world, 1, ann[0], 1, VERDICT_ACCEPTED);
    world_ready(world, 1, PYTHON);
    assert_int_equal(world_job(world, 1)->submission_id, ann[1]);
    assert_int_equal(s_prefetch(world), 2);
}

/* They have a queue of their own, where nobody is behind them. */
static void test_rejudgings_that_are_held_back_are_enough(void **state)
{
    struct world *world = *state;
    s_begin(world);
    world_ready(world, 2, PYTHON);
    for (int64_t tag = 1; tag <= 2; tag++)
        world_delivered(world, 5, tag, world_trial(world, JUDGING_REJUDGE, tag, PYTHON), false);
    assert_null(world_job(world, 2));
    assert_int_equal(s_prefetch(world), 2);
}

/* Not requeued, which would bring it back at once, again and again. */
static void test_a_language_that_nobody_knows_here_is_put_aside(void **state)
{
    struct world *world = *state;
    s_begin(world);
    world_delivered(world, 5, 1, world_submission(world, JAVA), false);
    assert_int_equal(world_settled(world, MSG_queue_ack), 1);
    assert_int_equal(actor_harness_count(world->harness, MSG_judge_job), 0);
}

static void test_what_waits_for_a_slot_that_went_is_put_aside(void **state)
{
    struct world *world = *state;
    s_begin(world);
    world_ready(world, 2, CPP);
    world_delivered(world, 5, 1, world_submission(world, CPP), false);
    world_delivered(world, 5, 2, world_submission(world, CPP), false);
    world_leave(world, 2, FIRST);
    world_wait(world, 10000);
    assert_int_equal(actor_harness_count(world->harness, MSG_queue_ack), 2);
    assert_int_equal(world_row(world, FIRST)->until_ms, 0); /* nor need the sweep wait */
}

/* Another judge's runners may run checkers. */
static void test_a_checker_that_nobody_runs_here_is_put_aside(void **state)
{
    struct world *world = *state;
    s_begin(world);
    world_ready_without_checkers(world, 2, CPP);
    int64_t id = world_submission(world, CPP);
    world_row(world, id)->checker = true;
    world_delivered(world, 5, 1, id, false);
    world_wait(world, 10000);
    assert_int_equal(world_settled(world, MSG_queue_ack), 1);
    assert_int_equal(world_row(world, id)->until_ms, 0);
    assert_int_equal(world_row(world, id)->fence, 0); /* no lease was asked for */
    assert_null(world_report(world));
    world_ready(world, 20, CPP);
    world_delivered(world, 5, 2, id, false);
    for (int i = 0; i < 10; i++) { /* whichever is asked first */
        world_ready(world, 20, CPP);
        world_wait(world, 100);
    }
    assert_null(world_job(world, 2));
    assert_int_equal(world_job(world, 20)->submission_id, id);
}

/* ---- passed on to the other judge ------------------------------------------------------------ */

static uint32_t s_publishings(const struct world *world)
{
    return actor_harness_count(world->harness, MSG_queue_publish);
}

static void test_what_another_judge_can_do_is_passed_on_to_it(void **state)
{
    struct world *world = *state;
    s_begin(world);
    s_peer(world, JAVA, true);
    int64_t run = world_trial(world, JUDGING_RUN, USER, JAVA);
    world_delivered(world, 5, 1, run, false);
    assert_int_equal(world_settled(world, MSG_queue_ack), 1);
    assert_int_equal(s_publishings(world), 1);
    assert_int_equal(s_published(world)->kind, JUDGING_RUN);
    assert_int_equal(s_published(world)->submission_ids.items[0], run);
    assert_int_equal(world_row(world, run)->fence, 0);
}

/* Each time after a longer while, and not for ever: then the sweep. A copy is not another one. */
static void test_what_comes_back_again_and_again_is_put_aside(void **state)
{
    struct world *world = *state;
    s_begin(world);
    int64_t id = world_submission(world, JAVA), pause_ms = 250, tag = 1;
    s_peer(world, JAVA, true);
    world_delivered(world, 5, tag, id, false);
    for (uint32_t passes = 1; passes < 12; passes++) {
        assert_int_equal(s_publishings(world), passes);
        for (int copy = 0; copy < 2; copy++) {
            world_delivered(world, 5, ++tag, id, false);
            assert_int_equal(world_settled(world, MSG_queue_ack), tag);
        }
        world_wait(world, pause_ms - 100);
        assert_int_equal(s_publishings(world), passes);
        world_wait(world, 200);
        pause_ms = pause_ms < 4000 ? 2 * pause_ms : 4000;
        s_peer(world, JAVA, true);
    }
    world_delivered(world, 5, ++tag, id, false);
    world_wait(world, 10000);
    assert_int_equal(world_settled(world, MSG_queue_ack), tag);
    assert_int_equal(s_publishings(world), 12);
    assert_int_equal(actor_harness_count(world->harness, MSG_judge_job), 0);
}

static void test_only_a_judge_that_runs_checkers_is_passed_them(void **state)
{
    struct world *world = *state;
    s_begin(world);
    world_ready_without_checkers(world, 2, CPP);
    for (int64_t checkers = 0; checkers <= 1; checkers++) {
        int64_t id = world_submission(world, CPP);
        world_row(world, id)->checker = true;
        s_peer(world, CPP, checkers);
        world_delivered(world, 5, 1 + checkers, id, false);
        assert_int_equal(world_settled(world, MSG_queue_ack), 1 + checkers);
        assert_int_equal(s_publishings(world), checkers);
        assert_int_equal(world_row(world, id)->fence, 0);
    }
}

static void test_what_another_judge_has_in_hand_is_not_passed_on(void **state)
{
    struct world *world = *state;
    s_begin(world);
    int64_t id = s_held(world);
    world_row(world, id)->language = JAVA;
    s_peer(world, JAVA, true);
    world_delivered(world, 5, 1, id, true); /* he may have died: the sweep waits for his lease */
    assert_int_equal(world_settled(world, MSG_queue_ack), 1);
    assert_int_equal(s_publishings(world), 0);
}

static void test_what_waits_for_a_slot_that_went_is_passed_on_without_its_lease(void **state)
{
    struct world *world = *state;
    s_begin(world);
    world_ready(world, 2, JAVA);
    s_peer(world, JAVA, true);
    int64_t id = world_submission(world, JAVA);
    world_delivered(world, 5, 1, id, false);
    assert_int_equal(world_row(world, id)->fence, 1);
    world_leave(world, 2, id);
    world_wait(world, 5000);
    assert_int_equal(s_publishings(world), 1);
    assert_int_equal(world_row(world, id)->until_ms, 0);
}

/* Two places here, and another judge: each is tried once before any a second time. */
static void test_what_failed_at_all_our_places_goes_to_another_judge(void **state)
{
    struct world *world = *state;
    s_begin(world);
    s_peer(world, PYTHON, true);
    world_ready(world, 11, PYTHON);
    int64_t id = world_submission(world, PYTHON);
    world_delivered(world, 5, 1, id, false);
    uint64_t first = world_job(world, 1) ? 1 : 11, second = 12 - first;
    world_outcome(world, first, id, 1, VERDICT_JUDGE_ERROR);
    assert_int_equal(world_job(world, second)->fence, 2); /* at once */
    world_outcome(world, second, id, 2, VERDICT_JUDGE_ERROR);
    assert_int_equal(s_publishings(world), 1);
    assert_int_equal(world_settled(world, MSG_queue_ack), 1);
    assert_int_equal(world_row(world, id)->until_ms, 0);
    world_ready(world, first, PYTHON);
    world_ready(world, second, PYTHON);
    world_delivered(world, 5, 2, id, false); /* it failed there, too, or we were given it again */
    world_wait(world, RETRY_MS - 200);
    assert_int_equal(world_jobs(world, first) + world_jobs(world, second), 2);
    world_wait(world, 200);
    assert_int_equal(world_jobs(world, first) + world_jobs(world, second), 3);
    uint64_t third = world_jobs(world, first) == 2 ? first : second;
    world_outcome(world, third, id, 3, VERDICT_JUDGE_ERROR); /* the third one here */
    assert_int_equal(world_row(world, id)->verdict, VERDICT_JUDGE_ERROR);
    assert_int_equal(world_settled(world, MSG_queue_reject), 2);
}

static void test_without_another_judge_it_is_tried_here_after_a_pause(void **state)
{
    struct world *world = *state;
    s_begin(world);
    s_peer(world, JAVA, true);
    int64_t id = world_submission(world, PYTHON);
    world_delivered(world, 5, 1, id, false);
    world_outcome(world, 1, id, 1, VERDICT_JUDGE_ERROR);
    world_ready(world, 1, PYTHON);
    world_wait(world, RETRY_MS - 100);
    assert_int_equal(world_jobs(world, 1), 1);
    world_wait(world, 100);
    assert_int_equal(world_job(world, 1)->fence, 2);
    assert_int_equal(s_publishings(world), 0);
}

static void test_languages_are_those_of_all_judges(void **state)
{
    struct world *world = *state;
    s_begin(world);
    s_peer(world, JAVA, false);
    world_forget(world);
    struct envelope ask = actor_harness_request(world->harness, MSG_languages_get, 0, 0);
    actor_harness_give(world->harness, ask, &(struct msg_languages_get){10});
    const struct msg_languages *all = actor_harness_only(world->harness, MSG_languages, &ask);
    assert_int_equal(all->languages.count, 2);
    assert_int_equal(all->languages.items[0].id, JAVA);
    assert_int_equal(all->languages.items[1].id, PYTHON);
    assert_int_equal(actor_harness_count(world->harness, MSG_queue_prefetch),
                     0); /* no slot of ours */
}

/* … of which it tells the other, its own alone. */
static void test_a_judge_tells_the_others_what_its_runners_know(void **state)
{
    struct world *world = *state;
    s_begin(world);
    world_forget(world);
    world_wait(world, 5100);
    const struct actor_sent *sent = actor_harness_nth(world->harness, MSG_judge_languages, 0);
    const struct msg_judge_languages *told = sent->message;
    assert_int_equal(sent->envelope.to.actor, ACTOR_judge);
    assert_int_equal(sent->envelope.key, 1);
    assert_int_equal(told->languages.count, 1);
    assert_true(told->checkers);
}

/* A Judge0 has called back, and the gateway asks the first judge: it may be another one's job. */
static void test_a_hint_about_a_job_of_another_judge_goes_on_to_it(void **state)
{
    struct world *world = *state;
    s_begin(world);
    world_delivered(world, 5, 1, world_submission(world, PYTHON), false);
    struct msg_judge_hint hint = {.submission_id = FIRST, .secret = slice_of("secret")};
    struct envelope ask = actor_harness_request(world->harness, MSG_judge_hint, 0, 0);
    actor_harness_give(world->harness, ask, &hint);
    assert_int_equal(actor_harness_nth(world->harness, MSG_judge_hint, 0)->envelope.to.node, 1);
    actor_harness_only(world->harness, MSG_done, &ask);
    world_forget(world);
    hint.submission_id = FIRST + 1;
    actor_harness_give(world->harness, ask, &hint);
    const struct actor_sent *sent = actor_harness_nth(world->harness, MSG_judge_hint, 0);
    assert_int_equal(sent->envelope.to.actor, ACTOR_judge);
    assert_int_equal(sent->envelope.key, 1);
    assert_int_equal(actor_harness_count(world->harness, MSG_done), 0);
}

static void test_a_silent_peer_is_forgotten(void **state)
{
    struct world *world = *state;
    s_begin(world);
    s_peer(world, JAVA, false);
    for (int i = 0; i < 6; i++) {
        world_wait(world, 5000);
        world_ready(world, 1, PYTHON);
    }
    world_forget(world);
    struct envelope ask = actor_harness_request(world->harness, MSG_languages_get, 0, 0);
    actor_harness_give(world->harness, ask, &(struct msg_languages_get){10});
    const struct msg_languages *all = actor_harness_only(world->harness, MSG_languages, &ask);
    assert_int_equal(all->languages.count, 1);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(test_##name, s_setup, s_teardown)
    const struct CMUnitTest tests[] = {
        CASE(what_room_tells_goes_into_the_queue),
        CASE(without_an_edge_it_is_left_to_the_sweep),
        CASE(nothing_is_put_back_while_there_is_no_connection),
        CASE(a_queue_that_is_not_empty_is_given_more_time),
        CASE(a_message_is_acknowledged_when_the_verdict_is_durable),
        CASE(what_is_said_again_is_not_judged_again),
        CASE(a_copy_is_acknowledged_at_once),
        CASE(what_another_judge_has_in_hand_is_his),
        CASE(a_redelivered_one_is_taken_over_after_a_while),
        CASE(a_holder_who_finishes_meanwhile_is_not_disturbed),
        CASE(a_lease_is_taken_from_him_only_whom_we_saw),
        CASE(a_lease_that_ran_out_is_anybodys),
        CASE(an_unknown_submission_is_poison),
        CASE(a_given_up_one_goes_to_the_dead_letters),
        CASE(a_judge_error_in_the_queue_is_a_dead_letter),
        CASE(a_judge_error_that_is_retried_has_all_its_tries),
        CASE(what_runs_goes_on_without_its_message),
        CASE(a_message_that_comes_back_to_us_belongs_to_the_job_in_hand),
        CASE(what_has_not_begun_is_somebody_elses),
        CASE(a_verdict_of_a_lease_that_was_taken_over_is_dropped),
        CASE(a_long_judging_keeps_its_lease),
        CASE(as_many_are_asked_for_as_there_are_slots),
        CASE(what_is_held_back_takes_nobodys_place),
        CASE(rejudgings_that_are_held_back_are_enough),
        CASE(a_language_that_nobody_knows_here_is_put_aside),
        CASE(what_waits_for_a_slot_that_went_is_put_aside),
        CASE(a_checker_that_nobody_runs_here_is_put_aside),
        CASE(what_another_judge_can_do_is_passed_on_to_it),
        CASE(what_comes_back_again_and_again_is_put_aside),
        CASE(only_a_judge_that_runs_checkers_is_passed_them),
        CASE(what_another_judge_has_in_hand_is_not_passed_on),
        CASE(what_waits_for_a_slot_that_went_is_passed_on_without_its_lease),
        CASE(what_failed_at_all_our_places_goes_to_another_judge),
        CASE(without_another_judge_it_is_tried_here_after_a_pause),
        CASE(languages_are_those_of_all_judges),
        CASE(a_judge_tells_the_others_what_its_runners_know),
        CASE(a_hint_about_a_job_of_another_judge_goes_on_to_it),
        CASE(a_silent_peer_is_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
