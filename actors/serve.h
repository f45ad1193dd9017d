/* `codecomp serve`: starts what this process hosts, waits for a signal, stops it in order. */
#ifndef ACTORS_SERVE_H
#define ACTORS_SERVE_H

#include "actors/runtime/options.h"
#include "actors/runtime/topology.h"

/* Which shards of each actor this process hosts. */
struct hosting {
    uint64_t shards[ACTOR_KINDS]; /* a bit mask of shards; gateway and runner: 1 or 0 */
};

/* Reads --topology and --actors. False: `error` says what does not fit. */
bool serve_plan(const struct options *options, struct topology *topology, struct hosting *hosting,
                char *error, size_t error_size);
/* Returns the exit code. */
int serve(const struct options *options);

#endif
