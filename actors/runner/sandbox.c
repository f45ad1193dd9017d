/* A slot: has its keeper start runs, watches them and measures. What happens in the namespaces is
 * in keeper.c. */
#include "actors/runner/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "actors/runner/cgroup.h"
#include "actors/runner/keeper_link.h"
#include "actors/runner/seccomp_filter.h"
#include "proto/check.h"

/* The first of SANDBOX_SLOTS_MAX user ids: 60578 to 61183 are left unused by Debian and systemd,
 * and lie below the 65536 that a container with mapped users usually has. */
#define S_FIRST_UID 60600
#define S_BOX_BYTES (256ull << 20) /* source, objects and program of one submission */
#define S_BOX_FILES 8192           /* inodes there */
#define S_SCRATCH_FILES 16384      /* inodes of a scratch space */
#define S_SET_UP_MS 10000          /* a child that is not ready by then is our failure */
#define S_TICK_US (200 * 1000LL)   /* between two calls of progress, at most */
#define S_PATIENCE 10              /* times the wall clock limit, on a machine too busy */
#define S_PIECE_BYTES (64 * 1024)  /* read from a pipe at once */

struct sandbox {
    enum sandbox_mode mode;    /* isolated or not */
    unsigned uid;              /* of its programs, as they see it; 0: our own */
    struct cgroup *cgroup;     /* owned; NULL when insecure */
    struct sock_fprog filter;  /* owned; empty when insecure */
    struct keeper_link keeper; /* holds root, box and namespaces; restarted when it is gone */
    bool own_users;            /* programs get a user namespace of their own */
    int cpu;                   /* that runs are pinned to; -1: any */
    int64_t cpus;              /* that we may use */
    struct keeper_run run;     /* the request under way */
    char shared[PATH_MAX];     /* folder of the machine that programs may read; empty: none */
    char box_path[40];         /* "/box"; a folder under /tmp when insecure; empty without a box */
    char piece[S_PIECE_BYTES]; /* read from pipes */
};

/* Our ends of a run's pipes, and the program's. */
struct streams {
    int input;                 /* a memfd, read-only from here on */
    int output, output_theirs; /* stdout */
    int errors, errors_theirs; /* stderr; -1 and output_theirs when it joins stdout */
};

static int64_t s_now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

static void s_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* ---- the keeper ---- */

static void s_tell_failure(char *failure, size_t size, const struct keeper_record *record)
{
    snprintf(failure, size, "%.*s: %s", (int)sizeof record->what, record->what,
             strerror(record->error));
}

/* Waits for a record of that kind. False: `failure` says what came instead. */
static bool s_await(struct sandbox *self, enum keeper_event event, struct keeper_record *record,
                    int *descriptor, char *failure, size_t size)
{
    if (!keeper_link_receive(&self->keeper, record, descriptor, S_SET_UP_MS)) {
        snprintf(failure, size, "the sandbox's keeper is gone or stuck");
        return false;
    }
    if (record->event == event)
        return true;
    if (*descriptor >= 0)
        close(*descriptor);
    *descriptor = -1;
    if (record->event == KEEPER_FAILED)
        s_tell_failure(failure, size, record);
    else
        snprintf(failure, size, "the sandbox's keeper is out of step");
    return false;
}

/* A request that is answered by READY. After a failure the keeper is not trusted any more. */
static bool s_ask(struct sandbox *self, const void *request, size_t bytes, const int *descriptor,
                  struct keeper_record *record, struct buffer *why)
{
    int none;
    char failure[128] = "the sandbox's keeper is gone";
    if (keeper_link_send(&self->keeper, request, bytes, descriptor, descriptor != NULL) &&
        s_await(self, KEEPER_READY, record, &none, failure, sizeof failure))
        return true;
    if (why)
        buffer_printf(why, "The sandbox cannot be set up (%s).\n", failure);
    keeper_link_close(&self->keeper);
    return false;
}

