/* One room's submissions, standing and result. The standing is recomputed whole whenever anything
 * that it depends on changes; nothing is incremented, so the order of verdicts cannot matter. */
#include "actors/scoring/score_room.h"

#include <stdlib.h>

#include "actors/scoring/record.h"
#include "proto/check.h"

void score_room_fini(struct score_room *self)
{
    free(self->submissions);
    free(self->marks);
    *self = (struct score_room){0};
}

void score_room_compute(const struct score_room *self, const struct submission_fact *submissions,
                        struct leaderboard *board)
{
    const struct rec_room_facts *facts = &self->facts;
    struct leaderboard_facts given = {
        .submissions = submissions,
        .submission_count = self->submission_count,
        .user_count = facts->guest_user_id == I64_NONE ? 1 : 2,
        .problem_count = facts->problem_ids.count,
        .user_ids = {facts->host_user_id, facts->guest_user_id},
        .start_ms = facts->start_ms == I64_NONE ? 0 : facts->start_ms,
    };
    memcpy(given.problem_ids, self->problem_ids, sizeof given.problem_ids);
    leaderboard_compute(&given, board);
}

static void s_compute(const struct score_room *self, struct leaderboard *board)
{
    score_room_compute(self, self->submissions, board);
}

static int64_t s_seat(const struct score_room *self, int64_t user_id)
{
    if (!roomstate_participant(&self->facts, user_id))
        return -1;
    return user_id == self->facts.host_user_id ? 0 : 1;
}

static int64_t s_position(const struct score_room *self, int64_t problem_id)
{
    for (uint32_t i = 0; i < self->facts.problem_ids.count; i++)
        if (self->problem_ids[i] == problem_id)
            return i;
    return -1;
}

/* Within bounds that keep sums of instants and durations from overflowing. */
static bool s_instant(int64_t at_ms)
{
    return at_ms >= 0 && at_ms <= ID_MAX;
}

/* The next submission; false when it is none of this room's. */
static bool s_append(struct score_room *self, const struct rec_submission_fact *fact,
                     enum verdict verdict, int64_t fence)
{
    if (fact->id < 1 || fact->number != (int64_t)self->submission_count + 1 ||
        fact->number > ROOM_SUBMISSIONS_MAX || !s_instant(fact->received_ms) ||
        s_seat(self, fact->user_id) < 0 || s_position(self, fact->problem_id) < 0)
        return false;
    if (self->submission_count == self->submission_capacity) {
        self->submission_capacity = self->submission_capacity ? self->submission_capacity * 2 : 16;
        self->submissions =
            realloc(self->submissions, self->submission_capacity * sizeof *self->submissions);
        self->marks = realloc(self->marks, self->submission_capacity * sizeof *self->marks);
        check(self->submissions && self->marks);
    }
    self->submissions[self->submission_count] =
        (struct submission_fact){.number = (uint32_t)fact->number,
                                 .verdict = verdict,
                                 .user_id = fact->user_id,
                                 .problem_id = fact->problem_id,
                                 .received_ms = fact->received_ms};
    self->marks[self->submission_count] = (struct score_mark){fact->id, fact->language_id, fence};
    self->submission_count++;
    return true;
}

/* ---- load ---------------------------------------------------------------------------------- */

enum { LOAD_ROOM, LOAD_PARTICIPANTS, LOAD_PROBLEMS, LOAD_ROWS, LOAD_SUBMISSIONS, LOAD_RESULTS };

void score_room_ask(struct commit *commit, int64_t room_id)
{
    static const enum statement_number statements[LOAD_RESULTS] = {
        [LOAD_ROOM] = STATEMENT_room_load,
        [LOAD_PARTICIPANTS] = STATEMENT_participants_load,
        [LOAD_PROBLEMS] = STATEMENT_room_problems_load,
        [LOAD_ROWS] = STATEMENT_participant_problems_load,
        [LOAD_SUBMISSIONS] = STATEMENT_submissions_load,
    };
    commit_begin(commit);
    for (int i = 0; i < LOAD_RESULTS; i++) {
        commit_op(commit, statements[i]);
        commit_i64(commit, room_id);
    }
}

