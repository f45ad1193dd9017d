/* A queue that several judges share, and their connections to it, without a server: it does what
 * queue.h's edge promises to a judge, and whatever a real one may do to it. While things go wrong
 * it loses messages, takes them twice, gives them out in another order, and cuts connections. */
#ifndef TESTS_SIM_FAKE_QUEUE_H
#define TESTS_SIM_FAKE_QUEUE_H

#include "tests/sim/sim.h"

#define FAKE_QUEUES_MAX 4
#define FAKE_MESSAGES_MAX 4096

struct fake_message {
    int64_t submission_id; /* its body: or a trial's id, */
    uint8_t kind;          /* enum judging_kind: it is of the queue of those */
    bool redelivered;      /* it was in somebody's hand */
    uint8_t holder;        /* index of the edge that has it, from 1; 0: it waits */
    int64_t tag;           /* there */
};

struct fake_broker;

/* The edge of one judge. */
struct fake_queue {
    struct fake_broker *broker; /* borrowed */
    uint8_t place;              /* its own */
    uint8_t shard;              /* of its judge */
    int64_t epoch;              /* of its connection */
    int64_t tags;               /* given in it */
    int64_t prefetch;           /* as the judge wants it */
};

struct fake_broker {
    struct sim *sim;                                 /* borrowed */
    struct fake_message messages[FAKE_MESSAGES_MAX]; /* in order, message_count of them */
    uint32_t message_count;                          /* how many */
    uint32_t dead;                                   /* dead letters */
    int64_t epochs;                                  /* given */
    uint64_t losses;                                 /* connections cut */
    struct fake_queue queues[FAKE_QUEUES_MAX];       /* the edges, queue_count of them */
    uint8_t queue_count;                             /* how many */
};

/* One edge for each of the simulation's judges. */
void fake_broker_init(struct fake_broker *self, struct sim *sim);

#endif
