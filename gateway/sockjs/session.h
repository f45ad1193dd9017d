/* SockJS sessions over HTTP, each the carrier of one client: what waits for it, and the receiver
 * that takes it, one at a time. A session without a receiver ends after SESSION_ALONE_MS; whatever
 * ended it, it is remembered as long, so that its client is told why. Bounded in number, and each
 * in what waits (packet.h): a client that does not read is closed. */
#ifndef GATEWAY_SOCKJS_SESSION_H
#define GATEWAY_SOCKJS_SESSION_H

#include "gateway/sockjs/receiver.h"

#define SESSIONS_MAX 20000    /* of one gateway; more are refused */
#define SESSION_ALONE_MS 5000 /* without a receiver */

struct sessions;
struct session;

struct sessions *sessions_new(struct server *server);
void sessions_destroy(struct sessions **self_p);
/* NULL: there is none of that id. */
struct session *sessions_find(struct sessions *self, struct slice id);
/* NULL: there are too many. */
struct session *sessions_add(struct sessions *self, struct slice id);
/* Twice a second: heart-beats, and the ends of sessions. */
void sessions_tick(struct sessions *self, int64_t now_ms);
/* Forgets those that nobody can tell anything any more; how many are left. */
size_t sessions_drain(struct sessions *self);

/* A message from the client. A session that has ended takes no notice. */
void session_received(struct session *self, struct slice message);
/* The session's receiver, if it has none; else that one is told so. */
void session_attach(struct session *self, struct request **request_p,
                    const struct transport *transport, const struct answer *answer,
                    struct slice callback);

/* From its receiver: it can send; it has been silent for long; its peer went away. */
void session_flush(struct session *self);
void session_beat(struct session *self);
void session_interrupted(struct session *self);

#endif
