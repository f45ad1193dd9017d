/* Version 1: a group is a directory in each of three hierarchies. */
#include "actors/runner/cgroup_driver.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { S_MEMORY, S_PIDS, S_CPUACCT, S_COUNT };

static const char *const s_controllers[S_COUNT] = {"memory", "pids", "cpuacct"};

static bool s_enable(int directory, struct buffer *why)
{
    (void)directory;
    (void)why;
    return true;
}

static bool s_limit(const int *group, const struct cgroup_limits *limits)
{
    /* memory + swap may never be below memory, so it is set last; without swap accounting the file
     * is not there, which cgroup_limits_swap tells at the start. It is charged first, but newer
     * kernels (6.18) do not count what fails there: so memory must fail before it, by more than
     * the 8 pages that are at most charged at once when the kernel would kill */
    uint64_t with_swap = limits->memory_bytes + 16 * (uint64_t)sysconf(_SC_PAGESIZE);
    return cgroup_write_u64(group[S_MEMORY], "memory.limit_in_bytes", limits->memory_bytes) &&
           (cgroup_write_u64(group[S_MEMORY], "memory.memsw.limit_in_bytes", with_swap) ||
            errno == ENOENT) &&
           cgroup_write_u64(group[S_PIDS], "pids.max", limits->processes);
}

static bool s_entry(const int *group, struct cgroup_entry *entry)
{
    entry->directory = -1;
    entry->task_count = 0;
    for (unsigned i = 0; i < S_COUNT; i++) {
        /* `tasks`, not cgroup.procs: a thread that moves itself needs no lock on all processes of
         * the machine, whose taking costs up to 10 ms */
        int tasks = openat(group[i], "tasks", O_WRONLY | O_CLOEXEC);
        if (tasks < 0)
            return false;
        entry->tasks[entry->task_count++] = tasks;
    }
    return true;
}

static int64_t s_cpu_us(const int *group)
{
    int64_t ns = cgroup_read(group[S_CPUACCT], "cpuacct.usage", NULL);
    return ns < 0 ? -1 : ns / 1000;
}

/* A kill is counted in the group of who was killed, whoever's want it was; a failed charge in the
 * group whose limit was reached. */
static bool s_usage(const int *group, struct cgroup_usage *usage)
{
    int memory = group[S_MEMORY];
    int64_t peak = cgroup_read(memory, "memory.max_usage_in_bytes", NULL);
    int64_t kills = peak < 0 ? -1 : cgroup_read(memory, "memory.oom_control", "oom_kill");
    int64_t failed = kills < 0 ? -1 : cgroup_read(memory, "memory.failcnt", NULL);
    if (failed < 0)
        return false;
    usage->cpu_us = s_cpu_us(group);
    usage->memory_kb = peak / 1024;
    usage->killed = kills > 0;
    usage->at_limit = failed > 0;
    return usage->cpu_us >= 0;
}

static bool s_limits_swap(int place)
{
    return cgroup_read(place, "memory.memsw.limit_in_bytes", NULL) >= 0;
}

static bool s_keeps_peak(int place)
{
    (void)place;
    return true;
}

static int64_t s_cpus(int directory)
{
    int64_t period_us = cgroup_read(directory, "cpu.cfs_period_us", NULL);
    int64_t quota_us = cgroup_read(directory, "cpu.cfs_quota_us", NULL); /* -1: none */
    return period_us > 0 && quota_us > 0 ? (quota_us + period_us - 1) / period_us : 0;
}

static int64_t s_memory_bytes(int directory)
{
    return cgroup_read(directory, "memory.limit_in_bytes", NULL); /* enormous: none */
}

const struct cgroup_driver cgroup_v1 = {
    .kind = "cgroup v1",
    .hierarchies = S_COUNT,
    .controllers = s_controllers,
    .threads = "tasks",
    .enable = s_enable,
    .limit = s_limit,
    .entry = s_entry,
    .cpu_us = s_cpu_us,
    .usage = s_usage,
    .limits_swap = s_limits_swap,
    .keeps_peak = s_keeps_peak,
    .cpu = "cpu",
    .memory = "memory",
    .cpus = s_cpus,
    .memory_bytes = s_memory_bytes,
};
