/* The slots of the runners, each with what it can judge. A slot repeats its runner_ready while it
 * is idle, so that a judge that was restarted learns of it and one that is gone is forgotten. */
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

static void s_copy(char *to, size_t size, struct slice text)
{
    size_t length = text.length < size - 1 ? text.length : size - 1;
    while (length && length < text.length && (text.data[length] & 0xc0) == 0x80)
        length--; /* not within a character */
    memcpy(to, text.data, length);
    to[length] = '\0';
}

bool judge_slot_ready(struct judge_actor *self, const struct envelope *envelope,
                      const struct msg_runner_ready *message, bool idle)
{
    uint64_t node = envelope->reply.node;
    struct runner_slot *slot = judge_slot_find(self, node);
    if (!slot) {
        if (HASH_COUNT(self->slots) >= RUNNERS_MAX)
            return false;
        slot = calloc(1, sizeof *slot);
        check(slot);
        slot->node = node;
        HASH_ADD(hh, self->slots, node, sizeof slot->node, slot);
    }
    slot->ready = *envelope;
    slot->idle = idle;
    slot->heard_ms = self->now_ms;
    slot->language_count = message->languages.count;
    for (uint32_t i = 0; i < message->languages.count; i++) {
        const struct rec_language *language = &message->languages.items[i];
        slot->languages[i].id = language->id;
        s_copy(slot->languages[i].name, sizeof slot->languages[i].name, language->name);
        s_copy(slot->languages[i].version, sizeof slot->languages[i].version, language->version);
    }
    return true;
}

static bool s_can(const struct runner_slot *slot, int64_t language_id)
{
    for (uint32_t i = 0; i < slot->language_count; i++)
        if (slot->languages[i].id == language_id)
            return true;
    return false;
}

struct runner_slot *judge_slot_for(struct judge_actor *self, int64_t language_id)
{
    for (struct runner_slot *slot = self->slots; slot; slot = slot->hh.next)
        if (slot->idle && s_can(slot, language_id))
            return slot;
    return NULL;
}

bool judge_slot_idle(const struct judge_actor *self)
{
    for (const struct runner_slot *slot = self->slots; slot; slot = slot->hh.next)
        if (slot->idle)
            return true;
    return false;
}

void judge_slots_tick(struct judge_actor *self)
{
    for (struct runner_slot *slot = self->slots, *next; slot; slot = next) {
        next = slot->hh.next;
        if (slot->idle && slot->heard_ms + RUNNER_SILENT_MS < self->now_ms)
            judge_slot_forget(self, slot);
    }
}

void judge_slots_languages(struct judge_actor *self, const struct envelope *request,
                           struct outbox *out)
{
    struct rec_language found[LANGUAGES_MAX];
    uint32_t count = 0;
    for (struct runner_slot *slot = self->slots; slot; slot = slot->hh.next)
        for (uint32_t i = 0; i < slot->language_count; i++) {
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
    struct msg_languages languages = {{count, found}};
    outbox_reply(out, request, MSG_languages, &languages);
}
