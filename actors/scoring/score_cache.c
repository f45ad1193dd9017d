/* The rooms in memory: a chained hash over the id, a doubly linked order of use, and a number for
 * each. Nothing here knows what a room is but whether it may leave. */
#include "actors/scoring/score_cache.h"

#include <stdlib.h>

#include "proto/check.h"

void score_cache_init(struct score_cache *self)
{
    for (uint32_t i = 0; i < SCORES_MAX; i++)
        self->free[i] = SCORES_MAX - 1 - i; /* so that slot 0 is the first to be used */
    self->free_count = SCORES_MAX;
}

void score_cache_fini(struct score_cache *self)
{
    while (self->newest)
        score_cache_remove(self, self->newest);
}

static struct score_entry **s_bucket(struct score_cache *self, int64_t room_id)
{
    /* ids of a shard share their rest modulo the shards; the product spreads them again */
    return &self->buckets[((uint64_t)room_id * 0x9e3779b97f4a7c15u >> 32) % SCORES_MAX];
}

static void s_unlink(struct score_cache *self, struct score_entry *entry)
{
    *(entry->newer ? &entry->newer->older : &self->newest) = entry->older;
    *(entry->older ? &entry->older->newer : &self->oldest) = entry->newer;
}

static void s_link_newest(struct score_cache *self, struct score_entry *entry)
{
    entry->newer = NULL;
    entry->older = self->newest;
    *(self->newest ? &self->newest->newer : &self->oldest) = entry;
    self->newest = entry;
}

struct score_entry *score_cache_find(struct score_cache *self, int64_t room_id)
{
    struct score_entry *entry = *s_bucket(self, room_id);
    while (entry && entry->room_id != room_id)
        entry = entry->hash_next;
    if (entry && entry != self->newest) {
        s_unlink(self, entry);
        s_link_newest(self, entry);
    }
    return entry;
}

static bool s_idle(const struct score_entry *entry)
{
    return entry->asking == ASKING_NOTHING && !entry->line.count && !entry->waiters.count;
}

static struct score_entry *s_victim(const struct score_cache *self)
{
    struct score_entry *victim = NULL;
    for (struct score_entry *entry = self->oldest; entry; entry = entry->newer) {
        if (!s_idle(entry))
            continue;
        if (entry->room.facts.status == ROOM_FINISHED)
            return entry;
        if (!victim)
            victim = entry;
    }
    return victim;
}

struct score_entry *score_cache_add(struct score_cache *self, int64_t room_id)
{
    if (!self->free_count) {
        struct score_entry *victim = s_victim(self);
        if (!victim)
            return NULL;
        score_cache_remove(self, victim);
    }
    struct score_entry *entry = calloc(1, sizeof *entry);
    check(entry);
    entry->room_id = room_id;
    entry->slot = self->free[--self->free_count];
    self->entries[entry->slot] = entry;
    struct score_entry **bucket = s_bucket(self, room_id);
    entry->hash_next = *bucket;
    *bucket = entry;
    s_link_newest(self, entry);
    return entry;
}

void score_cache_remove(struct score_cache *self, struct score_entry *entry)
{
    struct score_entry **at = s_bucket(self, entry->room_id);
    while (*at != entry)
        at = &(*at)->hash_next;
    *at = entry->hash_next;
    s_unlink(self, entry);
    self->entries[entry->slot] = NULL;
    self->free[self->free_count++] = entry->slot;
    score_room_fini(&entry->room);
    kept_destroy(&entry->current);
    rejudged_destroy(&entry->rejudged);
    line_clear(&entry->line);
    line_clear(&entry->waiters);
    free(entry);
}

struct score_entry *score_cache_asked(struct score_cache *self, struct question question)
{
    if (question.slot >= SCORES_MAX || self->generations[question.slot] != question.generation)
        return NULL;
    struct score_entry *entry = self->entries[question.slot];
    return entry && entry->asking != ASKING_NOTHING ? entry : NULL;
}

struct question score_cache_question(struct score_cache *self, struct score_entry *entry)
{
    uint32_t *generation = &self->generations[entry->slot];
    if (++*generation == 0)
        *generation = 1;
    return score_cache_same_question(self, entry);
}

struct question score_cache_same_question(const struct score_cache *self,
                                          const struct score_entry *entry)
{
    return (struct question){entry->slot, self->generations[entry->slot]};
}
