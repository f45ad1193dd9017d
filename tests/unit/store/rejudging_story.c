/* Rejudgings made, refused, discarded, judged and applied, in their owners' commits. */
#include "tests/unit/store/rejudging_story.h"

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

/* Makes one of a problem or of a room; its id. */
static int64_t s_make_rejudging(struct fixture *self, bool of_problem)
{
    const char *const types[] = {"inin", "iinn"};
    commit_begin(&self->commit);
    fixture_op(self, STATEMENT_rejudging_make, of_problem ? "iinniit" : "ininiit", N(900000), N(1),
               N(0), N(950000), "a test was wrong");
    int64_t id = result_i64(&fixture_run(self)[0], 0, 0);
    commit_begin(&self->commit);
    fixture_op(self, STATEMENT_rejudging_trials_make, types[of_problem], id, N(1));
    fixture_op(self, STATEMENT_rejudging_rooms_make, "i", id);
    const struct rec_store_result *made = fixture_run(self);
    assert_int_equal(made[0].changed, 2);
    assert_int_equal(made[1].changed, 1);
    return id;
}

static void s_judge_trials(struct fixture *self, const char *first, const char *second)
{
    const struct rec_store_result *open = RUN(self, STATEMENT_trials_open, "i", N(0));
    uint32_t rows = result_rows(open); /* a run among them */
    assert_int_equal(rows, 3);
    int64_t ids[] = {result_i64(open, rows - 2, 0), result_i64(open, rows - 1, 0)};
    assert_true(slice_is(result_text(open, rows - 1, 3), "rejudge"));
    for (int i = 0; i < 2; i++) {
        const struct rec_store_result *lease = RUN(self, STATEMENT_trial_lease, "i", ids[i]);
        assert_true(slice_is(result_text(lease, 0, 4), "print(3)"));
        assert_int_equal(RUN(self, STATEMENT_trial_verdict, "iitiiiniit", ids[i], N(1),
                             i ? second : first, N(910000), N(2), N(2), N(10), N(900), "")[0]
                             .changed,
                         1);
    }
}

static void s_apply_to_room(struct fixture *self, int64_t rev, int64_t rejudging)
{
    commit_begin(&self->commit);
    fixture_op(self, STATEMENT_fence_rejudge, "iiiti", N(1), rev, N(2), "WIN", rejudging);
    fixture_op(self, STATEMENT_rejudging_take, "iii", rejudging, N(1), rev + 1);
    fixture_op(self, STATEMENT_rejudging_write, "iii", rejudging, N(1), rev + 1);
    fixture_op(self, STATEMENT_history_revise, "iiiiiti", N(1), N(1), rev + 1, N(0), N(7), "LOSS",
               rejudging);
    fixture_op(self, STATEMENT_history_revise, "iiiiiti", N(1), N(1), rev + 1, N(0), N(7), "LOSS",
               rejudging); /* the same once more is no revision */
    fixture_op(self, STATEMENT_rejudging_room_done, "iiii", rejudging, N(1), N(920000), N(2));
}

static void s_reject_rejudgings(struct fixture *self)
{
    const struct rec_store_result *there =
        RUN(self, STATEMENT_rejudging_of, "iii", N(1), N(1), N(99));
    assert_int_equal(result_i64(there, 0, 0), 1);
    assert_int_equal(result_i64(there, 0, 2), 0);
    int64_t first = s_make_rejudging(self, true);
    assert_int_equal(result_rows(RUN(self, STATEMENT_rejudging_others, "i", first)), 0);
    int64_t other = s_make_rejudging(self, false);
    assert_int_equal(result_i64(RUN(self, STATEMENT_rejudging_others, "i", other), 0, 0), first);
    commit_begin(&self->commit);
    fixture_op(self, STATEMENT_rejudging_apply, "i", first); /* nothing is judged yet */
    fixture_refused(self, 0);
    const int64_t both[] = {first, other};
    for (int i = 0; i < 2; i++) {
        commit_begin(&self->commit);
        fixture_op(self, STATEMENT_rejudging_discard, "ii", both[i], N(930000));
        fixture_op(self, STATEMENT_rejudging_trials_drop, "i", both[i]);
        assert_int_equal(fixture_run(self)[1].changed, 2);
    }
}

void rejudging_story(struct fixture *self, int64_t second_id)
{
    s_reject_rejudgings(self);
    int64_t id = s_make_rejudging(self, true);
    int64_t rev = result_i64(&RUN(self, STATEMENT_room_load, "i", N(1))[0], 0, 17);
    int64_t history =
        result_i64(RUN(self, STATEMENT_history_list, "iii", N(1), INT64_MAX, N(9)), 0, 0);
    s_judge_trials(self, "Wrong Answer", "Accepted");
    assert_int_equal(result_rows(RUN(self, STATEMENT_rejudgings_due, "i", N(0))), 0);
    s_apply_to_room(self, rev, id); /* nobody has said so */
    fixture_refused(self, 0);
    assert_int_equal(RUN(self, STATEMENT_rejudging_apply, "i", id)[0].changed, 1);
    assert_int_equal(result_i64(RUN(self, STATEMENT_rejudgings_due, "i", N(0)), 0, 1), 1);
    assert_int_equal(result_i64(RUN(self, STATEMENT_rejudgings_due, "i", N(1)), 0, 1), I64_NONE);
    commit_begin(&self->commit);
    fixture_op(self, STATEMENT_rejudging_finish, "ii", id, N(930000)); /* a room is left */
    fixture_refused(self, 0);
    commit_begin(&self->commit);
    fixture_op(self, STATEMENT_rejudging_room_read, "ii", id, N(1));
    fixture_op(self, STATEMENT_rejudging_trials_read, "ii", id, N(1));
    const struct rec_store_result *read = fixture_run(self);
    assert_true(slice_is(result_text(&read[0], 0, 0), "applying"));
    assert_true(slice_is(result_text(&read[1], 1, 2), "Judge Error"));
    assert_true(slice_is(result_text(&read[1], 1, 3), "Accepted"));

    s_apply_to_room(self, rev + 1, id);
    fixture_refused(self, 0);
    s_apply_to_room(self, rev, id);
    const struct rec_store_result *applied = fixture_run(self);
    for (int i = 0; i < 6; i++)
        assert_int_equal(applied[i].changed, i == 1 || i == 2 ? 2 : i != 4);
    s_apply_to_room(self, rev + 1, id); /* once */
    fixture_refused(self, 0);
    const struct rec_store_result *row = RUN(self, STATEMENT_submission_read, "i", second_id);
    assert_true(slice_is(result_text(row, 0, 5), "Accepted"));
    assert_int_equal(result_i64(row, 0, 7), 910000);
    row = RUN(self, STATEMENT_history_list, "iii", N(1), INT64_MAX, N(9));
    assert_int_equal(result_rows(row), 1);
    assert_int_equal(result_i64(row, 0, 0), history); /* the same entry, revised */
    assert_true(slice_is(result_text(row, 0, 5), "LOSS"));
    assert_int_equal(result_i64(RUN(self, STATEMENT_stats_read, "i", N(1)), 0, 2), 1);
    assert_int_equal(RUN(self, STATEMENT_rejudging_finish, "ii", id, N(930000))[0].changed, 1);
    row = RUN(self, STATEMENT_rejudgings_list, "ii", id, N(1));
    assert_true(slice_is(result_text(row, 0, 5), "applied"));
    assert_int_equal(result_i64(row, 0, 10), 1);
    assert_int_equal(result_i64(RUN(self, STATEMENT_rejudging_rooms_list, "ii", id, N(0)), 0, 0),
                     1);
}
