/* What happens after clone: the first process of the namespaces ("init") sets them up, starts the
 * program as its child, waits for it and ends, and with it the kernel ends all that is left. Init
 * keeps its own user: the program cannot signal it, and it dies with the thread that made it.
 *
 * The process is a copy of a thread among others, whose locks may be held for ever: nothing but
 * system calls, and those by syscall(). libc's functions for ids would ask the other threads, which
 * are not there, and a sanitizer's runtime takes locks in most of the others (CMakeLists.txt keeps
 * it out of this file). */
#include "actors/runner/sandbox_child.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The kernel's size of a signal set. */
#define S_SIGNAL_BYTES 8ul

/* How every kind of mount here is made. */
#define S_MOUNT_FLAGS ((unsigned long)(MS_NOSUID | MS_NODEV))

/* A system call that must work; `plan` is the function's parameter. */
#define MUST(what, call, ...) s_must(plan, syscall(SYS_##call, __VA_ARGS__), what)

__attribute__((noreturn)) static void s_exit(int code)
{
    for (;;)
        syscall(SYS_exit_group, code);
}

/* Nobody may be listening: then the parent is gone, and so are we at once. */
static void s_report(const struct child_plan *plan, const struct child_record *record)
{
    syscall(SYS_write, plan->status, record, sizeof *record);
}

/* A result below 0 is told to the parent and ends the child. */
static long s_must(const struct child_plan *plan, long result, const char *what)
{
    if (result >= 0)
        return result;
    struct child_record record = {.event = CHILD_FAILED, .error = errno};
    for (size_t i = 0; i < sizeof record.what - 1 && what[i]; i++)
        record.what[i] = what[i];
    s_report(plan, &record);
    s_exit(127);
}

/* ---- descriptors ---- */

/* Closes all but those of the plan: the image of our parent has its sockets, its database and the
 * tests open. */
static void s_close_others(const struct child_plan *plan)
{
    const int named[] = {plan->status, plan->go,     plan->mount_ns, plan->net_ns,
                         plan->input,  plan->output, plan->errors,   plan->entry.directory};
    const size_t names = sizeof named / sizeof named[0];
    unsigned from = 0;
    for (;;) {
        int next = -1; /* the smallest one to keep at or above `from` */
        for (size_t i = 0; i < names + plan->entry.task_count; i++) {
            int fd = i < names ? named[i] : plan->entry.tasks[i - names];
            if (fd >= (int)from && (next < 0 || fd < next))
                next = fd;
        }
        if (next < 0)
            break;
        if (next > (int)from)
            MUST("close_range", close_range, from, (unsigned)next - 1, 0u);
        from = (unsigned)next + 1;
    }
    MUST("close_range", close_range, from, ~0u, 0u);
}

/* ---- the root ---- */

static void s_write_file(const struct child_plan *plan, const char *path, const char *data,
                         size_t length)
{
    int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    int fd = (int)MUST(path, openat, AT_FDCWD, path, flags, 0644);
    while (length > 0) {
        long written = MUST(path, write, fd, data, length);
        data += written;
        length -= (size_t)written;
    }
    syscall(SYS_close, fd);
}

static void s_mount(const struct child_plan *plan, const char *type, const char *target,
                    unsigned long flags, const char *options)
{
    MUST(target, mount, type, target, type, flags, options);
}

/* Changes the flags of the mount at `target` as this namespace sees it. */
static void s_remount(const struct child_plan *plan, const char *target, unsigned long flags)
{
    MUST(target, mount, NULL, target, NULL, MS_REMOUNT | MS_BIND | MS_NOSUID | flags, NULL);
}

static void s_bind(const struct child_plan *plan, const struct root_entry *entry,
                   unsigned long flags)
{
    const char *target = entry->path + 1;
    MUST(entry->path, mount, entry->path, target, NULL, (unsigned long)MS_BIND, NULL);
    s_remount(plan, target, flags);
}

/* The working folder is the new root. */
static void s_make_entry(const struct child_plan *plan, const struct root_entry *entry)
{
    const char *inside = entry->path + 1;
    switch (entry->kind) {
    case ROOT_FOLDER:
        MUST(inside, mkdirat, AT_FDCWD, inside, 0755);
        break;
    case ROOT_BIND_FOLDER:
        MUST(inside, mkdirat, AT_FDCWD, inside, 0755);
        s_bind(plan, entry, MS_RDONLY | MS_NODEV);
        break;
    case ROOT_BIND_FILE:
        s_write_file(plan, inside, NULL, 0);
        s_bind(plan, entry, MS_RDONLY | MS_NODEV);
        break;
    case ROOT_DEVICE:
        s_write_file(plan, inside, NULL, 0);
        s_bind(plan, entry, MS_NOEXEC);
        break;
    case ROOT_LINK:
        MUST(inside, symlinkat, entry->text, AT_FDCWD, inside);
        break;
    case ROOT_FILE:
        s_write_file(plan, inside, entry->text, entry->text_bytes);
        break;
    }
}

