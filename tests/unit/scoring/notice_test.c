/* Loading rooms, and the notices by which room keeps scoring up to date. */
#include "actors/scoring/scoring.h"
#include "tests/unit/scoring/world.h"

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

static void test_a_room_that_is_none_is_not_found(void **state)
{
    struct world *world = *state;
    world->absent = true;
    struct envelope ask = world_ask(world, MSG_state_get, HOST);
    actor_harness_refused(world->harness, &ask, REFUSED_ROOM_NOT_FOUND);
    world_forget(world);
    ask = world_report_fence(world, 7001, VERDICT_ACCEPTED, 1);
    world_store(world);
    const struct msg_verdict_taken *taken =
        actor_harness_only(world->harness, MSG_verdict_taken, &ask);
    assert_false(taken->kept);
    world_forget(world);
    ask = world_notice(world, false);
    world_store(world);
    actor_harness_refused(world->harness, &ask, REFUSED_ROOM_NOT_FOUND);
}

static void test_impossible_ids_do_not_reach_the_store(void **state)
{
    struct world *world = *state;
    const int64_t ids[] = {0, -1, INT64_MIN, ID_MAX + 1, INT64_MAX};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        struct envelope ask = actor_harness_request(world->harness, MSG_watch, HOST, ids[i]);
        actor_harness_give(world->harness, ask, &(struct msg_watch){ids[i]});
        actor_harness_refused(world->harness, &ask, REFUSED_ROOM_NOT_FOUND);
        assert_int_equal(actor_harness_count(world->harness, MSG_store_run), 0);
        world_forget(world);
    }
}

static void test_readers_of_a_cold_room_share_one_load(void **state)
{
    struct world *world = *state;
    for (int i = 0; i < 3; i++) {
        struct envelope ask = actor_harness_request(world->harness, MSG_watch, 0, ROOM);
        actor_harness_give(world->harness, ask, &(struct msg_watch){ROOM});
    }
    assert_int_equal(world->harness->sent_count, 1);
    world_store(world);
    assert_int_equal(actor_harness_count(world->harness, MSG_store_run), 1);
    assert_int_equal(actor_harness_count(world->harness, MSG_watched), 3);
    world_ask(world, MSG_watch, 0);
    assert_int_equal(actor_harness_count(world->harness, MSG_store_run), 1);
    assert_int_equal(actor_harness_count(world->harness, MSG_watched), 4);
    assert_null(world_pushed(world)); /* reading changes nothing */
}

static void test_a_join_is_taken_and_pushed(void **state)
{
    struct world *world = *state;
    world_ask(world, MSG_watch, 0);
    world_forget(world);
    world_join(world);
    struct envelope notice = world_notice(world, false);
    const struct msg_notice_taken *taken =
        actor_harness_only(world->harness, MSG_notice_taken, &notice);
    assert_int_equal(taken->room_id, ROOM);
    assert_int_equal(taken->room_rev, 1);
    const struct msg_watched *pushed = world_pushed(world);
    assert_int_equal(pushed->guest_user_id, GUEST);
    assert_int_equal(pushed->host_user_id, HOST);
    assert_true(pushed->state.current_user_id == I64_NONE);
    assert_int_equal(pushed->state.version, 1);
    assert_int_equal(actor_harness_count(world->harness, MSG_store_run), 0);
}

static void test_a_repeated_notice_is_taken_and_not_pushed_again(void **state)
{
    struct world *world = *state;
    world_ask(world, MSG_watch, 0);
    world_join(world);
    world_notice(world, false);
    world_forget(world);
    struct envelope notice = world_notice(world, false);
    actor_harness_only(world->harness, MSG_notice_taken, &notice);
    assert_null(world_pushed(world));
    assert_int_equal(world->harness->sent_count, 1);
}

static void test_a_notice_of_a_cold_room_loads_it_and_is_pushed(void **state)
{
    struct world *world = *state;
    world_join(world);
    struct envelope notice = world_notice(world, false);
    assert_int_equal(actor_harness_count(world->harness, MSG_notice_taken), 0);
    world_store(world);
    actor_harness_only(world->harness, MSG_notice_taken, &notice);
    assert_int_equal(world_pushed(world)->guest_user_id, GUEST);
}

