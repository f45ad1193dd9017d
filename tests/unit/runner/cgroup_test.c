/* Control groups that fail, or run out because of somebody else: what a slot makes of that. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "actors/runner/cgroup_driver.h"
#include "tests/unit/runner/harness.h"
#include "tests/unit/runner/traces.h"

static struct sandbox *s_sandbox; /* one slot for all tests */
static struct harness_run s_run;  /* of the test under way */
static struct traces s_before;    /* taken before the slot was made */

static int s_set_up(void **state)
{
    (void)state;
    s_before = traces_now();
    s_sandbox = harness_slot(4);
    return s_sandbox ? 0 : -1;
}

static int s_tear_down(void **state)
{
    (void)state;
    sandbox_destroy(&s_sandbox);
    traces_assert_same(&s_before);
    return 0;
}

/* ---- files ---- */

static char s_folder[64]; /* stands for a group */

static void s_put(const char *name, const char *text)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", s_folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int s_make_folder(void **state)
{
    (void)state;
    strcpy(s_folder, "/tmp/codecomp-test-XXXXXX");
    return mkdtemp(s_folder) ? 0 : -1;
}

static int s_remove_folder(void **state)
{
    static const char *const names[] = {
        "cpu.stat",
        "memory.peak",
        "memory.events",
        "cpuacct.usage",
        "memory.oom_control",
        "memory.failcnt",
        "memory.max_usage_in_bytes",
    };
    char path[160];
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", s_folder, names[i]);
        unlink(path);
    }
    return rmdir(s_folder);
}

