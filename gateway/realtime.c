/* Sockets, subscriptions and pushes.
 *
 * A push is written at once to a socket that has nothing waiting, and else joins its backlog:
 * asking the loop for a writable callback costs two poller updates, which most pushes can do
 * without. A socket whose backlog is full does not read and is dropped.
 *
 * A subscriber is in the hub first, and then the snapshot of its room is asked for, so no change
 * falls between; versions sort out which came first. Who may see a private room stands in each
 * state, so a push that overtakes the snapshot gives nothing away.
 *
 * What other processes publish (events edge) is passed on, and never believed: only to whom scoring
 * has let in, and a version that scoring does not know of when it is asked later was made up, since
 * nothing of ours is published before scoring has it. */
#include "gateway/realtime.h"

#include <inttypes.h>
#include <stdlib.h>

#include "actors/runtime/clock.h"
#include "actors/runtime/log.h"
#include "actors/runtime/stats.h"
#include "gateway/bridge.h"
#include "gateway/packet.h"
#include "gateway/stomp/session.h"
#include "proto/check.h"
#include "proto/json.h"

#define BODY_MAX_BYTES (256 * 1024) /* of one message's JSON */
#define WRITES_PER_TURN 4           /* packets per writable callback: others get their turn, too */
#define ENCODINGS 8                 /* of one push that are remembered; clients agree on ids */
#define CLOSE_LIMIT_S 5             /* to read the rest before the connection is cut */
#define SNAPSHOT_LIMIT_MS 5000      /* for the answer to one try */
#define SNAPSHOT_TRIES 4            /* then the client is told to come again */
#define ASKS_PER_TICK 1000          /* snapshots asked for again: scoring has others to answer */

struct socket {
    struct realtime *realtime;    /* borrowed */
    struct lws *wsi;              /* borrowed */
    struct stomp_session session; /* the client */
    struct backlog backlog;       /* what it must still be sent */
    uint32_t handle;              /* ours: index in the table */
    uint16_t close_status;        /* to close with when the backlog is sent; 0: stays open */
    bool dropped;                 /* is being closed without further ado */
};

struct realtime {
    struct server *server;   /* borrowed */
    struct hub *hub;         /* owned; who is subscribed to what */
    struct socket **sockets; /* owned; by handle, NULL where free; 0 is never used */
    uint32_t *unused;        /* owned; handles that were used and are free */
    uint32_t unused_count;   /* how many */
    uint32_t capacity;       /* of both */
    uint32_t used;           /* handles below this one were given out at some time */
    uint32_t count;          /* sockets that are there */
    uint64_t opened;         /* counts sockets */
    uint64_t messages;       /* counts pushes, for message-id */
    uint32_t asks;           /* that this tick may still make */
    uint32_t ask_from;       /* the socket that the next tick begins with */
    struct buffer body;      /* owned; JSON of a push */
    struct buffer frame;     /* owned; a frame around it */
};

/* A subscription's snapshot that is asked for. */
struct watch {
    struct waiter waiter; /* first member */
    uint32_t entry;       /* the hub's */
};

/* ---- sending -------------------------------------------------------------------------------- */

/* Not at once: a hub walk may be under way, and the walk must not lose its place. */
static void s_drop(struct socket *socket)
{
    socket->dropped = true;
    lws_set_timeout(socket->wsi, PENDING_TIMEOUT_KILLED_BY_PARENT, LWS_TO_KILL_ASYNC);
    lws_cancel_service(socket->realtime->server->context); /* lets the library see its timers */
}

static bool s_write(struct socket *socket, struct packet *packet)
{
    int length = (int)packet->length;
    if (lws_write(socket->wsi, (unsigned char *)packet_data(packet), packet->length,
                  LWS_WRITE_TEXT) < length)
        return false;
    stomp_session_sent(&socket->session, clock_now_ms());
    return true;
}

