/* One list, the sent ones first, and a hash of the rooms that have a waiting item. */
#include "actors/fanout/spool.h"

#include <stdlib.h>

#include "proto/check.h"
#include "proto/prng.h"

struct entry {
    struct spool_item item; /* what it is */
    struct entry *next;     /* in the list; NULL at its end */
    struct entry *previous; /* in the list; NULL at its start */
    struct entry *chained;  /* next of the same bucket, while it waits and is a room's */
};

struct spool {
    struct entry *first, *last; /* of the list, owned */
    struct entry *waiting;      /* the first that waits; NULL: none does */
    struct entry **buckets;     /* owned; items_max rounded up to a power of two */
    uint32_t bucket_mask;       /* their number minus one */
    uint32_t count, sent;       /* entries, and how many of them are sent */
    uint32_t items_max;         /* bound on count */
    size_t bytes, bytes_max;    /* of all texts, and its bound */
};

struct spool *spool_new(uint32_t items_max, size_t bytes_max)
{
    struct spool *self = calloc(1, sizeof *self);
    check(self && items_max > 0 && items_max <= 1u << 30);
    uint32_t buckets = 1;
    while (buckets < items_max)
        buckets *= 2;
    self->buckets = calloc(buckets, sizeof(struct entry *));
    check(self->buckets);
    self->bucket_mask = buckets - 1;
    self->items_max = items_max;
    self->bytes_max = bytes_max;
    return self;
}

/* ---- rooms that wait ------------------------------------------------------------------------ */

static struct entry **s_bucket(struct spool *self, int64_t room_id)
{
    struct prng mixer = {(uint64_t)room_id};
    return &self->buckets[prng_next(&mixer) & self->bucket_mask];
}

static struct entry *s_find(struct spool *self, int64_t room_id)
{
    struct entry *entry = *s_bucket(self, room_id);
    while (entry && entry->item.id != room_id)
        entry = entry->chained;
    return entry;
}

static void s_chain(struct spool *self, struct entry *entry)
{
    struct entry **bucket = s_bucket(self, entry->item.id);
    entry->chained = *bucket;
    *bucket = entry;
}

static void s_unchain(struct spool *self, struct entry *entry)
{
    struct entry **link = s_bucket(self, entry->item.id);
    while (*link != entry)
        link = &(*link)->chained;
    *link = entry->chained;
}

/* ---- the list ------------------------------------------------------------------------------- */

static void s_free(struct entry *entry)
{
    free(entry->item.json);
    free(entry);
}

/* Takes out one that is in no chain. */
static void s_remove(struct spool *self, struct entry *entry)
{
    if (entry->previous)
        entry->previous->next = entry->next;
    else
        self->first = entry->next;
    if (entry->next)
        entry->next->previous = entry->previous;
    else
        self->last = entry->previous;
    self->count--;
    self->bytes -= entry->item.length;
    s_free(entry);
}

static char *s_copy(struct slice json)
{
    char *copy = malloc(json.length + 1);
    check(copy);
    memcpy(copy, json.data, json.length);
    return copy;
}

static bool s_fits(const struct spool *self, size_t more_bytes)
{
    return self->bytes + more_bytes <= self->bytes_max;
}

static struct entry *s_append(struct spool *self, struct spool_item item, struct slice json)
{
    if (self->count == self->items_max || !s_fits(self, json.length))
        return NULL;
    struct entry *entry = calloc(1, sizeof *entry);
    check(entry);
    entry->item = item;
    entry->item.json = s_copy(json);
    entry->item.length = json.length;
    entry->previous = self->last;
    if (self->last)
        self->last->next = entry;
    else
        self->first = entry;
    self->last = entry;
    if (!self->waiting)
        self->waiting = entry;
    self->count++;
    self->bytes += json.length;
    return entry;
}

bool spool_room(struct spool *self, int64_t room_id, int64_t version, struct slice json)
{
    struct entry *entry = s_find(self, room_id);
    if (!entry) {
        entry = s_append(self, (struct spool_item){.id = room_id, .version = version}, json);
        if (entry)
            s_chain(self, entry);
        return entry != NULL;
    }
    if (version <= entry->item.version)
        return true;
    if (json.length > entry->item.length && !s_fits(self, json.length - entry->item.length))
        return false;
    self->bytes += json.length - entry->item.length;
    free(entry->item.json);
    entry->item.version = version;
    entry->item.json = s_copy(json);
    entry->item.length = json.length;
    return true;
}

bool spool_verdict(struct spool *self, int64_t user_id, struct slice json)
{
    return s_append(self, (struct spool_item){.user = true, .id = user_id}, json) != NULL;
}

const struct spool_item *spool_send(struct spool *self)
{
    struct entry *entry = self->waiting;
    if (!entry)
        return NULL;
    if (!entry->item.user)
        s_unchain(self, entry);
    self->waiting = entry->next;
    self->sent++;
    return &entry->item;
}

void spool_done(struct spool *self)
{
    check(self->sent > 0);
    self->sent--;
    s_remove(self, self->first);
}

/* The newest first: of two states of a room the older one is not said again. */
void spool_again(struct spool *self)
{
    struct entry *entry = self->waiting ? self->waiting->previous : self->last;
    while (entry) {
        struct entry *previous = entry->previous;
        if (!entry->item.user && s_find(self, entry->item.id))
            s_remove(self, entry);
        else if (!entry->item.user)
            s_chain(self, entry);
        entry = previous;
    }
    self->waiting = self->first;
    self->sent = 0;
}

uint32_t spool_sent(const struct spool *self)
{
    return self->sent;
}

uint32_t spool_count(const struct spool *self)
{
    return self->count;
}

void spool_destroy(struct spool **self_p)
{
    struct spool *self = *self_p;
    if (!self)
        return;
    while (self->first) {
        struct entry *next = self->first->next;
        s_free(self->first);
        self->first = next;
    }
    free(self->buckets);
    free(self);
    *self_p = NULL;
}