static void test_a_gap_loads_the_room_again(void **state)
{
    struct world *world = *state;
    world_ask(world, MSG_watch, 0);
    world_forget(world);
    world_join(world); /* of this no notice comes */
    world_start(world);
    int64_t id = world_submit(world, GUEST, PROBLEM_A);
    struct envelope notice = world_notice(world, true);
    assert_int_equal(actor_harness_count(world->harness, MSG_notice_taken), 0);
    world_store(world);
    actor_harness_only(world->harness, MSG_notice_taken, &notice);
    assert_int_equal(world_pushed(world)->state.status, ROOM_ACTIVE);
    assert_int_equal(world_pushed(world)->state.version, 3);
    world_forget(world);
    world_lease(world, id);
    world_report(world, id, VERDICT_ACCEPTED);
    world_store(world);
    assert_int_equal(actor_harness_count(world->harness, MSG_store_run),
                     1); /* the submission is known */
}

static void test_a_start_brings_the_problems(void **state)
{
    struct world *world = *state;
    world_ask(world, MSG_watch, 0);
    world_join(world);
    world_notice(world, false);
    world_forget(world);
    world_start(world);
    world_notice(world, false);
    world_store(world);
    const struct msg_watched *pushed = world_pushed(world);
    assert_int_equal(pushed->state.status, ROOM_ACTIVE);
    assert_int_equal(pushed->state.my_problems.count, PROBLEMS);
    assert_int_equal(pushed->state.my_problems.items[1].id, 901);
    assert_int_equal(pushed->state.opponent_problems.items[0].id, 902);
    assert_int_equal(pushed->state.opponent_problems.items[0].user_id, GUEST);
    assert_int_equal(pushed->state.leaderboard.count, 2);
    assert_int_equal(pushed->state.end_ms, world->start_ms + 10 * MINUTE);
}

static void test_a_submission_is_pushed_as_being_judged(void **state)
{
    struct world *world = *state;
    world_contest(world);
    world_submit(world, HOST, PROBLEM_A);
    struct envelope notice = world_notice(world, true);
    actor_harness_only(world->harness, MSG_notice_taken, &notice);
    const struct msg_watched *pushed = world_pushed(world);
    assert_non_null(pushed);
    assert_int_equal(pushed->state.version, 3);
    const struct rec_participant_problem *mine = pushed->state.my_problems.items;
    assert_int_equal(mine[0].judging, 1);
    assert_int_equal(mine[0].attempts, 0);
    assert_int_equal(mine[1].judging, 0);
    assert_int_equal(pushed->state.opponent_problems.items[0].judging, 0);
}

static void test_leaving_and_abandoning_are_pushed(void **state)
{
    struct world *world = *state;
    world_ask(world, MSG_watch, 0);
    world_join(world);
    world_notice(world, false);
    world->guest_user_id = I64_NONE;
    world->room_rev++;
    world_notice(world, false);
    assert_true(world_pushed(world)->guest_user_id == I64_NONE);
    world_abandon(world);
    world_notice(world, false);
    assert_int_equal(world_pushed(world)->state.status, ROOM_FINISHED);
    assert_false(world_pushed(world)->state.settling);
    assert_int_equal(actor_harness_count(world->harness, MSG_store_run), 1);
    assert_int_equal(actor_harness_count(world->harness, MSG_room_settled), 0);
}

static void test_a_notice_ahead_of_the_store_is_refused(void **state)
{
    struct world *world = *state;
    world_contest(world);
    world->room_rev += 5;
    struct envelope notice = world_notice(world, false);
    world->room_rev -= 5;
    world_store(world);
    actor_harness_refused(world->harness, &notice, REFUSED_FAILED);
    assert_int_equal(actor_harness_count(world->harness, MSG_store_run), 1);
}

