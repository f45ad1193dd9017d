#include "gateway/http/crowd.h"

#include <stdlib.h>

#include "proto/check.h"

struct entry {
    uint64_t key[2];      /* the address, or its /64; zeroes: free */
    int64_t full_us;      /* when all its requests will be allowed again: the later, the busier */
    uint32_t connections; /* open */
};

struct crowd {
    uint32_t connections;                            /* an address may have */
    uint32_t requests_per_s;                         /* an address may make */
    uint64_t salt;                                   /* of the hash */
    struct entry entries[CROWD_BUCKETS][CROWD_WAYS]; /* by hash */
};

struct crowd *crowd_new(uint32_t connections, uint32_t requests_per_s, uint64_t salt)
{
    if (!connections && !requests_per_s)
        return NULL;
    struct crowd *self = calloc(1, sizeof *self);
    check(self);
    self->connections = connections;
    self->requests_per_s = requests_per_s;
    self->salt = salt | 1;
    return self;
}

void crowd_destroy(struct crowd **self_p)
{
    free(*self_p);
    *self_p = NULL;
}

static void s_key(const struct ip *address, uint64_t key[2])
{
    static const unsigned char v4[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    memcpy(key, address->bytes, sizeof address->bytes);
    if (memcmp(address->bytes, v4, sizeof v4) != 0)
        key[1] = 1; /* never all zeroes */
}

/* Its entry; with `make`, in place of a free one or of the quietest without connections. NULL: not
 * there, or no place. */
static struct entry *s_find(struct crowd *self, const struct ip *address, bool make)
{
    uint64_t key[2];
    s_key(address, key);
    uint64_t hash = (key[0] ^ self->salt) * 0x9e3779b97f4a7c15u;
    hash = (hash ^ hash >> 29 ^ key[1]) * (self->salt | 1);
    struct entry *bucket = self->entries[(hash >> 40) % CROWD_BUCKETS], *place = NULL;
    for (int i = 0; i < CROWD_WAYS; i++) {
        struct entry *entry = &bucket[i];
        if (entry->key[0] == key[0] && entry->key[1] == key[1])
            return entry;
        if (!entry->connections && (!place || entry->full_us < place->full_us))
            place = entry;
    }
    if (!make || !place)
        return NULL;
    *place = (struct entry){.key = {key[0], key[1]}};
    return place;
}

bool crowd_enter(struct crowd *self, const struct ip *address)
{
    if (!self || !self->connections)
        return true;
    struct entry *entry = s_find(self, address, true);
    if (!entry)
        return true; /* eight others of its bucket are busy: not worth refusing somebody */
    if (entry->connections >= self->connections)
        return false;
    entry->connections++;
    return true;
}

void crowd_leave(struct crowd *self, const struct ip *address)
{
    if (!self || !self->connections)
        return;
    struct entry *entry = s_find(self, address, false);
    if (entry && entry->connections)
        entry->connections--;
}

/* A bucket that fills again: each request moves the instant at which it is full. */
bool crowd_ask(struct crowd *self, const struct ip *address, int64_t now_ms)
{
    if (!self || !self->requests_per_s)
        return true;
    struct entry *entry = s_find(self, address, true);
    if (!entry)
        return true;
    int64_t unit_us = 1000000 / self->requests_per_s, now_us = now_ms * 1000;
    int64_t from_us = entry->full_us > now_us ? entry->full_us : now_us;
    if (from_us + unit_us > now_us + CROWD_BURST * 1000000LL)
        return false;
    entry->full_us = from_us + unit_us;
    return true;
}
