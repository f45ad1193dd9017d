/* The inside of the judge actor: what its files share. Nobody else includes this.
 *
 * A job's life:   WAITING -> LEASING (the store counts the try) -> RUNNING (a runner has it)
 *                 -> REPORTING (scoring makes the verdict durable) -> gone
 * and back to WAITING when a runner vanished, failed, or gave it back. What a shared queue gave us
 * begins as LOOKING: the store is asked what it is. */
#ifndef JUDGE_JUDGE_H
#define JUDGE_JUDGE_H

#include <uthash.h>
#include <utlist.h>

#include "actors/runtime/actor.h"
#include "actors/store/commit.h"

#define JOBS_MAX 50000   /* of a kind, in memory; past it: left to the sweep, which finds them */
#define RUNNERS_MAX 1024 /* slots known; past it a slot is told OVERLOADED and asks again */
#define TRIES_MAX 3      /* failures of ours before a Judge Error */
#define FENCE_MAX 12     /* leases before one, over all restarts: such code kills its judges */
#define RETRY_MS 1000    /* before a second try where it failed; what is wrong may pass */
#define LEASE_MS 15000   /* a runner that is silent for so long has lost its job */
#define RUNNER_SILENT_MS 20000 /* an idle slot that does not repeat itself is gone */
#define STORE_RETRY_MS 2000    /* a lease that was not answered is asked for again */
#define LEASE_DOUBLINGS 4      /* … then after twice the time, and so on, at most so often */
#define REPORT_RETRY_MS 1000   /* a verdict that was not answered is reported again */
#define SWEEP_MS 5000          /* how often the store is asked what nobody remembers */
#define SWEEP_PAGE 500         /* rows of submissions_open, and of submissions_put_back */

#define RUN_LIMIT_MS 300000 /* a run that is not judged by then becomes Judge Error */

/* of a shared queue */
#define HOLD_MS 30000          /* a lease that is not renewed for so long may be taken by anybody */
#define RENEW_MS 10000         /* how often it is renewed */
#define TAKE_OVER_MS 2000      /* a holder whose message came back to us may still be at its end */
#define PUT_BACK_SWEEP_MS 2000 /* how often a judge looks for what the queue lost */
#define PUT_BACK_PAGE_MS 500   /* … or the next page of rejudgings, which are in no hurry */
#define PUT_BACK_MS 3000       /* what waits for so long while the queue is empty is lost … */
#define PUT_BACK_BUSY_MS                                                                   \
    60000             /* … or for so long while it is not; then twice as long, and so on \
                       */
#define HELD_MAX 16   /* deliveries beside those that slots are for, while some are held back */
#define PEERS_MS 5000 /* how often judges tell each other their runners' languages */

enum job_phase { JOB_LOOKING, JOB_WAITING, JOB_LEASING, JOB_RUNNING, JOB_REPORTING };

struct job {
    int64_t key;                  /* of the hash: its id, a trial's with a minus sign */
    int64_t id;                   /* of its submission, or of its trial */
    uint8_t kind;                 /* enum judging_kind: which, and its lane */
    bool own_input;               /* of a run; known once leased */
    int64_t language_id, user_id; /* of the submission or trial */
    int64_t room_id, problem_id;  /* known once leased */
    int64_t created_ms;           /* likewise */
    int64_t tests_total;          /* likewise */
    int64_t told_ms, told_tests;  /* when its user was last told how far it is, and how far */
    int64_t fence;                /* of the last lease */
    enum job_phase phase;         /* see above */
    uint32_t tries;               /* failures of ours so far */
    uint32_t generation;          /* of the open question */
    uint32_t leases_asked;        /* without an answer, at most LEASE_DOUBLINGS */
    int64_t tag;                  /* of the shared queue's message; 0: none */
    int64_t take_over_fence;      /* of the lease of another judge that we may take; -1: none */
    int64_t renew_ms;             /* when our lease is renewed; of a shared queue */
    bool redelivered;             /* the message had been given to somebody before */
    bool given_up;                /* its message belongs into the dead-letter queue */
    int64_t turn;                 /* its place among those of all users; of our own line */
    uint64_t runner;              /* the slot that has it: its node */
    bool checker;                 /* its problem has one; known once leased */
    int64_t avoid;                /* the place where it last came to nothing; -1: none */
    int64_t failed[TRIES_MAX];    /* the places of its tries; -1: not known */
    int64_t due_ms;               /* WAITING: not before; else: when it must have been heard of */
    struct msg_verdict_report report; /* of REPORTING, a submission's; compile_output is owned: */
    char *compile_output;             /* its text */
    struct buffer outcome;            /* of REPORTING, a trial's: the outcome, encoded; owned */
    int64_t judged_ms;                /* likewise: when */
    struct need *need;                /* of WAITING: which slots can judge it */
    struct job *prev, *next;          /* in the line (WAITING) or among the active */
    UT_hash_handle hh;
};

