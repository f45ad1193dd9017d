/* The inside of the scoring actor, shared by its files; scoring.c says what the actor is. */
#ifndef ACTORS_SCORING_SCORING_H
#define ACTORS_SCORING_SCORING_H

#include "actors/runtime/actor.h"
#include "actors/scoring/reads.h"
#include "actors/scoring/score_cache.h"

#define ROOM_LINE_MAX 32     /* messages that wait for one room's store answer */
#define WAITERS_MAX 8        /* who waits for one room's result; more read SETTLING at once */
#define RESULT_WAIT_MS 30000 /* then a waiter reads SETTLING */
#define REPEAT_MS 2000       /* an unanswered question is asked again */
#define TRIES_MAX 3          /* unanswered ones before those who wait are told that we failed */
#define REFUSALS_MAX 3       /* of one room's commits in a row before its reloads take their time */

struct scoring {
    struct score_cache cache; /* rooms */
    struct reads reads;       /* reads under way */
    struct arena arena;       /* for kept messages, during one turn */
};

/* ---- scoring.c: rooms and the store -------------------------------------------------------- */

/* Asks the store about a room that nothing is being asked of. */
void scoring_ask(struct scoring *self, struct score_entry *entry, enum score_asking asking,
                 const struct envelope *cause, struct outbox *out);
/* Loads the room again and then serves the kept (given, not NULL) before all others. */
void scoring_reload(struct scoring *self, struct score_entry *entry, struct kept *kept,
                    struct outbox *out);

/* ---- scoring_commands.c: what a message does to a room that is loaded and idle
 * ----------------------- */

/* Serves a kept message, which it is given. May ask the store. */
void scoring_serve(struct scoring *self, struct score_entry *entry, struct kept *kept,
                   const union any_message *message, struct outbox *out);
/* The room was loaded; says what nobody was there to say. `turn` is the message being handled. */
void scoring_after_load(struct score_entry *entry, const struct envelope *turn, struct outbox *out);
/* The store has confirmed what was asked; `done` is its answer. May ask the next thing. */
void scoring_confirmed(struct scoring *self, struct score_entry *entry, enum score_asking asked,
                       const struct msg_store_done *done, const struct envelope *turn,
                       struct outbox *out);
/* Refuses a message in its own way: a verdict for a room that is none is not kept, and for any
 * other reason not answered, since the judge asks again. */
void scoring_turn_away(const struct envelope *envelope, const void *message, enum refusal refusal,
                       struct outbox *out);

#endif
