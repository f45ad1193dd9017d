/* A host: one thread, one port, and the actors that live there.
 *
 * It works in turns. Let edges whose descriptor is readable go on; take what lies in the mailbox
 * (bounded), stamp each message with time and chance, journal it, let its actor handle it; messages
 * between actors of the same thread go straight to the mailbox and belong to the same turn; then
 * edges that batch do their work; when nothing is left the journals are written and only then does
 * anything leave the thread. An actor that takes `unreachable` is told when what it sent to a node
 * can't leave since that is gone; what is lost behind that with a connection nobody learns. */
#ifndef RUNTIME_HOST_H
#define RUNTIME_HOST_H

#include "actors/runtime/actor.h"
#include "actors/runtime/topology.h"

#define HOST_ACTORS_MAX 80

struct host_actor {
    const struct actor_class *class; /* which */
    struct rec_actor_config config;  /* what it is told; config.shard says which of them */
    void *context;                   /* an edge's own configuration, borrowed; or NULL */
};

struct host_options {
    const struct topology *topology; /* borrowed, outlives the host */
    int endpoint;                    /* the endpoint that is this thread's */
    const struct host_actor *actors; /* borrowed for host_new */
    size_t actor_count;              /* at most HOST_ACTORS_MAX */
    const char *journal_folder;      /* borrowed, outlives the host; NULL: no recording */
};

struct host;

/* Starts the thread and returns when its actors are made and its sockets bound. NULL: `error` says
 * why not. */
struct host *host_new(const struct host_options *options, char *error, size_t error_size);
/* Tells its actors that we are about to stop. */
void host_drain(struct host *self);
/* Handles what has come so far, stops the thread, destroys its actors. */
void host_destroy(struct host **self_p);

#endif
