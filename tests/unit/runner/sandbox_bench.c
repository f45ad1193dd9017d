/* Prints what a run in the sandbox costs above a bare fork and exec of the same program, /bin/true:
 * medians and minima over ROUNDS runs each, alternating. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "actors/runner/sandbox.h"

#define ROUNDS 300

static double s_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int s_order(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static void s_drop(void *context, const char *data, size_t length)
{
    (void)context;
    (void)data;
    (void)length;
}

static double s_bare(void)
{
    double start = s_now_ms();
    pid_t child = fork();
    if (child == 0) {
        execl("/usr/bin/true", "true", (char *)NULL);
        _exit(127);
    }
    waitpid(child, NULL, 0);
    return s_now_ms() - start;
}

static double s_sandboxed(struct sandbox *sandbox)
{
    const struct sandbox_job job = {
        .argv = (const char *const[]){"/usr/bin/true", NULL},
        .limits = {1000, 3000, 256 << 20, 64 << 20, 256 << 20, 1 << 20, 32},
        .output = s_drop,
    };
    struct outcome outcome;
    double start = s_now_ms();
    sandbox_run(sandbox, &job, &outcome);
    double took = s_now_ms() - start;
    if (outcome.failure[0] || outcome.exit_code || outcome.signal) {
        fprintf(stderr, "the run failed: %s\n", outcome.failure);
        exit(1);
    }
    return took;
}

int main(void)
{
    static double bare[ROUNDS], sandboxed[ROUNDS];
    struct buffer why;
    buffer_init(&why, 4096);
    struct sandbox *sandbox = sandbox_new(SANDBOX_ISOLATED, 0, NULL, &why);
    if (!sandbox || !sandbox_open_box(sandbox, "empty", slice_of(""), &why)) {
        fprintf(stderr, "%.*s", (int)why.length, why.data);
        return 1;
    }
    for (int i = 0; i < ROUNDS; i++) {
        bare[i] = s_bare();
        sandboxed[i] = s_sandboxed(sandbox);
    }
    sandbox_destroy(&sandbox);
    buffer_fini(&why);
    qsort(bare, ROUNDS, sizeof bare[0], s_order);
    qsort(sandboxed, ROUNDS, sizeof sandboxed[0], s_order);
    printf("ms, median (min, p95) of %d runs of /usr/bin/true\n", ROUNDS);
    printf("bare fork and exec  %.2f (%.2f, %.2f)\n", bare[ROUNDS / 2], bare[0],
           bare[ROUNDS * 95 / 100]);
    printf("in the sandbox      %.2f (%.2f, %.2f)\n", sandboxed[ROUNDS / 2], sandboxed[0],
           sandboxed[ROUNDS * 95 / 100]);
    printf("overhead            %.2f (%.2f)\n", sandboxed[ROUNDS / 2] - bare[ROUNDS / 2],
           sandboxed[0] - bare[0]);
    return 0;
}
