/* As the host would: codec both ways, stamps, a tick when its instant comes, the journal before the
 * outbox is looked at. Not its business: sending anything. */
#include "tests/sim/solo.h"

#include "proto/check.h"

struct rec_actor_config solo_config(void)
{
    return (struct rec_actor_config){.shard = 0,
                                     .shards = 1,
                                     .contest_duration_ms = 600000,
                                     .contest_problems = 3,
                                     .waiting_expiry_ms = 1800000,
                                     .settle_limit_ms = 900000,
                                     .submit_limit = 5,
                                     .submit_window_ms = 10000,
                                     .run_limit = 5,
                                     .run_window_ms = 10000};
}

void solo_init(struct solo *self, const struct actor_class *class,
               const struct rec_actor_config *config, void *context)
{
    *self = (struct solo){.class = class,
                          .config = *config,
                          .context = context,
                          .now_ms = 1800000000000,
                          .seed = 1,
                          .wake_ms = I64_NONE};
    outbox_init(&self->outbox);
    self->state = class->create(config, context);
    check(self->state);
}

void solo_fini(struct solo *self)
{
    if (self->state)
        self->class->destroy(&self->state);
    check(!self->state);
    outbox_fini(&self->outbox);
    arena_fini(&self->arena);
    arena_fini(&self->read_arena);
}

bool solo_takes(const struct solo *self, uint16_t kind)
{
    if (kind == MSG_start || kind == MSG_tick || kind == MSG_drain)
        return true;
    for (const uint16_t *takes = self->class->receives; *takes; takes++)
        if (*takes == kind)
            return true;
    return false;
}

static void s_begin(struct solo *self)
{
    outbox_clear(&self->outbox);
    arena_reset(&self->read_arena);
    self->outbox.actor = (uint8_t)self->class->kind;
    self->outbox.shard = (uint8_t)self->config.shard;
}

static void s_end(struct solo *self)
{
    if (self->outbox.wake_ms != I64_NONE &&
        (self->wake_ms == I64_NONE || self->outbox.wake_ms < self->wake_ms))
        self->wake_ms = self->outbox.wake_ms;
    for (uint32_t i = 0; self->recorder && i < self->outbox.count; i++) {
        struct frame frame = outbox_frame(&self->outbox, i);
        recorder_out(self->recorder, &frame);
    }
}

bool solo_give(struct solo *self, const struct frame *frame)
{
    struct frame stamped = *frame;
    struct codec_error error;
    size_t taken;
    const struct record *record = message_by_id(frame->envelope.kind);
    if (!record || !solo_takes(self, frame->envelope.kind))
        return false;
    /* an edge that batches keeps what it was given until its turn ends */
    if (!self->class->turn_end)
        arena_reset(&self->arena);
    void *message = arena_take(&self->arena, record->size);
    char *body = arena_take(&self->arena, frame->body.length);
    if (frame->body.length)
        memcpy(body, frame->body.data, frame->body.length);
    stamped.body = slice_from(body, frame->body.length);
    if (!codec_decode(record, stamped.body, &self->arena, message, &taken, &error) ||
        taken != stamped.body.length)
        return false;
    stamped.envelope.now_ms = self->now_ms;
    stamped.envelope.seed = self->seed++;
    if (self->recorder)
        recorder_in(self->recorder, &stamped);
    s_begin(self);
    self->class->handle(self->state, &stamped.envelope, message, &self->outbox);
    s_end(self);
    return true;
}

void solo_turn_end(struct solo *self)
{
    s_begin(self);
    if (self->class->turn_end)
        self->class->turn_end(self->state, &self->outbox);
    s_end(self);
    arena_reset(&self->arena);
}

void solo_tell(struct solo *self, const struct envelope *envelope, uint16_t id, const void *message)
{
    struct frame frame = {.envelope = envelope ? *envelope : (struct envelope){0}};
    struct buffer body;
    buffer_init(&body, FRAME_MAX_BYTES);
    codec_encode(message_by_id(id), message, &body);
    frame.envelope.kind = id;
    frame.envelope.to.actor = (uint8_t)self->class->kind;
    frame.body = buffer_slice(&body);
    bool given = solo_give(self, &frame);
    check(given);
    buffer_fini(&body);
}

void solo_start(struct solo *self)
{
    struct msg_start start = {(int64_t)(proto_fingerprint() >> 1)};
    solo_tell(self, NULL, MSG_start, &start);
}

bool solo_move_to(struct solo *self, int64_t now_ms)
{
    check(now_ms >= self->now_ms);
    self->now_ms = now_ms;
    if (self->wake_ms == I64_NONE || self->wake_ms > now_ms)
        return false;
    struct msg_tick tick = {self->wake_ms};
    self->wake_ms = I64_NONE;
    solo_tell(self, NULL, MSG_tick, &tick);
    return true;
}

const void *solo_read(struct solo *self, uint32_t index, uint16_t id)
{
    struct codec_error error;
    size_t taken;
    check(index < self->outbox.count);
    struct frame frame = outbox_frame(&self->outbox, index);
    check(frame.envelope.kind == id);
    const struct record *record = message_by_id(id);
    void *message = arena_take(&self->read_arena, record->size);
    bool read = codec_decode(record, frame.body, &self->read_arena, message, &taken, &error);
    check(read);
    return message;
}

const struct envelope *solo_envelope(const struct solo *self, uint32_t index)
{
    check(index < self->outbox.count);
    return &self->outbox.entries[index].envelope;
}
