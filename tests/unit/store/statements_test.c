/* Every statement of statements.def, run as its owner runs it: a whole contest told in commits,
 * each with the refusals that it stands behind. The last case fails when one was forgotten. */
#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>
#include <cmocka.h>

#include "actors/store/statement.h"
#include "tests/unit/store/fixture.h"
#include "tests/unit/store/rejudging_story.h"

#define HASH "0123456789012345678901234567890123456789012345678901234567890123"
#define START 2000
#define END 602000

/* The second submission: the refused one before it may have used up an id. */
static int64_t s_second;

static int64_t s_i64(const struct rec_store_result *result, uint32_t row, uint32_t column)
{
    return result_i64(result, row, column);
}

/* ---- the commits of a contest --------------------------------------------------------------- */

static const struct rec_store_result *s_create(struct fixture *self, int64_t host, int64_t command)
{
    commit_begin(&self->commit);
    fixture_op(self, STATEMENT_room_insert, "itttiiiii", host, "secret", "open", "mixed", N(2),
               N(600000), N(1000), N(7), command);
    fixture_op(self, STATEMENT_host_seat_take, "ii", N(7), command);
    fixture_op(self, STATEMENT_host_insert, "ii", N(7), command);
    fixture_op(self, STATEMENT_room_by_command, "ii", N(7), command);
    return fixture_run(self);
}

static void s_join(struct fixture *self, int64_t user, int64_t rev, int64_t command)
{
    commit_begin(&self->commit);
    fixture_op(self, STATEMENT_fence_join, "iiiiii", N(1), rev, N(8), command, N(1500), user);
    fixture_op(self, STATEMENT_guest_seat_take, "iiii", user, N(1), N(8), command);
    fixture_op(self, STATEMENT_guest_insert, "iiiii", user, N(1), N(8), command, N(1500));
}

static int64_t s_room_rev(struct fixture *self)
{
    return s_i64(&RUN(self, STATEMENT_room_load, "i", N(1))[0], 0, 14);
}

static void s_leave(struct fixture *self, int64_t rev)
{
    commit_begin(&self->commit);
    fixture_op(self, STATEMENT_fence_leave, "iiiii", N(1), rev, N(8), N(50), N(1600));
    fixture_op(self, STATEMENT_guest_delete, "iiii", N(2), N(1), N(8), N(50));
    fixture_op(self, STATEMENT_guest_seat_free, "iiii", N(2), N(1), N(8), N(50));
}

static int64_t s_problem(struct fixture *self, const char *slug, const char *difficulty)
{
    int64_t id = s_i64(&RUN(self, STATEMENT_problem_write, "ttttiiiti", slug, "Title", "Text",
                            difficulty, N(2000), N(256), N(8000000), HASH, N(1000))[0],
                       0, 0);
    RUN(self, STATEMENT_tests_delete, "i", id);
    commit_begin(&self->commit);
    for (int64_t ordinal = 1; ordinal <= 2; ordinal++) {
        fixture_op(self, STATEMENT_test_insert, "iiit", id, ordinal, N(ordinal == 1), "1");
        fixture_blob(&self->commit, slice_of("1 2\n"));
        fixture_blob(&self->commit, slice_of("3\n"));
        commit_text(&self->commit, slice_of("case_sensitive"));
    }
    fixture_op(self, STATEMENT_problem_tests_write, "iit", id, N(2), HASH);
    fixture_run(self);
    return id;
}

static void s_start(struct fixture *self, int64_t rev)
{
    commit_begin(&self->commit);
    fixture_op(self, STATEMENT_fence_start, "iiiiiii", N(1), rev, N(8), N(60), N(1900), N(START),
               N(END));
    for (int64_t problem = 1; problem <= 2; problem++)
        fixture_op(self, STATEMENT_room_problem_insert, "iiiii", N(1), problem, problem, N(8),
                   N(60));
    fixture_op(self, STATEMENT_participant_problems_insert, "iii", N(1), N(8), N(60));
}

static void s_submit(struct fixture *self, int64_t rev, int64_t number)
{
    int64_t command = 70 + number;
    commit_begin(&self->commit);
    fixture_op(self, STATEMENT_fence_submit, "iiiiii", N(1), rev, N(8), command, START + number,
               number);
    fixture_op(self, STATEMENT_submission_insert, "iiiitiiii", N(1), N(1), N(1), N(71), "print(3)",
               START + number, N(8), command, number);
}

static void s_verdict(struct fixture *self, int64_t rev, int64_t fence)
{
    commit_begin(&self->commit);
    fixture_op(self, STATEMENT_fence_verdict, "iiii", N(1), rev, N(1), fence);
    fixture_op(self, STATEMENT_verdict_write, "iitiiiniitii", N(1), fence, "Accepted",
               N(START + 50), N(2), N(2), N(10), N(900), "", N(1), rev + 1);
    fixture_op(self, STATEMENT_participant_problem_write, "iiiiiii", N(1), N(1), N(0), N(1),
               N(START + 1), N(1), rev + 1);
}

