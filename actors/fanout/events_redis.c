/* The edge to Redis: a thread with a port and up to two connections.
 *
 * Where fan-out is, it hears fan-out's stream like any gateway, keeps what Redis has still to be
 * told (spool.h) and publishes it, pipelined. At most WINDOW messages and UNSENT_MAX_BYTES are
 * under way; the rest waits in spools, where a room's newer state replaces the older. What a spool
 * can't take, and what is missing in the stream's numbers, is made up for by one word to all
 * gateways that they have to ask scoring. Verdicts can't be asked for like that: after an outage
 * they are held back until everybody had the time to come back. Since fan-out hears only of what is
 * durable, so does Redis.
 *
 * Where a gateway is, it is subscribed to everything, judges what comes and passes it on. While
 * Redis is away, a gateway that hears nothing else is told so again and again, to ask scoring now
 * and then, and once more when it is back.
 *
 * A slow Redis slows nobody but this thread; not even the stream, whose mailbox drops and tells. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "actors/fanout/events.h"
#include "actors/fanout/heard.h"
#include "actors/fanout/latest.h"
#include "actors/fanout/redis_link.h"
#include "actors/fanout/redis_probe.h"
#include "actors/fanout/redis_tls.h"
#include "actors/fanout/spool.h"
#include "actors/runtime/clock.h"
#include "actors/runtime/log.h"
#include "actors/runtime/port.h"
#include "actors/runtime/stats.h"
#include "proto/check.h"
#include "proto/json.h"

#define SPOOL_ITEMS 32768              /* of each spool */
#define SPOOL_BYTES (32 * 1024 * 1024) /* of each spool */
#define WINDOW 1024                    /* published and not answered */
#define UNSENT_MAX_BYTES (1024 * 1024) /* not with the kernel yet */
#define BATCH 256                      /* of the stream per turn */
#define ROOMS_KNOWN 16384              /* whose newest version of the stream is remembered */
#define VERDICTS_KNOWN 16384           /* that were passed on: published twice, they pass once */
#define AWAY_MS 5000                   /* between two words that Redis is away */
#define HOLD_MS (REDIS_BACK_OFF_MAX_MS + 1000)
#define FLUSH_MS 1000 /* for what is under way, at the end */
#define WARN_MS 1000  /* between two warnings of what others publish */

#define MISSED "{\"missed\":true}"

struct edge {
    struct events events;          /* first member */
    struct events_options options; /* a copy */
    struct redis_url url;          /* taken apart */
    char stream[64];               /* address of our own stream */
    struct port *port;             /* owned */
    struct redis_link *say, *hear; /* owned; NULL where that is not done */
    struct spool *states;          /* owned; what Redis has to be told; NULL without `say` */
    struct spool *verdicts;        /* owned; the same */
    bool under_way[WINDOW];        /* ring of what was published: is it a verdict? */
    uint32_t published, answered;  /* count what goes into that ring, and out of it */
    bool lost;                     /* the connection was up before */
    int64_t hold_ms;               /* verdicts are held back until then */
    struct latest *rooms;          /* owned; the stream's; NULL without `say` */
    struct latest *passed;         /* owned; verdicts passed on; NULL without `hear` */
    struct arena arena;            /* owned; what is decoded from one message */
    union any_message *message;    /* owned; the message itself */
    struct buffer json;            /* owned; what is being published */
    uint64_t stream_sequence;      /* of fan-out's last message; 0 before the first */
    uint64_t sequence;             /* of ours */
    bool missed;                   /* gateways must be told that not all was published */
    int64_t away_ms;               /* when the gateways are told next that Redis is away */
    int64_t warned_ms;             /* when something malformed was told */
    pthread_t thread;              /* ours */
    int stop;                      /* eventfd, readable when it is to stop */
    atomic_bool stops;             /* the same */
};

/* ---- out: from the stream to Redis ------------------------------------------------------------
 */

static void s_drop(struct edge *self)
{
    stats_add(STAT_events_dropped, 1);
    self->missed = true;
}

