#include "actors/fanout/redis_link.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "actors/fanout/redis_tls.h"
#include "actors/runtime/clock.h"
#include "actors/runtime/log.h"
#include "actors/runtime/stats.h"
#include "proto/check.h"
#include "proto/prng.h"
#include "proto/proto.h"

#define PING_MS 1000          /* of quiet, then it is asked whether it is there */
#define BACK_OFF_MIN_MS 100   /* before the second try; each further one waits twice as long */
#define STEADY_MS 10000       /* a connection that lived so long was none of those that fail */
#define GREETINGS_MAX 8       /* commands at the beginning */
#define REPLIES_PER_TURN 4096 /* others of this thread get their turn, too */
#define REASON_BYTES 512

enum link_state {
    LINK_AWAY,       /* waits for the next try */
    LINK_CONNECTING, /* the kernel tries */
    LINK_GREETING,   /* says who it is */
    LINK_UP
};

struct redis_link {
    struct redis_link_options options;   /* a copy */
    enum link_state state;               /* which of these */
    struct redisContext *redis;          /* owned; NULL while away */
    const char *greeting[GREETINGS_MAX]; /* commands whose answers are missing, in order */
    size_t greetings, greeted;           /* how many were said, how many answered */
    size_t unsent_bytes;                 /* said since all was with the kernel */
    int64_t outstanding;                 /* answers that are missing, that of a PING included */
    int64_t ping_at;                     /* how many of them come before the PONG; -1: no PING */
    int64_t silent_since_ms;             /* nothing came since, though asked; I64_NONE: not asked */
    int64_t heard_ms;                    /* when something came last */
    int64_t up_ms;                       /* when it came up */
    int64_t retry_ms;                    /* when the next try is due */
    int64_t back_off_ms;                 /* what the next failure waits */
    struct prng chance;                  /* jitter, so that not all come back at once */
    char reason[REASON_BYTES];           /* that was told last; "": it is well */
};

/* ---- words ---------------------------------------------------------------------------------- */

const char *redis_link_place(const struct redis_url *url, char place[REDIS_PLACE_BYTES])
{
    bool brackets = strchr(url->host, ':') != NULL;
    snprintf(place, REDIS_PLACE_BYTES, brackets ? "[%s]:%u" : "%s:%u", url->host, url->port);
    return place;
}

static bool s_begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

void redis_link_explain(const struct redis_url *url, const char *command, const char *reply,
                        char *sentence, size_t size)
{
    char place[REDIS_PLACE_BYTES];
    redis_link_place(url, place);
    if (s_begins(reply, "WRONGPASS") || strstr(reply, "invalid password"))
        snprintf(sentence, size, "Redis at %s refuses the user or password of the URL", place);
    else if (s_begins(reply, "NOAUTH"))
        snprintf(sentence, size,
                 "Redis at %s asks for a password; write redis://:PASSWORD@HOST or "
                 "redis://USER:PASSWORD@HOST",
                 place);
    else if (strcmp(command, "AUTH") == 0 && strstr(reply, "wrong number of arguments"))
        snprintf(sentence, size,
                 "Redis at %s is older than version 6 and knows no users; leave the user out of "
                 "the URL",
                 place);
    else if (strcmp(command, "AUTH") == 0)
        snprintf(sentence, size,
                 "Redis at %s has no password set, but the URL has one; leave it out, or set it "
                 "there",
                 place);
    else if (s_begins(reply, "NOPERM"))
        snprintf(sentence, size,
                 "Redis at %s lets this user not use %s; the ACL needs +auth +ping +select "
                 "+publish +psubscribe and the channels &room:* &user:*",
                 place, command);
    else if (strcmp(command, "SELECT") == 0)
        snprintf(sentence, size, "Redis at %s has no database %u; room events need none", place,
                 url->database);
    else
        snprintf(sentence, size, "Redis at %s answers %s with: %.200s", place, command, reply);
}

