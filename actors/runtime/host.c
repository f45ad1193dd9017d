#include "actors/runtime/host.h"

#include <czmq.h>

#include "actors/runtime/clock.h"
#include "actors/runtime/log.h"
#include "actors/runtime/port.h"
#include "actors/runtime/recorder.h"
#include "actors/runtime/stats.h"
#include "actors/runtime/tsan.h"
#include "proto/check.h"
#include "proto/prng.h"

/* Messages taken from the sockets per turn: what the store can put into one transaction. */
#define TURN_INPUT_MAX 256
/* Messages of one turn, those between its own actors included. Past it they are dropped and
 * counted, like those to a full mailbox: what must get through is repeated by its owner. */
#define TURN_MAIL_MAX 65536
#define WARN_MS 1000 /* between two warnings of malformed messages */

struct resident {
    const struct actor_class *class; /* which actor */
    void *state;                     /* its state, owned through class->destroy */
    struct recorder *recorder;       /* owned; NULL: not recorded */
    uint8_t shard;                   /* which of a sharded actor's */
    int64_t wake_ms;                 /* when it wants a tick; I64_NONE: not */
    int descriptor;                  /* its own; -1: none */
    bool ready;                      /* it is readable */
};

struct mail {
    struct frame frame;        /* body in a port_message or in the arena */
    struct resident *resident; /* whose it is */
};

struct departure {
    struct resident *from;    /* who said it; NULL: we, a refusal */
    struct envelope envelope; /* for another thread */
    struct slice body;        /* in the arena */
};

struct host {
    const struct topology *topology;                    /* borrowed */
    int endpoint;                                       /* ours */
    struct port *port;                                  /* owned */
    struct resident residents[HOST_ACTORS_MAX];         /* who lives here, resident_count */
    size_t resident_count;                              /* how many */
    struct resident *by_place[ACTOR_KINDS][PARTITIONS]; /* kind and shard to resident */
    struct outbox outbox;                               /* of the handler that runs */
    struct arena arena;                         /* decoded messages and local bodies of a turn */
    struct mail *mails;                         /* of this turn, owned */
    size_t mail_count, mail_capacity;           /* how many, how many fit */
    struct departure *departures;               /* of this turn, owned */
    size_t departure_count, departure_capacity; /* how many, how many fit */
    struct port_message inputs[TURN_INPUT_MAX]; /* kept until the turn is over */
    size_t input_count;                         /* how many */
    struct prng chance;                         /* seeds of messages */
    int64_t warned_ms;                          /* when a malformed message was told */
    zactor_t *thread;                           /* the thread; owned by who made us */
};

/* ---- mail ---------------------------------------------------------------------------------- */

static void *s_grown(void *items, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return items;
    *capacity = *capacity ? *capacity * 2 : 64;
    items = realloc(items, *capacity * size);
    check(items);
    return items;
}

static void s_deliver(struct host *self, struct resident *resident, const struct envelope *envelope,
                      struct slice body)
{
    if (self->mail_count == TURN_MAIL_MAX) {
        stats_add(STAT_sends_full, 1);
        return;
    }
    self->mails = s_grown(self->mails, self->mail_count, &self->mail_capacity, sizeof *self->mails);
    struct mail *mail = &self->mails[self->mail_count++];
    *mail = (struct mail){{*envelope, body}, resident};
    mail->frame.envelope.now_ms = clock_now_ms();
    mail->frame.envelope.seed = prng_next(&self->chance);
}

static void s_depart(struct host *self, struct resident *from, const struct envelope *envelope,
                     struct slice body)
{
    self->departures = s_grown(self->departures, self->departure_count, &self->departure_capacity,
                               sizeof *self->departures);
    self->departures[self->departure_count++] = (struct departure){from, *envelope, body};
}

/* Who of this thread a message is for; NULL: somebody elsewhere, or nobody. */
static struct resident *s_resident(struct host *self, const struct envelope *envelope)
{
    const struct address *to = &envelope->to;
    if (to->actor >= ACTOR_KINDS)
        return NULL;
    uint8_t shard = to->node ? to->shard : topology_shard(self->topology, to->actor, envelope->key);
    return shard < PARTITIONS ? self->by_place[to->actor][shard] : NULL;
}

static struct slice s_keep(struct host *self, struct slice body)
{
    char *copy = arena_take(&self->arena, body.length);
    return slice_from(body.length ? memcpy(copy, body.data, body.length) : copy, body.length);
}

