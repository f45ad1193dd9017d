/* The HTTP side of SockJS 0.3.x (sockjs-protocol 0.3.3), at /ws and below: greeting, info, the page
 * for iframes, and the transports that are no WebSocket. */
#ifndef GATEWAY_SOCKJS_SOCKJS_H
#define GATEWAY_SOCKJS_SOCKJS_H

#include "gateway/http/request.h"

#define SOCKJS_BODY_MAX_BYTES (256 * 1024) /* of messages sent at once */

/* A request for a path that is ours (place_is_ours), with its head read: answers it, or lets its
 * body come. The results are what libwebsockets wants from its callback. */
int sockjs_begin(struct request **request_p);
/* Its body is there. */
int sockjs_body_end(struct request **request_p);

#endif