static bool s_start_keeper(struct sandbox *self, struct buffer *why)
{
    struct keeper_record record;
    struct keeper_start *start = calloc(1, sizeof *start);
    check(start && self->filter.len <= KEEPER_FILTER_MAX);
    *start = (struct keeper_start){.task = KEEPER_START,
                                   .isolated = self->mode == SANDBOX_ISOLATED,
                                   .mapped = self->mode == SANDBOX_ISOLATED && geteuid() != 0,
                                   .uid = self->uid,
                                   .filter_count = self->filter.len};
    root_fill(&start->root, self->uid, *self->shared ? self->shared : NULL);
    if (self->filter.len)
        memcpy(start->filter, self->filter.filter, self->filter.len * sizeof *start->filter);
    size_t bytes = offsetof(struct keeper_start, filter) + self->filter.len * sizeof *start->filter;
    bool open = keeper_link_open(&self->keeper);
    if (!open)
        buffer_printf(why, "The sandbox's keeper cannot be started: %s.\n", strerror(errno));
    bool ok = open && s_ask(self, start, bytes, NULL, &record, why);
    self->own_users = ok && self->mode == SANDBOX_ISOLATED && record.error == 0;
    free(start);
    return ok;
}

/* ---- the slot ---- */

/* Slots are spread over the processors that we may use: a run stays on its own, so that the caches
 * and the rest of the machine disturb its times as little as may be. */
static void s_choose_cpu(struct sandbox *self, unsigned slot)
{
    cpu_set_t set;
    self->cpu = -1;
    self->cpus = 1;
    if (sched_getaffinity(0, sizeof set, &set) < 0)
        return;
    self->cpus = CPU_COUNT(&set);
    unsigned nth = slot % (unsigned)self->cpus;
    for (int cpu = 0; cpu < CPU_SETSIZE && self->cpu < 0; cpu++)
        if (CPU_ISSET(cpu, &set) && nth-- == 0)
            self->cpu = cpu;
}

struct sandbox *sandbox_new(enum sandbox_mode mode, unsigned slot, const char *shared,
                            struct buffer *why)
{
    check(slot < SANDBOX_SLOTS_MAX);
    struct sandbox *self = calloc(1, sizeof *self);
    check(self);
    self->mode = mode;
    self->keeper.socket = -1;
    if (shared && !realpath(shared, self->shared)) {
        buffer_printf(why, "%s: %s.\n", shared, strerror(errno));
        sandbox_destroy(&self);
        return NULL;
    }
    self->uid = mode == SANDBOX_ISOLATED || geteuid() == 0 ? S_FIRST_UID + slot : 0;
    s_choose_cpu(self, slot);
    bool limited = mode == SANDBOX_INSECURE ||
                   (seccomp_filter_new(&self->filter, why) && (self->cgroup = cgroup_new(why)));
    if (!limited || !s_start_keeper(self, why))
        sandbox_destroy(&self);
    return self;
}

void sandbox_destroy(struct sandbox **self_p)
{
    struct sandbox *self = *self_p;
    if (!self)
        return;
    sandbox_close_box(self);
    keeper_link_close(&self->keeper);
    cgroup_destroy(&self->cgroup);
    seccomp_filter_destroy(&self->filter);
    free(self);
    *self_p = NULL;
}

/* ---- the box ---- */

static int s_remove_one(const char *path, const struct stat *file, int kind, struct FTW *walk)
{
    (void)file;
    (void)kind;
    (void)walk;
    remove(path);
    return 0;
}

/* Writes all of it; false: errno. */
static bool s_write(int fd, const void *data, size_t length)
{
    for (size_t done = 0; done < length;) {
        ssize_t written = write(fd, (const char *)data + done, length - done);
        if (written < 0)
            return false;
        done += (size_t)written;
    }
    return true;
}

static int s_memory(void)
{
    return memfd_create("codecomp", MFD_CLOEXEC | MFD_ALLOW_SEALING);
}

/* To its start, never to be changed. Closes it and gives -1 when that fails, or `ok` is false. */
static int s_seal(int fd, bool ok)
{
    const int seals = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;
    if (ok && fd >= 0 && lseek(fd, 0, SEEK_SET) == 0 && fcntl(fd, F_ADD_SEALS, seals) == 0)
        return fd;
    int error = errno;
    s_close(&fd);
    errno = error;
    return -1;
}

static bool s_open_plain_box(struct sandbox *self, const char *source_name, struct slice source)
{
    char path[128];
    strcpy(self->box_path, "/tmp/codecomp-box-XXXXXX");
    if (!mkdtemp(self->box_path)) {
        self->box_path[0] = 0;
        return false;
    }
    snprintf(path, sizeof path, "%s/%s", self->box_path, source_name);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    bool ok = fd >= 0 && write(fd, source.data, source.length) == (ssize_t)source.length;
    if (fd >= 0)
        close(fd);
    if (ok && self->uid)
        ok = chown(self->box_path, self->uid, self->uid) == 0;
    return ok;
}

