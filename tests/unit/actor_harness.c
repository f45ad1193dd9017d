/* An actor without a host. Keeps the order in which things were sent, and every byte of it, because
 * two runs of the same messages must not differ in one. */
#include "tests/unit/actor_harness.h"

#include <stdlib.h>

#include "proto/check.h"

#define START_MS 1700000000000LL
#define TRANSCRIPT_MAX_BYTES ((size_t)64 * 1024 * 1024)

struct actor_harness *actor_harness_new(const struct actor_class *class,
                                        const struct rec_actor_config *config, void *context)
{
    struct actor_harness *self = calloc(1, sizeof *self);
    check(self);
    self->class = class;
    self->actor = class->create(config, context);
    assert_non_null(self->actor);
    self->now_ms = START_MS;
    self->wake_ms = I64_NONE;
    outbox_init(&self->out);
    self->out.actor = class->kind;
    self->out.shard = (uint8_t)config->shard;
    buffer_init(&self->transcript, TRANSCRIPT_MAX_BYTES);
    return self;
}

void actor_harness_destroy(struct actor_harness **self_p)
{
    struct actor_harness *self = *self_p;
    if (!self)
        return;
    self->class->destroy(&self->actor);
    assert_null(self->actor);
    outbox_fini(&self->out);
    arena_fini(&self->arena);
    buffer_fini(&self->transcript);
    free(self);
    *self_p = NULL;
}

struct envelope actor_harness_request(struct actor_harness *self, uint16_t kind, int64_t user_id,
                                      int64_t key)
{
    self->requests++;
    return (struct envelope){
        .kind = kind,
        .to = {.actor = self->class->kind, .shard = self->out.shard},
        .reply = {7, ACTOR_gateway, 0, self->requests, 1},
        .command = {1, self->requests},
        .user_id = user_id,
        .key = key,
        .trace = self->requests,
    };
}

struct envelope actor_harness_answer(const struct actor_sent *sent, uint16_t kind)
{
    return (struct envelope){.kind = kind,
                             .to = sent->envelope.reply,
                             .user_id = sent->envelope.user_id,
                             .key = sent->envelope.key,
                             .trace = sent->envelope.trace};
}

static void *s_through_codec(struct actor_harness *self, uint16_t kind, struct slice body)
{
    const struct record *record = message_by_id(kind);
    struct codec_error error;
    size_t taken;
    void *message = arena_take(&self->arena, record->size);
    char *copy = arena_take(&self->arena, body.length + 1);
    memcpy(copy, body.data, body.length);
    if (!codec_decode(record, slice_from(copy, body.length), &self->arena, message, &taken, &error))
        fail_msg("%s.%s: %s", error.record, error.field, error.what);
    assert_int_equal(taken, body.length);
    return message;
}

static void s_catch(struct actor_harness *self)
{
    for (uint32_t i = 0; i < self->out.count; i++) {
        struct frame frame = outbox_frame(&self->out, i);
        assert_true(self->sent_count < ACTOR_SENT_MAX);
        self->sent[self->sent_count++] = (struct actor_sent){
            frame.envelope, s_through_codec(self, frame.envelope.kind, frame.body)};
        envelope_encode(&frame.envelope, &self->transcript);
        buffer_append(&self->transcript, frame.body.data, frame.body.length);
    }
    buffer_append_i64(&self->transcript, self->out.wake_ms);
    assert_false(self->transcript.overflow);
    if (self->out.wake_ms != I64_NONE &&
        (self->wake_ms == I64_NONE || self->out.wake_ms < self->wake_ms))
        self->wake_ms = self->out.wake_ms;
    outbox_clear(&self->out);
}

/* As the runtime does: its own words go to every actor. */
static bool s_receives(const struct actor_class *class, uint16_t kind)
{
    if (kind == MSG_start || kind == MSG_tick || kind == MSG_drain)
        return true;
    for (const uint16_t *at = class->receives; *at; at++)
        if (*at == kind)
            return true;
    return false;
}

