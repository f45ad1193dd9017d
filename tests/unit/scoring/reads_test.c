/* Every read: from a room in memory, and from the store; who may, and what is left out. */
#include "actors/scoring/scoring.h"
#include "tests/unit/scoring/world.h"

static struct world s_world;
static struct actor_answer s_answer;

static int s_setup(void **state)
{
    world_init(&s_world);
    world_contest(&s_world);
    actor_answer_begin(&s_answer);
    *state = &s_world;
    return 0;
}

static int s_teardown(void **state)
{
    world_fini(*state);
    return 0;
}

/* Sends a read by itself; the store is played by the test. */
static struct envelope s_ask(struct world *world, uint16_t kind, int64_t user_id,
                             const void *message)
{
    struct envelope ask = actor_harness_request(world->harness, kind, user_id, user_id);
    world_forget(world);
    actor_harness_give(world->harness, ask, message);
    return ask;
}

static const struct rec_store_op *s_op(const struct world *world, uint32_t index)
{
    const struct msg_store_run *run = actor_harness_only(world->harness, MSG_store_run, NULL);
    assert_true(index < run->ops.count);
    return &run->ops.items[index];
}

static int64_t s_param(const struct world *world, uint32_t op, uint32_t number)
{
    const struct rec_store_op *asked = s_op(world, op);
    assert_true(number <= asked->params.count);
    assert_int_equal(asked->params.items[number - 1].type, VALUE_I64);
    return asked->params.items[number - 1].i64;
}

static void s_store(struct world *world)
{
    const struct actor_sent *sent = actor_harness_nth(world->harness, MSG_store_run, 0);
    assert_int_equal(sent->envelope.to.actor, ACTOR_store);
    actor_harness_give(world->harness, actor_harness_answer(sent, MSG_store_done), &s_answer.done);
}

/* ---- rooms --------------------------------------------------------------------------------- */

static const struct rec_room_state *s_state(struct world *world, int64_t user_id)
{
    world_forget(world);
    struct envelope ask = world_ask(world, MSG_state_get, user_id);
    return &((const struct msg_state *)actor_harness_only(world->harness, MSG_state, &ask))->state;
}

static void test_a_state_is_seen_from_the_caller(void **state)
{
    struct world *world = *state;
    world->harness->now_ms += 123;
    const struct rec_room_state *seen = s_state(world, GUEST);
    assert_int_equal(seen->room_id, ROOM);
    assert_int_equal(seen->current_user_id, GUEST);
    assert_int_equal(seen->opponent_user_id, HOST);
    assert_int_equal(seen->my_problems.items[0].user_id, GUEST);
    assert_int_equal(seen->server_ms, world->harness->now_ms);
    assert_int_equal(seen->duration_ms, 10 * MINUTE);
    seen = s_state(world, STRANGER);
    assert_int_equal(seen->current_user_id, STRANGER);
    assert_true(seen->opponent_user_id == I64_NONE);
    assert_int_equal(seen->my_problems.items[0].user_id, HOST);
    assert_int_equal(seen->version, 2);
}

static void test_before_the_start_there_is_nothing_to_lead_or_solve(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    struct envelope ask = world_ask(&world, MSG_leaderboard_get, HOST);
    const struct msg_leaderboard *board = actor_harness_only(world.harness, MSG_leaderboard, &ask);
    assert_int_equal(board->rows.count, 0);
    ask = world_ask(&world, MSG_problems_get, HOST);
    const struct msg_problems *problems = actor_harness_only(world.harness, MSG_problems, &ask);
    assert_int_equal(problems->problems.count, 0);
    world_fini(&world);
}