bool sandbox_open_box(struct sandbox *self, const char *source_name, struct slice source,
                      struct buffer *why)
{
    sandbox_close_box(self);
    if (self->mode == SANDBOX_INSECURE) {
        bool made = s_open_plain_box(self, source_name, source);
        if (!made)
            buffer_printf(why, "No folder can be made under /tmp: %s.\n", strerror(errno));
        return made;
    }
    const struct keeper_file file = {(uint32_t)strlen(source_name), false, source.length};
    int packed = s_memory();
    packed = s_seal(packed, packed >= 0 && s_write(packed, &file, sizeof file) &&
                                s_write(packed, source_name, file.path_bytes) &&
                                s_write(packed, source.data, source.length));
    if (packed < 0) {
        buffer_printf(why, "No file can be made in memory: %s.\n", strerror(errno));
        return false;
    }
    bool open = sandbox_open_packed_box(self, packed, why);
    close(packed);
    return open;
}

bool sandbox_open_packed_box(struct sandbox *self, int packed, struct buffer *why)
{
    const struct keeper_box box = {KEEPER_OPEN_BOX, S_BOX_BYTES, S_BOX_FILES};
    struct keeper_record record;
    char path[32];
    sandbox_close_box(self);
    if (self->keeper.process == 0 && !s_start_keeper(self, why))
        return false;
    /* a file position of its own: several slots may open the same one at once */
    snprintf(path, sizeof path, "/proc/self/fd/%d", packed);
    int files = open(path, O_RDONLY | O_CLOEXEC);
    if (files < 0) {
        buffer_printf(why, "The files of a box cannot be read: %s.\n", strerror(errno));
        return false;
    }
    bool ok = s_ask(self, &box, sizeof box, &files, &record, why);
    close(files);
    if (ok)
        strcpy(self->box_path, "/box");
    return ok;
}

int sandbox_pack_box(struct sandbox *self, uint64_t max_bytes)
{
    const struct keeper_box box = {KEEPER_PACK_BOX, max_bytes, S_BOX_FILES};
    struct keeper_record record;
    if (self->mode == SANDBOX_INSECURE)
        return -1;
    int files = s_memory();
    return s_seal(files, files >= 0 && s_ask(self, &box, sizeof box, &files, &record, NULL) &&
                             record.error == 0);
}

void sandbox_close_box(struct sandbox *self)
{
    if (self->mode == SANDBOX_INSECURE && self->box_path[0])
        nftw(self->box_path, s_remove_one, 16, FTW_DEPTH | FTW_PHYS);
    else if (self->box_path[0] && self->keeper.process) {
        enum keeper_task task = KEEPER_CLOSE_BOX;
        struct keeper_record record;
        s_ask(self, &task, sizeof task, NULL, &record, NULL); /* else the next keeper has none */
    }
    self->box_path[0] = 0;
}

const char *sandbox_box_path(const struct sandbox *self)
{
    return self->box_path;
}

const char *sandbox_shared_path(const struct sandbox *self)
{
    return self->mode == SANDBOX_ISOLATED ? ROOT_SHARED_PATH : self->shared;
}

const char *sandbox_scratch_path(const struct sandbox *self)
{
    return self->mode == SANDBOX_ISOLATED ? "/tmp" : self->box_path;
}

/* ---- a run ---- */

static void s_close_streams(struct streams *streams)
{
    if (streams->errors_theirs != streams->output_theirs)
        s_close(&streams->errors_theirs);
    s_close(&streams->input);
    s_close(&streams->output);
    s_close(&streams->output_theirs);
    s_close(&streams->errors);
}

/* A pipe that the program may also open by its name, /dev/stdout: it must own it for that. */
static bool s_pipe(const struct sandbox *self, int *ours, int *theirs)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return false;
    *ours = ends[0];
    *theirs = ends[1];
    return fcntl(*ours, F_SETFL, O_NONBLOCK) == 0 &&
           (geteuid() != 0 || fchown(*theirs, self->uid, self->uid) == 0);
}

static bool s_open_streams(struct sandbox *self, const struct sandbox_job *job,
                           struct streams *streams)
{
    *streams = (struct streams){-1, -1, -1, -1, -1};
    streams->input = s_memory();
    streams->input =
        s_seal(streams->input,
               streams->input >= 0 && s_write(streams->input, job->input.data, job->input.length));
    if (streams->input < 0 || !s_pipe(self, &streams->output, &streams->output_theirs))
        return false;
    streams->errors_theirs = streams->output_theirs;
    return !job->errors || s_pipe(self, &streams->errors, &streams->errors_theirs);
}

