/* Messages on their way: each arrives after a while of its own, in order between the same two
 * places, in any order otherwise. A container: who sends what, and what is lost, is sim.c's. */
#ifndef TESTS_SIM_NET_H
#define TESTS_SIM_NET_H

#include "proto/envelope.h"

#define NET_PLACES_MAX 24

/* A message on its way. */
struct parcel {
    int64_t at_ms;      /* when it arrives */
    uint64_t order;     /* of sending: breaks ties */
    uint64_t from_node; /* the sender's boot: what a crash may take with it */
    uint8_t from, to;   /* places */
    struct frame frame; /* body owned by the parcel */
};

struct net {
    struct parcel **heap;                            /* owned, count of them, earliest first */
    size_t count, capacity;                          /* how many, how many fit */
    uint64_t orders;                                 /* given so far */
    int64_t last_ms[NET_PLACES_MAX][NET_PLACES_MAX]; /* latest arrival between two places */
};

void net_fini(struct net *self);
/* Sends a copy, to arrive at this instant, or with the last one between the two places if that is
 * later. */
void net_send(struct net *self, uint8_t from, uint8_t to, uint64_t from_node, int64_t at_ms,
              const struct frame *frame);
/* When the next message arrives; false: none is on its way. */
bool net_next(const struct net *self, int64_t *at_ms, uint8_t *to);
/* Takes the next message; the caller frees it. */
struct parcel *net_take(struct net *self);
/* Loses what a boot has sent, each message for which `lose` says so. */
void net_lose(struct net *self, bool (*lose)(void *context, const struct parcel *parcel),
              void *context);

#endif
