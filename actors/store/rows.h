/* What statements gave, gathered until their commit is durable: values in an arena, bounded by what
 * one answer may hold. Pure. */
#ifndef STORE_ROWS_H
#define STORE_ROWS_H

#include "proto/arena.h"
#include "proto/proto.h"

/* An encoded answer is never larger than `rows.bytes` of its commit, nor that than this. */
#define ANSWER_MAX_BYTES (FRAME_MAX_BYTES - 4096)
/* Of an answer without values: envelope, message, COMMIT_OPS_MAX results. */
#define ANSWER_HEAD_BYTES 1024

struct rows {
    struct arena *arena;             /* borrowed: keeps the values */
    struct rec_store_result *result; /* being filled, borrowed */
    uint32_t capacity;               /* of result->values */
    size_t bytes;                    /* bound on what the answer is when encoded */
};

void rows_init(struct rows *self, struct arena *arena);
/* The next statement's result, empty. */
void rows_begin(struct rows *self, struct rec_store_result *result, uint32_t columns);
/* Copies a value in; false, and nothing added, when the answer would be too large. */
bool rows_add(struct rows *self, const struct value *value);

#endif