static const char *s_load_room(struct score_room *self, const struct rec_store_result *result)
{
    uint8_t status, visibility, outcome = RESULT_NONE;
    struct slice result_word_text = result_text(result, 0, 19);
    if (!result_word(result, 0, 3, &room_status_words, &status))
        return "status";
    if (!result_word(result, 0, 4, &visibility_words, &visibility))
        return "visibility";
    if (result_word_text.length && !word_number(&result_words, result_word_text, &outcome))
        return "result";
    self->facts = (struct rec_room_facts){
        .room_id = result_i64(result, 0, 0),
        .host_user_id = result_i64(result, 0, 1),
        .guest_user_id = I64_NONE,
        .status = status,
        .visibility = visibility,
        .created_ms = result_i64(result, 0, 8),
        .start_ms = result_i64(result, 0, 9),
        .duration_ms = result_i64(result, 0, 7),
        .closed_ms = result_i64(result, 0, 11),
        .problem_ids = {0, self->problem_ids},
        .last_number = result_i64(result, 0, 12),
        .room_rev = result_i64(result, 0, 14),
    };
    self->score_rev = result_i64(result, 0, 17);
    self->winner_user_id = result_i64(result, 0, 18);
    self->result = outcome;
    const struct rec_room_facts *facts = &self->facts;
    if (facts->room_id < 1 || facts->host_user_id < 1 || !s_instant(facts->duration_ms) ||
        !s_instant(facts->created_ms) || facts->last_number < 0 || facts->room_rev < 0 ||
        self->score_rev < 0 || (facts->start_ms != I64_NONE && !s_instant(facts->start_ms)))
        return "number";
    return NULL;
}

static const char *s_load_lists(struct score_room *self, const struct rec_store_result *seats,
                                const struct rec_store_result *problems)
{
    uint32_t count = result_rows(seats);
    if (count < 1 || count > ROOM_SEATS || result_i64(seats, 0, 0) != self->facts.host_user_id)
        return "participants";
    if (count > 1) {
        self->facts.guest_user_id = result_i64(seats, 1, 0);
        if (self->facts.guest_user_id < 1 || self->facts.guest_user_id == self->facts.host_user_id)
            return "guest";
    }
    count = result_rows(problems);
    if (count > ROOM_PROBLEMS_MAX)
        return "too many problems";
    for (uint32_t i = 0; i < count; i++)
        self->problem_ids[i] = result_i64(problems, i, 0);
    self->facts.problem_ids.count = count;
    return NULL;
}

static const char *s_load_rows(struct score_room *self, const struct rec_store_result *result)
{
    for (uint32_t row = 0; row < result_rows(result); row++) {
        int64_t seat = s_seat(self, result_i64(result, row, 1));
        int64_t position = s_position(self, result_i64(result, row, 2));
        if (seat < 0 || position < 0)
            return "participant's problem";
        self->row_ids[seat][position] = result_i64(result, row, 0);
    }
    return NULL;
}

static const char *s_load_submissions(struct score_room *self,
                                      const struct rec_store_result *result)
{
    for (uint32_t row = 0; row < result_rows(result); row++) {
        uint8_t verdict;
        struct rec_submission_fact fact = {
            .id = result_i64(result, row, 0),
            .number = result_i64(result, row, 1),
            .user_id = result_i64(result, row, 2),
            .problem_id = result_i64(result, row, 3),
            .language_id = result_i64(result, row, 4),
            .received_ms = result_i64(result, row, 5),
        };
        if (!result_word(result, row, 6, &verdict_words, &verdict) ||
            !s_append(self, &fact, verdict, result_i64(result, row, 7)))
            return "submission";
    }
    return self->submission_count == self->facts.last_number ? NULL : "last number";
}

/* What must hold together: a contest that ran has both participants, problems, and a row for each
 * of each; a finished one has its result. */
static const char *s_inconsistent(const struct score_room *self)
{
    const struct rec_room_facts *facts = &self->facts;
    if (!score_room_ran(self))
        return facts->status == ROOM_ACTIVE || self->submission_count ? "never started" : NULL;
    if (facts->guest_user_id == I64_NONE || facts->problem_ids.count == 0 ||
        facts->status == ROOM_WAITING)
        return "started without all it needs";
    for (uint32_t seat = 0; seat < ROOM_SEATS; seat++)
        for (uint32_t i = 0; i < facts->problem_ids.count; i++)
            if (self->row_ids[seat][i] < 1)
                return "participant's problem missing";
    if (facts->status != ROOM_FINISHED)
        return NULL;
    if (facts->closed_ms == I64_NONE)
        return "finished but not closed";
    bool winner = s_seat(self, self->winner_user_id) >= 0;
    return self->result == RESULT_WIN    ? (winner ? NULL : "winner")
           : self->result == RESULT_DRAW ? (winner ? "winner of a draw" : NULL)
                                         : "finished without a result";
}

