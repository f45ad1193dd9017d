/* Kill -9 in the middle of a run: no process may survive, and the next start finds a clean house.
 */
#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/runner/harness.h"

#define SLOT 7

/* Processes of that user, zombies apart. */
static int s_processes_of(unsigned uid)
{
    DIR *list = opendir("/proc");
    int count = 0;
    for (struct dirent *entry; (entry = readdir(list));) {
        char path[300], line[256], state = 'Z';
        unsigned owner = 0;
        snprintf(path, sizeof path, "/proc/%s/status", entry->d_name);
        FILE *stream =
            entry->d_name[0] >= '1' && entry->d_name[0] <= '9' ? fopen(path, "re") : NULL;
        while (stream && fgets(line, sizeof line, stream)) {
            sscanf(line, "State: %c", &state);
            sscanf(line, "Uid: %u", &owner);
        }
        if (stream)
            fclose(stream);
        count += owner == uid && state != 'Z';
    }
    closedir(list);
    return count;
}

/* A sandbox_job's output: the program told its user id; it goes to the pipe in `context`. */
static void s_pass_on(void *context, const char *data, size_t length)
{
    if (write(*(int *)context, data, length) < 0)
        _exit(1);
}

/* The process that will be killed. */
static void s_live(int told)
{
    struct buffer why;
    buffer_init(&why, 1024);
    struct sandbox *sandbox = sandbox_new(SANDBOX_ISOLATED, SLOT, NULL, &why);
    if (!sandbox)
        _exit(1);
    harness_compile(sandbox, "#include <stdio.h>\n#include <unistd.h>\n"
                             "int main(void) { fork(); if (fork()) { setsid(); }"
                             "fprintf(stdout, \"%d\\n\", getuid()); fflush(stdout); sleep(600); }");
    struct sandbox_job job = {
        .argv = (const char *const[]){"/box/main", NULL},
        .limits = harness_limits(),
        .output = s_pass_on,
        .context = &told,
    };
    job.limits.wall_ms = 600000;
    struct outcome outcome;
    sandbox_run(sandbox, &job, &outcome);
    _exit(2);
}

/* Until nobody of that user is left; false after ten seconds. */
static bool s_await_none(unsigned uid)
{
    for (int i = 0; i < 1000; i++) {
        if (s_processes_of(uid) == 0)
            return true;
        nanosleep(&(struct timespec){.tv_nsec = 10 * 1000 * 1000}, NULL);
    }
    return false;
}

static void nothing_survives_a_kill(void **state)
{
    struct traces before = traces_now();
    int told[2], reports = 0;
    char text[64];
    (void)state;
    assert_return_code(pipe(told), 0);
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(told[0]);
        s_live(told[1]);
    }
    close(told[1]);
    unsigned uid = 0;
    while (reports < 4) { /* two forks: four processes */
        ssize_t length = read(told[0], text, sizeof text - 1);
        assert_true(length > 0);
        text[length] = 0;
        uid = (unsigned)atoi(text);
        for (ssize_t i = 0; i < length; i++)
            reports += text[i] == '\n';
    }
    assert_int_not_equal(uid, 0);
    assert_int_equal(s_processes_of(uid), 4);
    assert_return_code(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_true(s_await_none(uid));
    close(told[0]);

    struct buffer why;
    buffer_init(&why, 1024);
    struct sandbox *next = sandbox_new(SANDBOX_ISOLATED, SLOT, NULL, &why);
    assert_non_null(next);
    sandbox_destroy(&next);
    buffer_fini(&why);
    traces_assert_same(&before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_survives_a_kill),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