static void s_close(struct fixture *self, int64_t rev)
{
    commit_begin(&self->commit);
    fixture_op(self, STATEMENT_fence_close, "iiiiii", N(1), rev, N(8), N(90), N(5000), N(5000));
    fixture_op(self, STATEMENT_seats_free, "iii", N(1), N(8), N(90));
}

static void s_finish(struct fixture *self, int64_t rev)
{
    commit_begin(&self->commit);
    fixture_op(self, STATEMENT_fence_finish, "iiit", N(1), rev, N(1), "WIN");
    fixture_op(self, STATEMENT_history_insert, "iiiiiti", N(1), N(1), rev + 1, N(1), N(0), "WIN",
               N(5000));
    fixture_op(self, STATEMENT_history_insert, "iiiiiti", N(2), N(1), rev + 1, N(0), N(0), "LOSS",
               N(5000));
}

/* ---- the contest, step by step ----------------------------------------------------------------
 */

static void s_create_and_join(struct fixture *self)
{
    fixture_users(self);
    fixture_user(self, 3);
    fixture_run(self);
    const struct rec_store_result *made = s_create(self, 1, 1);
    assert_int_equal(made[0].changed + made[1].changed + made[2].changed, 3);
    assert_int_equal(s_i64(&made[3], 0, 0), 1);
    made = s_create(self, 1, 1); /* repeated: the same room */
    assert_int_equal(made[0].changed + made[1].changed + made[2].changed, 0);
    assert_int_equal(s_i64(&made[3], 0, 0), 1);
    assert_int_equal(result_rows(&s_create(self, 1, 2)[3]), 0);  /* he has an open one */
    assert_int_equal(result_rows(&s_create(self, 99, 3)[3]), 0); /* nobody */
    assert_true(fixture_has_user(self, 3));
    assert_int_equal(s_i64(&RUN(self, STATEMENT_open_room_of, "i", N(1))[0], 0, 1), 1);
    assert_int_equal(s_i64(&RUN(self, STATEMENT_seat_of, "i", N(1))[0], 0, 0), 1);

    s_join(self, 2, 5, 40); /* decided on a revision that is no more */
    fixture_refused(self, 0);
    s_join(self, 99, 0, 40);
    fixture_refused(self, 0);
    s_join(self, 2, 0, 40);
    fixture_run(self);
    s_join(self, 3, 1, 41); /* the seat is taken */
    fixture_refused(self, 2);
    assert_int_equal(s_room_rev(self), 1);
    assert_int_equal(RUN(self, STATEMENT_seat_of, "i", N(3))[0].changed, 0);

    s_leave(self, 1);
    assert_int_equal(fixture_run(self)[2].changed, 1);
    s_leave(self, 1);
    fixture_refused(self, 0);
    s_join(self, 2, 2, 42);
    fixture_run(self);
    const struct rec_store_result *seats = RUN(self, STATEMENT_participants_load, "i", N(1));
    assert_int_equal(result_rows(&seats[0]), 2);
    assert_int_equal(s_i64(&seats[0], 1, 0), 2);
}

static void s_start_and_submit(struct fixture *self)
{
    assert_int_equal(s_problem(self, "sum", "easy"), 1);
    assert_int_equal(s_problem(self, "max", "hard"), 2);
    assert_int_equal(s_problem(self, "sum", "easy"), 1); /* again: the same, its tests replaced */
    s_start(self, 9);
    fixture_refused(self, 0);
    s_start(self, 3);
    assert_int_equal(fixture_run(self)[3].changed, 4);
    assert_int_equal(RUN(self, STATEMENT_room_problems_load, "i", N(1))[0].changed, 2);
    const struct rec_store_result *candidates =
        RUN(self, STATEMENT_problem_candidates, "ii", N(2), N(3));
    assert_int_equal(result_rows(&candidates[0]), 2);
    assert_int_equal(s_i64(&candidates[0], 0, 2), 1); /* 2 has met it now */
    candidates = RUN(self, STATEMENT_problem_candidates, "ii", N(3), N(3));
    assert_int_equal(s_i64(&candidates[0], 0, 2), 0);

    s_submit(self, 4, 1);
    assert_int_equal(s_i64(&fixture_run(self)[1], 0, 0), 1);
    s_submit(self, 4, 1); /* repeated: its fence is gone, but it is found */
    fixture_refused(self, 0);
    assert_int_equal(s_i64(&RUN(self, STATEMENT_submission_by_command, "ii", N(8), N(71))[0], 0, 0),
                     1);
    s_submit(self, 5, 2);
    s_second = s_i64(&fixture_run(self)[1], 0, 0);
}

