/* What an actor is: a struct of state and a function from one message to an outbox.
 *
 * A core actor is deterministic: the same messages, in the same order, give the same outbox, byte
 * for byte. It sees no socket, thread, clock or generator: time (now_ms) and chance (seed) come in
 * the envelope, ids come from the store's answers, and being woken is a message too (tick).
 * An edge (store) has the same shape but talks to the world outside, and may batch. */
#ifndef RUNTIME_ACTOR_H
#define RUNTIME_ACTOR_H

#include "actors/runtime/outbox.h"
#include "proto/envelope.h"

struct actor_class {
    enum actor_kind kind; /* which it is */

    /* Makes the state. `context` is the edge's own configuration, NULL for cores. NULL when an edge
     * can't be made; it has said why on the log. */
    void *(*create)(const struct rec_actor_config *config, void *context);

    /* Takes one message. `message` is the struct of envelope->kind; it, its texts and lists live
     * until turn_end has returned. Never waits (cores), never keeps `out`. */
    void (*handle)(void *self, const struct envelope *envelope, const void *message,
                   struct outbox *out);

    /* Edges that batch: everything that lay in the mailbox has been handled; do it now. Or NULL. */
    void (*turn_end)(void *self, struct outbox *out);

    /* Edges with descriptors of their own put them into one that stands for all (epoll). Asked
     * once, after create; stays the actor's. -1: this one has none. Or NULL: none ever has. */
    int (*descriptor)(void *self);
    /* The descriptor is readable: do what can be done without waiting. turn_end follows. Called
     * again as long as it stays readable. NULL only without `descriptor`. */
    void (*ready)(void *self, struct outbox *out);

    void (*destroy)(void **self_p);

    /* The messages it takes, ended by 0. Others are refused by the host and never get to handle. */
    const uint16_t *receives;
};

/* The classes of this program, each in its own file. */
extern const struct actor_class auth_class, room_class, scoring_class, judge_class, scheduler_class,
    fanout_class, store_class;

#endif
