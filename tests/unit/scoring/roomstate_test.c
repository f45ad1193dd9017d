/* The picture of a room: who sees what, before, during and after a contest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "actors/scoring/roomstate.h"

#define HOST 11
#define GUEST 12
#define STRANGER 13

static const int64_t s_row_ids[ROOM_SEATS][ROOM_PROBLEMS_MAX] = {{901, 902}, {903, 904}};

static struct rec_room_facts s_waiting(void)
{
    return (struct rec_room_facts){.room_id = 1,
                                   .host_user_id = HOST,
                                   .guest_user_id = I64_NONE,
                                   .status = ROOM_WAITING,
                                   .start_ms = I64_NONE,
                                   .duration_ms = 600000,
                                   .closed_ms = I64_NONE,
                                   .room_rev = 3};
}

static struct leaderboard s_board(uint32_t users, uint32_t problems)
{
    struct leaderboard board = {.user_count = users, .problem_count = problems};
    board.rows[0] = (struct leaderboard_row){GUEST, 90, 5000, 1, 1};
    board.rows[1] = (struct leaderboard_row){HOST, 0, 0, 0, 2};
    board.scores[0][0] = (struct problem_score){.problem_id = 501, .attempts = 2, .wrong = 2};
    board.scores[0][1] = (struct problem_score){.problem_id = 502};
    board.scores[1][0] = (struct problem_score){
        .problem_id = 501, .solved_at_ms = 5000, .penalty_s = 90, .attempts = 1, .solved = true};
    board.scores[1][1] = (struct problem_score){.problem_id = 502};
    return board;
}

static void s_compose(const struct rec_room_facts *facts, const struct leaderboard *board,
                      int64_t user_id, struct roomstate *out)
{
    struct roomstate_source source = {facts, board, s_row_ids, 4};
    roomstate_compose(&source, user_id, 7777, out);
}

static void test_a_host_alone_sees_no_opponent_and_empty_lists(void **state)
{
    (void)state;
    struct rec_room_facts facts = s_waiting();
    struct leaderboard board = s_board(1, 0);
    struct roomstate picture;
    s_compose(&facts, &board, HOST, &picture);
    assert_int_equal(picture.state.current_user_id, HOST);
    assert_true(picture.state.opponent_user_id == I64_NONE);
    assert_int_equal(picture.state.leaderboard.count, 0);
    assert_int_equal(picture.state.my_problems.count, 0);
    assert_int_equal(picture.state.opponent_problems.count, 0);
    assert_true(picture.state.start_ms == I64_NONE && picture.state.end_ms == I64_NONE);
    assert_int_equal(picture.state.version, 7);
    assert_int_equal(picture.state.server_ms, 7777);
    assert_false(picture.state.settling);
}

static void test_the_opponent_is_known_before_the_start(void **state)
{
    (void)state;
    struct rec_room_facts facts = s_waiting();
    struct leaderboard board = s_board(2, 0);
    struct roomstate picture;
    facts.guest_user_id = GUEST;
    s_compose(&facts, &board, HOST, &picture);
    assert_int_equal(picture.state.opponent_user_id, GUEST);
    assert_int_equal(picture.state.leaderboard.count, 0);
    s_compose(&facts, &board, GUEST, &picture);
    assert_int_equal(picture.state.current_user_id, GUEST);
    assert_int_equal(picture.state.opponent_user_id, HOST);
}

static struct rec_room_facts s_running(void)
{
    struct rec_room_facts facts = s_waiting();
    facts.guest_user_id = GUEST;
    facts.status = ROOM_ACTIVE;
    facts.start_ms = 1000;
    return facts;
}

static void test_each_participant_has_his_own_problems_first(void **state)
{
    (void)state;
    struct rec_room_facts facts = s_running();
    struct leaderboard board = s_board(2, 2);
    struct roomstate picture;
    s_compose(&facts, &board, GUEST, &picture);
    assert_int_equal(picture.state.my_problems.count, 2);
    const struct rec_participant_problem *mine = picture.state.my_problems.items;
    const struct rec_participant_problem *other = picture.state.opponent_problems.items;
    assert_int_equal(mine[0].id, 903);
    assert_int_equal(mine[0].user_id, GUEST);
    assert_int_equal(mine[0].room_id, 1);
    assert_true(mine[0].solved);
    assert_int_equal(mine[0].solved_ms, 5000);
    assert_int_equal(mine[0].attempts, 1);
    assert_int_equal(mine[0].penalty, 0);
    assert_int_equal(other[0].id, 901);
    assert_int_equal(other[0].user_id, HOST);
    assert_int_equal(other[0].penalty, 2);
    assert_true(other[0].solved_ms == I64_NONE);
    assert_int_equal(picture.state.leaderboard.items[0].user_id, GUEST);
    assert_int_equal(picture.state.leaderboard.items[0].penalty_s, 90);
    assert_int_equal(picture.state.leaderboard.items[0].last_solved_ms, 5000);
    assert_true(picture.state.leaderboard.items[1].last_solved_ms == I64_NONE);
    assert_int_equal(picture.state.leaderboard.items[1].rank, 2);
}

static void test_all_and_strangers_see_the_hosts_problems_first(void **state)
{
    (void)state;
    struct rec_room_facts facts = s_running();
    struct leaderboard board = s_board(2, 2);
    struct roomstate picture;
    s_compose(&facts, &board, ROOMSTATE_FOR_ALL, &picture);
    assert_true(picture.state.current_user_id == I64_NONE);
    assert_true(picture.state.opponent_user_id == I64_NONE);
    assert_int_equal(picture.state.my_problems.items[0].user_id, HOST);
    assert_int_equal(picture.state.opponent_problems.items[0].user_id, GUEST);
    s_compose(&facts, &board, STRANGER, &picture);
    assert_int_equal(picture.state.current_user_id, STRANGER);
    assert_true(picture.state.opponent_user_id == I64_NONE);
    assert_int_equal(picture.state.my_problems.items[0].user_id, HOST);
}

static void test_the_end_is_the_planned_one_until_there_is_a_real_one(void **state)
{
    (void)state;
    struct rec_room_facts facts = s_running();
    struct leaderboard board = s_board(2, 2);
    struct roomstate picture;
    s_compose(&facts, &board, HOST, &picture);
    assert_int_equal(picture.state.end_ms, 601000);
    assert_false(picture.state.settling);
    facts.closed_ms = 400000;
    s_compose(&facts, &board, HOST, &picture);
    assert_int_equal(picture.state.end_ms, 400000);
    assert_int_equal(picture.state.status, ROOM_ACTIVE);
    assert_true(picture.state.settling);
    facts.status = ROOM_FINISHED;
    s_compose(&facts, &board, HOST, &picture);
    assert_int_equal(picture.state.end_ms, 400000);
    assert_false(picture.state.settling);
}

static void test_nobody_sits_in_a_free_seat(void **state)
{
    (void)state;
    struct rec_room_facts facts = s_waiting();
    assert_true(roomstate_participant(&facts, HOST));
    assert_false(roomstate_participant(&facts, GUEST));
    assert_false(roomstate_participant(&facts, 0));
    assert_false(roomstate_participant(&facts, I64_NONE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_host_alone_sees_no_opponent_and_empty_lists),
        cmocka_unit_test(test_the_opponent_is_known_before_the_start),
        cmocka_unit_test(test_each_participant_has_his_own_problems_first),
        cmocka_unit_test(test_all_and_strangers_see_the_hosts_problems_first),
        cmocka_unit_test(test_the_end_is_the_planned_one_until_there_is_a_real_one),
        cmocka_unit_test(test_nobody_sits_in_a_free_seat),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
