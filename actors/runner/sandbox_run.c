/* One run in a slot: has the keeper start it, watches it, measures. What happens in the namespaces
 * is in keeper.c. */
#include "actors/runner/sandbox_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "actors/runner/memory_file.h"
#include "proto/check.h"

#define S_UNREADABLE "the control group cannot be read: %s"
#define S_SCRATCH_FILES 16384 /* inodes of a scratch space */
#define S_BLIND_LOOKS 5       /* in a row, each a tick after the other: then nobody watches it */

_Static_assert(SANDBOX_FILE_FIRST == KEEPER_FILE_FIRST, "the keeper puts them there");

/* ---- streams ---- */

static void s_close_streams(struct streams *streams)
{
    if (streams->errors_theirs != streams->output_theirs)
        sandbox_close(&streams->errors_theirs);
    sandbox_close(&streams->input_theirs);
    sandbox_close(&streams->output);
    sandbox_close(&streams->output_theirs);
    sandbox_close(&streams->errors);
    for (unsigned i = 0; i <= SANDBOX_FILES_MAX; i++)
        sandbox_close(&streams->files[i]);
}

bool run_pipe(const struct sandbox *self, bool ours_reads, int *ours, int *theirs)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return false;
    *ours = ends[ours_reads ? 0 : 1];
    *theirs = ends[ours_reads ? 1 : 0];
    return fcntl(*ours, F_SETFL, O_NONBLOCK) == 0 &&
           (geteuid() != 0 || fchown(*theirs, self->uid, self->uid) == 0);
}

/* What the job itself asks for: its files, and stderr. */
static bool s_open_streams(struct run *self)
{
    const struct sandbox_job *job = self->job;
    struct streams *streams = &self->streams;
    for (unsigned i = 0; i < job->file_count; i++)
        if ((streams->files[i] = memory_file_of(job->files[i])) < 0)
            return false;
    if (job->kept_file &&
        (streams->files[job->file_count] = fcntl(*job->kept_file, F_DUPFD_CLOEXEC, 3)) < 0)
        return false;
    streams->errors_theirs = streams->output_theirs;
    return !job->errors || run_pipe(self->sandbox, true, &streams->errors, &streams->errors_theirs);
}

static bool s_open_input(struct run *self)
{
    const struct sandbox_job *job = self->job;
    struct streams *streams = &self->streams;
    streams->input_theirs =
        job->input_file ? fcntl(*job->input_file, F_DUPFD_CLOEXEC, 3) : memory_file_of(job->input);
    return streams->input_theirs >= 0 &&
           run_pipe(self->sandbox, true, &streams->output, &streams->output_theirs);
}

/* ---- what it writes ---- */

/* Reads a piece; 0: nothing is there, or the other end is closed, and then ours is, too. */
static size_t s_read_piece(struct run *self, int *fd)
{
    if (*fd < 0)
        return 0;
    ssize_t length = read(*fd, self->sandbox->piece, sizeof self->sandbox->piece);
    if (length == 0 || (length < 0 && errno != EAGAIN && errno != EINTR))
        sandbox_close(fd);
    return length > 0 ? (size_t)length : 0;
}

bool run_take_output(struct run *self)
{
    const struct sandbox_job *job = self->job;
    size_t length = s_read_piece(self, &self->streams.output);
    if (length == 0)
        return false;
    uint64_t room = job->limits.output_bytes - self->taken;
    size_t kept = length > room ? (size_t)room : length;
    if (kept)
        job->output(job->context, self->sandbox->piece, kept);
    self->taken += kept;
    if (length > room) {
        self->outcome->output_overflow = true;
        sandbox_close(&self->streams.output);
    }
    return length <= room;
}

bool run_take_errors(struct run *self)
{
    struct buffer *errors = self->job->errors;
    size_t length = s_read_piece(self, &self->streams.errors);
    if (length == 0)
        return false;
    size_t room = errors->max_bytes - errors->length;
    buffer_append(errors, self->sandbox->piece, length < room ? length : room);
    return true;
}

/* ---- the clocks ---- */

static int64_t s_cpu_us(struct sandbox *self)
{
    return self->cgroup ? cgroup_cpu_us(self->cgroup) : 0;
}

/* Whoever is runnable and does not run waits for a processor; a look each SANDBOX_TICK_US stands
 * for the time since the one before. Without a group nobody can tell. A look that sees nothing
 * leaves its time to the next one. */
