/* ZeroMQ's descriptors are edge-triggered, and any call on a socket may eat the edge. So they only
 * wake the loop; what came is taken in a prepare watcher, which runs each time before the loop goes
 * to sleep, whoever called what in between. */
#include "gateway/bridge.h"

#include <inttypes.h>
#include <stdlib.h>

#include "actors/runtime/clock.h"
#include "actors/runtime/log.h"
#include "actors/runtime/port.h"
#include "actors/runtime/stats.h"
#include "gateway/realtime.h"
#include "proto/check.h"

#define BATCH 256 /* messages per turn of the loop: browsers get their turn, too */

struct bridge {
    struct server *server;      /* borrowed */
    struct port *port;          /* owned */
    struct arena arena;         /* owned; what is decoded from one message */
    union any_message *message; /* owned; the message itself */
    ev_io inputs[PORT_FDS_MAX]; /* wake the loop */
    size_t input_count;         /* how many */
    ev_prepare prepare;         /* takes what came */
    ev_idle more;               /* keeps the loop awake while a batch left something */
    uint64_t command_high;      /* command ids: this boot, and a counter */
    uint64_t command_low;       /* counts */
    uint64_t stream_sequence;   /* of the last streamed message; 0 before the first */
    uint64_t heard_sequence;    /* of the events edge's last one; 0 before the first */
};

/* ---- in ------------------------------------------------------------------------------------- */

static void s_on_answer(struct bridge *self, const struct envelope *envelope)
{
    struct pending_handle handle = {envelope->to.slot, envelope->to.generation};
    struct waiter *waiter = pending_take(self->server->pending, handle);
    if (waiter) /* else it comes too late */
        waiter->class->answer(self->server, waiter, envelope->kind, self->message);
}

/* A missed number means missed changes: every subscriber's room is asked for again. So does the
 * first one heard, unless it is the sender's first: whoever subscribed before it may have missed.
 */
static void s_on_sequence(struct bridge *self, uint64_t sequence, uint64_t expected)
{
    if (sequence != expected) {
        if (self->stream_sequence)
            stats_add(STAT_stream_gaps, 1);
        log_info("stream-gap", "expected=%" PRIu64 " got=%" PRIu64, expected, sequence);
        realtime_ask_again(self->server->realtime);
    }
    self->stream_sequence = sequence;
}

/* What the events edge of this process heard. It is numbered, since the mailbox is bounded. */
static void s_on_heard(struct bridge *self, const struct envelope *envelope)
{
    struct realtime *realtime = self->server->realtime;
    bool gap = self->heard_sequence && envelope->sequence != self->heard_sequence + 1;
    self->heard_sequence = envelope->sequence;
    if (gap)
        stats_add(STAT_stream_gaps, 1);
    if (gap || envelope->kind == MSG_events_missed)
        realtime_ask_again(realtime);
    if (envelope->kind == MSG_room_heard)
        realtime_pass_room(realtime, &self->message->room_heard);
    else if (envelope->kind == MSG_verdict_heard)
        realtime_pass_verdict(realtime, &self->message->verdict_heard);
}

static void s_on_stream(struct bridge *self, const struct envelope *envelope)
{
    struct realtime *realtime = self->server->realtime;
    if (envelope->kind == MSG_stream_beat) {
        uint64_t sent = (uint64_t)self->message->stream_beat.sent;
        s_on_sequence(self, sent, self->stream_sequence);
        return;
    }
    s_on_sequence(self, envelope->sequence, self->stream_sequence + 1);
    if (envelope->kind == MSG_watched)
        realtime_push_room(realtime, &self->message->watched);
    else if (envelope->kind == MSG_submission_found)
        realtime_push_submission(realtime, &self->message->submission_found.submission);
    else if (envelope->kind == MSG_run_found)
        realtime_push_run(realtime, &self->message->run_found.run);
}