static void s_send(struct socket *socket, struct packet *packet)
{
    if (socket->dropped || socket->close_status)
        return;
    if (!socket->backlog.count && !lws_partial_buffered(socket->wsi)) {
        if (!s_write(socket, packet))
            s_drop(socket);
    } else if (backlog_push(&socket->backlog, packet)) {
        lws_callback_on_writable(socket->wsi);
    } else {
        stats_add(STAT_laggards_dropped, 1);
        s_drop(socket);
    }
}

static void s_send_out(struct socket *socket)
{
    struct buffer *out = &socket->session.out;
    if (!out->length)
        return;
    struct packet *packet = packet_new(LWS_PRE, buffer_slice(out));
    s_send(socket, packet);
    packet_drop(&packet);
    buffer_clear(out);
}

/* Closes when everything is sent, or when that takes too long. */
static void s_close(struct socket *socket, uint16_t status)
{
    if (socket->close_status)
        return;
    socket->close_status = status;
    lws_set_timeout(socket->wsi, PENDING_TIMEOUT_CLOSE_SEND, CLOSE_LIMIT_S);
    lws_callback_on_writable(socket->wsi);
}

static void s_fail(struct socket *socket, const char *message)
{
    stomp_session_fail(&socket->session, message);
    s_send_out(socket);
    s_close(socket, LWS_CLOSE_STATUS_POLICY_VIOLATION);
}

bool realtime_written(struct socket *socket)
{
    for (int i = 0; i < WRITES_PER_TURN && socket->backlog.count; i++) {
        if (lws_partial_buffered(socket->wsi))
            break;
        if (!s_write(socket, backlog_first(&socket->backlog)))
            return false;
        backlog_pop(&socket->backlog);
    }
    if (socket->backlog.count || lws_partial_buffered(socket->wsi)) {
        lws_callback_on_writable(socket->wsi);
        return true;
    }
    if (!socket->close_status)
        return true;
    lws_close_reason(socket->wsi, socket->close_status, NULL, 0);
    return false;
}

/* ---- snapshots ------------------------------------------------------------------------------ */

static struct socket *s_socket_of(struct realtime *self, const struct hub_entry *entry)
{
    return self->sockets[entry->connection];
}

/* A private room is its participants'. */
static bool s_may_see(const struct msg_watched *watched, int64_t user_id)
{
    return watched->visibility == VISIBILITY_OPEN ||
           (user_id && (user_id == watched->host_user_id || user_id == watched->guest_user_id));
}

static void s_encode(struct realtime *self, const struct record *record, const void *value)
{
    buffer_clear(&self->body);
    json_record(record, value, &self->body);
    self->messages++;
    check(!self->body.overflow);
}

/* The same with what is JSON already, of at most HEARD_MAX_BYTES. */
static void s_take_encoded(struct realtime *self, struct slice json)
{
    buffer_clear(&self->body);
    buffer_append(&self->body, json.data, json.length);
    self->messages++;
    check(!self->body.overflow);
}

/* ---- versions ------------------------------------------------------------------------------- */

/* The next tick asks scoring; if it is being asked, the next one after the answer. */
static void s_doubt(struct hub_entry *entry)
{
    if (entry->asking.slot)
        entry->overtaken = true;
    else if (!entry->tries)
        entry->tries = 1;
}

/* Is the stream's version one to send? */
static bool s_is_news(struct hub_entry *entry, int64_t version)
{
    if (version <= entry->version)
        return false;
    entry->version = version;
    if (version < entry->heard)
        s_doubt(entry); /* this comes late, or that was made up */
    return version > entry->heard;
}

/* Is the version that somebody published one to send? I64_NONE: it has none. */
static bool s_is_hearsay(struct hub_entry *entry, int64_t version)
{
    if (entry->version < 0 || entry->guarded)
        s_doubt(entry); /* may it see that room, may it still? */
    if (entry->version < 0)
        return false;
    if (version == I64_NONE)
        return true;
    if (version > entry->version && version < entry->heard)
        s_doubt(entry);
    if (version <= entry->version || version <= entry->heard)
        return false;
    entry->heard = version;
    return true;
}

