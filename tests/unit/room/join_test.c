/* The second seat: who gets it, who is refused and in which order, and what no lost answer doubles.
 */
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

static void test_a_guest_takes_the_seat(void **state)
{
    struct world *world = *state;
    world_room(world);
    struct envelope request = world_join(world, GUEST, "secret");
    const struct msg_done *done = world_answer(world, &request, MSG_done);
    assert_non_null(done);
    assert_int_equal(done->id, ROOM);
    assert_int_equal(world->tables.rooms[0].guest, GUEST);
    assert_int_equal(world->tables.rooms[0].rev, 1);
    assert_int_equal(world_notice(world)->facts.guest_user_id, GUEST);
    assert_int_equal(world_notice(world)->facts.room_rev, 1);
    assert_int_equal(world_notice(world)->submissions.count, 0);
}

static void test_nobody_is_told_before_scoring_knows(void **state)
{
    struct world *world = *state;
    world_room(world);
    world_ask(world, MSG_room_leave, STRANGER, ROOM); /* loads it */
    world->deaf = true;
    struct envelope request = world_join(world, GUEST, "secret");
    assert_int_equal(world->tables.rooms[0].guest, GUEST);
    assert_int_equal(world_answers(world, &request), 0);
    world_forget(world);
    world_wait(world, 6500); /* the notice is repeated until it is taken */
    assert_int_equal(actor_harness_count(world->harness, MSG_room_notice), 3);
    world->deaf = false;
    world_wait(world, 2000);
    assert_non_null(world_answer(world, &request, MSG_done));
}

static void test_an_unknown_room_is_not_found(void **state)
{
    struct world *world = *state;
    const int64_t ids[] = {ROOM, 3, 0, -1, INT64_MIN, INT64_MAX, ID_MAX + 1};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        struct envelope request = world_ask(world, MSG_room_leave, GUEST, ids[i]);
        assert_refused(world, &request, REFUSED_ROOM_NOT_FOUND);
    }
    struct envelope request = world_join(world, GUEST, "secret");
    assert_refused(world, &request, REFUSED_ROOM_NOT_FOUND);
}

static void test_nobody_at_all_takes_no_seat(void **state)
{
    struct world *world = *state;
    world_room(world);
    struct envelope request = world_join(world, 0, "secret");
    assert_refused(world, &request, REFUSED_INVALID_TOKEN);
    request = world_join(world, -5, "secret");
    assert_refused(world, &request, REFUSED_INVALID_TOKEN);
}

static void test_a_wrong_password_learns_nothing_else(void **state)
{
    struct world *world = *state;
    world_full(world);
    const char *const wrong[] = {"", "secre", "secrets", "SECRET"};
    for (int i = 0; i < 4; i++) {
        struct envelope request = world_join(world, STRANGER, wrong[i]);
        assert_refused(world, &request, REFUSED_WRONG_PASSWORD);
    }
    struct envelope request = world_join(world, HOST, "wrong");
    assert_refused(world, &request, REFUSED_WRONG_PASSWORD);
}

static void test_a_full_room_is_full_for_everybody(void **state)
{
    struct world *world = *state;
    world_full(world);
    const int64_t users[] = {STRANGER, GUEST, HOST};
    for (int i = 0; i < 3; i++) {
        struct envelope request = world_join(world, users[i], "secret");
        assert_refused(world, &request, REFUSED_ROOM_FULL);
    }
}

static void test_an_expired_room_is_closed(void **state)
{
    struct world *world = *state;
    struct world_room *room = world_room(world);
    room->status = "FINISHED";
    room->closed = room->end = world->harness->now_ms;
    struct envelope request = world_join(world, GUEST, "secret");
    assert_refused(world, &request, REFUSED_ROOM_CLOSED);
}

static void test_the_host_is_in_it_already(void **state)
{
    struct world *world = *state;
    world_room(world);
    struct envelope request = world_join(world, HOST, "secret");
    assert_refused(world, &request, REFUSED_ALREADY_IN_ROOM);
}

static void test_who_sits_elsewhere_is_refused_by_the_fence(void **state)
{
    struct world *world = *state;
    world_room(world);
    world_room(world)->host = STRANGER;
    struct envelope request = world_join(world, STRANGER, "secret");
    assert_refused(world, &request, REFUSED_IN_ANOTHER_ROOM);
    assert_int_equal(world->commits, 0);
    request = world_join(world, GUEST, "secret"); /* and the room goes on */
    assert_non_null(world_answer(world, &request, MSG_done));
}

static void test_a_user_who_is_not_there_takes_no_seat(void **state)
{
    struct world *world = *state;
    world_room(world);
    struct envelope request = world_join(world, NOBODY, "secret");
    assert_refused(world, &request, REFUSED_NO_SUCH_USER);
    assert_int_equal(world->commits, 0);
}

static void test_wrong_passwords_are_limited(void **state)
{
    struct world *world = *state;
    world_room(world);
    for (int i = 0; i < 10; i++) {
        struct envelope request = world_join(world, GUEST, "guess");
        assert_refused(world, &request, REFUSED_WRONG_PASSWORD);
        world->harness->now_ms += 1000;
    }
    struct envelope request = world_join(world, GUEST, "secret");
    assert_refused(world, &request, REFUSED_TOO_MANY_PASSWORDS);
    world->harness->now_ms += 50000 - 1;
    request = world_join(world, GUEST, "secret");
    assert_refused(world, &request, REFUSED_TOO_MANY_PASSWORDS);
    world->harness->now_ms += 1; /* the first guess leaves the window */
    request = world_join(world, GUEST, "secret");
    assert_non_null(world_answer(world, &request, MSG_done));
}

