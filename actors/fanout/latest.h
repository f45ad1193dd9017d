/* The newest version seen of each key: newer passes, what is old or there already does not.
 *
 * A bounded container without a clock; it owns its memory, all taken at the start. When full, the
 * key that was heard of longest ago is forgotten: its next version passes, whatever it is. Noting a
 * version costs O(1) on average. Not thread-safe. */
#ifndef ACTORS_FANOUT_LATEST_H
#define ACTORS_FANOUT_LATEST_H

#include <stdbool.h>
#include <stdint.h>

struct latest;

/* For `capacity` keys (a power of two); NULL when there is no memory. */
struct latest *latest_new(uint32_t capacity);
/* Takes NULL and a pointer to NULL. */
void latest_destroy(struct latest **self_p);

/* Notes a version. True when it is newer than all seen of the key, or the key is not known. */
bool latest_note(struct latest *self, int64_t key, int64_t version);
/* The newest version seen; -1 when the key is not known. Notes nothing. */
int64_t latest_version(const struct latest *self, int64_t key);

#endif