static void test_a_private_room_is_for_its_participants(void **state)
{
    (void)state;
    const uint16_t kinds[] = {MSG_state_get, MSG_leaderboard_get, MSG_problems_get};
    struct world world;
    world_init(&world);
    world.visibility = "private";
    world_contest(&world);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        world_forget(&world);
        struct envelope ask = world_ask(&world, kinds[i], STRANGER);
        actor_harness_refused(world.harness, &ask, REFUSED_PRIVATE_ROOM);
        world_forget(&world);
        ask = world_ask(&world, kinds[i], 0);
        actor_harness_refused(world.harness, &ask, REFUSED_PRIVATE_ROOM);
        assert_int_equal(actor_harness_count(world.harness, MSG_store_run), 0);
    }
    assert_int_equal(s_state(&world, GUEST)->current_user_id, GUEST);
    world_forget(&world);
    struct envelope ask = world_ask(&world, MSG_watch, 0); /* the gateway looks who may */
    const struct msg_watched *watched = actor_harness_only(world.harness, MSG_watched, &ask);
    assert_int_equal(watched->visibility, VISIBILITY_PRIVATE);
    assert_int_equal(watched->host_user_id, HOST);
    assert_int_equal(watched->guest_user_id, GUEST);
    world_fini(&world);
}

/* ---- problems ------------------------------------------------------------------------------ */

static void s_problem(int64_t id, const char *title, const char *difficulty)
{
    actor_answer_i64(&s_answer, id);
    actor_answer_text(&s_answer, title);
    actor_answer_text(&s_answer, "What is asked.");
    actor_answer_text(&s_answer, difficulty);
    actor_answer_i64(&s_answer, 2000);
    actor_answer_i64(&s_answer, 256);
}

static void s_sample(int64_t problem_id, const char *input, const char *output)
{
    actor_answer_i64(&s_answer, problem_id);
    actor_answer_blob(&s_answer, input, strlen(input));
    actor_answer_blob(&s_answer, output, strlen(output));
}

static struct envelope s_ask_problems(struct world *world)
{
    struct envelope ask = s_ask(world, MSG_problems_get, HOST, &(struct msg_problems_get){ROOM});
    assert_int_equal(s_op(world, 0)->statement, STATEMENT_problems_read);
    assert_int_equal(s_op(world, 1)->statement, STATEMENT_samples_read);
    assert_int_equal(s_param(world, 1, 1), ROOM);
    return ask;
}

static void test_problems_come_with_the_samples_that_can_be_shown(void **state)
{
    struct world *world = *state;
    struct envelope ask = s_ask_problems(world);
    actor_answer_result(&s_answer, 6);
    s_problem(PROBLEM_A, "First", "easy");
    s_problem(PROBLEM_B, "Second", "hard");
    actor_answer_result(&s_answer, 3);
    s_sample(PROBLEM_A, "1 2\n", "3\n");
    s_sample(PROBLEM_A, "\xff\xfe", "binary\n");
    s_sample(PROBLEM_A, "", "nothing\n");
    for (int i = 0; i < SAMPLES_MAX + 3; i++)
        s_sample(PROBLEM_B, "in", "out");
    s_sample(999, "of", "another");
    s_store(world);
    const struct msg_problems *problems = actor_harness_only(world->harness, MSG_problems, &ask);
    assert_int_equal(problems->problems.count, 2);
    const struct rec_problem *first = &problems->problems.items[0];
    assert_true(slice_is(first->title, "First"));
    assert_int_equal(first->difficulty, DIFFICULTY_EASY);
    assert_int_equal(first->time_limit_ms, 2000);
    assert_int_equal(first->memory_limit_mb, 256);
    assert_int_equal(first->samples.count, 2);
    assert_true(slice_is(first->samples.items[0].output, "3\n"));
    assert_true(slice_is(first->samples.items[1].input, ""));
    assert_int_equal(problems->problems.items[1].samples.count, SAMPLES_MAX);
}