static void s_judge(struct fixture *self)
{
    const struct rec_store_result *open = RUN(self, STATEMENT_submissions_open, "i", N(0));
    assert_int_equal(result_rows(&open[0]), 2);
    const struct rec_store_result *lease = RUN(self, STATEMENT_judging_lease, "i", N(1));
    assert_int_equal(s_i64(&lease[0], 0, 0), 1);
    assert_true(slice_is(result_text(&lease[0], 0, 4), "print(3)"));
    lease = RUN(self, STATEMENT_judging_lease, "i", N(1)); /* a second try: a new fence */
    assert_int_equal(s_i64(&lease[0], 0, 0), 2);
    const struct rec_store_result *problem = RUN(self, STATEMENT_judging_problem, "i", N(1));
    assert_int_equal(s_i64(problem, 0, 3), 2);
    assert_true(slice_is(result_text(problem, 0, 5), "tokens"));
    assert_true(slice_is(result_text(problem, 0, 6), "icpc"));
    assert_true(slice_is(result_text(problem, 0, 7), ""));
    assert_true(slice_is(
        result_text(&RUN(self, STATEMENT_test_case_read, "iit", N(1), N(2), HASH)[0], 0, 1),
        "3\n"));
    assert_int_equal(
        result_rows(&RUN(self, STATEMENT_test_case_read, "iit", N(1), N(2), "0123")[0]), 0);

    s_verdict(self, 0, 1); /* of the try that lost its lease */
    fixture_refused(self, 0);
    s_verdict(self, 7, 2);
    fixture_refused(self, 0);
    s_verdict(self, 0, 2);
    fixture_run(self);
    s_verdict(self, 1, 2); /* it is final */
    fixture_refused(self, 0);
    commit_begin(&self->commit);
    fixture_op(self, STATEMENT_judging_lease, "i", N(1));
    fixture_refused(self, 0);
    const struct rec_store_result *ways = RUN(self, STATEMENT_participant_problems_load, "i", N(1));
    assert_int_equal(result_rows(&ways[0]), 4);
    assert_int_equal(s_i64(&ways[0], 0, 5), 1);
    assert_int_equal(RUN(self, STATEMENT_submissions_load, "i", N(1))[0].changed, 2);
}

/* Two judges, 101 and 102, and a queue between them; submission 2. */
static void s_share(struct fixture *self)
{
    const struct rec_store_result *row = RUN(self, STATEMENT_submission_look, "i", s_second);
    int64_t created_ms = START + 2;
    assert_true(slice_is(result_text(&row[0], 0, 0), "PENDING"));
    assert_int_equal(s_i64(&row[0], 0, 3), 0);
    assert_int_equal(s_i64(&row[0], 0, 6), 0);
    assert_int_equal(result_rows(&RUN(self, STATEMENT_submission_look, "i", N(9))[0]), 0);

    /* put back: after the least time, then after twice the time before */
    const int64_t times[][2] = {{4999, 0},  {5000, 1},  {5001, 0},
                                {10000, 1}, {15001, 0}, {20000, 1}};
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        assert_int_equal(
            RUN(self, STATEMENT_submissions_put_back, "ii", created_ms + times[i][0], N(5000))[0]
                .changed,
            times[i][1]);

    row = RUN(self, STATEMENT_judging_lease_shared, "iiiii", s_second, N(101), N(-1), N(1000),
              N(2000));
    assert_int_equal(s_i64(&row[0], 0, 0), 1);
    commit_begin(&self->commit); /* it is held */
    fixture_op(self, STATEMENT_judging_lease_shared, "iiiii", s_second, N(102), N(-1), N(1001),
               N(3000));
    fixture_refused(self, 0);
    assert_int_equal(
        RUN(self, STATEMENT_judging_renew, "iii", s_second, N(102), N(9000))[0].changed, 0);
    assert_int_equal(
        RUN(self, STATEMENT_judging_renew, "iii", s_second, N(101), N(999999))[0].changed, 1);
    assert_int_equal(RUN(self, STATEMENT_submissions_put_back, "ii", N(900000), N(5000))[0].changed,
                     0);
    row = RUN(self, STATEMENT_judging_lease_shared, "iiiii", s_second, N(101), N(-1), N(1002),
              N(3000));
    assert_int_equal(s_i64(&row[0], 0, 0), 2); /* its own */
    row = RUN(self, STATEMENT_judging_lease_shared, "iiiii", s_second, N(102), N(2), N(1003),
              N(4000));
    assert_int_equal(s_i64(&row[0], 0, 0), 3); /* taken over */
    row = RUN(self, STATEMENT_submission_look, "i", s_second);
    assert_int_equal(s_i64(&row[0], 0, 4), 102);
    assert_int_equal(s_i64(&row[0], 0, 5), 4000);
    row = RUN(self, STATEMENT_judging_lease_shared, "iiiii", s_second, N(101), N(-1), N(4001),
              N(5000));
    assert_int_equal(s_i64(&row[0], 0, 5), 4); /* run out */
}

