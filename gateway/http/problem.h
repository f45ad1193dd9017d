/* A refusal of refusals.def as an answer: for the deployed frontend {"error": text} or, where it
 * expects status 200, the text alone; for clients that accept it an RFC 9457 document. Pure. */
#ifndef GATEWAY_HTTP_PROBLEM_H
#define GATEWAY_HTTP_PROBLEM_H

#include "proto/words.h"

struct problem {
    uint16_t status;          /* HTTP */
    uint16_t retry_after_s;   /* for a Retry-After header (429 and 503); 0: none */
    const char *content_type; /* static */
};

/* Appends the body. `detail` is a sentence of ours that says more ("roomId: not a number"); it
 * takes the text's place in {"error"} and is the detail of a document; empty for none.
 * `retry_after_s` is what the owner of a limit asks for; 0 for the usual. */
struct problem problem_write(const struct refusal_row *row, struct slice detail, bool document,
                             uint16_t retry_after_s, struct buffer *body);

#endif
