/* A client is closed (realtime.h) in ticks alone: what makes a session end may happen in the middle
 * of a walk over subscribers. */
#include "gateway/sockjs/session.h"

#include <stdlib.h>

#include <uthash.h>

#include "actors/runtime/clock.h"
#include "actors/runtime/stats.h"
#include "gateway/realtime.h"
#include "gateway/sockjs/framing.h"
#include "proto/check.h"

#define JOINED_BYTES (64 * 1024) /* messages in one frame, unless one alone is larger */

struct session {
    struct carrier carrier;    /* first member */
    struct sessions *sessions; /* borrowed */
    struct backlog backlog;    /* what waits for a receiver */
    struct receiver *receiver; /* the connection's; NULL: none */
    int64_t alone_ms;          /* since when it has none */
    uint16_t close_status;     /* to close with when the backlog is sent; 0: open */
    bool opened;               /* o is sent */
    bool told;                 /* c is sent; from then on it is only remembered */
    UT_hash_handle hh;         /* by id */
    size_t id_length;          /* of id */
    char id[];                 /* the client's */
};

struct sessions {
    struct server *server; /* borrowed */
    struct session *by_id; /* owned */
    struct buffer frame;   /* owned; the one being sent */
};

/* ---- sending -------------------------------------------------------------------------------- */

/* Messages that wait, in one frame. */
static void s_join(struct session *self, struct buffer *frame)
{
    buffer_append_text(frame, "a[");
    while (self->backlog.count) {
        struct packet *packet = backlog_first(&self->backlog);
        if (frame->length > 2 && frame->length + packet->length > JOINED_BYTES)
            break;
        if (frame->length > 2)
            buffer_append_char(frame, ',');
        struct slice inside = framing_inside(slice_from(packet_data(packet), packet->length));
        buffer_append(frame, inside.data, inside.length);
        backlog_pop(&self->backlog);
    }
    buffer_append_char(frame, ']');
}

/* However often it is asked for again: the first time counts. */
static void s_told(struct session *self)
{
    if (!self->told)
        self->alone_ms = clock_now_ms();
    self->told = true;
}

/* What comes next, if anything; *last: and nothing after it. */
static bool s_next_frame(struct session *self, struct buffer *frame, bool *last)
{
    char closing[FRAMING_CLOSE_MAX_BYTES];
    buffer_clear(frame);
    *last = false;
    if (!self->opened) {
        buffer_append_char(frame, 'o');
        self->opened = true;
    } else if (self->backlog.count) {
        s_join(self, frame);
    } else if (self->close_status) {
        framing_close(closing, self->close_status);
        buffer_append_text(frame, closing);
        *last = true;
        s_told(self);
    }
    check(!frame->overflow);
    return frame->length > 0;
}

static void s_detach(struct session *self)
{
    self->receiver = NULL;
    if (!self->told)
        self->alone_ms = clock_now_ms();
}

static void s_send_frame(struct session *self, struct slice frame, bool last)
{
    if (!receiver_send(self->receiver, frame, last))
        s_detach(self);
}

void session_flush(struct session *self)
{
    struct buffer *frame = &self->sessions->frame;
    bool last;
    while (self->receiver && receiver_ready(self->receiver) && s_next_frame(self, frame, &last))
        s_send_frame(self, buffer_slice(frame), last);
}

void session_beat(struct session *self)
{
    if (receiver_ready(self->receiver))
        s_send_frame(self, slice_of("h"), false);
}

/* Nothing that waits will be sent. */
static void s_break_off(struct session *self, uint16_t status)
{
    backlog_fini(&self->backlog);
    self->close_status = status;
}

static void s_send(struct carrier *carrier, struct packet *packet)
{
    struct session *self = (struct session *)carrier;
    if (self->close_status)
        return;
    if (!backlog_push(&self->backlog, packet)) {
        stats_add(STAT_laggards_dropped, 1);
        s_break_off(self, FRAMING_NOT_READ);
    }
    session_flush(self);
}

static void s_close(struct carrier *carrier, uint16_t status)
{
    struct session *self = (struct session *)carrier;
    if (self->close_status)
        return;
    self->close_status = status;
    session_flush(self);
}

static const struct carrier_class s_class = {s_send, s_close};

/* ---- receivers ------------------------------------------------------------------------------ */

void session_attach(struct session *self, struct request **request_p,
                    const struct transport *transport, const struct answer *answer,
                    struct slice callback)
{
    if (self->receiver) {
        char closing[FRAMING_CLOSE_MAX_BYTES];
        framing_close(closing, FRAMING_OCCUPIED);
        struct receiver *other = receiver_new(request_p, transport, answer, callback, NULL);
        receiver_send(other, slice_of(closing), true);
        return;
    }
    self->receiver = receiver_new(request_p, transport, answer, callback, self);
    session_flush(self);
}

void session_interrupted(struct session *self)
{
    s_detach(self);
    if (!self->close_status)
        s_break_off(self, FRAMING_INTERRUPTED);
}

void session_received(struct session *self, struct slice message)
{
    if (!self->close_status && self->carrier.client)
        realtime_received(self->carrier.client, message);
}

/* ---- life ----------------------------------------------------------------------------------- */

struct sessions *sessions_new(struct server *server)
{
    struct sessions *self = calloc(1, sizeof *self);
    check(self);
    self->server = server;
    buffer_init(&self->frame, BACKLOG_MAX_BYTES + BACKLOG_MAX_PACKETS + 16);
    return self;
}

struct session *sessions_find(struct sessions *self, struct slice id)
{
    struct session *session;
    HASH_FIND(hh, self->by_id, id.data, id.length, session);
    return session;
}

struct session *sessions_add(struct sessions *self, struct slice id)
{
    if (HASH_COUNT(self->by_id) >= SESSIONS_MAX)
        return NULL;
    struct session *session = calloc(1, sizeof *session + id.length);
    check(session);
    session->carrier = (struct carrier){.class = &s_class, .sockjs = true};
    session->sessions = self;
    session->alone_ms = clock_now_ms();
    session->id_length = id.length;
    memcpy(session->id, id.data, id.length);
    HASH_ADD_KEYPTR(hh, self->by_id, session->id, session->id_length, session);
    stats_set(STAT_sockjs_sessions_open, HASH_COUNT(self->by_id));
    realtime_opened(self->server->realtime, &session->carrier);
    return session;
}

static void s_destroy(struct session *session)
{
    struct sessions *self = session->sessions;
    realtime_closed(&session->carrier);
    backlog_fini(&session->backlog);
    HASH_DEL(self->by_id, session);
    stats_set(STAT_sockjs_sessions_open, HASH_COUNT(self->by_id));
    free(session);
}

void sessions_tick(struct sessions *self, int64_t now_ms)
{
    struct session *session, *next;
    HASH_ITER(hh, self->by_id, session, next)
    {
        if (session->receiver)
            receiver_tick(session->receiver, now_ms);
        if (session->close_status)
            realtime_closed(&session->carrier);
        if (!session->receiver && now_ms - session->alone_ms >= SESSION_ALONE_MS)
            s_destroy(session);
    }
}

size_t sessions_drain(struct sessions *self)
{
    struct session *session, *next;
    HASH_ITER(hh, self->by_id, session, next)
    {
        if (!session->receiver)
            s_destroy(session);
    }
    return HASH_COUNT(self->by_id);
}

/* The connections, and with them the receivers, are gone. */
void sessions_destroy(struct sessions **self_p)
{
    struct sessions *self = *self_p;
    if (!self)
        return;
    sessions_drain(self);
    buffer_fini(&self->frame);
    free(self);
    *self_p = NULL;
}
