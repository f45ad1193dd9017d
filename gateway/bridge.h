/* The actors' port, taken into the gateway's loop: questions out, answers and streams in. */
#ifndef GATEWAY_BRIDGE_H
#define GATEWAY_BRIDGE_H

#include "gateway/server.h"

/* NULL: `error` says which address can't be reached. */
struct bridge *bridge_new(struct server *server, char *error, size_t error_size);
void bridge_destroy(struct bridge **self_p);

struct question_to {
    enum actor_kind actor; /* who is asked */
    int64_t key;           /* which of them: a room's id or a user's */
    int64_t user_id;       /* on whose behalf; 0: nobody's */
    uint64_t trace;        /* follows the request through the logs */
    uint32_t limit_ms;     /* how long the answer is waited for */
};

/* Sends a message and enters `waiter` into the pending table. Slot 0, and nothing is entered, when
 * the table or the actor's mailbox is full. */
struct pending_handle bridge_ask(struct bridge *self, const struct question_to *to, uint16_t id,
                                 const void *message, struct waiter *waiter);

#endif
