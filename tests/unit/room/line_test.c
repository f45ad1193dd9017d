/* Who waits for a room, in which order, and what other rooms notice of it: nothing. */
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

#define LINE 32 /* commands that wait for one room */
#define ROOMS 8192

/* A running contest that the actor knows, and a store that has stopped. */
static struct world_room *s_stopped(struct world *world)
{
    struct world_room *room = world_contest(world);
    world_ask(world, MSG_room_leave, STRANGER, ROOM);
    world_forget(world);
    world->dead = true;
    return room;
}

static void test_one_commit_at_a_time_in_order(void **state)
{
    struct world *world = *state;
    s_stopped(world);
    struct envelope requests[4];
    for (int i = 0; i < 4; i++)
        requests[i] = world_submit(world, i % 2 ? GUEST : HOST, 501);
    assert_int_equal(actor_harness_count(world->harness, MSG_store_run), 1);
    world->dead = false;
    world_wait(world, 2100);
    for (int i = 0; i < 4; i++) {
        const struct msg_submitted *submitted = world_answer(world, &requests[i], MSG_submitted);
        assert_non_null(submitted);
        assert_int_equal(submitted->submission_id, 7001 + i);
        assert_int_equal(world->tables.submissions[i].number, i + 1);
        assert_int_equal(world->tables.submissions[i].user, i % 2 ? GUEST : HOST);
    }
}

static void test_what_came_before_the_end_is_taken(void **state)
{
    struct world *world = *state;
    struct world_room *room = s_stopped(world);
    struct envelope before = world_submit(world, HOST, 501);
    world_ask(world, MSG_room_end, HOST, ROOM);
    struct envelope after = world_submit(world, GUEST, 501);
    world->dead = false;
    world_wait(world, 2100);
    assert_non_null(world_answer(world, &before, MSG_submitted));
    assert_true(room->closed != I64_NONE);
    assert_refused(world, &after, REFUSED_NOT_ACTIVE);
}

static void test_a_full_line_is_overloaded(void **state)
{
    struct world *world = *state;
    s_stopped(world);
    struct envelope requests[LINE + 2];
    for (int i = 0; i < LINE + 1; i++) {
        requests[i] = world_ask(world, MSG_room_leave, GUEST, ROOM);
        if (i == 0) /* not a commit: answered at once */
            requests[i] = world_ask(world, MSG_room_end, HOST, ROOM);
        else
            assert_int_equal(world_answers(world, &requests[i]), 0);
    }
    requests[LINE + 1] = world_ask(world, MSG_room_leave, GUEST, ROOM);
    assert_refused(world, &requests[LINE + 1], REFUSED_OVERLOADED);
    world->dead = false;
    world_wait(world, 2100);
    for (int i = 1; i < LINE + 1; i++)
        assert_non_null(world_answer(world, &requests[i], MSG_done));
}

static void test_rooms_do_not_wait_for_one_another(void **state)
{
    struct world *world = *state;
    s_stopped(world);
    world->dead = false;
    struct world_room *other = world_room(world);
    other->host = 1;
    struct envelope load = world_ask(world, MSG_room_leave, STRANGER, 2);
    assert_refused(world, &load, REFUSED_NOT_IN_ROOM);
    world_forget(world);
    world->dead = true;
    world_submit(world, HOST, 501);
    struct envelope leave = world_ask(world, MSG_room_leave, 1, 2);
    assert_int_equal(actor_harness_count(world->harness, MSG_store_run), 2);
    world->dead = false;
    world->answered = 1; /* the second room's answer comes, the first one's is lost */
    world_run(world);
    assert_non_null(world_answer(world, &leave, MSG_done));
    assert_int_equal(world->tables.submission_count, 0);
}

