/* The clients: one STOMP session each, the hub of their subscriptions, and what is pushed. How a
 * client is connected is its carrier's business. */
#ifndef GATEWAY_REALTIME_H
#define GATEWAY_REALTIME_H

#include "gateway/carrier.h"
#include "gateway/server.h"

struct realtime *realtime_new(struct server *server);
void realtime_destroy(struct realtime **self_p);

/* A client on that carrier, which keeps it in `client` until it calls realtime_closed: when its
 * connection has ended, whoever ended it. */
void realtime_opened(struct realtime *self, struct carrier *carrier);
void realtime_received(struct client *client, struct slice bytes);
void realtime_closed(struct carrier *carrier);

/* A room as it is now, to those of its subscribers who may and have nothing newer. */
void realtime_push_room(struct realtime *self, const struct msg_watched *watched);
/* A verdict or how far it is, to its submitter; a run, to whoever made it. */
void realtime_push_submission(struct realtime *self, const struct rec_submission *submission);
void realtime_push_run(struct realtime *self, const struct rec_run *run);
/* What somebody published (see actors/fanout/events.h), as it is: a room's state to those of its
 * subscribers whom scoring has let in and who have nothing newer, a verdict to its user. */
void realtime_pass_room(struct realtime *self, const struct msg_room_heard *heard);
void realtime_pass_verdict(struct realtime *self, const struct msg_verdict_heard *heard);
/* Something of the stream was missed: asks for all rooms with subscribers again, not at once. */
void realtime_ask_again(struct realtime *self);

/* Twice a second: heart-beats, and snapshots that have to be asked for once more. */
void realtime_tick(struct realtime *self, int64_t now_ms);

/* Closes all clients with 1001, each when it has been sent what waits for it. */
void realtime_drain(struct realtime *self);

#endif
