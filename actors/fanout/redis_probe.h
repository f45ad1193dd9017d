/* Is a Redis there that room events can travel through? One blocking look at the start and from
 * `codecomp check`. */
#ifndef ACTORS_FANOUT_REDIS_PROBE_H
#define ACTORS_FANOUT_REDIS_PROBE_H

#include "actors/fanout/events.h"
#include "actors/fanout/redis_url.h"

/* Connects, logs in, and tries whether it may publish and subscribe, without doing so; every wait
 * is bounded. `error` says in one sentence what is wrong and how to mend it, unless it is READY.
 * Sets SIGPIPE aside while it works. */
enum events_state redis_probe(const struct redis_url *url, char *error, size_t error_size);

#endif