/* A Judge Error is judged again while its contest is open. */
static void s_reopen(struct fixture *self, bool open)
{
    commit_begin(&self->commit);
    fixture_op(self, STATEMENT_submission_reopen, "i", s_second);
    fixture_op(self, STATEMENT_score_reopen, "i", s_second);
    if (!open) {
        fixture_refused(self, 0);
        return;
    }
    assert_int_equal(fixture_run(self)[1].changed, 1);
    const struct rec_store_result *row = RUN(self, STATEMENT_judging_lease_shared, "iiiii",
                                             s_second, N(101), N(-1), N(6000), N(6001));
    assert_int_equal(s_i64(&row[0], 0, 0), 5);
    assert_int_equal(s_i64(&row[0], 0, 5), 1);
}

/* ---- trials ---------------------------------------------------------------------------------- */

#define RUN_TYPES "iiiitniiii"
#define RUN_OF(problem, command, waiting) \
    N(1), N(1), N(problem), N(71), "print(2)", N(3000), N(7), N(command), N(waiting)

static void s_make_runs(struct fixture *self)
{
    int64_t first = s_i64(&RUN(self, STATEMENT_run_insert, RUN_TYPES, RUN_OF(1, 500, 2))[0], 0, 0);
    assert_true(first > 0);
    commit_begin(&self->commit);
    fixture_op(self, STATEMENT_run_insert, RUN_TYPES, RUN_OF(1, 500, 2)); /* the same command */
    fixture_refused(self, 0);
    const struct rec_store_result *row =
        RUN(self, STATEMENT_run_look, "iiii", N(1), N(7), N(500), N(1));
    assert_int_equal(s_i64(row, 0, 0), 1);
    assert_int_equal(s_i64(row, 0, 1), first);
    assert_int_equal(s_i64(row, 0, 2), 1);
    row = RUN(self, STATEMENT_run_look, "iiii", N(2), N(7), N(501), N(999));
    assert_int_equal(s_i64(row, 0, 0), 0);
    assert_int_equal(s_i64(row, 0, 1), I64_NONE);
    assert_int_equal(s_i64(row, 0, 2), 0);
    RUN(self, STATEMENT_run_insert, "iiiittiiii", N(1), N(1), N(1), N(71), "print(2)", "2 3",
        N(3000), N(7), N(502), N(2));
    commit_begin(&self->commit);
    fixture_op(self, STATEMENT_run_insert, RUN_TYPES, RUN_OF(1, 503, 2)); /* two wait already */
    fixture_refused(self, 0);
    assert_int_equal(result_rows(&RUN(self, STATEMENT_trials_open, "i", N(0))[0]), 2);
}

static void s_judge_runs(struct fixture *self)
{
    const struct rec_store_result *open = RUN(self, STATEMENT_trials_open, "i", N(0));
    int64_t first = s_i64(open, 0, 0), own = s_i64(open, 1, 0);
    assert_true(slice_is(result_text(open, 0, 3), "run"));
    const struct rec_store_result *row = RUN(self, STATEMENT_trial_lease, "i", first);
    assert_int_equal(s_i64(row, 0, 0), 1);
    assert_true(slice_is(result_text(row, 0, 4), "print(2)"));
    assert_int_equal(s_i64(row, 0, 7), 0);
    row = RUN(self, STATEMENT_trial_lease_shared, "iiiii", own, N(101), N(-1), N(1000), N(4000));
    assert_int_equal(s_i64(row, 0, 7), 1);
    assert_true(slice_is(result_text(row, 0, 8), "2 3"));
    assert_int_equal(s_i64(&RUN(self, STATEMENT_trial_problem, "i", first)[0], 0, 3), 1);
    assert_int_equal(s_i64(&RUN(self, STATEMENT_trial_problem, "i", own)[0], 0, 3), 1);
    assert_int_equal(RUN(self, STATEMENT_trial_renew, "iii", own, N(102), N(9000))[0].changed, 0);
    assert_int_equal(RUN(self, STATEMENT_trial_renew, "iii", own, N(101), N(9000))[0].changed, 1);
    row = RUN(self, STATEMENT_trial_look, "i", own);
    assert_true(slice_is(result_text(row, 0, 7), "run"));
    row = RUN(self, STATEMENT_trials_put_back, "iit", N(8900), N(100), "rejudge");
    assert_int_equal(row[0].changed, 0);
    row = RUN(self, STATEMENT_trials_put_back, "iit", N(8900), N(100), "run");
    assert_int_equal(row[0].changed, 1); /* the other one is held */
    for (int64_t fence = 0; fence < 2; fence++) {
        commit_begin(&self->commit);
        fixture_op(self, STATEMENT_trial_verdict, "iitiiiiiit", first, fence, "Wrong Answer",
                   N(4000), N(1), N(1), N(1), N(12), N(3400), "a warning");
        fixture_op(self, STATEMENT_trial_test_insert, "iiitiiinittt", first, fence, N(1),
                   "Wrong Answer", N(12), N(3400), N(0), N(0), "5", "6", "");
        fixture_op(self, STATEMENT_trial_kept, "i", first);
        row = fixture_run(self);
        assert_int_equal(row[0].changed, fence);
        assert_int_equal(row[1].changed, fence);
        assert_int_equal(s_i64(&row[2], 0, 1), 1);
    }
    row = RUN(self, STATEMENT_run_read, "i", first);
    assert_true(slice_is(result_text(row, 0, 5), "Wrong Answer"));
    row = RUN(self, STATEMENT_run_tests_read, "i", first);
    assert_true(slice_is(result_text(row, 0, 6), "5"));
    assert_true(slice_is(result_text(row, 0, 7), "6"));
}

