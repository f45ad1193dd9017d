/* Opening a room: what is made, what is refused, and the one open room of a user. */
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

static const struct rec_room *s_created(const struct world *world, const struct envelope *request)
{
    const struct msg_room_created *created = world_answer(world, request, MSG_room_created);
    assert_non_null(created);
    assert_int_equal(world_answers(world, request), 1);
    return &created->room;
}

static struct envelope s_create_with(struct world *world, struct msg_room_create message)
{
    struct envelope envelope = actor_harness_request(world->harness, MSG_room_create, HOST, HOST);
    world_repeat(world, &envelope, &message);
    return envelope;
}

static void test_absent_values_are_the_defaults(void **state)
{
    struct world *world = *state;
    struct envelope request = world_create(world, HOST, "my own");
    const struct rec_room *room = s_created(world, &request);
    assert_int_equal(room->id, ROOM);
    assert_int_equal(room->host_user_id, HOST);
    assert_true(slice_is(room->password, "my own"));
    assert_int_equal(room->status, ROOM_WAITING);
    assert_true(room->start_ms == I64_NONE && room->end_ms == I64_NONE);
    assert_int_equal(room->duration_ms, DURATION);
    assert_int_equal(room->problem_count, 3);
    const struct world_room *row = &world->tables.rooms[0];
    assert_string_equal(row->password, "my own");
    assert_int_equal(row->created, world->harness->now_ms);
    assert_int_equal(world_scheduled(world), row->created + 30 * MINUTE);
}

static void test_chosen_values_are_kept(void **state)
{
    struct world *world = *state;
    struct envelope request = s_create_with(
        world, (struct msg_room_create){slice_of("x"), CONTEST_DURATION_MAX_MS, ROOM_PROBLEMS_MAX,
                                        DIFFICULTY_HARD, VISIBILITY_PRIVATE});
    const struct rec_room *room = s_created(world, &request);
    assert_int_equal(room->duration_ms, CONTEST_DURATION_MAX_MS);
    assert_int_equal(room->problem_count, ROOM_PROBLEMS_MAX);
    assert_int_equal(world->tables.rooms[0].duration, CONTEST_DURATION_MAX_MS);
    assert_int_equal(world->tables.rooms[0].wanted, ROOM_PROBLEMS_MAX);
    assert_string_equal(world->tables.rooms[0].visibility, "private");
    assert_string_equal(world->tables.rooms[0].difficulty, "hard");
}

static void test_beyond_the_bounds_is_refused(void **state)
{
    struct world *world = *state;
    const int64_t bad[][2] = {{CONTEST_DURATION_MIN_MS - 1, 3},
                              {CONTEST_DURATION_MAX_MS + 1, 3},
                              {DURATION, 0},
                              {DURATION, ROOM_PROBLEMS_MAX + 1},
                              {-1, 3},
                              {INT64_MAX, INT64_MAX}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct envelope request =
            s_create_with(world, (struct msg_room_create){.password = slice_of("x"),
                                                          .duration_ms = bad[i][0],
                                                          .problem_count = bad[i][1]});
        assert_refused(world, &request, REFUSED_BAD_REQUEST);
    }
    assert_int_equal(world->commits, 0);
    struct envelope request =
        s_create_with(world, (struct msg_room_create){.password = slice_of("x"),
                                                      .duration_ms = CONTEST_DURATION_MIN_MS,
                                                      .problem_count = 1});
    s_created(world, &request);
}

static void test_a_blank_password_is_made_from_the_seed(void **state)
{
    struct world *world = *state;
    char made[3][PASSWORD_MAX_BYTES + 1];
    const uint64_t seeds[] = {1, 1, 2};
    for (int i = 0; i < 3; i++) {
        struct envelope envelope =
            actor_harness_request(world->harness, MSG_room_create, HOST, HOST);
        envelope.seed = seeds[i];
        world_repeat(world, &envelope,
                     &(struct msg_room_create){.password = slice_of(i ? " \t" : ""),
                                               .duration_ms = I64_NONE,
                                               .problem_count = I64_NONE});
        s_created(world, &envelope);
        strcpy(made[i], world->tables.rooms[i].password);
        assert_true(slice_is(s_created(world, &envelope)->password, made[i]));
        assert_int_equal(strlen(made[i]), 8);
        assert_int_equal(strspn(made[i], "abcdefghjkmnpqrstuvwxyz23456789"), 8);
        world->tables.rooms[i].closed = 1; /* so that he may open another */
    }
    assert_string_equal(made[0], made[1]);
    assert_string_not_equal(made[0], made[2]);
}

static void test_a_user_who_is_not_there_opens_nothing(void **state)
{
    struct world *world = *state;
    struct envelope request = world_create(world, NOBODY, "x");
    assert_refused(world, &request, REFUSED_NO_SUCH_USER);
    assert_int_equal(world->commits, 0);
}

