/* In the place of the sandbox's driver, in a program that is otherwise the whole of codecomp: a
 * submission's text says what its verdict is and how long that takes, as in
 *
 *     verdict Wrong Answer, takes 40 ms
 *
 * so that a test can have thousands of them on two cores. Anything else is a Compilation Error.
 * The runner, its slots, its leases and its talk with the judge are the real ones. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "actors/runner/driver.h"
#include "actors/runtime/clock.h"
#include "proto/check.h"

#define STEP_MS 20 /* between two signs of life to the slot */

static unsigned s_slots_wanted;

static bool s_takes(const char *url, char *error, size_t error_size)
{
    (void)error, (void)error_size;
    return strcmp(url, "sandbox:") == 0;
}

static void *s_open(const struct place_options *options, struct buffer *why)
{
    (void)why;
    s_slots_wanted = options->slots ? options->slots : 8;
    return &s_slots_wanted;
}

static void s_close(void *place)
{
    (void)place;
}

static unsigned s_slots(void *place)
{
    (void)place;
    return s_slots_wanted;
}

static void *s_slot_open(void *place, unsigned number, struct buffer *why)
{
    (void)number, (void)why;
    return place;
}

static int64_t s_tend(void *slot, const struct watch *watch, struct offer *offer)
{
    (void)slot, (void)watch;
    *offer = (struct offer){
        false, 2, {{71, "Python", "scripted"}, {50, "C", "scripted"}}};
    return -1;
}

/* False: the slot is to stop. */
static bool s_take_time(const struct watch *watch, int64_t takes_ms)
{
    int64_t end_us = clock_mono_us() + takes_ms * 1000;
    for (int64_t left_us; (left_us = end_us - clock_mono_us()) > 0;) {
        int64_t step_us = left_us < STEP_MS * 1000 ? left_us : STEP_MS * 1000;
        nanosleep(&(struct timespec){.tv_nsec = step_us * 1000}, NULL);
        if (!watch->go_on(watch->context))
            return false;
    }
    return true;
}

static void s_judge(void *slot, const struct watch *watch, const struct judging_task *task,
                    struct judging_outcome *outcome)
{
    (void)slot;
    char text[128], word[64];
    int takes_ms;
    uint8_t verdict;
    snprintf(text, sizeof text, "%.*s", (int)task->code.length, task->code.data);
    outcome->tests_total = task->test_count;
    outcome->verdict = VERDICT_COMPILATION_ERROR;
    if (sscanf(text, "verdict %63[^,], takes %d ms", word, &takes_ms) != 2 ||
        !word_number(&verdict_words, slice_of(word), &verdict) || !verdict_final(verdict))
        return;
    outcome->cancelled = !s_take_time(watch, takes_ms);
    outcome->verdict = verdict;
    if (verdict == VERDICT_COMPILATION_ERROR || verdict == VERDICT_JUDGE_ERROR)
        return;
    const struct outcome facts = {.cpu_us = takes_ms * 1000, .memory_kb = 1000};
    for (uint32_t i = 0; task->told && i < task->test_count; i++)
        task->told(task->context, &(struct judging_test){i, verdict, &facts, slice_of("scripted"),
                                                         slice_of(""), slice_of(""), false});
    outcome->tests_run = task->test_count;
    outcome->failed_test = verdict == VERDICT_ACCEPTED ? 0 : task->test_count;
    outcome->time_ms = takes_ms;
    outcome->memory_kb = 1000;
}

const struct runner_driver runner_sandbox = {
    .name = "scripted",
    .takes = s_takes,
    .open = s_open,
    .close = s_close,
    .slots = s_slots,
    .slot_open = s_slot_open,
    .slot_close = s_close,
    .tend = s_tend,
    .judge = s_judge,
};
