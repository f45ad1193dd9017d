/* A packet is written at once to a socket that has nothing waiting, and else joins its backlog:
 * asking the loop for a writable callback costs two poller updates, which most pushes can do
 * without. A socket whose backlog is full does not read and is dropped. */
#include "gateway/socket.h"

#include <stdlib.h>

#include "actors/runtime/clock.h"
#include "actors/runtime/stats.h"
#include "gateway/realtime.h"
#include "gateway/sockjs/framing.h"
#include "gateway/sockjs/inbox.h"
#include "proto/check.h"

#define WRITES_PER_TURN 4 /* packets per writable callback: others get their turn, too */
#define CLOSE_LIMIT_S 5   /* to read the rest before the connection is cut */

struct socket {
    struct carrier carrier; /* first member */
    struct server *server;  /* borrowed */
    struct lws *wsi;        /* borrowed */
    struct backlog backlog; /* what it must still be sent */
    struct buffer message;  /* owned; of SockJS, while it comes in pieces */
    struct socket *next;    /* in the server's list */
    struct socket **link;   /* what points to us there */
    int64_t sent_ms;        /* when something was last sent */
    uint16_t close_status;  /* to close with when the backlog is sent; 0: stays open */
    bool dropped;           /* is being closed without further ado */
};

/* ---- sending -------------------------------------------------------------------------------- */

/* Not at once: a walk over subscribers may be under way, which must not lose its place. */
static void s_drop(struct socket *self)
{
    self->dropped = true;
    lws_set_timeout(self->wsi, PENDING_TIMEOUT_KILLED_BY_PARENT, LWS_TO_KILL_ASYNC);
    lws_cancel_service(self->server->context); /* lets the library see its timers */
}

static bool s_write(struct socket *self, struct packet *packet)
{
    int length = (int)packet->length;
    if (lws_write(self->wsi, (unsigned char *)packet_data(packet), packet->length, LWS_WRITE_TEXT) <
        length)
        return false;
    self->sent_ms = clock_now_ms();
    return true;
}

static void s_send(struct carrier *carrier, struct packet *packet)
{
    struct socket *self = (struct socket *)carrier;
    if (self->dropped || self->close_status)
        return;
    if (!self->backlog.count && !lws_partial_buffered(self->wsi)) {
        if (!s_write(self, packet))
            s_drop(self);
    } else if (backlog_push(&self->backlog, packet)) {
        lws_callback_on_writable(self->wsi);
    } else {
        stats_add(STAT_laggards_dropped, 1);
        s_drop(self);
    }
}

static void s_send_text(struct socket *self, const char *text)
{
    struct packet *packet = packet_new(LWS_PRE, slice_of(text));
    s_send(&self->carrier, packet);
    packet_drop(&packet);
}

/* Closes when everything is sent, or when that takes too long. */
static void s_close(struct carrier *carrier, uint16_t status)
{
    struct socket *self = (struct socket *)carrier;
    if (self->close_status)
        return;
    if (carrier->sockjs) {
        char frame[FRAMING_CLOSE_MAX_BYTES];
        framing_close(frame, status);
        s_send_text(self, frame);
    }
    self->close_status = status;
    lws_set_timeout(self->wsi, PENDING_TIMEOUT_CLOSE_SEND, CLOSE_LIMIT_S);
    lws_callback_on_writable(self->wsi);
}

static const struct carrier_class s_class = {s_send, s_close};

bool socket_written(struct socket *self)
{
    for (int i = 0; i < WRITES_PER_TURN && self->backlog.count; i++) {
        if (lws_partial_buffered(self->wsi))
            break;
        if (!s_write(self, backlog_first(&self->backlog)))
            return false;
        backlog_pop(&self->backlog);
    }
    if (self->backlog.count || lws_partial_buffered(self->wsi)) {
        lws_callback_on_writable(self->wsi);
        return true;
    }
    if (!self->close_status)
        return true;
    lws_close_reason(self->wsi, self->close_status, NULL, 0);
    return false;
}

/* ---- receiving ------------------------------------------------------------------------------ */

static bool s_refuse(struct socket *self, enum lws_close_status status)
{
    lws_close_reason(self->wsi, status, NULL, 0);
    return false;
}

/* The whole message is there. Empty ones mean nothing; broken ones end the connection. */
static bool s_take_message(struct socket *self)
{
    struct inbox inbox;
    struct slice message;
    bool broken = inbox_open(&inbox, self->message.data, self->message.length) == INBOX_BROKEN;
    if (self->message.length && !broken)
        while (inbox_next(&inbox, &message))
            realtime_received(self->carrier.client, message);
    buffer_fini(&self->message);
    return !broken || s_refuse(self, LWS_CLOSE_STATUS_INVALID_PAYLOAD);
}

bool socket_received(struct socket *self, struct slice bytes, bool last)
{
    if (self->dropped || self->close_status)
        return true;
    if (!self->carrier.sockjs) {
        realtime_received(self->carrier.client, bytes);
        return true;
    }
    if (!self->message.max_bytes)
        buffer_init(&self->message, SOCKET_MESSAGE_MAX_BYTES);
    if (!buffer_append(&self->message, bytes.data, bytes.length))
        return s_refuse(self, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE);
    return !last || s_take_message(self);
}

/* ---- life ----------------------------------------------------------------------------------- */

struct socket *socket_opened(struct server *server, struct lws *wsi, bool sockjs)
{
    struct socket *self = calloc(1, sizeof *self);
    check(self);
    self->carrier = (struct carrier){.class = &s_class, .sockjs = sockjs};
    self->server = server;
    self->wsi = wsi;
    self->sent_ms = clock_now_ms();
    self->next = server->sockets;
    self->link = &server->sockets;
    if (self->next)
        self->next->link = &self->next;
    server->sockets = self;
    stats_set(STAT_sockets_open, ++server->socket_count);
    if (sockjs)
        s_send_text(self, "o");
    realtime_opened(server->realtime, &self->carrier);
    return self;
}

void socket_closed(struct socket **self_p)
{
    struct socket *self = *self_p;
    if (!self)
        return;
    realtime_closed(&self->carrier);
    *self->link = self->next;
    if (self->next)
        self->next->link = self->link;
    stats_set(STAT_sockets_open, --self->server->socket_count);
    backlog_fini(&self->backlog);
    buffer_fini(&self->message);
    free(self);
    *self_p = NULL;
}

void sockets_tick(struct server *server, int64_t now_ms)
{
    for (struct socket *self = server->sockets; self; self = self->next)
        if (self->carrier.sockjs && now_ms - self->sent_ms >= FRAMING_BEAT_MS)
            s_send_text(self, "h");
}
