/* Actors that are none: one thread with a port that answers what a gateway asks, by simple rules,
 * so that the gateway is tested as it is, over real sockets.
 *
 *   room 404      refused: Room not found          room 500   answered with the wrong message
 *   room 504      never answered                   room 8     private, of users 1 and 2
 *   password "right" joins, any other is wrong
 *   room_start    streams the room's next version to all gateways before it answers
 *   room_leave    streams the version after the next: a number of the stream is left out
 *   room_submit   streams a verdict to the submitter
 *   judge_hint    done for "3-17-feed"; unsupported for nobody; else not yours
 *   room_end      answers SETTLING for an odd room, else DRAW */
#ifndef TESTS_GATEWAY_FAKE_H
#define TESTS_GATEWAY_FAKE_H

#include "gateway/gateway.h"

struct fake;

struct fake *fake_new(void);
void fake_destroy(struct fake **self_p);
const struct topology *fake_topology(const struct fake *self);

/* From the test's thread; each returns when it is said. What an events edge would tell the gateway:
 * a state that was published for a room, a verdict for a user. And that something was missed, which
 * is so: all rooms have a newer version. */
void fake_hear_room(struct fake *self, int64_t room_id, int64_t version, const char *json);
void fake_hear_verdict(struct fake *self, int64_t user_id, const char *json);
void fake_miss(struct fake *self);

#endif
