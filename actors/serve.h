/* `codecomp serve`: starts what this process hosts, waits for a signal, stops it in order. */
#ifndef ACTORS_SERVE_H
#define ACTORS_SERVE_H

#include "actors/auth/provider.h"
#include "actors/runtime/options.h"
#include "actors/runtime/topology.h"

/* What the options come to. */
struct plan {
    struct topology topology;     /* where everybody is */
    uint64_t hosted[ACTOR_KINDS]; /* who is here: a bit mask of shards; gateway, runner: 1 or 0 */
    struct provider_config provider; /* of logins; points into the options */
    struct rec_actor_config config;  /* what actors are told, but their shard */
};

static inline bool plan_hosts(const struct plan *self, uint8_t actor, uint8_t shard)
{
    return self->hosted[actor] >> shard & 1;
}

/* Does fan-out's stream reach a gateway that is here? */
static inline bool plan_hears_stream(const struct plan *self)
{
    return self->hosted[ACTOR_fanout] || topology_is_tcp(self->topology.stream.connect);
}

/* Checks all that can be checked without starting anything. False: `error` names the option, or the
 * place in the topology file, and says what is wrong. */
bool serve_plan(const struct options *options, struct plan *plan, char *error, size_t error_size);
/* Returns the exit code. */
int serve(const struct options *options);

#endif
