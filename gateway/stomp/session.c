/* session.def expanded into a table, one function per action. */
#include "gateway/stomp/session.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "proto/check.h"

static const struct {
    const char *text;           /* as in accept-version */
    enum stomp_version version; /* what it is */
} s_versions[] = {{"1.2", STOMP_1_2}, {"1.1", STOMP_1_1}, {"1.0", STOMP_1_0}}; /* the best first */

static const struct stomp_step s_none = {.kind = STOMP_STEP_NONE};
static const struct stomp_step s_reply = {.kind = STOMP_STEP_REPLY};
static const struct stomp_step s_close = {.kind = STOMP_STEP_CLOSE};

void stomp_session_init(struct stomp_session *self, uint64_t number, int64_t now_ms)
{
    *self = (struct stomp_session){.number = number,
                                   .version = STOMP_1_2,
                                   .heard_ms = now_ms,
                                   .sent_ms = now_ms,
                                   .silence_ms = STOMP_OPENING_LIMIT_MS};
    stomp_reader_init(&self->reader);
    buffer_init(&self->out, STOMP_OUT_MAX_BYTES);
}

void stomp_session_fini(struct stomp_session *self)
{
    for (size_t i = 0; i < self->slots; i++)
        free(self->subscriptions[i].id);
    free(self->subscriptions);
    stomp_reader_fini(&self->reader);
    buffer_fini(&self->out);
    *self = (struct stomp_session){.state = SESSION_CLOSED};
}

/* ---- replies ------------------------------------------------------------------------------- */

static struct stomp_step s_fail(struct stomp_session *self, const struct stomp_frame *frame,
                                const char *message)
{
    struct slice receipt = frame ? stomp_header(frame, "receipt") : slice_from(NULL, 0);
    self->state = SESSION_CLOSED;
    stomp_write_begin(&self->out, STOMP_ERROR);
    stomp_write_header(&self->out, self->version, "message", slice_of(message));
    stomp_write_header(&self->out, self->version, "version", slice_of("1.0,1.1,1.2"));
    stomp_write_header(&self->out, self->version, "content-type", slice_of("text/plain"));
    if (receipt.data)
        stomp_write_header(&self->out, self->version, "receipt-id", receipt);
    stomp_write_end(&self->out, slice_of(message));
    return s_close;
}

static void s_write_receipt(struct stomp_session *self, struct slice receipt)
{
    stomp_write_begin(&self->out, STOMP_RECEIPT);
    stomp_write_header(&self->out, self->version, "receipt-id", receipt);
    stomp_write_end(&self->out, slice_of(""));
}

void stomp_session_fail(struct stomp_session *self, const char *message)
{
    if (self->state != SESSION_CLOSED)
        s_fail(self, NULL, message);
}

/* ---- opening ------------------------------------------------------------------------------- */

static bool s_negotiate_version(struct stomp_session *self, const struct stomp_frame *frame)
{
    struct slice wanted = stomp_header(frame, "accept-version");
    if (!wanted.data) {
        self->version = STOMP_1_0; /* which had no such header */
        return true;
    }
    for (size_t i = 0; i < sizeof s_versions / sizeof *s_versions; i++) {
        const char *at = wanted.data, *end = wanted.data + wanted.length;
        while (at < end) {
            const char *stop = memchr(at, ',', (size_t)(end - at));
            stop = stop ? stop : end;
            while (at < stop && *at == ' ')
                at++;
            size_t length = (size_t)(stop - at);
            while (length && at[length - 1] == ' ')
                length--;
            if (slice_is(slice_from(at, length), s_versions[i].text)) {
                self->version = s_versions[i].version;
                return true;
            }
            at = stop + 1;
        }
    }
    return false;
}

/* Digits up to `stop` or the end; -1 when it is no number of at most nine. */
static int64_t s_beat(const char **at, const char *end, char stop)
{
    int64_t value = 0;
    const char *start = *at;
    for (; *at < end && **at != stop; ++*at) {
        if (**at < '0' || **at > '9' || *at - start >= 9)
            return -1;
        value = value * 10 + (**at - '0');
    }
    return *at == start ? -1 : value;
}