/* Sends a message on its way: to the turn's mail when its receiver lives here, else out. */
static void s_post(struct host *self, struct resident *from, const struct frame *frame)
{
    struct envelope envelope = frame->envelope;
    struct slice body = s_keep(self, frame->body);
    bool here = envelope.to.node == 0 || envelope.to.node == port_node(self->port);
    struct resident *to = here ? s_resident(self, &envelope) : NULL;
    if (!to) {
        s_depart(self, from, &envelope, body);
        return;
    }
    if (envelope.reply.node == 0)
        envelope.reply.node = port_node(self->port);
    stats_add(STAT_frames_local, 1);
    s_deliver(self, to, &envelope, body);
}

/* Moves what a handler wants into the turn's mail and departures. */
static void s_empty_outbox(struct host *self, struct resident *from)
{
    if (self->outbox.wake_ms != I64_NONE &&
        (from->wake_ms == I64_NONE || self->outbox.wake_ms < from->wake_ms))
        from->wake_ms = self->outbox.wake_ms;
    for (uint32_t i = 0; i < self->outbox.count; i++) {
        struct frame frame = outbox_frame(&self->outbox, i);
        if (from->recorder)
            recorder_out(from->recorder, &frame);
        s_post(self, from, &frame);
    }
    outbox_clear(&self->outbox);
}

static void s_refuse(struct host *self, const struct envelope *envelope, enum refusal refusal)
{
    outbox_clear(&self->outbox);
    outbox_refuse(&self->outbox, envelope, refusal, "");
    if (self->outbox.count && envelope->kind != MSG_refused) { /* no refusal of a refusal */
        struct frame frame = outbox_frame(&self->outbox, 0);
        s_post(self, NULL, &frame);
    }
    outbox_clear(&self->outbox);
}

/* What came over the port finds its resident. Runtime's own words are not taken from
 * outside. */
static void s_sort(struct host *self, const struct frame *frame)
{
    const struct envelope *envelope = &frame->envelope;
    struct resident *resident = s_resident(self, envelope);
    bool runtime_word = envelope->kind == MSG_start || envelope->kind == MSG_tick ||
                        envelope->kind == MSG_drain || envelope->kind == MSG_unreachable;
    if (resident && !runtime_word) {
        s_deliver(self, resident, envelope, frame->body);
        return;
    }
    stats_add(STAT_frames_unsupported, 1);
    s_refuse(self, envelope, REFUSED_UNSUPPORTED);
}

/* ---- handling ------------------------------------------------------------------------------ */

static bool s_takes(const struct actor_class *class, uint16_t kind)
{
    if (kind == MSG_start || kind == MSG_tick || kind == MSG_drain)
        return true;
    for (const uint16_t *takes = class->receives; *takes; takes++)
        if (*takes == kind)
            return true;
    return false;
}

/* A browser's command that nobody waits for any more is not begun; what is under way goes on. */
static bool s_expired(const struct envelope *envelope)
{
    return envelope->reply.actor == ACTOR_gateway && envelope->deadline_ms &&
           envelope->deadline_ms < envelope->now_ms;
}

/* Once in WARN_MS: a peer that sends nothing else must not fill the disk. All are counted. */
static void s_warn_malformed(struct host *self, const struct envelope *envelope,
                             const struct record *record, const struct codec_error *error)
{
    if (envelope->now_ms - self->warned_ms < WARN_MS)
        return;
    self->warned_ms = envelope->now_ms;
    log_warn("message-malformed", "message=%s record=%s field=%s what=\"%s\"", record->name,
             error->record, error->field, error->what);
}

static void s_handle(struct host *self, const struct mail *mail)
{
    const struct envelope *envelope = &mail->frame.envelope;
    struct resident *resident = mail->resident;
    const struct record *record = message_by_id(envelope->kind);
    if (!record || !s_takes(resident->class, envelope->kind)) {
        stats_add(STAT_frames_unsupported, 1);
        s_refuse(self, envelope, REFUSED_UNSUPPORTED);
        return;
    }
    if (s_expired(envelope)) {
        stats_add(STAT_frames_expired, 1);
        return;
    }
    struct codec_error error;
    void *message = arena_take(&self->arena, record->size);
    if (!codec_decode_all(record, mail->frame.body, &self->arena, message, &error)) {
        stats_add(STAT_frames_malformed, 1);
        s_warn_malformed(self, envelope, record, &error);
        s_refuse(self, envelope, REFUSED_BAD_REQUEST);
        return;
    }
    if (resident->recorder)
        recorder_in(resident->recorder, &mail->frame);
    self->outbox.actor = resident->class->kind;
    self->outbox.shard = resident->shard;
    resident->class->handle(resident->state, envelope, message, &self->outbox);
    s_empty_outbox(self, resident);
}