static void test_samples_are_bounded_in_bytes(void **state)
{
    struct world *world = *state;
    struct envelope ask = s_ask_problems(world);
    size_t length = (size_t)6 * 1024 * 1024;
    char *large = test_malloc(length);
    memset(large, 'a', length);
    actor_answer_result(&s_answer, 6);
    s_problem(PROBLEM_A, "First", "easy");
    actor_answer_result(&s_answer, 3);
    for (int i = 0; i < 5; i++) {
        actor_answer_i64(&s_answer, PROBLEM_A);
        actor_answer_blob(&s_answer, large, length);
        actor_answer_blob(&s_answer, "x", 1);
    }
    s_store(world);
    test_free(large);
    const struct msg_problems *problems = actor_harness_only(world->harness, MSG_problems, &ask);
    assert_int_equal(problems->problems.items[0].samples.count, 2);
}

static void test_a_problem_that_is_none_fails(void **state)
{
    struct world *world = *state;
    struct envelope ask = s_ask_problems(world);
    actor_answer_result(&s_answer, 6);
    s_problem(PROBLEM_A, "First", "impossible");
    actor_answer_result(&s_answer, 3);
    s_store(world);
    actor_harness_refused(world->harness, &ask, REFUSED_FAILED);
}

/* ---- the caller's room --------------------------------------------------------------------- */

static void test_the_open_room_is_asked_of_its_owner(void **state)
{
    struct world *world = *state;
    struct envelope ask = s_ask(world, MSG_current_get, GUEST, &(struct msg_current_get){GUEST});
    assert_int_equal(s_op(world, 0)->statement, STATEMENT_seat_of);
    assert_int_equal(s_param(world, 0, 1), GUEST);
    actor_answer_result(&s_answer, 1);
    actor_answer_i64(&s_answer, 4711);
    s_store(world);
    const struct actor_sent *sent = actor_harness_nth(world->harness, MSG_state_get, 0);
    assert_int_equal(((const struct msg_state_get *)sent->message)->room_id, 4711);
    assert_int_equal(sent->envelope.to.actor, ACTOR_scoring);
    assert_int_equal(sent->envelope.key, 4711);
    assert_int_equal(sent->envelope.user_id, GUEST);
    assert_memory_equal(&sent->envelope.reply, &ask.reply, sizeof ask.reply);
}

static void test_who_sits_nowhere_has_no_open_room(void **state)
{
    struct world *world = *state;
    struct envelope ask = s_ask(world, MSG_current_get, GUEST, &(struct msg_current_get){GUEST});
    actor_answer_result(&s_answer, 1);
    s_store(world);
    actor_harness_refused(world->harness, &ask, REFUSED_NO_OPEN_ROOM);
}

/* ---- stats and history --------------------------------------------------------------------- */

static void s_stats(int64_t contests, int64_t wins)
{
    const int64_t numbers[] = {contests, wins, contests - wins - 1, 1, 12};
    actor_answer_result(&s_answer, 5);
    for (int i = 0; i < 5; i++)
        actor_answer_i64(&s_answer, numbers[i]);
}

static void s_history(int64_t id, const char *result)
{
    const int64_t before[] = {id, HOST, ROOM, 2, 3000};
    for (int i = 0; i < 5; i++)
        actor_answer_i64(&s_answer, before[i]);
    actor_answer_text(&s_answer, result);
    actor_answer_i64(&s_answer, 1234567);
}

static void test_stats_come_as_a_profile_without_matches(void **state)
{
    struct world *world = *state;
    struct envelope ask = s_ask(world, MSG_stats_get, HOST, &(struct msg_stats_get){HOST});
    s_stats(8, 5);
    s_store(world);
    const struct msg_profile *profile = actor_harness_only(world->harness, MSG_profile, &ask);
    assert_int_equal(profile->stats.total_contests, 8);
    assert_int_equal(profile->stats.wins, 5);
    assert_int_equal(profile->stats.losses, 2);
    assert_int_equal(profile->stats.draws, 1);
    assert_int_equal(profile->stats.total_solved, 12);
    assert_true(profile->stats.win_rate == 62.5);
    assert_int_equal(profile->recent_matches.count, 0);
}

