#include "proto/arena.h"

#include <stdlib.h>
#include <string.h>

#include "proto/check.h"

#define ARENA_BLOCK_BYTES (16 * 1024)
#define ARENA_ALIGN 16

struct arena_block {
    struct arena_block *next; /* an older block */
    size_t size;              /* bytes behind this header */
    _Alignas(ARENA_ALIGN) char bytes[];
};

static struct arena_block *s_block_new(size_t size, struct arena_block *next)
{
    struct arena_block *block = malloc(sizeof *block + size);
    check(block);
    block->next = next;
    block->size = size;
    return block;
}

void *arena_take(struct arena *self, size_t bytes)
{
    bytes = (bytes + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
    if (!self->first || bytes > self->first->size - self->used) {
        size_t size = bytes > ARENA_BLOCK_BYTES ? bytes : ARENA_BLOCK_BYTES;
        self->first = s_block_new(size, self->first);
        self->used = 0;
    }
    void *place = self->first->bytes + self->used;
    self->used += bytes;
    return memset(place, 0, bytes);
}

void arena_reset(struct arena *self)
{
    struct arena_block *kept = NULL;
    for (struct arena_block *block = self->first, *next; block; block = next) {
        next = block->next;
        if (!kept && block->size == ARENA_BLOCK_BYTES)
            kept = block;
        else
            free(block);
    }
    if (kept)
        kept->next = NULL;
    self->first = kept;
    self->used = 0;
}

void arena_fini(struct arena *self)
{
    for (struct arena_block *block = self->first, *next; block; block = next) {
        next = block->next;
        free(block);
    }
    *self = (struct arena){0};
}