static bool s_usage(const struct cgroup_driver *driver, struct cgroup_usage *usage)
{
    int directory = open(s_folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(directory >= 0);
    *usage = (struct cgroup_usage){0};
    bool ok = driver->usage((int[]){directory, directory, directory}, usage);
    int error = errno;
    close(directory);
    errno = error;
    return ok;
}

static void version_2_tells_whose_limit_was_reached(void **state)
{
    struct cgroup_usage usage;
    (void)state;
    s_put("memory.events", "low 0\nhigh 0\nmax 7\noom 0\noom_kill 0\n");
    assert_false(s_usage(&cgroup_v2, &usage)); /* no processor time to be read */
    assert_int_equal(errno, ENOENT);
    s_put("cpu.stat", "usage_usec 1234\nuser_usec 1000\n");
    assert_true(s_usage(&cgroup_v2, &usage));
    assert_int_equal(usage.cpu_us, 1234);
    assert_int_equal(usage.memory_kb, -1); /* before Linux 5.19 */
    assert_false(usage.killed || usage.at_limit);
    s_put("memory.peak", "40960\n");
    s_put("memory.events", "max 7\noom 0\noom_kill 1\noom_group_kill 0\n");
    assert_true(s_usage(&cgroup_v2, &usage));
    assert_int_equal(usage.memory_kb, 40);
    assert_true(usage.killed && !usage.at_limit);
    s_put("memory.events", "max 7\noom 1\noom_kill 3\noom_group_kill 1\n");
    assert_true(s_usage(&cgroup_v2, &usage));
    assert_true(usage.killed && usage.at_limit);
    s_put("memory.events", "max 7\n");
    assert_false(s_usage(&cgroup_v2, &usage));
    assert_int_equal(errno, ENODATA);
}

static void version_1_tells_whose_limit_was_reached(void **state)
{
    struct cgroup_usage usage;
    (void)state;
    s_put("cpuacct.usage", "1234000\n");
    s_put("memory.max_usage_in_bytes", "40960\n");
    s_put("memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n");
    assert_false(s_usage(&cgroup_v1, &usage));
    s_put("memory.failcnt", "0\n");
    assert_true(s_usage(&cgroup_v1, &usage));
    assert_int_equal(usage.cpu_us, 1234);
    assert_int_equal(usage.memory_kb, 40);
    assert_true(usage.killed && !usage.at_limit);
    s_put("memory.failcnt", "2\n");
    assert_true(s_usage(&cgroup_v1, &usage));
    assert_true(usage.killed && usage.at_limit);
    s_put("memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 0\n");
    assert_true(s_usage(&cgroup_v1, &usage));
    assert_true(!usage.killed && usage.at_limit);
}

/* ---- whose memory ---- */

/* A limit above the group of the run, as that of a container or a service is. */
static void the_machines_want_of_memory_is_not_the_programs(void **state)
{
    struct sandbox_job job = {.argv = (const char *const[]){"/box/main", NULL},
                              .limits = harness_limits(),
                              .output = harness_ignore};
    (void)state;
    harness_compile(s_sandbox,
                    "#include <stdlib.h>\n#include <string.h>\n"
                    "int main(void) { memset(malloc(40 << 20), 1, 40 << 20); return 5; }");
    assert_true(harness_limit_place(20 << 20));
    sandbox_run(s_sandbox, &job, &s_run.outcome);
    assert_true(harness_limit_place(0));
    assert_string_equal(s_run.outcome.failure, "the machine ran out of memory");
    harness_run(s_sandbox, slice_of(""), NULL, &s_run);
    assert_int_equal(s_run.outcome.exit_code, 5);
    job.limits.memory_bytes = 20 << 20;
    harness_run(s_sandbox, slice_of(""), &job.limits, &s_run);
    assert_true(s_run.outcome.out_of_memory);
}

/* ---- groups that cannot be read ---- */

/* No file can be opened any more: 0 to 2 are. */
static const rlim_t s_few = 3;

static bool s_no_descriptors(void *context)
{
    const struct rlimit *limit = context;
    struct rlimit none = {s_few, limit->rlim_max};
    return setrlimit(RLIMIT_NOFILE, &none) == 0;
}

static void s_no_descriptors_at_output(void *context, const char *data, size_t length)
{
    (void)data, (void)length;
    s_no_descriptors(context);
}

static void a_group_that_cannot_be_read_is_our_failure(void **state)
{
    static const char failure[] = "the control group cannot be read: Too many open files";
    struct rlimit limit;
    (void)state;
    assert_return_code(getrlimit(RLIMIT_NOFILE, &limit), errno);
    harness_compile(s_sandbox, "#include <stdio.h>\n#include <unistd.h>\n"
                               "int main(int n, char **a) { if (n > 1) puts(a[1]); else "
                               "for (;;) pause(); }");
    struct sandbox_job job = {
        .argv = (const char *const[]){"/box/main", "hello", NULL},
        .limits = harness_limits(),
        .output = s_no_descriptors_at_output,
        .context = &limit,
    };
    /* when it is measured */
    sandbox_run(s_sandbox, &job, &s_run.outcome);
    assert_return_code(setrlimit(RLIMIT_NOFILE, &limit), errno);
    assert_string_equal(s_run.outcome.failure, failure);
    /* while it runs: it would never be stopped */
    job.argv = (const char *const[]){"/box/main", NULL};
    job.output = harness_ignore;
    job.progress = s_no_descriptors;
    sandbox_run(s_sandbox, &job, &s_run.outcome);
    assert_return_code(setrlimit(RLIMIT_NOFILE, &limit), errno);
    assert_string_equal(s_run.outcome.failure, failure);
    assert_false(s_run.outcome.cpu_exceeded || s_run.outcome.wall_exceeded);
    harness_run_c(s_sandbox, "int main(void) { return 7; }", &s_run);
    assert_int_equal(s_run.outcome.exit_code, 7);
}

static void a_place_that_could_not_be_had_is_had_later(void **state)
{
    const struct cgroup_limits limits = {64 << 20, 16};
    struct cgroup_entry entry;
    struct rlimit limit, none;
    struct buffer why;
    (void)state;
    buffer_init(&why, 1024);
    assert_return_code(getrlimit(RLIMIT_NOFILE, &limit), errno);
    none = (struct rlimit){s_few, limit.rlim_max};
    sandbox_destroy(&s_sandbox); /* whose place has the same name */
    struct cgroup *group = cgroup_new(&why);
    assert_non_null(group);
    assert_true(harness_remove_groups("run-") > 0);
    assert_true(harness_remove_groups("slot-") > 0);
    assert_return_code(setrlimit(RLIMIT_NOFILE, &none), errno);
    for (int i = 0; i < 2; i++)
        assert_false(cgroup_open(group, &limits, &entry));
    assert_return_code(setrlimit(RLIMIT_NOFILE, &limit), errno);
    assert_true(cgroup_open(group, &limits, &entry));
    assert_true(cgroup_cpu_us(group) >= 0);
    cgroup_close(group);
    cgroup_destroy(&group);
    s_sandbox = sandbox_new(SANDBOX_ISOLATED, 4, NULL, &why);
    assert_non_null(s_sandbox);
    buffer_fini(&why);
}

/* ---- a machine too busy ---- */

#define HOGS 60

/* Sessions of their own: some kernels give each session the same share, whatever is in it. */
static void s_start_hogs(pid_t hogs[HOGS], int cpu)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    for (int i = 0; i < HOGS; i++) {
        hogs[i] = fork();
        if (hogs[i] != 0)
            continue;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        sched_setaffinity(0, sizeof set, &set);
        setsid();
        for (;;)
            ;
    }
}

