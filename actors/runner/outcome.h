/* What one run in the sandbox came to: facts only, no verdict. Shared by those who measure
 * (sandbox.h) and those who judge (verdict.h). */
#ifndef ACTORS_RUNNER_OUTCOME_H
#define ACTORS_RUNNER_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

struct outcome {
    int exit_code;         /* of the program; meaningless when signal is set */
    int signal;            /* that ended the program; 0: it exited */
    int64_t cpu_us;        /* processor time of everything it started */
    int64_t wall_us;       /* from its start to the end of the last process */
    int64_t idle_us;       /* of that: neither at work nor waiting for a processor, or for the other
                            * of two that talk; as far as looks saw, some 0.2 s may lack */
    int64_t memory_kb;     /* peak, with the files it wrote to its scratch space */
    bool out_of_memory;    /* the kernel killed at its memory limit */
    bool output_overflow;  /* wrote past the cap and was killed */
    bool cpu_exceeded;     /* killed at its processor time limit */
    bool wall_exceeded;    /* killed at its wall clock limit */
    bool cancelled;        /* killed because the caller no longer wants it */
    bool artefact_missing; /* no ordinary file is where the run should have made one */
    char failure[192];     /* not empty: our own failure, for the log; nothing else counts then */
};

#endif
