/* Keys are hashes: their first bytes spread evenly over the buckets, and nobody can aim at a bucket
 * that another's login is in, because he does not know its key. */
#include "actors/auth/logins.h"

static struct login *s_bucket(struct logins *self, struct slice key)
{
    unsigned first = (unsigned char)key.data[0], second = (unsigned char)key.data[1];
    return self->entries[(first << 8 | second) % LOGINS_BUCKETS];
}

/* The entry of a key, in this stage and not ended; or NULL. */
static struct login *s_find(struct logins *self, struct slice key, int64_t now_ms)
{
    if (key.length != LOGIN_KEY_BYTES)
        return NULL;
    struct login *bucket = s_bucket(self, key);
    for (int i = 0; i < LOGINS_WAYS; i++)
        if (bucket[i].stage != LOGIN_FREE && bucket[i].until_ms > now_ms &&
            memcmp(bucket[i].key, key.data, LOGIN_KEY_BYTES) == 0)
            return &bucket[i];
    return NULL;
}

bool logins_begin(struct logins *self, struct slice key, int64_t now_ms, bool *dropped)
{
    *dropped = false;
    if (key.length != LOGIN_KEY_BYTES || s_find(self, key, now_ms))
        return false;
    struct login *bucket = s_bucket(self, key), *place = bucket;
    for (int i = 0; i < LOGINS_WAYS; i++) {
        if (bucket[i].stage != LOGIN_FREE && bucket[i].until_ms <= now_ms)
            bucket[i].stage = LOGIN_FREE;
        bool freer = bucket[i].stage == LOGIN_FREE && place->stage != LOGIN_FREE;
        bool sooner = place->stage != LOGIN_FREE && bucket[i].until_ms < place->until_ms;
        if (freer || sooner)
            place = &bucket[i];
    }
    *dropped = place->stage != LOGIN_FREE;
    memcpy(place->key, key.data, LOGIN_KEY_BYTES);
    place->until_ms = now_ms + LOGIN_LIFE_MS;
    place->stage = LOGIN_BEGUN;
    return true;
}

bool logins_take(struct logins *self, struct slice key, int64_t now_ms)
{
    struct login *login = s_find(self, key, now_ms);
    if (!login || login->stage != LOGIN_BEGUN)
        return false;
    login->stage = LOGIN_TAKEN;
    return true;
}

bool logins_finish(struct logins *self, struct slice key, int64_t now_ms)
{
    struct login *login = s_find(self, key, now_ms);
    if (!login || login->stage != LOGIN_TAKEN)
        return false;
    login->stage = LOGIN_FREE;
    return true;
}
