/* What a rejudging would change, or has changed, as an operator reads it: room by room, then in
 * sums. Computed by scoring's own rules (rejudged.h) from the tables, one room in memory at a time.
 */
#ifndef ACTORS_REJUDGE_PREVIEW_H
#define ACTORS_REJUDGE_PREVIEW_H

#include <stdio.h>

#include "actors/scoring/rejudged.h"

struct rejudge_preview {
    uint64_t changes[VERDICT_JUDGE_ERROR + 1][VERDICT_JUDGE_ERROR + 1]; /* of verdicts: from, to */
    uint64_t changed, same, waiting, failed, moved; /* submissions, as rejudged.h has them */
    uint64_t standings, results;                    /* rooms where these change */
};

/* Adds a room, and prints it when anything changes in it. */
void rejudge_preview_room(struct rejudge_preview *self, const struct score_room *room,
                          const struct rejudged *rejudged, FILE *out);
/* The sums. */
void rejudge_preview_sums(const struct rejudge_preview *self, FILE *out);

#endif
