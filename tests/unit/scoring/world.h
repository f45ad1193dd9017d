/* Whom scoring talks to, played by hand: room (which makes facts durable, then gives notice),
 * judge, and a store that holds one room in memory and knows the statements of scoring's commits
 * and loads. What it holds can be compared with what scoring says. */
#ifndef TESTS_SCORING_WORLD_H
#define TESTS_SCORING_WORLD_H

#include "actors/store/commit.h"
#include "tests/unit/actor_harness.h"

#define ROOM 65 /* the room's id: partition 1 */
#define HOST 11
#define GUEST 12
#define STRANGER 13
#define PROBLEMS 2 /* of the contest, with the ids: */
#define PROBLEM_A 501
#define PROBLEM_B 502
#define MINUTE 60000LL
#define WORLD_SUBMISSIONS 128

struct world_row {
    int64_t id, user_id, problem_id;              /* which */
    int64_t attempts, penalty, solved, solved_ms; /* its standing */
};

struct world_submission {
    int64_t id, number, user_id, problem_id, created_ms, fence; /* as inserted and leased */
    int64_t judged_ms, tests_run, tests_total;                  /* as judged */
    const char *status;                                         /* PENDING, or the verdict's word */
};

struct world_history {
    int64_t user_id, solved, penalty_s, timestamp_ms; /* whose, and what */
    char result[8];                                   /* WIN, LOSS, DRAW */
};

/* A rejudging's look at a submission. */
struct world_trial {
    int64_t submission_id;          /* which */
    const char *was, *status, *now; /* now: what it became; NULL: not yet */
};

#define REJUDGING 5 /* its number */

struct world {
    struct actor_harness *harness; /* owned: with the scoring actor in it */
    uint32_t answered;             /* of the harness' sent ones, those looked at */
    uint32_t commits;              /* that changed something */
    bool dead;                     /* the store: takes nothing and answers nothing */
    bool mute;                     /* the store: runs what it is asked, and the answer is lost */
    int64_t lost;  /* answers to what begins with this statement are lost; 0: none */
    bool failing;  /* the store: answers store_failed */
    bool absent;   /* there is no such room */
    bool intruder; /* another process commits just before each commit of ours */

    const char *status, *visibility, *result;            /* of the room; result NULL: none */
    int64_t guest_user_id;                               /* I64_NONE: the seat is free */
    int64_t start_ms, end_ms, closed_ms, winner_user_id; /* I64_NONE: not yet */
    int64_t last_number, room_rev, score_rev;
    struct world_row rows[ROOM_SEATS * PROBLEMS];           /* once it started */
    struct world_submission submissions[WORLD_SUBMISSIONS]; /* last_number of them */
    struct world_history history[4];
    uint32_t history_count;
    const char *rejudging_state;                  /* NULL: the room is in none */
    int64_t rejudged_ms;                          /* when the room was done; I64_NONE: not yet */
    struct world_trial trials[WORLD_SUBMISSIONS]; /* of the rejudging, trial_count of them */
    uint32_t trial_count;                         /* how many */
};

/* A waiting room with its host, a scoring actor that knows nothing of it. */
void world_init(struct world *self);
void world_fini(struct world *self);

/* ---- room: durable first, then the notice, whose envelope is returned -------------------------
 */
void world_join(struct world *self);
void world_start(struct world *self);
int64_t world_submit(struct world *self, int64_t user_id, int64_t problem_id); /* its id */
void world_close(struct world *self);
void world_abandon(struct world *self);
/* Gives notice of what is durable now; with the last submission, or without any. */
struct envelope world_notice(struct world *self, bool with_submission);

/* Join, start, and a scoring actor that knows it; what was sent is forgotten. */
void world_contest(struct world *self);

/* ---- judge --------------------------------------------------------------------------------- */
/* A lease: the submission's fence is one higher from now on. */
int64_t world_lease(struct world *self, int64_t submission_id);
/* Reports a verdict for the newest lease; with world_report_fence, for another. */
struct envelope world_report(struct world *self, int64_t submission_id, enum verdict verdict);
struct envelope world_report_fence(struct world *self, int64_t submission_id, enum verdict verdict,
                                   int64_t fence);

/* ---- an operator, and the scheduler -------------------------------------------------------- */
/* Applies a rejudging, so far of nothing; each trial then adds a submission, and how it came out.
 */
void world_rejudge(struct world *self);
void world_trial(struct world *self, int64_t submission_id, enum verdict verdict);
/* Tells scoring to do the room. */
struct envelope world_order(struct world *self);

/* ---- store --------------------------------------------------------------------------------- */
/* Runs and answers what scoring has asked, and what it asks then, until it asks no more. */
void world_store(struct world *self);
/* Sends a read or a command about the room, and lets the store work. */
struct envelope world_ask(struct world *self, uint16_t kind, int64_t user_id);
void world_forget(struct world *self);

/* The newest state pushed to fan-out. */
const struct msg_watched *world_pushed(const struct world *self);

#endif
