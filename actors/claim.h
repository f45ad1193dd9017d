/* Which process holds which partitions of rooms and scores: rows in the store, so that a process
 * refuses to start on partitions that another one serves. A claim is renewed while its process
 * lives. It may be taken over when that process is known to be dead (it was one of this machine),
 * or has not renewed it for CLAIM_STALE_MS. Behind it stand the fences of every commit. Blocking;
 * used by the main thread alone. */
#ifndef ACTORS_CLAIM_H
#define ACTORS_CLAIM_H

#include "actors/query.h"

#define CLAIM_RENEW_MS 5000
#define CLAIM_STALE_MS 15000

struct claim;

/* Takes the partitions of all hosted shards: hosted[actor] is a bit mask of shards. Waits, at most
 * wait_ms, for a store that is silent, and to see whether a holder on another machine still renews.
 * Borrows query and topology. NULL: `error` names who holds them, or says that the store is silent.
 */
struct claim *claim_new(struct query *query, const struct topology *topology,
                        const uint64_t hosted[ACTOR_KINDS], int64_t wait_ms, char *error,
                        size_t error_size);
/* Renews. False: somebody else has taken them over, and this process must end. A store that does
 * not answer is no such news. */
bool claim_renew(struct claim *self);
/* Gives them back and frees. Takes NULL and a pointer to NULL. */
void claim_destroy(struct claim **self_p);

#endif
