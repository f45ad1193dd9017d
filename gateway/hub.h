/* Who is subscribed to what, here: destination to subscribers. Pure; one thread. Adding and
 * removing cost the same however many there are. A connection's own subscriptions are its STOMP
 * session's to know, so whoever closes one removes them one by one. */
#ifndef GATEWAY_HUB_H
#define GATEWAY_HUB_H

#include "gateway/pending.h"
#include "gateway/stomp/destination.h"

#define HUB_ENTRIES_MAX 500000 /* subscriptions of one gateway; more are refused */

struct hub;

/* One subscription. Its handle is never 0. */
struct hub_entry {
    uint32_t connection; /* the caller's handle of the connection */
    uint32_t slot;       /* of its session's subscriptions */
    int64_t version;     /* of scoring's newest word that it got; the caller's; -1 at first */
    int64_t heard;       /* of the newest RoomState that others published; the caller's; -1 */
    int64_t asked_heard; /* `heard` when its snapshot was asked for; the caller's; -1 at first */
    bool guarded;        /* the room is private, scoring said; the caller's */
    bool overtaken;      /* its snapshot has to be asked for once more; the caller's */
    struct pending_handle asking; /* its snapshot is asked for; the caller's; slot 0: it is not */
    uint32_t tries;               /* how often it was asked for; the caller's */
    uint32_t topic;               /* private: index of its destination */
    uint32_t next;     /* private: handle of the next of that destination; 0 at its end */
    uint32_t previous; /* private: and the one before; 0 at its start */
};

struct hub *hub_new(void);
void hub_destroy(struct hub **self);

/* The handle, or 0 when the hub is full. *first: nobody was subscribed to that destination before.
 */
uint32_t hub_subscribe(struct hub *self, struct destination destination, uint32_t connection,
                       uint32_t slot, bool *first);
/* Removes one; returns its destination, and *last when nobody else is subscribed to it. */
struct destination hub_unsubscribe(struct hub *self, uint32_t handle, bool *last);

/* Walking a destination's subscribers; 0 ends it. Nothing may be added or removed on the way. */
uint32_t hub_first(const struct hub *self, struct destination destination);
uint32_t hub_next(const struct hub *self, uint32_t handle);
/* The entry of a handle that was not removed; borrowed until the next hub_subscribe. */
struct hub_entry *hub_entry(struct hub *self, uint32_t handle);

size_t hub_entries(const struct hub *self);
size_t hub_topics(const struct hub *self);

#endif
