/* A Judge0 is asked as a slot would ask it, and judges one submission. */
#include "actors/runner/judge0_probe.h"

#include <ctype.h>
#include <stdio.h>

#include "actors/runner/judge0.h"
#include "actors/runtime/clock.h"

#define PATIENCE_MS 20000 /* for its queue; one that is busier is no help to a contest */

static bool s_always(void *context)
{
    (void)context;
    return true;
}

static const struct watch s_watch = {.go_on = s_always};

/* ---- the submission: what comes in goes out ----------------------------------------------------
 */

static const struct {
    int64_t language_id;
    const char *code;
} s_programs[] = {
    {71, "import sys\nsys.stdout.buffer.write(sys.stdin.buffer.read())\n"},
    {50,
     "#include <stdio.h>\nint main(void) { for (int c; (c = getchar()) != EOF;) putchar(c); }\n"},
};

static bool s_next_test(void *context, uint32_t index, struct slice *input, struct slice *expected)
{
    static const char bytes[] = "\xff\xfe\x80 \0 \xc3\x28\n";
    (void)context;
    *input = *expected = slice_from(bytes, sizeof bytes - 1 - index);
    return true;
}

/* NULL: none of the languages to try with. */
static const char *s_program(const struct offer *offer, int64_t *language_id)
{
    for (size_t i = 0; i < sizeof s_programs / sizeof s_programs[0]; i++)
        for (uint32_t j = 0; j < offer->count; j++)
            if (offer->list[j].id == s_programs[i].language_id) {
                *language_id = s_programs[i].language_id;
                return s_programs[i].code;
            }
    return NULL;
}

static bool s_run(struct judge0_slot *slot, struct judge0_report *report, char *error,
                  size_t error_size)
{
    struct judging_outcome outcome;
    struct judging_task task = {.time_limit_ms = 1000,
                                .memory_limit_mb = 64,
                                .output_limit_bytes = 1024,
                                .test_count = 3,
                                .next_test = s_next_test};
    const char *code = s_program(&report->offer, &task.language_id);
    int64_t begun_us = clock_mono_us();
    if (!code)
        return true;
    task.code = slice_of(code);
    judge0_judge(slot, &s_watch, &task, &outcome);
    report->took_ms = (clock_mono_us() - begun_us) / 1000;
    if (outcome.cancelled)
        snprintf(error, error_size,
                 "it takes submissions and does not judge them; are its workers "
                 "running?");
    else if (outcome.verdict == VERDICT_JUDGE_ERROR)
        snprintf(error, error_size, "%s%s", outcome.reason,
                 strstr(outcome.reason, "status 13")
                     ? "; its workers need cgroup v1 and a privileged container"
                     : "");
    else if (outcome.verdict != VERDICT_ACCEPTED)
        snprintf(error, error_size, "a program that is right came to: %s",
                 verdict_words.texts[outcome.verdict]);
    return !outcome.cancelled && outcome.verdict == VERDICT_ACCEPTED;
}

/* ---- what it says of itself --------------------------------------------------------------------
 */

static void s_read_version(struct judge0_slot *slot, struct judge0_report *report)
{
    const struct judge0_request request = {
        .path = "/version", .answer_max = 4096, .limit_ms = JUDGE0_CHECK_LIMIT_MS};
    if (judge0_http_run(slot->http, &request, &s_watch, &slot->answer) != JUDGE0_HTTP_ANSWERED ||
        slot->answer.status != 200)
        return;
    struct slice text = buffer_slice(&slot->answer.body);
    for (size_t i = 0; i < text.length && i < sizeof report->version - 1; i++) {
        if (!isalnum((unsigned char)text.data[i]) && text.data[i] != '.')
            break;
        report->version[i] = text.data[i];
    }
}

/* As the driver's own tend, but that it tells why not. */
static bool s_ask(struct judge0_slot *slot, struct judge0_report *report, char *error,
                  size_t error_size)
{
    struct judge0_check check;
    struct offer offer;
    char why[JUDGE0_WHY_BYTES];
    if (!judge0_check(slot, &s_watch, &check, why)) {
        snprintf(error, error_size, "%s", why);
        return false;
    }
    report->workers = check.workers;
    report->batch_max = check.config.batch_max;
    report->offer = check.offer;
    s_read_version(slot, report);
    runner_judge0.tend(slot, &s_watch, &offer);
    return true;
}

bool judge0_probe(const char *url, const char *token, struct judge0_report *report, char *error,
                  size_t error_size)
{
    struct place_options options = {
        .slots = 1, .judge0_token = token, .public_url = "", .patience_ms = PATIENCE_MS};
    struct buffer why;
    *report = (struct judge0_report){0};
    snprintf(options.url, sizeof options.url, "%s", url);
    if (!runner_judge0.takes(url, error, error_size))
        return false;
    buffer_init(&why, 1024);
    void *place = runner_judge0.open(&options, &why);
    struct judge0_slot *slot = place ? runner_judge0.slot_open(place, 0, &why) : NULL;
    if (!slot)
        snprintf(error, error_size, "%.*s", (int)strcspn(why.data, "\n"), why.data);
    bool well =
        slot && s_ask(slot, report, error, error_size) && s_run(slot, report, error, error_size);
    if (slot)
        runner_judge0.slot_close(slot);
    if (place)
        runner_judge0.close(place);
    buffer_fini(&why);
    return well;
}
