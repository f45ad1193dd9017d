#include "actors/runtime/port.h"

#include <czmq.h>

#include "actors/runtime/clock.h"
#include "actors/runtime/stats.h"
#include "actors/runtime/tsan.h"
#include "proto/check.h"

/* Messages that may lie in a mailbox, on each side of a socket. Past it: commands are refused with
 * 503 at once; what owners must get through they repeat. */
#define MAILBOX_MAX 4096
/* A stream's mailbox: a gateway that lags further misses some, sees the gap and asks again. */
#define STREAM_MAX 20000
#define HEARTBEAT_MS 2000
#define HEARTBEAT_TIMEOUT_MS 6000
#define BIND_TRIES 50 /* a port just left by a killed process is free again within moments */
#define BIND_RETRY_MS 20

struct port {
    const struct topology *topology;          /* borrowed */
    uint64_t node;                            /* our routing id */
    int own;                                  /* our endpoint; -1: none */
    zsock_t *router;                          /* what others ask us; NULL without endpoint */
    zsock_t *dealers[TOPOLOGY_ENDPOINTS_MAX]; /* to each other endpoint */
    zsock_t *stream_out, *stream_in;          /* PUB of a stream, SUB to streams; or NULL */
    zsock_t *inputs[PORT_FDS_MAX];            /* all of these that we read, input_count */
    size_t input_count;                       /* how many */
    size_t next_input;                        /* read in turns: no socket starves another */
    struct buffer scratch;                    /* encoded envelope, or a message to ask */
};

uint64_t port_node(const struct port *self)
{
    return self->node;
}

/* ---- making -------------------------------------------------------------------------------- */

static zsock_t *s_socket(struct port *self, int type, int mailbox)
{
    zsock_t *socket = zsock_new(type);
    check(socket);
    void *raw = zsock_resolve(socket);
    int64_t max_bytes = FRAME_MAX_BYTES;
    int linger_ms = 2000, on = 1, beat = HEARTBEAT_MS, timeout = HEARTBEAT_TIMEOUT_MS;
    zmq_setsockopt(raw, ZMQ_LINGER, &linger_ms, sizeof linger_ms);
    zmq_setsockopt(raw, ZMQ_SNDHWM, &mailbox, sizeof mailbox);
    zmq_setsockopt(raw, ZMQ_RCVHWM, &mailbox, sizeof mailbox);
    zmq_setsockopt(raw, ZMQ_MAXMSGSIZE, &max_bytes, sizeof max_bytes);
    zmq_setsockopt(raw, ZMQ_HEARTBEAT_IVL, &beat, sizeof beat);
    zmq_setsockopt(raw, ZMQ_HEARTBEAT_TIMEOUT, &timeout, sizeof timeout);
    /* Whoever connects must speak ZMTP 3: libzmq 4.3 aborts on the greetings of older versions, and
     * any garbage may look like one. It refuses those where there is a domain to authenticate for,
     * even with nobody there to do so. */
    if (type == ZMQ_ROUTER || type == ZMQ_PUB)
        zmq_setsockopt(raw, ZMQ_ZAP_DOMAIN, "codecomp", strlen("codecomp"));
    if (type == ZMQ_ROUTER) {
        zmq_setsockopt(raw, ZMQ_ROUTER_MANDATORY, &on, sizeof on);
        zmq_setsockopt(raw, ZMQ_ROUTER_HANDOVER, &on, sizeof on);
    }
    if (type == ZMQ_DEALER) {
        zmq_setsockopt(raw, ZMQ_ROUTING_ID, &self->node, sizeof self->node);
        zmq_setsockopt(raw, ZMQ_IMMEDIATE, &on, sizeof on);
    }
    return socket;
}

static bool s_bind(zsock_t *socket, const char *address, char *error, size_t error_size)
{
    int tries = 0;
    while (zmq_bind(zsock_resolve(socket), address) != 0) {
        if (errno != EADDRINUSE || ++tries == BIND_TRIES) {
            snprintf(error, error_size, "can't bind %s: %s", address, zmq_strerror(errno));
            return false;
        }
        zclock_sleep(BIND_RETRY_MS);
    }
    return true;
}

static bool s_connect(zsock_t *socket, const char *address, char *error, size_t error_size)
{
    if (zmq_connect(zsock_resolve(socket), address) == 0)
        return true;
    snprintf(error, error_size, "can't connect to %s: %s", address, zmq_strerror(errno));
    return false;
}

static void s_reads(struct port *self, zsock_t *socket)
{
    self->inputs[self->input_count++] = socket;
}

