/* Does it show? Each kind of trace is left on purpose, beside a slot as the corpora have one. */
#include "tests/unit/runner/harness.h"
#include "tests/unit/runner/traces.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "actors/runner/sandbox.h"

static struct sandbox *s_sandbox;
static struct traces s_before;
static pid_t s_keeper;

static int s_set_up(void **state)
{
    (void)state;
    s_sandbox = harness_slot(40);
    FILE *children = fopen("/proc/thread-self/children", "re");
    bool known = children && fscanf(children, "%d", &s_keeper) == 1;
    if (children)
        fclose(children);
    s_before = traces_now();
    return s_sandbox && known ? 0 : -1;
}

static int s_tear_down(void **state)
{
    (void)state;
    sandbox_destroy(&s_sandbox);
    return 0;
}

static void s_assert_seen(enum trace kind, int more)
{
    assert_non_null(traces_left(&s_before));
    assert_int_equal(traces_now().count[kind], s_before.count[kind] + more);
}

static pid_t s_start_process(void)
{
    pid_t process = fork();
    if (process != 0)
        return process;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;)
        pause();
}

static void s_end_process(pid_t process)
{
    assert_return_code(kill(process, SIGKILL), errno);
    assert_int_equal(waitpid(process, NULL, 0), process);
}

/* "/proc/self/fd/N" of a place that we hold; one of several hierarchies'. */
static void s_place(char path[32])
{
    char target[4096], after;
    for (int fd = 0; fd < 1024; fd++) {
        snprintf(path, 32, "/proc/self/fd/%d", fd);
        ssize_t length = readlink(path, target, sizeof target - 1);
        target[length > 0 ? length : 0] = 0;
        const char *place = strstr(target, "/codecomp.runner/slot-");
        if (place && sscanf(place, "/codecomp.runner/slot-%*u%c", &after) < 1)
            return;
    }
    fail_msg("there is no place");
}

/* ---- what is left ---- */

static void nothing_is_left(void **state)
{
    (void)state;
    traces_assert_same(&s_before);
    assert_true(s_before.count[TRACE_GROUPS] > 0); /* the spare ones: so the places are seen */
    assert_int_equal(s_before.count[TRACE_MEMBERS], 0);
    assert_int_equal(s_before.count[TRACE_PROCESSES], 1); /* the keeper */
}

/* It ends with us at the latest: then nobody can write to it any more. */
static void a_daemon(void **state)
{
    int told[2], life[2];
    char byte;
    pid_t daemon = 0;
    (void)state;
    assert_return_code(pipe2(told, O_CLOEXEC), errno);
    assert_return_code(pipe2(life, O_CLOEXEC), errno);
    pid_t child = fork();
    if (child == 0) {
        setsid();
        daemon = fork();
        close(life[1]);
        if (daemon == 0)
            _exit(read(life[0], &byte, 1) < 0);
        _exit(write(told[1], &daemon, sizeof daemon) < 0);
    }
    assert_int_equal(read(told[0], &daemon, sizeof daemon), sizeof daemon);
    assert_int_equal(waitpid(child, NULL, 0), child);
    s_assert_seen(TRACE_PROCESSES, 1);
    s_end_process(daemon);
    for (int i = 0; i < 2; i++) {
        close(told[i]);
        close(life[i]);
    }
    traces_assert_same(&s_before);
}

/* In the keeper's namespaces: an ordinary user has his rights only there. */
static int s_in_the_keeper(bool mounted)
{
    pid_t child = fork();
    int status = -1;
    if (child == 0) {
        char path[64];
        snprintf(path, sizeof path, "/proc/%d/ns/user", (int)s_keeper);
        int users = open(path, O_RDONLY | O_CLOEXEC);
        snprintf(path, sizeof path, "/proc/%d/ns/mnt", (int)s_keeper);
        int mounts = open(path, O_RDONLY | O_CLOEXEC);
        if (geteuid() != 0 && setns(users, CLONE_NEWUSER) < 0)
            _exit(errno);
        if (setns(mounts, CLONE_NEWNS) < 0)
            _exit(errno);
        _exit((mounted ? umount2("/tmp", 0) : mount("tmpfs", "/tmp", "tmpfs", 0, NULL)) ? errno
                                                                                        : 0);
    }
    waitpid(child, &status, 0);
    return WEXITSTATUS(status);
}

static void a_mount_of_the_keeper(void **state)
{
    (void)state;
    assert_int_equal(s_in_the_keeper(false), 0);
    s_assert_seen(TRACE_MOUNTS, 1);
    assert_int_equal(s_in_the_keeper(true), 0);
    traces_assert_same(&s_before);
}

static void a_file(void **state)
{
    char path[] = "/tmp/codecomp-left-XXXXXX";
    (void)state;
    int fd = mkstemp(path);
    assert_return_code(fd, errno);
    if (geteuid() == 0)
        assert_return_code(fchown(fd, TRACES_FIRST_UID + 40, 0), errno);
    close(fd);
    s_assert_seen(TRACE_FILES, 1);
    assert_return_code(unlink(path), errno);
    traces_assert_same(&s_before);
}

static void a_box(void **state)
{
    char path[] = "/tmp/codecomp-box-XXXXXX";
    (void)state;
    assert_non_null(mkdtemp(path));
    s_assert_seen(TRACE_BOXES, 1);
    assert_return_code(rmdir(path), errno);
    traces_assert_same(&s_before);
}

static void a_descriptor(void **state)
{
    (void)state;
    int fd = dup(0);
    s_assert_seen(TRACE_DESCRIPTORS, 1);
    close(fd);
    traces_assert_same(&s_before);
}

static void a_group_of_our_own_place(void **state)
{
    char path[32], group[64];
    (void)state;
    s_place(path);
    snprintf(group, sizeof group, "%s/run-9", path);
    assert_return_code(mkdir(group, 0755), errno);
    s_assert_seen(TRACE_GROUPS, 1);
    assert_return_code(rmdir(group), errno);
    traces_assert_same(&s_before);
}

static void a_process_in_the_spare_group(void **state)
{
    char path[32], list[64];
    pid_t process = s_start_process();
    (void)state;
    s_place(path);
    snprintf(list, sizeof list, "%s/run-0/cgroup.procs", path);
    if (access(list, F_OK) < 0)
        snprintf(list, sizeof list, "%s/run-1/cgroup.procs", path);
    FILE *stream = fopen(list, "we");
    assert_non_null(stream);
    fprintf(stream, "%d", (int)process);
    assert_return_code(fclose(stream), errno);
    s_assert_seen(TRACE_MEMBERS, 2); /* a process, and its thread */
    s_end_process(process);
    traces_assert_same(&s_before);
}

static void an_abandoned_place(void **state)
{
    char path[32], place[64];
    (void)state;
    s_place(path);
    snprintf(place, sizeof place, "%s/../slot-255", path);
    assert_return_code(mkdir(place, 0755), errno);
    s_assert_seen(TRACE_DEAD_GROUPS, 1);
    assert_return_code(rmdir(place), errno);
    traces_assert_same(&s_before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_left),
        cmocka_unit_test(a_daemon),
        cmocka_unit_test(a_mount_of_the_keeper),
        cmocka_unit_test(a_file),
        cmocka_unit_test(a_box),
        cmocka_unit_test(a_descriptor),
        cmocka_unit_test(a_group_of_our_own_place),
        cmocka_unit_test(a_process_in_the_spare_group),
        cmocka_unit_test(an_abandoned_place),
    };
    return cmocka_run_group_tests(tests, s_set_up, s_tear_down);
}
