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
    /* What a group is allowed, see cgroup_allowance; 0 or less: no bound, or it cannot be read. */
    const char *cpu, *memory; /* their controllers; NULL for the version 2 mount */
    int64_t (*cpus)(int directory);
    int64_t (*memory_bytes)(int directory);
};

extern const struct cgroup_driver cgroup_v1, cgroup_v2;

/* The files of a group. Numbers: -1 with errno when the file cannot be read, ENODATA when the key
 * is not there. */
bool cgroup_write(int directory, const char *file, const char *text);
bool cgroup_write_u64(int directory, const char *file, uint64_t value);
int64_t cgroup_read(int directory, const char *file, const char *key);
/* All of it, ended by a NUL; false with errno when it is empty, too. */
bool cgroup_read_text(int directory, const char *file, char *text, size_t size);
/* The least bound of a group and those above it; closes the directory (-1: none); 0: no bound. */
int64_t cgroup_least(int directory, int64_t (*bound)(int directory));

#endif
