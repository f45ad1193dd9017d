/* What a STOMP destination names. Pure. */
#ifndef GATEWAY_STOMP_DESTINATION_H
#define GATEWAY_STOMP_DESTINATION_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/bytes.h"

enum destination_kind {
    DESTINATION_NONE, /* no such destination */
    DESTINATION_ROOM, /* /topic/room/{id}: a RoomState at every change */
    DESTINATION_USER, /* /user/queue/submissions: the verdicts of one user, in full */
};

struct destination {
    enum destination_kind kind; /* which */
    int64_t id;                 /* of the room or of the user */
};

#define DESTINATION_MAX_BYTES 40 /* the longest name, with its NUL */

/* The destination of that name; a user's queue is that of `user_id`, and none of nobody's (0). Ids
 * have one spelling only: digits, no sign, no leading zero. */
struct destination destination_read(struct slice name, int64_t user_id);

/* "/topic/room/7", NUL-terminated. */
void destination_write(struct destination destination, char text[DESTINATION_MAX_BYTES]);

#endif
