/* One HTTP request from its headers to its answer. `owner` is where the connection keeps its
 * request while there is one. What these return is what libwebsockets wants from the callback. */
#ifndef GATEWAY_HTTP_EXCHANGE_H
#define GATEWAY_HTTP_EXCHANGE_H

#include "gateway/http/request.h"

int exchange_begin(struct server *server, struct lws *wsi, struct request **owner,
                   struct slice path);
/* Its body has still to come, and not too slowly. */
int exchange_await_body(struct request **request_p);
int exchange_body(struct request **owner, struct slice piece);
int exchange_body_end(struct request **owner);
/* The answer comes later: what the callback returns then. Who gives it calls server_close when the
 * reply says so. */
int exchange_wait(struct request *request);
/* The connection is gone; an answer to what it asked finds nobody. */
void exchange_abandon(struct request **owner);

#endif
