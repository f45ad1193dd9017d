/* One list for all: a message waits, or is in an edge's hand. An edge has no state that survives
 * it; what it held waits again, at the head, marked as redelivered. */
#include "tests/sim/fake_queue.h"

#include "proto/check.h"

#define READY_MS 2000
#define CUT_PER_10000 300 /* of the edges' looks at the clock, while things go wrong */

static bool s_chance(struct fake_broker *self, uint32_t per_10000)
{
    return per_10000 && prng_below(&self->sim->chance, 10000) < per_10000;
}

static void s_say(struct fake_queue *self, uint16_t id, const void *message)
{
    struct envelope envelope = {.to = {.actor = ACTOR_judge},
                                .key = self->shard,
                                .reply = {0, ACTOR_queue, self->shard, 1, 1}};
    sim_send(self->broker->sim, self->place, &envelope, id, message);
}

/* ---- the list -------------------------------------------------------------------------------- */

static uint32_t s_waiting(const struct fake_broker *self, uint8_t kind)
{
    uint32_t waiting = 0;
    for (uint32_t i = 0; i < self->message_count; i++)
        waiting += self->messages[i].holder == 0 && self->messages[i].kind == kind;
    return waiting;
}

static void s_insert(struct fake_broker *self, uint32_t at, struct fake_message message)
{
    check(self->message_count < FAKE_MESSAGES_MAX);
    memmove(&self->messages[at + 1], &self->messages[at],
            (self->message_count - at) * sizeof message);
    self->messages[at] = message;
    self->message_count++;
}

static void s_remove(struct fake_broker *self, uint32_t at)
{
    self->message_count--;
    memmove(&self->messages[at], &self->messages[at + 1],
            (self->message_count - at) * sizeof self->messages[0]);
}

/* Another order than that of publishing, now and then. */
static void s_take_in(struct fake_broker *self, int64_t submission_id, uint8_t kind)
{
    uint32_t at = self->message_count;
    if (s_chance(self, self->sim->faults.slow_per_10000))
        at = (uint32_t)prng_below(&self->sim->chance, self->message_count + 1);
    s_insert(self, at, (struct fake_message){.submission_id = submission_id, .kind = kind});
}

/* ---- giving out ------------------------------------------------------------------------------ */

static uint32_t s_held(const struct fake_queue *self, uint8_t kind)
{
    uint32_t held = 0;
    for (uint32_t i = 0; i < self->broker->message_count; i++)
        held += self->broker->messages[i].holder == self->shard + 1 &&
                self->broker->messages[i].kind == kind;
    return held;
}

static void s_tell(struct fake_queue *self, const struct fake_message *message)
{
    struct msg_queue_delivered delivered = {self->epoch, message->tag, message->submission_id,
                                            message->redelivered, message->kind};
    s_say(self, MSG_queue_delivered, &delivered);
}

static void s_deliver(struct fake_queue *self)
{
    struct fake_broker *broker = self->broker;
    uint32_t held[] = {s_held(self, JUDGING_SUBMISSION), s_held(self, JUDGING_RUN),
                       s_held(self, JUDGING_REJUDGE)};
    for (uint32_t i = 0; i < broker->message_count; i++) {
        struct fake_message *message = &broker->messages[i];
        if (message->holder || held[message->kind] >= self->prefetch)
            continue;
        message->holder = self->shard + 1;
        message->tag = ++self->tags;
        held[message->kind]++;
        s_tell(self, message);
    }
}

static void s_deliver_all(struct fake_broker *self)
{
    for (uint8_t i = 0; i < self->queue_count; i++)
        if (self->sim->places[self->queues[i].place].down_until_ms == 0)
            s_deliver(&self->queues[i]);
}

/* ---- connections ----------------------------------------------------------------------------- */

static void s_say_ready(struct fake_queue *self)
{
    struct msg_queue_ready ready = {self->epoch, s_waiting(self->broker, JUDGING_SUBMISSION),
                                    s_waiting(self->broker, JUDGING_RUN),
                                    s_waiting(self->broker, JUDGING_REJUDGE)};
    s_say(self, MSG_queue_ready, &ready);
}

