/* The verdict on one test. Pure; no clock, no process. */
#include "actors/runner/verdict.h"

#include <signal.h>

enum verdict verdict_of(const struct outcome *outcome, int64_t cpu_limit_us,
                        bool told_out_of_memory, bool answer_matches)
{
    bool failed = outcome->signal != 0 || outcome->exit_code != 0;
    if (outcome->failure[0])
        return VERDICT_JUDGE_ERROR;
    if (outcome->out_of_memory)
        return VERDICT_MEMORY_LIMIT_EXCEEDED;
    if (outcome->output_overflow || outcome->signal == SIGXFSZ)
        return VERDICT_OUTPUT_LIMIT_EXCEEDED;
    if (outcome->cpu_exceeded || outcome->wall_exceeded || outcome->cpu_us > cpu_limit_us ||
        outcome->signal == SIGXCPU)
        return VERDICT_TIME_LIMIT_EXCEEDED;
    if (failed)
        return told_out_of_memory ? VERDICT_MEMORY_LIMIT_EXCEEDED : VERDICT_RUNTIME_ERROR;
    return answer_matches ? VERDICT_ACCEPTED : VERDICT_WRONG_ANSWER;
}

int64_t verdict_wall_ms(int64_t cpu_limit_ms, int64_t idle_us)
{
    int64_t most_ms = 2 * cpu_limit_ms + TEST_IDLE_MIN_MS,
            left_ms = JUDGING_IDLE_MS - idle_us / 1000;
    int64_t wall_ms = cpu_limit_ms + (left_ms > TEST_IDLE_MIN_MS ? left_ms : TEST_IDLE_MIN_MS);
    return wall_ms < most_ms ? wall_ms : most_ms;
}

enum verdict verdict_of_talk(const struct outcome *outcome, int64_t cpu_limit_us,
                             bool told_out_of_memory, enum judges_word word, bool spoke_first)
{
    struct outcome facts = *outcome;
    if (facts.failure[0] || (spoke_first && word == JUDGES_BROKEN))
        return VERDICT_JUDGE_ERROR;
    if (spoke_first && word == JUDGES_WRONG)
        return VERDICT_WRONG_ANSWER;
    if (spoke_first && facts.signal == SIGPIPE)
        facts.signal = 0;
    enum verdict verdict =
        verdict_of(&facts, cpu_limit_us, told_out_of_memory, word != JUDGES_WRONG);
    return verdict == VERDICT_ACCEPTED && word == JUDGES_BROKEN ? VERDICT_JUDGE_ERROR : verdict;
}