/* Is the snapshot's? It was asked for when asked_heard had been heard. */
static bool s_is_news_of_scoring(struct hub_entry *entry, int64_t version)
{
    bool made_up = entry->asked_heard > version;
    if (made_up)
        entry->heard = entry->asked_heard = -1;
    bool newer = version > entry->version && version > entry->heard;
    bool news = newer || (made_up && version == entry->version);
    if (version > entry->version)
        entry->version = version;
    return news;
}

/* The MESSAGE frame for one subscription, around the body just encoded. */
static struct packet *s_packet(struct realtime *self, enum stomp_version version,
                               const struct stomp_subscription *subscription)
{
    char id[24];
    snprintf(id, sizeof id, "%" PRIu64, self->messages);
    buffer_clear(&self->frame);
    stomp_message_write(&self->frame, version, subscription, id, buffer_slice(&self->body));
    stats_add(STAT_pushes_encoded, 1);
    return packet_new(LWS_PRE, buffer_slice(&self->frame));
}

/* Who has been served waits for as long as it takes. */
static bool s_gives_up(const struct hub_entry *entry)
{
    return entry->tries >= SNAPSHOT_TRIES && entry->version < 0;
}

static void s_on_snapshot(struct server *server, struct waiter *waiter, uint16_t id,
                          const void *message)
{
    struct realtime *self = server->realtime;
    uint32_t handle = ((struct watch *)waiter)->entry;
    free(waiter);
    struct hub_entry *entry = hub_entry(self->hub, handle);
    struct socket *socket = s_socket_of(self, entry);
    entry->asking.slot = 0;
    if (id == MSG_refused) {
        const struct msg_refused *refused = message;
        bool passing = refused->refusal == REFUSED_OVERLOADED || refused->refusal == REFUSED_FAILED;
        if (!passing || s_gives_up(entry))
            s_fail(socket, refusal_row((uint16_t)refused->refusal)->text);
        return; /* a passing trouble is tried again at a tick */
    }
    const struct msg_watched *watched = message;
    entry->tries = entry->overtaken;
    entry->overtaken = false;
    if (id != MSG_watched || !s_may_see(watched, socket->session.user_id)) {
        enum refusal refusal = id == MSG_watched ? REFUSED_PRIVATE_ROOM : REFUSED_FAILED;
        s_fail(socket, refusal_row(refusal)->text);
        return;
    }
    entry->guarded = watched->visibility != VISIBILITY_OPEN;
    if (s_is_news_of_scoring(entry, watched->state.version)) {
        s_encode(self, &record_room_state, &watched->state);
        struct packet *packet =
            s_packet(self, socket->session.version, &socket->session.subscriptions[entry->slot]);
        s_send(socket, packet);
        packet_drop(&packet);
        stats_add(STAT_pushes_sent, 1);
    }
}

/* Asked again at a tick. */
static void s_on_no_snapshot(struct server *server, struct waiter *waiter)
{
    uint32_t handle = ((struct watch *)waiter)->entry;
    free(waiter);
    hub_entry(server->realtime->hub, handle)->asking.slot = 0;
}

static const struct waiter_class s_watch_class = {s_on_snapshot, s_on_no_snapshot};

/* One try; what comes of it, good or bad, ends in the functions above. */
static void s_ask(struct realtime *self, uint32_t handle, int64_t room_id)
{
    struct hub_entry *entry = hub_entry(self->hub, handle);
    struct socket *socket = s_socket_of(self, entry);
    if (s_gives_up(entry)) {
        s_fail(socket, refusal_row(REFUSED_OVERLOADED)->text);
        return;
    }
    if (entry->tries < SNAPSHOT_TRIES)
        entry->tries++;
    entry->asked_heard = entry->heard;
    struct watch *watch = calloc(1, sizeof *watch);
    check(watch);
    watch->waiter.class = &s_watch_class;
    watch->entry = handle;
    struct question_to to = {.actor = ACTOR_scoring,
                             .key = room_id,
                             .user_id = socket->session.user_id,
                             .limit_ms = SNAPSHOT_LIMIT_MS};
    struct msg_watch message = {room_id};
    entry->asking = bridge_ask(self->server->bridge, &to, MSG_watch, &message, &watch->waiter);
    if (!entry->asking.slot)
        free(watch);
}

