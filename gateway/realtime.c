/* Clients, subscriptions and pushes. What is the same for several clients is written once and
 * shared, SockJS' escaping included.
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
#include "gateway/sockjs/framing.h"
#include "gateway/stomp/session.h"
#include "proto/check.h"
#include "proto/json.h"

#define BODY_MAX_BYTES (256 * 1024) /* of one message's JSON */
/* Of that in a frame, each byte of it as \u0000 */
#define ARRAY_MAX_BYTES (6 * (BODY_MAX_BYTES + STOMP_HEAD_MAX_BYTES) + 8)
#define ENCODINGS 8            /* of one push that are remembered; clients agree on ids */
#define SNAPSHOT_LIMIT_MS 5000 /* for the answer to one try */
#define SNAPSHOT_TRIES 4       /* then the client is told to come again */
#define ASKS_PER_TICK 1000     /* snapshots asked for again: scoring has others to answer */

#define SEND_OUT_BYTES (16 * 1024) /* replies are sent together, up to so much */

struct client {
    struct realtime *realtime;       /* borrowed */
    struct carrier *carrier;         /* borrowed; whose client this is */
    struct stomp_session session;    /* the protocol */
    uint32_t handle;                 /* ours: index in the table */
    struct pending_handle admitting; /* whether its user is there, is being asked; slot 0: no */
    bool closing;                    /* the carrier was told to close: nothing goes in or out */
};

struct realtime {
    struct server *server;   /* borrowed */
    struct hub *hub;         /* owned; who is subscribed to what */
    struct client **clients; /* owned; by handle, NULL where free; 0 is never used */
    uint32_t *unused;        /* owned; handles that were used and are free */
    uint32_t unused_count;   /* how many */
    uint32_t capacity;       /* of both */
    uint32_t used;           /* handles below this one were given out at some time */
    uint32_t count;          /* clients that are there */
    uint64_t opened;         /* counts clients */
    uint64_t messages;       /* counts pushes, for message-id */
    uint32_t asks;           /* that this tick may still make */
    uint32_t ask_from;       /* the client that the next tick begins with */
    struct buffer body;      /* owned; JSON of a push */
    struct buffer frame;     /* owned; a frame around it */
    struct buffer array;     /* owned; SockJS' array around that */
};

/* A subscription's snapshot that is asked for. */
struct watch {
    struct waiter waiter; /* first member */
    uint32_t entry;       /* the hub's */
};

/* ---- sending -------------------------------------------------------------------------------- */

/* What STOMP wrote, as the carrier has it. */
static struct packet *s_wrap(struct realtime *self, const struct carrier *carrier,
                             struct slice text)
{
    if (!carrier->sockjs)
        return packet_new(LWS_PRE, text);
    buffer_clear(&self->array);
    framing_write_array(&self->array, text);
    check(!self->array.overflow);
    return packet_new(LWS_PRE, buffer_slice(&self->array));
}

static void s_send(struct client *client, struct packet *packet)
{
    if (client->closing)
        return;
    client->carrier->class->send(client->carrier, packet);
    stomp_session_sent(&client->session, clock_now_ms());
}

static void s_send_out(struct client *client)
{
    struct buffer *out = &client->session.out;
    if (!out->length)
        return;
    struct packet *packet = s_wrap(client->realtime, client->carrier, buffer_slice(out));
    s_send(client, packet);
    packet_drop(&packet);
    buffer_clear(out);
}

static void s_close(struct client *client, uint16_t status)
{
    if (client->closing)
        return;
    s_send_out(client);
    client->closing = true;
    client->carrier->class->close(client->carrier, status);
}

static void s_fail(struct client *client, const char *message)
{
    stomp_session_fail(&client->session, message);
    s_close(client, LWS_CLOSE_STATUS_POLICY_VIOLATION);
}

/* ---- snapshots ------------------------------------------------------------------------------ */