static void test_who_waited_too_long_is_passed_over(void **state)
{
    struct world *world = *state;
    s_stopped(world);
    struct envelope first = world_submit(world, HOST, 501);
    struct envelope request = actor_harness_request(world->harness, MSG_room_end, HOST, ROOM);
    request.deadline_ms = world->harness->now_ms + 1000;
    world_repeat(world, &request, &(struct msg_room_end){ROOM});
    struct envelope patient = world_submit(world, GUEST, 501);
    world_wait(world, 5000);
    world->dead = false;
    world_wait(world, 2100);
    assert_non_null(world_answer(world, &first, MSG_submitted));
    assert_int_equal(world_answers(world, &request), 0); /* the gateway has answered */
    assert_non_null(world_answer(world, &patient, MSG_submitted));
    assert_true(world->tables.rooms[0].closed == I64_NONE);
}

static void test_no_room_answers_everybody_in_its_line(void **state)
{
    struct world *world = *state;
    struct envelope requests[5];
    world->dead = true;
    for (int i = 0; i < 5; i++)
        requests[i] = world_ask(world, MSG_room_leave, GUEST, ROOM);
    world->dead = false;
    world_wait(world, 2100);
    for (int i = 0; i < 5; i++)
        assert_refused(world, &requests[i], REFUSED_ROOM_NOT_FOUND);
    world_full(world); /* and nothing of it is remembered */
    struct envelope request = world_ask(world, MSG_room_leave, GUEST, ROOM);
    assert_non_null(world_answer(world, &request, MSG_done));
}

/* Hands in every answer so far once more, in order and backwards. */
static void s_say_all_again(struct world *world)
{
    uint32_t count = world->harness->sent_count;
    for (uint32_t pass = 0; pass < 2; pass++)
        for (uint32_t i = 0; i < count; i++) {
            const struct actor_sent *sent = &world->harness->sent[pass ? count - 1 - i : i];
            if (sent->envelope.kind == MSG_store_run) {
                actor_harness_give(world->harness, actor_harness_answer(sent, MSG_store_done),
                                   &(struct msg_store_done){.refused = true});
                actor_harness_give(world->harness, actor_harness_answer(sent, MSG_store_failed),
                                   &(struct msg_store_failed){slice_of("late")});
            } else if (sent->envelope.kind == MSG_room_notice)
                actor_harness_give(world->harness, actor_harness_answer(sent, MSG_notice_taken),
                                   &(struct msg_notice_taken){ROOM, 1});
        }
}

static void test_stale_and_double_answers_change_nothing(void **state)
{
    struct world *world = *state;
    world_contest(world);
    struct envelope request = world_submit(world, HOST, 501);
    uint32_t said = world->harness->sent_count;
    s_say_all_again(world);
    assert_int_equal(world->harness->sent_count, said);
    assert_int_equal(world_answers(world, &request), 1);
    request = world_submit(world, HOST, 501);
    assert_non_null(world_answer(world, &request, MSG_submitted));
    assert_int_equal(world->tables.submissions[1].number, 2);
}

/* An answer of the wrong kind to the open question is none. */
static void test_only_the_right_kind_answers(void **state)
{
    struct world *world = *state;
    s_stopped(world);
    struct envelope request = world_submit(world, HOST, 501);
    const struct actor_sent *commit = actor_harness_nth(world->harness, MSG_store_run, 0);
    actor_harness_give(world->harness, actor_harness_answer(commit, MSG_notice_taken),
                       &(struct msg_notice_taken){ROOM, 3});
    actor_harness_give(world->harness, actor_harness_answer(commit, MSG_room_yielded),
                       &(struct msg_room_yielded){true});
    assert_int_equal(world_answers(world, &request), 0);
    world->dead = false;
    world->deaf = true;
    world_wait(world, 2100);
    const struct actor_sent *notice = actor_harness_nth(world->harness, MSG_room_notice, 0);
    actor_harness_give(world->harness, actor_harness_answer(notice, MSG_store_done),
                       &(struct msg_store_done){.refused = true});
    assert_int_equal(world_answers(world, &request), 0);
    world->deaf = false;
    world_wait(world, 2100);
    assert_non_null(world_answer(world, &request, MSG_submitted));
}

