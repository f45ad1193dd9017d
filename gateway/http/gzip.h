/* Bodies in gzip (RFC 1952). */
#ifndef GATEWAY_HTTP_GZIP_H
#define GATEWAY_HTTP_GZIP_H

#include "proto/bytes.h"

/* Smaller ones fit a packet anyhow, and those with a token or a password in them are smaller: their
 * length tells nothing of what stands beside the secret (BREACH). Larger ones would hold the loop.
 */
#define GZIP_MIN_BYTES 1400
#define GZIP_MAX_BYTES (4 * 1024 * 1024)

/* Whether an answer of that type and length is worth it. */
bool gzip_pays(const char *content_type, size_t length);
/* Appends it. False when it does not get shorter; `out` is then as before. */
bool gzip_write(struct slice body, struct buffer *out);

#endif
