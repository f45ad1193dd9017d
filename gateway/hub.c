/* Two pools of records that name each other by index, so they can move when they grow; index 0 is
 * nobody. A topic lives as long as it has a subscriber. */
#include "gateway/hub.h"

#include <stdlib.h>

#include "proto/check.h"

#define BUCKETS 16384 /* 64 KiB; with 100,000 rooms six topics each */

struct topic {
    struct destination destination; /* its name */
    uint32_t first;                 /* handle of its first entry; 0: a free topic */
    uint32_t next;                  /* in its bucket, or in the list of free ones */
};

/* Records of one size, index 0 unused. */
struct pool {
    void *items;       /* owned */
    uint32_t capacity; /* how many fit */
    uint32_t used;     /* indices below this one were given out at some time */
    uint32_t free;     /* head of the list of those given back; 0: none */
    uint32_t count;    /* how many are out */
};

struct hub {
    struct pool topics;        /* of struct topic */
    struct pool entries;       /* of struct hub_entry */
    uint32_t buckets[BUCKETS]; /* heads of lists of topics */
};

static struct topic *s_topic(const struct hub *self, uint32_t index)
{
    return (struct topic *)self->topics.items + index;
}

static struct hub_entry *s_entry(const struct hub *self, uint32_t index)
{
    return (struct hub_entry *)self->entries.items + index;
}

/* Never-used index; the caller has looked at the list of free ones before. */
static uint32_t s_grow(struct pool *pool, size_t size)
{
    if (!pool->used)
        pool->used = 1;
    if (pool->used >= pool->capacity) {
        pool->capacity = pool->capacity ? pool->capacity * 2 : 64;
        pool->items = realloc(pool->items, pool->capacity * size);
        check(pool->items);
    }
    return pool->used++;
}

struct hub *hub_new(void)
{
    struct hub *self = calloc(1, sizeof *self);
    check(self);
    return self;
}

void hub_destroy(struct hub **self)
{
    if (!*self)
        return;
    free((*self)->topics.items);
    free((*self)->entries.items);
    free(*self);
    *self = NULL;
}

static uint32_t *s_bucket(struct hub *self, struct destination destination)
{
    uint64_t hash = ((uint64_t)destination.id * DESTINATION_KINDS + destination.kind) *
                    0x9e3779b97f4a7c15u;
    return &self->buckets[hash >> 40 & (BUCKETS - 1)];
}

static uint32_t s_find(const struct hub *self, struct destination destination)
{
    uint32_t index = *s_bucket((struct hub *)self, destination);
    while (index) {
        const struct topic *topic = s_topic(self, index);
        if (topic->destination.id == destination.id && topic->destination.kind == destination.kind)
            break;
        index = topic->next;
    }
    return index;
}

static uint32_t s_new_topic(struct hub *self, struct destination destination)
{
    uint32_t index = self->topics.free;
    if (index)
        self->topics.free = s_topic(self, index)->next;
    else
        index = s_grow(&self->topics, sizeof(struct topic));
    self->topics.count++;
    uint32_t *bucket = s_bucket(self, destination);
    *s_topic(self, index) = (struct topic){.destination = destination, .next = *bucket};
    *bucket = index;
    return index;
}

static void s_end_topic(struct hub *self, uint32_t index)
{
    struct topic *topic = s_topic(self, index);
    uint32_t *link = s_bucket(self, topic->destination);
    while (*link != index)
        link = &s_topic(self, *link)->next;
    *link = topic->next;
    topic->next = self->topics.free;
    self->topics.free = index;
    self->topics.count--;
}

uint32_t hub_subscribe(struct hub *self, struct destination destination, uint32_t connection,
                       uint32_t slot, bool *first)
{
    *first = false;
    if (self->entries.count == HUB_ENTRIES_MAX)
        return 0;
    uint32_t topic = s_find(self, destination);
    if (!topic) {
        topic = s_new_topic(self, destination);
        *first = true;
    }
    uint32_t handle = self->entries.free;
    if (handle)
        self->entries.free = s_entry(self, handle)->next;
    else
        handle = s_grow(&self->entries, sizeof(struct hub_entry));
    self->entries.count++;
    uint32_t next = s_topic(self, topic)->first;
    *s_entry(self, handle) = (struct hub_entry){.connection = connection,
                                                .slot = slot,
                                                .version = -1,
                                                .heard = -1,
                                                .asked_heard = -1,
                                                .topic = topic,
                                                .next = next};
    if (next)
        s_entry(self, next)->previous = handle;
    s_topic(self, topic)->first = handle;
    return handle;
}

struct destination hub_unsubscribe(struct hub *self, uint32_t handle, bool *last)
{
    struct hub_entry *entry = hub_entry(self, handle);
    struct topic *topic = s_topic(self, entry->topic);
    struct destination destination = topic->destination;
    if (entry->next)
        s_entry(self, entry->next)->previous = entry->previous;
    if (entry->previous)
        s_entry(self, entry->previous)->next = entry->next;
    else
        topic->first = entry->next;
    *last = !topic->first;
    if (*last)
        s_end_topic(self, entry->topic);
    *entry = (struct hub_entry){.next = self->entries.free};
    self->entries.free = handle;
    self->entries.count--;
    return destination;
}

uint32_t hub_first(const struct hub *self, struct destination destination)
{
    uint32_t topic = s_find(self, destination);
    return topic ? s_topic(self, topic)->first : 0;
}

uint32_t hub_next(const struct hub *self, uint32_t handle)
{
    return s_entry(self, handle)->next;
}

struct hub_entry *hub_entry(struct hub *self, uint32_t handle)
{
    check(handle && handle < self->entries.used);
    struct hub_entry *entry = s_entry(self, handle);
    check(entry->topic); /* not removed */
    return entry;
}

size_t hub_entries(const struct hub *self)
{
    return self->entries.count;
}

size_t hub_topics(const struct hub *self)
{
    return self->topics.count;
}