/* A reason is told once, however often it comes back. */
static void s_tell(struct redis_link *self, const char *reason)
{
    char told[REASON_BYTES];
    if (strcmp(self->reason, reason) == 0)
        return;
    snprintf(self->reason, sizeof self->reason, "%s", reason);
    snprintf(told, sizeof told, "%s", reason);
    for (char *quote = told; (quote = strchr(quote, '"'));)
        *quote = '\'';
    log_warn("redis-away", "to=%s why=\"%s\"", self->options.purpose, told);
}

/* ---- going ---------------------------------------------------------------------------------- */

static void s_leave(struct redis_link *self, int64_t now_ms, const char *reason)
{
    bool was_up = self->state == LINK_UP;
    redisFree(self->redis);
    self->redis = NULL;
    self->unsent_bytes = 0;
    self->state = LINK_AWAY;
    if (was_up) {
        stats_add(STAT_redis_links_up, -1);
        if (now_ms - self->up_ms >= STEADY_MS)
            self->back_off_ms = BACK_OFF_MIN_MS;
    }
    int64_t half_ms = self->back_off_ms / 2;
    self->retry_ms =
        now_ms + half_ms + (int64_t)(prng_next(&self->chance) % (uint64_t)(half_ms + 1));
    self->back_off_ms *= 2;
    if (self->back_off_ms > REDIS_BACK_OFF_MAX_MS)
        self->back_off_ms = REDIS_BACK_OFF_MAX_MS;
    s_tell(self, reason);
    if (was_up)
        self->options.down(self->options.context);
}

static void s_leave_because(struct redis_link *self, int64_t now_ms, const char *doing,
                            const char *why)
{
    char place[REDIS_PLACE_BYTES], reason[REASON_BYTES];
    snprintf(reason, sizeof reason, "%s %s: %s", doing, redis_link_place(self->options.url, place),
             why);
    s_leave(self, now_ms, reason);
}

/* What hiredis found. */
static void s_leave_broken(struct redis_link *self, int64_t now_ms)
{
    const char *tls = self->options.url->tls ? redis_tls_fault() : NULL;
    char why[sizeof self->redis->errstr];
    snprintf(why, sizeof why, "%s", tls ? tls : self->redis->errstr);
    s_leave_because(self, now_ms, "connection to Redis at", why);
}

/* ---- saying --------------------------------------------------------------------------------- */

static void s_say(struct redis_link *self, int count, const char *const words[],
                  const size_t lengths[])
{
    char *command;
    int length = redisFormatCommandArgv(&command, count, (const char **)words, lengths);
    check(length > 0 &&
          redisAppendFormattedCommand(self->redis, command, (size_t)length) == REDIS_OK);
    redisFreeCommand(command);
    self->unsent_bytes += (size_t)length;
    self->outstanding++;
    if (self->silent_since_ms == I64_NONE)
        self->silent_since_ms = clock_now_ms();
}

static void s_greet(struct redis_link *self, int count, const char *const words[])
{
    size_t lengths[4];
    check(self->greetings < GREETINGS_MAX && count <= 4);
    for (int i = 0; i < count; i++)
        lengths[i] = strlen(words[i]);
    s_say(self, count, words, lengths);
    self->greeting[self->greetings++] = words[0];
}

/* All at once; the answers come in order. */
static void s_begin_greeting(struct redis_link *self)
{
    const struct redis_url *url = self->options.url;
    const char *const *patterns = self->options.patterns;
    char database[16];
    snprintf(database, sizeof database, "%u", url->database);
    self->state = LINK_GREETING;
    self->greetings = self->greeted = 0;
    if (*url->user)
        s_greet(self, 3, (const char *const[]){"AUTH", url->user, url->password});
    else if (*url->password)
        s_greet(self, 2, (const char *const[]){"AUTH", url->password});
    if (url->database)
        s_greet(self, 2, (const char *const[]){"SELECT", database});
    s_greet(self, 3, (const char *const[]){"CLIENT", "SETNAME", "codecomp"});
    if (!patterns[0])
        s_greet(self, 1, (const char *const[]){"PING"});
    else
        s_greet(self, patterns[1] ? 3 : 2,
                (const char *const[]){"PSUBSCRIBE", patterns[0], patterns[1]});
    if (patterns[1]) { /* one command, but an answer for each */
        self->greeting[self->greetings++] = "PSUBSCRIBE";
        self->outstanding++;
    }
}

