/* Reads with SQL of its own, so that an error in the program's statements is not read away. Stops
 * at the first thing that is not as it should be. */
#include "tests/sim/audit.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "proto/check.h"

#define PROBLEMS 12
#define PROMISES_EVERY 16 /* rounds: sql/audit.sql looks at the whole database */
#define PROMISES_MAX_BYTES 65536

struct audit {
    sqlite3 *database;       /* owned */
    uint64_t rounds;         /* that were looked at */
    uint64_t idle_rooms;     /* that had to yield in them */
    struct duels *duels;     /* borrowed: whose fault is set */
    const struct duel *duel; /* borrowed: the round that is looked at */
};

static bool s_fault(struct audit *self, const char *what, int64_t is, int64_t expected)
{
    duels_fault(self->duels, "room %" PRId64 ": %s is %" PRId64 " and should be %" PRId64,
                self->duel ? self->duel->room_id : 0, what, is, expected);
    return false;
}

static bool s_same(struct audit *self, const char *what, int64_t is, int64_t expected)
{
    return is == expected || s_fault(self, what, is, expected);
}

/* ---- queries ------------------------------------------------------------------------------- */

static sqlite3_stmt *s_query(struct audit *self, const char *sql, int64_t first, int64_t second)
{
    sqlite3_stmt *statement;
    int status = sqlite3_prepare_v2(self->database, sql, -1, &statement, NULL);
    if (status != SQLITE_OK)
        fprintf(stderr, "%s: %s\n", sqlite3_errmsg(self->database), sql);
    check(status == SQLITE_OK);
    sqlite3_bind_int64(statement, 1, first);
    sqlite3_bind_int64(statement, 2, second);
    return statement;
}

/* A NULL reads as I64_NONE. */
static int64_t s_column(sqlite3_stmt *statement, int column)
{
    return sqlite3_column_type(statement, column) == SQLITE_NULL
               ? I64_NONE
               : sqlite3_column_int64(statement, column);
}

/* The one number that a query gives; I64_NONE when it gives no row. */
static int64_t s_number(struct audit *self, const char *sql, int64_t first, int64_t second)
{
    sqlite3_stmt *statement = s_query(self, sql, first, second);
    int64_t number = sqlite3_step(statement) == SQLITE_ROW ? s_column(statement, 0) : I64_NONE;
    sqlite3_finalize(statement);
    return number;
}

static void s_run(struct audit *self, const char *sql)
{
    int status = sqlite3_exec(self->database, sql, NULL, NULL, NULL);
    if (status != SQLITE_OK)
        fprintf(stderr, "%s: %s\n", sqlite3_errmsg(self->database), sql);
    check(status == SQLITE_OK);
}

