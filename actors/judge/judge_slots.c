/* The slots of the runners, each with what it can judge. A slot repeats its runner_ready while it
 * is idle, so that a judge that was restarted learns of it and one that is gone is forgotten. Other
 * judges tell in the same way what theirs can; they get no jobs from us. */
#include "actors/judge/judge.h"

#include "proto/check.h"

struct runner_slot *judge_slot_find(struct judge_actor *self, uint64_t node)
{
    struct runner_slot *slot;
    HASH_FIND(hh, self->slots, &node, sizeof node, slot);
    return slot;
}

void judge_slot_forget(struct judge_actor *self, struct runner_slot *slot)
{
    HASH_DEL(self->slots, slot);
    free(slot);
}

void judge_slots_forget_idle(struct judge_actor *self, int64_t place)
{
    for (struct runner_slot *slot = self->slots, *next; slot; slot = next) {
        next = slot->hh.next;
        if (slot->idle && slot->place == place)
            judge_slot_forget(self, slot);
    }
}

static void s_copy(char *to, size_t size, struct slice text)
{
    size_t length = text.length < size - 1 ? text.length : size - 1;
    while (length && length < text.length && (text.data[length] & 0xc0) == 0x80)
        length--; /* not within a character */
    memcpy(to, text.data, length);
    to[length] = '\0';
}

struct runner_slot *judge_slot_ready(struct judge_actor *self, const struct envelope *envelope,
                                     const struct rec_language *languages, uint32_t count)
{
    uint64_t node = envelope->reply.node;
    struct runner_slot *slot = judge_slot_find(self, node);
    if (!slot) {
        if (HASH_COUNT(self->slots) >= RUNNERS_MAX)
            return NULL;
        slot = calloc(1, sizeof *slot);
        check(slot);
        slot->node = node;
        HASH_ADD(hh, self->slots, node, sizeof slot->node, slot);
    }
    slot->ready = *envelope;
    slot->heard_ms = self->now_ms;
    slot->language_count = count;
    for (uint32_t i = 0; i < count; i++) {
        slot->languages[i].id = languages[i].id;
        s_copy(slot->languages[i].name, sizeof slot->languages[i].name, languages[i].name);
        s_copy(slot->languages[i].version, sizeof slot->languages[i].version, languages[i].version);
    }
    return slot;
}

static bool s_meets(const struct runner_slot *slot, int64_t language_id, bool checker)
{
    if (checker && !slot->checkers)
        return false;
    for (uint32_t i = 0; i < slot->language_count; i++)
        if (slot->languages[i].id == language_id)
            return true;
    return false;
}

bool judge_slot_meets(const struct runner_slot *slot, int64_t language_id, bool checker)
{
    return !slot->peer && s_meets(slot, language_id, checker);
}

void judge_slots_for(struct judge_actor *self, struct need *need)
{
    struct runner_slot *there = NULL;
    bool elsewhere = false; /* somebody busy, who is worth waiting for */
    need->slot = NULL;
    need->slots = need->idle = 0;
    for (struct runner_slot *slot = self->slots; slot; slot = slot->hh.next) {
        if (!judge_slot_meets(slot, need->key.language_id, need->key.checker))
            continue;
        need->slots++;
        need->idle += slot->idle;
        if (slot->place != need->key.avoid && slot->idle && !need->slot)
            need->slot = slot;
        elsewhere |= slot->place != need->key.avoid;
        if (slot->idle && !there)
            there = slot;
    }
    if (!elsewhere)
        need->slot = there;
}

bool judge_slot_idle(const struct judge_actor *self)
{
    for (const struct runner_slot *slot = self->slots; slot; slot = slot->hh.next)
        if (slot->idle)
            return true;
    return false;
}

uint32_t judge_slot_count(const struct judge_actor *self)
{
    uint32_t count = 0;
    for (const struct runner_slot *slot = self->slots; slot; slot = slot->hh.next)
        count += !slot->peer;
    return count;
}

bool judge_slot_knows(const struct judge_actor *self, const struct job *job)
{
    for (const struct runner_slot *slot = self->slots; slot; slot = slot->hh.next)
        if (judge_slot_meets(slot, job->language_id, job->checker))
            return true;
    return false;
}

bool judge_slot_peer_knows(const struct judge_actor *self, const struct job *job)
{
    for (const struct runner_slot *slot = self->slots; slot; slot = slot->hh.next)
        if (slot->peer && s_meets(slot, job->language_id, job->checker))
            return true;
    return false;
}

static bool s_failed_at(const struct job *job, int64_t place)
{
    for (uint32_t i = 0; i < job->tries; i++)
        if (job->failed[i] == place)
            return true;
    return false;
}

bool judge_slot_untried(const struct judge_actor *self, const struct job *job)
{
    for (const struct runner_slot *slot = self->slots; slot; slot = slot->hh.next)
        if (judge_slot_meets(slot, job->language_id, job->checker) &&
            !s_failed_at(job, slot->place))
            return true;
    return false;
}

bool judge_slot_checks(const struct judge_actor *self)
{
    for (const struct runner_slot *slot = self->slots; slot; slot = slot->hh.next)
        if (!slot->peer && slot->checkers)
            return true;
    return false;
}

void judge_slots_tick(struct judge_actor *self)
{
    for (struct runner_slot *slot = self->slots, *next; slot; slot = next) {
        next = slot->hh.next;
        if (slot->heard_ms + RUNNER_SILENT_MS < self->now_ms && !judge_job_with(self, slot->node))
            judge_slot_forget(self, slot);
    }
}

uint32_t judge_slots_languages(const struct judge_actor *self, bool peers,
                               struct rec_language found[LANGUAGES_MAX])
{
    uint32_t count = 0;
    for (const struct runner_slot *slot = self->slots; slot; slot = slot->hh.next)
        for (uint32_t i = 0; i < slot->language_count && (peers || !slot->peer); i++) {
            uint32_t at = 0;
            while (at < count && found[at].id < slot->languages[i].id)
                at++;
            if (count == LANGUAGES_MAX || (at < count && found[at].id == slot->languages[i].id))
                continue;
            memmove(&found[at + 1], &found[at], (count - at) * sizeof found[0]);
            found[at] =
                (struct rec_language){slot->languages[i].id, slice_of(slot->languages[i].name),
                                      slice_of(slot->languages[i].version)};
            count++;
        }
    return count;
}
