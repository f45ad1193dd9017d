/* Every read that scoring answers: from a room in memory, or by asking the store.
 *
 * Reads of the second kind stand in a bounded table while the store works; their questions are
 * numbered behind the rooms'. A read is not repeated: after READ_WAIT_MS it is refused, for whoever
 * asked waits hardly longer. No read changes anything. */
#ifndef ACTORS_SCORING_READS_H
#define ACTORS_SCORING_READS_H

#include "actors/scoring/score_cache.h"

#define READS_MAX 1024              /* reads of a shard that wait for the store; more are refused */
#define READS_FIRST_SLOT SCORES_MAX /* slots below are rooms' */
#define READ_WAIT_MS 5000
#define PROFILE_MATCHES 5

struct read {
    struct envelope asker; /* who asked for what: asker.kind says how to read the answer */
    int64_t due_ms;        /* when we stop waiting */
    uint32_t generation;   /* which use of this slot */
    bool open;             /* waits for the store */
};

struct reads {
    struct read table[READS_MAX]; /* by slot - READS_FIRST_SLOT */
    uint32_t free[READS_MAX];     /* places of the table without a read; free_count of them */
    uint32_t free_count;          /* how many */
};

void reads_init(struct reads *self);

/* state_get, leaderboard_get, problems_get, watch: of a loaded room. Answers, or refuses. */
void reads_room(struct reads *self, const struct score_room *room, const struct envelope *request,
                struct outbox *out);
/* The reads that need the store and no room: current_get, stats_get, profile_get, history_get,
 * submission_get, submissions_get, run_get. */
void reads_ask(struct reads *self, const struct envelope *request, const void *message,
               struct outbox *out);
/* Tells a submitter of his verdict from the row itself, where the details are no more at hand. */
void reads_tell_submission(struct reads *self, const struct envelope *cause, int64_t submission_id,
                           struct outbox *out);
/* The store's answer, NULL when it failed, to the question in the envelope's address; one that
 * nobody waits for is passed over. */
void reads_answer(struct reads *self, const struct envelope *envelope,
                  const struct msg_store_done *done, struct outbox *out);
/* Refuses what has waited too long. The next instant to be woken at; I64_NONE: none. */
int64_t reads_tick(struct reads *self, int64_t now_ms, struct outbox *out);

#endif
