/* What a request asks of which actor, and what its answer looks like to a browser. */
#ifndef GATEWAY_ROUTES_ROUTES_H
#define GATEWAY_ROUTES_ROUTES_H

#include "gateway/http/reply.h"

/* Checks what parameters.def can't: false with a sentence. */
bool route_check(struct request *request, struct complaint *complaint);
/* Sends the route's message; request->handle is set. False when the actor or we are too busy. */
bool route_ask(struct request *request);
/* An actor's answer as ours. The body is written to `body`. Not for MSG_refused. */
struct answer route_answer(const struct request *request, uint16_t id, const void *message,
                           struct buffer *body);

#endif