#define LANES (JUDGING_REJUDGE + 1)

/* What waits, and all there is, of one kind. A slot goes to the first lane that has something for
 * it: a contest does not wait for what is judged beside it, longer than for what is running. */
struct lane {
    struct job *line;   /* WAITING, in order */
    uint32_t waiting;   /* how many they are */
    struct need *needs; /* of those */
    uint32_t jobs;      /* in whatever phase */
    struct turn *turns; /* of our own line, by user */
    int64_t turn;       /* the latest that was served */
};

/* Whose turn it is in our own line: each user's jobs get turns one after the other, none before the
 * turn that is being served, and the line is in the order of turns. So a burst waits for itself
 * alone: of another user's job at most one of each user is ahead (start-time fair queueing: Goyal,
 * Vin and Cheng 1996, with equal weights and jobs of equal length). */
struct turn {
    int64_t user_id; /* key of the hash */
    int64_t next;    /* for his next job */
    uint32_t jobs;   /* that he has; at none he is forgotten */
    UT_hash_handle hh;
};

/* What all that waits in a lane for the same slots has in common. */
struct need_key {
    int64_t language_id;
    int64_t avoid;   /* a place, or -1; see struct job */
    int64_t checker; /* 0 or 1 */
};
struct need {
    struct need_key key;
    uint32_t waiting;         /* jobs in the line that have it */
    uint32_t slots, idle;     /* of the last look: slots that meet it, and the idle ones of these */
    struct runner_slot *slot; /* likewise: the one to be given; NULL: none */
    UT_hash_handle hh;
};

/* A slot of a runner: one submission at a time. Or another judge with all that its slots can. */
struct runner_slot {
    uint64_t node;           /* key of the hash: its port */
    struct envelope ready;   /* its last runner_ready: where jobs go */
    bool idle;               /* it waits for a job */
    bool peer;               /* it is another judge */
    bool checkers;           /* it runs problems' own programs */
    int64_t place;           /* slots with the same one fail together */
    int64_t heard_ms;        /* when it last said anything */
    uint32_t language_count; /* of: */
    struct {
        int64_t id;                 /* Judge0's */
        char name[64], version[64]; /* for people; cut */
    } languages[LANGUAGES_MAX];
    UT_hash_handle hh;
};

/* An id that was put back into the shared queue for another judge. */
struct pass {
    int64_t key;      /* of the hash: the job's */
    int64_t id;       /* of the submission or trial */
    uint8_t kind;     /* enum judging_kind */
    bool waits;       /* to be published */
    uint32_t count;   /* how often it was passed on */
    int64_t due_ms;   /* when it is published (waits), or forgotten */
    int64_t retry_ms; /* if it comes back, it is not begun before; 0: at once */
    uint32_t tries;   /* failures here so far */
    int64_t failed[TRIES_MAX]; /* as of the job */
    UT_hash_handle hh;
};

/* The edge of a shared queue, as it last told. */
struct judge_queue {
    struct envelope edge;   /* its last queue_ready: where our words go; kind 0: never heard */
    int64_t epoch;          /* of its connection; I64_NONE: it has none */
    int64_t waiting[LANES]; /* messages in the queue of each kind */
    int64_t prefetch;       /* as told to the edge for this epoch; -1: not yet */
    bool held;              /* a submission or run was held back, and some still wait */
    int64_t put_back_ms;    /* when to look for what the queue lost */
    int64_t peers_ms;       /* when to tell the other judges our languages */
    uint32_t put_back_open; /* generation of the open question; 0: none */
    struct pass *passes;    /* by key: what was handed to the other judges */
};

struct judge_actor {
    struct rec_actor_config config; /* as given */
    int64_t name;                   /* of this boot, in leases; from the first message's seed */
    struct judge_queue queue;       /* of config.queue_shared */
    struct job *jobs;               /* by key */
    struct lane lanes[LANES];       /* by kind, the first ones first */
    struct job *active;             /* LOOKING, LEASING, RUNNING, REPORTING */
    struct runner_slot *slots;      /* by node */
    uint32_t running;               /* how many of the active, for the gauge */
    uint32_t generation;            /* of the last question */
    uint32_t sweep_generation;      /* of the open question to the store; 0: none */
    int64_t sweep_after[2];         /* ids that the page begins after: submissions', trials' */
    int64_t sweep_ms;               /* when to sweep, or to ask again */
    bool recovered;                 /* the first sweep is over */
    bool draining;                  /* no new leases */
    int64_t now_ms;                 /* of the message being handled */
};