static void s_publish_room(struct edge *self, const struct rec_room_state *state)
{
    latest_note(self->rooms, state->room_id, state->version);
    buffer_clear(&self->json);
    json_record(&record_room_state, state, &self->json);
    if (!spool_room(self->states, state->room_id, state->version, buffer_slice(&self->json)))
        s_drop(self);
}

static void s_publish_user(struct edge *self, int64_t user_id, const struct record *record,
                           const void *value)
{
    buffer_clear(&self->json);
    json_record(record, value, &self->json);
    if (!spool_verdict(self->verdicts, user_id, buffer_slice(&self->json)))
        s_drop(self);
}

/* How far a judging is is worth nothing later. */
static void s_publish_submission(struct edge *self, const struct rec_submission *submission)
{
    if (verdict_final(submission->status) || redis_link_is_up(self->say))
        s_publish_user(self, submission->user_id, &record_submission, submission);
}

/* What went by before the first one heard was missed, too, unless that is the sender's first. */
static void s_on_sequence(struct edge *self, uint64_t sequence, uint64_t expected)
{
    if (sequence != expected) {
        self->missed = true;
        log_info("events-gap", "expected=%" PRIu64 " got=%" PRIu64, expected, sequence);
    }
    self->stream_sequence = sequence;
}

static void s_on_frame(struct edge *self, const struct frame *frame)
{
    const struct envelope *envelope = &frame->envelope;
    arena_reset(&self->arena);
    if (!port_read(frame, &self->arena, self->message))
        return;
    if (envelope->kind == MSG_stream_beat) {
        s_on_sequence(self, (uint64_t)self->message->stream_beat.sent, self->stream_sequence);
        return;
    }
    s_on_sequence(self, envelope->sequence, self->stream_sequence + 1);
    if (envelope->kind == MSG_watched)
        s_publish_room(self, &self->message->watched.state);
    else if (envelope->kind == MSG_submission_found)
        s_publish_submission(self, &self->message->submission_found.submission);
    else if (envelope->kind == MSG_run_found)
        s_publish_user(self, self->message->run_found.run.user_id, &record_run,
                       &self->message->run_found.run);
}

/* False: there is more. */
static bool s_take_stream(struct edge *self, int most)
{
    struct port_message message;
    for (int count = 0; count < most; count++) {
        if (!port_receive(self->port, &message))
            return true;
        if (self->say)
            s_on_frame(self, &message.frame);
        port_message_close(&message);
    }
    return false;
}

static void s_say_item(struct edge *self, const struct spool_item *item)
{
    char channel[32];
    int length =
        snprintf(channel, sizeof channel, "%s:%" PRId64, item->user ? "user" : "room", item->id);
    const char *words[] = {"PUBLISH", channel, item->json};
    size_t lengths[] = {7, (size_t)length, item->length};
    redis_link_say(self->say, 3, words, lengths);
}

/* The next that may go now. */
static const struct spool_item *s_next_item(struct edge *self, int64_t now_ms)
{
    const struct spool_item *item = now_ms >= self->hold_ms ? spool_send(self->verdicts) : NULL;
    return item ? item : spool_send(self->states);
}

static uint32_t s_waiting(const struct edge *self)
{
    return spool_count(self->states) + spool_count(self->verdicts);
}

static void s_pump(struct edge *self, int64_t now_ms)
{
    if (self->missed && spool_verdict(self->verdicts, 0, slice_of(MISSED))) {
        stats_add(STAT_events_missed_told, 1);
        self->missed = false;
    }
    while (redis_link_is_up(self->say) && self->published - self->answered < WINDOW &&
           redis_link_unsent(self->say) < UNSENT_MAX_BYTES) {
        const struct spool_item *item = s_next_item(self, now_ms);
        if (!item)
            break;
        self->under_way[self->published++ % WINDOW] = item->user;
        s_say_item(self, item);
    }
    stats_set(STAT_events_waiting, s_waiting(self));
}

static bool s_may_warn(struct edge *self)
{
    int64_t now_ms = clock_now_ms();
    if (now_ms - self->warned_ms < WARN_MS)
        return false;
    self->warned_ms = now_ms;
    return true;
}

