/* How a client's bytes travel: a WebSocket, or a SockJS session on whatever its browser can do. One
 * client of realtime.h each; first member of the struct that has the connection. */
#ifndef GATEWAY_CARRIER_H
#define GATEWAY_CARRIER_H

#include "gateway/packet.h"

struct carrier;
struct client;

struct carrier_class {
    /* Takes a reference of its own when it keeps the packet. Called in the middle of a walk over
     * subscribers: must not call realtime.h, so a carrier that is broken or full says so later, by
     * realtime_closed. */
    void (*send)(struct carrier *self, struct packet *packet);
    /* Ends when everything before is sent; `status` is one of WebSocket's (RFC 6455, 7.4). */
    void (*close)(struct carrier *self, uint16_t status);
};

struct carrier {
    const struct carrier_class *class; /* what it is */
    struct client *client;             /* owned; NULL once it is closed */
    bool sockjs; /* its packets are SockJS arrays, a["…"]; else what STOMP wrote */
};

#endif