enum { QUESTION_JOB = 1, QUESTION_SWEEP = 2, QUESTION_PUT_BACK = 3 };

static inline uint32_t judge_next_generation(struct judge_actor *self)
{
    if (++self->generation == 0)
        self->generation = 1;
    return self->generation;
}

/* ---- judge_jobs.c: what is to be judged ------------------------------------------------------ */

/* Statements that do for the one what others do for the other. */
struct judging_statements {
    enum statement_number lease, lease_shared, problem, renew, look;
};
const struct judging_statements *judge_statements(uint8_t kind);

static inline bool judging_is_trial(uint8_t kind)
{
    return kind != JUDGING_SUBMISSION;
}

/* "submission" or "trial": for the log. */
const char *judge_job_noun(const struct job *job);
/* NULL when there is none. Of a trial any kind will do. */
struct job *judge_job_find(struct judge_actor *self, uint8_t kind, int64_t id);
/* The job whose open question this is, or NULL. */
struct job *judge_job_asked(struct judge_actor *self, uint32_t generation);
/* Does a job go to this slot, or is it there? */
bool judge_job_with(const struct judge_actor *self, uint64_t node);
/* A new one, LOOKING, of which there is none yet. NULL: no place. */
struct job *judge_job_add(struct judge_actor *self, uint8_t kind, int64_t id);
/* A new one of this user, WAITING in his turn. Nothing when it is there already, or finds no place.
 */
void judge_job_line_up(struct judge_actor *self, uint8_t kind, int64_t id, int64_t language_id,
                       int64_t user_id);
/* A trial that does not wait was taken for the other kind. */
void judge_job_is(struct judge_actor *self, struct job *job, uint8_t kind);
/* Moves it to another phase but WAITING; `due_ms` is when it must have been heard of. */
void judge_job_enter(struct judge_actor *self, struct job *job, enum job_phase phase,
                     int64_t due_ms);
/* Moves it into the line, not to be tried before `due_ms`: to its end, or, when it has been there
 * before, to its head. */
void judge_job_wait(struct judge_actor *self, struct job *job, int64_t due_ms, bool been_there);
void judge_job_forget(struct judge_actor *self, struct job *job);

/* Asks the store what is open, of our own line; the answer, which is lined up. */
void judge_sweep(struct judge_actor *self, struct outbox *out);
void judge_on_sweep(struct judge_actor *self, const struct envelope *envelope, const void *message,
                    struct outbox *out);

/* ---- judge_trials.c: what is told of a judging, and what becomes of a trial ---------------------
 */

/* Its user alone hears how far his submission is, not too often. */
void judge_tell_progress(struct judge_actor *self, struct job *job, int64_t tests_run,
                         struct outbox *out);
/* Takes what came of a trial, to be reported. */
void judge_trial_take(struct judge_actor *self, struct job *job,
                      const struct msg_judge_outcome *outcome);
/* Asks the store to write it; the question is the job's. */
void judge_trial_report(struct judge_actor *self, struct job *job, struct outbox *out);
/* The store's answer. True: it stands there, by this report or by one before it, and a run's user
 * is told; false: another lease is under way, or another's verdict is there. */
bool judge_trial_kept(struct judge_actor *self, struct job *job, const struct msg_store_done *done,
                      struct outbox *out);

/* Runs that nobody could make in time are ended: the statement, among those of a sweep, and its
 * rows, whose users are told. */
void judge_runs_give_up(const struct judge_actor *self, struct commit *commit);
void judge_runs_given_up(struct judge_actor *self, const struct rec_store_result *rows,
                         struct outbox *out);

/* ---- judge_queue.c: a queue that several judges share ------------------------------------------
 */

/* The edge's words. */
void judge_queue_on_ready(struct judge_actor *self, const struct envelope *envelope,
                          const struct msg_queue_ready *message, struct outbox *out);
void judge_queue_on_delivered(struct judge_actor *self, const struct envelope *envelope,
                              const struct msg_queue_delivered *message, struct outbox *out);
/* Asks the store what the message of a LOOKING job is about; the answer. */
void judge_queue_look(struct judge_actor *self, struct job *job, struct outbox *out);
void judge_queue_on_looked(struct judge_actor *self, struct job *job,
                           const struct msg_store_done *done, struct outbox *out);