struct audit *audit_new(const char *folder)
{
    char path[512], sql[512];
    struct audit *self = calloc(1, sizeof *self);
    check(self);
    snprintf(path, sizeof path, "%s/codecomp.db", folder);
    check(sqlite3_open_v2(path, &self->database, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK);
    s_run(self, "BEGIN");
    for (int i = 1; i <= PROBLEMS; i++) {
        static const char *const difficulties[] = {"easy", "medium", "hard"};
        snprintf(sql, sizeof sql,
                 "INSERT INTO problems (slug, title, description, difficulty, time_limit_ms,"
                 " memory_limit_mb, output_limit_bytes, tests_total, tests_hash, content_hash,"
                 " updated_ms) VALUES ('p%d', 'Problem %d', '', '%s', 1000, 256, 65536, 3,"
                 " printf('%%064d', %d), printf('%%064d', %d), 0)",
                 i, i, difficulties[i % 3], i, i);
        s_run(self, sql);
    }
    s_run(self, "INSERT INTO test_cases (problem_id, ordinal, sample, name, input, output)"
                " SELECT id, 1, 1, 'sample', x'31', x'31' FROM problems");
    s_run(self, "COMMIT");
    return self;
}

void audit_destroy(struct audit **self_p)
{
    struct audit *self = *self_p;
    if (!self)
        return;
    sqlite3_close(self->database);
    free(self);
    *self_p = NULL;
}

/* ---- what operators run -------------------------------------------------------------------- */

static void s_read_promises(char *sql)
{
    FILE *file = fopen(SOURCE_DIR "/sql/audit.sql", "r");
    check(file);
    size_t length = fread(sql, 1, PROMISES_MAX_BYTES - 1, file);
    check(length > 0 && length < PROMISES_MAX_BYTES - 1);
    sql[length] = '\0';
    fclose(file);
}

/* It must hold at every instant, also in the midst of everything. */
static bool s_check_promises(struct audit *self)
{
    static char sql[PROMISES_MAX_BYTES];
    if (sql[0] == '\0')
        s_read_promises(sql);
    bool ok = true;
    sqlite3_stmt *rows = s_query(self, sql, 0, 0);
    int promises = 0;
    for (; ok && sqlite3_step(rows) == SQLITE_ROW; promises++) {
        ok = s_column(rows, 1) == 0;
        if (!ok)
            duels_fault(self->duels, "broken: %s: %" PRId64 " times, first with %" PRId64,
                        (const char *)sqlite3_column_text(rows, 0), s_column(rows, 1),
                        s_column(rows, 2));
    }
    sqlite3_finalize(rows);
    return ok && (promises > 0 || s_fault(self, "promises looked at", promises, 1));
}

/* ---- the score, written a second time ------------------------------------------------------ */

struct tally {
    int64_t solved, penalty_s, last_ms;   /* of one player; last_ms I64_NONE: none */
    int64_t wrong[ROOM_PROBLEMS_MAX];     /* by problem, before it was solved */
    int64_t solved_ms[ROOM_PROBLEMS_MAX]; /* I64_NONE: not solved */
};

static bool s_is(const unsigned char *text, const char *word)
{
    return strcmp((const char *)text, word) == 0;
}

static void s_tally(struct audit *self, int64_t user_id, int64_t start_ms, struct tally *tally)
{
    *tally = (struct tally){.last_ms = I64_NONE};
    for (int64_t i = 0; i < self->duel->problem_count; i++) {
        tally->solved_ms[i] = I64_NONE;
        sqlite3_stmt *rows =
            s_query(self,
                    "SELECT status, created_ms, problem_id FROM submissions WHERE room_id = $1 AND"
                    " user_id = $2 ORDER BY number",
                    self->duel->room_id, user_id);
        while (sqlite3_step(rows) == SQLITE_ROW && tally->solved_ms[i] == I64_NONE) {
            const unsigned char *status = sqlite3_column_text(rows, 0);
            if (sqlite3_column_int64(rows, 2) != self->duel->problem_ids[i])
                continue;
            if (s_is(status, "Accepted"))
                tally->solved_ms[i] = sqlite3_column_int64(rows, 1);
            else
                tally->wrong[i] +=
                    !s_is(status, "Compilation Error") && !s_is(status, "Judge Error");
        }
        sqlite3_finalize(rows);
        if (tally->solved_ms[i] == I64_NONE)
            continue;
        tally->solved++;
        tally->penalty_s += tally->wrong[i] * 600 + (tally->solved_ms[i] - start_ms) / 1000;
        if (tally->last_ms == I64_NONE || tally->solved_ms[i] > tally->last_ms)
            tally->last_ms = tally->solved_ms[i];
    }
}

/* Who is better: below 0 the first, above 0 the second, 0: a draw. */
static int64_t s_compare(const struct tally *a, const struct tally *b)
{
    return a->solved != b->solved ? b->solved - a->solved : a->penalty_s - b->penalty_s;
}

/* ---- a round ------------------------------------------------------------------------------- */

static const struct player *s_host(const struct duel *duel)
{
    return &duel->players[duel->players[0].host ? 0 : 1];
}

static bool s_check_room(struct audit *self)
{
    const struct duel *duel = self->duel;
    sqlite3_stmt *row = s_query(self,
                                "SELECT status = 'FINISHED', closed_ms >= start_ms,"
                                " closed_ms <= start_ms + duration_ms, duration_ms, problem_count,"
                                " end_ms = closed_ms, host_user_id, result IS NOT NULL,"
                                " room_rev + score_rev FROM rooms WHERE id = $1",
                                duel->room_id, 0);
    bool ok = s_same(self, "a row of the room", sqlite3_step(row), SQLITE_ROW) &&
              s_same(self, "FINISHED", s_column(row, 0), 1) &&
              s_same(self, "closed after its start", s_column(row, 1), 1) &&
              s_same(self, "closed before its end", s_column(row, 2), 1) &&
              s_same(self, "duration", s_column(row, 3), duel->duration_ms) &&
              s_same(self, "problem count", s_column(row, 4), duel->problem_count) &&
              s_same(self, "end = closed", s_column(row, 5), 1) &&
              s_same(self, "host", s_column(row, 6), s_host(duel)->user_id) &&
              s_same(self, "has a result", s_column(row, 7), 1) &&
              (!self->duels->calm ||
               s_same(self, "the stream's last version", duel->stream_version, s_column(row, 8)));
    sqlite3_finalize(row);
    return ok &&
           s_same(self, "participants",
                  s_number(self, "SELECT COUNT(*) FROM participants WHERE room_id = $1",
                           duel->room_id, 0),
                  2) &&
           s_same(self, "right participants",
                  s_number(self,
                           "SELECT COUNT(*) FROM participants WHERE user_id IN ($1, $2) AND room_id"
                           " = (SELECT MAX(room_id) FROM participants WHERE user_id = $1)",
                           duel->players[0].user_id, duel->players[1].user_id),
                  2) &&
           s_same(self, "seats still taken",
                  s_number(self, "SELECT COUNT(*) FROM open_seats WHERE room_id = $1",
                           duel->room_id, 0),
                  0);
}

static bool s_check_idle_room(struct audit *self)
{
    int64_t id = self->duel->idle_room_id;
    return id == 0 ||
           (s_same(self, "an idle room that yielded",
                   s_number(self,
                            "SELECT status = 'FINISHED' AND result IS NULL AND start_ms IS NULL"
                            " FROM rooms WHERE id = $1",
                            id, 0),
                   1) &&
            s_same(self, "history of an idle room",
                   s_number(self, "SELECT COUNT(*) FROM contest_history WHERE room_id = $1", id, 0),
                   0));
}

/* The submission that a command should have made; NULL: nobody sent it. */
static const struct shot *s_shot_of(const struct duel *duel, int64_t command_low, int64_t *user_id)
{
    for (uint32_t i = 0; i < 2; i++)
        for (uint32_t k = 0; k < duel->players[i].shot_count; k++)
            if (duel->players[i].shots[k].command.low == (uint64_t)command_low) {
                *user_id = duel->players[i].user_id;
                return &duel->players[i].shots[k];
            }
    return NULL;
}

static bool s_check_submission(struct audit *self, sqlite3_stmt *row, int64_t number)
{
    int64_t user_id = 0;
    const struct shot *shot = s_shot_of(self->duel, s_column(row, 5), &user_id);
    struct slice status = slice_of((const char *)sqlite3_column_text(row, 3));
    uint8_t verdict;
    if (!shot)
        return s_fault(self, "a submission that nobody sent", s_column(row, 0), 0);
    if (!word_number(&verdict_words, status, &verdict) || !verdict_final(verdict))
        return s_fault(self, "a submission without a final verdict", s_column(row, 0), 0);
    bool judged =
        verdict == shot->verdict || (!self->duels->calm && verdict == VERDICT_JUDGE_ERROR);
    return (judged || s_fault(self, "a verdict", verdict, shot->verdict)) &&
           s_same(self, "a submission's number", s_column(row, 6), number) &&
           s_same(self, "a submission's user", s_column(row, 1), user_id) &&
           s_same(self, "a submission's problem", s_column(row, 2), shot->problem_id) &&
           (shot->submission_id == 0 ||
            s_same(self, "a submission's id", s_column(row, 0), shot->submission_id)) &&
           s_same(self, "a submission within the contest", s_column(row, 4), 1);
}

static bool s_check_submissions(struct audit *self)
{
    const struct duel *duel = self->duel;
    bool ok = true;
    int64_t number = 0;
    sqlite3_stmt *rows =
        s_query(self,
                "SELECT s.id, s.user_id, s.problem_id, s.status, s.created_ms >= r.start_ms AND"
                " s.created_ms < r.start_ms + r.duration_ms AND s.created_ms <= r.closed_ms,"
                " s.command_low, s.number FROM submissions s JOIN rooms r ON r.id = s.room_id"
                " WHERE s.room_id = $1 ORDER BY s.number",
                duel->room_id, 0);
    while (ok && sqlite3_step(rows) == SQLITE_ROW)
        ok = s_check_submission(self, rows, ++number);
    sqlite3_finalize(rows);
    ok = ok &&
         s_same(self, "the last number",
                s_number(self, "SELECT last_number FROM rooms WHERE id = $1", duel->room_id, 0),
                number);
    for (uint32_t i = 0; ok && i < 2; i++)
        for (uint32_t k = 0; ok && k < duel->players[i].shot_count; k++) {
            const struct shot *shot = &duel->players[i].shots[k];
            if (shot->submission_id == 0)
                continue;
            ok = s_same(self, "rows of an acknowledged submission",
                        s_number(self,
                                 "SELECT COUNT(*) FROM submissions WHERE id = $1 AND room_id = $2",
                                 shot->submission_id, duel->room_id),
                        1) &&
                 (!self->duels->calm || s_same(self, "a verdict that was pushed", shot->told, 1));
        }
    return ok;
}

/* What is kept and what was told of one player against his tally. */
static bool s_check_player(struct audit *self, const struct player *player,
                           const struct tally *tally, int64_t better)
{
    const struct duel *duel = self->duel;
    const char *result = better < 0 ? "WIN" : better > 0 ? "LOSS" : "DRAW";
    bool ok = true;
    for (int64_t i = 0; ok && i < duel->problem_count; i++) {
        sqlite3_stmt *row = s_query(self,
                                    "SELECT penalty, solved_ms, solved, problem_id FROM "
                                    "participant_problems WHERE room_id ="
                                    " $1 AND user_id = $2 ORDER BY id",
                                    duel->room_id, player->user_id);
        int64_t seen = 0;
        while (ok && sqlite3_step(row) == SQLITE_ROW) {
            if (s_column(row, 3) != duel->problem_ids[i])
                continue;
            seen++;
            ok = s_same(self, "wrong attempts", s_column(row, 0), tally->wrong[i]) &&
                 s_same(self, "solved at", s_column(row, 1), tally->solved_ms[i]) &&
                 s_same(self, "solved", s_column(row, 2), tally->solved_ms[i] != I64_NONE);
        }
        sqlite3_finalize(row);
        ok = ok && s_same(self, "rows of a participant's problem", seen, 1);
    }
    sqlite3_stmt *row = s_query(self,
                                "SELECT solved, penalty_s, result FROM contest_history WHERE"
                                " room_id = $1 AND user_id = $2",
                                duel->room_id, player->user_id);
    ok = ok && s_same(self, "a history row", sqlite3_step(row), SQLITE_ROW) &&
         s_same(self, "history: solved", s_column(row, 0), tally->solved) &&
         s_same(self, "history: penalty", s_column(row, 1), tally->penalty_s) &&
         s_same(self, "history: result", s_is(sqlite3_column_text(row, 2), result), 1) &&
         s_same(self, "a second history row", sqlite3_step(row), SQLITE_DONE);
    sqlite3_finalize(row);
    uint32_t seen = 0;
    for (uint32_t i = 0; ok && i < duel->board_rows; i++) {
        const struct rec_leaderboard_row *board = &duel->board[i];
        if (board->user_id != player->user_id)
            continue;
        seen++;
        ok = s_same(self, "leaderboard: solved", board->solved, tally->solved) &&
             s_same(self, "leaderboard: penalty", board->penalty_s, tally->penalty_s) &&
             s_same(self, "leaderboard: last", board->last_solved_ms, tally->last_ms) &&
             s_same(self, "leaderboard: rank", board->rank, better > 0 ? 2 : 1);
    }
    return ok && s_same(self, "leaderboard rows of a player", seen, 1);
}

static bool s_check_result(struct audit *self)
{
    const struct duel *duel = self->duel;
    int64_t start_ms = s_number(self, "SELECT start_ms FROM rooms WHERE id = $1", duel->room_id, 0);
    struct tally tallies[2];
    for (uint32_t i = 0; i < 2; i++)
        s_tally(self, duel->players[i].user_id, start_ms, &tallies[i]);
    int64_t order = s_compare(&tallies[0], &tallies[1]);
    int64_t winner_id = order == 0 ? I64_NONE : duel->players[order < 0 ? 0 : 1].user_id;
    return s_check_player(self, &duel->players[0], &tallies[0], order) &&
           s_check_player(self, &duel->players[1], &tallies[1], -order) &&
           s_same(
               self, "the winner",
               s_number(self, "SELECT winner_user_id FROM rooms WHERE id = $1", duel->room_id, 0),
               winner_id) &&
           s_same(self, "the host read a result", duel->result_read, 1) &&
           s_same(self, "the winner whom he read", duel->winner_user_id, winner_id) &&
           s_same(self, "the result that he read", duel->result,
                  order == 0 ? RESULT_DRAW : RESULT_WIN);
}

bool audit_round(struct audit *self, struct duels *duels, const struct duel *duel)
{
    self->duels = duels;
    self->duel = duel;
    self->rounds++;
    self->idle_rooms += duel->idle_room_id != 0;
    return s_check_room(self) && s_check_idle_room(self) && s_check_submissions(self) &&
           s_check_result(self) && (self->rounds % PROMISES_EVERY != 0 || s_check_promises(self));
}

bool audit_end(struct audit *self, struct duels *duels)
{
    self->duels = duels;
    self->duel = NULL;
    return s_same(self, "rooms", s_number(self, "SELECT COUNT(*) FROM rooms", 0, 0),
                  (int64_t)(self->rounds + self->idle_rooms + duels->left_rooms)) &&
           s_same(self, "unfinished rooms",
                  s_number(self, "SELECT COUNT(*) FROM rooms WHERE status <> 'FINISHED'", 0, 0),
                  0) &&
           s_same(self, "seats", s_number(self, "SELECT COUNT(*) FROM open_seats", 0, 0), 0) &&
           s_same(self, "submissions without a final verdict",
                  s_number(self, "SELECT COUNT(*) FROM submissions WHERE judged_ms IS NULL", 0, 0),
                  0) &&
           s_same(self, "runs and rejudgings without an outcome",
                  s_number(self, "SELECT COUNT(*) FROM trials WHERE judged_ms IS NULL", 0, 0), 0) &&
           s_same(self, "runs that were made, and told",
                  duels->runs > 0 && (!duels->calm || duels->runs == duels->runs_told), 1) &&
           s_same(self, "histories", s_number(self, "SELECT COUNT(*) FROM contest_history", 0, 0),
                  (int64_t)self->rounds * 2) &&
           s_check_promises(self);
}

/* ---- rejudging ------------------------------------------------------------------------------ */

void audit_rejudge(struct audit *self)
{
    s_run(self,
          "CREATE TEMP TABLE revs AS SELECT id, score_rev FROM rooms; BEGIN IMMEDIATE;"
          " INSERT INTO rejudgings (made_ms, problem_id, since_ms, until_ms, state)"
          " SELECT 0, id, 0, 9007199254740991, 'applying' FROM problems;"
          " INSERT INTO trials (kind, user_id, room_id, problem_id, submission_id,"
          " rejudging_id, language_id, status, created_ms, judged_ms, fence, was)"
          " SELECT 'rejudge', s.user_id, s.room_id, s.problem_id, s.id, j.id, s.language_id,"
          " CASE WHEN s.id % 3 THEN s.status WHEN s.status = 'Accepted' THEN 'Wrong Answer'"
          " ELSE 'Accepted' END, 0, s.judged_ms, 1, s.status"
          " FROM submissions s JOIN rejudgings j ON j.problem_id = s.problem_id;"
          " INSERT INTO rejudging_rooms (rejudging_id, room_id)"
          " SELECT DISTINCT rejudging_id, room_id FROM trials WHERE kind = 'rejudge'; COMMIT");
}

bool audit_rejudged(struct audit *self)
{
    return s_number(self, "SELECT COUNT(*) FROM rejudgings WHERE state <> 'applied'", 0, 0) == 0;
}

bool audit_rejudge_end(struct audit *self, struct duels *duels)
{
    self->duels = duels;
    self->duel = NULL;
    int64_t changed = s_number(self, "SELECT COUNT(*) FROM trials WHERE became IS NOT NULL", 0, 0);
    return s_same(self, "verdicts that changed", changed > 0, 1) &&
           s_same(self, "rejudgings that are not applied",
                  s_number(self, "SELECT COUNT(*) FROM rejudgings WHERE state <> 'applied'", 0, 0),
                  0) &&
           s_same(
               self, "rooms that a rejudging has not done",
               s_number(self, "SELECT COUNT(*) FROM rejudging_rooms WHERE done_ms IS NULL", 0, 0),
               0) &&
           s_same(self, "verdicts that should have changed",
                  s_number(self,
                           "SELECT COUNT(*) FROM trials WHERE kind = 'rejudge'"
                           " AND COALESCE(became, was) <> status",
                           0, 0),
                  0) &&
           s_same(self, "rooms that were changed more or less than once by a rejudging",
                  s_number(self,
                           "SELECT COUNT(*) FROM rooms r JOIN revs b ON b.id = r.id"
                           " WHERE r.score_rev - b.score_rev <> (SELECT COUNT(*) FROM"
                           " rejudging_rooms o WHERE o.room_id = r.id AND o.changed > 0)",
                           0, 0),
                  0) &&
           s_same(self, "rejudged verdicts that were told",
                  duels->calm ? (int64_t)duels->rejudged_told : changed, changed) &&
           s_check_promises(self);
}