static void s_ping(struct redis_link *self)
{
    self->ping_at = self->outstanding;
    s_say(self, 1, (const char *const[]){"PING"}, (const size_t[]){4});
}

void redis_link_say(struct redis_link *self, int count, const char *const words[],
                    const size_t lengths[])
{
    check(self->state == LINK_UP);
    s_say(self, count, words, lengths);
}

/* ---- hearing -------------------------------------------------------------------------------- */

static void s_come_up(struct redis_link *self, int64_t now_ms)
{
    char place[REDIS_PLACE_BYTES];
    self->state = LINK_UP;
    self->up_ms = now_ms;
    self->reason[0] = '\0';
    stats_add(STAT_redis_links_up, 1);
    stats_add(STAT_redis_connects, 1);
    log_info("redis-up", "to=%s at=%s", self->options.purpose,
             redis_link_place(self->options.url, place));
    self->options.up(self->options.context);
}

/* False: it was refused, and is away now. A name for the operator's CLIENT LIST may be refused. */
static bool s_on_greeting(struct redis_link *self, const redisReply *reply, int64_t now_ms)
{
    const char *command = self->greeting[self->greeted++];
    if (reply->type == REDIS_REPLY_ERROR && strcmp(command, "CLIENT") != 0) {
        char sentence[REASON_BYTES];
        redis_link_explain(self->options.url, command, reply->str, sentence, sizeof sentence);
        self->back_off_ms = REDIS_BACK_OFF_MAX_MS; /* it must be mended by a person */
        s_leave(self, now_ms, sentence);
        return false;
    }
    if (self->greeted == self->greetings)
        s_come_up(self, now_ms);
    return true;
}

/* A subscribed connection's PONG is ["pong", ""], and messages are answers to nothing. */
static bool s_is_pong(const struct redis_link *self, const redisReply *reply)
{
    if (!self->options.patterns[0])
        return self->ping_at == 0;
    return reply->type == REDIS_REPLY_ARRAY && reply->elements == 2 &&
           reply->element[0]->type == REDIS_REPLY_STRING &&
           strcmp(reply->element[0]->str, "pong") == 0;
}

static bool s_on_reply(struct redis_link *self, const redisReply *reply, int64_t now_ms)
{
    if (self->state == LINK_GREETING) {
        self->outstanding--;
        return s_on_greeting(self, reply, now_ms);
    }
    if (s_is_pong(self, reply)) {
        self->ping_at = -1;
        self->outstanding--;
        return true;
    }
    if (self->options.patterns[0] && reply->type == REDIS_REPLY_ERROR) {
        char sentence[REASON_BYTES];
        redis_link_explain(self->options.url, "PING", reply->str, sentence, sizeof sentence);
        s_leave(self, now_ms, sentence);
        return false;
    }
    if (!self->options.patterns[0]) {
        if (self->outstanding == 0) {
            s_leave_because(self, now_ms, "Redis at", "answers what was not asked");
            return false;
        }
        self->outstanding--;
        self->ping_at -= self->ping_at > 0;
    }
    self->options.reply(self->options.context, reply);
    return true;
}

static void s_hear(struct redis_link *self, int64_t now_ms)
{
    if (redisBufferRead(self->redis) != REDIS_OK) {
        s_leave_broken(self, now_ms);
        return;
    }
    self->heard_ms = now_ms;
    for (int i = 0; i < REPLIES_PER_TURN; i++) {
        void *reply = NULL;
        if (redisGetReplyFromReader(self->redis, &reply) != REDIS_OK) {
            s_leave_broken(self, now_ms);
            return;
        }
        if (!reply)
            break;
        bool stays = s_on_reply(self, reply, now_ms);
        freeReplyObject(reply);
        if (!stays)
            return;
    }
    self->silent_since_ms = self->outstanding > 0 ? now_ms : I64_NONE;
}

/* ---- coming --------------------------------------------------------------------------------- */