/* Puts what is of this kind into its queue, as far as there is an edge to do it. */
void judge_queue_publish(struct judge_actor *self, uint8_t kind, int64_t *ids, uint32_t count,
                         struct outbox *out);
void judge_queue_on_put_back(struct judge_actor *self, const struct envelope *envelope,
                             const void *message, struct outbox *out);
/* Its lease is ours for another while, when it is time. */
void judge_queue_renew(struct judge_actor *self, struct job *job, struct outbox *out);
/* The same, without a verdict: nobody has it in hand any more. */
void judge_queue_let_go(struct judge_actor *self, struct job *job, struct outbox *out);
/* Forgets the job and lets go of its message, if it has one: for good, or to the dead letters. */
void judge_queue_settle(struct judge_actor *self, struct job *job, struct outbox *out);
/* What is done now and then; asks to be woken for the next time. */
void judge_queue_tick(struct judge_actor *self, struct outbox *out);
/* Tells the edge how many deliveries we want, if that has changed. */
void judge_queue_tell_prefetch(struct judge_actor *self, struct outbox *out);

/* ---- judge_passes.c: what is handed to the other judges of a shared queue -------------------- */

/* If another judge's runners can judge it, it goes back into the queue, at once or after a pause,
 * and the job is gone. False: nothing was done; nobody can, or it was passed on often enough. */
bool judge_pass_on(struct judge_actor *self, struct job *job, struct outbox *out);
/* It may have come back to us: what failed here stays counted. When it may be begun; 0: at once. */
int64_t judge_pass_recall(const struct judge_actor *self, struct job *job);
void judge_passes_tick(struct judge_actor *self, struct outbox *out);
void judge_passes_forget(struct judge_actor *self);

/* ---- judge_share.c: who gets an idle slot ---------------------------------------------------- */

/* The rule, for a job of that kind that `slots` can judge, of which `idle` are idle; `has_one`: a
 * job of the same user is with one of them. The last idle one of several is for who has none, and
 * no rejudging, for which nobody waits, takes it. */
bool judge_share_allows(uint8_t kind, uint32_t slots, uint32_t idle, bool has_one);
/* A job comes into the lane's line, or leaves it: counts. */
void judge_share_enlist(struct lane *lane, struct job *job);
void judge_share_unlist(struct lane *lane, struct job *job);
/* The first in the lane's line that is to have a slot now, and which; NULL: none. Asks to be woken
 * for those that an idle slot waits for. */
struct job *judge_share_next(struct judge_actor *self, uint8_t kind, struct runner_slot **slot,
                             struct outbox *out);

/* ---- judge_slots.c: who can judge
 * ---------------------------------------------------------------- */

/* A slot says that it is ready, or says so again. NULL: no place for it. The caller sets idle or
 * peer. */
struct runner_slot *judge_slot_ready(struct judge_actor *self, const struct envelope *envelope,
                                     const struct rec_language *languages, uint32_t count);
struct runner_slot *judge_slot_find(struct judge_actor *self, uint64_t node);
void judge_slot_forget(struct judge_actor *self, struct runner_slot *slot);
/* The idle ones of a place. */
void judge_slots_forget_idle(struct judge_actor *self, int64_t place);
/* Can it judge that language, and with a checker? Another judge cannot: it gets no jobs from us. */
bool judge_slot_meets(const struct runner_slot *slot, int64_t language_id, bool checker);
/* Looks at the slots for a need: how many meet it, how many of these are idle, and the first of
 * them. A place to avoid is one where a job came to nothing: it does not go there while there is
 * another one for it, idle or busy. */
void judge_slots_for(struct judge_actor *self, struct need *need);
bool judge_slot_idle(const struct judge_actor *self);
/* How many there are, idle or not; whether one of them can judge the job. */
uint32_t judge_slot_count(const struct judge_actor *self);
bool judge_slot_knows(const struct judge_actor *self, const struct job *job);
/* … one of another judge's; one of ours at a place where it has not failed. */
bool judge_slot_peer_knows(const struct judge_actor *self, const struct job *job);
bool judge_slot_untried(const struct judge_actor *self, const struct job *job);
/* Does one of our slots run checkers? */
bool judge_slot_checks(const struct judge_actor *self);
/* Forgets slots without a job, and other judges, that have been silent too long. */
void judge_slots_tick(struct judge_actor *self);
/* What can be judged now, by our own slots or also by those of the other judges: each language
 * once, by id. How many; texts are borrowed from the slots. */
uint32_t judge_slots_languages(const struct judge_actor *self, bool peers,
                               struct rec_language found[LANGUAGES_MAX]);

#endif
