/* Between cgroup.c and its two back ends; nobody else includes it. */
#ifndef ACTORS_RUNNER_CGROUP_DRIVER_H
#define ACTORS_RUNNER_CGROUP_DRIVER_H

#include "actors/runner/cgroup.h"

struct cgroup_driver {
    const char *kind;               /* "cgroup v1" */
    unsigned hierarchies;           /* how many directories a group is */
    const char *const *controllers; /* one per hierarchy; NULL for the version 2 mount */
    const char *threads;            /* file of the first directory that lists them */
    /* Makes children of the directory limitable; false: `why` has a sentence. */
    bool (*enable)(int directory, struct buffer *why);
    bool (*limit)(const int *group, const struct cgroup_limits *limits);
    bool (*entry)(const int *group, struct cgroup_entry *entry);
    int64_t (*cpu_us)(const int *group);
    bool (*usage)(const int *group, struct cgroup_usage *usage);
    bool (*limits_swap)(int place);
    bool (*keeps_peak)(int place);
};

extern const struct cgroup_driver cgroup_v1, cgroup_v2;

/* The files of a group. Numbers: -1 with errno when the file cannot be read, ENODATA when the key
 * is not there. */
bool cgroup_write(int directory, const char *file, const char *text);
bool cgroup_write_u64(int directory, const char *file, uint64_t value);
int64_t cgroup_read(int directory, const char *file, const char *key);

#endif