/* The one on an own input, which a judge holds: its user may have another one, which waits. */
static void s_give_up_run(struct fixture *self)
{
    const char *why = "nobody";
    int64_t own = s_i64(&RUN(self, STATEMENT_trials_open, "i", N(0))[0], 0, 0);
    commit_begin(&self->commit);
    fixture_op(self, STATEMENT_run_insert, RUN_TYPES, RUN_OF(1, 504, 1));
    fixture_refused(self, 0);
    assert_int_equal(RUN(self, STATEMENT_runs_give_up, "iit", N(9000), N(3000), why)[0].changed, 0);
    const struct rec_store_result *row =
        RUN(self, STATEMENT_runs_give_up, "iit", N(9000), N(3001), why);
    const int64_t columns[] = {own, 1, 1, 1, 71, 3000, 1};
    for (uint32_t i = 0; i < 7; i++)
        assert_int_equal(s_i64(row, 0, i), columns[i]);
    assert_int_equal(RUN(self, STATEMENT_runs_give_up, "iit", N(9000), N(3001), why)[0].changed, 0);
    row = RUN(self, STATEMENT_trial_verdict, "iitiiiiiit", own, N(1), "Accepted", N(9001), N(1),
              N(1), N(1), N(12), N(3400), "");
    assert_int_equal(row[0].changed, 0);
    row = RUN(self, STATEMENT_trial_kept, "i", own);
    assert_int_equal(s_i64(row, 0, 1), 2);
    row = RUN(self, STATEMENT_run_read, "i", own);
    assert_true(slice_is(result_text(row, 0, 5), "Judge Error"));
    assert_true(slice_is(result_text(row, 0, 10), why));
    RUN(self, STATEMENT_run_insert, RUN_TYPES, RUN_OF(1, 504, 1));
}

static void s_forget_runs(struct fixture *self)
{
    assert_int_equal(RUN(self, STATEMENT_runs_forget_own, "ii", N(1), N(2))[0].changed, 0);
    assert_int_equal(RUN(self, STATEMENT_runs_forget_old, "i", N(3000))[0].changed, 0);
    assert_int_equal(RUN(self, STATEMENT_runs_forget_old, "i", N(3001))[0].changed, 2);
    assert_int_equal(RUN(self, STATEMENT_runs_forget_own, "ii", N(1), N(0))[0].changed, 0);
}

static void s_try_runs(struct fixture *self)
{
    s_make_runs(self);
    s_judge_runs(self);
    s_give_up_run(self);
    s_forget_runs(self);
}