static void s_connect(struct redis_link *self, int64_t now_ms)
{
    self->redis = redisConnectNonBlock(self->options.url->host, self->options.url->port);
    check(self->redis);
    self->outstanding = 0;
    self->ping_at = -1;
    self->silent_since_ms = self->heard_ms = now_ms =
        clock_now_ms(); /* a resolver takes its time */
    self->state = LINK_CONNECTING;
    if (self->redis->err)
        s_leave_because(self, now_ms, "can't reach Redis at", self->redis->errstr);
}

static void s_on_connected(struct redis_link *self, int64_t now_ms)
{
    int cause = 0;
    socklen_t size = sizeof cause;
    if (getsockopt(self->redis->fd, SOL_SOCKET, SO_ERROR, &cause, &size) != 0)
        cause = errno;
    if (cause) {
        s_leave_because(self, now_ms, "can't reach Redis at", strerror(cause));
        return;
    }
    if (self->options.url->tls && !redis_tls_begin(self->redis, self->options.url->host)) {
        s_leave_because(self, now_ms, "TLS with Redis at", self->redis->errstr);
        return;
    }
    s_begin_greeting(self);
}

/* ---- work ----------------------------------------------------------------------------------- */

int redis_link_descriptor(const struct redis_link *self, short *events)
{
    *events = 0;
    if (self->state == LINK_AWAY)
        return -1;
    if (self->state == LINK_CONNECTING)
        *events = POLLOUT;
    else
        *events = redis_link_unsent(self) ? POLLIN | POLLOUT : POLLIN;
    return self->redis->fd;
}

int64_t redis_link_due_ms(const struct redis_link *self)
{
    if (self->state == LINK_AWAY)
        return self->retry_ms;
    if (self->silent_since_ms != I64_NONE)
        return self->silent_since_ms + REDIS_ANSWER_MS;
    return self->heard_ms + PING_MS;
}

static void s_send(struct redis_link *self, int64_t now_ms)
{
    int done = 0;
    if (redisBufferWrite(self->redis, &done) != REDIS_OK)
        s_leave_broken(self, now_ms);
    else if (done)
        self->unsent_bytes = 0;
}

void redis_link_work(struct redis_link *self, short events, int64_t now_ms)
{
    if (self->state == LINK_AWAY) {
        if (now_ms >= self->retry_ms)
            s_connect(self, now_ms);
        return;
    }
    if (self->state == LINK_CONNECTING && events)
        s_on_connected(self, now_ms);
    else if (self->state != LINK_CONNECTING && events & (POLLIN | POLLERR | POLLHUP))
        s_hear(self, now_ms);
    if (self->state == LINK_UP && self->ping_at < 0 && self->silent_since_ms == I64_NONE &&
        now_ms - self->heard_ms >= PING_MS)
        s_ping(self);
    if (self->state >= LINK_GREETING && redis_link_unsent(self))
        s_send(self, now_ms);
    if (self->state != LINK_AWAY && self->silent_since_ms != I64_NONE &&
        now_ms - self->silent_since_ms >= REDIS_ANSWER_MS)
        s_leave_because(self, now_ms,
                        self->state == LINK_CONNECTING ? "can't reach Redis at" : "Redis at",
                        "no answer");
}

bool redis_link_is_up(const struct redis_link *self)
{
    return self->state == LINK_UP;
}

size_t redis_link_unsent(const struct redis_link *self)
{
    return self->unsent_bytes;
}

struct redis_link *redis_link_new(const struct redis_link_options *options)
{
    struct redis_link *self = calloc(1, sizeof *self);
    check(self);
    self->options = *options;
    self->chance.state = clock_chance();
    self->back_off_ms = BACK_OFF_MIN_MS;
    return self; /* away, and the first try is due at once */
}

void redis_link_destroy(struct redis_link **self_p)
{
    struct redis_link *self = *self_p;
    if (!self)
        return;
    if (self->state == LINK_UP)
        stats_add(STAT_redis_links_up, -1);
    if (self->redis)
        redisFree(self->redis);
    free(self);
    *self_p = NULL;
}
