/* What is heard on Redis, judged: is it a message that may be passed on to browsers? Whoever can
 * reach Redis can say anything there, so everything is looked at: the channel's name, the length,
 * UTF-8, JSON, and the shape that messages.def gives to a RoomState and to a verdict. Truth is
 * another matter, of which the gateway takes care. Pure, but for the memory of the JSON parser. */
#ifndef ACTORS_FANOUT_HEARD_H
#define ACTORS_FANOUT_HEARD_H

#include "proto/proto.h"

/* The id in a channel's name: "room:7" with prefix "room:" gives 7. -1: it is no such name. */
int64_t heard_id(struct slice channel, const char *prefix);

/* A RoomState of that room, of at most HEARD_MAX_BYTES. The earlier backend knew neither endTime,
 * serverTime and settling nor versions: *version is I64_NONE then. Keys that we do not know may be
 * there, too. */
bool heard_room(struct slice json, int64_t room_id, int64_t *version);

/* A verdict for that user or how far one is, or what came of a run of his. *key is its submission's
 * id, or its run's with a minus sign; *far only grows with each of the same key: tests that are
 * over, then when it was judged. */
bool heard_verdict(struct slice json, int64_t user_id, int64_t *key, int64_t *far);

#endif