static void s_close_and_settle(struct fixture *self)
{
    assert_int_equal(RUN(self, STATEMENT_rooms_open, "i", N(0))[0].changed, 1);
    s_close(self, 6);
    assert_int_equal(fixture_run(self)[1].changed, 2);
    s_close(self, 7);
    fixture_refused(self, 0);
    s_submit(self, 7, 3);
    fixture_refused(self, 0);

    s_finish(self, 1); /* one is still being judged */
    fixture_refused(self, 0);
    commit_begin(&self->commit);
    fixture_op(self, STATEMENT_fence_give_up, "ii", N(1), N(1));
    fixture_op(self, STATEMENT_submissions_give_up, "iii", N(1), N(2), N(6000));
    assert_int_equal(fixture_run(self)[1].changed, 1);
    s_reopen(self, true);
    s_finish(self, 2); /* what was decided without it */
    fixture_refused(self, 0);
    commit_begin(&self->commit);
    fixture_op(self, STATEMENT_fence_give_up, "ii", N(1), N(3));
    fixture_op(self, STATEMENT_submissions_give_up, "iii", N(1), N(4), N(6000));
    assert_int_equal(fixture_run(self)[1].changed, 1);
    const struct rec_store_result *dead = RUN(self, STATEMENT_dead_letter_look, "i", s_second);
    assert_true(slice_is(result_text(&dead[0], 0, 0), "Judge Error"));
    assert_true(slice_is(result_text(&dead[0], 0, 1), "ACTIVE"));
    s_finish(self, 4);
    assert_int_equal(fixture_run(self)[2].changed, 1);
    s_finish(self, 5);
    fixture_refused(self, 0);
    s_reopen(self, false);
    assert_int_equal(RUN(self, STATEMENT_rooms_open, "i", N(0))[0].changed, 0);
}

static void s_read(struct fixture *self)
{
    const int64_t newest = INT64_MAX;
    const struct rec_store_result *rows =
        RUN(self, STATEMENT_history_list, "iii", N(1), newest, N(500));
    assert_int_equal(result_rows(&rows[0]), 1);
    rows = RUN(self, STATEMENT_stats_read, "i", N(1));
    assert_int_equal(s_i64(&rows[0], 0, 0), 1);
    assert_int_equal(s_i64(&rows[0], 0, 1), 1);
    rows = RUN(self, STATEMENT_stats_read, "i", N(3));
    assert_int_equal(s_i64(&rows[0], 0, 4), 0);
    rows = RUN(self, STATEMENT_submission_read, "i", s_second);
    assert_true(slice_is(result_text(&rows[0], 0, 5), "Judge Error"));
    rows = RUN(self, STATEMENT_submissions_of, "iiii", N(1), N(1), newest, N(500));
    assert_int_equal(s_i64(&rows[0], 0, 0), s_second);
    rows = RUN(self, STATEMENT_submissions_of, "iiii", N(1), N(1), s_second, N(500));
    assert_int_equal(result_rows(&rows[0]), 1);
    assert_int_equal(RUN(self, STATEMENT_problems_read, "i", N(1))[0].changed, 2);
    assert_int_equal(RUN(self, STATEMENT_samples_read, "i", N(1))[0].changed, 2);
}

static void s_contest(void **state)
{
    struct fixture *self = *state;
    s_create_and_join(self);
    s_start_and_submit(self);
    s_judge(self);
    s_share(self);
    s_try_runs(self);
    s_close_and_settle(self);
    s_read(self);
    rejudging_story(self, s_second);
}

static void s_abandoned_room(void **state)
{
    struct fixture *self = *state;
    fixture_users(self);
    s_create(self, 1, 1);
    commit_begin(&self->commit);
    fixture_op(self, STATEMENT_fence_abandon, "iiiii", N(1), N(0), N(8), N(1), N(3000));
    fixture_op(self, STATEMENT_seats_free, "iii", N(1), N(8), N(1));
    assert_int_equal(fixture_run(self)[1].changed, 1);
    assert_int_equal(s_i64(&s_create(self, 1, 2)[3], 0, 0), 2);
}

static void s_take(struct fixture *self, const char *process, int64_t now, int64_t stale)
{
    commit_begin(&self->commit);
    fixture_op(self, STATEMENT_claim_take, "tiitii", "room", N(1), N(4), process, now, stale);
}

static void s_claims(void **state)
{
    struct fixture *self = *state;
    s_take(self, "one", 1000, 0);
    assert_int_equal(fixture_run(self)[0].changed, PARTITIONS / 4);
    s_take(self, "two", 2000, 500); /* somebody else's, and fresh */
    fixture_refused(self, 0);
    const struct rec_store_result *holder =
        RUN(self, STATEMENT_claim_holder, "tiit", "room", N(1), N(4), "two");
    assert_true(slice_is(result_text(&holder[0], 0, 0), "one"));
    assert_int_equal(RUN(self, STATEMENT_claims_renew, "ti", "one", N(3000))[0].changed,
                     PARTITIONS / 4);
    s_take(self, "two", 9000, 5000); /* stale by now */
    assert_int_equal(fixture_run(self)[0].changed, PARTITIONS / 4);
    assert_int_equal(RUN(self, STATEMENT_claims_renew, "ti", "one", N(9000))[0].changed, 0);
    assert_int_equal(RUN(self, STATEMENT_claims_release, "t", "two")[0].changed, PARTITIONS / 4);
}