static bool s_open_streams(struct port *self, const struct port_options *options, char *error,
                           size_t size)
{
    const struct topology_endpoint *stream = &self->topology->stream;
    const char *out = options->publishes ? stream->bind : options->own_stream;
    const char *in[] = {options->subscribes ? stream->connect : NULL, options->other_stream};
    if (out) {
        self->stream_out = s_socket(self, ZMQ_PUB, STREAM_MAX);
        if (!s_bind(self->stream_out, out, error, size))
            return false;
    }
    for (int i = 0; i < 2; i++) {
        if (!in[i])
            continue;
        if (!self->stream_in) {
            self->stream_in = s_socket(self, ZMQ_SUB, STREAM_MAX);
            zmq_setsockopt(zsock_resolve(self->stream_in), ZMQ_SUBSCRIBE, "", 0);
            s_reads(self, self->stream_in);
        }
        if (!s_connect(self->stream_in, in[i], error, size))
            return false;
    }
    return true;
}

static bool s_open(struct port *self, const struct port_options *options, char *error, size_t size)
{
    const struct topology *topology = self->topology;
    if (self->own >= 0) {
        self->router = s_socket(self, ZMQ_ROUTER, MAILBOX_MAX);
        s_reads(self, self->router);
        if (!s_bind(self->router, topology->endpoints[self->own].bind, error, size))
            return false;
    }
    if (!s_open_streams(self, options, error, size))
        return false;
    for (int i = 0; i < (int)topology->endpoint_count; i++) {
        if (i == self->own)
            continue;
        self->dealers[i] = s_socket(self, ZMQ_DEALER, MAILBOX_MAX);
        s_reads(self, self->dealers[i]);
        if (!s_connect(self->dealers[i], topology->endpoints[i].connect, error, size))
            return false;
    }
    return true;
}

struct port *port_new(const struct port_options *options, char *error, size_t error_size)
{
    struct port *self = calloc(1, sizeof *self);
    check(self);
    self->topology = options->topology;
    self->own = options->endpoint;
    /* a routing id must not begin with a zero byte */
    self->node = clock_chance() | 0x0100000000000001u;
    buffer_init(&self->scratch, FRAME_MAX_BYTES);
    if (!s_open(self, options, error, error_size))
        port_destroy(&self);
    return self;
}

void port_destroy(struct port **self_p)
{
    struct port *self = *self_p;
    if (!self)
        return;
    zsock_destroy(&self->router);
    zsock_destroy(&self->stream_out);
    zsock_destroy(&self->stream_in);
    for (int i = 0; i < TOPOLOGY_ENDPOINTS_MAX; i++)
        zsock_destroy(&self->dealers[i]);
    buffer_fini(&self->scratch);
    free(self);
    *self_p = NULL;
}

/* ---- sending ------------------------------------------------------------------------------- */

static enum port_result s_lost(int cause)
{
    bool unreachable = cause == EHOSTUNREACH;
    stats_add(unreachable ? STAT_sends_unreachable : STAT_sends_full, 1);
    return unreachable ? PORT_UNREACHABLE : PORT_FULL;
}

/* One frame of envelope and body; `to_node` first when the socket is the ROUTER. */
static enum port_result s_send(struct port *self, zsock_t *socket, uint64_t to_node,
                               struct slice body)
{
    void *raw = zsock_resolve(socket);
    zmq_msg_t message;
    check(zmq_msg_init_size(&message, self->scratch.length + body.length) == 0);
    char *data = zmq_msg_data(&message);
    memcpy(data, self->scratch.data, self->scratch.length);
    if (body.length)
        memcpy(data + self->scratch.length, body.data, body.length);
    HANDED_OVER(data);
    bool sent = !to_node || zmq_send(raw, &to_node, sizeof to_node, ZMQ_DONTWAIT | ZMQ_SNDMORE) > 0;
    sent = sent && zmq_msg_send(&message, raw, ZMQ_DONTWAIT) >= 0;
    if (sent) {
        stats_add(STAT_frames_sent, 1);
        return PORT_SENT;
    }
    int cause = errno;
    zmq_msg_close(&message);
    return s_lost(cause);
}

enum port_result port_send(struct port *self, const struct envelope *envelope, struct slice body)
{
    buffer_clear(&self->scratch);
    envelope_encode(envelope, &self->scratch);
    if (envelope->to.node)
        return self->router ? s_send(self, self->router, envelope->to.node, body)
                            : s_lost(EHOSTUNREACH);
    if (envelope->to.actor == ACTOR_gateway)
        return self->stream_out ? s_send(self, self->stream_out, 0, body) : s_lost(EHOSTUNREACH);
    uint8_t shard = topology_shard(self->topology, envelope->to.actor, envelope->key);
    uint8_t place = self->topology->place[envelope->to.actor][shard];
    return self->dealers[place] ? s_send(self, self->dealers[place], 0, body)
                                : s_lost(EHOSTUNREACH);
}

