/* A hash of keys over a ring in order of hearing: the oldest gives its place to a new key. Knows
 * neither rooms nor messages. */
#include "actors/fanout/latest.h"

#include <stdlib.h>

#include "proto/check.h"
#include "proto/prng.h"

#define NONE UINT32_MAX /* no item: the end of a chain */

struct item {
    int64_t key, version; /* what was seen last */
    uint32_t next;        /* next item of the same bucket */
    uint32_t older;       /* in order of hearing; of the oldest: the newest */
    uint32_t newer;       /* of the newest: the oldest */
};

struct latest {
    struct item *items; /* owned; capacity of them, the first count are in use */
    uint32_t *buckets;  /* owned; capacity of them, first item of each chain */
    uint32_t capacity;  /* a power of two */
    uint32_t count;     /* keys known */
    uint32_t newest;    /* heard of last; NONE while there is none */
};

struct latest *latest_new(uint32_t capacity)
{
    check(capacity > 0 && (capacity & (capacity - 1)) == 0);
    struct latest *self = calloc(1, sizeof *self);
    if (self == NULL)
        return NULL;
    self->items = calloc(capacity, sizeof *self->items);
    self->buckets = calloc(capacity, sizeof *self->buckets);
    self->capacity = capacity;
    self->newest = NONE;
    if (self->items == NULL || self->buckets == NULL) {
        latest_destroy(&self);
        return NULL;
    }
    for (uint32_t i = 0; i < capacity; i++)
        self->buckets[i] = NONE;
    return self;
}

void latest_destroy(struct latest **self_p)
{
    struct latest *self = *self_p;
    if (self == NULL)
        return;
    free(self->items);
    free(self->buckets);
    free(self);
    *self_p = NULL;
}

static uint32_t *s_bucket(const struct latest *self, int64_t key)
{
    struct prng mixer = {(uint64_t)key};
    return &self->buckets[prng_next(&mixer) & (self->capacity - 1)];
}

static uint32_t s_find(const struct latest *self, int64_t key)
{
    uint32_t item = *s_bucket(self, key);
    while (item != NONE && self->items[item].key != key)
        item = self->items[item].next;
    return item;
}

/* Takes an item out of the ring of hearing. */
static void s_unring(struct latest *self, uint32_t item)
{
    struct item *out = &self->items[item];
    self->items[out->older].newer = out->newer;
    self->items[out->newer].older = out->older;
    if (self->newest == item)
        self->newest = out->older == item ? NONE : out->older;
}

static void s_ring_newest(struct latest *self, uint32_t item)
{
    struct item *in = &self->items[item];
    uint32_t newest = self->newest == NONE ? item : self->newest;
    uint32_t oldest = self->newest == NONE ? item : self->items[newest].newer;
    in->older = newest;
    in->newer = oldest;
    self->items[newest].newer = item;
    self->items[oldest].older = item;
    self->newest = item;
}

static void s_unchain(struct latest *self, uint32_t item)
{
    uint32_t *link = s_bucket(self, self->items[item].key);
    while (*link != item)
        link = &self->items[*link].next;
    *link = self->items[item].next;
}

/* A place for a new key: a fresh one, or the one heard of longest ago. */
static uint32_t s_place(struct latest *self)
{
    if (self->count < self->capacity)
        return self->count++;
    uint32_t oldest = self->items[self->newest].newer;
    s_unring(self, oldest);
    s_unchain(self, oldest);
    return oldest;
}

int64_t latest_version(const struct latest *self, int64_t key)
{
    uint32_t item = s_find(self, key);
    return item == NONE ? -1 : self->items[item].version;
}

bool latest_note(struct latest *self, int64_t key, int64_t version)
{
    uint32_t item = s_find(self, key);
    if (item == NONE) {
        item = s_place(self);
        uint32_t *bucket = s_bucket(self, key);
        self->items[item] = (struct item){.key = key, .version = version, .next = *bucket};
        *bucket = item;
        s_ring_newest(self, item);
        return true;
    }
    s_unring(self, item);
    s_ring_newest(self, item);
    bool newer = version > self->items[item].version;
    if (newer)
        self->items[item].version = version;
    return newer;
}
