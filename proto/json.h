/* messages.def as the browser's JSON: keys in the table's order, as in the contract. Pure. */
#ifndef PROTO_JSON_H
#define PROTO_JSON_H

#include "proto/proto.h"

/* Appends the record as a JSON object. Bytes (BIN, blobs) are written as hexadecimal text. */
void json_record(const struct record *record, const void *value, struct buffer *out);
/* Appends `count` records, one after the other in memory, as a JSON array. */
void json_list(const struct record *record, const void *items, uint32_t count, struct buffer *out);
/* Appends a JSON string: quotes and escapes. Bytes that are not UTF-8 must not get here. */
void json_text(struct slice text, struct buffer *out);

#endif