static void test_a_profile_has_the_newest_matches(void **state)
{
    struct world *world = *state;
    struct envelope ask = s_ask(world, MSG_profile_get, HOST, &(struct msg_profile_get){HOST});
    assert_int_equal(s_param(world, 1, 2), ID_MAX);
    assert_int_equal(s_param(world, 1, 3), PROFILE_MATCHES);
    s_stats(1, 0);
    actor_answer_result(&s_answer, 7);
    s_history(42, "LOSS");
    s_history(41, "DRAW");
    s_store(world);
    const struct msg_profile *profile = actor_harness_only(world->harness, MSG_profile, &ask);
    assert_true(profile->stats.win_rate == 0.0);
    assert_int_equal(profile->recent_matches.count, 2);
    const struct rec_history *match = &profile->recent_matches.items[0];
    assert_int_equal(match->id, 42);
    assert_int_equal(match->user_id, HOST);
    assert_int_equal(match->room_id, ROOM);
    assert_int_equal(match->solved, 2);
    assert_int_equal(match->penalty_s, 3000);
    assert_int_equal(match->result, RESULT_LOSS);
    assert_int_equal(match->timestamp_ms, 1234567);
}

static void test_limits_of_lists_are_clamped(void **state)
{
    struct world *world = *state;
    const struct {
        int64_t limit, before, asked_limit, asked_before;
    } rows[] = {{0, I64_NONE, 1, ID_MAX},       {-7, 5, 1, 5},
                {20, I64_NONE, 20, ID_MAX},     {LIST_MAX, 9, LIST_MAX, 9},
                {LIST_MAX + 1, 1, LIST_MAX, 1}, {INT64_MAX, -3, LIST_MAX, -3}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        s_ask(world, MSG_history_get, HOST,
              &(struct msg_history_get){GUEST, rows[i].limit, rows[i].before});
        assert_int_equal(s_param(world, 0, 1), GUEST);
        assert_int_equal(s_param(world, 0, 2), rows[i].asked_before);
        assert_int_equal(s_param(world, 0, 3), rows[i].asked_limit);
        s_ask(world, MSG_submissions_get, HOST,
              &(struct msg_submissions_get){ROOM, rows[i].limit, rows[i].before});
        assert_int_equal(s_param(world, 1, 2), HOST);
        assert_int_equal(s_param(world, 1, 3), rows[i].asked_before);
        assert_int_equal(s_param(world, 1, 4), rows[i].asked_limit);
    }
}

static void test_a_history_is_a_list(void **state)
{
    struct world *world = *state;
    struct envelope ask =
        s_ask(world, MSG_history_get, HOST, &(struct msg_history_get){HOST, 10, I64_NONE});
    actor_answer_result(&s_answer, 7);
    for (int i = 0; i < 10; i++)
        s_history(100 - i, "WIN");
    s_store(world);
    const struct msg_histories *list = actor_harness_only(world->harness, MSG_histories, &ask);
    assert_int_equal(list->rows.count, 10);
    assert_int_equal(list->rows.items[9].id, 91);
}

/* ---- submissions --------------------------------------------------------------------------- */

static void s_submission(int64_t id, int64_t user_id, const char *status)
{
    const int64_t before[] = {id, user_id, ROOM, PROBLEM_A, 54};
    const int64_t after[] = {1000, I64_NONE, I64_NONE, 9, I64_NONE, I64_NONE, I64_NONE};
    for (int i = 0; i < 5; i++)
        actor_answer_i64(&s_answer, before[i]);
    actor_answer_text(&s_answer, status);
    for (int i = 0; i < 7; i++)
        actor_answer_i64(&s_answer, after[i]);
    actor_answer_text(&s_answer, "");
}

static struct envelope s_ask_submission(struct world *world)
{
    return s_ask(world, MSG_submission_get, HOST, &(struct msg_submission_get){7001});
}

