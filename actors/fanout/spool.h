/* What Redis has still to be told: of each room the newest state, of each user every verdict, in
 * the order in which they came.
 *
 * An item waits, is sent, and is done when Redis has answered. Whatever was sent without an answer
 * when a connection ends waits again: it may have arrived or not, and to say it twice does no harm.
 * A room has at most one waiting item, which a newer state replaces in its place; so however long
 * Redis is away, there is no more than one state per room. Bounded in items and bytes: what does
 * not fit is refused, and the caller tells everybody that something was missed. A container without
 * a clock; owns what it holds; one thread. */
#ifndef ACTORS_FANOUT_SPOOL_H
#define ACTORS_FANOUT_SPOOL_H

#include "proto/bytes.h"

struct spool;

struct spool_item {
    bool user;       /* a verdict for user `id`; else a state of room `id` */
    int64_t id;      /* whose */
    int64_t version; /* of a state */
    size_t length;   /* of the text */
    char *json;      /* its text, not terminated */
};

/* For so many items, sent ones included, of so many bytes together. */
struct spool *spool_new(uint32_t items_max, size_t bytes_max);
/* Takes NULL and a pointer to NULL. */
void spool_destroy(struct spool **self_p);

/* Copies the text. False: it did not fit. A state older than the one that waits is dropped, which
 * is no failure. */
bool spool_room(struct spool *self, int64_t room_id, int64_t version, struct slice json);
bool spool_verdict(struct spool *self, int64_t user_id, struct slice json);

/* The one that has waited longest, which counts as sent from now on; borrowed until it is done.
 * NULL: nothing waits. */
const struct spool_item *spool_send(struct spool *self);
/* The one that was sent first is done. */
void spool_done(struct spool *self);
/* All that were sent wait again, before the others. */
void spool_again(struct spool *self);

uint32_t spool_sent(const struct spool *self);  /* sent and not done */
uint32_t spool_count(const struct spool *self); /* those and the waiting ones */

#endif
