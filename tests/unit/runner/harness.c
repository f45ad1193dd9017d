#include "tests/unit/runner/harness.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- traces ---- */

static int s_entries(const char *folder)
{
    DIR *list = opendir(folder);
    assert_non_null(list);
    int count = 0;
    while (readdir(list))
        count++;
    closedir(list);
    return count;
}

static int s_lines(const char *file)
{
    FILE *stream = fopen(file, "re");
    assert_non_null(stream);
    int count = 0;
    for (int c; (c = fgetc(stream)) != EOF;)
        count += c == '\n';
    fclose(stream);
    return count;
}

static int s_children(void)
{
    FILE *stream = fopen("/proc/thread-self/children", "re");
    assert_non_null(stream);
    int count = 0, process;
    while (fscanf(stream, "%d", &process) == 1)
        count++;
    fclose(stream);
    return count;
}

static int s_matching(const char *pattern)
{
    glob_t found;
    int count = glob(pattern, 0, NULL, &found) == 0 ? (int)found.gl_pathc : 0;
    globfree(&found);
    return count;
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
    char path[8192];
    if (access("/sys/fs/cgroup/memory", F_OK) == 0)
        s_own_group("/sys/fs/cgroup/memory", ":memory:", path, sizeof path);
    else
        s_own_group("/sys/fs/cgroup", "0::", path, sizeof path);
    s_dead = 0;
    nftw(path, s_count_dead, 16, FTW_PHYS);
    return s_dead;
}

struct traces traces_now(void)
{
    return (struct traces){
        .children = s_children(),
        .mounts = s_lines("/proc/self/mountinfo"),
        .descriptors = s_entries("/proc/self/fd"),
        .boxes = s_matching("/tmp/codecomp-box-*"),
        .dead_groups = s_dead_groups(),
    };
}

void traces_assert_same(const struct traces *before)
{
    struct traces after = traces_now();
    assert_int_equal(after.children, before->children);
    assert_int_equal(after.mounts, before->mounts);
    assert_int_equal(after.descriptors, before->descriptors);
    assert_int_equal(after.boxes, before->boxes);
    /* others' may be there, of servers that were killed; and somebody's start may have swept them
     */
    assert_true(after.dead_groups <= before->dead_groups);
}

/* ---- programs ---- */

/* The path of a control group that we hold open, by its descriptor; NULL: it is none. */
static const char *s_group_of(int fd, char path[4096])
{
    char link[48];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, 4095);
    path[length > 0 ? length : 0] = 0;
    return strstr(path, "/codecomp.runner/") ? path : NULL;
}

int harness_remove_groups(const char *prefix)
{
    int removed = 0;
    char path[4096];
    for (int fd = 3; fd < 256; fd++)
        if (s_group_of(fd, path) && strncmp(strrchr(path, '/') + 1, prefix, strlen(prefix)) == 0)
            removed += rmdir(path) == 0;
    return removed;
}

/* False: there is no such file, or it does not take that. */
static bool s_set(int directory, const char *file, const char *value)
{
    int fd = openat(directory, file, O_WRONLY | O_CLOEXEC);
    bool set = fd >= 0 && write(fd, value, strlen(value)) > 0;
    if (fd >= 0)
        close(fd);
    return set;
}

bool harness_limit_place(uint64_t bytes)
{
    char path[4096], value[24];
    bool set = false;
    snprintf(value, sizeof value, "%lld", bytes ? (long long)bytes : -1LL);
    for (int fd = 3; fd < 256; fd++) {
        if (!s_group_of(fd, path) || strncmp(strrchr(path, '/'), "/slot-", 6) != 0)
            continue;
        /* memory with swap is never below memory: which of them goes first depends; where there is
         * no swap accounting the file is not there */
        s_set(fd, "memory.memsw.limit_in_bytes", value);
        set |= s_set(fd, "memory.limit_in_bytes", value);
        s_set(fd, "memory.memsw.limit_in_bytes", value);
        set |= s_set(fd, "memory.max", bytes ? value : "max");
    }
    return set;
}

struct sandbox_limits harness_limits(void)
{
    return (struct sandbox_limits){
        .cpu_ms = 1000,
        .wall_ms = 5000,
        .memory_bytes = 64 << 20,
        .scratch_bytes = 16 << 20,
        .stack_bytes = 64 << 20,
        .output_bytes = 16 << 20,
        .processes = 16,
    };
}

void harness_ignore(void *context, const char *data, size_t length)
{
    (void)context, (void)data, (void)length;
}

static void s_take(void *context, const char *data, size_t length)
{
    struct harness_run *run = context;
    size_t room = run->length < sizeof run->output ? sizeof run->output - 1 - run->length : 0;
    if (room > 0)
        memcpy(run->output + run->length, data, length < room ? length : room);
    run->length += length;
}

static void s_finish(struct harness_run *run, const struct buffer *errors)
{
    size_t length = run->length < sizeof run->output ? run->length : sizeof run->output - 1;
    run->output[length] = 0;
    snprintf(run->errors, sizeof run->errors, "%.*s", (int)errors->length,
             errors->data ? errors->data : "");
}

void harness_run_job(struct sandbox *sandbox, struct sandbox_job *job, struct harness_run *run)
{
    struct buffer errors;
    buffer_init(&errors, sizeof run->errors - 1);
    run->length = 0;
    job->output = s_take;
    job->errors = &errors;
    job->context = run;
    sandbox_run(sandbox, job, &run->outcome);
    s_finish(run, &errors);
    buffer_fini(&errors);
    if (run->outcome.failure[0])
        fail_msg("the sandbox failed: %s", run->outcome.failure);
}

void harness_compile(struct sandbox *sandbox, const char *source)
{
    static struct harness_run run;
    char why_text[512] = "";
    struct buffer why;
    buffer_init(&why, sizeof why_text);
    bool open = sandbox_open_box(sandbox, "main.c", slice_of(source), &why);
    snprintf(why_text, sizeof why_text, "%.*s", (int)why.length, why.data ? why.data : "");
    buffer_fini(&why);
    if (!open)
        fail_msg("%s", why_text);
    struct sandbox_job job = {
        .argv = (const char *const[]){"/usr/bin/gcc", "-O0", "-w", "-D_GNU_SOURCE", "-o", "main",
                                      "main.c", NULL},
        .compiling = true,
        .artefact = "main",
        .limits = harness_limits(),
    };
    job.limits.memory_bytes = 512 << 20;
    job.limits.cpu_ms = 10000;
    job.limits.wall_ms = 30000;
    harness_run_job(sandbox, &job, &run);
    if (run.outcome.exit_code || run.outcome.signal || run.outcome.artefact_missing)
        fail_msg("gcc failed (%d, signal %d): %s", run.outcome.exit_code, run.outcome.signal,
                 run.errors);
}

void harness_run(struct sandbox *sandbox, struct slice input, const struct sandbox_limits *limits,
                 struct harness_run *run)
{
    char program[64];
    snprintf(program, sizeof program, "%s/main", sandbox_box_path(sandbox));
    struct sandbox_job job = {
        .argv = (const char *const[]){program, NULL},
        .input = input,
        .limits = limits ? *limits : harness_limits(),
    };
    harness_run_job(sandbox, &job, run);
}

void harness_run_c(struct sandbox *sandbox, const char *source, struct harness_run *run)
{
    harness_compile(sandbox, source);
    harness_run(sandbox, slice_of(""), NULL, run);
}
