/* What scoring knows of one room: what the store has confirmed, and the standing that follows.
 *
 * Changes only by what is durable: a load, a notice of room (which has committed it), or a commit
 * of scoring's own that the store has confirmed. No messages here, and no decisions about whom to
 * tell; builds the statements of scoring's commits, because they are the same facts written down.
 * Memory: grows with the room's submissions, at most ROOM_SUBMISSIONS_MAX. Must not be moved. */
#ifndef ACTORS_SCORING_SCORE_ROOM_H
#define ACTORS_SCORING_SCORE_ROOM_H

#include "actors/scoring/leaderboard.h"
#include "actors/scoring/roomstate.h"
#include "actors/store/commit.h"

/* What scoring needs of a submission beside what the score depends on. */
struct score_mark {
    int64_t id;          /* of the submission */
    int64_t language_id; /* Judge0's number */
    int64_t fence;       /* of its judging as loaded, or as reported; the store's may be newer */
};

struct score_room {
    struct rec_room_facts facts;            /* as room sees it; once ACTIVE, status is ours */
    int64_t problem_ids[ROOM_PROBLEMS_MAX]; /* behind facts.problem_ids */
    int64_t row_ids[ROOM_SEATS][ROOM_PROBLEMS_MAX]; /* of participant_problems */
    int64_t score_rev;                              /* how many commits of scoring's it has had */
    int64_t winner_user_id;              /* of a finished contest; I64_NONE: a draw, or none */
    enum result result;                  /* RESULT_WIN or RESULT_DRAW; NONE: not finished, or
                                            never ran */
    struct submission_fact *submissions; /* owned; number n stands at n - 1 */
    struct score_mark *marks;            /* owned; the same submissions */
    uint32_t submission_count;           /* of both; equals facts.last_number */
    uint32_t submission_capacity;        /* of both */
    struct leaderboard board;            /* of all this */
};

void score_room_fini(struct score_room *self);

/* Asks for all of a room, in one commit that changes nothing. */
void score_room_ask(struct commit *commit, int64_t room_id);

enum score_load { SCORE_LOADED, SCORE_NO_ROOM, SCORE_INCONSISTENT };
/* Takes the answer. Only SCORE_LOADED changes anything; SCORE_INCONSISTENT: what the database holds
 * is no room, and *what says why. */
enum score_load score_room_load(struct score_room *self, const struct msg_store_done *done,
                                const char **what);

/* Takes the next notice of room. False, with nothing changed: it is not the next, or it tells of a
 * start (whose rows only the store knows); the room must be loaded. */
bool score_room_take(struct score_room *self, const struct msg_room_notice *notice);

/* Where the submission stands; -1: nowhere. */
int64_t score_room_find(const struct score_room *self, int64_t submission_id);
/* Was it ever started? Only then it has, or gets, a result. */
bool score_room_ran(const struct score_room *self);
/* Started and not closed. */
bool score_room_running(const struct score_room *self);
/* Closed and without its result. */
bool score_room_settling(const struct score_room *self);
/* Settling, and everything that was taken is judged: it can be finished. */
bool score_room_judged(const struct score_room *self);
/* Runs, both have solved everything, and no earlier submission can change that any more. */
bool score_room_complete(const struct score_room *self);
/* May this user (0: nobody) see it? */
bool score_room_visible(const struct score_room *self, int64_t user_id);
/* `now_ms`, or the room's newest submission where that is later: clocks of two machines differ, and
 * no decision comes before what it is about. */
int64_t score_room_instant(const struct score_room *self, int64_t now_ms);
struct roomstate_source score_room_source(const struct score_room *self);
/* A submission as its submitter sees it, without the details of a judging. */
struct rec_submission score_room_submission(const struct score_room *self, uint32_t index);

/* The standing with these submissions, as many as the room has, in the place of its own. */
void score_room_compute(const struct score_room *self, const struct submission_fact *submissions,
                        struct leaderboard *board);
/* Takes winner and result from the standing. */
void score_room_result(struct score_room *self);

/* A participant's way with a problem, by seat and position, as the commit makes it. */
void score_room_ask_row(const struct score_room *self, struct commit *commit, uint32_t seat,
                        uint32_t position, const struct problem_score *score);
/* The commits, and what each changes once it is durable. `now_ms` is the instant of the decision.
 */
void score_room_ask_verdict(struct score_room *self, struct commit *commit,
                            const struct msg_verdict_report *report, int64_t now_ms);
void score_room_take_verdict(struct score_room *self, uint32_t index, enum verdict verdict);
void score_room_ask_give_up(const struct score_room *self, struct commit *commit, int64_t now_ms);
void score_room_take_give_up(struct score_room *self);
void score_room_ask_finish(const struct score_room *self, struct commit *commit);
void score_room_take_finish(struct score_room *self);

#endif
