#include "gateway/users.h"

/* Ids are given out one after the other, and users made together play together: no hash is better.
 */
static uint32_t s_place(int64_t id)
{
    return (uint32_t)((uint64_t)id % USERS_ENTRIES);
}

bool users_know(const struct users *self, int64_t id, int64_t now_ms)
{
    const struct users_entry *entry = &self->entries[s_place(id)];
    return entry->id == id && now_ms < entry->until_ms;
}

void users_learn(struct users *self, int64_t id, int64_t now_ms)
{
    self->entries[s_place(id)] = (struct users_entry){id, now_ms + USERS_LIFE_MS};
}
