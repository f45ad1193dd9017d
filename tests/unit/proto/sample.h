/* Made-up values of any record of messages.def, from a seed: what the codec, JSON and fuzz seeds
 * are tried with. Interprets the field tables, so a new message is covered the day it is written.
 */
#ifndef SAMPLE_H
#define SAMPLE_H

#include <msgpack.h>

#include "proto/arena.h"
#include "proto/prng.h"
#include "proto/proto.h"

struct sample {
    struct prng chance;  /* the seed, then wherever it got to */
    struct arena *arena; /* holds texts and lists; borrowed */
    uint32_t max_list;   /* longest list, below the table's own bound */
    uint32_t max_text;   /* longest text in bytes, below the table's own bound */
};

/* Every record and message of the table; *count of them. */
const struct record *const *sample_records(size_t *count);
/* Fills a struct: bounds and odd values are likelier than in life. */
void sample_fill(struct sample *self, const struct record *record, void *value);
/* The name of the first field in which two structs differ; NULL when there is none. */
const char *sample_difference(const struct record *record, const void *a, const void *b);

/* How sample_pack writes what may be written in several ways. */
enum sample_form { SAMPLE_SHORTEST, SAMPLE_WIDEST };
/* The record as msgpack by msgpack-c alone, apart from the codec: its first `fields` fields, under
 * the head of a whole one. */
void sample_pack(const struct record *record, const void *value, uint16_t fields,
                 enum sample_form form, msgpack_packer *packer);

#endif
