/* A fair draw without shuffling: every problem gets a lot that depends on the seed and on its id
 * alone, and the lowest lot wins. So the order of the candidates cannot matter, nothing has to be
 * copied or sorted, and each problem of a kind is as likely as any other.
 * Costs count × candidates, at most 8 × 4096 lots. */
#include "actors/room/draw.h"

#include <stddef.h>

#include "proto/check.h"
#include "proto/prng.h"

#define DIFFICULTIES 3 /* easy, medium, hard: the numbers below DIFFICULTY_MIXED */

_Static_assert(DIFFICULTY_EASY == 0 && DIFFICULTY_MEDIUM == 1 && DIFFICULTY_HARD == 2,
               "difficulties index tables, easy to hard");

struct draw {
    uint64_t salt;                                  /* of all lots, from the seed */
    const struct draw_candidate *candidates;        /* borrowed */
    uint32_t candidate_count;                       /* of these */
    int64_t taken[DIFFICULTIES][ROOM_PROBLEMS_MAX]; /* ids drawn, by difficulty */
    uint32_t taken_count[DIFFICULTIES];             /* of these */
};

static uint64_t s_lot(const struct draw *self, int64_t id)
{
    struct prng prng = {self->salt ^ (uint64_t)id};
    return prng_next(&prng);
}

static bool s_taken(const struct draw *self, const struct draw_candidate *candidate)
{
    for (uint32_t i = 0; i < self->taken_count[candidate->difficulty]; i++) {
        if (self->taken[candidate->difficulty][i] == candidate->id)
            return true;
    }
    return false;
}

/* The lowest lot of that kind that is still there; NULL when none is. Lots of different ids differ
 * (each step of the generator is a bijection), so there are no ties. */
static const struct draw_candidate *s_lowest(const struct draw *self, enum difficulty difficulty,
                                             bool met)
{
    const struct draw_candidate *best = NULL;
    for (uint32_t i = 0; i < self->candidate_count; i++) {
        const struct draw_candidate *candidate = &self->candidates[i];
        if (candidate->difficulty != difficulty || candidate->met != met ||
            s_taken(self, candidate))
            continue;
        if (best == NULL || s_lot(self, candidate->id) < s_lot(self, best->id))
            best = candidate;
    }
    return best;
}

/* The next problem to deal: from the difficulty that has the fewest, the easier in a tie. */
static const struct draw_candidate *s_next(const struct draw *self, enum difficulty wanted,
                                           bool met)
{
    const struct draw_candidate *best = NULL;
    for (uint32_t i = 0; i < DIFFICULTIES; i++) {
        if (wanted != DIFFICULTY_MIXED && i != (uint32_t)wanted)
            continue;
        if (best != NULL && self->taken_count[best->difficulty] <= self->taken_count[i])
            continue;
        const struct draw_candidate *candidate = s_lowest(self, (enum difficulty)i, met);
        if (candidate != NULL)
            best = candidate;
    }
    return best;
}

uint32_t draw(uint64_t seed, const struct draw_candidate *candidates, uint32_t candidate_count,
              uint32_t count, enum difficulty difficulty, int64_t out_ids[ROOM_PROBLEMS_MAX])
{
    check(count <= ROOM_PROBLEMS_MAX);
    check(difficulty <= DIFFICULTY_MIXED);
    struct prng prng = {seed};
    struct draw self = {
        .salt = prng_next(&prng), .candidates = candidates, .candidate_count = candidate_count};
    for (uint32_t drawn = 0; drawn < count; drawn++) {
        const struct draw_candidate *next = s_next(&self, difficulty, false);
        if (next == NULL)
            next = s_next(&self, difficulty, true);
        if (next == NULL)
            break;
        self.taken[next->difficulty][self.taken_count[next->difficulty]++] = next->id;
    }
    uint32_t written = 0;
    for (uint32_t i = 0; i < DIFFICULTIES; i++) {
        for (uint32_t j = 0; j < self.taken_count[i]; j++)
            out_ids[written++] = self.taken[i][j];
    }
    return written;
}
