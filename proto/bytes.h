/* A borrowed slice of bytes, and a bounded, growing buffer. Neither knows of encodings. */
#ifndef PROTO_BYTES_H
#define PROTO_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Borrowed bytes: valid as long as whatever they point into. Text is UTF-8, not terminated. */
struct slice {
    const char *data;
    size_t length;
};

static inline struct slice slice_of(const char *text)
{
    return (struct slice){text, text ? strlen(text) : 0};
}

static inline struct slice slice_from(const void *data, size_t length)
{
    return (struct slice){data, length};
}

static inline bool slice_equal(struct slice a, struct slice b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

static inline bool slice_is(struct slice a, const char *text)
{
    return slice_equal(a, slice_of(text));
}

/* Owned bytes that grow up to max_bytes. A write past the bound is dropped whole and sets
 * `overflow`, so that a caller writes a document and asks once at its end. */
struct buffer {
    char *data;       /* owned; NULL until the first write */
    size_t length;    /* bytes written */
    size_t capacity;  /* bytes allocated */
    size_t max_bytes; /* bound on length */
    bool overflow;    /* a write did not fit; sticks until buffer_clear */
};

void buffer_init(struct buffer *self, size_t max_bytes);
void buffer_fini(struct buffer *self);
void buffer_clear(struct buffer *self); /* keeps the memory */
bool buffer_append(struct buffer *self, const void *data, size_t length);
/* Room for `length` more bytes at the end, uninitialised and not yet counted; NULL past the bound.
 */
char *buffer_reserve(struct buffer *self, size_t length);
bool buffer_append_text(struct buffer *self, const char *text);
bool buffer_append_char(struct buffer *self, char c);
bool buffer_append_i64(struct buffer *self, int64_t value);
__attribute__((format(printf, 2, 3))) bool buffer_printf(struct buffer *self, const char *format,
                                                         ...);
static inline struct slice buffer_slice(const struct buffer *self)
{
    return (struct slice){self->data, self->length};
}

/* True when the bytes are well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms). */
bool utf8_valid(struct slice text);

#endif