/* Reads what has come on stdout; true when there may be more. */
static bool s_take_output(struct sandbox *self, const struct sandbox_job *job, int *fd,
                          uint64_t *taken, struct outcome *outcome)
{
    ssize_t length = read(*fd, self->piece, sizeof self->piece);
    if (length == 0 || (length < 0 && errno != EAGAIN && errno != EINTR))
        s_close(fd);
    if (length <= 0)
        return false;
    uint64_t room = job->limits.output_bytes - *taken;
    if ((uint64_t)length > room)
        outcome->output_overflow = true;
    size_t kept = (uint64_t)length > room ? (size_t)room : (size_t)length;
    if (kept)
        job->output(job->context, self->piece, kept);
    *taken += kept;
    return !outcome->output_overflow;
}

static bool s_take_errors(struct sandbox *self, const struct sandbox_job *job, int *fd)
{
    ssize_t length = read(*fd, self->piece, sizeof self->piece);
    if (length == 0 || (length < 0 && errno != EAGAIN && errno != EINTR))
        s_close(fd);
    if (length <= 0)
        return false;
    size_t room = job->errors->max_bytes - job->errors->length;
    buffer_append(job->errors, self->piece, (size_t)length < room ? (size_t)length : room);
    return true;
}

static int64_t s_cpu_us(struct sandbox *self)
{
    return self->cgroup ? cgroup_cpu_us(self->cgroup) : 0;
}

/* The clocks of a run. */
struct clocks {
    int64_t since_us;        /* its start */
    int64_t look_us, cpu_us; /* the last look, and the processor time then */
    int64_t waited_us; /* of the time since the start, what was spent waiting for a processor */
};

/* Whoever is runnable and does not run waits for a processor; a look each S_TICK_US stands for the
 * time since the one before. Without a group nobody can tell. */
static void s_look(struct sandbox *self, struct clocks *clocks)
{
    int64_t now_us = s_now_us(), cpu_us = s_cpu_us(self);
    int64_t passed_us = now_us - clocks->look_us, ran_us = cpu_us - clocks->cpu_us;
    if (self->cgroup && passed_us > ran_us && cgroup_busy(self->cgroup))
        clocks->waited_us += passed_us - ran_us;
    clocks->look_us = now_us;
    clocks->cpu_us = cpu_us;
}

/* Looks at clocks and caller; sets the reason and returns true when the program must be killed.
 * *sleep_us: how long nothing can happen. All processors together use up the rest of the time at
 * the earliest after rest / cpus, so the looks come closer and closer to the limit. */
static bool s_must_kill(struct sandbox *self, const struct sandbox_job *job, struct clocks *clocks,
                        int64_t *sleep_us, struct outcome *outcome)
{
    s_look(self, clocks);
    int64_t wall_us = clocks->look_us - clocks->since_us, limit_us = job->limits.wall_ms * 1000;
    int64_t wall_left = limit_us - (wall_us - clocks->waited_us);
    int64_t cpu_left = job->limits.cpu_ms * 1000 - clocks->cpu_us;
    outcome->wall_exceeded = wall_left < 0 || wall_us > S_PATIENCE * limit_us;
    outcome->cpu_exceeded = cpu_left < 0;
    if (job->progress && !job->progress(job->context))
        outcome->cancelled = true;
    *sleep_us = cpu_left / self->cpus + 1000;
    if (*sleep_us > wall_left)
        *sleep_us = wall_left + 1;
    if (*sleep_us > S_TICK_US)
        *sleep_us = S_TICK_US;
    return outcome->wall_exceeded || outcome->cpu_exceeded || outcome->cancelled;
}

static void s_kill(int process)
{
    syscall(SYS_pidfd_send_signal, process, SIGKILL, NULL, 0u);
}

/* Until the run's first process (a pidfd) is over: takes what the program writes, kills it when it
 * must be. */