/* A frame from outside names no user; the gateway's always do. */
static void test_nobody_at_all_opens_nothing(void **state)
{
    struct world *world = *state;
    struct envelope request = world_create(world, 0, "x");
    assert_refused(world, &request, REFUSED_INVALID_TOKEN);
    request = world_create(world, -1, "x");
    assert_refused(world, &request, REFUSED_INVALID_TOKEN);
}

static void test_a_lonely_hosts_old_room_is_closed_for_the_new_one(void **state)
{
    struct world *world = *state;
    world_room(world);
    struct envelope request = world_create(world, HOST, "new");
    assert_int_equal(s_created(world, &request)->id, 2);
    assert_string_equal(world->tables.rooms[0].status, "FINISHED");
    assert_string_equal(world->tables.rooms[1].status, "WAITING");
    assert_int_equal(world_notice(world)->facts.status, ROOM_FINISHED);
    assert_int_equal(actor_harness_count(world->harness, MSG_unschedule), 1);
}

static void test_a_room_with_a_guest_does_not_yield(void **state)
{
    struct world *world = *state;
    world_full(world);
    struct envelope request = world_create(world, HOST, "new");
    assert_refused(world, &request, REFUSED_HOST_HAS_ROOM);
    request = world_create(world, GUEST, "new");
    assert_refused(world, &request, REFUSED_HOST_HAS_ROOM);
    assert_int_equal(world->commits, 0);
}

static void test_a_running_contest_does_not_yield(void **state)
{
    struct world *world = *state;
    world_contest(world);
    struct envelope request = world_create(world, HOST, "new");
    assert_refused(world, &request, REFUSED_HOST_HAS_ROOM);
}

static void test_the_other_room_is_asked_once_only(void **state)
{
    struct world *world = *state;
    world_room(world);
    world->away = true;
    struct envelope request = world_create(world, HOST, "new");
    const struct actor_sent *yield = actor_harness_nth(world->harness, MSG_room_yield, 0);
    /* it closed, but he sits in the next one already when the create is tried again */
    world->tables.rooms[0].closed = world->harness->now_ms;
    world->tables.rooms[1] = world->tables.rooms[0];
    world->tables.rooms[1].id = 2;
    world->tables.rooms[1].closed = I64_NONE;
    actor_harness_give(world->harness, actor_harness_answer(yield, MSG_room_yielded),
                       &(struct msg_room_yielded){true});
    world_run(world);
    assert_refused(world, &request, REFUSED_HOST_HAS_ROOM);
    assert_int_equal(actor_harness_count(world->harness, MSG_room_yield), 1);
}

static void test_a_lost_answer_is_asked_for_again(void **state)
{
    struct world *world = *state;
    world->dead = true;
    struct envelope request = world_create(world, HOST, "x");
    world_wait(world, 1900);
    assert_int_equal(actor_harness_count(world->harness, MSG_store_run), 1);
    world_wait(world, 300);
    assert_int_equal(actor_harness_count(world->harness, MSG_store_run), 2);
    world->dead = false;
    world_wait(world, 2000);
    s_created(world, &request);
    assert_int_equal(world->commits, 1);
}

static void test_a_create_that_was_made_already_is_found(void **state)
{
    struct world *world = *state;
    world->mute = true;
    struct envelope request = world_create(world, HOST, "x");
    assert_int_equal(world->commits, 1);
    world->mute = false;
    world_wait(world, 2100);
    assert_int_equal(s_created(world, &request)->id, ROOM);
    assert_int_equal(world->commits, 1);
}

/* A store that takes longer than we wait answers our first question after the second: it counts. */
static void test_a_slow_store_is_heard(void **state)
{
    struct world *world = *state;
    world->dead = true;
    struct envelope request = world_create(world, HOST, "x");
    world_wait(world, 2100);
    world->dead = false;
    world->answered = 0; /* now the first question comes to its turn, then the second */
    world_run(world);
    s_created(world, &request);
    assert_int_equal(world->commits, 1);
}

static void test_a_repeated_command_finds_its_row(void **state)
{
    struct world *world = *state;
    struct envelope request = world_create(world, HOST, "x");
    int64_t id = s_created(world, &request)->id;
    world_forget(world);
    world_repeat(world, &request,
                 &(struct msg_room_create){.password = slice_of("x"),
                                           .duration_ms = I64_NONE,
                                           .problem_count = I64_NONE});
    assert_int_equal(s_created(world, &request)->id, id);
    assert_int_equal(world->commits, 1);
}

