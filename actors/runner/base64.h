/* Base64 (RFC 4648) as Judge0 speaks it. Pure. */
#ifndef RUNNER_BASE64_H
#define RUNNER_BASE64_H

#include "proto/bytes.h"

/* Appends the encoding, with padding and without line breaks; false past the buffer's bound. */
bool base64_encode(struct slice bytes, struct buffer *out);
/* Appends what the text stands for. Line breaks are skipped (Judge0 puts one after every 60
 * characters); anything else that is not base64 is refused, and `out` is then undefined. */
bool base64_decode(struct slice text, struct buffer *out);

#endif
