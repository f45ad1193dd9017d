/* `codecomp check`: would this Judge0 do? */
#ifndef RUNNER_JUDGE0_PROBE_H
#define RUNNER_JUDGE0_PROBE_H

#include "actors/runner/driver.h"

struct judge0_report {
    char version[32];   /* "1.13.1"; "" where it does not tell */
    unsigned workers;   /* 0: it does not tell */
    unsigned batch_max; /* submissions in a request */
    struct offer offer; /* languages that both know */
    int64_t took_ms;    /* for the program that was run; 0: none of the languages to try with */
};

/* Asks it what it is and can, and has it run a small program with bytes that are no text, in a
 * batch: so address, token, version, languages, batches, base64 and its workers are tried.
 * Blocking, bounded to about a minute; starts nothing else. False: `error` says in a sentence what
 * is wrong and, where we know, how to mend it. */
bool judge0_probe(const char *url, const char *token, struct judge0_report *report, char *error,
                  size_t error_size);

#endif
