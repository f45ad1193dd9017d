/* The bench's figures of the sandbox, each a line of JSON:
 *
 *   bench_judge ROUNDS SECONDS
 *
 * What a run of /usr/bin/true costs bare (fork and exec), in the sandbox and in bubblewrap with the
 * same namespaces: ROUNDS of each, alternating, in milliseconds. How many submissions of a program
 * with twenty tests are judged in a second by a slot for each processor, for SECONDS each. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "actors/runner/judging.h"
#include "proto/check.h"

#define ROUNDS_MAX 1000
#define SLOTS_MAX 64
#define FIRST_SLOT 128 /* slots have a user each, and the runner's begin at 0 */
#define TESTS 20

static struct languages s_languages;

static double s_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static struct sandbox *s_sandbox(unsigned number)
{
    struct buffer why;
    buffer_init(&why, 4096);
    struct sandbox *sandbox = sandbox_new(SANDBOX_ISOLATED, FIRST_SLOT + number, NULL, &why);
    if (!sandbox || !sandbox_open_box(sandbox, "empty", slice_of(""), &why)) {
        fprintf(stderr, "bench_judge: %.*s", (int)why.length, why.data);
        exit(1);
    }
    buffer_fini(&why);
    return sandbox;
}

/* ---- one run --------------------------------------------------------------------------------- */

