/* Whoever waits for an actor's answer, as the pending table's owner: an HTTP request, a subscriber
 * that needs its room's state, a question of /readyz. First member of each. */
#ifndef GATEWAY_WAITER_H
#define GATEWAY_WAITER_H

#include "proto/envelope.h"

struct server;
struct waiter;

struct waiter_class {
    /* The answer has come; it lives until the function returns. The waiter is no longer pending. */
    void (*answer)(struct server *server, struct waiter *self, uint16_t id, const void *message);
    /* The deadline has passed. The waiter is no longer pending. */
    void (*expire)(struct server *server, struct waiter *self);
};

struct waiter {
    const struct waiter_class *class; /* what it is */
};

#endif
