/* One connection to Redis, kept up: it connects, says who it is, subscribes when it is there to
 * listen, pings when it is quiet, gives up a peer that is silent for too long, and comes back with
 * a growing, random delay. hiredis' synchronous context in non-blocking mode: its asynchronous one
 * takes answers to PING on a subscribed connection for nobody's. Its owner polls the descriptor; no
 * call waits, but for the resolver when the host is a name. One thread.
 *
 * Told on the log: once when Redis goes or a new reason is found why it does not come, and once
 * when it is back; never user, password or what is said. */
#ifndef ACTORS_FANOUT_REDIS_LINK_H
#define ACTORS_FANOUT_REDIS_LINK_H

#include <hiredis.h>

#include "actors/fanout/redis_url.h"
#include "proto/bytes.h"

#define REDIS_ANSWER_MS 3000       /* longest silence after something was asked */
#define REDIS_BACK_OFF_MAX_MS 5000 /* longest time between two tries */

struct redis_link;

struct redis_link_options {
    const struct redis_url *url; /* borrowed, outlives the link */
    const char *purpose;         /* "publish" or "subscribe", for the log */
    const char *patterns[2];     /* to subscribe to, NULL after the last; none: it only says */
    void *context;               /* given back to the functions below */
    void (*up)(void *context);   /* connected, let in, and subscribed */
    void (*down)(void *context); /* it was up and no longer is: what was not answered may be lost */
    /* What came: the answer to what was said, in order, or a message. Borrowed. */
    void (*reply)(void *context, const struct redisReply *reply);
};

struct redis_link *redis_link_new(const struct redis_link_options *options);
/* Closes at once. Takes NULL and a pointer to NULL. */
void redis_link_destroy(struct redis_link **self_p);

/* What to poll: the descriptor (-1: none now) and POLLIN, POLLOUT; and how long at most. */
int redis_link_descriptor(const struct redis_link *self, short *events);
int64_t redis_link_due_ms(const struct redis_link *self);
/* After each poll, with what poll found (0: nothing), and after redis_link_say, to send. */
void redis_link_work(struct redis_link *self, short events, int64_t now_ms);

bool redis_link_is_up(const struct redis_link *self);
/* Appends a command, only while it is up; redis_link_work sends it. */
void redis_link_say(struct redis_link *self, int count, const char *const words[],
                    const size_t lengths[]);
/* Bytes that were said since the kernel had taken all: the caller bounds them. */
size_t redis_link_unsent(const struct redis_link *self);

/* Why an answer to AUTH, SELECT, PUBLISH … is an error, and how to mend it, in one sentence;
 * `command` is what was said. */
void redis_link_explain(const struct redis_url *url, const char *command, const char *reply,
                        char *sentence, size_t size);
/* "127.0.0.1:6379" */
#define REDIS_PLACE_BYTES (REDIS_URL_PART_BYTES + 8)
const char *redis_link_place(const struct redis_url *url, char place[REDIS_PLACE_BYTES]);

#endif
