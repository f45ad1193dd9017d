/* The two names that contract.md has. */
#include "gateway/stomp/destination.h"

#include <inttypes.h>
#include <stdio.h>

#include "proto/limits.h"

static const char s_room[] = "/topic/room/";
static const char s_user[] = "/user/queue/submissions";

/* 0 when the text is no id. */
static int64_t s_id(struct slice text)
{
    int64_t id = 0;
    if (!text.length || text.length > 16 || text.data[0] == '0')
        return 0;
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return 0;
        id = id * 10 + (text.data[i] - '0');
    }
    return id <= ID_MAX ? id : 0;
}

struct destination destination_read(struct slice name, int64_t user_id)
{
    struct destination destination = {DESTINATION_NONE, 0};
    size_t prefix = sizeof s_room - 1;
    if (slice_is(name, s_user)) {
        destination = (struct destination){DESTINATION_USER, user_id};
    } else if (name.length > prefix && memcmp(name.data, s_room, prefix) == 0) {
        destination.kind = DESTINATION_ROOM;
        destination.id = s_id(slice_from(name.data + prefix, name.length - prefix));
    }
    if (!destination.id)
        destination.kind = DESTINATION_NONE;
    return destination;
}

void destination_write(struct destination destination, char text[DESTINATION_MAX_BYTES])
{
    if (destination.kind == DESTINATION_ROOM)
        snprintf(text, DESTINATION_MAX_BYTES, "%s%" PRId64, s_room, destination.id);
    else
        snprintf(text, DESTINATION_MAX_BYTES, "%s", s_user);
}