static void s_look(struct run *self, int64_t others_us)
{
    struct sandbox *sandbox = self->sandbox;
    struct clocks *clocks = &self->clocks;
    int64_t now_us = sandbox_now_us(), cpu_us = s_cpu_us(sandbox);
    if (cpu_us < 0) {
        if (++clocks->blind == S_BLIND_LOOKS)
            run_give_up(self, S_UNREADABLE, strerror(errno));
        return;
    }
    clocks->blind = 0;
    int64_t idle_us = now_us - clocks->look_us - (cpu_us - clocks->cpu_us);
    if (idle_us > 0 && sandbox->cgroup && cgroup_busy(sandbox->cgroup))
        clocks->waited_us += idle_us;
    else if (idle_us > 0) {
        int64_t excused_us = others_us < idle_us ? others_us : idle_us;
        clocks->others_us += excused_us;
        clocks->idle_us += idle_us - excused_us;
    }
    clocks->look_us = now_us;
    clocks->cpu_us = cpu_us;
}

void run_kill(struct run *self)
{
    if (!self->killed)
        syscall(SYS_pidfd_send_signal, self->process, SIGKILL, NULL, 0u);
    self->killed = true;
}

void run_give_up(struct run *self, const char *reason, ...)
{
    va_list arguments;
    va_start(arguments, reason);
    if (!self->outcome->failure[0])
        vsnprintf(self->outcome->failure, sizeof self->outcome->failure, reason, arguments);
    va_end(arguments);
    run_kill(self);
}

/* All processors together use up the rest of the time at the earliest after rest / cpus, so the
 * looks come closer and closer to the limit. */
int64_t run_look(struct run *self, int64_t others_us)
{
    const struct sandbox_job *job = self->job;
    struct clocks *clocks = &self->clocks;
    struct outcome *outcome = self->outcome;
    s_look(self, others_us);
    int64_t wall_us = clocks->look_us - clocks->since_us - clocks->others_us,
            limit_us = job->limits.wall_ms * 1000;
    int64_t wall_left = limit_us - (wall_us - clocks->waited_us);
    int64_t cpu_left = job->limits.cpu_ms * 1000 - clocks->cpu_us;
    outcome->wall_exceeded = wall_left < 0;
    outcome->cpu_exceeded = cpu_left < 0;
    if (job->progress && !job->progress(job->context))
        outcome->cancelled = true;
    if (outcome->wall_exceeded || outcome->cpu_exceeded || outcome->cancelled)
        run_kill(self);
    else if (wall_us > SANDBOX_PATIENCE * limit_us) /* it was kept from running, nothing else */
        run_give_up(self, RUN_TOO_BUSY);
    int64_t sleep_us = cpu_left / self->sandbox->cpus + 1000;
    if (sleep_us > wall_left)
        sleep_us = wall_left + 1;
    bool rest = sleep_us > SANDBOX_TICK_US || self->killed || clocks->blind > 0;
    return rest ? SANDBOX_TICK_US : sleep_us;
}

/* Until the run's first process is over: takes what the program writes, kills it when it must be.
 */
static void s_watch(struct run *self)
{
    int64_t look_us = self->clocks.since_us;
    bool over = false;
    while (!over) {
        int64_t now_us = sandbox_now_us();
        if (!self->killed && now_us >= look_us)
            look_us = now_us + run_look(self, 0);
        struct pollfd polled[3] = {{.fd = self->process, .events = POLLIN},
                                   {.fd = self->streams.output, .events = POLLIN},
                                   {.fd = self->streams.errors, .events = POLLIN}};
        int64_t sleep_us = self->killed ? SANDBOX_TICK_US : look_us - now_us;
        struct timespec timeout = {sleep_us / 1000000, sleep_us % 1000000 * 1000};
        if (ppoll(polled, 3, &timeout, NULL) <= 0)
            continue;
        over = polled[0].revents != 0;
        /* one piece a turn, so that a chatterer cannot keep us from the clock; after the end all */
        while ((over || polled[1].revents) && run_take_output(self) && over)
            ;
        while ((over || polled[2].revents) && run_take_errors(self) && over)
            ;
        if (self->outcome->output_overflow)
            run_kill(self);
    }
}

/* ---- measuring ---- */

/* The program is the first that the kernel kills when somebody else's memory runs out, the
 * machine's or that of a group above: not its fault. */