static void s_on_published(void *context, const redisReply *reply)
{
    struct edge *self = context;
    char why[512];
    bool refused = reply->type == REDIS_REPLY_ERROR;
    stats_add(refused ? STAT_events_refused : STAT_events_published, 1);
    if (refused && s_may_warn(self)) {
        redis_link_explain(&self->url, "PUBLISH", reply->str, why, sizeof why);
        log_warn("event-refused", "why=\"%s\"", why);
    }
    spool_done(self->under_way[self->answered++ % WINDOW] ? self->verdicts : self->states);
}

static void s_on_say_up(void *context)
{
    struct edge *self = context;
    self->hold_ms = self->lost ? clock_now_ms() + HOLD_MS : 0;
}

static void s_on_say_down(void *context)
{
    struct edge *self = context;
    self->lost = true;
    self->answered = self->published;
    spool_again(self->states);
    spool_again(self->verdicts);
}

/* ---- in: from Redis to the gateways -----------------------------------------------------------
 */

static void s_tell(struct edge *self, int64_t key, uint16_t id, const void *message)
{
    struct envelope envelope = {
        .kind = id, .to = {.actor = ACTOR_gateway}, .key = key, .sequence = ++self->sequence};
    buffer_clear(&self->json);
    codec_encode(message_by_id(id), message, &self->json);
    port_send(self->port, &envelope, buffer_slice(&self->json));
}

static void s_tell_missed(struct edge *self, bool away)
{
    struct msg_events_missed missed = {away};
    s_tell(self, 0, MSG_events_missed, &missed);
}

/* Where fan-out's stream is heard it was told there, or will be. */
static bool s_pass_room(struct edge *self, int64_t room_id, struct slice json)
{
    struct msg_room_heard heard = {.room_id = room_id, .json = json};
    if (!heard_room(json, room_id, &heard.version))
        return false;
    if (self->rooms && heard.version != I64_NONE &&
        heard.version <= latest_version(self->rooms, room_id))
        return true;
    stats_add(STAT_events_heard, 1);
    s_tell(self, room_id, MSG_room_heard, &heard);
    return true;
}

static bool s_pass_verdict(struct edge *self, int64_t user_id, struct slice json)
{
    struct msg_verdict_heard heard = {user_id, json};
    int64_t judging, far;
    if (user_id == 0 && slice_is(json, MISSED)) {
        s_tell_missed(self, false);
        return true;
    }
    if (!heard_verdict(json, user_id, &judging, &far))
        return false;
    if (!latest_note(self->passed, judging, far))
        return true;
    stats_add(STAT_events_heard, 1);
    s_tell(self, user_id, MSG_verdict_heard, &heard);
    return true;
}

/* ["pmessage", pattern, channel, text]; what Redis says besides is no message. */
static void s_on_heard(void *context, const redisReply *reply)
{
    struct edge *self = context;
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 4)
        return;
    for (size_t i = 0; i < 4; i++)
        if (reply->element[i]->type != REDIS_REPLY_STRING)
            return;
    struct slice channel = slice_from(reply->element[2]->str, reply->element[2]->len);
    struct slice json = slice_from(reply->element[3]->str, reply->element[3]->len);
    int64_t room_id = heard_id(channel, "room:"), user_id = heard_id(channel, "user:");
    bool good = room_id > 0    ? s_pass_room(self, room_id, json)
                : user_id >= 0 ? s_pass_verdict(self, user_id, json)
                               : false;
    if (good)
        return;
    stats_add(STAT_events_malformed, 1);
    if (s_may_warn(self))
        log_warn("event-malformed",
                 "channel=\"%.*s\" bytes=%zu what=\"somebody published what is no state of that "
                 "room, or no verdict for that user; it is not passed on\"",
                 (int)(channel.length < 64 ? channel.length : 64), channel.data, json.length);
}

/* What was said while we were away is lost: the stream has told its hearers. */
static void s_on_hear_up(void *context)
{
    struct edge *self = context;
    if (!self->options.streamed)
        s_tell_missed(self, false);
}

