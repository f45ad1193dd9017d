/* What a STOMP destination names (destinations.def). Pure. */
#ifndef GATEWAY_STOMP_DESTINATION_H
#define GATEWAY_STOMP_DESTINATION_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/bytes.h"

enum destination_kind {
    DESTINATION_NONE, /* no such destination */
#define DESTINATION(kind, channel, name, parameter, pushes, when) DESTINATION_##kind,
#include "gateway/stomp/destinations.def"
#undef DESTINATION
    DESTINATION_KINDS /* how many there are */
};

struct destination {
    enum destination_kind kind; /* which */
    int64_t id;                 /* of its parameter, or of the user whose own it is */
};

#define DESTINATION_MAX_BYTES 64 /* the longest name, with its NUL */

/* The destination of that name; what is the caller's own is that of `user_id`, and of nobody's (0)
 * there is none. Ids have one spelling only: digits, no sign, no leading zero. */
struct destination destination_read(struct slice name, int64_t user_id);
/* Whether it is each caller's own. */
bool destination_is_own(enum destination_kind kind);

/* "/topic/room/7", NUL-terminated. */
void destination_write(struct destination destination, char text[DESTINATION_MAX_BYTES]);

#endif
