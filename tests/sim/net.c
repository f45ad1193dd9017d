/* A heap of parcels by arrival. Promises: nothing between two places overtakes; nothing is lost but
 * by net_lose. */
#include "tests/sim/net.h"

#include <stdlib.h>

#include "proto/check.h"

void net_fini(struct net *self)
{
    for (size_t i = 0; i < self->count; i++)
        free(self->heap[i]);
    free(self->heap);
    *self = (struct net){0};
}

static bool s_before(const struct parcel *a, const struct parcel *b)
{
    return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->order < b->order;
}

static void s_swap(struct net *self, size_t a, size_t b)
{
    struct parcel *kept = self->heap[a];
    self->heap[a] = self->heap[b];
    self->heap[b] = kept;
}

static void s_rise(struct net *self, size_t i)
{
    for (; i > 0 && s_before(self->heap[i], self->heap[(i - 1) / 2]); i = (i - 1) / 2)
        s_swap(self, i, (i - 1) / 2);
}

static void s_sink(struct net *self, size_t i)
{
    for (size_t least;; i = least) {
        least = i;
        for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < self->count; child++)
            if (s_before(self->heap[child], self->heap[least]))
                least = child;
        if (least == i)
            return;
        s_swap(self, i, least);
    }
}

void net_send(struct net *self, uint8_t from, uint8_t to, uint64_t from_node, int64_t at_ms,
              const struct frame *frame)
{
    struct parcel *parcel = malloc(sizeof *parcel + frame->body.length);
    check(parcel && from < NET_PLACES_MAX && to < NET_PLACES_MAX);
    if (at_ms < self->last_ms[from][to])
        at_ms = self->last_ms[from][to];
    self->last_ms[from][to] = at_ms;
    *parcel = (struct parcel){at_ms, self->orders++, from_node, from, to, *frame};
    parcel->frame.body.data = memcpy(parcel + 1, frame->body.data, frame->body.length);
    if (self->count == self->capacity) {
        self->capacity = self->capacity ? self->capacity * 2 : 64;
        self->heap = realloc(self->heap, self->capacity * sizeof(struct parcel *));
        check(self->heap);
    }
    self->heap[self->count] = parcel;
    s_rise(self, self->count++);
}

bool net_next(const struct net *self, int64_t *at_ms, uint8_t *to)
{
    if (self->count == 0)
        return false;
    *at_ms = self->heap[0]->at_ms;
    *to = self->heap[0]->to;
    return true;
}

struct parcel *net_take(struct net *self)
{
    check(self->count > 0);
    struct parcel *parcel = self->heap[0];
    self->heap[0] = self->heap[--self->count];
    s_sink(self, 0);
    return parcel;
}

void net_lose(struct net *self, bool (*lose)(void *context, const struct parcel *parcel),
              void *context)
{
    size_t kept = 0;
    for (size_t i = 0; i < self->count; i++)
        if (lose(context, self->heap[i]))
            free(self->heap[i]);
        else
            self->heap[kept++] = self->heap[i];
    self->count = kept;
    for (size_t i = kept; i-- > 0;)
        s_sink(self, i);
}
