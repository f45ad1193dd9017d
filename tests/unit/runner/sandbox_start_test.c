/* How slots and programs start where the machine, or what the compiler left, is not as usual. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/capability.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/runner/harness.h"
#include "tests/unit/runner/traces.h"

static struct harness_run s_run; /* of the test under way */
static struct traces s_before;   /* taken before each test */

static int s_before_each(void **state)
{
    (void)state;
    s_before = traces_now();
    return 0;
}

static int s_after_each(void **state)
{
    (void)state;
    traces_assert_same(&s_before);
    return 0;
}

static struct sandbox *s_open(void)
{
    struct buffer why;
    buffer_init(&why, 2048);
    struct sandbox *sandbox = sandbox_new(SANDBOX_ISOLATED, 4, NULL, &why);
    if (!sandbox)
        fail_msg("%.*s", (int)why.length, why.data);
    buffer_fini(&why);
    return sandbox;
}

static bool s_write(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    if (fd >= 0)
        close(fd);
    return ok;
}

/* ---- machines ---- */

/* Runs `test` in a child, in those new namespaces and as the same user. */
static void s_in_namespaces(int namespaces, int (*test)(void))
{
    char map[32];
    int status = 0;
    unsigned uid = geteuid(), gid = getegid();
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (unshare(namespaces | (uid ? CLONE_NEWUSER : 0)) < 0)
            _exit(100);
        snprintf(map, sizeof map, "%u %u 1", gid, gid);
        if (uid &&
            (!s_write("/proc/self/setgroups", "deny") || !s_write("/proc/self/gid_map", map)))
            _exit(101);
        snprintf(map, sizeof map, "%u %u 1", uid, uid);
        if (uid && !s_write("/proc/self/uid_map", map))
            _exit(102);
        pid_t inner = fork(); /* into the new namespace of processes, if it was asked for */
        if (inner == 0)
            _exit(test());
        _exit(waitpid(inner, &status, 0) == inner && WIFEXITED(status) ? WEXITSTATUS(status) : 103);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void s_take(void *context, const char *data, size_t length)
{
    (void)context;
    fprintf(stderr, "%.*s", (int)length, data);
}

/* In a slot of its own: how that program ends; -1: it was not run. */
static int s_exit_code(const char *shared, const char *const *argv)
{
    struct outcome outcome = {.exit_code = -1};
    struct buffer why;
    const struct sandbox_job job = {.argv = argv, .limits = harness_limits(), .output = s_take};
    buffer_init(&why, 1024);
    struct sandbox *sandbox = sandbox_new(SANDBOX_ISOLATED, 4, shared, &why);
    if (sandbox && sandbox_open_files(sandbox, NULL, 0, &why))
        sandbox_run(sandbox, &job, &outcome);
    s_take(NULL, why.data, why.length);
    s_take(NULL, outcome.failure, strlen(outcome.failure));
    sandbox_destroy(&sandbox);
    buffer_fini(&why);
    return outcome.failure[0] ? -1 : outcome.exit_code;
}

/* Folders below the shared one that are mounts of their own, one with a blank in its name: nothing
 * may be written there, set-user-id programs and devices mean nothing. */
static int s_with_mounts_below(void)
{
    static const char *const argv[] = {
        "/usr/bin/bash", "-c",
        "cd /shared && [ -e 'a mount/file' ] && [ -e 'a mount/below/file' ] && "
        "! /usr/bin/touch 'a mount/file' && ! /usr/bin/touch 'a mount/below/file' && "
        "[ $(/usr/bin/grep -c '/shared/a.040mount[^ ]* ro,nosuid,nodev,noexec' "
        "/proc/self/mountinfo) = 2 ]",
        NULL};
    char shared[] = "/tmp/codecomp-shared-XXXXXX", path[128];
    if (!mkdtemp(shared))
        return 1;
    chmod(shared, 0755);
    bool made = mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
    static const char *const below[] = {"a mount", "a mount/below"};
    for (size_t i = 0; made && i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", shared, below[i]);
        made = mkdir(path, 0755) == 0 && mount("tmpfs", path, "tmpfs", 0, "mode=0777") == 0;
        strcat(path, "/file");
        made = made && s_write(path, "");
        chmod(path, 0666);
    }
    int exit_code = made ? s_exit_code(shared, argv) : 2;
    snprintf(path, sizeof path, "%s/%s", shared, below[0]);
    umount2(path, MNT_DETACH);
    rmdir(path);
    rmdir(shared);
    return exit_code;
}

static int s_with_mounts_below_on_an_older_kernel(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    bool older =
        filter &&
        seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(mount_setattr), 0) == 0 &&
        seccomp_load(filter) == 0;
    seccomp_release(filter);
    return older ? s_with_mounts_below() : 3;
}

static void what_is_mounted_below_a_folder_is_read_only_too(void **state)
{
    (void)state;
    s_in_namespaces(CLONE_NEWNS, s_with_mounts_below);
}

