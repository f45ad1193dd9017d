/* Counts. What hostile code could leave is either a process, and then it descends from us, or it
 * hangs on the file system of the machine, on a mount namespace or on a control group. */
#include "tests/unit/runner/traces.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static int s_entries(const char *folder)
{
    DIR *list = opendir(folder);
    int count = 0;
    while (list && readdir(list))
        count++;
    if (list)
        closedir(list);
    return count;
}

/* 0 as well when it can't be read. */
static int s_lines(const char *file)
{
    FILE *stream = fopen(file, "re");
    int count = 0;
    for (int c; stream && (c = fgetc(stream)) != EOF;)
        count += c == '\n';
    if (stream)
        fclose(stream);
    return count;
}

/* ---- processes ---- */

/* Adds up `count` over everything that descends from the process. */
static int s_over_descendants(int process, int (*count)(int process))
{
    char pattern[64];
    glob_t threads;
    int sum = 0, child;
    snprintf(pattern, sizeof pattern, "/proc/%d/task/*/children", process);
    if (glob(pattern, 0, NULL, &threads) != 0)
        return 0;
    for (size_t i = 0; i < threads.gl_pathc; i++) {
        FILE *stream = fopen(threads.gl_pathv[i], "re");
        while (stream && fscanf(stream, "%d", &child) == 1)
            sum += count(child) + s_over_descendants(child, count);
        if (stream)
            fclose(stream);
    }
    globfree(&threads);
    return sum;
}

/* A zombie is one that we started and did not wait for, unless the kernel handed it to us: then its
 * session is that of another one. Threads may live on without the first. */
static int s_is_process(int process)
{
    char path[64], line[1024] = "", state = 'Z';
    int session = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", process);
    FILE *stream = fopen(path, "re");
    const char *end = stream && fgets(line, sizeof line, stream) ? strrchr(line, ')') : NULL;
    if (stream)
        fclose(stream);
    if (!end || sscanf(end + 1, " %c %*d %*d %d", &state, &session) != 2)
        return 0;
    snprintf(path, sizeof path, "/proc/%d/task", process);
    return state != 'Z' || s_entries(path) > 3 || session == process || session == getsid(0);
}

static int s_processes(void)
{
    return s_over_descendants(getpid(), s_is_process);
}

static int s_mounts_of(int process)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/mountinfo", process);
    return s_lines(path);
}

static int s_mounts(void)
{
    return s_mounts_of(getpid()) + s_over_descendants(getpid(), s_mounts_of);
}

/* ---- files ---- */

static int s_descriptors(void)
{
    return s_entries("/proc/self/fd");
}

static int s_boxes(void)
{
    glob_t found;
    int count = glob("/tmp/codecomp-box-*", 0, NULL, &found) == 0 ? (int)found.gl_pathc : 0;
    globfree(&found);
    return count;
}

static bool s_is_programs(const struct stat *file)
{
    return geteuid() == 0 ? file->st_uid - TRACES_FIRST_UID < TRACES_USERS
                          : file->st_uid == geteuid();
}

/* Boxes are counted elsewhere. */
static int s_files(void)
{
    static const char *const folders[] = {"/tmp", "/var/tmp", "/dev/shm", "/run", "/run/lock"};
    int count = 0;
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        DIR *list = opendir(folders[i]);
        struct stat file;
        for (struct dirent *entry; list && (entry = readdir(list));)
            count += strncmp(entry->d_name, "codecomp-box-", 13) != 0 &&
                     strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
                     fstatat(dirfd(list), entry->d_name, &file, AT_SYMLINK_NOFOLLOW) == 0 &&
                     s_is_programs(&file);
        if (list)
            closedir(list);
    }
    return count;
}

/* ---- control groups ---- */

static int s_members_of(const char *group)
{
    static const char *const lists[] = {"cgroup.procs", "tasks", "cgroup.threads"};
    char path[4096];
    int count = 0;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", group, lists[i]);
        count += s_lines(path);
    }
    return count;
}

static void s_look_into_place(const char *place, int *groups, int *members)
{
    char group[4096];
    DIR *list = opendir(place);
    *members += s_members_of(place);
    for (struct dirent *entry; list && (entry = readdir(list));)
        if (entry->d_type == DT_DIR && entry->d_name[0] != '.') {
            snprintf(group, sizeof group, "%s/%s", place, entry->d_name);
            *members += s_members_of(group);
            ++*groups;
        }
    if (list)
        closedir(list);
}

