/* Who leads: the standing of a room, from its submissions and their verdicts.
 *
 * Pure, and recomputed whole at each verdict: neither the order of the array nor the order in which
 * verdicts arrive changes the result. The format is the race of the contract: more solved, then
 * less penalty, then the earlier last accepted submission. */
#ifndef ACTORS_SCORING_LEADERBOARD_H
#define ACTORS_SCORING_LEADERBOARD_H

#include <stdbool.h>
#include <stdint.h>

#include "actors/scoring/score.h"
#include "proto/limits.h"

struct leaderboard_row {
    int64_t user_id;        /* whose row */
    int64_t penalty_s;      /* sum over the solved problems; unsolved ones cost nothing */
    int64_t last_solved_ms; /* when the last accepted one that counts was received; 0 = none */
    uint32_t solved;        /* problems solved */
    uint32_t rank;          /* 1, 2; equal solved and equal penalty is a draw: 1 and 1 */
};

/* What a room's scoring is computed from. */
struct leaderboard_facts {
    const struct submission_fact *submissions; /* borrowed, in any order */
    uint32_t submission_count;                 /* of these, at most ROOM_SUBMISSIONS_MAX */
    uint32_t user_count;                       /* 1 or 2 */
    uint32_t problem_count;                    /* 0 … ROOM_PROBLEMS_MAX */
    int64_t user_ids[ROOM_SEATS];              /* the host first */
    int64_t problem_ids[ROOM_PROBLEMS_MAX];    /* in order of showing */
    int64_t start_ms;                          /* of the contest; 0 = not started */
};

struct leaderboard {
    struct leaderboard_row rows[ROOM_SEATS]; /* the better first; in a draw the one who was there
                                                earlier (last accepted), then the host */
    struct problem_score scores[ROOM_SEATS]
                               [ROOM_PROBLEMS_MAX]; /* by user and problem, as in facts */
    uint32_t user_count;                            /* rows, and first index of scores */
    uint32_t problem_count;                         /* second index of scores */
};

void leaderboard_compute(const struct leaderboard_facts *facts, struct leaderboard *out);

/* The user's row; he must have one. */
const struct leaderboard_row *leaderboard_row_of(const struct leaderboard *self, int64_t user_id);

/* Both participants have solved everything: the contest may end early. */
bool leaderboard_all_solved(const struct leaderboard *self);

/* How many submissions with numbers up to last_number are not final yet. A closed room settles
 * until this is 0 for the last number that it took; all of them must be known by then. */
uint32_t leaderboard_pending(const struct submission_fact *submissions, uint32_t count,
                             uint32_t last_number);

#endif