/* ---- subscribing ---------------------------------------------------------------------------- */

static void s_unsubscribe(struct realtime *self, uint32_t handle)
{
    bool last;
    free(pending_take(self->server->pending, hub_entry(self->hub, handle)->asking));
    hub_unsubscribe(self->hub, handle, &last);
}

static void s_subscribe(struct socket *socket, size_t slot)
{
    struct realtime *self = socket->realtime;
    struct stomp_subscription *subscription = &socket->session.subscriptions[slot];
    bool first;
    subscription->handle =
        hub_subscribe(self->hub, subscription->destination, socket->handle, (uint32_t)slot, &first);
    if (!subscription->handle)
        s_fail(socket, refusal_row(REFUSED_OVERLOADED)->text);
    else if (subscription->destination.kind == DESTINATION_ROOM)
        s_ask(self, subscription->handle, subscription->destination.id);
}

static void s_login(struct socket *socket, struct slice token, int64_t now_ms)
{
    int64_t user_id = 0;
    if (token.length && !tokens_verify(socket->realtime->server->tokens, token, now_ms, &user_id))
        s_fail(socket, refusal_row(REFUSED_INVALID_TOKEN)->text);
    else
        stomp_session_admit(&socket->session, user_id, now_ms);
}

bool realtime_received(struct socket *socket, struct slice bytes)
{
    if (socket->close_status || socket->dropped)
        return true;
    int64_t now_ms = clock_now_ms();
    stomp_session_feed(&socket->session, bytes, now_ms);
    for (;;) {
        struct stomp_step step = stomp_session_next(&socket->session);
        if (step.kind == STOMP_STEP_LOGIN)
            s_login(socket, step.token, now_ms);
        else if (step.kind == STOMP_STEP_SUBSCRIBE)
            s_subscribe(socket, step.slot);
        else if (step.kind == STOMP_STEP_UNSUBSCRIBE && step.handle)
            s_unsubscribe(socket->realtime, step.handle);
        s_send_out(socket);
        if (step.kind == STOMP_STEP_CLOSE)
            s_close(socket, LWS_CLOSE_STATUS_NORMAL);
        if (step.kind == STOMP_STEP_CLOSE || step.kind == STOMP_STEP_NONE)
            return true;
    }
}

/* ---- pushing -------------------------------------------------------------------------------- */

/* The frames of one push. Nearly all clients call their subscription the same, so nearly all share
 * one; those beyond ENCODINGS get one of their own. */
struct encodings {
    struct {
        const struct stomp_subscription *subscription; /* whose it was made for */
        enum stomp_version version;                    /* and in which version */
        struct packet *packet;                         /* held */
    } items[ENCODINGS];
    size_t count; /* how many are there */
};

static bool s_same(const struct stomp_subscription *a, const struct stomp_subscription *b)
{
    return a->explicit_ack == b->explicit_ack && strcmp(a->id, b->id) == 0;
}

static struct packet *s_shared_packet(struct realtime *self, struct encodings *encodings,
                                      const struct socket *socket, uint32_t slot)
{
    enum stomp_version version = socket->session.version;
    const struct stomp_subscription *subscription = &socket->session.subscriptions[slot];
    for (size_t i = 0; i < encodings->count; i++)
        if (encodings->items[i].version == version &&
            s_same(encodings->items[i].subscription, subscription))
            return packet_share(encodings->items[i].packet);
    struct packet *packet = s_packet(self, version, subscription);
    if (encodings->count < ENCODINGS) {
        size_t i = encodings->count++;
        encodings->items[i].subscription = subscription;
        encodings->items[i].version = version;
        encodings->items[i].packet = packet_share(packet);
    }
    return packet;
}

