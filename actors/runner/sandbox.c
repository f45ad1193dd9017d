/* The parent's side of a slot: keeps the namespaces, starts runs, watches them and measures.
 * What happens in the cloned process is in sandbox_child.c. */
#include "actors/runner/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "actors/runner/cgroup.h"
#include "actors/runner/sandbox_child.h"
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
#define S_PIECE_BYTES (64 * 1024)  /* read from a pipe at once */
#define S_ENVIRONMENT_MAX 16       /* variables */

struct sandbox {
    enum sandbox_mode mode;    /* isolated or not */
    unsigned uid;              /* of its programs; 0: our own, when we are not root */
    struct cgroup *cgroup;     /* owned; NULL when insecure */
    struct sock_fprog filter;  /* owned; empty when insecure */
    int root_ns;               /* mount namespace with the root; -1 when insecure */
    int net_ns;                /* empty network namespace; -1 when insecure */
    int box_ns;                /* mount namespace with root and box; -1 without a box */
    int64_t cpus;              /* of this machine */
    char box_path[40];         /* "/box"; a folder under /tmp when insecure; empty without a box */
    char piece[S_PIECE_BYTES]; /* read from pipes */
};

/* A cloned child, from its start until it is reaped. Descriptors are -1 when closed. */
struct child {
    pid_t pid;  /* as this process sees it */
    int pidfd;  /* readable when it is over */
    int status; /* its records */
    int go;     /* a byte starts its program */
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

/* ---- children ---- */

static void s_kill(const struct child *child)
{
    syscall(SYS_pidfd_send_signal, child->pidfd, SIGKILL, NULL, 0u);
}

/* Reaps the child, which must be over or about to be. */
static void s_reap(struct child *child)
{
    siginfo_t info;
    while (waitid(P_PIDFD, (id_t)child->pidfd, &info, WEXITED) < 0 && errno == EINTR)
        ;
    s_close(&child->pidfd);
    s_close(&child->go);
}

/* Clones into new namespaces; the child runs sandbox_child. Signals are held back meanwhile: one
 * for us must not run our handler in the child. */
static bool s_clone(struct child *child, struct child_plan *plan, uint64_t namespaces)
{
    int status[2], go[2];
    *child = (struct child){.pidfd = -1, .status = -1, .go = -1};
    if (pipe2(status, O_CLOEXEC | O_NONBLOCK) < 0)
        return false;
    if (pipe2(go, O_CLOEXEC) < 0) {
        close(status[0]);
        close(status[1]);
        return false;
    }
    check(status[0] > 2 && go[0] > 2);
    plan->status = status[1];
    plan->go = go[0];
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    struct clone_args arguments = {
        .flags = namespaces | CLONE_PIDFD,
        .pidfd = (uint64_t)(uintptr_t)&child->pidfd,
        .exit_signal = SIGCHLD,
    };
    long pid = syscall(SYS_clone3, &arguments, sizeof arguments);
    if (pid == 0)
        sandbox_child(plan);
    int error = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(status[1]);
    close(go[0]);
    child->pid = (pid_t)pid;
    child->status = status[0];
    child->go = go[1];
    if (pid < 0) {
        child->pidfd = -1;
        s_close(&child->status);
        s_close(&child->go);
        errno = error;
    }
    return pid > 0;
}

/* Reads one record; false when there is none. */
static bool s_record(const struct child *child, struct child_record *record)
{
    return read(child->status, record, sizeof *record) == (ssize_t)sizeof *record;
}

/* Waits until the child is set up; false: `failure` says why not. */
static bool s_await_ready(const struct child *child, char *failure, size_t size)
{
    struct child_record record;
    struct pollfd status = {.fd = child->status, .events = POLLIN};
    int64_t until = s_now_us() + S_SET_UP_MS * 1000LL;
    int64_t left;
    while ((left = until - s_now_us()) > 0) {
        int ready = poll(&status, 1, (int)(left / 1000 + 1));
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0 || !s_record(child, &record))
            break;
        if (record.event == CHILD_READY)
            return true;
        if (record.event == CHILD_FAILED) {
            snprintf(failure, size, "%s: %s", record.what, strerror(record.error));
            return false;
        }
    }
    snprintf(failure, size, "the sandbox's first process is gone or stuck before its program");
    return false;
}

