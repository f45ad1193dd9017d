/* The runner: slots that compile and run submissions, one at a time each, in threads of their own.
 * An edge: each slot has a port, tells the judge that it is ready, gets a job, says now and then
 * that it is still at it, and gives the outcome. Test cases come from the store once and are kept
 * in the data folder. */
#ifndef RUNNER_RUNNER_H
#define RUNNER_RUNNER_H

#include "actors/runtime/topology.h"

struct runner_options {
    const struct topology *topology; /* borrowed, outlives the runner */
    const char *data_folder;         /* exists; tests are kept in tests/ below it; borrowed */
    unsigned slots;                  /* submissions at once, 1 … SANDBOX_SLOTS_MAX */
    bool insecure;                   /* the operator's switch: judge without isolation */
};

struct runner;

/* Starts the slots and returns when each has its sandbox. NULL: `error` says what this machine
 * lacks, a sentence per line. */
struct runner *runner_start(const struct runner_options *options, struct buffer *error);
/* Takes no new job; a job under way is given back to the judge at once. */
void runner_drain(struct runner *self);
/* Ends the slots, within moments. */
void runner_stop(struct runner **self_p);

#endif