/* "cx,cy": the client can send every cx ms and wants to hear every cy ms; 0: cannot, does not. */
static bool s_negotiate_beats(struct stomp_session *self, const struct stomp_frame *frame)
{
    struct slice header = stomp_header(frame, "heart-beat");
    int64_t sends = 0, wants = 0;
    if (header.data && self->version != STOMP_1_0) {
        const char *at = header.data, *end = at + header.length;
        sends = s_beat(&at, end, ',');
        if (sends < 0 || at == end)
            return false;
        at++;
        wants = s_beat(&at, end, 0);
        if (wants < 0)
            return false;
    }
    int64_t in = sends > STOMP_BEAT_MS ? sends : STOMP_BEAT_MS;
    int64_t out = wants > STOMP_BEAT_MS ? wants : STOMP_BEAT_MS;
    self->silence_ms = sends ? in * STOMP_SILENCE_FACTOR : 0;
    self->beat_ms = wants ? out * 9 / 10 : 0; /* a little early, or the wire would make it late */
    return true;
}

/* The token of "Authorization: Bearer …", or else the passcode. Header names are case-sensitive in
 * STOMP, but this one comes from people who know it from HTTP. */
static struct slice s_token(const struct stomp_frame *frame)
{
    static const char name[] = "authorization", scheme[] = "bearer ";
    for (size_t i = 0; i < frame->header_count; i++) {
        struct slice header = frame->headers[i].name, value = frame->headers[i].value;
        if (header.length != sizeof name - 1 ||
            strncasecmp(header.data, name, sizeof name - 1) != 0)
            continue;
        size_t skip = sizeof scheme - 1;
        if (value.length >= skip && strncasecmp(value.data, scheme, skip) == 0)
            value = slice_from(value.data + skip, value.length - skip);
        return value;
    }
    return stomp_header(frame, "passcode");
}

static struct stomp_step s_on_connect(struct stomp_session *self, const struct stomp_frame *frame)
{
    if (!s_negotiate_version(self, frame))
        return s_fail(self, frame, "Supported protocol versions are 1.0, 1.1 and 1.2");
    if (!s_negotiate_beats(self, frame))
        return s_fail(self, frame, "heart-beat: not two numbers");
    return (struct stomp_step){.kind = STOMP_STEP_LOGIN, .token = s_token(frame)};
}

static struct stomp_step s_on_unconnected(struct stomp_session *self,
                                          const struct stomp_frame *frame)
{
    return s_fail(self, frame, "The first frame must be CONNECT or STOMP");
}

void stomp_session_admit(struct stomp_session *self, int64_t user_id, int64_t now_ms)
{
    check(self->state == SESSION_VERIFYING);
    self->heard_ms = now_ms;
    self->state = SESSION_CONNECTED;
    self->user_id = user_id;
    stomp_reader_open(&self->reader, self->version);

    const char *version = "";
    for (size_t i = 0; i < sizeof s_versions / sizeof *s_versions; i++)
        if (s_versions[i].version == self->version)
            version = s_versions[i].text;
    char text[32];
    struct buffer *out = &self->out;
    stomp_write_begin(out, STOMP_CONNECTED); /* which is never escaped: as in 1.0 */
    stomp_write_header(out, STOMP_1_0, "version", slice_of(version));
    snprintf(text, sizeof text, "%d,%d", STOMP_BEAT_MS, STOMP_BEAT_MS);
    stomp_write_header(out, STOMP_1_0, "heart-beat", slice_of(text));
    snprintf(text, sizeof text, "%016" PRIx64, self->number);
    stomp_write_header(out, STOMP_1_0, "session", slice_of(text));
    stomp_write_header(out, STOMP_1_0, "server", slice_of("codecomp/" CODECOMP_VERSION));
    stomp_write_end(out, slice_of(""));
}

/* ---- connected ----------------------------------------------------------------------------- */

static struct stomp_step s_on_send(struct stomp_session *self, const struct stomp_frame *frame)
{
    static const char prefix[] = "/app/";
    struct slice destination = stomp_header(frame, "destination");
    if (!destination.data)
        return s_fail(self, frame, "SEND without destination");
    if (stomp_header(frame, "transaction").data)
        return s_fail(self, frame, "Transactions are not supported");
    if (destination.length < sizeof prefix - 1 ||
        memcmp(destination.data, prefix, sizeof prefix - 1) != 0)
        return s_fail(self, frame, "SEND is for /app/ only");
    return s_reply; /* nothing there listens */
}

/* The slot of that id, or -1. */
static ptrdiff_t s_find(const struct stomp_session *self, struct slice id)
{
    for (size_t i = 0; i < self->slots; i++)
        if (self->subscriptions[i].id && slice_is(id, self->subscriptions[i].id))
            return (ptrdiff_t)i;
    return -1;
}