static void s_watch(struct sandbox *self, const struct sandbox_job *job, int process,
                    struct streams *streams, struct outcome *outcome)
{
    struct clocks clocks = {.since_us = s_now_us()};
    int64_t look_us = clocks.look_us = clocks.since_us;
    uint64_t taken = 0;
    bool killed = false, over = false;
    while (!over) {
        int64_t now_us = s_now_us(), sleep_us = 0;
        if (!killed && now_us >= look_us) {
            killed = s_must_kill(self, job, &clocks, &sleep_us, outcome);
            look_us = now_us + sleep_us;
            if (killed)
                s_kill(process);
        }
        struct pollfd polled[3] = {{.fd = process, .events = POLLIN},
                                   {.fd = streams->output, .events = POLLIN},
                                   {.fd = streams->errors, .events = POLLIN}};
        sleep_us = killed ? S_TICK_US : look_us - now_us;
        struct timespec timeout = {sleep_us / 1000000, sleep_us % 1000000 * 1000};
        if (ppoll(polled, 3, &timeout, NULL) <= 0)
            continue;
        over = polled[0].revents != 0;
        /* one piece a turn, so that a chatterer cannot keep us from the clock; after the end all */
        while (streams->output >= 0 && (over || polled[1].revents) && !outcome->output_overflow &&
               s_take_output(self, job, &streams->output, &taken, outcome) && over)
            ;
        while (streams->errors >= 0 && (over || polled[2].revents) &&
               s_take_errors(self, job, &streams->errors) && over)
            ;
        if (outcome->output_overflow && !killed) {
            s_close(&streams->output);
            s_kill(process);
            killed = true;
        }
    }
    outcome->wall_us = s_now_us() - clocks.since_us;
}

/* What init told and the group counted. An init that was killed by us tells nothing. */
static void s_measure(struct sandbox *self, const struct sandbox_job *job, struct outcome *outcome)
{
    struct keeper_record record;
    int descriptor;
    bool ended = false;
    while (keeper_link_receive(&self->keeper, &record, &descriptor, 0)) {
        if (record.event == KEEPER_FAILED && !outcome->failure[0])
            s_tell_failure(outcome->failure, sizeof outcome->failure, &record);
        if (record.event != KEEPER_ENDED)
            continue;
        ended = true;
        outcome->exit_code = WIFEXITED(record.wait_status) ? WEXITSTATUS(record.wait_status) : 0;
        outcome->signal = WIFSIGNALED(record.wait_status) ? WTERMSIG(record.wait_status) : 0;
        outcome->artefact_missing = record.artefact_missing;
        outcome->cpu_us = record.cpu_us;
        outcome->memory_kb = record.memory_kb;
    }
    if (self->cgroup) {
        struct cgroup_usage usage;
        cgroup_usage(self->cgroup, &usage);
        outcome->cpu_us = usage.cpu_us;
        outcome->memory_kb = usage.memory_kb;
        outcome->out_of_memory = usage.out_of_memory > 0;
    } else {
        outcome->out_of_memory = (uint64_t)outcome->memory_kb * 1024 > job->limits.memory_bytes;
    }
    bool killed = outcome->cpu_exceeded || outcome->wall_exceeded || outcome->cancelled ||
                  outcome->output_overflow;
    if (killed)
        outcome->signal = SIGKILL;
    else if (!ended && !outcome->failure[0])
        snprintf(outcome->failure, sizeof outcome->failure,
                 "the sandbox's first process ended without a word");
}

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
    run->file_bytes = job->compiling ? S_BOX_BYTES : job->limits.scratch_bytes;
    /* the kernel counts whole ticks here, and on a busy machine a quarter too many: where the group
     * tells the truth this only stands behind it */
    run->cpu_s = (uint64_t)job->limits.cpu_ms / 1000 * (self->cgroup ? 2 : 1) + 2;
    run->stack_bytes = job->limits.stack_bytes;
    run->data_bytes = isolated ? 0 : 2 * job->limits.memory_bytes;
    run->cpu = job->compiling ? -1 : self->cpu; /* compilers have threads of their own */
    run->into_group = false;
    run->argument_count = run->variable_count = run->group_count = run->texts_bytes = 0;
    if (job->artefact)
        snprintf(artefact, sizeof artefact, "%s/%s", self->box_path, job->artefact);
    return s_add_words(run, job->argv, &run->argument_count) &&
           s_add_words(run, ours, &run->variable_count) &&
           s_add_words(run, job->environment, &run->variable_count) &&
           s_add_text(run, job->compiling ? self->box_path : sandbox_scratch_path(self)) &&
           s_add_text(run, artefact);
}

/* Sends the request and its descriptors. *process: the pidfd of the run's first process, when its
 * program has begun. */