static struct client *s_client_of(struct realtime *self, const struct hub_entry *entry)
{
    return self->clients[entry->connection];
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
static struct packet *s_packet(struct realtime *self, const struct client *client, size_t slot)
{
    char id[24];
    snprintf(id, sizeof id, "%" PRIu64, self->messages);
    buffer_clear(&self->frame);
    stomp_message_write(&self->frame, client->session.version, &client->session.subscriptions[slot],
                        id, buffer_slice(&self->body));
    stats_add(STAT_pushes_encoded, 1);
    return s_wrap(self, client->carrier, buffer_slice(&self->frame));
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
    struct client *client = s_client_of(self, entry);
    entry->asking.slot = 0;
    if (id == MSG_refused) {
        const struct msg_refused *refused = message;
        bool passing = refused->refusal == REFUSED_OVERLOADED || refused->refusal == REFUSED_FAILED;
        if (!passing || s_gives_up(entry))
            s_fail(client, refusal_row((uint16_t)refused->refusal)->text);
        return; /* a passing trouble is tried again at a tick */
    }
    const struct msg_watched *watched = message;
    entry->tries = entry->overtaken;
    entry->overtaken = false;
    if (id != MSG_watched || !s_may_see(watched, client->session.user_id)) {
        enum refusal refusal = id == MSG_watched ? REFUSED_PRIVATE_ROOM : REFUSED_FAILED;
        s_fail(client, refusal_row(refusal)->text);
        return;
    }
    entry->guarded = watched->visibility != VISIBILITY_OPEN;
    if (s_is_news_of_scoring(entry, watched->state.version)) {
        s_encode(self, &record_room_state, &watched->state);
        struct packet *packet = s_packet(self, client, entry->slot);
        s_send(client, packet);
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
    struct client *client = s_client_of(self, entry);
    if (s_gives_up(entry)) {
        s_fail(client, refusal_row(REFUSED_OVERLOADED)->text);
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
                             .user_id = client->session.user_id,
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

static void s_subscribe(struct client *client, size_t slot)
{
    struct realtime *self = client->realtime;
    struct stomp_subscription *subscription = &client->session.subscriptions[slot];
    bool first;
    subscription->handle =
        hub_subscribe(self->hub, subscription->destination, client->handle, (uint32_t)slot, &first);
    if (!subscription->handle)
        s_fail(client, refusal_row(REFUSED_OVERLOADED)->text);
    else if (subscription->destination.kind == DESTINATION_ROOM)
        s_ask(self, subscription->handle, subscription->destination.id);
}

/* Whether a token's user is there, while auth is asked. */
struct admission {
    struct waiter waiter;  /* first member */
    struct client *client; /* which waits in VERIFYING; the question is taken back when it closes */
    int64_t user_id;       /* who it says it is */
};

static void s_on_user(struct server *server, struct waiter *waiter, uint16_t id,
                      const void *message)
{
    struct admission admission = *(struct admission *)waiter;
    const struct msg_refused *refused = message;
    struct client *client = admission.client;
    int64_t now_ms = clock_now_ms();
    free(waiter);
    client->admitting.slot = 0;
    if (id == MSG_user) {
        users_learn(&server->users, admission.user_id, now_ms);
        stomp_session_admit(&client->session, admission.user_id, now_ms);
        realtime_received(client, slice_of("")); /* what came meanwhile */
        return;
    }
    bool gone = id == MSG_refused && refused->refusal == REFUSED_USER_NOT_FOUND;
    s_fail(client, refusal_row(gone ? REFUSED_INVALID_TOKEN : REFUSED_OVERLOADED)->text);
}

static void s_on_no_user(struct server *server, struct waiter *waiter)
{
    (void)server;
    struct client *client = ((struct admission *)waiter)->client;
    free(waiter);
    client->admitting.slot = 0;
    s_fail(client, refusal_row(REFUSED_DEADLINE)->text);
}

static const struct waiter_class s_admission_class = {s_on_user, s_on_no_user};

static void s_ask_user(struct client *client, int64_t user_id)
{
    struct admission *admission = calloc(1, sizeof *admission);
    check(admission);
    *admission = (struct admission){{&s_admission_class}, client, user_id};
    struct question_to to = {
        .actor = ACTOR_auth, .key = user_id, .user_id = user_id, .limit_ms = SNAPSHOT_LIMIT_MS};
    struct msg_user_get get = {user_id};
    client->admitting =
        bridge_ask(client->realtime->server->bridge, &to, MSG_user_get, &get, &admission->waiter);
    if (client->admitting.slot)
        return;
    free(admission);
    s_fail(client, refusal_row(REFUSED_OVERLOADED)->text);
}

static void s_login(struct client *client, struct slice token, int64_t now_ms)
{
    struct server *server = client->realtime->server;
    int64_t user_id = 0;
    if (token.length && !tokens_verify(server->tokens, token, now_ms, &user_id))
        s_fail(client, refusal_row(REFUSED_INVALID_TOKEN)->text);
    else if (user_id && !users_know(&server->users, user_id, now_ms))
        s_ask_user(client, user_id);
    else
        stomp_session_admit(&client->session, user_id, now_ms);
}

void realtime_received(struct client *client, struct slice bytes)
{
    if (client->closing)
        return;
    int64_t now_ms = clock_now_ms();
    stomp_session_feed(&client->session, bytes, now_ms);
    for (;;) {
        struct stomp_step step = stomp_session_next(&client->session);
        if (step.kind == STOMP_STEP_LOGIN)
            s_login(client, step.token, now_ms);
        else if (step.kind == STOMP_STEP_SUBSCRIBE)
            s_subscribe(client, step.slot);
        else if (step.kind == STOMP_STEP_UNSUBSCRIBE && step.handle)
            s_unsubscribe(client->realtime, step.handle);
        bool last = step.kind == STOMP_STEP_CLOSE || step.kind == STOMP_STEP_NONE;
        if (last || client->session.out.length >= SEND_OUT_BYTES)
            s_send_out(client);
        if (step.kind == STOMP_STEP_CLOSE)
            s_close(client, LWS_CLOSE_STATUS_NORMAL);
        if (last)
            return;
    }
}

/* ---- pushing -------------------------------------------------------------------------------- */

/* The frames of one push. Nearly all clients call their subscription the same, so nearly all share
 * one; those beyond ENCODINGS get one of their own. */
struct encodings {
    struct {
        const struct client *client; /* whose it was made for */
        uint32_t slot;               /* and which of its subscriptions */
        struct packet *packet;       /* held */
    } items[ENCODINGS];
    size_t count; /* how many are there */
};

static bool s_same(const struct client *a, uint32_t a_slot, const struct client *b, uint32_t b_slot)
{
    const struct stomp_subscription *one = &a->session.subscriptions[a_slot];
    const struct stomp_subscription *other = &b->session.subscriptions[b_slot];
    return a->carrier->sockjs == b->carrier->sockjs && a->session.version == b->session.version &&
           one->explicit_ack == other->explicit_ack && strcmp(one->id, other->id) == 0;
}

static struct packet *s_shared_packet(struct realtime *self, struct encodings *encodings,
                                      const struct client *client, uint32_t slot)
{
    for (size_t i = 0; i < encodings->count; i++)
        if (s_same(encodings->items[i].client, encodings->items[i].slot, client, slot))
            return packet_share(encodings->items[i].packet);
    struct packet *packet = s_packet(self, client, slot);
    if (encodings->count < ENCODINGS) {
        size_t i = encodings->count++;
        encodings->items[i].client = client;
        encodings->items[i].slot = slot;
        encodings->items[i].packet = packet_share(packet);
    }
    return packet;
}

static void s_push(struct realtime *self, struct encodings *encodings,
                   const struct hub_entry *entry)
{
    struct client *client = s_client_of(self, entry);
    struct packet *packet = s_shared_packet(self, encodings, client, entry->slot);
    s_send(client, packet);
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
        if (!s_may_see(watched, s_client_of(self, entry)->session.user_id) ||
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

static void s_push_to(struct realtime *self, int64_t user_id, const struct record *record,
                      const void *value)
{
    uint32_t at = hub_first(self->hub, (struct destination){DESTINATION_USER, user_id});
    if (!at)
        return;
    s_encode(self, record, value);
    s_push_user(self, at);
}

void realtime_push_submission(struct realtime *self, const struct rec_submission *submission)
{
    s_push_to(self, submission->user_id, &record_submission, submission);
}

void realtime_push_run(struct realtime *self, const struct rec_run *run)
{
    s_push_to(self, run->user_id, &record_run, run);
}

void realtime_pass_verdict(struct realtime *self, const struct msg_verdict_heard *heard)
{
    uint32_t at = hub_first(self->hub, (struct destination){DESTINATION_USER, heard->user_id});
    if (!at)
        return;
    s_take_encoded(self, heard->json);
    s_push_user(self, at);
}

/* ---- clients -------------------------------------------------------------------------------- */

static uint32_t s_new_handle(struct realtime *self)
{
    if (self->unused_count)
        return self->unused[--self->unused_count];
    if (self->used == self->capacity) {
        self->capacity = self->capacity ? self->capacity * 2 : 64;
        self->clients = realloc(self->clients, self->capacity * sizeof(struct client *));
        self->unused = realloc(self->unused, self->capacity * sizeof(uint32_t));
        check(self->clients && self->unused);
    }
    if (!self->used)
        self->clients[self->used++] = NULL; /* handle 0 */
    self->clients[self->used] = NULL;
    return self->used++;
}

void realtime_opened(struct realtime *self, struct carrier *carrier)
{
    struct client *client = calloc(1, sizeof *client);
    check(client);
    client->realtime = self;
    client->carrier = carrier;
    client->handle = s_new_handle(self);
    carrier->client = client;
    self->clients[client->handle] = client;
    self->count++;
    stomp_session_init(&client->session, self->server->boot + ++self->opened, clock_now_ms());
    if (self->server->draining)
        s_close(client, LWS_CLOSE_STATUS_GOINGAWAY);
}

void realtime_closed(struct carrier *carrier)
{
    struct client *client = carrier->client;
    if (!client)
        return;
    struct realtime *self = client->realtime;
    free(pending_take(self->server->pending, client->admitting));
    for (size_t i = 0; i < client->session.slots; i++)
        if (client->session.subscriptions[i].handle)
            s_unsubscribe(self, client->session.subscriptions[i].handle);
    stomp_session_fini(&client->session);
    self->clients[client->handle] = NULL;
    self->unused[self->unused_count++] = client->handle;
    self->count--;
    free(client);
    carrier->client = NULL;
}

/* ---- time ----------------------------------------------------------------------------------- */

/* Asks for the snapshots that have not come, or are in doubt. */
static void s_ask_missing(struct realtime *self, struct client *client)
{
    for (size_t i = 0; i < client->session.slots && self->asks && !client->closing; i++) {
        struct stomp_subscription *subscription = &client->session.subscriptions[i];
        if (!subscription->handle || subscription->destination.kind != DESTINATION_ROOM)
            continue;
        struct hub_entry *entry = hub_entry(self->hub, subscription->handle);
        if (!entry->tries || entry->asking.slot)
            continue;
        self->asks--;
        s_ask(self, subscription->handle, subscription->destination.id);
    }
}

static void s_tick(struct realtime *self, struct client *client, int64_t now_ms)
{
    if (client->closing)
        return;
    if (stomp_session_due_ms(&client->session) <= now_ms) {
        struct stomp_step step = stomp_session_tick(&client->session, now_ms);
        s_send_out(client);
        if (step.kind == STOMP_STEP_CLOSE)
            s_close(client, LWS_CLOSE_STATUS_POLICY_VIOLATION);
    }
    s_ask_missing(self, client);
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
        if (self->clients[i])
            s_tick(self, self->clients[i], now_ms);
    }
    stats_set(STAT_subscriptions_open, (int64_t)hub_entries(self->hub));
}

void realtime_ask_again(struct realtime *self)
{
    for (uint32_t i = 1; i < self->used; i++) {
        struct client *client = self->clients[i];
        for (size_t slot = 0; client && slot < client->session.slots; slot++) {
            uint32_t handle = client->session.subscriptions[slot].handle;
            if (handle)
                s_doubt(hub_entry(self->hub, handle));
        }
    }
}

void realtime_drain(struct realtime *self)
{
    for (uint32_t i = 1; i < self->used; i++)
        if (self->clients[i])
            s_close(self->clients[i], LWS_CLOSE_STATUS_GOINGAWAY);
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
    buffer_init(&self->array, ARRAY_MAX_BYTES);
    return self;
}

void realtime_destroy(struct realtime **self_p)
{
    struct realtime *self = *self_p;
    if (!self)
        return;
    check(!self->count); /* the context, and with it every client, is gone */
    hub_destroy(&self->hub);
    buffer_fini(&self->body);
    buffer_fini(&self->frame);
    buffer_fini(&self->array);
    free(self->clients);
    free(self->unused);
    free(self);
    *self_p = NULL;
}
