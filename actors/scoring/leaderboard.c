/* The standing of a room: each participant's problems, their sum, and the order of the sums.
 * Nothing is kept between calls and nothing counts arrivals, which is why the order of verdicts
 * cannot matter. Does not decide who won (record.c) nor when it is final (the scoring actor). */
#include "actors/scoring/leaderboard.h"

#include "proto/check.h"

static struct leaderboard_row s_sum(int64_t user_id, const struct problem_score *scores,
                                    uint32_t count)
{
    struct leaderboard_row row = {.user_id = user_id, .rank = 1};
    for (uint32_t i = 0; i < count; i++) {
        if (!scores[i].solved)
            continue;
        row.solved++;
        row.penalty_s += scores[i].penalty_s;
        if (scores[i].solved_at_ms > row.last_solved_ms)
            row.last_solved_ms = scores[i].solved_at_ms;
    }
    return row;
}

static bool s_draw(const struct leaderboard_row *a, const struct leaderboard_row *b)
{
    return a->solved == b->solved && a->penalty_s == b->penalty_s;
}

/* Is a's place above b's? In a draw the earlier last accepted one stands above, with the same rank:
 * that decides only where the eye finds a row. */
static bool s_above(const struct leaderboard_row *a, const struct leaderboard_row *b)
{
    if (a->solved != b->solved)
        return a->solved > b->solved;
    if (a->penalty_s != b->penalty_s)
        return a->penalty_s < b->penalty_s;
    return a->last_solved_ms < b->last_solved_ms;
}

void leaderboard_compute(const struct leaderboard_facts *facts, struct leaderboard *out)
{
    check(facts->user_count >= 1 && facts->user_count <= ROOM_SEATS);
    check(facts->problem_count <= ROOM_PROBLEMS_MAX);
    *out = (struct leaderboard){.user_count = facts->user_count,
                                .problem_count = facts->problem_count};
    for (uint32_t user = 0; user < facts->user_count; user++) {
        for (uint32_t problem = 0; problem < facts->problem_count; problem++) {
            out->scores[user][problem] =
                score_compute(facts->submissions, facts->submission_count, facts->user_ids[user],
                              facts->problem_ids[problem], facts->start_ms);
        }
        out->rows[user] = s_sum(facts->user_ids[user], out->scores[user], facts->problem_count);
    }
    if (facts->user_count < 2)
        return;
    if (s_above(&out->rows[1], &out->rows[0])) {
        struct leaderboard_row better = out->rows[1];
        out->rows[1] = out->rows[0];
        out->rows[0] = better;
    }
    out->rows[1].rank = s_draw(&out->rows[0], &out->rows[1]) ? 1 : 2;
}

const struct leaderboard_row *leaderboard_row_of(const struct leaderboard *self, int64_t user_id)
{
    for (uint32_t i = 0; i < self->user_count; i++)
        if (self->rows[i].user_id == user_id)
            return &self->rows[i];
    unreachable();
}

bool leaderboard_all_solved(const struct leaderboard *self)
{
    if (self->user_count < ROOM_SEATS || self->problem_count == 0)
        return false;
    for (uint32_t i = 0; i < self->user_count; i++) {
        if (self->rows[i].solved < self->problem_count)
            return false;
    }
    return true;
}

uint32_t leaderboard_pending(const struct submission_fact *submissions, uint32_t count,
                             uint32_t last_number)
{
    uint32_t pending = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (submissions[i].number <= last_number && !verdict_final(submissions[i].verdict))
            pending++;
    }
    return pending;
}
