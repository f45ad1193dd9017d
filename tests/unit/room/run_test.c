/* A participant's runs: who may, how often, once each, and that the room stays as it was. */
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

/* The run that the request made; 0: none. */
static int64_t s_run(const struct world *world, const struct envelope *request)
{
    const struct msg_run_accepted *accepted = world_answer(world, request, MSG_run_accepted);
    return accepted && accepted->status == VERDICT_PENDING ? accepted->run_id : 0;
}

static void test_a_run_is_durable_then_told_and_no_room_changes(void **state)
{
    struct world *world = *state;
    struct world_room *room = world_contest(world);
    world_ask(world, MSG_room_leave, STRANGER, ROOM); /* it is loaded */
    int64_t rev = room->rev;
    world_forget(world);
    world->dead = true;
    struct envelope request = world_make_run(world, GUEST, 501, NULL);
    assert_int_equal(world_answers(world, &request), 0);
    assert_int_equal(actor_harness_count(world->harness, MSG_judge_enqueue), 0);
    world->dead = false;
    world_wait(world, 2100);
    assert_int_equal(s_run(world, &request), 301);
    const struct msg_judge_enqueue *enqueue =
        actor_harness_only(world->harness, MSG_judge_enqueue, NULL);
    assert_int_equal(enqueue->submission_id, 301);
    assert_int_equal(enqueue->kind, JUDGING_RUN);
    assert_int_equal(enqueue->user_id, GUEST);
    assert_int_equal(room->rev, rev);
    assert_int_equal(room->last_number, 0);
    assert_int_equal(actor_harness_count(world->harness, MSG_room_notice), 0);
    assert_int_equal(world->tables.submission_count, 0);
    struct envelope submit = world_submit(world, HOST, 501); /* its fence still fits */
    assert_non_null(world_answer(world, &submit, MSG_submitted));
}

static void test_an_own_input_needs_no_samples(void **state)
{
    struct world *world = *state;
    const struct world_room *room = world_contest(world);
    world->no_samples = true;
    struct envelope samples = world_make_run(world, HOST, 501, NULL);
    struct envelope empty = world_make_run(world, HOST, 501, "");
    struct envelope own = world_make_run(world, HOST, room->problems[1], "2 3");
    assert_refused(world, &samples, REFUSED_NO_SAMPLES);
    assert_true(s_run(world, &empty) && s_run(world, &own));
    assert_true(world->tables.runs[0].own_input);
    assert_int_equal(world->tables.runs[1].problem, room->problems[1]);
}

static void test_a_repeated_run_is_the_same_run(void **state)
{
    struct world *world = *state;
    world_contest(world);
    world->mute = true; /* it is made, and the answer lost */
    struct envelope request = world_make_run(world, HOST, 501, NULL);
    world->mute = false;
    world_wait(world, 4500);
    assert_int_equal(s_run(world, &request), 301);
    assert_int_equal(world->tables.run_count, 1);
    const struct msg_room_run message = {ROOM, 501, 71, slice_of("print(1)"), false, slice_of("")};
    world_forget(world);
    world_repeat(world, &request, &message);
    assert_int_equal(s_run(world, &request), 301);
    struct envelope stolen = request;
    stolen.user_id = GUEST;
    stolen.reply.generation++;
    world_repeat(world, &stolen, &message);
    assert_refused(world, &stolen, REFUSED_FAILED);
    assert_int_equal(world->tables.run_count, 1);
}

static void test_runs_have_a_rate_of_their_own(void **state)
{
    struct world *world = *state;
    world_contest(world);
    for (int i = 0; i < 5; i++) {
        struct envelope run = world_make_run(world, HOST, 501, NULL);
        assert_int_equal(s_run(world, &run), 301 + i);
        world->tables.runs[i].judged = true;
    }
    struct envelope sixth = world_make_run(world, HOST, 501, NULL);
    assert_refused(world, &sixth, REFUSED_TOO_MANY_RUNS);
    struct envelope other = world_make_run(world, GUEST, 501, NULL);
    assert_true(s_run(world, &other));
    struct envelope submit = world_submit(world, HOST, 501);
    assert_non_null(world_answer(world, &submit, MSG_submitted));
    world_wait(world, 10000);
    struct envelope later = world_make_run(world, HOST, 501, NULL);
    assert_true(s_run(world, &later));
}

static void test_few_runs_of_a_user_may_wait_and_few_are_kept(void **state)
{
    struct world *world = *state;
    world_contest(world);
    for (int i = 0; i < 8; i++) {
        struct envelope run = world_make_run(world, HOST, 501, NULL);
        assert_true(s_run(world, &run));
        world_wait(world, 2500);
    }
    struct envelope ninth = world_make_run(world, HOST, 501, NULL);
    assert_refused(world, &ninth, REFUSED_TOO_MANY_RUNS);
    uint32_t there = 0;
    for (int i = 0; i < 22; i++) {
        for (uint32_t k = 0; k < world->tables.run_count; k++)
            world->tables.runs[k].judged = true;
        world_wait(world, 2500);
        struct envelope run = world_make_run(world, HOST, 501, NULL);
        assert_true(s_run(world, &run));
    }
    for (uint32_t k = 0; k < world->tables.run_count; k++)
        there += !world->tables.runs[k].gone;
    assert_int_equal(world->tables.run_count, 30);
    assert_int_equal(there, 21); /* twenty, and the new one */
}

static void test_yesterdays_runs_are_forgotten_whosever_they_are(void **state)
{
    struct world *world = *state;
    world_contest(world);
    struct envelope old = world_make_run(world, GUEST, 501, NULL);
    assert_true(s_run(world, &old));
    world->tables.runs[0].judged = true;
    world->tables.runs[0].created -= 86400000 + 1000;
    world_make_run(world, HOST, 501, NULL);
    assert_true(world->tables.runs[0].gone);
    assert_false(world->tables.runs[1].gone);
}

static void test_who_may_not_is_told_why(void **state)
{
    struct world *world = *state;
    struct world_room *room = world_full(world);
    struct envelope waiting = world_make_run(world, HOST, 501, NULL);
    assert_refused(world, &waiting, REFUSED_NOT_ACTIVE);
    world_ask(world, MSG_room_start, HOST, ROOM);
    int64_t problem = room->problems[0];
    struct envelope stranger = world_make_run(world, STRANGER, problem, NULL);
    assert_refused(world, &stranger, REFUSED_NOT_IN_ROOM);
    struct envelope foreign = world_make_run(world, HOST, 599, NULL);
    assert_refused(world, &foreign, REFUSED_INVALID_PROBLEM);
    world_ask(world, MSG_room_end, HOST, ROOM); /* it settles: one may still try things */
    struct envelope settling = world_make_run(world, GUEST, problem, NULL);
    assert_true(s_run(world, &settling));
    room->status = "FINISHED"; /* which scoring has written, and nobody told us */
    struct envelope finished = world_make_run(world, GUEST, problem, NULL);
    assert_refused(world, &finished, REFUSED_NOT_ACTIVE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, s_setup, s_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_run_is_durable_then_told_and_no_room_changes),
        TEST(test_an_own_input_needs_no_samples),
        TEST(test_a_repeated_run_is_the_same_run),
        TEST(test_runs_have_a_rate_of_their_own),
        TEST(test_few_runs_of_a_user_may_wait_and_few_are_kept),
        TEST(test_yesterdays_runs_are_forgotten_whosever_they_are),
        TEST(test_who_may_not_is_told_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