static void test_a_repeat_while_under_way_is_the_same_create(void **state)
{
    struct world *world = *state;
    world->dead = true;
    struct envelope request = world_create(world, HOST, "x");
    struct envelope repeat = request;
    repeat.reply.slot = 900;
    world_repeat(world, &repeat,
                 &(struct msg_room_create){.password = slice_of("x"),
                                           .duration_ms = I64_NONE,
                                           .problem_count = I64_NONE});
    struct envelope other = world_create(world, HOST, "y");
    assert_refused(world, &other, REFUSED_HOST_HAS_ROOM);
    world->dead = false;
    world_wait(world, 2100);
    s_created(world, &repeat); /* who asked last still waits */
    assert_int_equal(world_answers(world, &request), 0);
}

static void test_past_the_deadline_nobody_asks_any_more(void **state)
{
    struct world *world = *state;
    struct envelope request = actor_harness_request(world->harness, MSG_room_create, HOST, HOST);
    request.deadline_ms = world->harness->now_ms + 5000;
    world->dead = true;
    world_repeat(world, &request,
                 &(struct msg_room_create){.password = slice_of("x"),
                                           .duration_ms = I64_NONE,
                                           .problem_count = I64_NONE});
    world_wait(world, 20000);
    assert_refused(world, &request, REFUSED_DEADLINE);
    assert_int_equal(actor_harness_count(world->harness, MSG_store_run), 3);
}

static void test_a_store_that_fails_says_so(void **state)
{
    struct world *world = *state;
    world->failing = true;
    struct envelope request = world_create(world, HOST, "x");
    assert_refused(world, &request, REFUSED_FAILED);
    world->failing = false;
    request = world_create(world, HOST, "x");
    s_created(world, &request);
}

static void test_a_busy_owner_is_asked_again(void **state)
{
    struct world *world = *state;
    world_room(world);
    world->away = true;
    struct envelope request = world_create(world, HOST, "new");
    const struct actor_sent *yield = actor_harness_nth(world->harness, MSG_room_yield, 0);
    actor_harness_give(world->harness, actor_harness_answer(yield, MSG_refused),
                       &(struct msg_refused){REFUSED_OVERLOADED, slice_of("")});
    assert_int_equal(world_answers(world, &request), 0);
    world->away = false;
    world_wait(world, 2100);
    assert_int_equal(s_created(world, &request)->id, 2);
}

static void test_stale_and_double_answers_change_nothing(void **state)
{
    struct world *world = *state;
    struct envelope request = world_create(world, HOST, "x");
    s_created(world, &request);
    const struct actor_sent *insert = actor_harness_nth(world->harness, MSG_store_run, 0);
    actor_harness_give(world->harness, actor_harness_answer(insert, MSG_store_done),
                       &(struct msg_store_done){0});
    actor_harness_give(world->harness, actor_harness_answer(insert, MSG_store_failed),
                       &(struct msg_store_failed){slice_of("x")});
    assert_int_equal(world_answers(world, &request), 1);
}

static void test_too_many_creates_at_once_are_refused(void **state)
{
    struct world *world = *state;
    struct envelope request = {0};
    world->dead = true;
    for (int64_t user_id = 1; user_id <= 1024; user_id++) {
        request = world_create(world, user_id, "x");
        assert_int_equal(world_answers(world, &request), 0);
    }
    request = world_create(world, 5000, "x");
    assert_refused(world, &request, REFUSED_OVERLOADED);
    world_wait(world, 2100); /* and all of them are asked again */
    assert_int_equal(actor_harness_count(world->harness, MSG_store_run), 2048);
}

int main(void)
{
    log_set_level(LOG_LEVEL_NONE);
#define TEST(name) cmocka_unit_test_setup_teardown(name, s_setup, s_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_absent_values_are_the_defaults),
        TEST(test_chosen_values_are_kept),
        TEST(test_beyond_the_bounds_is_refused),
        TEST(test_a_blank_password_is_made_from_the_seed),
        TEST(test_a_user_who_is_not_there_opens_nothing),
        TEST(test_nobody_at_all_opens_nothing),
        TEST(test_a_lonely_hosts_old_room_is_closed_for_the_new_one),
        TEST(test_a_room_with_a_guest_does_not_yield),
        TEST(test_a_running_contest_does_not_yield),
        TEST(test_the_other_room_is_asked_once_only),
        TEST(test_a_lost_answer_is_asked_for_again),
        TEST(test_a_create_that_was_made_already_is_found),
        TEST(test_a_slow_store_is_heard),
        TEST(test_a_repeated_command_finds_its_row),
        TEST(test_a_repeat_while_under_way_is_the_same_create),
        TEST(test_past_the_deadline_nobody_asks_any_more),
        TEST(test_a_store_that_fails_says_so),
        TEST(test_a_busy_owner_is_asked_again),
        TEST(test_stale_and_double_answers_change_nothing),
        TEST(test_too_many_creates_at_once_are_refused),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
