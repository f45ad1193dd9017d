/* What a rejudging makes of one room. The two standings are computed whole, from copies of the
 * room's submissions with the verdicts put in; the statements that write them follow the same rule
 * of which verdicts change (rejudging_take), so that no verdict has to travel. */
#include "actors/scoring/rejudged.h"

#include <stdlib.h>

#include "actors/scoring/record.h"
#include "proto/check.h"

void rejudged_destroy(struct rejudged **self_p)
{
    if (!*self_p)
        return;
    free((*self_p)->changes);
    free(*self_p);
    *self_p = NULL;
}

/* ---- reading ------------------------------------------------------------------------------- */

/* A row, sorted into what changes and what does not. False: it is not this room's. */
static bool s_sort(struct rejudged *self, const struct score_room *room,
                   const struct rec_store_result *rows, uint32_t row)
{
    enum { NUMBER, SUBMISSION_ID, WAS, STATUS, BECAME };
    uint8_t was, status, became;
    int64_t number = result_i64(rows, row, NUMBER);
    if (number < 1 || number > room->submission_count ||
        room->marks[number - 1].id != result_i64(rows, row, SUBMISSION_ID) ||
        !result_word(rows, row, WAS, &verdict_words, &was) ||
        !result_word(rows, row, STATUS, &verdict_words, &status))
        return false;
    uint32_t index = (uint32_t)number - 1;
    bool done = result_word(rows, row, BECAME, &verdict_words, &became);
    if (!done && !verdict_final(status))
        self->waiting++;
    else if (!done && status == was)
        self->same++;
    else if (!done && status == VERDICT_JUDGE_ERROR)
        self->failed++;
    else if (!done && room->submissions[index].verdict != was)
        self->moved++;
    else
        self->changes[self->count++] = (struct rejudged_change){index, was, done ? became : status};
    return true;
}

static void s_compute(const struct rejudged *self, const struct score_room *room, bool after,
                      struct leaderboard *board)
{
    size_t bytes = room->submission_count * sizeof *room->submissions;
    struct submission_fact *submissions = malloc(bytes ? bytes : 1);
    check(submissions);
    if (bytes)
        memcpy(submissions, room->submissions, bytes);
    for (uint32_t i = 0; i < self->count; i++) {
        const struct rejudged_change *change = &self->changes[i];
        submissions[change->index].verdict = after ? change->now : change->was;
    }
    score_room_compute(room, submissions, board);
    free(submissions);
}

struct rejudged *rejudged_new(const struct score_room *room, const struct rec_store_result *rows)
{
    uint32_t count = result_rows(rows);
    struct rejudged *self = calloc(1, sizeof *self);
    check(self);
    self->changes = calloc(count ? count : 1, sizeof *self->changes);
    check(self->changes);
    for (uint32_t row = 0; row < count && self; row++)
        if (!s_sort(self, room, rows, row))
            rejudged_destroy(&self);
    if (self) {
        s_compute(self, room, false, &self->before);
        s_compute(self, room, true, &self->after);
    }
    return self;
}

bool rejudged_matters(const struct rejudged *self)
{
    for (uint32_t i = 0; i < self->before.user_count; i++) {
        const struct leaderboard_row *before = &self->before.rows[i];
        const struct leaderboard_row *after = leaderboard_row_of(&self->after, before->user_id);
        if (before->solved != after->solved || before->penalty_s != after->penalty_s ||
            before->rank != after->rank)
            return true;
    }
    return false;
}

/* ---- commits ------------------------------------------------------------------------------- */

static void s_ask_rejudging(struct commit *commit, enum statement_number statement,
                            int64_t rejudging_id, int64_t room_id)
{
    commit_op(commit, statement);
    commit_i64(commit, rejudging_id);
    commit_i64(commit, room_id);
}

void rejudged_ask(struct commit *commit, int64_t rejudging_id, int64_t room_id)
{
    commit_begin(commit);
    s_ask_rejudging(commit, STATEMENT_rejudging_room_read, rejudging_id, room_id);
    s_ask_rejudging(commit, STATEMENT_rejudging_trials_read, rejudging_id, room_id);
}

/* The rows of participants' problems that are others afterwards. */
static void s_ask_rows(const struct rejudged *self, const struct score_room *room,
                       struct commit *commit)
{
    for (uint32_t seat = 0; seat < self->after.user_count; seat++)
        for (uint32_t i = 0; i < self->after.problem_count; i++) {
            const struct problem_score *before = &self->before.scores[seat][i];
            const struct problem_score *after = &self->after.scores[seat][i];
            if (before->attempts != after->attempts || before->wrong != after->wrong ||
                before->solved != after->solved || before->solved_at_ms != after->solved_at_ms)
                score_room_ask_row(room, commit, seat, i, after);
        }
}

static void s_ask_history(const struct rejudged *self, const struct score_room *room,
                          struct commit *commit, int64_t rejudging_id)
{
    for (uint32_t i = 0; i < self->after.user_count; i++) {
        const struct leaderboard_row *row = &self->after.rows[i];
        enum result result = record_result(&self->after, row->user_id);
        commit_op(commit, STATEMENT_history_revise);
        commit_i64(commit, row->user_id);
        commit_i64(commit, room->facts.room_id);
        commit_i64(commit, room->score_rev + 1);
        commit_i64(commit, row->solved);
        commit_i64(commit, row->penalty_s);
        commit_text(commit, slice_of(word_text(&result_words, result)));
        commit_i64(commit, rejudging_id);
    }
}

static void s_ask_changes(const struct rejudged *self, const struct score_room *room,
                          struct commit *commit, int64_t rejudging_id)
{
    int64_t room_id = room->facts.room_id, winner = record_winner(&self->after);
    commit_op(commit, STATEMENT_fence_rejudge);
    commit_i64(commit, room_id);
    commit_i64(commit, room->score_rev);
    commit_opt(commit, winner ? winner : I64_NONE);
    commit_text(commit, slice_of(word_text(&result_words, winner ? RESULT_WIN : RESULT_DRAW)));
    commit_i64(commit, rejudging_id);
    s_ask_rejudging(commit, STATEMENT_rejudging_take, rejudging_id, room_id);
    commit_i64(commit, room->score_rev + 1);
    s_ask_rejudging(commit, STATEMENT_rejudging_write, rejudging_id, room_id);
    commit_i64(commit, room->score_rev + 1);
    s_ask_rows(self, room, commit);
    if (room->facts.status == ROOM_FINISHED)
        s_ask_history(self, room, commit, rejudging_id);
}

void rejudged_ask_apply(const struct rejudged *self, const struct score_room *room,
                        struct commit *commit, int64_t rejudging_id, int64_t now_ms)
{
    commit_begin(commit);
    if (self->count)
        s_ask_changes(self, room, commit, rejudging_id);
    s_ask_rejudging(commit, STATEMENT_rejudging_room_done, rejudging_id, room->facts.room_id);
    commit_i64(commit, now_ms);
    commit_i64(commit, self->count);
}

void rejudged_take_apply(const struct rejudged *self, struct score_room *room)
{
    if (!self->count)
        return;
    for (uint32_t i = 0; i < self->count; i++)
        room->submissions[self->changes[i].index].verdict = self->changes[i].now;
    room->board = self->after;
    room->score_rev++;
    if (room->facts.status == ROOM_FINISHED)
        score_room_result(room);
}
