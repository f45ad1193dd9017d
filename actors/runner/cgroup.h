/* Control groups: one place per slot, in it a fresh group per run that limits and measures memory,
 * processes and processor time. Fresh, because in a kept group page cache and peaks of earlier runs
 * would count. One interface, two back ends: version 1 (memory, pids and cpuacct hierarchies) and
 * version 2.
 *
 * A place is held by a lock on its directory, which the kernel releases however the process ends;
 * cgroup_new sweeps the places that nobody holds. Everything lives under the process's own group,
 * so that the limits set on us from outside hold for what we run. One thread per struct. */
#ifndef ACTORS_RUNNER_CGROUP_H
#define ACTORS_RUNNER_CGROUP_H

#include <stdint.h>

#include "proto/bytes.h"

#define CGROUP_HIERARCHIES_MAX 3

struct cgroup;

/* What may be used by our own group, and so by us and all that we run: the least that it and those
 * above it, as far as we can see them, allow. */
struct cgroup_allowance {
    int64_t cpus;         /* processors' time at once, rounded up; 0: no bound */
    int64_t memory_bytes; /* 0: no bound */
};
void cgroup_allowance(struct cgroup_allowance *allowance);

struct cgroup_limits {
    uint64_t memory_bytes; /* with page cache that cannot be reclaimed, tmpfs and swap */
    uint32_t processes;    /* processes and threads at once */
};

/* How a new process gets in: by writing "0" to each of `tasks` (version 1), or by being cloned
 * into `directory` (version 2). Descriptors belong to the group. */
struct cgroup_entry {
    int tasks[CGROUP_HIERARCHIES_MAX]; /* task_count of them */
    unsigned task_count;               /* 0 with version 2 */
    int directory;                     /* -1 with version 1 */
};

struct cgroup_usage {
    int64_t cpu_us;    /* of all processes that ever were in it */
    int64_t memory_kb; /* peak; -1: this kernel does not keep it */
    bool killed;   /* the kernel killed one of it for want of memory, its own or the machine's */
    bool at_limit; /* its own limit was reached (not that of a group above, or the machine's) */
};

/* NULL when this machine gives no usable groups: `why` gets a sentence. */
struct cgroup *cgroup_new(struct buffer *why);
void cgroup_destroy(struct cgroup **self);
/* "cgroup v1" or "cgroup v2" */
const char *cgroup_kind(const struct cgroup *self);
/* False when swap is on and these groups cannot limit it. */
bool cgroup_limits_swap(const struct cgroup *self);
/* False when the kernel keeps no peak of a group's memory (version 2 before Linux 5.19). */
bool cgroup_keeps_peak(const struct cgroup *self);

/* Makes the run's group; false with errno when it cannot be made. */
bool cgroup_open(struct cgroup *self, const struct cgroup_limits *limits,
                 struct cgroup_entry *entry);
/* Makes the next run's group while this one goes on, which saves its caller the time. */
void cgroup_prepare(struct cgroup *self);
/* Processor time so far, in microseconds; -1 with errno when the group cannot be read. */
int64_t cgroup_cpu_us(struct cgroup *self);
/* False with errno when the group cannot be read. */
bool cgroup_usage(struct cgroup *self, struct cgroup_usage *usage);
/* Is a thread of it running, or waiting for a processor? False: all sleep. True also when there is
 * none, since the first has yet to come, and when that cannot be found out: the time is then not
 * held against the program. */
bool cgroup_busy(struct cgroup *self);
/* Removes the run's group; its processes must be gone. When none is open there is nothing to
 * remove. */
void cgroup_close(struct cgroup *self);

#endif
