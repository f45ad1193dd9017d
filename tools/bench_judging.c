/* The bench's measure for verdicts: the same judging as the runner's, with nothing around it.
 *
 *   bench_judging FOLDER TIME_MS MEMORY_MB
 *
 * FOLDER has main.c and tests as 1.in, 1.ans, 2.in, … For every line on stdin it compiles and runs
 * main.c once, in the sandbox, and prints the milliseconds that took; first it prints "ready". */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "actors/runner/judging.h"

#define LANGUAGE_C 50
#define TESTS_MAX_HERE 500
#define FILE_MAX_BYTES (16u << 20)
#define SLOT 255 /* the last: slots have a user each, and the runner's begin at 0 */

struct bench {
    struct buffer source;                   /* owned */
    struct buffer inputs[TESTS_MAX_HERE];   /* owned; test_count of them */
    struct buffer expected[TESTS_MAX_HERE]; /* owned; test_count of them */
    uint32_t test_count;                    /* how many */
};

static bool s_read(const char *folder, const char *name, struct buffer *out)
{
    char path[4096], piece[65536];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    buffer_init(out, FILE_MAX_BYTES);
    for (size_t got; (got = fread(piece, 1, sizeof piece, file));)
        buffer_append(out, piece, got);
    fclose(file);
    return true;
}

static bool s_load(struct bench *self, const char *folder)
{
    char name[32];
    if (!s_read(folder, "main.c", &self->source))
        return false;
    for (; self->test_count < TESTS_MAX_HERE; self->test_count++) {
        snprintf(name, sizeof name, "%u.in", self->test_count + 1);
        if (!s_read(folder, name, &self->inputs[self->test_count]))
            break;
        snprintf(name, sizeof name, "%u.ans", self->test_count + 1);
        if (!s_read(folder, name, &self->expected[self->test_count]))
            return false;
    }
    return self->test_count > 0;
}

static bool s_next_test(void *context, uint32_t index, struct slice *input, struct slice *expected)
{
    struct bench *self = context;
    *input = buffer_slice(&self->inputs[index]);
    *expected = buffer_slice(&self->expected[index]);
    return true;
}

static double s_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static bool s_rounds(struct sandbox *sandbox, const struct judging_task *task)
{
    static struct judging_outcome outcome;
    puts("ready");
    fflush(stdout);
    for (char line[16]; fgets(line, sizeof line, stdin);) {
        double begin_ms = s_now_ms();
        judging_run(sandbox, task, &outcome);
        printf("%.3f\n", s_now_ms() - begin_ms);
        fflush(stdout);
        if (outcome.verdict == VERDICT_ACCEPTED)
            continue;
        fprintf(stderr, "bench_judging: %s at test %u, %lld ms: %s%s\n",
                word_text(&verdict_words, (uint8_t)outcome.verdict), outcome.failed_test,
                (long long)outcome.time_ms, outcome.reason, outcome.compile_output);
        return false;
    }
    return true;
}

int main(int argument_count, char **arguments)
{
    static struct bench bench;
    static struct languages languages;
    struct buffer why;
    buffer_init(&why, 4096);
    if (argument_count != 4 || !s_load(&bench, arguments[1])) {
        fprintf(stderr, "usage: bench_judging FOLDER TIME_MS MEMORY_MB\n");
        return 2;
    }
    struct sandbox *sandbox = sandbox_new(SANDBOX_ISOLATED, SLOT, NULL, &why);
    if (!sandbox) {
        fprintf(stderr, "bench_judging: %.*s\n", (int)why.length, why.data);
        return 1;
    }
    languages_detect(&languages, sandbox);
    struct judging_task task = {.languages = &languages,
                                .language_id = LANGUAGE_C,
                                .code = buffer_slice(&bench.source),
                                .time_limit_ms = atoi(arguments[2]),
                                .memory_limit_mb = atoi(arguments[3]),
                                .output_limit_bytes = FILE_MAX_BYTES,
                                .test_count = bench.test_count,
                                .next_test = s_next_test,
                                .context = &bench};
    bool good = s_rounds(sandbox, &task);
    sandbox_destroy(&sandbox);
    buffer_fini(&why);
    buffer_fini(&bench.source);
    for (uint32_t i = 0; i < bench.test_count; i++) {
        buffer_fini(&bench.inputs[i]);
        buffer_fini(&bench.expected[i]);
    }
    return good ? 0 : 1;
}