static void what_is_mounted_below_a_folder_is_read_only_on_older_kernels(void **state)
{
    (void)state;
    s_in_namespaces(CLONE_NEWNS, s_with_mounts_below_on_an_older_kernel);
}

/* The setting is a namespace's; kernels before 6.3 have none, and only root may change it. */
static int s_without_executable_memory(void)
{
    static const char *const argv[] = {"/usr/bin/true", NULL};
    s_write("/proc/sys/vm/memfd_noexec", "1");
    return s_exit_code(NULL, argv);
}

static void the_keeper_starts_where_memory_files_are_not_executable(void **state)
{
    (void)state;
    s_in_namespaces(CLONE_NEWPID, s_without_executable_memory);
}

/* ---- programs ---- */

/* A compiler may have been made to leave anything. */
static void a_program_of_the_box_that_cannot_be_started_is_its_own_failure(void **state)
{
    static const char *const spoilt[] = {
        "/usr/bin/chmod 0 main",
        "/usr/bin/rm main",
        "/usr/bin/truncate -s 100 main",
        "/usr/bin/rm main; /usr/bin/mkfifo main",
        "/usr/bin/rm main; /usr/bin/ln -s main main",
        "/usr/bin/chmod 0 .",
    };
    struct sandbox_job spoil = {.compiling = true, .limits = harness_limits()};
    struct sandbox_job job = {
        .argv = (const char *const[]){"/box/main", NULL},
        .limits = harness_limits(),
    };
    struct sandbox *sandbox = s_open();
    (void)state;
    for (size_t i = 0; i < sizeof spoilt / sizeof spoilt[0]; i++) {
        harness_compile(sandbox, "int main(void) { return 0; }");
        const char *const argv[] = {"/usr/bin/bash", "-c", spoilt[i], NULL};
        spoil.argv = argv;
        harness_run_job(sandbox, &spoil, &s_run);
        assert_int_equal(s_run.outcome.exit_code, 0);
        harness_run_job(sandbox, &job, &s_run);
        assert_int_equal(s_run.outcome.exit_code, 127);
    }
    sandbox_destroy(&sandbox);
}

/* May this user set the least value, so that one without his rights cannot go below it? Only who
 * is root of the machine itself. */
static bool s_sets_the_least(void)
{
    int status = 0;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
        bool raised = fd >= 0 && write(fd, "1000", 4) == 4;
        if (!raised || (geteuid() == 0 && setresuid(65532, 65532, 65532) < 0))
            _exit(2);
        _exit(write(fd, "0", 1) < 0 && errno == EACCES);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 2);
    return WEXITSTATUS(status) == 1;
}

static void the_program_cannot_outlive_others_when_memory_runs_out(void **state)
{
    struct sandbox *sandbox = s_open();
    (void)state;
    harness_run_c(
        sandbox,
        "#include <errno.h>\n#include <fcntl.h>\n#include <stdio.h>\n#include <unistd.h>\n"
        "int main(void) { char is[8] = \"\"; int fd = open("
        "\"/proc/self/oom_score_adj\", O_RDWR); read(fd, is, 4);"
        "printf(\"%s %d\", is, write(fd, \"0\", 1) < 0 && errno == EACCES); }",
        &s_run);
    assert_string_equal(s_run.output, s_sets_the_least() ? "1000 1" : "1000 0");
    sandbox_destroy(&sandbox);
}

/* As in a container whose root may not lift limits. */
static int s_with_bounded_stacks(void)
{
    static const char told[] = "No stack can be larger than 64 MB";
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct rights[2];
    struct rlimit limit = {8 << 20, 64 << 20};
    struct buffer sentences;
    buffer_init(&sentences, 4096);
    if (setrlimit(RLIMIT_STACK, &limit) < 0 || prctl(PR_CAPBSET_DROP, CAP_SYS_RESOURCE) < 0 ||
        syscall(SYS_capget, &header, rights) < 0)
        return 1;
    rights[0].effective &= ~(1u << CAP_SYS_RESOURCE);
    rights[0].permitted &= ~(1u << CAP_SYS_RESOURCE);
    rights[0].inheritable = 0;
    if (syscall(SYS_capset, &header, rights) < 0)
        return 2;
    bool can = sandbox_check(&sentences);
    bool says = memmem(sentences.data, sentences.length, told, strlen(told));
    if (!can || !says)
        s_take(NULL, sentences.data, sentences.length);
    buffer_fini(&sentences);
    return can && says ? 0 : 3;
}

static void a_bound_on_stacks_is_told(void **state)
{
    (void)state;
    s_in_namespaces(0, s_with_bounded_stacks);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, s_before_each, s_after_each)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_mounted_below_a_folder_is_read_only_too),
        TEST(a_bound_on_stacks_is_told),
        TEST(what_is_mounted_below_a_folder_is_read_only_on_older_kernels),
        TEST(the_keeper_starts_where_memory_files_are_not_executable),
        TEST(a_program_of_the_box_that_cannot_be_started_is_its_own_failure),
        TEST(the_program_cannot_outlive_others_when_memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
