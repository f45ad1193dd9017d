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

/* How long a test may take by the wall clock, without the time in which it waited for others, when
 * the tests before it were idle for so long. Who sleeps, or waits for nothing, keeps a slot from
 * others: with much of it in one test he no longer has it in the next, where he cannot take longer
 * than a program at work, but for a second. Who is not idle never comes near. */
#define JUDGING_IDLE_MS 20000 /* that all tests may be idle together, and then … */
#define TEST_IDLE_MIN_MS 1000 /* … so much longer than its processor time may each test take */
int64_t verdict_wall_ms(int64_t cpu_limit_ms, int64_t idle_us);

/* What a problem's own program says of an output, or of a talk. */
enum judges_word {
    JUDGES_RIGHT,  /* as it should be */
    JUDGES_WRONG,  /* not so */
    JUDGES_BROKEN, /* nothing that can be understood: a crash, a limit, any other exit code */
};

/* The verdict on a test that is a talk between the program and the problem's own. Who failed first
 * decides, since a failure makes the other one fail, too (problemtools: interactive.cc): what the
 * judges' program said before the program had ended comes first, unless it was content; then the
 * program's own failures in the order above; then what the judges' program said afterwards. A
 * program that wrote to somebody who was content and gone (SIGPIPE) has not failed. */
enum verdict verdict_of_talk(const struct outcome *outcome, int64_t cpu_limit_us,
                             bool told_out_of_memory, enum judges_word word, bool spoke_first);

#endif
