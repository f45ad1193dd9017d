/* A share of one buffer for each text of each test. */
#include "actors/runner/run_report.h"

#include <stdlib.h>

#include "proto/check.h"

enum { TEXT_OUTPUT, TEXT_ERRORS, TEXT_EXPECTED, TEXTS };

void run_report_begin(struct run_report *self, uint32_t count, bool compared)
{
    check(count >= 1 && count <= SAMPLES_MAX);
    *self = (struct run_report){.count = count, .compared = compared};
    self->share_bytes = RUN_TEXTS_MAX_BYTES / (count * (compared ? TEXTS : TEXT_EXPECTED));
    self->texts = malloc((size_t)count * TEXTS * self->share_bytes);
    check(self->texts);
    for (uint32_t i = 0; i < count; i++)
        self->tests[i] = (struct rec_run_test){.test = i + 1};
}

void run_report_end(struct run_report *self)
{
    free(self->texts);
    self->texts = NULL;
    self->count = 0;
}

/* Shows a text in its place; *cut is set when not all of it found room there. What is shown is
 * never shorter than what it stands for, so what lies more than a share behind the start can't be
 * seen. */
static struct slice s_show(struct run_report *self, uint32_t index, int which, struct slice raw,
                           bool *cut)
{
    size_t share = self->share_bytes, most = share + 4; /* a character more: does it go on? */
    char *place = self->texts + ((size_t)index * TEXTS + (size_t)which) * share;
    struct slice seen = slice_from(raw.data, raw.length < most ? raw.length : most);
    char *whole = malloc(3 * most);
    check(whole);
    size_t length = build_show(seen, place, share);
    *cut |= build_show(seen, whole, 3 * most) > length;
    free(whole);
    return slice_from(place, length);
}

void run_report_take(struct run_report *self, const struct judging_test *test)
{
    if (!self->texts || test->index >= self->count)
        return;
    const struct outcome *facts = test->facts;
    struct rec_run_test *shown = &self->tests[test->index];
    bool cut = test->cut;
    *shown = (struct rec_run_test){
        .test = test->index + 1,
        .verdict = (uint8_t)test->verdict,
        .time_ms = facts->cpu_us / 1000,
        .memory_kb = facts->memory_kb,
        .exit_code = facts->signal ? I64_NONE : facts->exit_code,
        .signal = facts->signal ? facts->signal : I64_NONE,
        .output = s_show(self, test->index, TEXT_OUTPUT, test->output, &cut),
        .errors = s_show(self, test->index, TEXT_ERRORS, test->errors, &cut),
    };
    if (self->compared)
        shown->expected = s_show(self, test->index, TEXT_EXPECTED, test->expected, &cut);
    else
        shown->expected = slice_of("");
    shown->cut = cut;
}
