/* The tokens of contract.md: JWT, HS256, `sub` the user, 24 hours. One thread (the gateway's).
 * libjwt checks a signature and nothing else; what else must hold is checked here. */
#ifndef GATEWAY_TOKEN_H
#define GATEWAY_TOKEN_H

#include "proto/bytes.h"

#define TOKEN_LIFE_MS (24 * 3600 * 1000LL)
#define TOKEN_LEEWAY_MS (30 * 1000LL) /* how far another machine's clock may be from ours */
#define TOKEN_MAX_BYTES 4096          /* longer ones are nobody's */
#define TOKEN_SECRET_MIN_BYTES 32     /* HS256 with less can be guessed (RFC 7518, 3.2) */
#define TOKEN_CACHE_ENTRIES 4096      /* verified tokens that are remembered; a new one replaces */
#define TOKEN_CACHED_MAX_BYTES 512    /* longer ones are verified each time */

struct tokens;

/* `secret` signs and verifies; `previous` (may be empty) only verifies, while secrets are changed.
 * Both are copied. NULL when a secret is given and too short. */
struct tokens *tokens_new(struct slice secret, struct slice previous);
void tokens_destroy(struct tokens **self_p);

/* Appends a token for that user. */
void tokens_sign(struct tokens *self, int64_t user_id, int64_t now_ms, struct buffer *out);
/* False for every reason alike: malformed, forged, another algorithm, expired, not yet valid. */
bool tokens_verify(struct tokens *self, struct slice token, int64_t now_ms, int64_t *user_id);

#endif