static void test_a_notice_that_misses_a_submission_loads_the_room(void **state)
{
    struct world *world = *state;
    world_contest(world);
    int64_t id = world_submit(world, HOST, PROBLEM_A);
    struct envelope notice = world_notice(world, false); /* the next one, and yet not all of it */
    world_store(world);
    actor_harness_only(world->harness, MSG_notice_taken, &notice);
    world_lease(world, id);
    world_report(world, id, VERDICT_ACCEPTED);
    world_store(world);
    assert_int_equal(actor_harness_count(world->harness, MSG_store_run), 2); /* load, verdict */
}

static void test_a_notice_with_a_foreign_submission_is_not_believed(void **state)
{
    struct world *world = *state;
    world_contest(world);
    world_submit(world, HOST, PROBLEM_A);
    world->submissions[0].user_id = STRANGER;
    struct envelope notice = world_notice(world, true);
    world->submissions[0].user_id = HOST; /* as it really is */
    world_store(world);
    actor_harness_only(world->harness, MSG_notice_taken, &notice);
    assert_int_equal(actor_harness_count(world->harness, MSG_store_run), 1);
}

/* ---- what the database should not hold ----------------------------------------------------- */

static void s_break_status(struct world *world)
{
    world->status = "OPEN";
}
static void s_break_visibility(struct world *world)
{
    world->visibility = "";
}
static void s_break_guest(struct world *world)
{
    world->guest_user_id = I64_NONE;
}
static void s_break_start(struct world *world)
{
    world->start_ms = I64_NONE;
}
static void s_break_instant(struct world *world)
{
    world->start_ms = INT64_MAX;
}
static void s_break_row(struct world *world)
{
    world->rows[3].problem_id = PROBLEM_A;
}
static void s_break_row_user(struct world *world)
{
    world->rows[0].user_id = STRANGER;
}
static void s_break_number(struct world *world)
{
    world->submissions[0].number = 2;
}
static void s_break_verdict(struct world *world)
{
    world->submissions[0].status = "Right";
}
static void s_break_submitter(struct world *world)
{
    world->submissions[0].user_id = STRANGER;
}
static void s_break_finish(struct world *world)
{
    world->status = "FINISHED";
}
static void s_break_result(struct world *world)
{
    world->status = "FINISHED";
    world->closed_ms = world->start_ms;
    world->result = "WIN";
}
static void s_break_result_word(struct world *world)
{
    world->result = "MAYBE";
}
static void s_break_revision(struct world *world)
{
    world->score_rev = -1;
}

static void test_rows_that_are_no_room_are_an_answer_not_a_crash(void **state)
{
    (void)state;
    static void (*const breaks[])(struct world *) = {
        s_break_status,      s_break_visibility, s_break_guest,    s_break_start,
        s_break_instant,     s_break_row,        s_break_row_user, s_break_number,
        s_break_verdict,     s_break_submitter,  s_break_finish,   s_break_result,
        s_break_result_word, s_break_revision,
    };
    for (size_t i = 0; i < sizeof breaks / sizeof breaks[0]; i++) {
        struct world world;
        world_init(&world);
        world_join(&world);
        world_start(&world);
        world_submit(&world, HOST, PROBLEM_A);
        breaks[i](&world);
        struct envelope verdict = world_report_fence(&world, 7001, VERDICT_ACCEPTED, 0);
        (void)verdict;
        struct envelope ask = world_ask(&world, MSG_watch, 0);
        actor_harness_refused(world.harness, &ask, REFUSED_FAILED);
        assert_int_equal(actor_harness_count(world.harness, MSG_verdict_taken), 0);
        world_fini(&world);
    }
}

static void test_an_answer_with_too_few_results_is_refused(void **state)
{
    struct world *world = *state;
    struct envelope ask = actor_harness_request(world->harness, MSG_watch, 0, ROOM);
    actor_harness_give(world->harness, ask, &(struct msg_watch){ROOM});
    actor_harness_give(
        world->harness,
        actor_harness_answer(actor_harness_nth(world->harness, MSG_store_run, 0), MSG_store_done),
        &(struct msg_store_done){0});
    actor_harness_refused(world->harness, &ask, REFUSED_FAILED);
}

/* ---- a store that does not answer ---------------------------------------------------------- */

