/* The sample solutions of a problem package, judged on this machine as submissions are: `codecomp
 * import` does not take a package whose solutions disagree with it. Blocking. */
#ifndef ACTORS_SOLUTIONS_H
#define ACTORS_SOLUTIONS_H

#include "actors/store/package.h"

struct solution {
    const struct package_submission *submission; /* of the package; borrowed */
    bool skipped;                                /* no toolchain of this machine takes it */
    bool agrees;                                 /* the verdict is one that its author expects */
    enum verdict verdict;                        /* what it got */
    uint32_t tests_run;                          /* the failed one included */
    uint32_t failed_test;                        /* from 1; 0: none */
    int64_t time_ms;                             /* the longest test's processor time */
    int64_t memory_kb;                           /* the largest test's peak */
    char why[256];                               /* of a Judge Error or a Compilation Error */
};

struct solutions;

/* Slots for judging; NULL when this machine cannot isolate programs: `why` says what is missing. */
struct solutions *solutions_new(struct buffer *why);
void solutions_destroy(struct solutions **self);

/* Called several times a second while they run: `done` of `total` tests of all solutions. */
typedef void (*solutions_progress_fn)(void *user, size_t done, size_t total);

/* Judges all; `list` has a place for each of the package's submissions, in order. One test of each
 * slot is in memory at a time. False: the package could not be read, and the error is filled. */
bool solutions_run(struct solutions *self, const struct package *package, struct solution *list,
                   solutions_progress_fn progress, void *user, struct package_error *error);

#endif
