/* Version 2: a group is one directory; its parent must hand the controllers down and hold no
 * process itself. */
#include "actors/runner/cgroup_driver.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const s_controllers[] = {NULL};

/* Where the processes go that stood in a group which is to have children with limits. */
#define S_LEAF "codecomp.host"

/* Moves every process of the directory's own group into a leaf of it. */
static bool s_vacate(int directory)
{
    if (mkdirat(directory, S_LEAF, 0755) < 0 && errno != EEXIST)
        return false;
    int leaf = openat(directory, S_LEAF, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int list = openat(directory, "cgroup.procs", O_RDONLY | O_CLOEXEC);
    FILE *stream = list < 0 ? NULL : fdopen(list, "r");
    bool ok = leaf >= 0 && stream;
    char line[32];
    while (ok && fgets(line, sizeof line, stream)) {
        line[strcspn(line, "\n")] = 0;
        /* ESRCH: it ended meanwhile */
        ok = cgroup_write(leaf, "cgroup.procs", line) || errno == ESRCH;
    }
    if (stream)
        fclose(stream);
    else if (list >= 0)
        close(list);
    if (leaf >= 0)
        close(leaf);
    return ok;
}

static bool s_enable(int directory, struct buffer *why)
{
    const char *wanted = "+memory +pids";
    if (cgroup_write(directory, "cgroup.subtree_control", wanted))
        return true;
    if (errno == EBUSY && s_vacate(directory) &&
        cgroup_write(directory, "cgroup.subtree_control", wanted))
        return true;
    buffer_printf(
        why,
        "The control group has no memory and pids controllers to hand down (%s): give "
        "the service Delegate=yes, or the container its own cgroup namespace, writable.\n",
        strerror(errno));
    return false;
}

static bool s_limit(const int *group, const struct cgroup_limits *limits)
{
    return cgroup_write_u64(group[0], "memory.max", limits->memory_bytes) &&
           (cgroup_write_u64(group[0], "memory.swap.max", 0) || errno == ENOENT) &&
           cgroup_write(group[0], "memory.oom.group", "1") &&
           cgroup_write_u64(group[0], "pids.max", limits->processes);
}

static bool s_entry(const int *group, struct cgroup_entry *entry)
{
    entry->task_count = 0;
    entry->directory = fcntl(group[0], F_DUPFD_CLOEXEC, 3);
    return entry->directory >= 0;
}

static int64_t s_cpu_us(const int *group)
{
    return cgroup_read(group[0], "cpu.stat", "usage_usec");
}

/* Of memory.events, "oom_kill" counts in the group of who was killed, whoever's want it was; "oom"
 * in the group whose limit was reached (with memory.oom.group, too) and those above it. */
static bool s_usage(const int *group, struct cgroup_usage *usage)
{
    int64_t peak = cgroup_read(group[0], "memory.peak", NULL); /* since Linux 5.19 */
    if (peak < 0 && errno != ENOENT)
        return false;
    int64_t kills = cgroup_read(group[0], "memory.events", "oom_kill");
    int64_t reached = kills < 0 ? -1 : cgroup_read(group[0], "memory.events", "oom");
    if (reached < 0)
        return false;
    usage->cpu_us = s_cpu_us(group);
    usage->memory_kb = peak < 0 ? -1 : peak / 1024;
    usage->killed = kills > 0;
    usage->at_limit = reached > 0;
    return usage->cpu_us >= 0;
}

static bool s_limits_swap(int place)
{
    struct stat file;
    return fstatat(place, "memory.swap.max", &file, 0) == 0;
}

static bool s_keeps_peak(int place)
{
    struct stat file;
    return fstatat(place, "memory.peak", &file, 0) == 0;
}

static int64_t s_cpus(int directory)
{
    char text[64];
    long long quota_us, period_us; /* "max 100000": none */
    bool bounded = cgroup_read_text(directory, "cpu.max", text, sizeof text) &&
                   sscanf(text, "%lld %lld", &quota_us, &period_us) == 2 && quota_us > 0 &&
                   period_us > 0;
    return bounded ? (quota_us + period_us - 1) / period_us : 0;
}

static int64_t s_memory_bytes(int directory)
{
    return cgroup_read(directory, "memory.max", NULL); /* "max", read as 0: none */
}

const struct cgroup_driver cgroup_v2 = {
    .kind = "cgroup v2",
    .hierarchies = 1,
    .controllers = s_controllers,
    .threads = "cgroup.threads",
    .enable = s_enable,
    .limit = s_limit,
    .entry = s_entry,
    .cpu_us = s_cpu_us,
    .usage = s_usage,
    .limits_swap = s_limits_swap,
    .keeps_peak = s_keeps_peak,
    .cpus = s_cpus,
    .memory_bytes = s_memory_bytes,
};
