/* Who may try again now. One limiter per key while it holds anything; each new key makes the two
 * oldest go that hold nothing any more, so the tables stay as large as what they limit. */
#include "actors/room/room.h"

#include "proto/check.h"

static struct limiter_rate s_submit_rate(const struct room_actor *self)
{
    return (struct limiter_rate){(uint32_t)self->config.submit_limit,
                                 self->config.submit_window_ms};
}

static struct limiter_rate s_run_rate(const struct room_actor *self)
{
    return (struct limiter_rate){(uint32_t)self->config.run_limit, self->config.run_window_ms};
}

static const struct limiter_rate s_password_rate = {PASSWORD_TRIES, PASSWORD_WINDOW_MS};

static void s_forget(struct limited **table, struct limited *entry)
{
    HASH_DEL(*table, entry);
    free(entry);
}

static struct limited *s_find(struct limited **table, const int64_t key[2])
{
    struct limited *entry;
    HASH_FIND(hh, *table, key, sizeof entry->key, entry);
    return entry;
}

static struct limited *s_require(struct limited **table, const int64_t key[2],
                                 struct limiter_rate rate, int64_t now_ms)
{
    struct limited *entry = s_find(table, key);
    if (entry)
        return entry;
    for (int i = 0; i < 2 && *table && limiter_idle(&(*table)->limiter, rate, now_ms); i++)
        s_forget(table, *table);
    if (HASH_COUNT(*table) >= LIMITERS_MAX)
        s_forget(table, *table); /* the oldest: forgotten too early rather than no memory */
    entry = calloc(1, sizeof *entry);
    check(entry);
    memcpy(entry->key, key, sizeof entry->key);
    HASH_ADD(hh, *table, key, sizeof entry->key, entry);
    return entry;
}

bool room_limits_submit(struct room_actor *self, int64_t user_id)
{
    const int64_t key[2] = {user_id, 0};
    struct limiter_rate rate = s_submit_rate(self);
    struct limited *entry = s_require(&self->submits, key, rate, self->now_ms);
    return limiter_allows(&entry->limiter, rate, self->now_ms);
}

bool room_limits_run(struct room_actor *self, int64_t user_id)
{
    const int64_t key[2] = {user_id, 0};
    struct limiter_rate rate = s_run_rate(self);
    struct limited *entry = s_require(&self->runs, key, rate, self->now_ms);
    return limiter_allows(&entry->limiter, rate, self->now_ms);
}

bool room_limits_password(struct room_actor *self, int64_t user_id, int64_t room_id)
{
    const int64_t key[2] = {user_id, room_id};
    struct limited *entry = s_find(&self->passwords, key);
    return !entry || limiter_wait_ms(&entry->limiter, s_password_rate, self->now_ms) == 0;
}

void room_limits_wrong_password(struct room_actor *self, int64_t user_id, int64_t room_id)
{
    const int64_t key[2] = {user_id, room_id};
    struct limited *entry = s_require(&self->passwords, key, s_password_rate, self->now_ms);
    limiter_record(&entry->limiter, self->now_ms);
}

void room_limits_fini(struct room_actor *self)
{
    while (self->submits)
        s_forget(&self->submits, self->submits);
    while (self->runs)
        s_forget(&self->runs, self->runs);
    while (self->passwords)
        s_forget(&self->passwords, self->passwords);
}