static const struct rec_store_result *s_login(struct fixture *self, const char *name,
                                              const char *email)
{
    commit_begin(&self->commit);
    fixture_op(self, STATEMENT_user_add, "ttti", name, email, "GOOGLE", N(1000));
    fixture_op(self, STATEMENT_user_rename, "tt", name, email);
    fixture_op(self, STATEMENT_user_by_email, "t", email);
    return fixture_run(self);
}

/* A login finds its user by email, makes him or renames him; ids of development logins are no
 * hindrance. */
static void s_logins(void **state)
{
    struct fixture *self = *state;
    fixture_user(self, 1);
    fixture_run(self);
    const struct rec_store_result *results = s_login(self, "Ada", "ada@example.org");
    assert_int_equal(results[0].changed, 1);
    assert_int_equal(results[1].changed, 0);
    int64_t id = s_i64(&results[2], 0, 0);
    assert_true(id > 1);
    results = s_login(self, "Ada Lovelace", "ada@example.org");
    assert_int_equal(results[0].changed, 0);
    assert_int_equal(results[1].changed, 1);
    assert_int_equal(result_rows(&results[2]), 1);
    assert_int_equal(s_i64(&results[2], 0, 0), id);
    assert_true(slice_is(result_text(&results[2], 0, 1), "Ada Lovelace"));
    results = s_login(self, "Ben", "ben@example.org");
    assert_int_equal(s_i64(&results[2], 0, 0), id + 1);
}

static void s_retired_problem(void **state)
{
    struct fixture *self = *state;
    s_problem(self, "sum", "easy");
    assert_int_equal(RUN(self, STATEMENT_problem_retire, "ti", "sum", N(2000))[0].changed, 1);
    assert_int_equal(RUN(self, STATEMENT_problem_candidates, "ii", N(1), N(2))[0].changed, 0);
    assert_int_equal(s_i64(&RUN(self, STATEMENT_problem_by_slug, "t", "sum")[0], 0, 2), 1);
    commit_begin(&self->commit);
    fixture_op(self, STATEMENT_problem_retire, "ti", "sum", N(2000));
    fixture_refused(self, 0);
}

/* What a package says of judging, its files, and what its operator sees of it. */
static void s_package(void **state)
{
    struct fixture *self = *state;
    int64_t id = s_problem(self, "sum", "easy");
    RUN(self, STATEMENT_problem_judging_write, "ittt", id, "validator", "testlib", HASH);
    RUN(self, STATEMENT_problem_file_insert, "ittb", id, "checker", "check.cpp", "int main() {}");
    RUN(self, STATEMENT_problem_file_insert, "ittb", id, "picture", "0123.png", "\x89PNG");
    const struct rec_store_result *result = RUN(self, STATEMENT_picture_read, "t", "0123.png");
    assert_true(slice_is(result_text(result, 0, 0), "\x89PNG"));
    assert_int_equal(result_rows(&RUN(self, STATEMENT_picture_read, "t", "check.cpp")[0]), 0);
    result = RUN(self, STATEMENT_problem_file_read, "iit", id, N(0), HASH);
    assert_true(slice_is(result_text(result, 0, 0), "checker"));
    assert_true(slice_is(result_text(result, 0, 1), "check.cpp"));
    assert_true(slice_is(result_text(result, 0, 2), "int main() {}"));
    result = RUN(self, STATEMENT_problem_file_read, "iit", id, N(1), HASH); /* behind the last */
    assert_int_equal(result_rows(result), 1);
    assert_true(slice_is(result_text(result, 0, 0), ""));
    result = RUN(self, STATEMENT_problem_file_read, "iit", id, N(0), "0123"); /* another checker */
    assert_int_equal(result_rows(result), 0);
    result = RUN(self, STATEMENT_problem_files_look, "i", id);
    assert_int_equal(result_rows(result), 2);
    assert_int_equal(s_i64(result, 1, 2), 4);
    result = RUN(self, STATEMENT_problem_look, "it", N(0), "sum");
    assert_true(slice_is(result_text(result, 0, 4), "validator"));
    assert_int_equal(s_i64(RUN(self, STATEMENT_problems_list, "i", N(0)), 0, 0), id);
    result = RUN(self, STATEMENT_problem_tests_look, "i", id);
    assert_int_equal(s_i64(result, 0, 0), 2);
    assert_int_equal(s_i64(result, 0, 1), 1);
    assert_int_equal(s_i64(result, 0, 2), 12);
    RUN(self, STATEMENT_problem_files_delete, "i", id);
    assert_int_equal(result_rows(&RUN(self, STATEMENT_problem_files_look, "i", id)[0]), 0);
    RUN(self, STATEMENT_problem_retire, "ti", "sum", N(2000));
    RUN(self, STATEMENT_problem_restore, "ti", "sum", N(2000));
    commit_begin(&self->commit);
    fixture_op(self, STATEMENT_problem_restore, "ti", "sum", N(2000));
    fixture_refused(self, 0);
}

