/* messages.def as msgpack: a record is an array of its fields in order. Packing is msgpack-c's;
 * reading is a bounded reader of our own that knows the record, because msgpack-c allocates what a
 * hostile header claims before it looks for the bytes (DECISIONS.md). Pure. */
#ifndef PROTO_CODEC_H
#define PROTO_CODEC_H

#include <msgpack.h>

#include "proto/arena.h"
#include "proto/bytes.h"
#include "proto/proto.h"

struct codec_error {
    const char *record; /* where: name of the record, static */
    const char *field;  /* and of the field, static; "" for the record itself */
    const char *what;   /* what was wrong, static: "truncated", "too long", … */
};

/* Appends a record. The struct is ours: a text or list beyond its bound is a failed check. */
void codec_encode(const struct record *record, const void *value, struct buffer *out);

/* Reads one record from the start of `bytes` into `value` (record->size bytes), lists into the
 * arena, texts borrowed from `bytes`. Any bytes are fine: false and *error tell what was wrong.
 * *taken is how many bytes the record was. */
bool codec_decode(const struct record *record, struct slice bytes, struct arena *arena, void *value,
                  size_t *taken, struct codec_error *error);
/* The same, of bytes that are one record and no more: what comes after it is an error, too. */
bool codec_decode_all(const struct record *record, struct slice bytes, struct arena *arena,
                      void *value, struct codec_error *error);

/* The reader's parts, for the envelope. */
struct codec_reader {
    const unsigned char *at;  /* next byte */
    const unsigned char *end; /* past the last */
    const char *what;         /* first thing wrong, or NULL */
};
struct codec_reader codec_reader_over(struct slice bytes);
bool codec_read_i64(struct codec_reader *reader, int64_t *value);
bool codec_read_u64(struct codec_reader *reader, uint64_t *value);
bool codec_read_array(struct codec_reader *reader, uint32_t *count);
bool codec_read_bin(struct codec_reader *reader, uint32_t max_bytes, struct slice *value);

/* A msgpack packer that appends to a buffer. */
void codec_packer(msgpack_packer *packer, struct buffer *out);

#endif
