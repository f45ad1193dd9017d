/* A small seeded generator, the same on every machine (splitmix64, Steele, Lea and Flood 2014).
 * For fair draws and made-up passwords from a seed that came in an envelope; not for keys. */
#ifndef PROTO_PRNG_H
#define PROTO_PRNG_H

#include <stdint.h>

struct prng {
    uint64_t state; /* the seed, then wherever it got to */
};

static inline uint64_t prng_next(struct prng *self)
{
    uint64_t z = (self->state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* Evenly one of 0 … bound-1 (bound > 0), by rejection: no value is likelier than another. */
static inline uint64_t prng_below(struct prng *self, uint64_t bound)
{
    uint64_t limit = UINT64_MAX - UINT64_MAX % bound, value;
    do
        value = prng_next(self);
    while (value >= limit);
    return value % bound;
}

#endif
