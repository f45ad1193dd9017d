#include "actors/fanout/redis_probe.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actors/fanout/redis_link.h"
#include "actors/fanout/redis_tls.h"

#define OLDEST_VERSION 4 /* the first whose PING works on a subscribed connection everywhere */

struct probe {
    const struct redis_url *url; /* borrowed */
    redisContext *redis;         /* owned */
    char version[32];            /* of the server; "" when it may not be asked */
    char *error;                 /* where the sentence goes */
    size_t error_size;           /* its room */
};

/* The answer, which the caller frees; NULL: none came, or an error, which is told. */
static redisReply *s_ask(struct probe *self, int count, const char *const words[])
{
    char place[REDIS_PLACE_BYTES];
    redisReply *reply = redisCommandArgv(self->redis, count, (const char **)words, NULL);
    if (!reply) {
        snprintf(self->error, self->error_size, "Redis at %s does not answer: %s",
                 redis_link_place(self->url, place), self->redis->errstr);
        return NULL;
    }
    if (reply->type != REDIS_REPLY_ERROR)
        return reply;
    redis_link_explain(self->url, words[0], reply->str, self->error, self->error_size);
    freeReplyObject(reply);
    return NULL;
}

static bool s_do(struct probe *self, int count, const char *const words[])
{
    redisReply *reply = s_ask(self, count, words);
    if (reply)
        freeReplyObject(reply);
    return reply != NULL;
}
#define DO(self, ...)                                                                    \
    s_do(self, (int)(sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *)), \
         (const char *const[]){__VA_ARGS__})

static bool s_connect(struct probe *self)
{
    const struct redis_url *url = self->url;
    struct timeval limit = {.tv_sec = REDIS_ANSWER_MS / 1000};
    char place[REDIS_PLACE_BYTES];
    self->redis = redisConnectWithTimeout(url->host, url->port, limit);
    bool reached = self->redis && !self->redis->err;
    if (reached && redisSetTimeout(self->redis, limit) == REDIS_OK &&
        (!url->tls || redis_tls_begin(self->redis, url->host)))
        return true;
    snprintf(self->error, self->error_size, "can't reach Redis at %s: %s; is it running there%s?",
             redis_link_place(url, place), self->redis ? self->redis->errstr : "no memory",
             url->tls ? ", with TLS on that port and a certificate that this system trusts" : "");
    return false;
}

static bool s_log_in(struct probe *self)
{
    const struct redis_url *url = self->url;
    char database[16];
    snprintf(database, sizeof database, "%u", url->database);
    if (*url->user && !DO(self, "AUTH", url->user, url->password))
        return false;
    if (!*url->user && *url->password && !DO(self, "AUTH", url->password))
        return false;
    return DO(self, "PING") && (!url->database || DO(self, "SELECT", database));
}

/* Who may not ask for the version (INFO is dangerous to Redis' ACL) is let off. */
static bool s_check_version(struct probe *self)
{
    char place[REDIS_PLACE_BYTES];
    redisReply *reply = redisCommand(self->redis, "INFO server");
    const char *found = reply && reply->str ? strstr(reply->str, "redis_version:") : NULL;
    char version[32] = "";
    if (found)
        snprintf(version, sizeof version, "%.*s", (int)strcspn(found + 14, "\r\n"), found + 14);
    bool good = !found || atoi(version) >= OLDEST_VERSION;
    snprintf(self->version, sizeof self->version, "%s", version);
    if (!good)
        snprintf(self->error, self->error_size, "Redis at %s is %s; it must be %d or newer",
                 redis_link_place(self->url, place), version, OLDEST_VERSION);
    if (reply)
        freeReplyObject(reply);
    return good;
}

/* Within MULTI a command's rights are looked at when it is queued, and DISCARD forgets it. Who may
 * not use MULTI is tried by subscribing alone, which nobody else notices. */
static bool s_check_rights(struct probe *self)
{
    redisReply *multi = redisCommand(self->redis, "MULTI");
    bool queues = multi && multi->type == REDIS_REPLY_STATUS;
    if (multi)
        freeReplyObject(multi);
    if (queues && !DO(self, "PUBLISH", "room:1", ""))
        return false;
    if (queues && !DO(self, "PUBLISH", "user:1", ""))
        return false;
    if (queues && !DO(self, "DISCARD"))
        return false;
    return DO(self, "PSUBSCRIBE", "room:*") && DO(self, "PSUBSCRIBE", "user:*");
}

enum events_state redis_probe(const struct redis_url *url, char *error, size_t error_size)
{
    struct probe self = {.url = url, .error = error, .error_size = error_size};
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
    sigaction(SIGPIPE, &ignore, &before);
    bool reached = s_connect(&self);
    bool good = reached && s_log_in(&self) && s_check_version(&self) && s_check_rights(&self);
    bool answers = reached && !self.redis->err;
    if (self.redis)
        redisFree(self.redis);
    sigaction(SIGPIPE, &before, NULL);
    char place[REDIS_PLACE_BYTES];
    if (good)
        snprintf(error, error_size, "Redis%s%s at %s", *self.version ? " " : "", self.version,
                 redis_link_place(url, place));
    return good ? EVENTS_READY : answers ? EVENTS_WRONG : EVENTS_AWAY;
}
