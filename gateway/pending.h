/* The requests that wait for an actor's answer: a bounded table of handles with deadlines. Pure;
 * one thread. A handle names a slot and its generation, so that an answer that comes too late finds
 * nobody instead of the next one in that slot. */
#ifndef GATEWAY_PENDING_H
#define GATEWAY_PENDING_H

#include <stddef.h>
#include <stdint.h>

struct pending_handle {
    uint32_t slot;       /* 1 … capacity; 0: no handle */
    uint32_t generation; /* of that slot, counted from 1 */
};

struct pending;

struct pending *pending_new(uint32_t capacity);
void pending_destroy(struct pending **self);

/* A handle for `owner` (not NULL, borrowed) until it is taken or expires; slot 0 when the table is
 * full. */
struct pending_handle pending_add(struct pending *self, void *owner, int64_t deadline_ms);
/* Ends a wait: its owner, or NULL when the handle is no longer, or never was, one of ours. */
void *pending_take(struct pending *self, struct pending_handle handle);
/* The owner without ending the wait; NULL as above. */
void *pending_owner(const struct pending *self, struct pending_handle handle);
/* Ends the wait with the earliest deadline if it is not after now_ms: its owner; else NULL. */
void *pending_expire(struct pending *self, int64_t now_ms);

/* The earliest deadline; INT64_MAX when nobody waits. */
int64_t pending_due_ms(const struct pending *self);
uint32_t pending_count(const struct pending *self);

#endif