enum port_result port_ask(struct port *self, struct envelope *envelope, enum actor_kind to,
                          int64_t key, uint16_t id, const void *message)
{
    struct buffer body;
    buffer_init(&body, FRAME_MAX_BYTES);
    codec_encode(message_by_id(id), message, &body);
    envelope->kind = id;
    envelope->to = (struct address){.actor = to};
    envelope->key = key;
    enum port_result result = port_send(self, envelope, buffer_slice(&body));
    buffer_fini(&body);
    return result;
}

/* ---- receiving ----------------------------------------------------------------------------- */

static void s_skip_parts(void *raw, zmq_msg_t *message)
{
    while (zmq_msg_more(message))
        if (zmq_msg_recv(message, raw, ZMQ_DONTWAIT) < 0)
            return;
}

/* The payload of the next message of a socket, and who sent it where that is known. 1: got one, 0:
 * none now, -1: one that is not of our shape. */
static int s_receive(struct port *self, zsock_t *socket, zmq_msg_t *message, uint64_t *from)
{
    void *raw = zsock_resolve(socket);
    *from = 0;
    if (zmq_msg_recv(message, raw, ZMQ_DONTWAIT) < 0)
        return 0;
    if (socket == self->router) {
        bool shaped = zmq_msg_size(message) == sizeof *from && zmq_msg_more(message);
        if (shaped)
            memcpy(from, zmq_msg_data(message), sizeof *from);
        else {
            s_skip_parts(raw, message);
            return -1;
        }
        if (zmq_msg_recv(message, raw, ZMQ_DONTWAIT) < 0)
            return -1;
    }
    if (zmq_msg_more(message)) {
        s_skip_parts(raw, message);
        return -1;
    }
    TAKEN_OVER(zmq_msg_data(message));
    return 1;
}

static bool s_decode(struct port_message *message, uint64_t from)
{
    const char *what;
    struct slice bytes = slice_from(zmq_msg_data(&message->raw), zmq_msg_size(&message->raw));
    if (!frame_decode(bytes, &message->frame, &what))
        return false;
    struct address *reply = &message->frame.envelope.reply;
    if (reply->node == 0)
        reply->node = from;
    return true;
}

bool port_receive(struct port *self, struct port_message *message)
{
    for (size_t idle = 0; idle < self->input_count;) {
        zsock_t *socket = self->inputs[self->next_input];
        uint64_t from;
        zmq_msg_init(&message->raw);
        int got = s_receive(self, socket, &message->raw, &from);
        if (got == 1 && s_decode(message, from)) {
            stats_add(STAT_frames_received, 1);
            return true;
        }
        zmq_msg_close(&message->raw);
        if (got != 0)
            stats_add(STAT_frames_malformed, 1);
        idle = got == 0 ? idle + 1 : 0;
        self->next_input = (self->next_input + 1) % self->input_count;
    }
    return false;
}

void port_message_close(struct port_message *message)
{
    zmq_msg_close(&message->raw);
}

bool port_read(const struct frame *frame, struct arena *arena, void *message)
{
    const struct record *record = message_by_id(frame->envelope.kind);
    struct codec_error error;
    if (record && codec_decode_all(record, frame->body, arena, message, &error))
        return true;
    stats_add(STAT_frames_malformed, 1);
    return false;
}

/* ---- waiting ------------------------------------------------------------------------------- */

void port_poll(struct port *self, zmq_pollitem_t *also, size_t also_count, long timeout_ms)
{
    zmq_pollitem_t items[PORT_FDS_MAX + PORT_ALSO_MAX];
    size_t count = 0;
    check(also_count <= PORT_ALSO_MAX);
    for (; count < self->input_count; count++)
        items[count] = (zmq_pollitem_t){zsock_resolve(self->inputs[count]), 0, ZMQ_POLLIN, 0};
    for (size_t i = 0; i < also_count; i++)
        items[count + i] = also[i];
    int ready = zmq_poll(items, (int)(count + also_count), timeout_ms);
    check(ready >= 0 || errno == EINTR);
    for (size_t i = 0; i < also_count; i++)
        also[i].revents = ready > 0 ? items[count + i].revents : 0;
}

void port_wait(struct port *self, void *also, long timeout_ms)
{
    zmq_pollitem_t item = {also, 0, ZMQ_POLLIN, 0};
    port_poll(self, &item, also != NULL, timeout_ms);
}

size_t port_fds(struct port *self, int fds[PORT_FDS_MAX])
{
    for (size_t i = 0; i < self->input_count; i++) {
        size_t size = sizeof fds[i];
        check(zmq_getsockopt(zsock_resolve(self->inputs[i]), ZMQ_FD, &fds[i], &size) == 0);
    }
    return self->input_count;
}

bool port_has_input(struct port *self)
{
    for (size_t i = 0; i < self->input_count; i++) {
        int events;
        size_t size = sizeof events;
        if (zmq_getsockopt(zsock_resolve(self->inputs[i]), ZMQ_EVENTS, &events, &size) == 0 &&
            events & ZMQ_POLLIN)
            return true;
    }
    return false;
}
