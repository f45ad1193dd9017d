/* What one problem brings and costs one participant.
 *
 * Pure: a function of the submissions and their verdicts, in whatever order they lie or arrived.
 * Submissions are ordered by when they were received, their number breaks ties; when they were
 * judged never matters. */
#ifndef ACTORS_SCORING_SCORE_H
#define ACTORS_SCORING_SCORE_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/words.h"

#define SCORE_WRONG_ATTEMPT_S 600 /* what a wrong attempt before the first accepted one costs */

/* A submission as far as scoring cares. */
struct submission_fact {
    uint32_t number;      /* within the room: 1, 2, 3, … */
    enum verdict verdict; /* PENDING and JUDGING until it is final */
    int64_t user_id;      /* whose */
    int64_t problem_id;   /* for which problem */
    int64_t received_ms;  /* when the room took it */
};

/* One participant's standing in one problem; the contract's ParticipantProblem. */
struct problem_score {
    int64_t problem_id;   /* which problem */
    int64_t solved_at_ms; /* when the first accepted submission was received; 0 = unsolved */
    int64_t penalty_s;    /* wrong × 600 + seconds from the start to solved_at; 0 while unsolved */
    uint32_t attempts;    /* shown as "attempts": wrong, and one more for the accepted one */
    uint32_t wrong;       /* shown as "penalty": attempts before the first accepted that count */
    uint32_t judging;     /* undecided submissions, whether they can still matter or not */
    bool solved;          /* there is an accepted submission */
    bool provisional;     /* an undecided submission may still change this */
};

/* Does a submission with this verdict count as a wrong attempt? Not while undecided, not when
 * accepted, and neither a Compilation Error nor a Judge Error, which is our own failure. */
bool score_counts_wrong(enum verdict verdict);

/* The score of one user in one problem. Other users' and problems' submissions are passed over;
 * what comes after the first accepted one counts for nothing. Undecided submissions are provisional
 * where their verdict could matter: before the first accepted one, or anywhere while unsolved. */
struct problem_score score_compute(const struct submission_fact *submissions, uint32_t count,
                                   int64_t user_id, int64_t problem_id, int64_t start_ms);

#endif
