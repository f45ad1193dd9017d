/* Cross-origin answers: which header lines for which origin (contract.md, "CORS"). Pure. */
#ifndef GATEWAY_HTTP_CORS_H
#define GATEWAY_HTTP_CORS_H

#include <stdbool.h>

#include "proto/bytes.h"

#define CORS_ORIGINS_MAX 32

struct cors {
    struct slice origins[CORS_ORIGINS_MAX]; /* borrowed from the configured list */
    size_t count;                           /* how many */
    bool any;                               /* the list has "*": every origin is echoed */
};

/* Reads "https://a.example, http://localhost:5173" or "*"; `list` must outlive self. A * in place
 * of a host's first part stands for any number of parts, at least one. False when there are too
 * many, or when an entry is not an origin (scheme://host[:port], in small letters, nothing behind).
 */
bool cors_init(struct cors *self, const char *list);

/* Whether a header's value is a list of tokens, and nothing that could end a line. */
bool cors_is_list(struct slice text);

bool cors_allows(const struct cors *self, struct slice origin);

/* Appends the lines "name: value\r\n" that every answer carries; `origin` is empty when the request
 * had none. */
void cors_write(const struct cors *self, struct slice origin, struct buffer *lines);

/* Appends those of a preflight, too: grants the method and the headers that were asked for. */
void cors_write_preflight(const struct cors *self, struct slice origin, struct slice method,
                          struct slice headers, struct buffer *lines);

#endif
