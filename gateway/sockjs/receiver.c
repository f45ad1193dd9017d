/* While a response is open libwebsockets reads nothing from its connection: it would turn in
 * circles on what the peer sends ahead, or on its going away. The descriptor has a second watcher,
 * ours, and whatever comes ends the connection: browsers send nothing before they have the answer.
 * Since the library does not write, either, while it must not read, it may as long as it has
 * something to write. */
#include "gateway/sockjs/receiver.h"

#include <stdlib.h>

#include "actors/runtime/clock.h"
#include "actors/runtime/stats.h"
#include "gateway/sockjs/framing.h"
#include "gateway/sockjs/session.h"
#include "proto/check.h"

#define END_LIMIT_S 5                   /* for the peer to take the rest of a response that ends */
#define ANSWER_LIMIT_S 30               /* for the peer to take the answer to a poll */
#define OUT_MAX_BYTES (8 * 1024 * 1024) /* a frame, escaped once more, and a head */

struct receiver {
    struct server *server;             /* borrowed */
    struct lws *wsi;                   /* borrowed */
    struct receiver **owner;           /* where the connection keeps us */
    struct session *session;           /* borrowed; NULL: nobody cares any more */
    const struct transport *transport; /* static */
    char *lines;                       /* owned; header lines of a poll's answer; NULL: a stream */
    int64_t sent_ms;                   /* when something was last sent */
    size_t sent_bytes;                 /* frames of a stream, for its limit */
    ev_io watch;                       /* on the connection's descriptor */
    bool chunked;                      /* HTTP/1.1: the end of a stream can be told */
    bool closes;                       /* the connection ends with the response */
    bool ending;                       /* it is all sent; closes when the peer has it */
    bool has_headers;                  /* libwebsockets still holds the request's */
    char callback[FRAMING_CALLBACK_MAX_BYTES]; /* or "" */
};

/* ---- life ----------------------------------------------------------------------------------- */

/* The peer has gone, or sends ahead. */
static void s_on_input(struct ev_loop *loop, ev_io *watcher, int events)
{
    (void)loop;
    (void)events;
    struct receiver *self = watcher->data;
    server_close(self->wsi); /* which comes back as receiver_abandon */
}

static void s_want_writable(struct receiver *self)
{
    lws_rx_flow_control(self->wsi, 1);
    lws_callback_on_writable(self->wsi);
}

static void s_open_out(struct buffer *out)
{
    static const char room[LWS_PRE];
    buffer_init(out, OUT_MAX_BYTES);
    buffer_append(out, room, sizeof room);
}

/* Frees `out`. */
static bool s_write(struct receiver *self, struct buffer *out, enum lws_write_protocol how)
{
    size_t length = out->length - LWS_PRE;
    check(!out->overflow);
    self->sent_ms = clock_now_ms();
    int sent = lws_write(self->wsi, (unsigned char *)out->data + LWS_PRE, length, how);
    buffer_fini(out);
    if (lws_partial_buffered(self->wsi))
        s_want_writable(self);
    return sent >= 0 && (size_t)sent == length;
}

static void s_append_chunk(const struct receiver *self, struct buffer *out, struct slice data)
{
    if (self->chunked)
        buffer_printf(out, "%zx\r\n", data.length);
    buffer_append(out, data.data, data.length);
    if (self->chunked)
        buffer_append_text(out, "\r\n");
}

static void s_free(struct receiver *self)
{
    *self->owner = NULL;
    ev_io_stop(self->server->loop, &self->watch);
    stats_set(STAT_sockjs_receivers_open, --self->server->receivers);
    free(self->lines);
    free(self);
}

/* Closes when the peer has what was sent, or when that takes too long. */
static void s_end_connection(struct receiver *self)
{
    self->ending = true;
    lws_set_timeout(self->wsi, PENDING_TIMEOUT_CLOSE_SEND, END_LIMIT_S);
    s_want_writable(self);
}

/* Everything is written: the connection goes on to its next request, or ends. */
static void s_end(struct receiver *self)
{
    struct lws *wsi = self->wsi;
    self->session = NULL;
    if (self->closes) {
        s_end_connection(self);
        return;
    }
    s_free(self);
    lws_rx_flow_control(wsi, 1);
    lws_set_timeout(wsi, PENDING_TIMEOUT_HTTP_CONTENT, ANSWER_LIMIT_S);
    if (lws_http_transaction_completed(wsi))
        lws_set_timeout(wsi, PENDING_TIMEOUT_CLOSE_SEND, 1);
}