static bool s_go(struct child *child)
{
    ssize_t written = write(child->go, "", 1);
    s_close(&child->go);
    return written == 1;
}

static int s_open_namespace(const struct child *child, const char *name)
{
    char path[48];
    snprintf(path, sizeof path, "/proc/%d/ns/%s", (int)child->pid, name);
    return open(path, O_RDONLY | O_CLOEXEC);
}

/* Has a child make namespaces and keeps them: its mounts in *mount_ns and, when asked for, its
 * network in *net_ns. */
static bool s_make_namespaces(struct child_plan *plan, uint64_t namespaces, int *mount_ns,
                              int *net_ns, struct buffer *why)
{
    struct child child;
    char failure[128] = "";
    if (!s_clone(&child, plan, namespaces)) {
        buffer_printf(why, "No process with namespaces of its own can be made: %s.\n",
                      strerror(errno));
        return false;
    }
    bool ok = s_await_ready(&child, failure, sizeof failure);
    if (ok) {
        *mount_ns = s_open_namespace(&child, "mnt");
        ok = *mount_ns >= 0;
        if (ok && net_ns)
            ok = (*net_ns = s_open_namespace(&child, "net")) >= 0;
        if (!ok)
            snprintf(failure, sizeof failure, "holding it: %s", strerror(errno));
    }
    s_kill(&child);
    s_reap(&child);
    s_close(&child.status);
    if (!ok)
        buffer_printf(why, "The sandbox cannot be set up (%s).\n", failure);
    return ok;
}

static struct child_plan s_empty_plan(enum child_task task)
{
    return (struct child_plan){
        .task = task,
        .status = -1,
        .go = -1,
        .mount_ns = -1,
        .net_ns = -1,
        .input = -1,
        .output = -1,
        .errors = -1,
        .entry = {.directory = -1},
    };
}

/* ---- the slot ---- */

static bool s_make_isolated(struct sandbox *self, struct buffer *why)
{
    if (geteuid() != 0) {
        buffer_append_text(why, "Isolation needs root (its programs run as users without "
                                "rights).\n");
        return false;
    }
    if (!seccomp_filter_new(&self->filter, why) || !(self->cgroup = cgroup_new(why)))
        return false;
    struct root *root = calloc(1, sizeof *root);
    check(root);
    root_fill(root, self->uid);
    struct child_plan plan = s_empty_plan(CHILD_MAKE_ROOT);
    plan.root = root;
    bool ok =
        s_make_namespaces(&plan, CLONE_NEWNS | CLONE_NEWNET, &self->root_ns, &self->net_ns, why);
    free(root);
    return ok;
}

struct sandbox *sandbox_new(enum sandbox_mode mode, unsigned slot, struct buffer *why)
{
    check(slot < SANDBOX_SLOTS_MAX);
    struct sandbox *self = calloc(1, sizeof *self);
    check(self);
    self->mode = mode;
    self->uid = geteuid() == 0 ? S_FIRST_UID + slot : 0;
    self->root_ns = self->net_ns = self->box_ns = -1;
    self->cpus = sysconf(_SC_NPROCESSORS_ONLN);
    if (self->cpus < 1)
        self->cpus = 1;
    if (mode == SANDBOX_ISOLATED && !s_make_isolated(self, why))
        sandbox_destroy(&self);
    return self;
}

void sandbox_destroy(struct sandbox **self_p)
{
    struct sandbox *self = *self_p;
    if (!self)
        return;
    sandbox_close_box(self);
    s_close(&self->root_ns);
    s_close(&self->net_ns);
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
    char options[96];
    snprintf(options, sizeof options, "size=%llu,nr_inodes=%d,mode=0755,uid=%u,gid=%u", S_BOX_BYTES,
             S_BOX_FILES, self->uid, self->uid);
    struct child_plan plan = s_empty_plan(CHILD_MAKE_BOX);
    plan.mount_ns = self->root_ns;
    plan.net_ns = self->net_ns;
    plan.box_options = options;
    plan.source_name = source_name;
    plan.source = source;
    if (!s_make_namespaces(&plan, 0, &self->box_ns, NULL, why))
        return false;
    strcpy(self->box_path, "/box");
    return true;
}