static struct slice s_body(const struct actor_harness *harness, uint32_t index, struct buffer *out)
{
    const struct actor_sent *sent = actor_harness_nth(harness, MSG_store_run, index);
    buffer_init(out, FRAME_MAX_BYTES);
    codec_encode(message_by_id(MSG_store_run), sent->message, out);
    return buffer_slice(out);
}

static void test_a_lost_load_is_repeated_word_for_word(void **state)
{
    struct world *world = *state;
    world->dead = true;
    world_ask(world, MSG_watch, 0);
    actor_harness_wait(world->harness, REPEAT_MS - 1);
    assert_int_equal(actor_harness_count(world->harness, MSG_store_run), 1);
    actor_harness_wait(world->harness, 1);
    assert_int_equal(actor_harness_count(world->harness, MSG_store_run), 2);
    struct buffer first, second;
    assert_true(slice_equal(s_body(world->harness, 0, &first), s_body(world->harness, 1, &second)));
    buffer_fini(&first);
    buffer_fini(&second);
    const struct actor_sent *sent[2] = {actor_harness_nth(world->harness, MSG_store_run, 0),
                                        actor_harness_nth(world->harness, MSG_store_run, 1)};
    assert_memory_equal(&sent[0]->envelope.reply, &sent[1]->envelope.reply,
                        sizeof sent[0]->envelope.reply);
    world->dead = false;
    world->answered = 0; /* the store had only been slow: both are answered */
    world_store(world);
    assert_int_equal(actor_harness_count(world->harness, MSG_watched), 1);
}

static void test_a_silent_store_is_given_up_and_tried_anew(void **state)
{
    struct world *world = *state;
    world->dead = true;
    struct envelope ask = world_ask(world, MSG_watch, 0);
    actor_harness_wait(world->harness, TRIES_MAX * REPEAT_MS);
    actor_harness_refused(world->harness, &ask, REFUSED_FAILED);
    assert_int_equal(actor_harness_count(world->harness, MSG_store_run), TRIES_MAX);
    world_store(world); /* passed over by a dead store */
    world->dead = false;
    world_ask(world, MSG_watch, 0);
    assert_int_equal(actor_harness_count(world->harness, MSG_watched), 1);
}

static void test_a_failing_store_is_asked_again_after_a_while(void **state)
{
    struct world *world = *state;
    world->failing = true;
    struct envelope ask = world_ask(world, MSG_watch, 0);
    assert_int_equal(actor_harness_count(world->harness, MSG_store_run), 1);
    actor_harness_wait(world->harness, REPEAT_MS);
    assert_int_equal(actor_harness_count(world->harness, MSG_store_run), 2);
    world->failing = false;
    world_store(world);
    actor_harness_only(world->harness, MSG_watched, &ask);
}

static void test_a_store_that_takes_no_more_is_asked_again(void **state)
{
    struct world *world = *state;
    struct envelope ask = actor_harness_request(world->harness, MSG_watch, 0, ROOM);
    actor_harness_give(world->harness, ask, &(struct msg_watch){ROOM});
    const struct actor_sent *sent = actor_harness_nth(world->harness, MSG_store_run, 0);
    actor_harness_give(world->harness, actor_harness_answer(sent, MSG_refused),
                       &(struct msg_refused){REFUSED_OVERLOADED, slice_of("")});
    world->answered = world->harness->sent_count;
    actor_harness_wait(world->harness, REPEAT_MS);
    world_store(world);
    actor_harness_only(world->harness, MSG_watched, &ask);
}

static void test_strange_answers_are_passed_over(void **state)
{
    struct world *world = *state;
    world_contest(world);
    const uint32_t slots[] = {0, 1, SCORES_MAX - 1, SCORES_MAX, SCORES_MAX + READS_MAX, UINT32_MAX};
    for (size_t i = 0; i < sizeof slots / sizeof slots[0]; i++)
        for (uint32_t generation = 0; generation < 4; generation++) {
            struct envelope answer = {.kind = MSG_store_done,
                                      .to = {.slot = slots[i], .generation = generation}};
            actor_harness_give(world->harness, answer, &(struct msg_store_done){0});
            answer.kind = MSG_refused;
            actor_harness_give(world->harness, answer, &(struct msg_refused){0});
        }
    assert_int_equal(world->harness->sent_count, 0);
}

