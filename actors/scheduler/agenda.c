/* A binary heap of deadlines with a hash index beside it, so that moving or cancelling one needs no
 * search. Entries stay where they are for as long as they are armed; the heap and the buckets hold
 * their numbers. Promises: one entry per key; equal deadlines leave in order of arming; a failed
 * growth changes nothing. Never shrinks: the memory is bounded by AGENDA_MAX. Knows no clock. */
#include "actors/scheduler/agenda.h"

#include <stdlib.h>

#include "proto/check.h"
#include "proto/prng.h"

#define NONE UINT32_MAX   /* no entry: the end of a chain */
#define FIRST_CAPACITY 64 /* a power of two, like every later capacity */

struct item {
    struct agenda_entry entry; /* key and deadline */
    uint64_t order;            /* of arming: breaks ties between equal deadlines */
    uint32_t place;            /* where its number stands in the heap */
    uint32_t next;             /* next item of the same bucket, or of the free list */
};

struct agenda {
    struct item *items; /* owned; capacity of them, armed or on the free list */
    uint32_t *heap;     /* owned; capacity of them, the first count are items, earliest first */
    uint32_t *buckets;  /* owned; capacity of them, first item of each chain */
    uint64_t orders;    /* given so far */
    uint32_t capacity;  /* a power of two, or 0 */
    uint32_t count;     /* armed items */
    uint32_t free;      /* first of the free list */
};

struct agenda *agenda_new(void)
{
    struct agenda *self = calloc(1, sizeof *self);
    if (self != NULL)
        self->free = NONE;
    return self;
}

void agenda_destroy(struct agenda **self_p)
{
    struct agenda *self = *self_p;
    if (self == NULL)
        return;
    free(self->items);
    free(self->heap);
    free(self->buckets);
    free(self);
    *self_p = NULL;
}

uint32_t agenda_count(const struct agenda *self)
{
    return self->count;
}

/* --- the index: key to item */

static uint32_t *s_bucket(const struct agenda *self, struct agenda_key key)
{
    struct prng prng = {(uint64_t)key.id ^ (uint64_t)key.kind << 56};
    return &self->buckets[prng_next(&prng) & (self->capacity - 1)];
}

/* The link that holds the key's item, or the end of its chain. */
static uint32_t *s_link(const struct agenda *self, struct agenda_key key)
{
    uint32_t *link = s_bucket(self, key);
    while (*link != NONE) {
        struct item *item = &self->items[*link];
        if (item->entry.key.id == key.id && item->entry.key.kind == key.kind)
            break;
        link = &item->next;
    }
    return link;
}

/* --- the heap of item numbers */

static bool s_sooner(const struct agenda *self, uint32_t a, uint32_t b)
{
    const struct item *x = &self->items[a], *y = &self->items[b];
    if (x->entry.due_ms != y->entry.due_ms)
        return x->entry.due_ms < y->entry.due_ms;
    return x->order < y->order;
}

static void s_put(struct agenda *self, uint32_t place, uint32_t number)
{
    self->heap[place] = number;
    self->items[number].place = place;
}

static void s_rise(struct agenda *self, uint32_t place, uint32_t number)
{
    while (place > 0 && s_sooner(self, number, self->heap[(place - 1) / 2])) {
        s_put(self, place, self->heap[(place - 1) / 2]);
        place = (place - 1) / 2;
    }
    s_put(self, place, number);
}

static void s_sink(struct agenda *self, uint32_t place, uint32_t number)
{
    for (;;) {
        uint32_t child = 2 * place + 1;
        if (child + 1 < self->count && s_sooner(self, self->heap[child + 1], self->heap[child]))
            child++;
        if (child >= self->count || !s_sooner(self, self->heap[child], number))
            break;
        s_put(self, place, self->heap[child]);
        place = child;
    }
    s_put(self, place, number);
}

/* Puts the number into this hole of the heap, then where it belongs: up or down, never both. */
static void s_settle(struct agenda *self, uint32_t place, uint32_t number)
{
    if (place > 0 && s_sooner(self, number, self->heap[(place - 1) / 2]))
        s_rise(self, place, number);
    else
        s_sink(self, place, number);
}

/* --- both */

static bool s_grow(struct agenda *self)
{
    uint32_t capacity = self->capacity == 0 ? FIRST_CAPACITY : 2 * self->capacity;
    struct item *items = realloc(self->items, capacity * sizeof *items);
    if (items != NULL)
        self->items = items;
    uint32_t *heap = realloc(self->heap, capacity * sizeof *heap);
    if (heap != NULL)
        self->heap = heap;
    uint32_t *buckets = realloc(self->buckets, capacity * sizeof *buckets);
    if (buckets != NULL)
        self->buckets = buckets;
    if (items == NULL || heap == NULL || buckets == NULL)
        return false; /* what did grow is still right, only larger than capacity says */
    uint32_t armed = self->capacity; /* it was full, so every item is armed */
    self->capacity = capacity;
    for (uint32_t i = 0; i < capacity; i++)
        buckets[i] = NONE;
    for (uint32_t i = 0; i < armed; i++) {
        uint32_t *bucket = s_bucket(self, items[i].entry.key);
        items[i].next = *bucket;
        *bucket = i;
    }
    for (uint32_t i = capacity; i-- > armed;) {
        items[i].next = self->free;
        self->free = i;
    }
    return true;
}

bool agenda_arm(struct agenda *self, struct agenda_key key, int64_t due_ms)
{
    uint32_t number = self->capacity > 0 ? *s_link(self, key) : NONE;
    if (number != NONE) {
        self->items[number].entry.due_ms = due_ms;
        self->items[number].order = self->orders++;
        s_settle(self, self->items[number].place, number);
        return true;
    }
    if (self->count == AGENDA_MAX || (self->free == NONE && !s_grow(self)))
        return false;
    number = self->free;
    struct item *item = &self->items[number];
    self->free = item->next;
    uint32_t *bucket = s_bucket(self, key);
    *item = (struct item){.entry = {key, due_ms}, .order = self->orders++, .next = *bucket};
    *bucket = number;
    s_rise(self, self->count++, number);
    return true;
}

static void s_remove(struct agenda *self, uint32_t *link)
{
    uint32_t number = *link;
    struct item *item = &self->items[number];
    check(self->heap[item->place] == number);
    *link = item->next;
    item->next = self->free;
    self->free = number;
    uint32_t last = self->heap[--self->count];
    if (last != number)
        s_settle(self, item->place, last);
}

bool agenda_cancel(struct agenda *self, struct agenda_key key)
{
    uint32_t *link = self->count > 0 ? s_link(self, key) : NULL;
    if (link == NULL || *link == NONE)
        return false;
    s_remove(self, link);
    return true;
}

bool agenda_find(const struct agenda *self, struct agenda_key key, int64_t *due_ms)
{
    uint32_t number = self->count > 0 ? *s_link(self, key) : NONE;
    if (number == NONE)
        return false;
    *due_ms = self->items[number].entry.due_ms;
    return true;
}

bool agenda_earliest(const struct agenda *self, int64_t *due_ms)
{
    if (self->count == 0)
        return false;
    *due_ms = self->items[self->heap[0]].entry.due_ms;
    return true;
}

bool agenda_take_due(struct agenda *self, int64_t now_ms, struct agenda_entry *entry)
{
    if (self->count == 0)
        return false;
    const struct agenda_entry *first = &self->items[self->heap[0]].entry;
    if (first->due_ms > now_ms)
        return false;
    *entry = *first;
    s_remove(self, s_link(self, entry->key));
    return true;
}
