/* How many connections each address has, and how many requests it makes: limits that keep one from
 * taking what is there for all. IPv6 counts by /64, which is what one customer gets. Pure; one
 * thread; bounded: where more addresses come together than fit, the quietest gives way. */
#ifndef GATEWAY_HTTP_CROWD_H
#define GATEWAY_HTTP_CROWD_H

#include "gateway/http/ip.h"

#define CROWD_BUCKETS 8192
#define CROWD_WAYS 8
#define CROWD_BURST 5 /* seconds' worth of requests at once */

struct crowd;

/* A limit of 0 is none. NULL when both are. `salt` is chance: nobody can aim at another's bucket.
 */
struct crowd *crowd_new(uint32_t connections, uint32_t requests_per_s, uint64_t salt);
void crowd_destroy(struct crowd **self_p);

/* All take NULL, and then allow everything. */

/* A connection is opened. False, and not counted, when the address has enough. */
bool crowd_enter(struct crowd *self, const struct ip *address);
/* One that was counted is closed. */
void crowd_leave(struct crowd *self, const struct ip *address);
/* A request is made. False when there were too many. */
bool crowd_ask(struct crowd *self, const struct ip *address, int64_t now_ms);

#endif
