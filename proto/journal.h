/* The journal of one actor's run: a header, then every envelope in and out, in the order in which
 * the actor met them. What went in is the actor's complete input; replay feeds it to a fresh actor
 * and compares what comes out, byte for byte.
 *
 * File: 16 bytes of magic ("codecomp-journal"), then records. A record:
 *   u32 length of the bytes · u64 number from 1 · u8 direction ('H' header, 'I' in, 'O' out)
 *   · u32 CRC-32 of the bytes · u32 CRC-32 of all before it in the record · the bytes
 * Little-endian. The first record, and no other, is the header: msgpack, see struct journal_header;
 * the others are a frame: envelope and body. A torn last record (kill -9) is told apart from damage
 * anywhere else; for that the head has a checksum of its own, else a damaged length that points
 * past the end would pass for a tear and hide all that follows. */
#ifndef PROTO_JOURNAL_H
#define PROTO_JOURNAL_H

#include <stdio.h>

#include "proto/envelope.h"

#define JOURNAL_HEAD_BYTES 21

enum journal_direction { JOURNAL_HEADER = 'H', JOURNAL_IN = 'I', JOURNAL_OUT = 'O' };

struct journal_header {
    struct slice version; /* the program's */
    uint64_t fingerprint; /* proto_fingerprint() */
    uint8_t actor;        /* enum actor_kind */
    uint8_t shard;        /* which of them */
    struct slice config;  /* struct actor_config, as bytes that only its own version reads */
};

/* Appends one record. */
void journal_append(struct buffer *out, uint64_t number, enum journal_direction direction,
                    struct slice head, struct slice body);
void journal_magic(struct buffer *out);
void journal_header_encode(const struct journal_header *header, struct buffer *out);
bool journal_header_decode(struct slice bytes, struct journal_header *header);

enum journal_status { JOURNAL_RECORD, JOURNAL_END, JOURNAL_TORN, JOURNAL_DAMAGED };

struct journal_record {
    uint64_t number;                  /* from 1, the header's; without gaps */
    enum journal_direction direction; /* header, in or out */
    struct slice bytes;               /* borrowed from the reader's input */
};

/* Reads the record at *offset of a whole file (magic included; start with *offset 0) and moves on.
 * TORN: the file ends within a record, or within the magic. DAMAGED: the magic, a checksum, a
 * number or a direction is wrong. */
enum journal_status journal_next(struct slice file, size_t *offset, uint64_t *expected,
                                 struct journal_record *record);

#endif
