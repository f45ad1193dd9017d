/* Messages that wait: a bounded line of them, first come, first served.
 *
 * What a handler gets is only lent to it, so a message that must wait is kept in its encoding and
 * read again when its turn has come. */
#ifndef ACTORS_SCORING_LINE_H
#define ACTORS_SCORING_LINE_H

#include "proto/arena.h"
#include "proto/envelope.h"

struct kept {
    struct kept *next;        /* behind it in its line, owned by the line */
    struct envelope envelope; /* as it came */
    struct buffer body;       /* the message, encoded */
    int64_t since_ms;         /* when it came */
    bool fresh; /* the room was asked for after it came: whatever it tells of is in the answer */
};

/* A copy of a message; `message` is the struct of envelope->kind. Never NULL. */
struct kept *kept_new(const struct envelope *envelope, const void *message);
void kept_destroy(struct kept **self_p);
/* The message as it was; its texts point into the kept, its lists into the arena. */
void kept_read(const struct kept *self, struct arena *arena, union any_message *message);

struct line {
    struct kept *first; /* owned chain */
    struct kept *last;  /* its end */
    uint32_t count;     /* how many; the bound is the owner's */
};

/* These two take the kept. */
void line_add(struct line *self, struct kept *kept);
void line_put_back(struct line *self, struct kept *kept); /* before all others */
/* The first one, given to the caller; NULL when nobody waits. */
struct kept *line_take(struct line *self);
/* Destroys all that wait. */
void line_clear(struct line *self);

#endif