void actor_harness_give(struct actor_harness *self, struct envelope envelope, const void *message)
{
    struct buffer body;
    assert_true(s_receives(self->class, envelope.kind));
    buffer_init(&body, FRAME_MAX_BYTES);
    codec_encode(message_by_id(envelope.kind), message, &body);
    const void *decoded = s_through_codec(self, envelope.kind, buffer_slice(&body));
    buffer_fini(&body);
    envelope.now_ms = self->now_ms;
    self->class->handle(self->actor, &envelope, decoded, &self->out);
    s_catch(self);
}

void actor_harness_wait(struct actor_harness *self, int64_t ms)
{
    int64_t until_ms = self->now_ms + ms;
    while (self->wake_ms != I64_NONE && self->wake_ms <= until_ms) {
        struct msg_tick tick = {self->wake_ms};
        if (self->wake_ms > self->now_ms)
            self->now_ms = self->wake_ms;
        self->wake_ms = I64_NONE;
        actor_harness_give(self, (struct envelope){.kind = MSG_tick}, &tick);
    }
    self->now_ms = until_ms;
}

void actor_harness_forget(struct actor_harness *self)
{
    self->sent_count = 0;
    arena_reset(&self->arena);
}

uint32_t actor_harness_count(const struct actor_harness *self, uint16_t kind)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < self->sent_count; i++)
        count += self->sent[i].envelope.kind == kind;
    return count;
}

const struct actor_sent *actor_harness_nth(const struct actor_harness *self, uint16_t kind,
                                           uint32_t index)
{
    for (uint32_t i = 0; i < self->sent_count; i++)
        if (self->sent[i].envelope.kind == kind && index-- == 0)
            return &self->sent[i];
    fail_msg("%s was not sent often enough", message_name(kind));
    return NULL;
}

static void s_must_answer(const struct actor_sent *sent, const struct envelope *request)
{
    assert_memory_equal(&sent->envelope.to, &request->reply, sizeof request->reply);
}

const void *actor_harness_only(const struct actor_harness *self, uint16_t kind,
                               const struct envelope *request)
{
    if (actor_harness_count(self, kind) != 1)
        fail_msg("%s was sent %u times", message_name(kind), actor_harness_count(self, kind));
    const struct actor_sent *sent = actor_harness_nth(self, kind, 0);
    if (request)
        s_must_answer(sent, request);
    return sent->message;
}

void actor_harness_refused(const struct actor_harness *self, const struct envelope *request,
                           enum refusal refusal)
{
    const struct msg_refused *refused = actor_harness_only(self, MSG_refused, request);
    assert_string_equal(refusal_row((uint16_t)refused->refusal)->name, refusal_row(refusal)->name);
}

/* ---- answers of the store ------------------------------------------------------------------ */

void actor_answer_begin(struct actor_answer *self)
{
    self->done = (struct msg_store_done){.results = {0, self->results}};
}

static struct rec_store_result *s_next_result(struct actor_answer *self)
{
    uint32_t index = self->done.results.count++;
    check(index < COMMIT_OPS_MAX);
    self->results[index] = (struct rec_store_result){.values = {0, self->values[index]}};
    return &self->results[index];
}

void actor_answer_result(struct actor_answer *self, int64_t columns)
{
    s_next_result(self)->columns = columns;
}

void actor_answer_changed(struct actor_answer *self, int64_t changed)
{
    s_next_result(self)->changed = changed;
}

static void s_add(struct actor_answer *self, struct value value)
{
    struct value_list *values = &self->results[self->done.results.count - 1].values;
    check(values->count < ACTOR_ANSWER_VALUES);
    values->items[values->count++] = value;
}

void actor_answer_i64(struct actor_answer *self, int64_t value)
{
    s_add(self, value == I64_NONE ? (struct value){.type = VALUE_NULL}
                                  : (struct value){.type = VALUE_I64, .i64 = value});
}

void actor_answer_text(struct actor_answer *self, const char *value)
{
    s_add(self, (struct value){.type = VALUE_TEXT, .text = slice_of(value)});
}

void actor_answer_blob(struct actor_answer *self, const void *data, size_t length)
{
    s_add(self, (struct value){.type = VALUE_BLOB, .text = slice_from(data, length)});
}