static void s_measure_group(struct run *self)
{
    struct outcome *outcome = self->outcome;
    struct cgroup_usage usage;
    const char *failure = NULL;
    char unreadable[128];
    if (!cgroup_usage(self->sandbox->cgroup, &usage)) {
        snprintf(unreadable, sizeof unreadable, S_UNREADABLE, strerror(errno));
        failure = unreadable;
    } else {
        outcome->cpu_us = usage.cpu_us;
        if (usage.memory_kb >= 0)
            outcome->memory_kb = usage.memory_kb;
        outcome->out_of_memory = usage.killed && usage.at_limit;
        if (usage.killed && !usage.at_limit)
            failure = "the machine ran out of memory";
    }
    if (failure && !outcome->failure[0])
        snprintf(outcome->failure, sizeof outcome->failure, "%s", failure);
}

/* What init told and the group counted. An init that was killed by us tells nothing. */
void run_measure(struct run *self)
{
    struct sandbox *sandbox = self->sandbox;
    struct outcome *outcome = self->outcome;
    struct keeper_record record;
    int descriptor;
    bool ended = false;
    while (keeper_link_receive(&sandbox->keeper, &record, &descriptor, 0)) {
        if (record.event == KEEPER_FAILED && !outcome->failure[0])
            sandbox_tell_failure(outcome->failure, sizeof outcome->failure, &record);
        if (record.event != KEEPER_ENDED)
            continue;
        ended = true;
        outcome->exit_code = WIFEXITED(record.wait_status) ? WEXITSTATUS(record.wait_status) : 0;
        outcome->signal = WIFSIGNALED(record.wait_status) ? WTERMSIG(record.wait_status) : 0;
        outcome->artefact_missing = record.artefact_missing;
        outcome->cpu_us = record.cpu_us;
        outcome->memory_kb = record.memory_kb;
    }
    if (sandbox->cgroup)
        s_measure_group(self);
    else
        outcome->out_of_memory =
            (uint64_t)outcome->memory_kb * 1024 > self->job->limits.memory_bytes;
    outcome->wall_us = sandbox_now_us() - self->clocks.begun_us;
    if (sandbox->cgroup) /* what no look saw may have been waiting */
        outcome->idle_us = self->clocks.idle_us;
    else if (outcome->wall_us > outcome->cpu_us)
        outcome->idle_us = outcome->wall_us - outcome->cpu_us;
    if (self->killed)
        outcome->signal = SIGKILL;
    else if (!ended && !outcome->failure[0])
        snprintf(outcome->failure, sizeof outcome->failure,
                 "the sandbox's first process ended without a word");
}

/* ---- starting ---- */

/* Adds a text to the request; false: there is no more room. */
static bool s_add_text(struct keeper_run *run, const char *text)
{
    size_t bytes = strlen(text) + 1;
    if (bytes > sizeof run->texts - run->texts_bytes)
        return false;
    memcpy(run->texts + run->texts_bytes, text, bytes);
    run->texts_bytes += (unsigned)bytes;
    return true;
}

static bool s_add_words(struct keeper_run *run, const char *const *words, unsigned *count)
{
    for (; words && *words; words++)
        if (++*count > KEEPER_WORDS_MAX || !s_add_text(run, *words))
            return false;
    return true;
}

/* False: arguments and environment are too long. */
static bool s_fill_request(const struct sandbox *self, const struct sandbox_job *job,
                           struct keeper_run *run)
{
    static const char *const ours[] = {"PATH=/usr/bin:/bin", "HOME=/tmp", "LANG=C.UTF-8", NULL};
    char artefact[128] = "";
    bool isolated = self->mode == SANDBOX_ISOLATED;
    run->task = KEEPER_RUN;
    run->box_writable = job->compiling;
    run->scratch_bytes = job->limits.scratch_bytes;
    run->scratch_files = S_SCRATCH_FILES;
    run->file_bytes = job->compiling ? SANDBOX_BOX_BYTES : job->limits.scratch_bytes;
    /* the kernel counts whole ticks here, and on a busy machine a quarter too many: where the group
     * tells the truth this only stands behind it */
    run->cpu_s = (uint64_t)job->limits.cpu_ms / 1000 * (self->cgroup ? 2 : 1) + 2;
    run->stack_bytes = job->limits.stack_bytes;
    run->data_bytes = isolated ? 0 : 2 * job->limits.memory_bytes;
    run->cpu = job->compiling ? -1 : self->cpu; /* compilers have threads of their own */
    run->into_group = false;
    run->argument_count = run->variable_count = run->group_count = run->texts_bytes = 0;
    run->file_count = job->file_count + (job->kept_file != NULL);
    if (job->artefact)
        snprintf(artefact, sizeof artefact, "%s/%s", self->box_path, job->artefact);
    return s_add_words(run, job->argv, &run->argument_count) &&
           s_add_words(run, ours, &run->variable_count) &&
           s_add_words(run, job->environment, &run->variable_count) &&
           s_add_text(run, job->compiling ? self->box_path : sandbox_scratch_path(self)) &&
           s_add_text(run, artefact);
}

