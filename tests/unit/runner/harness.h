/* What the sandbox's tests share: C programs run in a slot, and the control groups around it. */
#ifndef TESTS_UNIT_RUNNER_HARNESS_H
#define TESTS_UNIT_RUNNER_HARNESS_H

#include "actors/runner/sandbox.h"

/* A slot with that number; NULL: it is told what this machine lacks. */
struct sandbox *harness_slot(unsigned number);

/* Removes the control groups that we hold open and whose names begin so; how many. */
int harness_remove_groups(const char *prefix);
/* Limits the memory of all of the place whose groups we hold open, as a container's or a service's
 * limit does that lies above ours; 0: no more. False: it could not be set. */
bool harness_limit_place(uint64_t bytes);

/* The limits of a small C program. */
struct sandbox_limits harness_limits(void);

/* What a program wrote, both up to a bound. */
struct harness_run {
    struct outcome outcome; /* of the run */
    char output[65536];     /* stdout, ended by a NUL */
    size_t length;          /* of it, the uncopied part included */
    char errors[4096];      /* stderr, ended by a NUL */
};

/* A sandbox_job's output for which nobody asks. */
void harness_ignore(void *context, const char *data, size_t length);

/* Runs a job, whose output, errors and context are set here; fails the test when the sandbox does.
 */
void harness_run_job(struct sandbox *sandbox, struct sandbox_job *job, struct harness_run *run);
/* Compiles a C program inside the slot and leaves the box open; fails the test otherwise. */
void harness_compile(struct sandbox *sandbox, const char *source);
/* Runs the compiled program. NULL limits: harness_limits. */
void harness_run(struct sandbox *sandbox, struct slice input, const struct sandbox_limits *limits,
                 struct harness_run *run);
/* Both, with no input. */
void harness_run_c(struct sandbox *sandbox, const char *source, struct harness_run *run);

#endif
