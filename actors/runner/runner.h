/* The runner: slots that have submissions compiled and run, one at a time each, in threads of their
 * own, by the sandbox of this machine, by Judge0 servers, or both (driver.h).
 * An edge: each slot has a port, tells the judge that it is ready, gets a job, says now and then
 * that it is still at it, and gives the outcome. Test cases come from the store once and are kept
 * in the data folder. */
#ifndef RUNNER_RUNNER_H
#define RUNNER_RUNNER_H

#include "actors/runtime/topology.h"

#define RUNNER_PLACES_MAX 16 /* that --runner may name */

struct runner_options {
    const struct topology *topology; /* borrowed, outlives the runner; so are the texts */
    const char *data_folder;         /* exists; tests are kept in tests/ below it */
    uint64_t compile_cache_bytes;    /* of compiled submissions kept in memory; 0: none */
    const char *urls;                /* --runner: one or more, by commas */
    uint64_t judges;                 /* judges of this process: a bit mask of shards; 0: none */
    unsigned slots;                  /* of each place; 0: one per processor, or per Judge0 worker */
    bool insecure;                   /* the operator's switch: judge without isolation */
    const char *judge0_token;        /* for X-Auth-Token; "": none */
    const char *public_url;          /* where a Judge0 reaches our gateway; "": nowhere */
};

struct runner;

/* Whether the list of URLs can be understood; nothing is started or asked. False: `error` says what
 * is wrong. */
bool runner_urls_check(const char *urls, char *error, size_t error_size);

/* Starts the slots and returns when each is there; a Judge0 need not answer yet. `error` gets what
 * this machine lacks, a sentence per line; NULL when no place could be opened at all. */
struct runner *runner_start(const struct runner_options *options, struct buffer *error);
/* Takes no new job; a job under way is given back to the judge at once. */
void runner_drain(struct runner *self);
/* Ends the slots, within moments. */
void runner_stop(struct runner **self_p);

#endif
