/* Bytes as text: base64url without padding (RFC 7515, section 2) and percent-encoding (RFC 3986).
 * Pure. */
#ifndef AUTH_ENCODE_H
#define AUTH_ENCODE_H

#include "proto/bytes.h"

void encode_base64url(struct slice bytes, struct buffer *out);
/* Strict: no padding, no other character, no bits left over. False, and nothing to rely on in
 * `out`, when it is none or does not fit. */
bool decode_base64url(struct slice text, struct buffer *out);
/* Everything but letters, digits and -._~ as %XX. */
void encode_percent(struct slice text, struct buffer *out);

#endif