static double s_process(const char *const *argv)
{
    double start = s_now_ms();
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        execv(argv[0], (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    waitpid(child, &status, 0);
    double took = s_now_ms() - start;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? took : -1;
}

static void s_drop(void *context, const char *data, size_t length)
{
    (void)context;
    (void)data;
    (void)length;
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
    check(!outcome.failure[0] && outcome.exit_code == 0 && outcome.signal == 0);
    return s_now_ms() - start;
}

static int s_order(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static void s_say_run(const char *what, double *ms, int rounds)
{
    qsort(ms, (size_t)rounds, sizeof *ms, s_order);
    if (ms[0] >= 0)
        printf("{\"run\": \"%s\", \"median_ms\": %.3f, \"least_ms\": %.3f}\n", what, ms[rounds / 2],
               ms[0]);
}

static void s_runs(int rounds)
{
    static double bare[ROUNDS_MAX], sandboxed[ROUNDS_MAX], bubblewrap[ROUNDS_MAX];
    static const char *const bare_argv[] = {"/usr/bin/true", NULL};
    static const char *const bubblewrap_argv[] = {"/usr/bin/bwrap",
                                                  "--unshare-all",
                                                  "--die-with-parent",
                                                  "--new-session",
                                                  "--ro-bind",
                                                  "/usr",
                                                  "/usr",
                                                  "--symlink",
                                                  "usr/lib",
                                                  "/lib",
                                                  "--symlink",
                                                  "usr/lib64",
                                                  "/lib64",
                                                  "--proc",
                                                  "/proc",
                                                  "--tmpfs",
                                                  "/tmp",
                                                  "--clearenv",
                                                  "/usr/bin/true",
                                                  NULL};
    struct sandbox *sandbox = s_sandbox(0);
    for (int i = 0; i < rounds; i++) {
        bare[i] = s_process(bare_argv);
        sandboxed[i] = s_sandboxed(sandbox);
        bubblewrap[i] = s_process(bubblewrap_argv);
    }
    sandbox_destroy(&sandbox);
    s_say_run("bare", bare, rounds);
    s_say_run("sandbox", sandboxed, rounds);
    s_say_run("bubblewrap", bubblewrap, rounds);
}

/* ---- judging --------------------------------------------------------------------------------- */

static const struct subject {
    const char *name;
    int64_t language_id;
    bool cached;
    const char *code;
} s_subjects[] = {
    {"C++", 54, false,
     "#include <iostream>\nint main() { long n, all = 0; while (std::cin >> n) all += n;"
     "std::cout << all << std::endl; }\n"},
    {"C++, compiled before", 54, true,
     "#include <iostream>\nint main() { long n, all = 0; while (std::cin >> n) all += n;"
     "std::cout << all << std::endl; }\n"},
    {"Python", 71, false, "import sys\nprint(sum(map(int, sys.stdin.read().split())))\n"},
    {"Java", 62, false,
     "public class Main { public static void main(String[] a) { var in ="
     " new java.util.Scanner(System.in); long all = 0; while (in.hasNextLong())"
     " all += in.nextLong(); System.out.println(all); } }\n"},
};

struct worker {
    const struct subject *subject; /* what to judge */
    struct compile_cache *cache;   /* NULL: none */
    unsigned number;               /* slot */
    double until_ms;               /* when to begin nothing more */
    unsigned judged;               /* how many were */
    double spent_ms;               /* on them */
    pthread_t thread;
};

static bool s_next_test(void *context, uint32_t index, struct slice *input, struct slice *expected)
{
    (void)context;
    (void)index;
    *input = slice_of("1 2 3 4 5 6 7 8 9 10\n");
    *expected = slice_of("55\n");
    return true;
}

static void *s_work(void *argument)
{
    struct worker *self = argument;
    struct judging_outcome *outcome = malloc(sizeof *outcome);
    struct sandbox *sandbox = s_sandbox(self->number);
    const struct judging_task task = {.languages = &s_languages,
                                      .cache = self->cache,
                                      .language_id = self->subject->language_id,
                                      .code = slice_of(self->subject->code),
                                      .time_limit_ms = 5000,
                                      .memory_limit_mb = 256,
                                      .output_limit_bytes = 1 << 20,
                                      .test_count = TESTS,
                                      .next_test = s_next_test};
    check(outcome);
    for (double now_ms = s_now_ms(); now_ms < self->until_ms || self->judged == 0;) {
        judging_run(sandbox, &task, outcome);
        if (outcome->verdict != VERDICT_ACCEPTED) {
            fprintf(stderr, "bench_judge: %s: %s %s\n", self->subject->name,
                    word_text(&verdict_words, (uint8_t)outcome->verdict), outcome->reason);
            exit(1);
        }
        self->judged++;
        self->spent_ms += s_now_ms() - now_ms;
        now_ms = s_now_ms();
    }
    sandbox_destroy(&sandbox);
    free(outcome);
    return NULL;
}

static void s_judge(const struct subject *subject, unsigned slots, double seconds)
{
    static struct worker workers[SLOTS_MAX];
    struct compile_cache *cache = subject->cached ? compile_cache_new(64u << 20) : NULL;
    double begun_ms = s_now_ms(), judged = 0, spent_ms = 0;
    for (unsigned i = 0; i < slots; i++) {
        workers[i] = (struct worker){
            .subject = subject, .cache = cache, .number = i, .until_ms = begun_ms + seconds * 1e3};
        check(pthread_create(&workers[i].thread, NULL, s_work, &workers[i]) == 0);
    }
    for (unsigned i = 0; i < slots; i++) {
        pthread_join(workers[i].thread, NULL);
        judged += workers[i].judged;
        spent_ms += workers[i].spent_ms;
    }
    printf("{\"judge\": \"%s\", \"slots\": %u, \"tests\": %d, \"per_second\": %.2f,"
           " \"mean_ms\": %.1f}\n",
           subject->name, slots, TESTS, judged / (s_now_ms() - begun_ms) * 1e3, spent_ms / judged);
    compile_cache_destroy(&cache);
}

int main(int argument_count, char **arguments)
{
    if (argument_count != 3) {
        fprintf(stderr, "usage: bench_judge ROUNDS SECONDS\n");
        return 2;
    }
    int rounds = atoi(arguments[1]);
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned slots = cores < 1 ? 1 : cores > SLOTS_MAX ? SLOTS_MAX : (unsigned)cores;
    s_runs(rounds < 1 ? 1 : rounds > ROUNDS_MAX ? ROUNDS_MAX : rounds);
    struct sandbox *sandbox = s_sandbox(0);
    languages_detect(&s_languages, sandbox);
    sandbox_destroy(&sandbox);
    for (size_t i = 0; i < sizeof s_subjects / sizeof s_subjects[0]; i++)
        if (languages_find(&s_languages, s_subjects[i].language_id, NULL))
            s_judge(&s_subjects[i], slots, atof(arguments[2]));
    return 0;
}