/* ---- the line ------------------------------------------------------------------------------ */

static void test_the_line_of_a_room_is_bounded(void **state)
{
    struct world *world = *state;
    for (int i = 0; i < ROOM_LINE_MAX; i++) {
        struct envelope ask = actor_harness_request(world->harness, MSG_watch, 0, ROOM);
        actor_harness_give(world->harness, ask, &(struct msg_watch){ROOM});
    }
    struct envelope ask = actor_harness_request(world->harness, MSG_state_get, HOST, ROOM);
    actor_harness_give(world->harness, ask, &(struct msg_state_get){ROOM});
    actor_harness_refused(world->harness, &ask, REFUSED_OVERLOADED);
    world_forget(world);
    world_report_fence(world, 7001, VERDICT_ACCEPTED, 1);
    assert_int_equal(world->harness->sent_count, 0); /* the judge repeats */
}

static void test_who_waits_no_longer_is_not_answered(void **state)
{
    struct world *world = *state;
    struct envelope ask = actor_harness_request(world->harness, MSG_watch, 0, ROOM);
    ask.deadline_ms = world->harness->now_ms + 1000;
    actor_harness_give(world->harness, ask, &(struct msg_watch){ROOM});
    assert_int_equal(world->harness->sent[0].envelope.deadline_ms, 0); /* others may wait for it */
    world->harness->now_ms += 1001;
    world_store(world);
    assert_int_equal(world->harness->sent_count, 1);
}

static void test_what_the_runtime_says(void **state)
{
    struct world *world = *state;
    struct envelope ping = actor_harness_request(world->harness, MSG_ping, 0, 0);
    actor_harness_give(world->harness, (struct envelope){.kind = MSG_start},
                       &(struct msg_start){1});
    actor_harness_give(world->harness, ping, &(struct msg_ping){42});
    const struct msg_done *done = actor_harness_only(world->harness, MSG_done, &ping);
    assert_int_equal(done->id, 42);
    actor_harness_give(world->harness, (struct envelope){.kind = MSG_drain},
                       &(struct msg_drain){true});
    actor_harness_give(world->harness, (struct envelope){.kind = MSG_tick}, &(struct msg_tick){1});
    assert_int_equal(world->harness->sent_count, 1);
    assert_true(world->harness->wake_ms == I64_NONE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, s_setup, s_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_room_that_is_none_is_not_found),
        TEST(test_impossible_ids_do_not_reach_the_store),
        TEST(test_readers_of_a_cold_room_share_one_load),
        TEST(test_a_join_is_taken_and_pushed),
        TEST(test_a_repeated_notice_is_taken_and_not_pushed_again),
        TEST(test_a_notice_of_a_cold_room_loads_it_and_is_pushed),
        TEST(test_a_gap_loads_the_room_again),
        TEST(test_a_start_brings_the_problems),
        TEST(test_a_submission_is_pushed_as_being_judged),
        TEST(test_leaving_and_abandoning_are_pushed),
        TEST(test_a_notice_ahead_of_the_store_is_refused),
        TEST(test_a_notice_that_misses_a_submission_loads_the_room),
        TEST(test_a_notice_with_a_foreign_submission_is_not_believed),
        TEST(test_rows_that_are_no_room_are_an_answer_not_a_crash),
        TEST(test_an_answer_with_too_few_results_is_refused),
        TEST(test_a_lost_load_is_repeated_word_for_word),
        TEST(test_a_silent_store_is_given_up_and_tried_anew),
        TEST(test_a_failing_store_is_asked_again_after_a_while),
        TEST(test_a_store_that_takes_no_more_is_asked_again),
        TEST(test_strange_answers_are_passed_over),
        TEST(test_the_line_of_a_room_is_bounded),
        TEST(test_who_waits_no_longer_is_not_answered),
        TEST(test_what_the_runtime_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