/* Builds the root on a tmpfs over /tmp, where it hides nothing that is still needed, and makes it
 * the root; the machine's own is detached and cannot be reached any more. */
static void s_make_root(const struct child_plan *plan)
{
    MUST("private mounts", mount, NULL, "/", NULL, (unsigned long)(MS_REC | MS_PRIVATE), NULL);
    s_mount(plan, "tmpfs", "/tmp", S_MOUNT_FLAGS, "size=1m,mode=0755");
    MUST("chdir to the root", chdir, "/tmp");
    for (size_t i = 0; i < plan->root->count; i++)
        s_make_entry(plan, &plan->root->list[i]);
    MUST("pivot_root", pivot_root, ".", ".");
    MUST("detaching the machine's root", umount2, ".", MNT_DETACH);
    MUST("chdir to /", chdir, "/");
    s_remount(plan, "/", MS_RDONLY | MS_NODEV);
}

/* A copy of a held mount namespace: what is mounted from here on is this process's alone. */
static void s_enter(const struct child_plan *plan)
{
    MUST("entering the network namespace", setns, plan->net_ns, CLONE_NEWNET);
    MUST("entering the mount namespace", setns, plan->mount_ns, CLONE_NEWNS);
    MUST("copying the mount namespace", unshare, CLONE_NEWNS);
}

static void s_make_box(const struct child_plan *plan)
{
    s_enter(plan);
    s_mount(plan, "tmpfs", "/box", S_MOUNT_FLAGS, plan->box_options);
    MUST("chdir to the box", chdir, "/box");
    s_write_file(plan, plan->source_name, plan->source.data, plan->source.length);
}

static void s_set_up_run(const struct child_plan *plan)
{
    s_enter(plan);
    s_mount(plan, "proc", "/proc", S_MOUNT_FLAGS | MS_NOEXEC, "hidepid=2,subset=pid");
    s_mount(plan, "tmpfs", "/tmp", S_MOUNT_FLAGS, plan->scratch_options);
    if (!plan->box_writable)
        s_remount(plan, "/box", MS_RDONLY | MS_NODEV);
    MUST("sethostname", sethostname, "sandbox", 7ul);
}

/* ---- the program ---- */

static void s_limit(const struct child_plan *plan, int resource, uint64_t value)
{
    const uint64_t limit[2] = {value, value}; /* struct rlimit64 */
    MUST("setrlimit", prlimit64, 0, resource, limit, NULL);
}

static void s_limit_all(const struct child_plan *plan)
{
    s_limit(plan, RLIMIT_CPU, plan->cpu_s);
    s_limit(plan, RLIMIT_FSIZE, plan->file_bytes);
    s_limit(plan, RLIMIT_STACK, plan->stack_bytes);
    s_limit(plan, RLIMIT_NOFILE, 1024);
    s_limit(plan, RLIMIT_MEMLOCK, 0);
    s_limit(plan, RLIMIT_MSGQUEUE, 0);
    if (plan->data_bytes)
        s_limit(plan, RLIMIT_DATA, plan->data_bytes);
    /* 1, not 0: where cores are piped to a collector, 0 does not keep it from being started */
    s_limit(plan, RLIMIT_CORE, 1);
}

/* Our process may have the terminal's signals caught, ignored or blocked. Zeros are SIG_DFL and the
 * empty set; SIGKILL, SIGSTOP refuse. */
static void s_reset_signals(void)
{
    static const char zeros[64]; /* no smaller than the kernel's struct sigaction */
    for (int number = 1; number <= 64; number++)
        syscall(SYS_rt_sigaction, number, zeros, NULL, S_SIGNAL_BYTES);
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, zeros, NULL, S_SIGNAL_BYTES);
}

/* Into the group as late as possible: what happens before is not the program's time or memory. */
static void s_join(const struct child_plan *plan)
{
    for (unsigned i = 0; i < plan->entry.task_count; i++)
        MUST("entering the control group", write, plan->entry.tasks[i], "0", 1ul);
    MUST("cgroup namespace", unshare, CLONE_NEWCGROUP);
}

