/* One thing happens at a time: a message arrives, somebody's instant comes, somebody is killed or
 * comes back. Whatever chance decides is drawn from the one seed, in that order, so a run is the
 * same each time. Routing, expiry and refusals are the host's, done again without sockets. Not its
 * business: what is right (duel.c, audit.c). */
#include "tests/sim/sim.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

#include "proto/check.h"

#define USUAL_MS 3     /* a message takes less */
#define SKEW_MAX_MS 40 /* clocks of two machines may differ by twice that */

static bool s_chance(struct sim *self, uint32_t per_10000)
{
    return per_10000 && prng_below(&self->chance, 10000) < per_10000;
}

/* ---- sending ------------------------------------------------------------------------------- */

/* What the program itself repeats when an answer is missing, so that it may arrive twice. */
static bool s_may_come_twice(uint16_t kind)
{
    static const uint16_t kinds[] = {
        MSG_room_create,   MSG_room_join,       MSG_room_start,     MSG_room_submit,
        MSG_room_end,      MSG_room_leave,      MSG_room_yield,     MSG_schedule,
        MSG_unschedule,    MSG_room_due,        MSG_room_notice,    MSG_contest_complete,
        MSG_room_settled,  MSG_judge_enqueue,   MSG_verdict_report, MSG_store_run,
        MSG_queue_publish, MSG_queue_delivered, MSG_room_run,
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (kinds[i] == kind)
            return true;
    return false;
}

static int64_t s_arrival(struct sim *self)
{
    int64_t takes_ms = (int64_t)prng_below(&self->chance, USUAL_MS);
    if (s_chance(self, self->faults.slow_per_10000))
        takes_ms += (int64_t)prng_below(&self->chance, (uint64_t)self->faults.slow_ms);
    return self->now_ms + takes_ms;
}

/* Where an envelope goes; place_count: nowhere that exists any more. */
static uint8_t s_place_of(const struct sim *self, const struct envelope *envelope)
{
    const struct address *to = &envelope->to;
    bool sharded = to->actor == ACTOR_room || to->actor == ACTOR_scoring;
    uint8_t shards = sharded ? self->shards : to->actor == ACTOR_judge ? self->judges : 1;
    uint8_t shard = (uint8_t)(partition_of(envelope->key) % shards);
    for (uint8_t i = 0; i < self->place_count; i++) {
        const struct sim_place *place = &self->places[i];
        if (to->node ? place->node == to->node : place->actor == to->actor && place->shard == shard)
            return i;
    }
    return self->place_count;
}

static void s_post(struct sim *self, uint8_t from, const struct frame *frame)
{
    struct frame sent = *frame;
    uint8_t to = s_place_of(self, &sent.envelope);
    uint64_t node = self->places[from].node;
    if (sent.envelope.reply.actor != ACTOR_NONE && sent.envelope.reply.node == 0)
        sent.envelope.reply.node = node;
    if (to == self->place_count || s_chance(self, self->faults.lost_per_10000)) {
        self->lost++;
        return;
    }
    net_send(&self->net, from, to, node, s_arrival(self), &sent);
    if (s_may_come_twice(sent.envelope.kind) && s_chance(self, self->faults.twice_per_10000)) {
        self->doubled++;
        net_send(&self->net, from, to, node, s_arrival(self), &sent);
    }
}

void sim_send(struct sim *self, uint8_t place, const struct envelope *envelope, uint16_t id,
              const void *message)
{
    struct buffer body;
    struct frame frame = {.envelope = *envelope};
    buffer_init(&body, FRAME_MAX_BYTES);
    codec_encode(message_by_id(id), message, &body);
    frame.envelope.kind = id;
    frame.body = buffer_slice(&body);
    s_post(self, place, &frame);
    buffer_fini(&body);
}

static void s_post_all(struct sim *self, uint8_t index)
{
    const struct outbox *outbox = &self->places[index].solo.outbox;
    for (uint32_t i = 0; i < outbox->count; i++) {
        struct frame frame = outbox_frame(outbox, i);
        s_post(self, index, &frame);
    }
}

/* ---- coming and going ---------------------------------------------------------------------- */

static struct recorder *s_recorder(struct sim *self, const struct sim_place *place)
{
    char folder[256], error[512];
    if (!self->journal_folder || !actor_row(place->actor)->core)
        return NULL;
    snprintf(folder, sizeof folder, "%s/%" PRIu64, self->journal_folder, place->node);
    struct recorder *recorder =
        recorder_new(folder, place->actor, place->shard, &place->solo.config, error, sizeof error);
    if (!recorder)
        fprintf(stderr, "%s\n", error);
    check(recorder);
    return recorder;
}

static void s_come(struct sim *self, uint8_t index)
{
    struct sim_place *place = &self->places[index];
    struct rec_actor_config config = place->solo.config;
    place->node = ++self->nodes;
    place->down_until_ms = 0;
    place->batching = false;
    if (!place->class) {
        place->wake_ms = self->now_ms;
        return;
    }
    solo_init(&place->solo, place->class, &config,
              place->actor == ACTOR_store ? &self->store : NULL);
    place->solo.recorder = s_recorder(self, place);
    place->solo.now_ms = self->now_ms + place->skew_ms;
    place->solo.seed = prng_next(&self->chance);
    solo_start(&place->solo);
    s_post_all(self, index);
}

static void s_go(struct sim_place *place)
{
    if (!place->class)
        return;
    recorder_destroy(&place->solo.recorder);
    solo_fini(&place->solo);
}

struct losing {
    struct sim *sim; /* for its chance */
    uint8_t place;   /* who is killed */
    uint64_t node;   /* in this boot */
};

/* Of what a killed one had sent, some had not left; of what was for it, some had arrived. */
static bool s_lost_with(void *context, const struct parcel *parcel)
{
    struct losing *self = context;
    bool concerned = parcel->from_node == self->node || parcel->to == self->place;
    bool lost = concerned && prng_below(&self->sim->chance, 2) == 0;
    self->sim->lost += lost;
    return lost;
}

static void s_kill(struct sim *self, uint8_t index)
{
    struct sim_place *place = &self->places[index];
    struct losing losing = {self, index, place->node};
    net_lose(&self->net, s_lost_with, &losing);
    s_go(place);
    if (!place->class)
        place->outside->killed(place->context);
    place->down_until_ms =
        self->now_ms + 1 + (int64_t)prng_below(&self->chance, (uint64_t)self->faults.down_ms);
    self->kills++;
}

static void s_kill_somebody(struct sim *self)
{
    uint8_t index = (uint8_t)prng_below(&self->chance, self->place_count);
    if (self->places[index].may_die && self->places[index].down_until_ms == 0)
        s_kill(self, index);
    self->kill_ms = self->now_ms + 1 +
                    (int64_t)prng_below(&self->chance, 2 * (uint64_t)self->faults.kill_every_ms);
}

void sim_mend(struct sim *self)
{
    self->faults = (struct sim_faults){0};
    for (uint8_t i = 0; i < self->place_count; i++)
        if (self->places[i].down_until_ms)
            s_come(self, i);
}

/* ---- what happens -------------------------------------------------------------------------- */

static void s_turn_end(struct sim *self, uint8_t index)
{
    struct sim_place *place = &self->places[index];
    place->batching = false;
    solo_turn_end(&place->solo);
    s_post_all(self, index);
}

/* Does the same edge get another message in this instant? Then it is the same turn. */
static bool s_turn_goes_on(struct sim *self, uint8_t index)
{
    int64_t at_ms;
    uint8_t to;
    return net_next(&self->net, &at_ms, &to) && to == index && at_ms <= self->now_ms;
}

static void s_refuse(struct sim *self, uint8_t index, const struct envelope *envelope)
{
    struct msg_refused refused = {REFUSED_UNSUPPORTED, slice_of("")};
    struct envelope reply = *envelope;
    reply.to = envelope->reply;
    reply.reply = (struct address){0};
    if (envelope->reply.actor != ACTOR_NONE)
        sim_send(self, index, &reply, MSG_refused, &refused);
}

/* As the host does: a browser's command that nobody waits for any more is not begun. */
static bool s_expired(const struct sim_place *place, const struct envelope *envelope)
{
    return envelope->reply.actor == ACTOR_gateway && envelope->deadline_ms &&
           envelope->deadline_ms < place->solo.now_ms;
}

static void s_deliver(struct sim *self, const struct parcel *parcel)
{
    struct sim_place *place = &self->places[parcel->to];
    const struct envelope *envelope = &parcel->frame.envelope;
    if (place->down_until_ms || (envelope->to.node && envelope->to.node != place->node)) {
        self->lost++;
        return;
    }
    self->delivered++;
    if (!place->class) {
        place->outside->take(place->context, &parcel->frame);
        return;
    }
    place->solo.now_ms = self->now_ms + place->skew_ms;
    place->solo.seed = prng_next(&self->chance);
    if (s_expired(place, envelope))
        return;
    if (!solo_give(&place->solo, &parcel->frame)) {
        fprintf(stderr, "sim: %s does not take %s\n", actor_row(place->actor)->name,
                message_name(envelope->kind));
        s_refuse(self, parcel->to, envelope);
        return;
    }
    s_post_all(self, parcel->to);
    place->batching = place->class->turn_end != NULL;
    if (place->batching && !s_turn_goes_on(self, parcel->to))
        s_turn_end(self, parcel->to);
}

/* When a place wants to do something by itself; I64_NONE: never. */
static int64_t s_own_ms(const struct sim_place *place)
{
    if (place->down_until_ms)
        return place->down_until_ms;
    if (!place->class)
        return place->wake_ms;
    return place->solo.wake_ms == I64_NONE ? I64_NONE : place->solo.wake_ms - place->skew_ms;
}

static void s_own(struct sim *self, uint8_t index)
{
    struct sim_place *place = &self->places[index];
    if (place->down_until_ms) {
        s_come(self, index);
        return;
    }
    if (!place->class) {
        place->wake_ms = I64_NONE;
        place->outside->wake(place->context);
        return;
    }
    place->solo.seed = prng_next(&self->chance);
    if (solo_move_to(&place->solo, self->now_ms + place->skew_ms))
        s_post_all(self, index);
    if (place->class->turn_end)
        s_turn_end(self, index);
}

bool sim_step(struct sim *self)
{
    int64_t next_ms;
    uint8_t to, own = self->place_count;
    bool parcel = net_next(&self->net, &next_ms, &to);
    for (uint8_t i = 0; i < self->place_count; i++) {
        int64_t own_ms = s_own_ms(&self->places[i]);
        if (own_ms != I64_NONE && ((!parcel && own == self->place_count) || own_ms < next_ms)) {
            next_ms = own_ms;
            own = i;
        }
    }
    if (!parcel && own == self->place_count)
        return false;
    if (self->faults.kill_every_ms && self->kill_ms <= next_ms) {
        self->now_ms = self->kill_ms > self->now_ms ? self->kill_ms : self->now_ms;
        s_kill_somebody(self);
        return true;
    }
    self->now_ms = next_ms > self->now_ms ? next_ms : self->now_ms;
    if (own < self->place_count) {
        s_own(self, own);
        return true;
    }
    struct parcel *next = net_take(&self->net);
    s_deliver(self, next);
    free(next);
    return true;
}

void sim_wake(struct sim *self, uint8_t place, int64_t at_ms)
{
    int64_t *wake_ms = &self->places[place].wake_ms;
    if (*wake_ms == I64_NONE || at_ms < *wake_ms)
        *wake_ms = at_ms;
}

/* ---- making and ending --------------------------------------------------------------------- */

static struct sim_place *s_place(struct sim *self, enum actor_kind actor, uint8_t shard)
{
    check(self->place_count < NET_PLACES_MAX);
    struct sim_place *place = &self->places[self->place_count++];
    *place = (struct sim_place){.actor = (uint8_t)actor, .shard = shard, .wake_ms = I64_NONE};
    place->skew_ms = (int64_t)prng_below(&self->chance, 2 * SKEW_MAX_MS) - SKEW_MAX_MS;
    return place;
}

static void s_place_actor(struct sim *self, const struct actor_class *class, uint8_t shard,
                          uint8_t shards, const struct rec_actor_config *config)
{
    struct sim_place *place = s_place(self, class->kind, shard);
    place->class = class;
    place->may_die = true;
    place->solo.config = *config;
    place->solo.config.shard = shard;
    place->solo.config.shards = shards;
    s_come(self, (uint8_t)(self->place_count - 1));
}

void sim_init(struct sim *self, uint64_t seed, const char *folder, const char *journal_folder,
              uint8_t shards, const struct rec_actor_config *config)
{
    *self = (struct sim){.chance = {seed},
                         .now_ms = SIM_START_MS,
                         .shards = shards,
                         .judges = config->queue_shared ? SIM_JUDGES : 1,
                         .journal_folder = journal_folder,
                         .store = {"sqlite:codecomp.db", folder}};
    const struct actor_class *const single[] = {&store_class, &auth_class, &scheduler_class,
                                                &fanout_class};
    for (size_t i = 0; i < sizeof single / sizeof single[0]; i++)
        s_place_actor(self, single[i], 0, 1, config);
    for (uint8_t shard = 0; shard < self->judges; shard++)
        s_place_actor(self, &judge_class, shard, self->judges, config);
    for (uint8_t shard = 0; shard < shards; shard++) {
        s_place_actor(self, &room_class, shard, shards, config);
        s_place_actor(self, &scoring_class, shard, shards, config);
    }
}

void sim_fini(struct sim *self)
{
    for (uint8_t i = 0; i < self->place_count; i++)
        if (self->places[i].down_until_ms == 0)
            s_go(&self->places[i]);
    net_fini(&self->net);
}

uint8_t sim_add(struct sim *self, enum actor_kind actor, const struct sim_outside *outside,
                void *context, bool may_die)
{
    struct sim_place *place = s_place(self, actor, 0);
    place->outside = outside;
    place->context = context;
    place->may_die = may_die;
    s_come(self, (uint8_t)(self->place_count - 1));
    return (uint8_t)(self->place_count - 1);
}
