/* The edge of a queue that several judges share: a thread beside its judge, with a port of its own.
 *
 * It keeps a connection, made again after each loss with growing pauses, and tells its judge under
 * which epoch it is up (queue_ready), again and again; passes on what the queue delivers, also
 * again until the judge has acknowledged or rejected it; and publishes what the judge says, until
 * the server has confirmed it. Nothing that it holds is needed after its death: submissions are
 * durable before anybody hears of them, the server delivers again, and the judge's sweep finds the
 * rest. */
#ifndef JUDGE_QUEUE_H
#define JUDGE_QUEUE_H

#include "actors/judge/broker.h"
#include "actors/runtime/topology.h"

#define QUEUE_UNCONFIRMED_MAX \
    10000 /* submissions kept to be published; past it: left to the sweep */

struct queue_options {
    const struct topology *topology; /* borrowed, outlives the queue */
    const char *url;                 /* borrowed, outlives the queue */
    uint8_t shard;                   /* of the judge that it belongs to */
};

struct queue;

/* Is it a queue that several judges can share? Else it is the only judge's own line. */
bool queue_url_shared(const char *url);
/* The URL's form alone. False: `error` says what is wrong with it. */
bool queue_url_valid(const char *url, struct broker_error *error);
/* Is the server there, does it let us in, can it do what we need, are its queues as ours must be?
 * Changes nothing there; true: the error's text says what is there. Blocking, some seconds at most.
 */
bool queue_probe(const char *url, struct broker_error *error);

/* Starts the thread, which connects. NULL: `error` says which address is wrong. */
struct queue *queue_start(const struct queue_options *options, char *error, size_t error_size);
/* Ends it; what is unacknowledged goes to other judges. Takes NULL and a pointer to NULL. */
void queue_stop(struct queue **self_p);

#endif