enum score_load score_room_load(struct score_room *self, const struct msg_store_done *done,
                                const char **what)
{
    const struct rec_store_result *results = done->results.items;
    struct score_room fresh = {0};
    *what = "number of results";
    if (done->results.count != LOAD_RESULTS)
        return SCORE_INCONSISTENT;
    if (result_rows(&results[LOAD_ROOM]) == 0)
        return SCORE_NO_ROOM;
    *what = s_load_room(&fresh, &results[LOAD_ROOM]);
    if (!*what)
        *what = s_load_lists(&fresh, &results[LOAD_PARTICIPANTS], &results[LOAD_PROBLEMS]);
    if (!*what)
        *what = s_load_rows(&fresh, &results[LOAD_ROWS]);
    if (!*what)
        *what = s_load_submissions(&fresh, &results[LOAD_SUBMISSIONS]);
    if (!*what)
        *what = s_inconsistent(&fresh);
    if (*what) {
        score_room_fini(&fresh);
        return SCORE_INCONSISTENT;
    }
    score_room_fini(self);
    *self = fresh;
    self->facts.problem_ids.items = self->problem_ids;
    s_compute(self, &self->board);
    return SCORE_LOADED;
}

/* ---- notices ------------------------------------------------------------------------------- */

bool score_room_take(struct score_room *self, const struct msg_room_notice *notice)
{
    const struct rec_room_facts *facts = &notice->facts;
    bool starts = self->facts.status == ROOM_WAITING && facts->status == ROOM_ACTIVE;
    if (facts->room_rev != self->facts.room_rev + 1 || starts ||
        facts->host_user_id != self->facts.host_user_id ||
        facts->last_number != self->facts.last_number + notice->submissions.count)
        return false;
    if (notice->submissions.count &&
        (!score_room_running(self) ||
         !s_append(self, &notice->submissions.items[0], VERDICT_PENDING, 0)))
        return false;
    if (self->facts.status == ROOM_WAITING) {
        self->facts.status = facts->status;
        self->facts.guest_user_id = facts->guest_user_id;
    }
    if (self->facts.closed_ms == I64_NONE)
        self->facts.closed_ms = facts->closed_ms;
    self->facts.last_number = facts->last_number;
    self->facts.room_rev = facts->room_rev;
    s_compute(self, &self->board);
    return true;
}

/* ---- questions ----------------------------------------------------------------------------- */

int64_t score_room_find(const struct score_room *self, int64_t submission_id)
{
    for (int64_t i = (int64_t)self->submission_count - 1; i >= 0; i--)
        if (self->marks[i].id == submission_id)
            return i;
    return -1;
}

bool score_room_ran(const struct score_room *self)
{
    return self->facts.start_ms != I64_NONE;
}

bool score_room_running(const struct score_room *self)
{
    return self->facts.status == ROOM_ACTIVE && self->facts.closed_ms == I64_NONE;
}

bool score_room_settling(const struct score_room *self)
{
    return self->facts.status == ROOM_ACTIVE && self->facts.closed_ms != I64_NONE;
}

bool score_room_judged(const struct score_room *self)
{
    return score_room_settling(self) &&
           leaderboard_pending(self->submissions, self->submission_count,
                               (uint32_t)self->facts.last_number) == 0;
}

int64_t score_room_instant(const struct score_room *self, int64_t now_ms)
{
    int64_t newest_ms =
        self->submission_count ? self->submissions[self->submission_count - 1].received_ms : now_ms;
    return newest_ms > now_ms ? newest_ms : now_ms;
}

bool score_room_complete(const struct score_room *self)
{
    if (!score_room_running(self) || !leaderboard_all_solved(&self->board))
        return false;
    for (uint32_t seat = 0; seat < self->board.user_count; seat++)
        for (uint32_t i = 0; i < self->board.problem_count; i++)
            if (self->board.scores[seat][i].provisional)
                return false;
    return true;
}

bool score_room_visible(const struct score_room *self, int64_t user_id)
{
    return self->facts.visibility == VISIBILITY_OPEN ||
           roomstate_participant(&self->facts, user_id);
}

struct roomstate_source score_room_source(const struct score_room *self)
{
    return (struct roomstate_source){&self->facts, &self->board,
                                     (const int64_t(*)[ROOM_PROBLEMS_MAX])self->row_ids,
                                     self->score_rev};
}

struct rec_submission score_room_submission(const struct score_room *self, uint32_t index)
{
    const struct submission_fact *submission = &self->submissions[index];
    return (struct rec_submission){
        .id = self->marks[index].id,
        .user_id = submission->user_id,
        .room_id = self->facts.room_id,
        .problem_id = submission->problem_id,
        .language_id = self->marks[index].language_id,
        .status = (uint8_t)submission->verdict,
        .created_ms = submission->received_ms,
        .judged_ms = I64_NONE,
        .failed_test = I64_NONE,
        .time_ms = I64_NONE,
        .memory_kb = I64_NONE,
    };
}

/* ---- commits ------------------------------------------------------------------------------- */

void score_room_ask_row(const struct score_room *self, struct commit *commit, uint32_t seat,
                        uint32_t position, const struct problem_score *score)
{
    commit_op(commit, STATEMENT_participant_problem_write);
    commit_i64(commit, self->row_ids[seat][position]);
    commit_i64(commit, score->attempts);
    commit_i64(commit, score->wrong);
    commit_i64(commit, score->solved);
    commit_opt(commit, score->solved ? score->solved_at_ms : I64_NONE);
    commit_i64(commit, self->facts.room_id);
    commit_i64(commit, self->score_rev + 1);
}

