/* Media types: what a body is, and what an answer should be. Pure. */
#ifndef GATEWAY_HTTP_MEDIA_H
#define GATEWAY_HTTP_MEDIA_H

#include <stdbool.h>

#include "proto/bytes.h"

/* True when the Content-Type header is that type, whatever its case and its parameters. */
bool media_is(struct slice content_type, const char *type);

/* True when the Accept header asks for application/problem+json by name (wildcards do not count:
 * every browser sends one) and does not prefer application/json to it. */
bool media_prefers_problem(struct slice accept);

/* True when the Accept-Encoding header names that coding and does not refuse it (RFC 9110, 12.5.3).
 */
bool media_takes_coding(struct slice accept, const char *coding);

#endif