/* A free slot, or -1 at the limit. */
static ptrdiff_t s_free_slot(struct stomp_session *self)
{
    for (size_t i = 0; i < self->slots; i++)
        if (!self->subscriptions[i].id)
            return (ptrdiff_t)i;
    if (self->slots == STOMP_SUBSCRIPTIONS_MAX)
        return -1;
    size_t slots = self->slots ? self->slots * 2 : 2;
    self->subscriptions = realloc(self->subscriptions, slots * sizeof *self->subscriptions);
    check(self->subscriptions);
    memset(self->subscriptions + self->slots, 0,
           (slots - self->slots) * sizeof *self->subscriptions);
    size_t slot = self->slots;
    self->slots = slots;
    return (ptrdiff_t)slot;
}

/* All are the same to us: a message that was sent is not sent again. */
static bool s_is_ack(struct slice mode, enum stomp_version version)
{
    return !mode.data || slice_is(mode, "auto") || slice_is(mode, "client") ||
           (version != STOMP_1_0 && slice_is(mode, "client-individual"));
}

static struct stomp_step s_on_subscribe(struct stomp_session *self, const struct stomp_frame *frame)
{
    struct slice name = stomp_header(frame, "destination"), id = stomp_header(frame, "id");
    struct slice ack = stomp_header(frame, "ack");
    if (!name.data)
        return s_fail(self, frame, "SUBSCRIBE without destination");
    if (!id.data && self->version == STOMP_1_0)
        id = name; /* where the id is optional, a destination can be subscribed once */
    if (!id.length)
        return s_fail(self, frame, "SUBSCRIBE without id");
    if (id.length > STOMP_ID_MAX_BYTES)
        return s_fail(self, frame, "Subscription id too long");
    struct destination destination = destination_read(name, self->user_id);
    if (destination.kind == DESTINATION_NONE)
        return s_fail(self, frame,
                      destination_is_own(destination_read(name, 1).kind)
                          ? "A token in CONNECT is needed for this destination"
                          : "No such destination");
    if (!s_is_ack(ack, self->version))
        return s_fail(self, frame, "Unknown ack mode");
    if (s_find(self, id) >= 0)
        return s_fail(self, frame, "Subscription id already in use");
    ptrdiff_t slot = s_free_slot(self);
    if (slot < 0)
        return s_fail(self, frame, "Too many subscriptions");
    struct stomp_subscription *subscription = &self->subscriptions[slot];
    *subscription = (struct stomp_subscription){
        .id = strndup(id.data, id.length),
        .destination = destination,
        .explicit_ack = ack.length && !slice_is(ack, "auto"),
    };
    check(subscription->id);
    return (struct stomp_step){.kind = STOMP_STEP_SUBSCRIBE, .slot = (size_t)slot};
}

static struct stomp_step s_on_unsubscribe(struct stomp_session *self,
                                          const struct stomp_frame *frame)
{
    struct slice id = stomp_header(frame, "id");
    if (!id.data && self->version == STOMP_1_0)
        id = stomp_header(frame, "destination");
    if (!id.length)
        return s_fail(self, frame, "UNSUBSCRIBE without id");
    ptrdiff_t slot = s_find(self, id);
    if (slot < 0) /* twice, perhaps: nothing that a session must end for */
        return s_reply;
    struct stomp_step step = {.kind = STOMP_STEP_UNSUBSCRIBE,
                              .handle = self->subscriptions[slot].handle};
    free(self->subscriptions[slot].id);
    self->subscriptions[slot] = (struct stomp_subscription){0};
    return step;
}

/* Nothing is kept for a message that was sent, so there is nothing to acknowledge; but what says
 * which one must be there. */
static struct stomp_step s_on_acknowledge(struct stomp_session *self,
                                          const struct stomp_frame *frame)
{
    static const char *const needed[][2] = {[STOMP_1_0] = {"message-id", "message-id"},
                                            [STOMP_1_1] = {"message-id", "subscription"},
                                            [STOMP_1_2] = {"id", "id"}};
    char message[64];
    if (frame->command == STOMP_NACK && self->version == STOMP_1_0)
        return s_fail(self, frame, "NACK is not in STOMP 1.0");
    if (stomp_header(frame, "transaction").data)
        return s_fail(self, frame, "Transactions are not supported");
    for (size_t i = 0; i < 2; i++) {
        const char *name = needed[self->version][i];
        if (stomp_header(frame, name).length)
            continue;
        snprintf(message, sizeof message, "%s without %s", stomp_command_text(frame->command),
                 name);
        return s_fail(self, frame, message);
    }
    return s_reply;
}

static struct stomp_step s_on_transaction(struct stomp_session *self,
                                          const struct stomp_frame *frame)
{
    return s_fail(self, frame, "Transactions are not supported");
}

static struct stomp_step s_on_disconnect(struct stomp_session *self,
                                         const struct stomp_frame *frame)
{
    struct slice receipt = stomp_header(frame, "receipt");
    if (receipt.data)
        s_write_receipt(self, receipt);
    return s_close;
}