/* Should the whole machine run out of memory, the program goes first. */
static void s_offer_to_oom_killer(const struct child_plan *plan)
{
    int fd = (int)MUST("oom_score_adj", openat, AT_FDCWD, "/proc/self/oom_score_adj",
                       O_WRONLY | O_CLOEXEC, 0);
    MUST("oom_score_adj", write, fd, "1000", 4ul);
    syscall(SYS_close, fd);
}

static void s_become(const struct child_plan *plan)
{
    if (plan->uid == 0)
        return;
    for (long number = 0; syscall(SYS_prctl, PR_CAPBSET_READ, number, 0l, 0l, 0l) >= 0; number++)
        MUST("dropping capabilities", prctl, PR_CAPBSET_DROP, number, 0l, 0l, 0l);
    MUST("setgroups", setgroups, 0ul, NULL);
    MUST("setresgid", setresgid, plan->uid, plan->uid, plan->uid);
    MUST("setresuid", setresuid, plan->uid, plan->uid, plan->uid);
}

__attribute__((noreturn)) static void s_program(const struct child_plan *plan)
{
    syscall(SYS_setsid);
    MUST("stdin", dup3, plan->input, 0, 0);
    MUST("stdout", dup3, plan->output, 1, 0);
    MUST("stderr", dup3, plan->errors, 2, 0);
    s_limit_all(plan);
    if (plan->task == CHILD_RUN) {
        s_offer_to_oom_killer(plan);
        s_join(plan);
    }
    s_become(plan);
    if (plan->task == CHILD_RUN_PLAIN) /* changing the user has cleared it */
        MUST("PR_SET_PDEATHSIG", prctl, PR_SET_PDEATHSIG, (long)SIGKILL, 0l, 0l, 0l);
    MUST(plan->folder, chdir, plan->folder);
    MUST("no_new_privs", prctl, PR_SET_NO_NEW_PRIVS, 1l, 0l, 0l, 0l);
    s_reset_signals();
    /* those of the plan close by themselves at exec */
    if (plan->filter.len)
        MUST("system call filter", seccomp, SECCOMP_SET_MODE_FILTER, 0u, &plan->filter);
    MUST(plan->argv[0], execve, plan->argv[0], plan->argv, plan->environment);
    s_exit(127);
}

static int s_clone(const struct child_plan *plan)
{
    struct clone_args arguments = {.exit_signal = SIGCHLD};
    if (plan->entry.directory >= 0) {
        arguments.flags = CLONE_INTO_CGROUP;
        arguments.cgroup = (uint64_t)plan->entry.directory;
    }
    return (int)MUST("clone", clone3, &arguments, sizeof arguments);
}

/* Waits for the program; reaps what it leaves to us meanwhile. */
__attribute__((noreturn)) static void s_start_and_wait(const struct child_plan *plan)
{
    int program = s_clone(plan);
    if (program == 0)
        s_program(plan);
    struct child_record record = {.event = CHILD_ENDED};
    long ended;
    do
        ended = syscall(SYS_wait4, -1, &record.wait_status, 0, NULL);
    while (ended != program && (ended > 0 || errno == EINTR));
    struct rusage usage;
    if (syscall(SYS_getrusage, RUSAGE_CHILDREN, &usage) == 0) {
        record.cpu_us = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000LL +
                        usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
        record.memory_kb = usage.ru_maxrss;
    }
    record.artefact_missing =
        plan->artefact && syscall(SYS_faccessat, AT_FDCWD, plan->artefact, F_OK) < 0;
    if (plan->task == CHILD_RUN_PLAIN)
        syscall(SYS_kill, -program, SIGKILL);
    s_report(plan, &record);
    s_exit(0);
}

void sandbox_child(const struct child_plan *plan)
{
    syscall(SYS_prctl, PR_SET_PDEATHSIG, (long)SIGKILL, 0l, 0l, 0l);
    syscall(SYS_umask, 022);
    syscall(SYS_setsid); /* away from the terminal's signals */
    s_close_others(plan);
    if (plan->task == CHILD_MAKE_ROOT)
        s_make_root(plan);
    else if (plan->task == CHILD_MAKE_BOX)
        s_make_box(plan);
    else if (plan->task == CHILD_RUN)
        s_set_up_run(plan);
    s_report(plan, &(struct child_record){.event = CHILD_READY});
    char byte;
    /* No byte: the parent is gone, perhaps before PR_SET_PDEATHSIG, or wanted the namespaces only,
     * which it holds by now. */
    if (syscall(SYS_read, plan->go, &byte, 1ul) != 1)
        s_exit(1);
    s_start_and_wait(plan);
}
