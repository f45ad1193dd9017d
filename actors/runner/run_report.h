/* What a contestant is shown of a run: of each test its verdict, what it took, how it ended, and
 * the texts: shown as text whatever they are, all together at most RUN_TEXTS_MAX_BYTES, each cut to
 * the same share of that. One thread uses a report. */
#ifndef RUNNER_RUN_REPORT_H
#define RUNNER_RUN_REPORT_H

#include "actors/runner/judging.h"
#include "proto/proto.h"

struct run_report {
    struct rec_run_test tests[SAMPLES_MAX]; /* by index, `count` of them; texts point into: */
    char *texts;                            /* owned; NULL: there is no report */
    uint32_t count;                         /* at most SAMPLES_MAX */
    size_t share_bytes;                     /* of each text */
    bool compared;                          /* something is expected, and shown, too */
};

/* `compared`: what is expected is shown, too. `count` is 1 … SAMPLES_MAX. */
void run_report_begin(struct run_report *self, uint32_t count, bool compared);
/* Takes what judging told; the same test may be told again. */
void run_report_take(struct run_report *self, const struct judging_test *test);
/* Takes one that never began. */
void run_report_end(struct run_report *self);

#endif
