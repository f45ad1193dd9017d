/* The inside of the judge actor: what its files share. Nobody else includes this.
 *
 * A job's life:   WAITING -> LEASING (the store counts the try) -> RUNNING (a runner has it)
 *                 -> REPORTING (scoring makes the verdict durable) -> gone
 * and back to WAITING when a runner vanished, failed, or gave it back. */
#ifndef JUDGE_JUDGE_H
#define JUDGE_JUDGE_H

#include <uthash.h>
#include <utlist.h>

#include "actors/runtime/actor.h"
#include "actors/store/commit.h"

#define JOBS_MAX 50000   /* in memory; past it: left to the sweeper, which finds them later */
#define RUNNERS_MAX 1024 /* slots known; past it a slot is told OVERLOADED and asks again */
#define TRIES_MAX 3      /* failures of ours before a Judge Error */
#define FENCE_MAX 12     /* leases before one, over all restarts: such code kills its judges */
#define LEASE_MS 15000   /* a runner that is silent for so long has lost its job */
#define RUNNER_SILENT_MS 20000 /* an idle slot that does not repeat itself is gone */
#define STORE_RETRY_MS 2000    /* a lease that was not answered is asked for again */
#define LEASE_DOUBLINGS 4      /* … then after twice the time, and so on, at most so often */
#define REPORT_RETRY_MS 1000   /* a verdict that was not answered is reported again */
#define SWEEP_MS 30000         /* how often the store is asked what nobody remembers */
#define SWEEP_PAGE 500         /* rows of submissions_open */

enum job_phase { JOB_WAITING, JOB_LEASING, JOB_RUNNING, JOB_REPORTING };

struct job {
    int64_t submission_id;        /* key of the hash */
    int64_t language_id, user_id; /* of the submission */
    int64_t room_id, problem_id;  /* known once leased */
    int64_t fence;                /* of the last lease */
    enum job_phase phase;         /* see above */
    uint32_t tries;               /* failures of ours so far */
    uint32_t generation;          /* of the open question */
    uint32_t leases_asked;        /* without an answer, at most LEASE_DOUBLINGS */
    uint64_t runner;              /* the slot that has it: its node */
    int64_t due_ms;               /* WAITING: not before; else: when it must have been heard of */
    struct msg_verdict_report report; /* of REPORTING; compile_output is owned: */
    char *compile_output;             /* its text */
    struct job *prev, *next;          /* in the line (WAITING) or among the active */
    UT_hash_handle hh;
};

/* A slot of a runner: one submission at a time. */
struct runner_slot {
    uint64_t node;           /* key of the hash: its port */
    struct envelope ready;   /* its last runner_ready: where jobs go */
    bool idle;               /* it waits for a job */
    int64_t heard_ms;        /* when it last said anything */
    uint32_t language_count; /* of: */
    struct {
        int64_t id;                 /* Judge0's */
        char name[64], version[64]; /* for people; cut */
    } languages[LANGUAGES_MAX];
    UT_hash_handle hh;
};

struct judge_actor {
    struct job *jobs;          /* by submission */
    struct job *line;          /* WAITING, in order */
    struct job *active;        /* LEASING, RUNNING, REPORTING */
    struct runner_slot *slots; /* by node */
    uint32_t waiting, running; /* how many of them, for the gauges */
    uint32_t generation;       /* of the last question */
    uint32_t sweep_generation; /* of the open question to the store; 0: none */
    int64_t sweep_after;       /* id that the page begins after */
    int64_t sweep_ms;          /* when to sweep, or to ask again */
    bool recovered;            /* the first sweep is over */
    bool draining;             /* no new leases */
    int64_t now_ms;            /* of the message being handled */
};

enum { QUESTION_JOB = 1, QUESTION_SWEEP = 2 };

static inline uint32_t judge_next_generation(struct judge_actor *self)
{
    if (++self->generation == 0)
        self->generation = 1;
    return self->generation;
}

/* ---- judge_slots.c: who can judge
 * ---------------------------------------------------------------- */

/* A slot says that it is ready, or says so again; `idle`: no job is on its way to it. False: no
 * place for it. */
bool judge_slot_ready(struct judge_actor *self, const struct envelope *envelope,
                      const struct msg_runner_ready *message, bool idle);
struct runner_slot *judge_slot_find(struct judge_actor *self, uint64_t node);
void judge_slot_forget(struct judge_actor *self, struct runner_slot *slot);
/* The first idle slot that can judge the language; NULL when there is none. */
struct runner_slot *judge_slot_for(struct judge_actor *self, int64_t language_id);
bool judge_slot_idle(const struct judge_actor *self);
/* Forgets idle slots that have been silent too long. */
void judge_slots_tick(struct judge_actor *self);
/* What can be judged now: each language once, by id. */
void judge_slots_languages(struct judge_actor *self, const struct envelope *request,
                           struct outbox *out);

#endif
