/* Messages that wait. Encoded with the codec of the wire, so that there is one way to copy a
 * message and not one per kind; the price is paid only by those that have to wait. */
#include "actors/scoring/line.h"

#include <stdlib.h>

#include "proto/check.h"

struct kept *kept_new(const struct envelope *envelope, const void *message)
{
    struct kept *self = calloc(1, sizeof *self);
    check(self);
    self->envelope = *envelope;
    self->since_ms = envelope->now_ms;
    buffer_init(&self->body, FRAME_MAX_BYTES);
    codec_encode(message_by_id(envelope->kind), message, &self->body);
    check(!self->body.overflow);
    return self;
}

void kept_destroy(struct kept **self_p)
{
    if (*self_p) {
        buffer_fini(&(*self_p)->body);
        free(*self_p);
        *self_p = NULL;
    }
}

void kept_read(const struct kept *self, struct arena *arena, union any_message *message)
{
    struct codec_error error;
    check(codec_decode_all(message_by_id(self->envelope.kind), buffer_slice(&self->body), arena,
                           message, &error));
}

void line_add(struct line *self, struct kept *kept)
{
    kept->next = NULL;
    if (self->last)
        self->last->next = kept;
    else
        self->first = kept;
    self->last = kept;
    self->count++;
}

void line_put_back(struct line *self, struct kept *kept)
{
    kept->next = self->first;
    self->first = kept;
    if (!self->last)
        self->last = kept;
    self->count++;
}

struct kept *line_take(struct line *self)
{
    struct kept *kept = self->first;
    if (kept) {
        self->first = kept->next;
        if (!self->first)
            self->last = NULL;
        self->count--;
        kept->next = NULL;
    }
    return kept;
}

void line_clear(struct line *self)
{
    for (struct kept *kept; (kept = line_take(self));)
        kept_destroy(&kept);
}