static void s_on_message(struct bridge *self, const struct frame *frame)
{
    const struct envelope *envelope = &frame->envelope;
    arena_reset(&self->arena);
    if (!port_read(frame, &self->arena, self->message))
        return;
    bool heard = envelope->kind == MSG_room_heard || envelope->kind == MSG_verdict_heard ||
                 envelope->kind == MSG_events_missed;
    if (envelope->to.slot)
        s_on_answer(self, envelope);
    else if (heard)
        s_on_heard(self, envelope);
    else
        s_on_stream(self, envelope);
}

static void s_on_prepare(struct ev_loop *loop, ev_prepare *watcher, int events)
{
    (void)events;
    struct bridge *self = watcher->data;
    struct port_message message;
    int count = 0;
    while (count++ < BATCH && port_receive(self->port, &message)) {
        s_on_message(self, &message.frame);
        port_message_close(&message);
    }
    if (port_has_input(self->port))
        ev_idle_start(loop, &self->more);
    else
        ev_idle_stop(loop, &self->more);
}

/* Awake is all that is needed. */
static void s_on_input(struct ev_loop *loop, ev_io *watcher, int events)
{
    (void)loop;
    (void)watcher;
    (void)events;
}

static void s_on_idle(struct ev_loop *loop, ev_idle *watcher, int events)
{
    (void)loop;
    (void)watcher;
    (void)events;
}

/* ---- out ------------------------------------------------------------------------------------ */

struct pending_handle bridge_ask(struct bridge *self, const struct question_to *to, uint16_t id,
                                 const void *message, struct waiter *waiter)
{
    int64_t deadline_ms = clock_now_ms() + to->limit_ms;
    struct pending_handle handle = pending_add(self->server->pending, waiter, deadline_ms);
    if (!handle.slot)
        return handle;
    struct envelope envelope = {
        .reply = {.actor = ACTOR_gateway, .slot = handle.slot, .generation = handle.generation},
        .command = {self->command_high, ++self->command_low},
        .user_id = to->user_id,
        .deadline_ms = deadline_ms,
        .trace = to->trace,
    };
    if (port_ask(self->port, &envelope, to->actor, to->key, id, message) == PORT_SENT)
        return handle;
    pending_take(self->server->pending, handle);
    return (struct pending_handle){0, 0};
}

/* ---- life ----------------------------------------------------------------------------------- */

struct bridge *bridge_new(struct server *server, char *error, size_t error_size)
{
    struct bridge *self = calloc(1, sizeof *self);
    check(self);
    self->server = server;
    self->message = calloc(1, sizeof *self->message);
    check(self->message);
    self->command_high = clock_chance();
    struct port_options options = {.topology = server->config->topology,
                                   .endpoint = -1,
                                   .subscribes = !server->config->no_stream,
                                   .other_stream = server->config->events};
    self->port = port_new(&options, error, error_size);
    if (!self->port) {
        bridge_destroy(&self);
        return NULL;
    }
    int fds[PORT_FDS_MAX];
    self->input_count = port_fds(self->port, fds);
    for (size_t i = 0; i < self->input_count; i++) {
        ev_io_init(&self->inputs[i], s_on_input, fds[i], EV_READ);
        ev_io_start(server->loop, &self->inputs[i]);
    }
    ev_prepare_init(&self->prepare, s_on_prepare);
    self->prepare.data = self;
    ev_prepare_start(server->loop, &self->prepare);
    ev_idle_init(&self->more, s_on_idle);
    return self;
}

void bridge_destroy(struct bridge **self_p)
{
    struct bridge *self = *self_p;
    if (!self)
        return;
    for (size_t i = 0; i < self->input_count; i++)
        ev_io_stop(self->server->loop, &self->inputs[i]);
    ev_prepare_stop(self->server->loop, &self->prepare);
    ev_idle_stop(self->server->loop, &self->more);
    port_destroy(&self->port);
    arena_fini(&self->arena);
    free(self->message);
    free(self);
    *self_p = NULL;
}
