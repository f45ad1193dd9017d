/* Memory for what is decoded from one message: given out piece by piece, taken back all at once.
 * Not for threads to share. */
#ifndef PROTO_ARENA_H
#define PROTO_ARENA_H

#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *first; /* owned chain; the newest first */
    size_t used;               /* bytes given out of the first block */
};

/* Zeroed, aligned for any type, never NULL (memory exhausted ends the process). */
void *arena_take(struct arena *self, size_t bytes);
/* Everything taken so far becomes invalid. Keeps one block, so a steady load does not allocate. */
void arena_reset(struct arena *self);
void arena_fini(struct arena *self);

#endif
