/* Whom the judge talks to, played by hand: a store that holds submissions and trials and counts
 * their leases, scoring that keeps what the newest lease reports, and slots of runners, which do
 * what the test says. */
#ifndef TESTS_JUDGE_WORLD_H
#define TESTS_JUDGE_WORLD_H

#include "actors/store/commit.h"
#include "tests/unit/actor_harness.h"

#define WORLD_SUBMISSIONS 2048
#define RETRY_MS 1000 /* before a second try at the same place */
#define FIRST 7001 /* the first submission's id; they count on from it */
#define USER 11
#define ROOM 65
#define PYTHON 71
#define CPP 54
#define JAVA 62

struct world_submission {
    uint8_t kind;          /* enum judging_kind: or a trial */
    int64_t user;          /* whose */
    int64_t created_ms;    /* of a trial: when its user wanted it */
    bool own_input;        /* of a run: it has one, "2 3" */
    uint32_t tests;        /* of a run: written with its verdict */
    bool gone;             /* of a run: deleted meanwhile */
    int64_t language;      /* its language's id */
    bool checker;          /* its problem has one */
    int64_t fence;         /* of its last lease */
    int64_t retried_fence; /* of the last one before an operator had it judged again */
    int64_t holder;        /* of a shared queue: the judge that has it in hand; 0: none */
    int64_t until_ms;      /* for so long */
    bool lost;             /* the next sweep puts it back */
    bool final;            /* it has its verdict */
    enum verdict verdict;  /* which */
};

struct world {
    struct actor_harness *harness;                          /* owned: with the judge actor in it */
    uint32_t answered;                                      /* of the sent ones, those looked at */
    struct world_submission submissions[WORLD_SUBMISSIONS]; /* by id, count of them */
    uint32_t count;                                         /* how many */
    bool dead;    /* the store: takes nothing and answers nothing */
    bool failing; /* the store: answers store_failed */
    bool deaf;    /* scoring: takes no verdict */
    bool refuses; /* scoring: keeps no verdict */
};

void world_init(struct world *self);
/* The first of two judges that share a queue. */
void world_init_shared(struct world *self);
void world_fini(struct world *self);
/* Starts the judge and lets its first sweep come to its end. */
void world_start(struct world *self);
void world_run(struct world *self);
void world_wait(struct world *self, int64_t ms);
void world_forget(struct world *self);

/* A submission that is in the store; with world_enqueue, room tells of it. Its id. */
int64_t world_submission(struct world *self, int64_t language_id);
int64_t world_enqueue(struct world *self, int64_t language_id);
/* The same for a trial of that user; ids are of one row with those of submissions. */
int64_t world_trial(struct world *self, enum judging_kind kind, int64_t user, int64_t language_id);
int64_t world_enqueue_run(struct world *self, int64_t user, int64_t language_id);
struct world_submission *world_row(struct world *self, int64_t submission_id);

/* ---- slots, by node; ten of them in a row are of one place ----------------------------------- */
void world_ready(struct world *self, uint64_t node, int64_t language_id);
void world_ready_without_checkers(struct world *self, uint64_t node, int64_t language_id);
void world_outcome(struct world *self, uint64_t node, int64_t submission_id, int64_t fence,
                   enum verdict verdict);
void world_progress(struct world *self, uint64_t node, int64_t submission_id, int64_t fence);
void world_progress_to(struct world *self, uint64_t node, int64_t submission_id, int64_t fence,
                       int64_t test);
void world_leave(struct world *self, uint64_t node, int64_t submission_id);
/* The runtime: what was sent to the slot did not leave. */
void world_unreachable(struct world *self, uint64_t node);

/* ---- the edge of a shared queue, at node WORLD_EDGE -------------------------------------------
 */
#define WORLD_EDGE 900
void world_connected(struct world *self, int64_t epoch, int64_t waiting); /* I64_NONE: lost */
void world_delivered(struct world *self, int64_t epoch, int64_t tag, int64_t submission_id,
                     bool redelivered);
/* The tag of the newest queue_ack or queue_reject; 0: none was sent. */
int64_t world_settled(const struct world *self, uint16_t kind);

/* The newest job that was sent to this slot; NULL when none was. */
const struct msg_judge_job *world_job(const struct world *self, uint64_t node);
uint32_t world_jobs(const struct world *self, uint64_t node); /* how many were */
/* How far a submission is, as its user was last told; -1: he was not. */
int64_t world_told(const struct world *self, int64_t submission_id);
/* What was last streamed of a run; NULL when nothing was. */
const struct rec_run *world_run_told(const struct world *self);
/* The newest verdict reported; NULL when none was. */
const struct msg_verdict_report *world_report(const struct world *self);

#endif
