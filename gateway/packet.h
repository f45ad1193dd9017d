/* Bytes that wait to be sent, shared by all connections that are sent the same: counted references,
 * and room in front for the header that the WebSocket library writes there. One thread. */
#ifndef GATEWAY_PACKET_H
#define GATEWAY_PACKET_H

#include "proto/bytes.h"

struct packet {
    uint32_t references; /* who holds it */
    uint32_t head_room;  /* bytes in front */
    size_t length;       /* bytes to send */
    char bytes[];        /* head room, then what is sent */
};

/* A copy of `text` with one reference, the caller's. */
struct packet *packet_new(size_t head_room, struct slice text);
struct packet *packet_share(struct packet *self);
/* Gives one reference back; the last one frees. NULL is fine. */
void packet_drop(struct packet **self);

static inline char *packet_data(struct packet *self)
{
    return self->bytes + self->head_room;
}

/* What one connection has still to be sent, in order, bounded in number and in bytes. */

#define BACKLOG_MAX_PACKETS 256
#define BACKLOG_MAX_BYTES (1024 * 1024)

struct backlog {
    struct packet **packets; /* owned ring, each with a reference; NULL until the first */
    uint32_t capacity;       /* of the ring, a power of two */
    uint32_t head;           /* index of the oldest */
    uint32_t count;          /* how many wait */
    size_t bytes;            /* their lengths together */
};

/* Takes a reference of its own. False when that would pass a bound: the connection does not read
 * what it is sent, and the caller drops it. */
bool backlog_push(struct backlog *self, struct packet *packet);
/* The oldest, borrowed; NULL when nothing waits. */
struct packet *backlog_first(const struct backlog *self);
/* The oldest is sent. */
void backlog_pop(struct backlog *self);
void backlog_fini(struct backlog *self);

#endif
