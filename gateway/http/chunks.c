/* Framing byte by byte, data as it lies. */
#include "gateway/http/chunks.h"

#define DIGITS_MAX 8 /* of a size */

static int s_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* The next byte of a chunk's first line. */
static enum chunks_found s_size(struct chunks *self, char c)
{
    int digit = s_digit(c);
    if (digit >= 0 && self->digits < DIGITS_MAX) {
        self->digits++;
        self->left = self->left * 16 + (size_t)digit;
        return CHUNKS_MORE;
    }
    if (!self->digits || digit >= 0)
        return CHUNKS_BAD;
    self->state = c == '\r' ? CHUNKS_SIZE_LF : CHUNKS_EXTENSION;
    return c == '\r' || c == ';' || c == ' ' || c == '\t' ? CHUNKS_MORE : CHUNKS_BAD;
}

/* In a line whose content means nothing to us; `next` comes behind its CR. */
static enum chunks_found s_pass(struct chunks *self, char c, int next)
{
    if (c == '\r')
        self->state = next;
    return c == '\n' || c == 0 || ++self->line > CHUNKS_LINE_MAX_BYTES ? CHUNKS_BAD : CHUNKS_MORE;
}

static enum chunks_found s_expect(struct chunks *self, char c, char expected, int next)
{
    self->state = next;
    return c == expected ? CHUNKS_MORE : CHUNKS_BAD;
}

static enum chunks_found s_take(struct chunks *self, char c)
{
    switch (self->state) {
    case CHUNKS_SIZE:
        return s_size(self, c);
    case CHUNKS_EXTENSION:
        return s_pass(self, c, CHUNKS_SIZE_LF);
    case CHUNKS_SIZE_LF:
        self->digits = self->line = 0;
        return s_expect(self, c, '\n', self->left ? CHUNKS_DATA : CHUNKS_TRAILER);
    case CHUNKS_DATA_CR:
        return s_expect(self, c, '\r', CHUNKS_DATA_LF);
    case CHUNKS_DATA_LF:
        return s_expect(self, c, '\n', CHUNKS_SIZE);
    case CHUNKS_TRAILER:
        self->state = c == '\r' ? CHUNKS_LAST_LF : CHUNKS_TRAILER_IN;
        return c == '\r' ? CHUNKS_MORE : s_pass(self, c, CHUNKS_TRAILER_LF);
    case CHUNKS_TRAILER_IN:
        return s_pass(self, c, CHUNKS_TRAILER_LF);
    case CHUNKS_TRAILER_LF:
        return s_expect(self, c, '\n', CHUNKS_TRAILER);
    default: /* CHUNKS_LAST_LF */
        return c == '\n' ? CHUNKS_END : CHUNKS_BAD;
    }
}

enum chunks_found chunks_read(struct chunks *self, struct slice piece, struct buffer *body)
{
    for (size_t at = 0; at < piece.length;) {
        if (self->state == CHUNKS_DATA) {
            size_t length = piece.length - at < self->left ? piece.length - at : self->left;
            if (!buffer_append(body, piece.data + at, length))
                return CHUNKS_FULL;
            at += length;
            self->left -= length;
            if (!self->left)
                self->state = CHUNKS_DATA_CR;
            continue;
        }
        enum chunks_found found = s_take(self, piece.data[at++]);
        if (found != CHUNKS_MORE)
            return found;
        if (self->left > body->max_bytes - body->length)
            return CHUNKS_FULL;
    }
    return CHUNKS_MORE;
}