static bool s_start_run(struct sandbox *self, struct keeper_run *run, const struct streams *streams,
                        const struct cgroup_entry *entry, int *process, struct outcome *outcome)
{
    struct keeper_record record;
    int descriptors[KEEPER_DESCRIPTORS] = {streams->input, streams->output_theirs,
                                           streams->errors_theirs};
    run->into_group = entry->directory >= 0;
    if (run->into_group)
        descriptors[3 + run->group_count++] = entry->directory;
    for (unsigned i = 0; i < entry->task_count; i++)
        descriptors[3 + run->group_count++] = entry->tasks[i];
    if (keeper_link_send(&self->keeper, run, offsetof(struct keeper_run, texts) + run->texts_bytes,
                         descriptors, 3 + run->group_count))
        return s_await(self, KEEPER_RUNNING, &record, process, outcome->failure,
                       sizeof outcome->failure);
    snprintf(outcome->failure, sizeof outcome->failure, "the sandbox's keeper is gone");
    return false;
}

/* Starts, watches and measures one run. */
static void s_run(struct sandbox *self, const struct sandbox_job *job, struct keeper_run *run,
                  const struct cgroup_entry *entry, struct streams *streams,
                  struct outcome *outcome)
{
    int process = -1;
    if (!s_start_run(self, run, streams, entry, &process, outcome)) {
        keeper_link_close(&self->keeper); /* and with it what it has begun */
        return;
    }
    s_close(&streams->output_theirs);
    if (job->errors)
        s_close(&streams->errors_theirs);
    else
        streams->errors_theirs = -1;
    if (self->cgroup)
        cgroup_prepare(self->cgroup);
    s_watch(self, job, process, streams, outcome);
    s_measure(self, job, outcome);
    close(process);
}

void sandbox_run(struct sandbox *self, const struct sandbox_job *job, struct outcome *outcome)
{
    check(self->box_path[0] && job->argv[0]);
    *outcome = (struct outcome){0};
    struct streams streams;
    struct cgroup_entry entry = {.directory = -1};
    const struct cgroup_limits limits = {job->limits.memory_bytes, job->limits.processes};
    if (!s_fill_request(self, job, &self->run))
        snprintf(outcome->failure, sizeof outcome->failure, "arguments are too long");
    else if (!s_open_streams(self, job, &streams)) {
        snprintf(outcome->failure, sizeof outcome->failure, "pipes: %s", strerror(errno));
        s_close_streams(&streams);
    } else {
        if (self->cgroup && !cgroup_open(self->cgroup, &limits, &entry))
            snprintf(outcome->failure, sizeof outcome->failure, "control group: %s",
                     strerror(errno));
        else
            s_run(self, job, &self->run, &entry, &streams, outcome);
        if (self->cgroup)
            cgroup_close(self->cgroup);
        s_close_streams(&streams);
    }
}

/* ---- can it? ---- */

static void s_drop(void *context, const char *data, size_t length)
{
    (void)context;
    (void)data;
    (void)length;
}

static bool s_swap_on(void)
{
    char text[512];
    int fd = open("/proc/swaps", O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? 0 : read(fd, text, sizeof text);
    if (fd >= 0)
        close(fd);
    /* a heading, then a line per swap space */
    const char *end = length > 0 ? memchr(text, '\n', (size_t)length) : NULL;
    return end && end + 1 < text + length;
}

bool sandbox_check(struct buffer *sentences)
{
    struct sandbox *self = sandbox_new(SANDBOX_ISOLATED, SANDBOX_SLOTS_MAX - 1, NULL, sentences);
    if (!self)
        return false;
    struct outcome outcome = {0};
    const struct sandbox_job job = {
        .argv = (const char *const[]){"/usr/bin/true", NULL},
        .limits = {1000, 5000, 64 << 20, 1 << 20, 8 << 20, 1024, 8},
        .output = s_drop,
    };
    bool ok = sandbox_open_box(self, "empty", slice_of(""), sentences);
    if (ok) {
        sandbox_run(self, &job, &outcome);
        ok = !outcome.failure[0] && outcome.exit_code == 0 && outcome.signal == 0;
        if (!ok)
            buffer_printf(sentences, "A program cannot be run in the sandbox (%s).\n",
                          outcome.failure[0] ? outcome.failure : "it failed");
    }
    if (ok)
        buffer_printf(sentences, "Submissions are isolated by namespaces, seccomp and %s.\n",
                      cgroup_kind(self->cgroup));
    if (ok && !self->own_users)
        buffer_append_text(sentences, "Programs get no user namespace of their own here "
                                      "(user.max_user_namespaces, or a container's rules).\n");
    if (ok && s_swap_on() && !cgroup_limits_swap(self->cgroup))
        buffer_append_text(sentences, "Swap is on and cannot be limited here: a submission can "
                                      "fill it; switch it off or boot with swapaccount=1.\n");
    sandbox_destroy(&self);
    return ok;
}
