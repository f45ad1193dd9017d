/* Users who are there, as auth said within the last minutes: a token is good only for such a one. A
 * bounded cache, direct-mapped; who is not in it is asked about again. Pure; one thread. */
#ifndef GATEWAY_USERS_H
#define GATEWAY_USERS_H

#include <stdbool.h>
#include <stdint.h>

#define USERS_ENTRIES 16384              /* a new one replaces */
#define USERS_LIFE_MS (10 * 60 * 1000LL) /* then auth is asked again */

struct users_entry {
    int64_t id;       /* 0: nobody */
    int64_t until_ms; /* believed so long */
};

struct users {
    struct users_entry entries[USERS_ENTRIES]; /* by hash of the id */
};

bool users_know(const struct users *self, int64_t id, int64_t now_ms);
void users_learn(struct users *self, int64_t id, int64_t now_ms);

#endif
