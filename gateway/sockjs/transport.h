/* transports.def as a table, and what a SockJS path means (sockjs-protocol 0.3.3). Pure. */
#ifndef GATEWAY_SOCKJS_TRANSPORT_H
#define GATEWAY_SOCKJS_TRANSPORT_H

#include <stdbool.h>

#include "proto/bytes.h"

#define SOCKJS_BASE "/ws"
#define SOCKJS_ID_MAX_BYTES 128 /* of a session's id; clients take eight */

enum transport_name {
#define TRANSPORT(name, method, does, content_type) TRANSPORT_##name,
#include "gateway/sockjs/transports.def"
#undef TRANSPORT
    TRANSPORTS /* how many there are */
};

enum transport_does { DOES_SOCKET, DOES_POLL, DOES_STREAM, DOES_SEND };

struct transport {
    const char *word;         /* as in the path */
    const char *method;       /* GET or POST */
    const char *content_type; /* of its answers */
    enum transport_name name; /* its number */
    enum transport_does does; /* what it is for */
};
extern const struct transport transports[TRANSPORTS];

enum place_kind {
    PLACE_ELSEWHERE, /* not below /ws */
    PLACE_NOWHERE,   /* below it, but nothing is there */
    PLACE_GREETING,  /* /ws and /ws/ */
    PLACE_INFO,      /* /ws/info */
    PLACE_IFRAME,    /* /ws/iframe*.html */
    PLACE_SCRIPT,    /* /ws/iframe.js: our own, which that page loads */
    PLACE_RAW,       /* /ws/websocket: a WebSocket without SockJS' frames */
    PLACE_SESSION    /* /ws/{server}/{session}/{transport} */
};

struct place {
    enum place_kind kind;              /* which */
    const struct transport *transport; /* of a session's */
    struct slice session;              /* its id: borrowed from the path */
};

/* Of a decoded path. The server's id is for load balancers and means nothing here. */
struct place place_read(struct slice path);
/* Whether a path is /ws or below it. */
bool place_is_ours(struct slice path);

#endif
