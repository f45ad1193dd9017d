/* `codecomp rejudge`: has submissions judged again, shows what that would change, and applies it.
 *
 *   codecomp rejudge --problem N | --room N | --submission N    makes a rejudging and shows it
 *   codecomp rejudge list | show N | apply N | discard N        one that was made
 *
 * It speaks to the database alone, beside a server that runs: there the judge finds the trials, and
 * scheduler and scoring what is to be applied. So it may be ended at any moment; what was made or
 * ordered stays, and the next run goes on watching it. */
#ifndef ACTORS_REJUDGE_H
#define ACTORS_REJUDGE_H

#include "actors/runtime/options.h"

/* Gives the exit code: 0 done; 1 refused, failed, or not finished; 2 a wrong call. */
int rejudge(const struct options *options);

#endif
