/* What is due when: one deadline per key, the earliest first, equal ones in order of arming.
 *
 * A container without a clock: instants are given. It owns its memory (the only rule that
 * allocates), holds at most AGENDA_MAX deadlines and refuses beyond. Arming, replacing, cancelling
 * and taking cost O(log n); looking a key up is O(1) on average. Not thread-safe. */
#ifndef ACTORS_SCHEDULER_AGENDA_H
#define ACTORS_SCHEDULER_AGENDA_H

#include <stdbool.h>
#include <stdint.h>

#define AGENDA_MAX 100000 /* deadlines; one more is refused */

struct agenda;

/* What a deadline is for. At most one deadline per key. */
struct agenda_key {
    int64_t id;   /* of a room */
    uint8_t kind; /* which of its deadlines; the caller's numbers */
};

struct agenda_entry {
    struct agenda_key key; /* what is due */
    int64_t due_ms;        /* since when */
};

/* An empty agenda; NULL when there is no memory. */
struct agenda *agenda_new(void);
/* Takes NULL and a pointer to NULL. */
void agenda_destroy(struct agenda **self);

/* Arms the key, or moves its deadline: then it is the newest among its equals. False, with nothing
 * changed, when the agenda is full or there is no memory. An instant already past is due at once.
 */
bool agenda_arm(struct agenda *self, struct agenda_key key, int64_t due_ms);
/* False when nothing was armed for the key. */
bool agenda_cancel(struct agenda *self, struct agenda_key key);
/* The deadline of a key; false when nothing is armed for it. */
bool agenda_find(const struct agenda *self, struct agenda_key key, int64_t *due_ms);
/* The earliest deadline without taking it; false when the agenda is empty. */
bool agenda_earliest(const struct agenda *self, int64_t *due_ms);
/* Takes the first entry with due_ms <= now_ms; false when nothing is due. */
bool agenda_take_due(struct agenda *self, int64_t now_ms, struct agenda_entry *entry);
uint32_t agenda_count(const struct agenda *self);

#endif