/* Edges whose descriptor is readable. */
static void s_call_ready(struct host *self)
{
    for (size_t i = 0; i < self->resident_count; i++) {
        struct resident *resident = &self->residents[i];
        if (!resident->ready)
            continue;
        resident->ready = false;
        self->outbox.actor = resident->class->kind;
        self->outbox.shard = resident->shard;
        resident->class->ready(resident->state, &self->outbox);
        s_empty_outbox(self, resident);
    }
}

static void s_end_round(struct host *self)
{
    for (size_t i = 0; i < self->resident_count; i++) {
        struct resident *resident = &self->residents[i];
        if (!resident->class->turn_end)
            continue;
        self->outbox.actor = resident->class->kind;
        self->outbox.shard = resident->shard;
        resident->class->turn_end(resident->state, &self->outbox);
        s_empty_outbox(self, resident);
    }
}

/* What could not leave although its sender wants to know is left in `departures`. */
static void s_leave(struct host *self)
{
    size_t lost = 0;
    for (size_t i = 0; i < self->resident_count; i++)
        if (self->residents[i].recorder)
            recorder_flush(self->residents[i].recorder);
    for (size_t i = 0; i < self->departure_count; i++) {
        struct departure *departure = &self->departures[i];
        enum port_result sent = port_send(self->port, &departure->envelope, departure->body);
        if (sent != PORT_SENT)
            log_debug("message-not-sent", "message=%s to=%u why=%s",
                      message_name(departure->envelope.kind), departure->envelope.to.actor,
                      sent == PORT_FULL ? "full" : "unreachable");
        if (sent == PORT_UNREACHABLE && departure->envelope.to.node && departure->from &&
            s_takes(departure->from->class, MSG_unreachable))
            self->departures[lost++] = *departure;
    }
    self->departure_count = lost;
}

static void s_tell(struct host *self, struct resident *resident, uint16_t id, const void *message)
{
    struct buffer body;
    struct envelope envelope = {.kind = id, .to = {.actor = resident->class->kind}};
    buffer_init(&body, 256);
    codec_encode(message_by_id(id), message, &body);
    s_deliver(self, resident, &envelope, s_keep(self, buffer_slice(&body)));
    buffer_fini(&body);
}

/* It is the next turn's. */
static void s_tell_lost(struct host *self)
{
    for (size_t i = 0; i < self->departure_count; i++) {
        struct msg_unreachable lost = {(int64_t)self->departures[i].envelope.to.node};
        s_tell(self, self->departures[i].from, MSG_unreachable, &lost);
    }
    self->departure_count = 0;
}

/* Everything that has been delivered, and everything that follows from it within this thread. */
static void s_turn(struct host *self)
{
    size_t next = 0;
    s_call_ready(self);
    do {
        for (size_t end = self->mail_count; next < end; next++) {
            struct mail mail = self->mails[next]; /* mails may move while it is handled */
            s_handle(self, &mail);
        }
        s_end_round(self);
    } while (next < self->mail_count);
    s_leave(self);
    for (size_t i = 0; i < self->input_count; i++)
        port_message_close(&self->inputs[i]);
    self->input_count = self->mail_count = 0;
    arena_reset(&self->arena);
    s_tell_lost(self);
}

/* ---- the thread ------------------------------------------------------------------------------ */

static void s_tell_all(struct host *self, uint16_t id, const void *message)
{
    for (size_t i = 0; i < self->resident_count; i++)
        s_tell(self, &self->residents[i], id, message);
}

/* Gives a tick to whoever's instant has come; returns how long until the next one. */
static long s_ticks(struct host *self)
{
    int64_t now_ms = clock_now_ms(), next_ms = I64_NONE;
    for (size_t i = 0; i < self->resident_count; i++) {
        struct resident *resident = &self->residents[i];
        if (resident->wake_ms == I64_NONE)
            continue;
        if (resident->wake_ms <= now_ms) {
            struct msg_tick tick = {resident->wake_ms};
            resident->wake_ms = I64_NONE;
            s_tell(self, resident, MSG_tick, &tick);
            next_ms = now_ms;
        } else if (next_ms == I64_NONE || resident->wake_ms < next_ms)
            next_ms = resident->wake_ms;
    }
    return next_ms == I64_NONE ? -1 : (long)(next_ms - now_ms);
}

static void s_take_input(struct host *self)
{
    while (self->input_count < TURN_INPUT_MAX) {
        struct port_message *message = &self->inputs[self->input_count];
        if (!port_receive(self->port, message))
            return;
        self->input_count++;
        s_sort(self, &message->frame);
    }
}

/* What main says: DRAIN, or $TERM. */
static bool s_command(struct host *self, zsock_t *pipe)
{
    char *command = zstr_recv_nowait(pipe);
    bool stop = command && streq(command, "$TERM");
    if (command && streq(command, "DRAIN")) {
        struct msg_drain drain = {true};
        s_tell_all(self, MSG_drain, &drain);
    }
    zstr_free(&command);
    return stop;
}

