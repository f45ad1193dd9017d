/* A runner's slot that runs nothing: the code itself says what its verdict is and how long that
 * takes ("verdict 2 takes 150"). It does what a slot promises to the judge: says that it is ready
 * until it gets a job, says that it is still at it, tells the outcome once. */
#ifndef TESTS_SIM_FAKE_RUNNER_H
#define TESTS_SIM_FAKE_RUNNER_H

#include "tests/sim/sim.h"

struct fake_runner {
    struct sim *sim;     /* borrowed */
    uint8_t place;       /* its own */
    uint8_t judge;       /* whom it speaks to */
    uint32_t generation; /* of its last question */
    int64_t job_id;      /* of the submission or trial being judged; 0: idle */
    uint8_t kind;        /* which of them */
    int64_t fence;       /* of its lease */
    uint8_t verdict;     /* that it will have */
    int64_t done_ms;     /* when */
    uint64_t judged;     /* outcomes told */
};

/* `judge`: the one that it begins with, modulo how many there are. */
void fake_runner_init(struct fake_runner *self, struct sim *sim, uint8_t judge, bool may_die);

#endif
