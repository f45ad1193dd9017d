/* An HTTP response that carries SockJS frames to a browser: a poll, which one frame answers, or a
 * stream, which goes on until it is large enough. */
#ifndef GATEWAY_SOCKJS_RECEIVER_H
#define GATEWAY_SOCKJS_RECEIVER_H

#include "gateway/http/reply.h"
#include "gateway/sockjs/transport.h"

struct receiver;
struct session;

/* Takes the request's connection over: *request_p is NULL afterwards. `answer` has the response's
 * header lines and no body; `callback` is jsonp's and htmlfile's, or "". A stream's beginning is
 * sent at once. `session`, borrowed, is told when the peer goes away before the end; NULL when
 * nobody cares. */
struct receiver *receiver_new(struct request **request_p, const struct transport *transport,
                              const struct answer *answer, struct slice callback,
                              struct session *session);
/* Whether a frame can be sent now; session_flush is called when it can be again. */
bool receiver_ready(const struct receiver *self);
/* Sends a frame; `last` ends the response. False when it has ended: the receiver is gone. */
bool receiver_send(struct receiver *self, struct slice frame, bool last);
/* Twice a second. */
void receiver_tick(struct receiver *self, int64_t now_ms);

/* From libwebsockets' callbacks: -1 closes the connection. */
int receiver_written(struct receiver **owner);
/* The connection is gone. */
void receiver_abandon(struct receiver **owner);

#endif
