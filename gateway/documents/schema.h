/* messages.def, words.def and parameters.def as JSON Schema (2020-12, which OpenAPI 3.1 uses).
 * Pure. */
#ifndef GATEWAY_DOCUMENTS_SCHEMA_H
#define GATEWAY_DOCUMENTS_SCHEMA_H

#include "gateway/http/arguments.h"
#include "proto/proto.h"

#define SCHEMAS_MAX 48 /* records of one document */

/* The records that a document speaks of, each once. */
struct schemas {
    const struct record *records[SCHEMAS_MAX]; /* the first `count` */
    size_t count;                              /* how many */
};

/* Adds a record and all that are inside it. */
void schemas_add(struct schemas *self, const struct record *record);
/* Appends "RoomState":{…},… for each. */
void schemas_write(const struct schemas *self, struct buffer *out);
/* Appends {"$ref":"#/components/schemas/RoomState"}. */
void schema_reference(const struct record *record, struct buffer *out);
/* Appends the schema of a parameter. */
void schema_parameter(const struct parameter_row *row, struct buffer *out);
/* Appends "key":"text" with its comma in front, unless it is the first. */
void schema_member(struct buffer *out, const char *key, const char *text);

#endif