/* The head of a stream and what it begins with. */
static void s_begin(struct receiver *self, struct slice lines)
{
    struct buffer out, prelude;
    s_open_out(&out);
    buffer_printf(&out, "HTTP/1.1 200 OK\r\ndate: %s\r\n", reply_date(self->server));
    buffer_append(&out, lines.data, lines.length);
    buffer_append_text(&out, self->chunked ? "transfer-encoding: chunked\r\n\r\n" : "\r\n");
    buffer_init(&prelude, 8192);
    framing_write_prelude(&prelude, self->transport, self->callback);
    s_append_chunk(self, &out, buffer_slice(&prelude));
    buffer_fini(&prelude);
    if (!s_write(self, &out, LWS_WRITE_HTTP_HEADERS))
        s_end_connection(self);
}

struct receiver *receiver_new(struct request **request_p, const struct transport *transport,
                              const struct answer *answer, struct slice callback,
                              struct session *session)
{
    struct request *request = *request_p;
    struct server *server = request->server;
    struct connection *connection = lws_wsi_user(request->wsi);
    struct receiver *self = calloc(1, sizeof *self);
    check(self && !connection->receiver);
    *self = (struct receiver){.server = server,
                              .wsi = request->wsi,
                              .owner = &connection->receiver,
                              .session = session,
                              .transport = transport,
                              .has_headers = true,
                              .sent_ms = clock_now_ms()};
    *self->owner = self;
    memcpy(self->callback, callback.data, callback.length);
    bool stream = transport->does == DOES_STREAM;
    self->chunked = stream && !request->http_1_0;
    request->closes |= stream && !self->chunked;
    self->closes = request->closes;
    stats_set(STAT_sockjs_receivers_open, ++server->receivers);
    ev_io_init(&self->watch, s_on_input, lws_get_socket_fd(self->wsi), EV_READ);
    self->watch.data = self;
    ev_io_start(server->loop, &self->watch);
    lws_rx_flow_control(self->wsi, 0);

    struct buffer lines;
    buffer_init(&lines, REQUEST_HEADERS_MAX_BYTES + 4096);
    reply_write_lines(request, answer, &lines);
    buffer_append_char(&lines, 0);
    check(!lines.overflow);
    request_end(request_p);
    if (stream) {
        s_begin(self, slice_of(lines.data));
        buffer_fini(&lines);
    } else {
        self->lines = lines.data;
    }
    return self;
}

/* ---- frames --------------------------------------------------------------------------------- */

bool receiver_ready(const struct receiver *self)
{
    return !self->ending && !lws_partial_buffered(self->wsi);
}

bool receiver_send(struct receiver *self, struct slice frame, bool last)
{
    struct buffer out, data;
    bool poll = self->lines != NULL;
    s_open_out(&out);
    buffer_init(&data, OUT_MAX_BYTES);
    framing_wrap(&data, self->transport, self->callback, frame);
    check(!data.overflow);
    self->sent_bytes += data.length;
    last = last || poll || self->sent_bytes >= (size_t)self->server->config->sockjs_response_bytes;
    if (poll) {
        buffer_printf(&out, "HTTP/1.1 200 OK\r\ndate: %s\r\ncontent-length: %zu\r\n%s\r\n",
                      reply_date(self->server), data.length, self->lines);
        buffer_append(&out, data.data, data.length);
    } else {
        s_append_chunk(self, &out, buffer_slice(&data));
        if (last && self->chunked)
            buffer_append_text(&out, "0\r\n\r\n");
    }
    buffer_fini(&data);
    if (!s_write(self, &out, poll ? LWS_WRITE_HTTP_HEADERS : LWS_WRITE_HTTP)) {
        s_end_connection(self); /* which comes back as receiver_abandon */
        return true;
    }
    if (last)
        s_end(self);
    return !last;
}

void receiver_tick(struct receiver *self, int64_t now_ms)
{
    if (self->ending)
        return;
    if (self->has_headers) {
        /* 16 KiB for who may wait for long, out of a limited pool. */
        lws_http_headers_detach(self->wsi);
        self->has_headers = false;
    }
    if (now_ms - self->sent_ms >= FRAMING_BEAT_MS)
        session_beat(self->session);
}

int receiver_written(struct receiver **owner)
{
    struct receiver *self = *owner;
    if (!self)
        return 0;
    if (lws_partial_buffered(self->wsi)) {
        s_want_writable(self);
        return 0;
    }
    if (self->ending)
        return -1;
    lws_rx_flow_control(self->wsi, 0);
    if (self->session)
        session_flush(self->session);
    return 0;
}

void receiver_abandon(struct receiver **owner)
{
    struct receiver *self = *owner;
    if (!self)
        return;
    struct session *session = self->session;
    s_free(self);
    if (session)
        session_interrupted(session);
}
