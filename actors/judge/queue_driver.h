/* What a queue that judges share must be able to do. A driver is a table of functions and whatever
 * stands behind `void *`; the edge (queue.c) chooses it by the URL's scheme. One thread uses a
 * connection. Nothing waits but open: what the server answers comes as events.
 *
 * The promises behind it: what was published and confirmed survives the server's death; what was
 * delivered is delivered again, to anybody, when it is neither acknowledged nor rejected by the
 * time that its connection is gone; a rejected submission goes to the dead letters, a rejected
 * trial nowhere, since its row says all; what waits in one queue holds up none of the others.
 * Anything may come twice, and in any order. */
#ifndef JUDGE_QUEUE_DRIVER_H
#define JUDGE_QUEUE_DRIVER_H

#include "actors/judge/broker.h"
#include "proto/limits.h"

#define QUEUE_FDS_MAX 2

enum queue_event_kind {
    QUEUE_NOTHING,   /* no more for now */
    QUEUE_DELIVERED, /* tag, queue, id, redelivered */
    QUEUE_POISON,    /* tag, queue, body: a message that is no id */
    QUEUE_CONFIRMED, /* tag, multiple: published ones that are safe, counted from 1 */
    QUEUE_UNKEPT,    /* tag, multiple: published ones that the server could not keep */
    QUEUE_DEPTH,     /* queue, waiting */
    QUEUE_LOST       /* the connection: close it; `error` says why */
};

struct queue_event {
    enum queue_event_kind kind; /* which */
    int64_t tag;                /* of the delivery, or of the publishing */
    enum queue_number queue;    /* where it came from, or whose depth it is */
    int64_t id;                 /* of QUEUE_DELIVERED: the submission's, or the trial's */
    bool redelivered;           /* somebody was given it before */
    bool multiple;              /* this one and all before it */
    int64_t waiting;            /* of QUEUE_DEPTH: messages */
    char body[64];              /* of QUEUE_POISON: its beginning, printable */
    struct broker_error error;  /* of QUEUE_LOST */
};

struct queue_driver {
    const char *schemes[3]; /* "amqp://", …; ended by NULL */
    /* Connects and makes the queues where they are not. NULL: `error` says why not. */
    void *(*open)(const char *url, struct broker_error *error);
    void (*close)(void **self_p, bool politely);
    /* The same checks as open, and whether the server can do what we need, and changes nothing. */
    bool (*probe)(const char *url, struct broker_error *error);
    /* False, of each of these: the connection is lost; receive will say why. */
    bool (*publish)(void *self, enum queue_number queue, int64_t id);
    bool (*ack)(void *self, int64_t tag);
    bool (*reject)(void *self, int64_t tag);
    bool (*prefetch)(void *self, uint32_t count); /* of each queue; 0: no more deliveries */
    bool (*ask_depth)(void *self);                /* of each queue */
    /* Does the server take what we publish now? A full one says so. */
    bool (*takes)(const void *self);
    /* The next thing that happened; also sends heart-beats: call it at least every other second. */
    void (*receive)(void *self, struct queue_event *event);
    /* The descriptors to read from; returns how many. Before waiting, receive until QUEUE_NOTHING.
     */
    size_t (*fds)(const void *self, int fds[QUEUE_FDS_MAX]);
};

extern const struct queue_driver queue_amqp_driver;

/* By the URL's scheme; NULL: none. */
const struct queue_driver *queue_driver_for(const char *url);

#endif