/* What it held waits again. */
static void s_cut(struct fake_queue *self)
{
    struct fake_broker *broker = self->broker;
    for (uint32_t i = 0; i < broker->message_count; i++)
        if (broker->messages[i].holder == self->shard + 1) {
            broker->messages[i].holder = 0;
            broker->messages[i].redelivered = true;
        }
    self->epoch = 0;
    self->prefetch = 0;
}

static void s_connect(struct fake_queue *self)
{
    self->epoch = ++self->broker->epochs;
    self->tags = 0;
    self->prefetch = 0;
    s_say_ready(self);
}

/* ---- an outside's life ----------------------------------------------------------------------- */

static void s_wake(void *context)
{
    struct fake_queue *self = context;
    struct fake_broker *broker = self->broker;
    if (self->epoch && broker->sim->faults.kill_every_ms && s_chance(broker, CUT_PER_10000)) {
        broker->losses++;
        s_cut(self);
    }
    if (self->epoch == 0)
        s_connect(self);
    else
        s_say_ready(self);
    for (uint32_t i = 0; i < broker->message_count; i++)
        if (broker->messages[i].holder == self->shard + 1)
            s_tell(self, &broker->messages[i]);
    s_deliver_all(broker);
    sim_wake(broker->sim, self->place, broker->sim->now_ms + READY_MS);
}

static void s_publish(struct fake_queue *self, const struct i64_list *ids, uint8_t kind)
{
    const struct sim_faults *faults = &self->broker->sim->faults;
    for (uint32_t i = 0; i < ids->count; i++) {
        if (s_chance(self->broker, faults->lost_per_10000))
            continue;
        s_take_in(self->broker, ids->items[i], kind);
        if (s_chance(self->broker, faults->twice_per_10000))
            s_take_in(self->broker, ids->items[i], kind);
    }
}

static void s_settle(struct fake_queue *self, int64_t epoch, int64_t tag, bool dead)
{
    struct fake_broker *broker = self->broker;
    for (uint32_t i = 0; epoch == self->epoch && i < broker->message_count; i++)
        if (broker->messages[i].holder == self->shard + 1 && broker->messages[i].tag == tag) {
            s_remove(broker, i);
            broker->dead += dead;
            return;
        }
}

static void s_take(void *context, const struct frame *frame)
{
    struct fake_queue *self = context;
    union {
        struct msg_queue_prefetch prefetch;
        struct msg_queue_publish publish;
        struct msg_queue_ack ack;
        struct msg_queue_reject reject;
    } word;
    struct arena arena = {0};
    struct codec_error error;
    size_t taken;
    uint16_t kind = frame->envelope.kind;
    if (kind == MSG_refused)
        return; /* the judge does not live */
    check(codec_decode(message_by_id(kind), frame->body, &arena, &word, &taken, &error));
    if (kind == MSG_queue_prefetch && self->epoch)
        self->prefetch = word.prefetch.count;
    else if (kind == MSG_queue_publish)
        s_publish(self, &word.publish.submission_ids, word.publish.kind);
    else if (kind == MSG_queue_ack)
        s_settle(self, word.ack.epoch, word.ack.tag, false);
    else if (kind == MSG_queue_reject)
        s_settle(self, word.reject.epoch, word.reject.tag, true);
    arena_fini(&arena);
    s_deliver_all(self->broker);
}

static void s_killed(void *context)
{
    s_cut(context);
}

static const struct sim_outside s_outside = {s_take, s_wake, s_killed};

void fake_broker_init(struct fake_broker *self, struct sim *sim)
{
    *self = (struct fake_broker){.sim = sim, .queue_count = sim->judges};
    check(sim->judges <= FAKE_QUEUES_MAX);
    for (uint8_t i = 0; i < sim->judges; i++) {
        self->queues[i] = (struct fake_queue){.broker = self, .shard = i};
        self->queues[i].place = sim_add(sim, ACTOR_queue, &s_outside, &self->queues[i], true);
    }
}
