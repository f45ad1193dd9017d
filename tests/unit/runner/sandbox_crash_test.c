/* Kill -9 in the middle of a run or of a compilation: no process may survive, and the next start
 * finds a clean house. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/runner/harness.h"
#include "tests/unit/runner/traces.h"

#define SLOT 7

/* Two forks, four processes, a line of each. */
static const char s_runs[] = "#include <stdio.h>\n#include <unistd.h>\n"
                             "int main(void) { fork(); if (fork()) { setsid(); }"
                             "fprintf(stdout, \"here\\n\"); fflush(stdout); sleep(600); }";

/* A line at the start, then 2^198 times itself. */
static const char s_never_compiles[] = "#if __INCLUDE_LEVEL__ == 0\n"
                                       "#pragma message \"here\"\n"
                                       "#endif\n"
                                       "#if __INCLUDE_LEVEL__ < 199\n"
                                       "#include __FILE__\n"
                                       "#include __FILE__\n"
                                       "#endif\n";

/* A sandbox_job's output goes to the pipe in `context`. */
static void s_pass_on(void *context, const char *data, size_t length)
{
    if (write(*(int *)context, data, length) < 0)
        _exit(1);
}

/* The process that will be killed. */
static void s_live(int told, bool compiling)
{
    struct buffer why;
    buffer_init(&why, 1024);
    struct sandbox *sandbox = sandbox_new(SANDBOX_ISOLATED, SLOT, NULL, &why);
    if (!sandbox)
        _exit(1);
    if (!compiling)
        harness_compile(sandbox, s_runs);
    else if (!sandbox_open_box(sandbox, "main.c", slice_of(s_never_compiles), &why))
        _exit(1);
    struct sandbox_job job = {
        .argv = compiling ? (const char *const[]){"/usr/bin/gcc", "-o", "main", "main.c", NULL}
                          : (const char *const[]){"/box/main", NULL},
        .compiling = compiling,
        .artefact = compiling ? "main" : NULL,
        .limits = harness_limits(),
        .output = s_pass_on,
        .context = &told,
    };
    job.limits.cpu_ms = job.limits.wall_ms = 600000;
    job.limits.memory_bytes = 512 << 20;
    struct outcome outcome;
    sandbox_run(sandbox, &job, &outcome);
    _exit(2);
}

/* The kernel hands us whatever descends from the one that was killed: where there is nothing to
 * wait for, nothing survives. False after ten seconds. */
static bool s_await_all(void)
{
    for (int i = 0; i < 1000; i++) {
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
        if (waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD)
            return true;
        nanosleep(&(struct timespec){.tv_nsec = 10 * 1000 * 1000}, NULL);
    }
    return false;
}

/* Kills it when so many lines say "here". */
static void s_kill_in_the_middle(bool compiling, int lines, int processes)
{
    struct traces before = traces_now();
    int told[2], reports = 0;
    char line[256];
    assert_return_code(pipe2(told, O_CLOEXEC), errno);
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        s_live(told[1], compiling);
    }
    close(told[1]);
    FILE *stream = fdopen(told[0], "r");
    assert_non_null(stream);
    while (reports < lines && fgets(line, sizeof line, stream))
        reports += strstr(line, "here") != NULL;
    assert_int_equal(reports, lines);
    /* with the child itself, its keeper and the first process of the run */
    assert_int_equal(traces_now().count[TRACE_PROCESSES], 3 + processes);
    assert_return_code(kill(child, SIGKILL), errno);
    assert_true(s_await_all());
    fclose(stream);

    struct buffer why;
    buffer_init(&why, 1024);
    struct sandbox *next = sandbox_new(SANDBOX_ISOLATED, SLOT, NULL, &why);
    assert_non_null(next);
    sandbox_destroy(&next);
    buffer_fini(&why);
    s_await_all();
    traces_assert_same(&before);
}

static void nothing_survives_a_kill_while_running(void **state)
{
    (void)state;
    s_kill_in_the_middle(false, 4, 4);
}

static void nothing_survives_a_kill_while_compiling(void **state)
{
    (void)state;
    s_kill_in_the_middle(true, 1, 2); /* gcc and the compiler proper */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_survives_a_kill_while_running),
        cmocka_unit_test(nothing_survives_a_kill_while_compiling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
