#include "tests/unit/runner/harness.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct sandbox *harness_slot(unsigned number)
{
    struct buffer why;
    buffer_init(&why, 2048);
    struct sandbox *slot = sandbox_new(SANDBOX_ISOLATED, number, NULL, &why);
    if (!slot)
        fprintf(stderr, "this machine cannot isolate: %.*s", (int)why.length, why.data);
    buffer_fini(&why);
    return slot;
}

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
