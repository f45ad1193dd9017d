/* Questions of the main thread to the store, wherever that is: one commit, one answer, waited for.
 * Blocking; one thread. */
#ifndef ACTORS_QUERY_H
#define ACTORS_QUERY_H

#include "actors/runtime/topology.h"
#include "actors/store/commit.h"

struct query;

/* NULL: `error` says which address is wrong. That nobody answers there shows when asking. */
struct query *query_new(const struct topology *topology, char *error, size_t error_size);
/* Takes NULL and a pointer to NULL. */
void query_destroy(struct query **self_p);

/* Asks, again while the store can't be reached, for at most wait_ms. The results, until the next
 * question; NULL: no answer came, or the store could not do it. A commit that was refused, or whose
 * answer did not come in time, may have been run all the same. */
const struct msg_store_done *query_run(struct query *self, const struct commit *commit,
                                       int64_t wait_ms);

#endif
