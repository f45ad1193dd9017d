/* Not more than so many in a time: a sliding window, for submissions and for wrong passwords.
 *
 * Pure; one small struct per key (a user; a user and a room), all zero when new. An event at t
 * counts until just before t + window: at t + window there is room again. What was refused does not
 * count, so trying on never locks anybody out for longer. */
#ifndef ACTORS_ROOM_LIMITER_H
#define ACTORS_ROOM_LIMITER_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/bytes.h"

#define LIMITER_MAX 16                             /* the highest limit */
#define LIMITER_WINDOW_MAX_MS (24 * 3600 * 1000LL) /* the longest window: a day */

struct limiter_rate {
    uint32_t limit;    /* events allowed in any window, 1 … LIMITER_MAX */
    int64_t window_ms; /* length of the window, 1 s … LIMITER_WINDOW_MAX_MS */
};

struct limiter {
    int64_t at_ms[LIMITER_MAX]; /* ring of the newest events */
    uint8_t next;               /* where the next one goes */
    uint8_t count;              /* how many are there, at most LIMITER_MAX */
};

/* Reads "5/10s" or "20/1m": events, "/", seconds or minutes. False, with *rate untouched, for
 * anything else, and beyond the bounds above. */
bool limiter_rate_parse(struct slice text, struct limiter_rate *rate);

/* 0 when one more is allowed now; else how many milliseconds until it will be (for Retry-After). */
int64_t limiter_wait_ms(const struct limiter *self, struct limiter_rate rate, int64_t now_ms);
/* Counts an event that happened now, allowed or not (a wrong password is known after the asking).
 */
void limiter_record(struct limiter *self, int64_t now_ms);
/* Both in one: allowed, and then counted; or not allowed, and not counted. */
bool limiter_allows(struct limiter *self, struct limiter_rate rate, int64_t now_ms);

/* Does the limiter hold nothing that still counts, so that it may be forgotten? */
bool limiter_idle(const struct limiter *self, struct limiter_rate rate, int64_t now_ms);

#endif