static void s_on_hear_down(void *context)
{
    struct edge *self = context;
    self->away_ms = clock_now_ms() + AWAY_MS;
}

static void s_tell_away(struct edge *self, int64_t now_ms)
{
    if (self->options.streamed || redis_link_is_up(self->hear) || now_ms < self->away_ms)
        return;
    s_tell_missed(self, true);
    self->away_ms = now_ms + AWAY_MS;
}

/* ---- the thread -------------------------------------------------------------------------------
 */

static int64_t s_earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Waits for the stream, Redis, the end, or the next instant; then lets the connections work. */
static void s_turn(struct edge *self, bool more)
{
    struct redis_link *links[] = {self->say, self->hear};
    zmq_pollitem_t items[3] = {{NULL, self->stop, ZMQ_POLLIN, 0}};
    short found[2] = {0, 0}, events;
    int64_t now_ms = clock_now_ms(), due_ms = now_ms + AWAY_MS;
    if (self->hold_ms > now_ms)
        due_ms = s_earlier(due_ms, self->hold_ms);
    size_t count = 1, at[2] = {0, 0};
    for (size_t i = 0; i < 2; i++) {
        if (!links[i])
            continue;
        due_ms = s_earlier(due_ms, redis_link_due_ms(links[i]));
        int fd = redis_link_descriptor(links[i], &events);
        if (fd < 0)
            continue;
        at[i] = count;
        items[count++] = (zmq_pollitem_t){
            NULL, fd,
            (short)((events & POLLIN ? ZMQ_POLLIN : 0) | (events & POLLOUT ? ZMQ_POLLOUT : 0)), 0};
    }
    port_poll(self->port, items, count, more || due_ms <= now_ms ? 0 : (long)(due_ms - now_ms));
    now_ms = clock_now_ms();
    for (size_t i = 0; i < 2; i++) {
        short got = at[i] ? items[at[i]].revents : 0;
        found[i] = (short)((got & ZMQ_POLLIN ? POLLIN : 0) | (got & ZMQ_POLLOUT ? POLLOUT : 0) |
                           (got & ZMQ_POLLERR ? POLLERR : 0));
        if (links[i])
            redis_link_work(links[i], found[i], now_ms);
    }
}

static void s_publish(struct edge *self)
{
    int64_t now_ms = clock_now_ms();
    s_pump(self, now_ms);
    if (redis_link_unsent(self->say))
        redis_link_work(self->say, 0, now_ms);
}

static void s_run(struct edge *self)
{
    bool more = false;
    while (!atomic_load(&self->stops)) {
        s_turn(self, more);
        more = !s_take_stream(self, BATCH);
        if (self->say)
            s_publish(self);
        if (self->hear)
            s_tell_away(self, clock_now_ms());
    }
}

/* The last words, as far as Redis takes them in time. */
static void s_finish(struct edge *self)
{
    int64_t end_ms = clock_now_ms() + FLUSH_MS;
    uint64_t word;
    if (read(self->stop, &word, sizeof word) < 0)
        check(errno == EAGAIN); /* so that it wakes us no more */
    self->hold_ms = 0;
    bool more = true;
    while (more || (s_waiting(self) && redis_link_is_up(self->say) && clock_now_ms() < end_ms)) {
        more = !s_take_stream(self, BATCH);
        s_publish(self);
        s_turn(self, more);
    }
}

static void *s_thread(void *argument)
{
    struct edge *self = argument;
    s_run(self);
    if (self->say)
        s_finish(self);
    return NULL;
}

/* ---- the driver -------------------------------------------------------------------------------
 */

static bool s_accepts(const char *text, char *error, size_t error_size)
{
    struct redis_url url;
    if (!redis_url_parse(text, &url, error, error_size))
        return false;
    const char *lacks = url.tls ? redis_tls_lacks() : NULL;
    if (lacks)
        snprintf(error, error_size, "%s", lacks);
    return lacks == NULL;
}