static void test_the_room_longest_unused_is_forgotten(void **state)
{
    struct world *world = *state;
    world_room(world);
    world->endless = true;
    for (int64_t id = 1; id <= ROOMS; id++) {
        world_ask(world, MSG_room_leave, STRANGER, 100 + id);
        world_forget(world);
    }
    world_ask(world, MSG_room_leave, STRANGER, 101); /* used again */
    assert_int_equal(actor_harness_count(world->harness, MSG_store_run), 0);
    world_ask(world, MSG_room_leave, STRANGER, ROOM); /* makes the second go */
    world_forget(world);
    world_ask(world, MSG_room_leave, STRANGER, 101);
    world_ask(world, MSG_room_leave, STRANGER, 103);
    assert_int_equal(actor_harness_count(world->harness, MSG_store_run), 0);
    struct envelope request = world_ask(world, MSG_room_leave, STRANGER, 102);
    assert_int_equal(actor_harness_count(world->harness, MSG_store_run), 1);
    assert_refused(world, &request, REFUSED_NOT_IN_ROOM);
}

static void test_a_room_at_work_is_never_forgotten(void **state)
{
    struct world *world = *state;
    world->dead = true;
    for (int64_t id = 1; id <= ROOMS; id++)
        world_ask(world, MSG_room_leave, STRANGER, id);
    assert_int_equal(actor_harness_count(world->harness, MSG_refused), 0);
    struct envelope request = world_ask(world, MSG_room_leave, STRANGER, ROOMS + 1);
    assert_refused(world, &request, REFUSED_OVERLOADED);
    request = world_ask(world, MSG_room_leave, STRANGER, ROOMS); /* those that are there go on */
    assert_int_equal(world_answers(world, &request), 0);
}

static void test_a_ping_is_answered(void **state)
{
    struct world *world = *state;
    struct envelope request = actor_harness_request(world->harness, MSG_ping, 0, 0);
    world_repeat(world, &request, &(struct msg_ping){1});
    assert_non_null(world_answer(world, &request, MSG_done));
}

/* ---- determinism ----------------------------------------------------------------------------- */

static void s_play(struct world *world)
{
    world_init(world);
    world_create(world, HOST, "");
    world_join(world, GUEST, "wrong");
    world_join(world, GUEST, world->tables.rooms[0].password);
    world->intrusions = 1;
    world_ask(world, MSG_room_start, HOST, ROOM);
    for (int i = 0; i < 12; i++) {
        world->mute = i % 5 == 3;
        world_submit(world, i % 3 ? HOST : GUEST, world->tables.rooms[0].problems[i % 3]);
        world->mute = false;
        world_wait(world, 2500);
    }
    world->deaf = true;
    world_ask(world, MSG_room_end, HOST, ROOM);
    world_create(world, STRANGER, "x");
    world_wait(world, 3000);
    world->deaf = false;
    world_wait(world, 3000);
    world_say(world, MSG_room_settled);
}

static void test_the_same_messages_give_the_same_bytes(void **state)
{
    (void)state;
    static struct world worlds[2];
    for (int i = 0; i < 2; i++)
        s_play(&worlds[i]);
    assert_int_equal(worlds[0].tables.submission_count, 12);
    assert_true(slice_equal(buffer_slice(&worlds[0].harness->transcript),
                            buffer_slice(&worlds[1].harness->transcript)));
    for (int i = 0; i < 2; i++)
        world_fini(&worlds[i]);
}

int main(void)
{
    log_set_level(LOG_LEVEL_NONE);
#define TEST(name) cmocka_unit_test_setup_teardown(name, s_setup, s_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_one_commit_at_a_time_in_order),
        TEST(test_what_came_before_the_end_is_taken),
        TEST(test_a_full_line_is_overloaded),
        TEST(test_rooms_do_not_wait_for_one_another),
        TEST(test_who_waited_too_long_is_passed_over),
        TEST(test_no_room_answers_everybody_in_its_line),
        TEST(test_stale_and_double_answers_change_nothing),
        TEST(test_only_the_right_kind_answers),
        TEST(test_the_room_longest_unused_is_forgotten),
        TEST(test_a_room_at_work_is_never_forgotten),
        TEST(test_a_ping_is_answered),
        TEST(test_the_same_messages_give_the_same_bytes),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