/* Waits for mail, main's word or an edge's descriptor. With mail already there it only looks. */
static void s_wait(struct host *self, zsock_t *pipe, long timeout_ms)
{
    zmq_pollitem_t also[PORT_ALSO_MAX] = {{zsock_resolve(pipe), 0, ZMQ_POLLIN, 0}};
    struct resident *owners[PORT_ALSO_MAX] = {NULL};
    size_t count = 1;
    for (size_t i = 0; i < self->resident_count; i++) {
        struct resident *resident = &self->residents[i];
        if (resident->descriptor < 0)
            continue;
        owners[count] = resident;
        also[count++] = (zmq_pollitem_t){NULL, resident->descriptor, ZMQ_POLLIN, 0};
    }
    if (self->mail_count == 0)
        port_poll(self->port, also, count, timeout_ms);
    else if (count > 1)
        port_poll(self->port, also, count, 0);
    for (size_t i = 1; i < count; i++)
        owners[i]->ready = also[i].revents != 0;
}

static void s_run(struct host *self, zsock_t *pipe)
{
    struct msg_start start = {(int64_t)(proto_fingerprint() >> 1)};
    s_tell_all(self, MSG_start, &start);
    bool stop = false;
    while (!stop) {
        long timeout_ms = s_ticks(self);
        s_wait(self, pipe, timeout_ms);
        stop = s_command(self, pipe);
        s_take_input(self);
        s_turn(self);
    }
}

static void s_thread(zsock_t *pipe, void *argument)
{
    struct host *self = argument;
    zsock_signal(pipe, 0); /* everything was made before the thread began; see host_new */
    s_run(self, pipe);
    HANDED_OVER(self);
}

/* ---- making and ending ----------------------------------------------------------------------- */

static bool s_settle_in(struct host *self, const struct host_options *options, char *error,
                        size_t error_size)
{
    size_t descriptors = 0;
    check(options->actor_count <= HOST_ACTORS_MAX);
    for (size_t i = 0; i < options->actor_count; i++) {
        const struct host_actor *actor = &options->actors[i];
        struct resident *resident = &self->residents[self->resident_count];
        resident->class = actor->class;
        resident->shard = (uint8_t)actor->config.shard;
        resident->wake_ms = I64_NONE;
        resident->state = actor->class->create(&actor->config, actor->context);
        if (!resident->state) {
            snprintf(error, error_size, "%s could not start; the log says why",
                     actor_row(actor->class->kind)->name);
            return false;
        }
        resident->descriptor =
            actor->class->descriptor ? actor->class->descriptor(resident->state) : -1;
        descriptors += resident->descriptor >= 0;
        check(descriptors < PORT_ALSO_MAX);
        self->resident_count++;
        self->by_place[actor->class->kind][resident->shard] = resident;
        if (!options->journal_folder || !actor_row(actor->class->kind)->core)
            continue;
        resident->recorder = recorder_new(options->journal_folder, actor->class->kind,
                                          resident->shard, &actor->config, error, error_size);
        if (!resident->recorder)
            return false;
    }
    return true;
}

struct host *host_new(const struct host_options *options, char *error, size_t error_size)
{
    struct host *self = calloc(1, sizeof *self);
    check(self);
    self->topology = options->topology;
    self->endpoint = options->endpoint;
    self->chance.state = clock_chance();
    outbox_init(&self->outbox);
    bool ok = s_settle_in(self, options, error, error_size);
    struct port_options port = {.topology = options->topology,
                                .endpoint = options->endpoint,
                                .publishes = self->by_place[ACTOR_fanout][0] != NULL};
    self->port = ok ? port_new(&port, error, error_size) : NULL;
    if (!self->port) {
        host_destroy(&self);
        return NULL;
    }
    self->thread = zactor_new(s_thread, self);
    check(self->thread);
    return self;
}

void host_drain(struct host *self)
{
    zstr_send(self->thread, "DRAIN");
}

void host_destroy(struct host **self_p)
{
    struct host *self = *self_p;
    if (!self)
        return;
    zactor_destroy(&self->thread);
    TAKEN_OVER(self);
    port_destroy(&self->port);
    for (size_t i = self->resident_count; i-- > 0;) {
        struct resident *resident = &self->residents[i];
        resident->class->destroy(&resident->state);
        recorder_destroy(&resident->recorder);
    }
    outbox_fini(&self->outbox);
    arena_fini(&self->arena);
    free(self->mails);
    free(self->departures);
    free(self);
    *self_p = NULL;
}