/* Our places are those whose folders we have open. */
static void s_look_into_places(int *groups, int *members)
{
    char link[300], path[4096], after;
    DIR *list = opendir("/proc/self/fd");
    for (struct dirent *entry; list && (entry = readdir(list));) {
        snprintf(link, sizeof link, "/proc/self/fd/%s", entry->d_name);
        ssize_t length = readlink(link, path, sizeof path - 1);
        path[length > 0 ? length : 0] = 0;
        const char *place = strstr(path, "/codecomp.runner/slot-");
        if (place && sscanf(place, "/codecomp.runner/slot-%*u%c", &after) < 1)
            s_look_into_place(link, groups, members);
    }
    if (list)
        closedir(list);
}

static int s_groups(void)
{
    int groups = 0, members = 0;
    s_look_into_places(&groups, &members);
    return groups;
}

static int s_members(void)
{
    int groups = 0, members = 0;
    s_look_into_places(&groups, &members);
    return members;
}

static int s_dead; /* nftw hands no context */

/* Another program's slots may be alive: those are locked. Whoever makes or sweeps holds the lock of
 * the folder above meanwhile. */
static int s_count_dead(const char *path, const struct stat *file, int kind, struct FTW *walk)
{
    (void)file;
    if (kind != FTW_D || strncmp(path + walk->base, "slot-", 5) != 0)
        return 0;
    char base[4096];
    snprintf(base, sizeof base, "%.*s", walk->base, path);
    int base_fd = open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    flock(base_fd, LOCK_EX);
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        s_dead += flock(fd, LOCK_EX | LOCK_NB) == 0;
        close(fd);
    }
    close(base_fd);
    return 0;
}

/* Our own group in the hierarchy that is looked at: other suites on the machine have theirs. */
static void s_own_group(const char *hierarchy, const char *controller, char *path, size_t size)
{
    char line[4096];
    FILE *stream = fopen("/proc/self/cgroup", "re");
    snprintf(path, size, "%s", hierarchy);
    while (stream && fgets(line, sizeof line, stream)) {
        char *at = strstr(line, controller);
        line[strcspn(line, "\n")] = 0;
        if (at)
            snprintf(path, size, "%s%s", hierarchy, at + strlen(controller));
    }
    if (stream)
        fclose(stream);
    if (access(path, F_OK) != 0) /* in a container the path may be the machine's */
        snprintf(path, size, "%s", hierarchy);
}

static int s_dead_groups(void)
{
    static const struct {
        const char *hierarchy, *controller;
    } known[] = {{"/sys/fs/cgroup/memory", "memory:"},
                 {"/sys/fs/cgroup/pids", "pids:"},
                 {"/sys/fs/cgroup/cpuacct", "cpuacct:"},
                 {"/sys/fs/cgroup", "0::"}};
    bool version_1 = access(known[0].hierarchy, F_OK) == 0;
    char path[8192];
    s_dead = 0;
    for (size_t i = version_1 ? 0 : 3; i < (version_1 ? 3 : 4); i++) {
        s_own_group(known[i].hierarchy, known[i].controller, path, sizeof path);
        nftw(path, s_count_dead, 16, FTW_PHYS);
    }
    return s_dead;
}

/* ---- all of them ---- */

static const struct {
    const char *name;
    int (*now)(void);
    bool may_shrink; /* others may have left some before, and others may remove them */
} s_kinds[TRACES] = {
    [TRACE_PROCESSES] = {"processes", s_processes, false},
    [TRACE_MOUNTS] = {"mounts", s_mounts, false},
    [TRACE_DESCRIPTORS] = {"descriptors", s_descriptors, false},
    [TRACE_BOXES] = {"boxes", s_boxes, false},
    [TRACE_FILES] = {"files", s_files, false},
    [TRACE_GROUPS] = {"control groups", s_groups, false},
    [TRACE_MEMBERS] = {"members of control groups", s_members, false},
    [TRACE_DEAD_GROUPS] = {"abandoned control groups", s_dead_groups, true},
};

struct traces traces_now(void)
{
    struct traces traces;
    assert_return_code(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    for (size_t i = 0; i < TRACES; i++)
        traces.count[i] = s_kinds[i].now();
    return traces;
}

static const char *s_say(size_t kind, int before, int after)
{
    static char text[96];
    snprintf(text, sizeof text, "%s: %d, before %d", s_kinds[kind].name, after, before);
    return text;
}

const char *traces_left(const struct traces *before)
{
    struct traces after = traces_now();
    for (size_t i = 0; i < TRACES; i++)
        if (s_kinds[i].may_shrink ? after.count[i] > before->count[i]
                                  : after.count[i] != before->count[i])
            return s_say(i, before->count[i], after.count[i]);
    return NULL;
}

void traces_assert_same(const struct traces *before)
{
    const char *left = traces_left(before);
    if (left)
        fail_msg("%s", left);
}