static void test_the_limit_is_per_user_and_room(void **state)
{
    struct world *world = *state;
    world_room(world);
    world_room(world)->host = 1;
    for (int i = 0; i < 10; i++)
        world_join(world, GUEST, "guess");
    struct envelope request = actor_harness_request(world->harness, MSG_room_join, GUEST, 2);
    world_repeat(world, &request, &(struct msg_room_join){2, slice_of("guess")});
    assert_refused(world, &request, REFUSED_WRONG_PASSWORD);
    request = world_join(world, STRANGER, "secret");
    assert_non_null(world_answer(world, &request, MSG_done));
}

static void test_a_lost_answer_is_found_to_be_done(void **state)
{
    struct world *world = *state;
    world_room(world);
    world_ask(world, MSG_room_leave, STRANGER, ROOM); /* loads it */
    world->mute = true;
    struct envelope request = world_join(world, GUEST, "secret");
    assert_int_equal(world->tables.rooms[0].guest, GUEST);
    world->mute = false;
    world_wait(world, 2100);
    assert_non_null(world_answer(world, &request, MSG_done));
    assert_int_equal(world_answers(world, &request), 1);
    assert_int_equal(world->tables.rooms[0].rev, 1);
    assert_int_equal(world_notice(world)->facts.room_rev, 1);
}

static void test_a_commit_that_the_store_never_got_is_asked_again(void **state)
{
    struct world *world = *state;
    world_room(world);
    world_ask(world, MSG_room_leave, STRANGER, ROOM);
    world->dead = true;
    struct envelope request = world_join(world, GUEST, "secret");
    world_wait(world, 5000);
    world->dead = false;
    world_wait(world, 2100);
    assert_non_null(world_answer(world, &request, MSG_done));
    assert_int_equal(world->commits, 1);
}

/* The store was slow: it runs the commit and then its repeat, and both answers come. */
static void test_the_answer_to_the_first_of_two_tries_counts(void **state)
{
    struct world *world = *state;
    world_room(world);
    world_ask(world, MSG_room_leave, STRANGER, ROOM);
    world_forget(world);
    world->dead = true;
    struct envelope request = world_join(world, GUEST, "secret");
    world_wait(world, 2100);
    assert_int_equal(actor_harness_count(world->harness, MSG_store_run), 2);
    world->dead = false;
    world->answered = 0;
    world_run(world);
    assert_non_null(world_answer(world, &request, MSG_done));
    assert_int_equal(world_answers(world, &request), 1);
    assert_int_equal(actor_harness_count(world->harness, MSG_store_run), 2); /* no load */
}

static void test_another_process_changed_the_room(void **state)
{
    struct world *world = *state;
    world_room(world);
    world->intrusions = 2;
    struct envelope request = world_join(world, GUEST, "secret");
    assert_non_null(world_answer(world, &request, MSG_done));
    assert_int_equal(world->tables.rooms[0].rev, 3);
    assert_int_equal(world_notice(world)->facts.room_rev, 3);
}

static void test_a_fence_that_always_fails_is_our_failure(void **state)
{
    struct world *world = *state;
    world_room(world);
    world->intrusions = 1000;
    struct envelope request = world_join(world, GUEST, "secret");
    assert_refused(world, &request, REFUSED_FAILED);
    assert_int_equal(world->intrusions, 996);
    world->intrusions = 0;
    request = world_join(world, GUEST, "secret");
    assert_non_null(world_answer(world, &request, MSG_done));
}

static void test_somebody_else_was_faster_elsewhere(void **state)
{
    struct world *world = *state;
    struct world_room *room = world_room(world);
    world_ask(world, MSG_room_leave, STRANGER, ROOM);
    room->guest = STRANGER;
    room->rev++;
    struct envelope request = world_join(world, GUEST, "secret");
    assert_refused(world, &request, REFUSED_ROOM_FULL);
    assert_int_equal(room->guest, STRANGER);
}

int main(void)
{
    log_set_level(LOG_LEVEL_NONE);
#define TEST(name) cmocka_unit_test_setup_teardown(name, s_setup, s_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_a_guest_takes_the_seat),
        TEST(test_nobody_is_told_before_scoring_knows),
        TEST(test_an_unknown_room_is_not_found),
        TEST(test_nobody_at_all_takes_no_seat),
        TEST(test_a_wrong_password_learns_nothing_else),
        TEST(test_a_full_room_is_full_for_everybody),
        TEST(test_an_expired_room_is_closed),
        TEST(test_the_host_is_in_it_already),
        TEST(test_who_sits_elsewhere_is_refused_by_the_fence),
        TEST(test_a_user_who_is_not_there_takes_no_seat),
        TEST(test_wrong_passwords_are_limited),
        TEST(test_the_limit_is_per_user_and_room),
        TEST(test_a_lost_answer_is_found_to_be_done),
        TEST(test_a_commit_that_the_store_never_got_is_asked_again),
        TEST(test_the_answer_to_the_first_of_two_tries_counts),
        TEST(test_another_process_changed_the_room),
        TEST(test_a_fence_that_always_fails_is_our_failure),
        TEST(test_somebody_else_was_faster_elsewhere),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
