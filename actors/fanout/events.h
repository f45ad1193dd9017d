/* How rooms' events travel to gateways: fan-out's stream, and what stands beside it.
 *
 * Fan-out streams every change to every gateway that the topology lets it reach; that is all there
 * is with `local:`. A driver is an edge beside the stream, a thread of its own in every process
 * that hosts fan-out or a gateway. With `redis://`
 *
 *   room:{id}   a RoomState, exactly as browsers get it on /topic/room/{id}
 *   user:{id}   a verdict, how far one is, or a run, exactly as its user gets it on
 *               /user/queue/submissions
 *   user:0      {"missed":true}: not all that happened was published; ask scoring
 *
 * are published where fan-out is, and heard where a gateway is, whoever published them. What is
 * heard is judged by its shape (heard.h) and given to the gateways of the same process as
 * room_heard, verdict_heard and events_missed, numbered, on a stream of the edge's own. A gateway
 * that hears fan-out's stream needs its own rooms' states from nobody else: there the edge passes
 * on only what others publish, and no verdicts. */
#ifndef ACTORS_FANOUT_EVENTS_H
#define ACTORS_FANOUT_EVENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "actors/runtime/topology.h"

/* The edge of a process. */
struct events {
    const struct events_driver *driver; /* whose; behind it comes the driver's own */
};

struct events_options {
    const struct topology *topology; /* borrowed, outlives the edge */
    const char *url;                 /* borrowed, outlives the edge */
    bool publishes;                  /* fan-out is here */
    bool hears;                      /* a gateway is here */
    bool streamed;                   /* which hears fan-out's stream */
};

enum events_state {
    EVENTS_READY, /* all that is needed is there */
    EVENTS_AWAY,  /* nobody answers: it may come back by itself */
    EVENTS_WRONG  /* URL, password, rights or version: somebody has to mend it */
};

struct events_driver {
    const char *scheme; /* with its colon, "local:" */
    bool remote;        /* gateways that the stream does not reach are served, too */
    /* Is the URL well formed, and of a kind that this program was built for? Connects to nobody. */
    bool (*accepts)(const char *url, char *error, size_t error_size);
    /* Tries everything that will be needed, waits for at most some seconds, changes nothing. When
     * it is ready, `error` says what is there: "Redis 7.0.15 at …". */
    enum events_state (*probe)(const char *url, char *error, size_t error_size);
    /* Starts the edge, which gets over whatever its server does from then on. NULL: `error` says
     * why it can't start. */
    struct events *(*start)(const struct events_options *options, char *error, size_t error_size);
    /* Says what came until now, as far as that goes at once, and ends. */
    void (*stop)(struct events **self_p);
    /* What gateways of this process pass to port_new as other_stream; NULL: nothing. */
    const char *(*stream)(const struct events *self);
};

/* The driver of a URL; NULL: there is none for its scheme. */
const struct events_driver *events_driver(const char *url);

/* The driver's functions, by URL. Its user and password never stand in `error`. */
bool events_check(const char *url, char *error, size_t error_size);
enum events_state events_probe(const char *url, char *error, size_t error_size);
struct events *events_start(const struct events_options *options, char *error, size_t error_size);
/* Takes NULL and a pointer to NULL. */
void events_stop(struct events **self_p);
/* Takes NULL. */
const char *events_stream(const struct events *self);

extern const struct events_driver events_local, events_redis, events_rediss;

#endif