static struct stomp_step s_on_second_connect(struct stomp_session *self,
                                             const struct stomp_frame *frame)
{
    return s_fail(self, frame, "Already connected");
}

/* ---- the table ------------------------------------------------------------------------------ */

struct row {
    struct stomp_step (*action)(struct stomp_session *,
                                const struct stomp_frame *); /* what to do */
    enum stomp_state next;                                   /* unless it fails */
};

#define STATES (SESSION_CLOSED + 1)

static const struct row s_rows[STATES][STOMP_CLIENT_COMMANDS] = {
#define ON(state, command, act, next_state) \
    [SESSION_##state][STOMP_##command] = {s_on_##act, SESSION_##next_state},
#define ANYTHING_ELSE(state, act)
#include "gateway/stomp/session.def"
#undef ON
#undef ANYTHING_ELSE
};

static const struct row s_others[STATES] = {
#define ON(state, command, act, next_state)
#define ANYTHING_ELSE(state, act) [SESSION_##state] = {s_on_##act, SESSION_CLOSED},
#include "gateway/stomp/session.def"
#undef ON
#undef ANYTHING_ELSE
};

void stomp_session_feed(struct stomp_session *self, struct slice bytes, int64_t now_ms)
{
    if (self->state !=
        SESSION_OPENING) /* its limit runs from the connection, whatever trickles in */
        self->heard_ms = now_ms;
    stomp_reader_feed(&self->reader, bytes);
}

struct stomp_step stomp_session_next(struct stomp_session *self)
{
    if (self->state == SESSION_VERIFYING || self->state == SESSION_CLOSED)
        return s_none;
    struct stomp_frame frame;
    enum stomp_read read = stomp_reader_next(&self->reader, &frame);
    if (read == STOMP_MORE)
        return s_none;
    if (read == STOMP_BAD) {
        char message[96];
        snprintf(message, sizeof message, "Malformed frame: %s", self->reader.reason);
        return s_fail(self, NULL, message);
    }
    struct row row = s_rows[self->state][frame.command];
    if (!row.action)
        row = s_others[self->state];
    self->state = row.next;
    if (frame.body.length && frame.command != STOMP_SEND)
        return s_fail(self, &frame, "Only SEND may have a body");
    struct stomp_step step = row.action(self, &frame);
    struct slice receipt = stomp_header(&frame, "receipt");
    if (receipt.data && self->state == SESSION_CONNECTED)
        s_write_receipt(self, receipt);
    return step;
}

/* ---- time ----------------------------------------------------------------------------------- */

void stomp_session_sent(struct stomp_session *self, int64_t now_ms)
{
    self->sent_ms = now_ms;
}

struct stomp_step stomp_session_tick(struct stomp_session *self, int64_t now_ms)
{
    if (self->state == SESSION_CLOSED)
        return s_none;
    if (self->silence_ms && now_ms - self->heard_ms >= self->silence_ms)
        return s_fail(self, NULL,
                      self->state == SESSION_OPENING ? "No CONNECT in time"
                                                     : "No heart-beat in time");
    if (self->beat_ms && self->state == SESSION_CONNECTED &&
        now_ms - self->sent_ms >= self->beat_ms) {
        buffer_append_char(&self->out, '\n');
        return s_reply;
    }
    return s_none;
}

int64_t stomp_session_due_ms(const struct stomp_session *self)
{
    if (self->state == SESSION_CLOSED)
        return INT64_MAX;
    int64_t silent = self->silence_ms ? self->heard_ms + self->silence_ms : INT64_MAX;
    int64_t beat = self->beat_ms ? self->sent_ms + self->beat_ms : INT64_MAX;
    return silent < beat ? silent : beat;
}

/* ---- messages ------------------------------------------------------------------------------- */

void stomp_message_write(struct buffer *out, enum stomp_version version,
                         const struct stomp_subscription *subscription, const char *message_id,
                         struct slice body)
{
    char name[DESTINATION_MAX_BYTES];
    destination_write(subscription->destination, name);
    stomp_write_begin(out, STOMP_MESSAGE);
    stomp_write_header(out, version, "subscription", slice_of(subscription->id));
    stomp_write_header(out, version, "message-id", slice_of(message_id));
    stomp_write_header(out, version, "destination", slice_of(name));
    if (subscription->explicit_ack && version == STOMP_1_2)
        stomp_write_header(out, version, "ack", slice_of(message_id));
    stomp_write_header(out, version, "content-type", slice_of("application/json"));
    stomp_write_end(out, body);
}