static void s_push(struct realtime *self, struct encodings *encodings,
                   const struct hub_entry *entry)
{
    struct socket *socket = s_socket_of(self, entry);
    struct packet *packet = s_shared_packet(self, encodings, socket, entry->slot);
    s_send(socket, packet);
    packet_drop(&packet);
    stats_add(STAT_pushes_sent, 1);
}

static void s_forget_encodings(struct encodings *encodings)
{
    for (size_t i = 0; i < encodings->count; i++)
        packet_drop(&encodings->items[i].packet);
}

void realtime_push_room(struct realtime *self, const struct msg_watched *watched)
{
    struct destination destination = {DESTINATION_ROOM, watched->state.room_id};
    uint32_t at = hub_first(self->hub, destination);
    if (!at)
        return;
    struct encodings encodings = {.count = 0};
    s_encode(self, &record_room_state, &watched->state);
    for (; at; at = hub_next(self->hub, at)) {
        struct hub_entry *entry = hub_entry(self->hub, at);
        if (!s_may_see(watched, s_socket_of(self, entry)->session.user_id) ||
            !s_is_news(entry, watched->state.version))
            continue;
        s_push(self, &encodings, entry);
    }
    s_forget_encodings(&encodings);
}

void realtime_pass_room(struct realtime *self, const struct msg_room_heard *heard)
{
    struct destination destination = {DESTINATION_ROOM, heard->room_id};
    uint32_t at = hub_first(self->hub, destination);
    if (!at)
        return;
    struct encodings encodings = {.count = 0};
    s_take_encoded(self, heard->json);
    for (; at; at = hub_next(self->hub, at))
        if (s_is_hearsay(hub_entry(self->hub, at), heard->version))
            s_push(self, &encodings, hub_entry(self->hub, at));
    s_forget_encodings(&encodings);
}

/* The body that was just encoded, to all of a user's. */
static void s_push_user(struct realtime *self, uint32_t at)
{
    struct encodings encodings = {.count = 0};
    for (; at; at = hub_next(self->hub, at))
        s_push(self, &encodings, hub_entry(self->hub, at));
    s_forget_encodings(&encodings);
}

void realtime_push_submission(struct realtime *self, const struct rec_submission *submission)
{
    uint32_t at = hub_first(self->hub, (struct destination){DESTINATION_USER, submission->user_id});
    if (!at)
        return;
    s_encode(self, &record_submission, submission);
    s_push_user(self, at);
}

void realtime_pass_verdict(struct realtime *self, const struct msg_verdict_heard *heard)
{
    uint32_t at = hub_first(self->hub, (struct destination){DESTINATION_USER, heard->user_id});
    if (!at)
        return;
    s_take_encoded(self, heard->json);
    s_push_user(self, at);
}

/* ---- sockets -------------------------------------------------------------------------------- */

static uint32_t s_new_handle(struct realtime *self)
{
    if (self->unused_count)
        return self->unused[--self->unused_count];
    if (self->used == self->capacity) {
        self->capacity = self->capacity ? self->capacity * 2 : 64;
        self->sockets = realloc(self->sockets, self->capacity * sizeof(struct socket *));
        self->unused = realloc(self->unused, self->capacity * sizeof(uint32_t));
        check(self->sockets && self->unused);
    }
    if (!self->used)
        self->sockets[self->used++] = NULL; /* handle 0 */
    self->sockets[self->used] = NULL;
    return self->used++;
}

struct socket *realtime_opened(struct realtime *self, struct lws *wsi)
{
    struct socket *socket = calloc(1, sizeof *socket);
    check(socket);
    socket->realtime = self;
    socket->wsi = wsi;
    socket->handle = s_new_handle(self);
    self->sockets[socket->handle] = socket;
    self->count++;
    stats_set(STAT_sockets_open, self->count);
    stomp_session_init(&socket->session, self->server->boot + ++self->opened, clock_now_ms());
    if (self->server->draining)
        s_close(socket, LWS_CLOSE_STATUS_GOINGAWAY);
    return socket;
}