static enum events_state s_probe(const char *text, char *error, size_t error_size)
{
    struct redis_url url;
    if (!redis_url_parse(text, &url, error, error_size))
        return EVENTS_WRONG;
    return redis_probe(&url, error, error_size);
}

static void s_destroy(struct edge **self_p)
{
    struct edge *self = *self_p;
    redis_link_destroy(&self->say);
    redis_link_destroy(&self->hear);
    spool_destroy(&self->states);
    spool_destroy(&self->verdicts);
    latest_destroy(&self->rooms);
    latest_destroy(&self->passed);
    port_destroy(&self->port);
    arena_fini(&self->arena);
    buffer_fini(&self->json);
    free(self->message);
    if (self->stop >= 0)
        close(self->stop);
    free(self);
    *self_p = NULL;
}

static void s_make_links(struct edge *self)
{
    struct redis_link_options say = {.url = &self->url,
                                     .purpose = "publish",
                                     .context = self,
                                     .up = s_on_say_up,
                                     .down = s_on_say_down,
                                     .reply = s_on_published};
    struct redis_link_options hear = {
        .url = &self->url,
        .purpose = "subscribe",
        .patterns = {"room:*", self->options.streamed ? NULL : "user:*"},
        .context = self,
        .up = s_on_hear_up,
        .down = s_on_hear_down,
        .reply = s_on_heard};
    if (self->options.publishes) {
        self->say = redis_link_new(&say);
        self->states = spool_new(SPOOL_ITEMS, SPOOL_BYTES);
        self->verdicts = spool_new(SPOOL_ITEMS, SPOOL_BYTES);
        self->rooms = latest_new(ROOMS_KNOWN);
        check(self->rooms);
        self->missed = true; /* whatever happened before we came */
    }
    if (self->options.hears) {
        self->hear = redis_link_new(&hear);
        self->passed = latest_new(VERDICTS_KNOWN);
        check(self->passed);
        self->away_ms = clock_now_ms() + AWAY_MS;
    }
}

static struct events *s_start(const struct events_options *options, char *error, size_t error_size)
{
    struct edge *self = calloc(1, sizeof *self);
    check(self);
    self->events.driver = events_driver(options->url);
    self->options = *options;
    check(redis_url_parse(options->url, &self->url, error, error_size));
    snprintf(self->stream, sizeof self->stream, "inproc://events-%016" PRIx64, clock_chance());
    buffer_init(&self->json, FRAME_MAX_BYTES);
    self->message = calloc(1, sizeof *self->message);
    self->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    check(self->message && self->stop >= 0);
    struct port_options port = {.topology = options->topology,
                                .endpoint = -1,
                                .subscribes = options->publishes,
                                .own_stream = options->hears ? self->stream : NULL};
    self->port = port_new(&port, error, error_size);
    if (!self->port) {
        s_destroy(&self);
        return NULL;
    }
    s_make_links(self);
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are the main thread's */
    check(pthread_create(&self->thread, NULL, s_thread, self) == 0);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_setname_np(self->thread, "events");
    return &self->events;
}

static void s_stop(struct events **events)
{
    struct edge *self = (struct edge *)*events;
    uint64_t one = 1;
    atomic_store(&self->stops, true);
    check(write(self->stop, &one, sizeof one) == sizeof one);
    pthread_join(self->thread, NULL);
    s_destroy(&self);
    *events = NULL;
}

static const char *s_stream(const struct events *events)
{
    const struct edge *self = (const struct edge *)events;
    return self->options.hears ? self->stream : NULL;
}

const struct events_driver events_redis = {.scheme = "redis:",
                                           .remote = true,
                                           .accepts = s_accepts,
                                           .probe = s_probe,
                                           .start = s_start,
                                           .stop = s_stop,
                                           .stream = s_stream};

const struct events_driver events_rediss = {.scheme = "rediss:",
                                            .remote = true,
                                            .accepts = s_accepts,
                                            .probe = s_probe,
                                            .start = s_start,
                                            .stop = s_stop,
                                            .stream = s_stream};