/* What is copied in is found again, under the key and look that sql/takeover compares it by. */
static void s_there(struct fixture *self, enum statement_number statement, const char *key,
                    const char *look)
{
    const struct rec_store_result *result = RUN(self, statement, "i", N(0));
    assert_true(slice_is(result_text(&result[0], 0, 1), key));
    assert_true(slice_is(result_text(&result[0], 0, 2), look));
    assert_int_equal(result_rows(&RUN(self, statement, "i", s_i64(&result[0], 0, 0))[0]),
                     result_rows(&result[0]) - 1);
}

static void s_taken_over(struct fixture *self)
{
    RUN(self, STATEMENT_takeover_users_insert, "ittti", N(8), "Ada", "a@b.c", "GOOGLE", N(0));
    RUN(self, STATEMENT_takeover_users_insert, "ittti", N(9), "Ben", "b@b.c", "GOOGLE", N(0));
    RUN(self, STATEMENT_takeover_problems_insert, "ittttiiitt", N(5), "takeover-5", "Sum", "Add",
        "easy", N(1000), N(64), N(1), HASH, HASH);
    RUN(self, STATEMENT_takeover_test_cases_insert, "iiiitbb", N(50), N(5), N(1), N(0), "1", "1",
        "2");
    RUN(self, STATEMENT_takeover_rooms_insert, "iitiiiiiiit", N(7), N(8), "secret", N(1), N(600000),
        N(START), N(START), N(END), N(1), N(8), "WIN");
    RUN(self, STATEMENT_takeover_participants_insert, "iiiii", N(70), N(7), N(8), N(1), N(START));
    RUN(self, STATEMENT_takeover_participants_insert, "iiiii", N(71), N(7), N(9), N(2), N(START));
    RUN(self, STATEMENT_takeover_room_problems_insert, "iiii", N(72), N(7), N(5), N(0));
    RUN(self, STATEMENT_takeover_participant_problems_insert, "iiiiiiii", N(73), N(8), N(7), N(5),
        N(1), N(0), N(1), N(START));
    RUN(self, STATEMENT_takeover_submissions_insert, "iiiiiitiit", N(74), N(8), N(7), N(5), N(1),
        N(71), "Accepted", N(START), N(START), "code");
    RUN(self, STATEMENT_takeover_contest_history_insert, "iiiiiti", N(75), N(8), N(7), N(1), N(0),
        "WIN", N(END));
}

static void s_takeover(void **state)
{
    struct fixture *self = *state;
    s_taken_over(self);
    s_there(self, STATEMENT_takeover_users_there, "a@b.c", "Ada");
    s_there(self, STATEMENT_takeover_problems_there, "takeover-5", "Sum/" HASH);
    s_there(self, STATEMENT_takeover_test_cases_there, "5/1", "");
    s_there(self, STATEMENT_takeover_rooms_there, "8386102064546473330/7", "8/2000/1/WIN/8");
    s_there(self, STATEMENT_takeover_participants_there, "7/8", "1");
    s_there(self, STATEMENT_takeover_room_problems_there, "7/5", "0");
    s_there(self, STATEMENT_takeover_participant_problems_there, "7/8/5", "1/0/1");
    s_there(self, STATEMENT_takeover_submissions_there, "8386102064546473330/74", "Accepted/7/8/5");
    s_there(self, STATEMENT_takeover_contest_history_there, "7/8", "WIN/1/0");
    fixture_forget(self);
    s_taken_over(self); /* a second time changes nothing, and is no error */
    assert_int_equal(RUN(self, STATEMENT_takeover_server_seen, "i", N(0))[0].changed, 0);
    s_take(self, "one", 1000, 0);
    fixture_run(self);
    assert_int_equal(result_rows(&RUN(self, STATEMENT_takeover_server_seen, "i", N(999))[0]), 1);
    assert_int_equal(result_rows(&RUN(self, STATEMENT_takeover_server_seen, "i", N(1000))[0]), 0);
}

static void s_no_statement_is_forgotten(void **state)
{
    (void)state;
    for (size_t number = 0; number < statement_end(); number++) {
        const struct statement *statement = statement_by_number((int64_t)number);
        if (statement && !fixture_ran[number])
            fail_msg("%s was never run", statement->name);
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_new, fixture_destroy)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(s_contest),         CASE(s_abandoned_room),
        CASE(s_claims),          CASE(s_logins),
        CASE(s_retired_problem), CASE(s_package),
        CASE(s_takeover),        cmocka_unit_test(s_no_statement_is_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