void realtime_closed(struct socket **socket_p)
{
    struct socket *socket = *socket_p;
    if (!socket)
        return;
    struct realtime *self = socket->realtime;
    for (size_t i = 0; i < socket->session.slots; i++)
        if (socket->session.subscriptions[i].handle)
            s_unsubscribe(self, socket->session.subscriptions[i].handle);
    stomp_session_fini(&socket->session);
    backlog_fini(&socket->backlog);
    self->sockets[socket->handle] = NULL;
    self->unused[self->unused_count++] = socket->handle;
    self->count--;
    stats_set(STAT_sockets_open, self->count);
    free(socket);
    *socket_p = NULL;
}

/* ---- time ----------------------------------------------------------------------------------- */

/* Asks for the snapshots that have not come, or are in doubt. */
static void s_ask_missing(struct realtime *self, struct socket *socket)
{
    for (size_t i = 0; i < socket->session.slots && self->asks && !socket->close_status; i++) {
        struct stomp_subscription *subscription = &socket->session.subscriptions[i];
        if (!subscription->handle || subscription->destination.kind != DESTINATION_ROOM)
            continue;
        struct hub_entry *entry = hub_entry(self->hub, subscription->handle);
        if (!entry->tries || entry->asking.slot)
            continue;
        self->asks--;
        s_ask(self, subscription->handle, subscription->destination.id);
    }
}

static void s_tick(struct realtime *self, struct socket *socket, int64_t now_ms)
{
    if (socket->close_status || socket->dropped)
        return;
    if (stomp_session_due_ms(&socket->session) <= now_ms) {
        struct stomp_step step = stomp_session_tick(&socket->session, now_ms);
        s_send_out(socket);
        if (step.kind == STOMP_STEP_CLOSE)
            s_close(socket, LWS_CLOSE_STATUS_POLICY_VIOLATION);
    }
    s_ask_missing(self, socket);
}

void realtime_tick(struct realtime *self, int64_t now_ms)
{
    uint32_t count = self->used ? self->used - 1 : 0, first = self->ask_from;
    self->asks = ASKS_PER_TICK;
    for (uint32_t k = 0; k < count; k++) {
        uint32_t i = 1 + (first + k) % count;
        if (self->asks)
            self->ask_from =
                (first + k) % count; /* where the questions end, the next tick goes on */
        if (self->sockets[i])
            s_tick(self, self->sockets[i], now_ms);
    }
    stats_set(STAT_subscriptions_open, (int64_t)hub_entries(self->hub));
}

void realtime_ask_again(struct realtime *self)
{
    for (uint32_t i = 1; i < self->used; i++) {
        struct socket *socket = self->sockets[i];
        for (size_t slot = 0; socket && slot < socket->session.slots; slot++) {
            uint32_t handle = socket->session.subscriptions[slot].handle;
            if (handle)
                s_doubt(hub_entry(self->hub, handle));
        }
    }
}

void realtime_drain(struct realtime *self)
{
    for (uint32_t i = 1; i < self->used; i++)
        if (self->sockets[i])
            s_close(self->sockets[i], LWS_CLOSE_STATUS_GOINGAWAY);
}

size_t realtime_sockets(const struct realtime *self)
{
    return self->count;
}

/* ---- life ----------------------------------------------------------------------------------- */

struct realtime *realtime_new(struct server *server)
{
    struct realtime *self = calloc(1, sizeof *self);
    check(self);
    self->server = server;
    self->hub = hub_new();
    buffer_init(&self->body, BODY_MAX_BYTES);
    buffer_init(&self->frame, BODY_MAX_BYTES + STOMP_HEAD_MAX_BYTES);
    return self;
}

void realtime_destroy(struct realtime **self_p)
{
    struct realtime *self = *self_p;
    if (!self)
        return;
    check(!self->count); /* the context, and with it every socket, is gone */
    hub_destroy(&self->hub);
    buffer_fini(&self->body);
    buffer_fini(&self->frame);
    free(self->sockets);
    free(self->unused);
    free(self);
    *self_p = NULL;
}
