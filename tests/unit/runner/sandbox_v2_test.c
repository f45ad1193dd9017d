/* The sandbox on control groups of version 2, with a program that needs no compiler (probe.c): run
 * by the script cgroup_v2 in an emulated machine, where this one has version 1.
 *
 *   sandbox_v2_test PROBE   its path, below /usr, where programs in the sandbox see it */
#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/runner/harness.h"
#include "tests/unit/runner/traces.h"

static const char *s_probe;
static struct sandbox *s_sandbox;
static struct harness_run s_run;
static struct traces s_before;      /* taken before the slot was made */
static struct traces s_before_test; /* taken before each test */

/* Emulated processors are slow. */
static struct sandbox_limits s_limits(void)
{
    struct sandbox_limits limits = harness_limits();
    limits.cpu_ms = 60000;
    limits.wall_ms = 120000;
    return limits;
}

static void s_do(const char *word, const char *argument, const struct sandbox_limits *limits)
{
    struct sandbox_job job = {
        .argv = (const char *const[]){s_probe, word, argument, NULL},
        .limits = limits ? *limits : s_limits(),
    };
    harness_run_job(s_sandbox, &job, &s_run);
}

static int s_set_up(void **state)
{
    struct buffer why;
    (void)state;
    buffer_init(&why, 2048);
    s_before = traces_now();
    s_sandbox = harness_slot(3);
    bool open = s_sandbox && sandbox_open_box(s_sandbox, "empty", slice_of(""), &why);
    if (s_sandbox && !open)
        fprintf(stderr, "%.*s", (int)why.length, why.data);
    buffer_fini(&why);
    return open ? 0 : -1;
}

static int s_tear_down(void **state)
{
    (void)state;
    sandbox_destroy(&s_sandbox);
    traces_assert_same(&s_before);
    return 0;
}

static int s_before_each(void **state)
{
    (void)state;
    s_before_test = traces_now();
    return 0;
}

static int s_after_each(void **state)
{
    (void)state;
    traces_assert_same(&s_before_test);
    return 0;
}

static void version_2_is_what_is_used(void **state)
{
    struct buffer sentences;
    (void)state;
    buffer_init(&sentences, 4096);
    assert_int_equal(s_before_test.count[TRACE_GROUPS], 1); /* the spare one: so it is seen */
    assert_true(sandbox_check(&sentences));
    assert_non_null(memmem(sentences.data, sentences.length, "cgroup v2", 9));
    buffer_fini(&sentences);
}

static void a_program_runs_and_is_measured(void **state)
{
    (void)state;
    s_do("hello", NULL, NULL);
    assert_string_equal(s_run.output, "hello\n");
    assert_int_equal(s_run.outcome.exit_code, 0);
    assert_true(s_run.outcome.cpu_us > 0);
    assert_true(s_run.outcome.memory_kb > 0);
    assert_false(s_run.outcome.out_of_memory);
}

static void memory_is_limited_and_told(void **state)
{
    (void)state;
    s_do("take", "40", NULL);
    assert_string_equal(s_run.output, "taken\n");
    assert_in_range(s_run.outcome.memory_kb, 40 << 10, 64 << 10);
    s_do("take", "80", NULL);
    assert_true(s_run.outcome.out_of_memory);
    s_do("children", "30", NULL);
    assert_true(s_run.outcome.out_of_memory);
}

/* A limit above the group of the run, as that of a container or a service is. */
static void the_machines_want_of_memory_is_not_the_programs(void **state)
{
    struct outcome outcome;
    const struct sandbox_job job = {
        .argv = (const char *const[]){s_probe, "take", "40", NULL},
        .limits = s_limits(),
        .output = harness_ignore,
    };
    (void)state;
    assert_true(harness_limit_place(20 << 20));
    sandbox_run(s_sandbox, &job, &outcome);
    assert_true(harness_limit_place(0));
    assert_string_equal(outcome.failure, "the machine ran out of memory");
}

static void files_in_memory_count(void **state)
{
    struct sandbox_limits limits = s_limits();
    (void)state;
    limits.scratch_bytes = 128 << 20;
    s_do("write", "100", &limits);
    assert_true(s_run.outcome.out_of_memory);
}

static void processes_are_limited(void **state)
{
    (void)state;
    s_do("fork", NULL, NULL);
    assert_in_range(atoi(s_run.output), 1, 16);
}

static void processor_time_ends_a_loop(void **state)
{
    struct sandbox_limits limits = s_limits();
    (void)state;
    limits.cpu_ms = 300;
    s_do("loop", NULL, &limits);
    assert_true(s_run.outcome.cpu_exceeded);
}

static void a_daemon_ends_with_its_program(void **state)
{
    (void)state;
    s_do("daemon", NULL, NULL);
    assert_string_equal(s_run.output, "left\n");
    s_do("hello", NULL, NULL);
    assert_string_equal(s_run.output, "hello\n");
}

/* Here root has the right to say what is the least. */
static void a_program_cannot_ask_to_be_spared_when_memory_runs_out(void **state)
{
    (void)state;
    s_do("spare", "me", NULL);
    assert_string_equal(s_run.output, "refused\n");
}

static void a_fork_bomb_ends(void **state)
{
    struct sandbox_limits limits = s_limits();
    (void)state;
    limits.cpu_ms = 500;
    s_do("bomb", NULL, &limits);
    assert_true(s_run.outcome.cpu_exceeded);
}

static void signals_reach_nobody_else(void **state)
{
    (void)state;
    s_do("signals", NULL, NULL);
    assert_string_equal(s_run.output, "sent\n");
    s_do("hello", NULL, NULL);
    assert_string_equal(s_run.output, "hello\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, s_before_each, s_after_each)

int main(int argument_count, char **arguments)
{
    const struct CMUnitTest tests[] = {
        TEST(version_2_is_what_is_used),
        TEST(a_program_runs_and_is_measured),
        TEST(memory_is_limited_and_told),
        TEST(the_machines_want_of_memory_is_not_the_programs),
        TEST(files_in_memory_count),
        TEST(processes_are_limited),
        TEST(processor_time_ends_a_loop),
        TEST(a_daemon_ends_with_its_program),
        TEST(a_fork_bomb_ends),
        TEST(signals_reach_nobody_else),
        TEST(a_program_cannot_ask_to_be_spared_when_memory_runs_out),
    };
    if (argument_count != 2) {
        fprintf(stderr, "usage: sandbox_v2_test PROBE\n");
        return 2;
    }
    s_probe = arguments[1];
    return cmocka_run_group_tests(tests, s_set_up, s_tear_down);
}
