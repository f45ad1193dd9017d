/* Which problems a contest gets: a fair draw from a seed.
 *
 * Pure. The same seed and the same set of candidates give the same problems on every machine,
 * whatever the candidates' order. */
#ifndef ACTORS_ROOM_DRAW_H
#define ACTORS_ROOM_DRAW_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/limits.h"
#include "proto/words.h"

struct draw_candidate {
    int64_t id;                 /* of the problem */
    enum difficulty difficulty; /* easy, medium or hard; one of another difficulty is never drawn */
    bool met;                   /* either participant had it in a contest before */
};

/* Draws `count` (at most ROOM_PROBLEMS_MAX) different problems into out_ids, easy to hard, and
 * returns how many: fewer than count means that there are not enough.
 *
 * - Whoever knows a problem has an advantage, so what neither has met goes first; problems that one
 *   has met fill up only when the others do not suffice, even at the cost of the spread below.
 * - A fixed difficulty takes only problems of that difficulty.
 * - DIFFICULTY_MIXED deals evenly: each next problem comes from the difficulty that has the fewest
 * so far, the easier in a tie, among those that still have one. So 3 are one of each, 4 have a
 *   second easy one, and where there is no hard problem the others take its place.
 * - Among the problems of one difficulty, met or not met, each is as likely as any other. */
uint32_t draw(uint64_t seed, const struct draw_candidate *candidates, uint32_t candidate_count,
              uint32_t count, enum difficulty difficulty, int64_t out_ids[ROOM_PROBLEMS_MAX]);

#endif
