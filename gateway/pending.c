/* Slots with a list of the free ones, and a binary heap of slots by deadline. */
#include "gateway/pending.h"

#include <stdbool.h>
#include <stdlib.h>

#include "proto/check.h"

struct slot {
    void *owner;         /* borrowed; NULL: a free slot */
    int64_t deadline_ms; /* of the one that waits */
    uint32_t generation; /* of the one that waits, or of the last one that did */
    uint32_t place;      /* in the heap while it waits; else the next free slot, 0 at the end */
};

struct pending {
    struct slot *slots; /* owned; capacity + 1 of them, the first unused */
    uint32_t *heap;     /* owned; `count` slots, the earliest deadline first */
    uint32_t capacity;  /* how many may wait */
    uint32_t count;     /* how many do */
    uint32_t free;      /* head of the free slots */
};

struct pending *pending_new(uint32_t capacity)
{
    struct pending *self = calloc(1, sizeof *self);
    check(self && capacity);
    self->slots = calloc(capacity + 1u, sizeof *self->slots);
    self->heap = calloc(capacity, sizeof *self->heap);
    check(self->slots && self->heap);
    self->capacity = capacity;
    for (uint32_t i = capacity; i; i--) {
        self->slots[i].place = self->free;
        self->free = i;
    }
    return self;
}

void pending_destroy(struct pending **self)
{
    if (!*self)
        return;
    free((*self)->slots);
    free((*self)->heap);
    free(*self);
    *self = NULL;
}

static void s_put(struct pending *self, uint32_t place, uint32_t slot)
{
    self->heap[place] = slot;
    self->slots[slot].place = place;
}

static bool s_before(const struct pending *self, uint32_t a, uint32_t b)
{
    return self->slots[a].deadline_ms < self->slots[b].deadline_ms;
}

/* Moves `slot`, for which `place` is free, up or down to where it belongs. */
static void s_settle(struct pending *self, uint32_t place, uint32_t slot)
{
    while (place) {
        uint32_t parent = (place - 1) / 2;
        if (!s_before(self, slot, self->heap[parent]))
            break;
        s_put(self, place, self->heap[parent]);
        place = parent;
    }
    for (;;) {
        uint32_t child = place * 2 + 1;
        if (child + 1 < self->count && s_before(self, self->heap[child + 1], self->heap[child]))
            child++;
        if (child >= self->count || !s_before(self, self->heap[child], slot))
            break;
        s_put(self, place, self->heap[child]);
        place = child;
    }
    s_put(self, place, slot);
}

struct pending_handle pending_add(struct pending *self, void *owner, int64_t deadline_ms)
{
    check(owner);
    uint32_t index = self->free;
    if (!index)
        return (struct pending_handle){0, 0};
    struct slot *slot = &self->slots[index];
    self->free = slot->place;
    slot->owner = owner;
    slot->deadline_ms = deadline_ms;
    slot->generation = slot->generation == UINT32_MAX ? 1 : slot->generation + 1;
    s_settle(self, self->count++, index);
    return (struct pending_handle){index, slot->generation};
}

void *pending_owner(const struct pending *self, struct pending_handle handle)
{
    if (!handle.slot || handle.slot > self->capacity)
        return NULL;
    const struct slot *slot = &self->slots[handle.slot];
    return slot->generation == handle.generation ? slot->owner : NULL;
}

void *pending_take(struct pending *self, struct pending_handle handle)
{
    void *owner = pending_owner(self, handle);
    if (!owner)
        return NULL;
    struct slot *slot = &self->slots[handle.slot];
    uint32_t place = slot->place, moved = self->heap[--self->count];
    if (moved != handle.slot)
        s_settle(self, place, moved);
    slot->owner = NULL;
    slot->place = self->free;
    self->free = handle.slot;
    return owner;
}

void *pending_expire(struct pending *self, int64_t now_ms)
{
    if (pending_due_ms(self) > now_ms)
        return NULL;
    uint32_t slot = self->heap[0];
    return pending_take(self, (struct pending_handle){slot, self->slots[slot].generation});
}

int64_t pending_due_ms(const struct pending *self)
{
    return self->count ? self->slots[self->heap[0]].deadline_ms : INT64_MAX;
}

uint32_t pending_count(const struct pending *self)
{
    return self->count;
}
