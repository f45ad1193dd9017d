#include "actors/runtime/outbox.h"

#include <stdlib.h>

#include "proto/check.h"

void outbox_init(struct outbox *self)
{
    *self = (struct outbox){.wake_ms = I64_NONE};
    buffer_init(&self->bodies, (size_t)2 * FRAME_MAX_BYTES);
}

void outbox_fini(struct outbox *self)
{
    free(self->entries);
    buffer_fini(&self->bodies);
}

void outbox_clear(struct outbox *self)
{
    self->count = 0;
    self->wake_ms = I64_NONE;
    buffer_clear(&self->bodies);
}

struct frame outbox_frame(const struct outbox *self, uint32_t index)
{
    const struct outbox_entry *entry = &self->entries[index];
    return (struct frame){entry->envelope,
                          slice_from(self->bodies.data + entry->body_offset, entry->body_length)};
}

/* A new entry with its body; the caller fills in the addresses. */
static struct envelope *s_add(struct outbox *self, const struct envelope *cause, uint16_t id,
                              const void *message)
{
    const struct record *record = message_by_id(id);
    check(record && self->count < OUTBOX_MAX);
    if (self->count == self->capacity) {
        self->capacity = self->capacity ? self->capacity * 2 : 16;
        self->entries = realloc(self->entries, self->capacity * sizeof *self->entries);
        check(self->entries);
    }
    struct outbox_entry *entry = &self->entries[self->count++];
    *entry = (struct outbox_entry){.envelope.kind = id, .body_offset = self->bodies.length};
    codec_encode(record, message, &self->bodies);
    check(!self->bodies.overflow);
    entry->body_length = self->bodies.length - entry->body_offset;
    if (cause) {
        entry->envelope.command = cause->command;
        entry->envelope.user_id = cause->user_id;
        entry->envelope.key = cause->key;
        entry->envelope.deadline_ms = cause->deadline_ms;
        entry->envelope.trace = cause->trace;
    }
    return &entry->envelope;
}

void outbox_send(struct outbox *self, const struct envelope *cause, enum actor_kind to, int64_t key,
                 struct question question, uint16_t id, const void *message)
{
    struct envelope *envelope = s_add(self, cause, id, message);
    envelope->to.actor = to;
    envelope->key = key;
    if (question.generation)
        envelope->reply =
            (struct address){0, self->actor, self->shard, question.slot, question.generation};
}

void outbox_reply(struct outbox *self, const struct envelope *request, uint16_t id,
                  const void *message)
{
    if (request->reply.actor == ACTOR_NONE)
        return;
    s_add(self, request, id, message)->to = request->reply;
}

void outbox_refuse(struct outbox *self, const struct envelope *request, enum refusal refusal,
                   const char *detail)
{
    struct msg_refused refused = {refusal, slice_of(detail ? detail : "")};
    outbox_reply(self, request, MSG_refused, &refused);
}

void outbox_forward(struct outbox *self, const struct envelope *request, enum actor_kind to,
                    int64_t key, uint16_t id, const void *message)
{
    struct envelope *envelope = s_add(self, request, id, message);
    envelope->to.actor = to;
    envelope->key = key;
    envelope->reply = request->reply;
}

void outbox_stream(struct outbox *self, const struct envelope *cause, int64_t key,
                   uint64_t sequence, uint16_t id, const void *message)
{
    struct envelope *envelope = s_add(self, cause, id, message);
    envelope->to.actor = ACTOR_gateway;
    envelope->key = key;
    envelope->sequence = sequence;
}

void outbox_wake(struct outbox *self, int64_t at_ms)
{
    if (self->wake_ms == I64_NONE || at_ms < self->wake_ms)
        self->wake_ms = at_ms;
}
