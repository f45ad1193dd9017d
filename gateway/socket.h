/* A WebSocket as a carrier: STOMP as it is, or in SockJS' frames. */
#ifndef GATEWAY_SOCKET_H
#define GATEWAY_SOCKET_H

#include "gateway/server.h"

#define SOCKET_MESSAGE_MAX_BYTES (256 * 1024) /* of a SockJS message, which is read whole */

struct socket;

/* From libwebsockets' callbacks. `socket_received` and `socket_written` tell with false that the
 * connection must be closed; then, or whenever it closes, socket_closed forgets it. */
struct socket *socket_opened(struct server *server, struct lws *wsi, bool sockjs);
bool socket_received(struct socket *self, struct slice bytes, bool last);
bool socket_written(struct socket *self);
void socket_closed(struct socket **self_p);

/* Twice a second: heart-beats. */
void sockets_tick(struct server *server, int64_t now_ms);

#endif