static void s_stop_hogs(const pid_t hogs[HOGS])
{
    for (int i = 0; i < HOGS; i++)
        kill(hogs[i], SIGKILL);
    for (int i = 0; i < HOGS; i++)
        waitpid(hogs[i], NULL, 0);
}

/* Ten times that and it gets a few turns, of a few milliseconds each. */
static struct sandbox_limits s_patience(void)
{
    struct sandbox_limits limits = harness_limits();
    limits.cpu_ms = 10000;
    limits.wall_ms = 50;
    return limits;
}

static bool s_goes_on(void *context, unsigned ended, const struct outcome *outcome)
{
    (void)context, (void)ended, (void)outcome;
    return true;
}

static void a_program_that_was_kept_from_running_is_not_late(void **state)
{
    const struct sandbox_job job = {.argv = (const char *const[]){"/box/main", "on", NULL},
                                    .limits = s_patience(),
                                    .output = harness_ignore};
    pid_t hogs[HOGS];
    (void)state;
    harness_compile(s_sandbox, "#include <sched.h>\n#include <stdio.h>\n"
                               "int main(int n, char **a) { if (n > 1) for (;;) ;"
                               "printf(\"%d\", sched_getcpu()); }");
    harness_run(s_sandbox, slice_of(""), NULL, &s_run);
    s_start_hogs(hogs, atoi(s_run.output));
    sandbox_run(s_sandbox, &job, &s_run.outcome);
    s_stop_hogs(hogs);
    assert_string_equal(s_run.outcome.failure, "the machine is too busy");
    assert_false(s_run.outcome.wall_exceeded);
}

/* Nor is the other one of a pair, who waits for it. */
static void a_pair_that_was_kept_from_running_is_not_late(void **state)
{
    static const char source[] = "#include <sched.h>\n#include <stdio.h>\n#include <unistd.h>\n"
                                 "int main(int n, char **a) { if (n > 2) getchar();"
                                 "if (n > 1) for (;;) ; printf(\"%d\", sched_getcpu()); }";
    struct buffer why;
    pid_t hogs[HOGS];
    (void)state;
    buffer_init(&why, 1024);
    struct sandbox *second = sandbox_partner(s_sandbox, &why);
    assert_non_null(second);
    buffer_fini(&why);
    harness_compile(s_sandbox, source);
    harness_compile(second, source);
    harness_run(second, slice_of(""), NULL, &s_run);
    const struct sandbox_job first_job = {
        .argv = (const char *const[]){"/box/main", "wait", "on", NULL}, .limits = s_patience()};
    const struct sandbox_job second_job = {.argv = (const char *const[]){"/box/main", "on", NULL},
                                           .limits = s_patience()};
    struct sandbox_pair pair = {
        .sandboxes = {s_sandbox, second}, .jobs = {&first_job, &second_job}, .goes_on = s_goes_on};
    s_start_hogs(hogs, atoi(s_run.output));
    sandbox_run_pair(&pair);
    s_stop_hogs(hogs);
    assert_string_equal(pair.outcomes[0].failure, "the machine is too busy");
    assert_int_equal(pair.first, 0);
    assert_int_equal(pair.outcomes[1].signal, SIGKILL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(version_2_tells_whose_limit_was_reached, s_make_folder,
                                        s_remove_folder),
        cmocka_unit_test_setup_teardown(version_1_tells_whose_limit_was_reached, s_make_folder,
                                        s_remove_folder),
        cmocka_unit_test(the_machines_want_of_memory_is_not_the_programs),
        cmocka_unit_test(a_group_that_cannot_be_read_is_our_failure),
        cmocka_unit_test(a_place_that_could_not_be_had_is_had_later),
        cmocka_unit_test(a_program_that_was_kept_from_running_is_not_late),
        cmocka_unit_test(a_pair_that_was_kept_from_running_is_not_late),
    };
    return cmocka_run_group_tests(tests, s_set_up, s_tear_down);
}