static void test_a_submission_is_its_submitters_own(void **state)
{
    struct world *world = *state;
    struct envelope ask = s_ask_submission(world);
    assert_int_equal(s_op(world, 0)->statement, STATEMENT_submission_read);
    assert_int_equal(s_param(world, 0, 1), 7001);
    actor_answer_result(&s_answer, 14);
    s_submission(7001, HOST, "PENDING");
    s_store(world);
    const struct msg_submission_found *found =
        actor_harness_only(world->harness, MSG_submission_found, &ask);
    assert_int_equal(found->submission.status, VERDICT_PENDING);
    assert_int_equal(found->submission.language_id, 54);
    assert_int_equal(found->submission.tests_run, 0);
    assert_int_equal(found->submission.tests_total, 9);
    assert_true(found->submission.judged_ms == I64_NONE);
}

static void test_a_picture_is_for_everybody(void **state)
{
    struct world *world = *state;
    struct msg_picture_get get = {slice_of("0f.png")};
    struct envelope ask = s_ask(world, MSG_picture_get, 0, &get);
    assert_int_equal(s_op(world, 0)->statement, STATEMENT_picture_read);
    actor_answer_result(&s_answer, 1);
    actor_answer_blob(&s_answer, "\x89PNG\0", 5);
    s_store(world);
    const struct msg_picture *picture = actor_harness_only(world->harness, MSG_picture, &ask);
    assert_int_equal(picture->content.length, 5);
    actor_answer_begin(&s_answer);
    ask = s_ask(world, MSG_picture_get, 0, &get);
    actor_answer_result(&s_answer, 1);
    s_store(world);
    actor_harness_refused(world->harness, &ask, REFUSED_NO_PICTURE);
}

static struct envelope s_ask_run(struct world *world)
{
    actor_answer_begin(&s_answer);
    return s_ask(world, MSG_run_get, HOST, &(struct msg_run_get){301});
}

/* What the store has of a run; with `tests` of its samples. */
static void s_a_run(int64_t user, const char *status, int64_t tests)
{
    actor_answer_result(&s_answer, 12);
    const int64_t before[] = {301, user, ROOM, 501, 71}, after[] = {1000, 2000, 12, 3400};
    for (int i = 0; i < 5; i++)
        actor_answer_i64(&s_answer, before[i]);
    actor_answer_text(&s_answer, status);
    for (int i = 0; i < 4; i++)
        actor_answer_i64(&s_answer, after[i]);
    actor_answer_text(&s_answer, "a warning");
    actor_answer_i64(&s_answer, 1);
    actor_answer_result(&s_answer, 10);
    for (int64_t i = 1; i <= tests; i++) {
        actor_answer_i64(&s_answer, i);
        actor_answer_text(&s_answer, "Wrong Answer");
        actor_answer_i64(&s_answer, 12);
        actor_answer_i64(&s_answer, 3400);
        actor_answer_i64(&s_answer, 0);
        actor_answer_i64(&s_answer, I64_NONE);
        actor_answer_text(&s_answer, "5");
        actor_answer_text(&s_answer, "6");
        actor_answer_text(&s_answer, "");
        actor_answer_i64(&s_answer, 1);
    }
}

static void test_a_run_is_for_who_made_it(void **state)
{
    struct world *world = *state;
    struct envelope ask = s_ask_run(world);
    assert_int_equal(s_op(world, 0)->statement, STATEMENT_run_read);
    assert_int_equal(s_op(world, 1)->statement, STATEMENT_run_tests_read);
    assert_int_equal(s_param(world, 1, 1), 301);
    s_a_run(HOST, "Wrong Answer", 2);
    s_store(world);
    const struct rec_run *run =
        &((const struct msg_run_found *)actor_harness_only(world->harness, MSG_run_found, &ask))
             ->run;
    assert_int_equal(run->id, 301);
    assert_int_equal(run->status, VERDICT_WRONG_ANSWER);
    assert_true(run->own_input);
    assert_int_equal(run->tests.count, 2);
    assert_int_equal(run->tests.items[1].test, 2);
    assert_true(slice_is(run->tests.items[1].expected, "6"));
    assert_true(run->tests.items[1].cut);
    assert_int_equal(run->tests.items[1].signal, I64_NONE);
}