void sandbox_close_box(struct sandbox *self)
{
    if (self->mode == SANDBOX_INSECURE && self->box_path[0])
        nftw(self->box_path, s_remove_one, 16, FTW_DEPTH | FTW_PHYS);
    self->box_path[0] = 0;
    s_close(&self->box_ns);
}

const char *sandbox_box_path(const struct sandbox *self)
{
    return self->box_path;
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
           (self->uid == 0 || fchown(*theirs, self->uid, self->uid) == 0);
}

static bool s_open_streams(struct sandbox *self, const struct sandbox_job *job,
                           struct streams *streams)
{
    *streams = (struct streams){-1, -1, -1, -1, -1};
    streams->input = memfd_create("input", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (streams->input < 0)
        return false;
    for (size_t done = 0; done < job->input.length;) {
        ssize_t written = write(streams->input, job->input.data + done, job->input.length - done);
        if (written < 0)
            return false;
        done += (size_t)written;
    }
    const int seals = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;
    if (lseek(streams->input, 0, SEEK_SET) < 0 || fcntl(streams->input, F_ADD_SEALS, seals) < 0 ||
        !s_pipe(self, &streams->output, &streams->output_theirs))
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

/* Looks at clocks and caller; sets the reason and returns true when the program must be killed.
 * *sleep_us: how long nothing can happen. All processors together use up the rest of the time at
 * the earliest after rest / cpus, so the looks come closer and closer to the limit. */
static bool s_must_kill(struct sandbox *self, const struct sandbox_job *job, int64_t since_us,
                        int64_t *sleep_us, struct outcome *outcome)
{
    int64_t wall_left = job->limits.wall_ms * 1000 - (s_now_us() - since_us);
    int64_t cpu_left = job->limits.cpu_ms * 1000 - s_cpu_us(self);
    outcome->wall_exceeded = wall_left < 0;
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

/* Until the child is over: takes what the program writes, kills it when it must be. */
static void s_watch(struct sandbox *self, const struct sandbox_job *job, struct child *child,
                    struct streams *streams, struct outcome *outcome)
{
    int64_t since_us = s_now_us(), look_us = since_us;
    uint64_t taken = 0;
    bool killed = false, over = false;
    while (!over) {
        int64_t now_us = s_now_us(), sleep_us = 0;
        if (!killed && now_us >= look_us) {
            killed = s_must_kill(self, job, since_us, &sleep_us, outcome);
            look_us = now_us + sleep_us;
            if (killed)
                s_kill(child);
        }
        struct pollfd polled[3] = {{.fd = child->pidfd, .events = POLLIN},
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
            s_kill(child);
            killed = true;
        }
    }
    outcome->wall_us = s_now_us() - since_us;
}

/* What the child told and the group counted. A child that was killed by us tells nothing. */
static void s_measure(struct sandbox *self, const struct sandbox_job *job,
                      const struct child *child, struct outcome *outcome)
{
    struct child_record record;
    bool ended = false;
    while (s_record(child, &record)) {
        if (record.event == CHILD_FAILED && !outcome->failure[0])
            snprintf(outcome->failure, sizeof outcome->failure, "%s: %s", record.what,
                     strerror(record.error));
        if (record.event != CHILD_ENDED)
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

/* The program's whole environment: ours, then the language's. */
static void s_environment(const struct sandbox_job *job, const char *list[S_ENVIRONMENT_MAX + 1])
{
    size_t count = 0;
    list[count++] = "PATH=/usr/bin:/bin";
    list[count++] = "HOME=/tmp";
    list[count++] = "LANG=C.UTF-8";
    for (size_t i = 0; job->environment && job->environment[i]; i++) {
        check(count < S_ENVIRONMENT_MAX);
        list[count++] = job->environment[i];
    }
    list[count] = NULL;
}

static struct child_plan s_run_plan(const struct sandbox *self, const struct sandbox_job *job,
                                    const struct streams *streams)
{
    bool isolated = self->mode == SANDBOX_ISOLATED;
    struct child_plan plan = s_empty_plan(isolated ? CHILD_RUN : CHILD_RUN_PLAIN);
    plan.mount_ns = self->box_ns;
    plan.net_ns = self->net_ns;
    plan.box_writable = job->compiling;
    plan.folder = job->compiling ? self->box_path : sandbox_scratch_path(self);
    plan.argv = job->argv;
    plan.input = streams->input;
    plan.output = streams->output_theirs;
    plan.errors = streams->errors_theirs;
    plan.uid = self->uid;
    plan.cpu_s = (uint64_t)job->limits.cpu_ms / 1000 + 2;
    plan.file_bytes = job->compiling ? S_BOX_BYTES : job->limits.scratch_bytes;
    plan.stack_bytes = job->limits.stack_bytes;
    plan.data_bytes = isolated ? 0 : 2 * job->limits.memory_bytes;
    plan.filter = self->filter;
    return plan;
}

/* Starts, watches and measures one child; `plan` lacks only the group. */
static void s_run_child(struct sandbox *self, const struct sandbox_job *job,
                        struct child_plan *plan, struct streams *streams, struct outcome *outcome)
{
    struct child child;
    uint64_t namespaces =
        self->mode == SANDBOX_ISOLATED ? CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS : 0;
    if (!s_clone(&child, plan, namespaces)) {
        snprintf(outcome->failure, sizeof outcome->failure, "clone: %s", strerror(errno));
        return;
    }
    s_close(&streams->output_theirs);
    if (job->errors)
        s_close(&streams->errors_theirs);
    else
        streams->errors_theirs = -1;
    if (s_await_ready(&child, outcome->failure, sizeof outcome->failure) && s_go(&child))
        s_watch(self, job, &child, streams, outcome);
    else
        s_kill(&child);
    s_reap(&child);
    s_measure(self, job, &child, outcome);
    s_close(&child.status);
}

void sandbox_run(struct sandbox *self, const struct sandbox_job *job, struct outcome *outcome)
{
    check(self->box_path[0] && job->argv[0]);
    *outcome = (struct outcome){0};
    struct streams streams;
    const char *environment[S_ENVIRONMENT_MAX + 1];
    char options[96], artefact[128];
    bool ok = s_open_streams(self, job, &streams);
    struct child_plan plan = s_run_plan(self, job, &streams);
    s_environment(job, environment);
    snprintf(options, sizeof options, "size=%" PRIu64 ",nr_inodes=%d,mode=0755,uid=%u,gid=%u",
             job->limits.scratch_bytes, S_SCRATCH_FILES, self->uid, self->uid);
    snprintf(artefact, sizeof artefact, "%s/%s", self->box_path,
             job->artefact ? job->artefact : "");
    plan.environment = environment;
    plan.scratch_options = options;
    plan.artefact = job->artefact ? artefact : NULL;
    const struct cgroup_limits limits = {job->limits.memory_bytes, job->limits.processes};
    if (!ok)
        snprintf(outcome->failure, sizeof outcome->failure, "pipes: %s", strerror(errno));
    else if (self->cgroup && !cgroup_open(self->cgroup, &limits, &plan.entry))
        snprintf(outcome->failure, sizeof outcome->failure, "control group: %s", strerror(errno));
    else
        s_run_child(self, job, &plan, &streams, outcome);
    if (self->cgroup)
        cgroup_close(self->cgroup);
    s_close_streams(&streams);
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
    struct sandbox *self = sandbox_new(SANDBOX_ISOLATED, SANDBOX_SLOTS_MAX - 1, sentences);
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
    if (ok && s_swap_on() && !cgroup_limits_swap(self->cgroup))
        buffer_append_text(sentences, "Swap is on and cannot be limited here: a submission can "
                                      "fill it; switch it off or boot with swapaccount=1.\n");
    sandbox_destroy(&self);
    return ok;
}
