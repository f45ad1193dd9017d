/* How many slots a machine is good for, and on which processors they go. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "actors/runner/cgroup_driver.h"
#include "actors/runner/machine.h"

/* ---- lists of processors ---- */

static void lists_of_processors_are_read(void **state)
{
    static const struct {
        const char *text; /* as the kernel writes it */
        const char *cpus; /* one by one; NULL: it is no list */
    } rows[] = {
        {"0\n", "0 "},
        {"0-3\n", "0 1 2 3 "},
        {"0,4\n", "0 4 "},
        {"2-3,8,10-11", "2 3 8 10 11 "},
        {"5-5\n", "5 "},
        {"1022-1023\n", "1022 1023 "},
        {"", NULL},
        {"\n", NULL},
        {"0-", NULL},
        {"-1", NULL},
        {"3-1", NULL},
        {"0,", NULL},
        {"0,,1", NULL},
        {"0 1", NULL},
        {"0-3:1/2", NULL},
        {"1024", NULL},
        {"0-99999999999999999999", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cpu_set_t set;
        char cpus[64] = "";
        bool is = machine_parse_cpus(rows[i].text, &set);
        if (is != (rows[i].cpus != NULL))
            fail_msg("\"%s\"", rows[i].text);
        for (int cpu = 0; is && cpu < CPU_SETSIZE; cpu++)
            if (CPU_ISSET(cpu, &set))
                snprintf(cpus + strlen(cpus), sizeof cpus - strlen(cpus), "%d ", cpu);
        if (is)
            assert_string_equal(cpus, rows[i].cpus);
    }
}

/* ---- folders that stand for the kernel's ---- */

static char s_folder[64];

static int s_make_folder(void **state)
{
    (void)state;
    strcpy(s_folder, "/tmp/codecomp-test-XXXXXX");
    return mkdtemp(s_folder) ? 0 : -1;
}

static int s_remove_one(const char *path, const struct stat *file, int kind, struct FTW *walk)
{
    (void)file, (void)kind, (void)walk;
    return remove(path);
}

static int s_remove_folder(void **state)
{
    (void)state;
    return nftw(s_folder, s_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* With the folders that it is in. */
static void s_put(const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", s_folder, name);
    for (char *slash = path + strlen(s_folder) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = 0;
        assert_true(mkdir(path, 0700) == 0 || errno == EEXIST);
        *slash = '/';
    }
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void s_order(const char *usable, const char *cpus, unsigned cores)
{
    struct machine machine = {0};
    cpu_set_t set;
    char text[128] = "";
    assert_true(machine_parse_cpus(usable, &set));
    machine_order_cpus(&machine, &set, s_folder);
    for (unsigned i = 0; i < machine.cpu_count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%d ", machine.cpus[i]);
    assert_string_equal(text, cpus);
    assert_int_equal(machine.core_count, cores);
}

static void each_core_has_a_slot_before_one_has_two(void **state)
{
    (void)state;
    s_order("0-3", "0 1 2 3 ", 4); /* nothing is told */
    s_put("cpu0/topology/thread_siblings_list", "0-1\n");
    s_put("cpu1/topology/thread_siblings_list", "0-1\n");
    s_put("cpu2/topology/thread_siblings_list", "2,4\n");
    s_put("cpu3/topology/thread_siblings_list", "3\n");
    s_put("cpu4/topology/thread_siblings_list", "2,4\n");
    s_order("0-4", "0 2 3 1 4 ", 3);
    s_order("1,3-4", "1 3 4 ", 3); /* their siblings are not ours */
    s_order("1-2,4", "1 2 4 ", 2);
    s_order("5", "5 ", 1);
}

static int64_t s_least(int64_t (*bound)(int directory))
{
    char path[128];
    snprintf(path, sizeof path, "%s/root/service/inner", s_folder);
    int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(directory >= 0);
    return cgroup_least(directory, bound);
}

static void the_least_that_is_allowed_above_us_counts(void **state)
{
    (void)state;
    s_put("cpu.max", "1 100\n"); /* above the hierarchy */
    s_put("root/cgroup.procs", "");
    s_put("root/service/cgroup.procs", "");
    s_put("root/service/inner/cgroup.procs", "");
    assert_int_equal(s_least(cgroup_v2.cpus), 0);
    assert_int_equal(s_least(cgroup_v2.memory_bytes), 0);
    s_put("root/service/inner/cpu.max", "max 100000\n");
    s_put("root/service/inner/memory.max", "max\n");
    assert_int_equal(s_least(cgroup_v2.cpus), 0);
    assert_int_equal(s_least(cgroup_v2.memory_bytes), 0);
    s_put("root/service/cpu.max", "250000 100000\n");
    s_put("root/service/memory.max", "1073741824\n");
    assert_int_equal(s_least(cgroup_v2.cpus), 3);
    assert_int_equal(s_least(cgroup_v2.memory_bytes), 1 << 30);
    s_put("root/cpu.max", "50000 100000\n");
    s_put("root/memory.max", "2147483648\n");
    assert_int_equal(s_least(cgroup_v2.cpus), 1);
    assert_int_equal(s_least(cgroup_v2.memory_bytes), 1 << 30);

    s_put("root/service/inner/cpu.cfs_period_us", "100000\n");
    s_put("root/service/inner/cpu.cfs_quota_us", "-1\n");
    assert_int_equal(s_least(cgroup_v1.cpus), 0);
    s_put("root/service/cpu.cfs_period_us", "100000\n");
    s_put("root/service/cpu.cfs_quota_us", "400000\n");
    s_put("root/service/memory.limit_in_bytes", "1073741824\n");
    assert_int_equal(s_least(cgroup_v1.cpus), 4);
    assert_int_equal(s_least(cgroup_v1.memory_bytes), 1 << 30);
}

/* ---- slots ---- */

static void slots_follow_from_processors_and_quota(void **state)
{
    static const struct {
        unsigned cpus, cores; /* of the machine */
        int64_t quota;        /* likewise */
        unsigned slots;       /* to be expected */
    } rows[] = {
        {2, 2, 0, 2},       {64, 32, 0, 64},    {64, 32, 8, 8},     {2, 2, 64, 2}, {1, 1, 1, 1},
        {255, 255, 0, 255}, {256, 128, 0, 255}, {512, 256, 0, 255}, {0, 0, 0, 1},  {0, 0, 3, 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct machine machine = {
            .cpu_count = rows[i].cpus, .core_count = rows[i].cores, .quota_cpus = rows[i].quota};
        assert_int_equal(machine_slots(&machine), rows[i].slots);
    }
}

static void an_operator_hears_of_too_many_slots(void **state)
{
    static const struct {
        struct machine machine;   /* that it is */
        unsigned slots;           /* of it */
        const char *sentences[2]; /* parts of what is said; NULL: nothing */
    } rows[] = {
        {{.cpu_count = 4, .core_count = 4, .memory_bytes = 4ll << 30}, 4, {NULL, NULL}},
        {{.cpu_count = 4, .core_count = 2, .memory_bytes = 4ll << 30},
         4,
         {"4 submissions are judged at once on 2 processor cores:", "--runner-slots 2 each"}},
        {{.cpu_count = 4, .core_count = 4, .quota_cpus = 1, .memory_bytes = 4ll << 30},
         2,
         {"on 1 processor core:", "--runner-slots 1 each"}},
        {{.cpu_count = 4, .core_count = 4, .memory_bytes = 3ll << 30},
         4,
         {"1024 MB each while they are compiled, of the 3072 MB", "3 fit: --runner-slots 3."}},
        {{.cpu_count = 1, .core_count = 1, .memory_bytes = 512ll << 20},
         1,
         {"1 submission judged at once may take", NULL}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buffer told;
        buffer_init(&told, 1024);
        machine_warn(&rows[i].machine, rows[i].slots, 1024, &told);
        buffer_append_char(&told, 0);
        assert_false(told.overflow);
        assert_int_equal(told.length == 1, rows[i].sentences[0] == NULL);
        for (int j = 0; j < 2; j++)
            if (rows[i].sentences[j] && !strstr(told.data, rows[i].sentences[j]))
                fail_msg("\"%s\" is not in \"%s\"", rows[i].sentences[j], told.data);
        buffer_fini(&told);
    }
}

/* What the kernel told this process counts. */
static void affinity_decides(void **state)
{
    cpu_set_t before, one;
    struct machine machine;
    (void)state;
    machine_look(&machine);
    assert_true(machine.cpu_count > 0 && machine.core_count > 0 && machine.memory_bytes > 0);
    assert_return_code(sched_getaffinity(0, sizeof before, &before), errno);
    assert_int_equal(machine.cpu_count, CPU_COUNT(&before));
    int last = machine.cpus[machine.cpu_count - 1];
    CPU_ZERO(&one);
    CPU_SET(last, &one);
    assert_return_code(sched_setaffinity(0, sizeof one, &one), errno);
    machine_look(&machine);
    assert_return_code(sched_setaffinity(0, sizeof before, &before), errno);
    assert_int_equal(machine.cpu_count, 1);
    assert_int_equal(machine.cpus[0], last);
    assert_int_equal(machine_slots(&machine), 1);
}

#define WITH_FOLDER(name) cmocka_unit_test_setup_teardown(name, s_make_folder, s_remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_of_processors_are_read),
        WITH_FOLDER(each_core_has_a_slot_before_one_has_two),
        WITH_FOLDER(the_least_that_is_allowed_above_us_counts),
        cmocka_unit_test(slots_follow_from_processors_and_quota),
        cmocka_unit_test(an_operator_hears_of_too_many_slots),
        cmocka_unit_test(affinity_decides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