/* A verdict touches one participant's one problem: that row, as it is going to be. */
static void s_ask_row(const struct score_room *self, struct commit *commit,
                      const struct leaderboard *board, const struct submission_fact *submission)
{
    int64_t seat = s_seat(self, submission->user_id);
    int64_t position = s_position(self, submission->problem_id);
    check(seat >= 0 && position >= 0);
    score_room_ask_row(self, commit, (uint32_t)seat, (uint32_t)position,
                       &board->scores[seat][position]);
}

void score_room_ask_verdict(struct score_room *self, struct commit *commit,
                            const struct msg_verdict_report *report, int64_t now_ms)
{
    int64_t index = score_room_find(self, report->submission_id);
    check(index >= 0);
    struct submission_fact *submission = &self->submissions[index];
    enum verdict undecided = submission->verdict;
    struct leaderboard board;
    self->marks[index].fence = report->fence;
    submission->verdict = report->verdict;
    s_compute(self, &board);
    submission->verdict = undecided; /* until the store has confirmed it */

    commit_begin(commit);
    commit_op(commit, STATEMENT_fence_verdict);
    commit_i64(commit, self->facts.room_id);
    commit_i64(commit, self->score_rev);
    commit_i64(commit, report->submission_id);
    commit_i64(commit, report->fence);
    commit_op(commit, STATEMENT_verdict_write);
    commit_i64(commit, report->submission_id);
    commit_i64(commit, report->fence);
    commit_text(commit, slice_of(word_text(&verdict_words, report->verdict)));
    commit_i64(commit, now_ms);
    commit_i64(commit, report->tests_run);
    commit_i64(commit, report->tests_total);
    commit_opt(commit, report->failed_test);
    commit_opt(commit, report->time_ms);
    commit_opt(commit, report->memory_kb);
    commit_text(commit, report->compile_output);
    commit_i64(commit, self->facts.room_id);
    commit_i64(commit, self->score_rev + 1);
    s_ask_row(self, commit, &board, submission);
}

void score_room_take_verdict(struct score_room *self, uint32_t index, enum verdict verdict)
{
    check(index < self->submission_count);
    self->submissions[index].verdict = verdict;
    self->score_rev++;
    s_compute(self, &self->board);
}

void score_room_ask_give_up(const struct score_room *self, struct commit *commit, int64_t now_ms)
{
    commit_begin(commit);
    commit_op(commit, STATEMENT_fence_give_up);
    commit_i64(commit, self->facts.room_id);
    commit_i64(commit, self->score_rev);
    commit_op(commit, STATEMENT_submissions_give_up);
    commit_i64(commit, self->facts.room_id);
    commit_i64(commit, self->score_rev + 1);
    commit_i64(commit, now_ms);
}

void score_room_take_give_up(struct score_room *self)
{
    for (uint32_t i = 0; i < self->submission_count; i++)
        if (!verdict_final(self->submissions[i].verdict))
            self->submissions[i].verdict = VERDICT_JUDGE_ERROR;
    self->score_rev++;
    s_compute(self, &self->board);
}

void score_room_ask_finish(const struct score_room *self, struct commit *commit)
{
    int64_t winner = record_winner(&self->board);
    commit_begin(commit);
    commit_op(commit, STATEMENT_fence_finish);
    commit_i64(commit, self->facts.room_id);
    commit_i64(commit, self->score_rev);
    commit_opt(commit, winner ? winner : I64_NONE);
    commit_text(commit, slice_of(word_text(&result_words, winner ? RESULT_WIN : RESULT_DRAW)));
    for (uint32_t i = 0; i < self->board.user_count; i++) {
        const struct leaderboard_row *row = &self->board.rows[i];
        enum result result = record_result(&self->board, row->user_id);
        commit_op(commit, STATEMENT_history_insert);
        commit_i64(commit, row->user_id);
        commit_i64(commit, self->facts.room_id);
        commit_i64(commit, self->score_rev + 1);
        commit_i64(commit, row->solved);
        commit_i64(commit, row->penalty_s);
        commit_text(commit, slice_of(word_text(&result_words, result)));
        commit_i64(commit, self->facts.closed_ms);
    }
}

void score_room_result(struct score_room *self)
{
    int64_t winner = record_winner(&self->board);
    self->winner_user_id = winner ? winner : I64_NONE;
    self->result = winner ? RESULT_WIN : RESULT_DRAW;
}

void score_room_take_finish(struct score_room *self)
{
    self->facts.status = ROOM_FINISHED;
    score_room_result(self);
    self->score_rev++;
}
