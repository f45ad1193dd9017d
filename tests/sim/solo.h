/* One actor by itself, with a hand-cranked clock: messages are given, what it wants is looked at.
 * A message goes through the codec and is stamped, as in the host; ticks come when the clock is
 * moved. Can be recorded. One thread. */
#ifndef TESTS_SIM_SOLO_H
#define TESTS_SIM_SOLO_H

#include "actors/runtime/actor.h"
#include "actors/runtime/recorder.h"

struct solo {
    const struct actor_class *class; /* which actor */
    struct rec_actor_config config;  /* what it was told */
    void *context;                   /* an edge's, borrowed; or NULL */
    void *state;                     /* owned through class */
    struct outbox outbox;            /* of the last message; read it, or take from it */
    struct arena arena;              /* of the last message, decoded */
    struct arena read_arena;         /* of what solo_read decoded since the last message */
    struct recorder *recorder;       /* borrowed; NULL: not recorded */
    int64_t now_ms;                  /* the clock */
    uint64_t seed;                   /* the next message's */
    int64_t wake_ms;                 /* when a tick is wanted; I64_NONE: not */
};

/* A configuration with the program's defaults, shard 0 of 1. */
struct rec_actor_config solo_config(void);

void solo_init(struct solo *self, const struct actor_class *class,
               const struct rec_actor_config *config, void *context);
void solo_fini(struct solo *self);

/* True when the actor takes messages of that kind: what the host would give it. */
bool solo_takes(const struct solo *self, uint16_t kind);
/* Gives one message, stamped with the clock; the outbox is then what came of it. False: the body
 * could not be read, or the actor does not take the kind; nothing was given. Edges that batch need
 * solo_turn_end. */
bool solo_give(struct solo *self, const struct frame *frame);
void solo_turn_end(struct solo *self);
/* Encodes a message and gives it. `envelope` may be NULL: nobody asks. */
void solo_tell(struct solo *self, const struct envelope *envelope, uint16_t id,
               const void *message);
void solo_start(struct solo *self);
/* Moves the clock; gives a tick and returns true when its instant has come. Once: what the actor
 * wants after that tick is another call. */
bool solo_move_to(struct solo *self, int64_t now_ms);

/* The message at an index of the outbox, decoded: fails the check when there is none or it is of
 * another kind. Valid until the next message is given. */
const void *solo_read(struct solo *self, uint32_t index, uint16_t id);
const struct envelope *solo_envelope(const struct solo *self, uint32_t index);

#endif