/* Sends the request and its descriptors, and waits until the program has begun. */
static bool s_send(struct run *self, const struct cgroup_entry *entry)
{
    struct sandbox *sandbox = self->sandbox;
    struct keeper_run *run = &sandbox->run;
    const struct streams *streams = &self->streams;
    struct outcome *outcome = self->outcome;
    struct keeper_record record;
    int descriptors[KEEPER_DESCRIPTORS] = {streams->input_theirs, streams->output_theirs,
                                           streams->errors_theirs};
    unsigned count = 3;
    run->into_group = entry->directory >= 0;
    if (run->into_group)
        descriptors[count++] = entry->directory;
    for (unsigned i = 0; i < entry->task_count; i++)
        descriptors[count++] = entry->tasks[i];
    run->group_count = count - 3;
    for (unsigned i = 0; i < run->file_count; i++)
        descriptors[count++] = streams->files[i];
    if (keeper_link_send(&sandbox->keeper, run,
                         offsetof(struct keeper_run, texts) + run->texts_bytes, descriptors, count))
        return sandbox_await(sandbox, KEEPER_RUNNING, &record, &self->process, outcome->failure,
                             sizeof outcome->failure);
    snprintf(outcome->failure, sizeof outcome->failure, "the sandbox's keeper is gone");
    return false;
}

/* From now on the program's ends are the program's alone. */
static void s_hand_over(struct streams *streams)
{
    sandbox_close(&streams->input_theirs);
    if (streams->errors_theirs == streams->output_theirs)
        streams->errors_theirs = -1;
    sandbox_close(&streams->output_theirs);
    sandbox_close(&streams->errors_theirs);
    for (unsigned i = 0; i <= SANDBOX_FILES_MAX; i++)
        sandbox_close(&streams->files[i]);
}

void run_prepare(struct run *self, struct sandbox *sandbox, const struct sandbox_job *job,
                 struct outcome *outcome)
{
    check(sandbox->box_path[0] && job->argv[0] && job->file_count <= SANDBOX_FILES_MAX);
    *outcome = (struct outcome){0};
    *self = (struct run){.sandbox = sandbox, .job = job, .outcome = outcome, .process = -1};
    self->streams = (struct streams){-1, -1, -1, -1, -1, {0}};
    for (unsigned i = 0; i <= SANDBOX_FILES_MAX; i++)
        self->streams.files[i] = -1;
}

bool run_start(struct run *self)
{
    struct sandbox *sandbox = self->sandbox;
    struct outcome *outcome = self->outcome;
    struct cgroup_entry entry = {.directory = -1};
    const struct sandbox_limits *limits = &self->job->limits;
    const struct cgroup_limits group = {limits->memory_bytes, limits->processes};
    if (!s_fill_request(sandbox, self->job, &sandbox->run))
        snprintf(outcome->failure, sizeof outcome->failure, "arguments are too long");
    else if (!s_open_streams(self))
        snprintf(outcome->failure, sizeof outcome->failure, "pipes: %s", strerror(errno));
    else if (sandbox->cgroup && !cgroup_open(sandbox->cgroup, &group, &entry))
        snprintf(outcome->failure, sizeof outcome->failure, "control group: %s", strerror(errno));
    else if (!s_send(self, &entry))
        keeper_link_close(&sandbox->keeper); /* and with it what it has begun */
    s_hand_over(&self->streams);
    self->clocks.begun_us = self->clocks.since_us = self->clocks.look_us = sandbox_now_us();
    if (self->process >= 0 && sandbox->cgroup)
        cgroup_prepare(sandbox->cgroup);
    return self->process >= 0;
}

void run_end(struct run *self)
{
    if (self->sandbox->cgroup)
        cgroup_close(self->sandbox->cgroup);
    sandbox_close(&self->process);
    s_close_streams(&self->streams);
}

void sandbox_run(struct sandbox *self, const struct sandbox_job *job, struct outcome *outcome)
{
    struct run run;
    run_prepare(&run, self, job, outcome);
    if (!s_open_input(&run))
        snprintf(outcome->failure, sizeof outcome->failure, "pipes: %s", strerror(errno));
    else if (run_start(&run)) {
        s_watch(&run);
        run_measure(&run);
    }
    run_end(&run);
}
