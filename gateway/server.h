/* What the gateway's thread has: one event loop with libwebsockets and the port to the actors on
 * it, and the tables. Everything here belongs to that thread. */
#ifndef GATEWAY_SERVER_H
#define GATEWAY_SERVER_H

#include <ev.h>
#include <libwebsockets.h>

#include "gateway/gateway.h"
#include "gateway/hub.h"
#include "gateway/http/ip.h"
#include "gateway/http/cors.h"
#include "gateway/http/crowd.h"
#include "gateway/pending.h"
#include "gateway/token.h"
#include "gateway/users.h"
#include "gateway/waiter.h"

struct bridge;
struct oauth;
struct realtime;
struct receiver;
struct request;
struct sessions;
struct socket;

#define SERVER_CONNECTIONS_MAX \
    20000                        /* or what the descriptor limit allows; more wait in the kernel */
#define SERVER_PENDING_MAX 8192  /* questions to actors that are open */
#define SERVER_REQUESTS_MAX 4096 /* HTTP requests among them; more are answered 503 */
#define SERVER_TICK_S 0.5        /* how late a deadline or a heart-beat may be noticed */

/* libwebsockets keeps one per connection, zeroed at first. */
struct connection {
    struct request *request;   /* the one that is not answered; or NULL */
    struct socket *socket;     /* of a WebSocket; or NULL */
    struct receiver *receiver; /* of a SockJS response that is open; or NULL */
};

/* Of each connection, from its accept to its end: libwebsockets' opaque user data. */
struct peer {
    struct server *server; /* borrowed */
    struct ip address;     /* whose it is: a client's, or a proxy's */
    bool proxy;            /* a trusted one's, that of no client in particular; is not counted */
};

struct server {
    const struct gateway_config *config; /* borrowed */
    struct ev_loop *loop;                /* owned */
    struct lws_context *context;         /* owned */
    struct lws_vhost *vhost;             /* of the context */
    struct bridge *bridge;               /* owned; the actors */
    struct realtime *realtime;           /* owned; the clients */
    struct socket *sockets;              /* the list of all WebSockets; the context's */
    uint32_t socket_count;               /* how many */
    struct sessions *sessions;           /* owned; SockJS' over HTTP */
    uint32_t receivers;                  /* responses of theirs that are open */
    struct pending *pending;             /* owned; who waits for an actor */
    struct tokens *tokens;               /* owned */
    struct users users;                  /* whose tokens are good */
    struct oauth *oauth;                 /* owned; the login provider's client, or NULL */
    ev_async oauth_ready;                /* it has answers */
    struct networks proxies;             /* whose word about clients is believed */
    struct crowd *crowd;                 /* owned; limits by address, or NULL */
    struct cors cors;                    /* origins of the configuration */
    struct buffer scratch;               /* owned; the answer that is being composed */
    uint32_t requests;                   /* HTTP requests that are not answered */
    uint32_t connections;                /* open, of whatever kind */
    uint32_t connections_max;            /* more are not accepted */
    bool listening;                      /* connections are taken */
    bool draining;                       /* about to stop */
    uint64_t request_number;             /* counts requests, for their ids */
    uint64_t boot;                       /* chance, in those ids */
    char date[40];                       /* "Mon, 23 Nov 2026 11:07:46 GMT" */
    int64_t date_s;                      /* the second that it is of */
    int listener;                        /* bound descriptor; -1 once it is closed */
    ev_io accepting;                     /* on the listener, from gateway_listen on */
    ev_timer ticking;                    /* deadlines and heart-beats */
};

/* Builds the context around a bound listener, which it owns from here on whatever the result. NULL:
 * `error` says why. */
struct server *server_new(const struct gateway_config *config, int listener, char *error,
                          size_t error_size);
void server_destroy(struct server **self_p);
void server_listen(struct server *self);
/* Stops taking connections and commands; server_idle tells when all is answered and sent. */
void server_drain(struct server *self);
/* Takes the renewed certificate, or says on the log why not. */
void server_reload(struct server *self);
bool server_idle(struct server *self);

/* Closes a connection from outside its own callback, at once. */
void server_close(struct lws *wsi);

#endif
