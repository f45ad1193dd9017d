/* The WebSockets: one STOMP session each, the hub of their subscriptions, and what is pushed. */
#ifndef GATEWAY_REALTIME_H
#define GATEWAY_REALTIME_H

#include "gateway/server.h"

struct socket;

struct realtime *realtime_new(struct server *server);
void realtime_destroy(struct realtime **self_p);

/* From libwebsockets' callbacks. `realtime_written` and `realtime_received` tell with false that
 * the connection must be closed; then, or whenever it closes, realtime_closed forgets it. */
struct socket *realtime_opened(struct realtime *self, struct lws *wsi);
bool realtime_received(struct socket *socket, struct slice bytes);
bool realtime_written(struct socket *socket);
void realtime_closed(struct socket **socket_p);

/* A room as it is now, to those of its subscribers who may and have nothing newer. */
void realtime_push_room(struct realtime *self, const struct msg_watched *watched);
/* A verdict, to its submitter. */
void realtime_push_submission(struct realtime *self, const struct rec_submission *submission);
/* What somebody published (see actors/fanout/events.h), as it is: a room's state to those of its
 * subscribers whom scoring has let in and who have nothing newer, a verdict to its user. */
void realtime_pass_room(struct realtime *self, const struct msg_room_heard *heard);
void realtime_pass_verdict(struct realtime *self, const struct msg_verdict_heard *heard);
/* Something of the stream was missed: asks for all rooms with subscribers again, not at once. */
void realtime_ask_again(struct realtime *self);

/* Twice a second: heart-beats, and snapshots that have to be asked for once more. */
void realtime_tick(struct realtime *self, int64_t now_ms);

/* Closes all sockets with 1001, each when it has been sent what waits for it. */
void realtime_drain(struct realtime *self);
size_t realtime_sockets(const struct realtime *self);

#endif
