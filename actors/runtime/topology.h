/* Who is where: one ZPL file describes the whole installation, every process reads the same one.
 *
 *   topology
 *       auth = "tcp://10.0.0.5:5601"
 *       judge = "tcp://10.0.0.5:5601"
 *       scheduler = "tcp://10.0.0.5:5601"
 *       fanout = "tcp://10.0.0.5:5601"
 *           stream = "tcp://10.0.0.5:5602"
 *       store = "tcp://10.0.0.6:5601"
 *       room
 *           0 = "tcp://10.0.0.5:5601"
 *           1 = "tcp://10.0.0.7:5601"
 *       scoring = "tcp://10.0.0.5:5601"
 *
 * Actors at one endpoint share a thread, and so a process. An address that a process can't bind as
 * it is written (a name, an address behind NAT) has a child `bind = "tcp://0.0.0.0:5601"`.
 * Partition p of a sharded actor is with shard p mod shards. Gateways and runners are not in it:
 * they connect, any number of them. Without a file everything is in one process, see
 * topology_default. Read-only once made; any thread. */
#ifndef RUNTIME_TOPOLOGY_H
#define RUNTIME_TOPOLOGY_H

#include "proto/envelope.h"

#define TOPOLOGY_ENDPOINTS_MAX 64
#define ENDPOINT_MAX_BYTES 128

struct topology_endpoint {
    char connect[ENDPOINT_MAX_BYTES]; /* "inproc://core", "tcp://host:port" */
    char bind[ENDPOINT_MAX_BYTES];    /* what its owner binds; usually the same */
};

struct topology {
    struct topology_endpoint endpoints[TOPOLOGY_ENDPOINTS_MAX]; /* distinct, endpoint_count */
    uint32_t endpoint_count;                                    /* how many */
    struct topology_endpoint stream;                            /* fan-out's PUB socket */
    uint8_t shards[ACTOR_KINDS];                                /* of each actor; 0: not placed */
    uint8_t place[ACTOR_KINDS][PARTITIONS];                     /* endpoint of actor and shard */
};

/* All in one process: the core actors in one thread, the store in another. */
void topology_default(struct topology *self);
/* Reads a file. False: `error` names file and place, and says what to do. */
bool topology_load(struct topology *self, const char *path, char *error, size_t error_size);

static inline uint8_t topology_shard(const struct topology *self, uint8_t actor, int64_t key)
{
    return self->shards[actor] ? (uint8_t)(partition_of(key) % self->shards[actor]) : 0;
}

static inline bool topology_is_tcp(const char *endpoint)
{
    return strncmp(endpoint, "tcp://", 6) == 0;
}

#endif