/* Of another's run one does not learn that there is one. */
static void test_others_runs_are_not_there(void **state)
{
    struct world *world = *state;
    struct envelope ask = s_ask_run(world);
    s_a_run(GUEST, "Accepted", 1);
    s_store(world);
    actor_harness_refused(world->harness, &ask, REFUSED_NO_RUN);
    ask = s_ask_run(world);
    actor_answer_result(&s_answer, 12);
    actor_answer_result(&s_answer, 10);
    s_store(world);
    actor_harness_refused(world->harness, &ask, REFUSED_NO_RUN);
}

static void test_others_do_not_read_it(void **state)
{
    struct world *world = *state;
    struct envelope ask = s_ask_submission(world);
    actor_answer_result(&s_answer, 14);
    s_submission(7001, GUEST, "Accepted");
    s_store(world);
    actor_harness_refused(world->harness, &ask, REFUSED_NOT_YOURS);
}

static void test_a_submission_that_is_none(void **state)
{
    struct world *world = *state;
    struct envelope ask = s_ask_submission(world);
    actor_answer_result(&s_answer, 14);
    s_store(world);
    actor_harness_refused(world->harness, &ask, REFUSED_NO_SUBMISSION);
}

static struct envelope s_ask_submissions(struct world *world)
{
    return s_ask(world, MSG_submissions_get, HOST,
                 &(struct msg_submissions_get){ROOM, 10, I64_NONE});
}

static void s_a_room(void)
{
    actor_answer_result(&s_answer, 1);
    actor_answer_i64(&s_answer, ROOM);
}

static void test_own_submissions_of_a_room(void **state)
{
    struct world *world = *state;
    struct envelope ask = s_ask_submissions(world);
    s_a_room();
    actor_answer_result(&s_answer, 14);
    s_submission(7003, HOST, "JUDGING");
    s_submission(7001, HOST, "Wrong Answer");
    s_store(world);
    const struct msg_submissions *list = actor_harness_only(world->harness, MSG_submissions, &ask);
    assert_int_equal(list->rows.count, 2);
    assert_int_equal(list->rows.items[1].status, VERDICT_WRONG_ANSWER);
}

static void test_submissions_of_a_room_that_is_none(void **state)
{
    struct world *world = *state;
    struct envelope ask = s_ask_submissions(world);
    actor_answer_result(&s_answer, 20);
    actor_answer_result(&s_answer, 14);
    s_store(world);
    actor_harness_refused(world->harness, &ask, REFUSED_ROOM_NOT_FOUND);
}

/* ---- what the store should not answer ------------------------------------------------------ */

static void s_expect_failed(struct world *world, struct envelope ask)
{
    s_store(world);
    actor_harness_refused(world->harness, &ask, REFUSED_FAILED);
    actor_answer_begin(&s_answer);
}

static void test_unusable_answers_fail_the_read(void **state)
{
    struct world *world = *state;
    static char long_output[COMPILE_OUTPUT_MAX_BYTES + 2];
    memset(long_output, 'e', sizeof long_output - 1);
    s_expect_failed(world, s_ask_submission(world)); /* no results at all */
    actor_answer_result(&s_answer, 14);
    s_submission(7001, HOST, "Nearly Accepted");
    s_expect_failed(world, s_ask_submission(world));
    actor_answer_result(&s_answer, 14);
    s_submission(7001, HOST, "Accepted");
    s_answer.values[0][13].text = slice_of(long_output);
    s_expect_failed(world, s_ask_submission(world));
    actor_answer_result(&s_answer, 7);
    s_history(42, "VICTORY");
    s_expect_failed(
        world, s_ask(world, MSG_history_get, HOST, &(struct msg_history_get){HOST, 10, I64_NONE}));
    s_stats(-1, 0);
    s_expect_failed(world, s_ask(world, MSG_stats_get, HOST, &(struct msg_stats_get){HOST}));
    actor_answer_result(&s_answer, 1);
    actor_answer_text(&s_answer, "a room");
    s_expect_failed(world, s_ask(world, MSG_current_get, HOST, &(struct msg_current_get){HOST}));
    s_answer.done.refused = true;
    s_expect_failed(world, s_ask_submissions(world));
}

