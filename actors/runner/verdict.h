/* From the facts of a run to the verdict on one test. Pure. */
#ifndef ACTORS_RUNNER_VERDICT_H
#define ACTORS_RUNNER_VERDICT_H

#include "actors/runner/outcome.h"
#include "proto/words.h"

/* What stopped the program comes before how it looked when stopped, and any failure comes before
 * the comparison: our failure, memory, output, time, exit, answer.
 * `told_out_of_memory`: the language's own runtime reported that memory ran out (a Java heap is
 * exhausted long before the kernel notices); it counts only for a program that failed. */
enum verdict verdict_of(const struct outcome *outcome, int64_t cpu_limit_us,
                        bool told_out_of_memory, bool answer_matches);

#endif