static void test_a_failing_store_fails_the_read(void **state)
{
    struct world *world = *state;
    struct envelope ask = s_ask_submission(world);
    const struct actor_sent *sent = actor_harness_nth(world->harness, MSG_store_run, 0);
    actor_harness_give(world->harness, actor_harness_answer(sent, MSG_store_failed),
                       &(struct msg_store_failed){slice_of("disk full")});
    actor_harness_refused(world->harness, &ask, REFUSED_FAILED);
}

static void test_a_silent_store_fails_the_read_after_a_while(void **state)
{
    struct world *world = *state;
    struct envelope ask = s_ask_submission(world);
    actor_harness_wait(world->harness, READ_WAIT_MS - 1);
    assert_int_equal(actor_harness_count(world->harness, MSG_refused), 0);
    actor_harness_wait(world->harness, 1);
    actor_harness_refused(world->harness, &ask, REFUSED_FAILED);
    actor_answer_result(&s_answer, 14);
    s_submission(7001, HOST, "Accepted");
    s_store(world); /* too late */
    assert_int_equal(actor_harness_count(world->harness, MSG_submission_found), 0);
}

static void test_reads_under_way_are_bounded(void **state)
{
    struct world *world = *state;
    struct msg_submission_get get = {7001};
    world_forget(world);
    for (int i = 0; i < READS_MAX; i++)
        actor_harness_give(world->harness,
                           actor_harness_request(world->harness, MSG_submission_get, HOST, HOST),
                           &get);
    assert_int_equal(actor_harness_count(world->harness, MSG_refused), 0);
    world_forget(world);
    struct envelope ask = actor_harness_request(world->harness, MSG_submission_get, HOST, HOST);
    actor_harness_give(world->harness, ask, &get);
    actor_harness_refused(world->harness, &ask, REFUSED_OVERLOADED);
    world_forget(world);
    actor_harness_wait(world->harness, READ_WAIT_MS);
    assert_int_equal(actor_harness_count(world->harness, MSG_refused), READS_MAX);
    world_forget(world);
    actor_harness_give(world->harness, ask, &get);
    actor_harness_only(world->harness, MSG_store_run, NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, s_setup, s_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_state_is_seen_from_the_caller),
        TEST(test_before_the_start_there_is_nothing_to_lead_or_solve),
        TEST(test_a_private_room_is_for_its_participants),
        TEST(test_problems_come_with_the_samples_that_can_be_shown),
        TEST(test_samples_are_bounded_in_bytes),
        TEST(test_a_problem_that_is_none_fails),
        TEST(test_the_open_room_is_asked_of_its_owner),
        TEST(test_who_sits_nowhere_has_no_open_room),
        TEST(test_stats_come_as_a_profile_without_matches),
        TEST(test_a_profile_has_the_newest_matches),
        TEST(test_limits_of_lists_are_clamped),
        TEST(test_a_history_is_a_list),
        TEST(test_a_submission_is_its_submitters_own),
        TEST(test_a_picture_is_for_everybody),
        TEST(test_a_run_is_for_who_made_it),
        TEST(test_others_runs_are_not_there),
        TEST(test_others_do_not_read_it),
        TEST(test_a_submission_that_is_none),
        TEST(test_own_submissions_of_a_room),
        TEST(test_submissions_of_a_room_that_is_none),
        TEST(test_unusable_answers_fail_the_read),
        TEST(test_a_failing_store_fails_the_read),
        TEST(test_a_silent_store_fails_the_read_after_a_while),
        TEST(test_reads_under_way_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
