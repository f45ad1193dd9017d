/* A slot's keeper; keeper.h says what it is for. One thread, no library but libc, linked statically
 * so that it is small and needs no file of the machine.
 *
 * Three kinds of process run this file: the keeper; the first process of a run's namespaces
 * ("init"), which sets them up, starts the program as its child, waits for it and ends, and with it
 * the kernel ends all that is left; and the program until its exec. Init keeps the keeper's user:
 * the program cannot signal it. Whatever fails is told, and ends the process that it failed in: a
 * keeper that is gone is started again. Each dies with the one before it in this list, and the
 * keeper with the thread that started it. */
#include "actors/runner/keeper.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* How every kind of mount here is made. */
#define S_MOUNT_FLAGS ((unsigned long)(MS_NOSUID | MS_NODEV))

static struct keeper_start s_start; /* what we were told at the start */
static int s_lifeline[2];           /* nobody writes: it ends when the keeper does */
static bool s_users;                /* programs get a user namespace of their own */
static int s_shared = -1;           /* the shared folder, while the root is being made */

/* ---- telling --------------------------------------------------------------------------------- */

/* Nobody may be listening: then the server is gone, and so are we at once. */
static void s_tell(const struct keeper_record *record, int descriptor)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec piece = {(void *)record, sizeof *record};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
    if (descriptor >= 0) {
        message.msg_control = &control;
        message.msg_controllen = sizeof control.room;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof descriptor);
        memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
    }
    if (sendmsg(KEEPER_SOCKET, &message, MSG_NOSIGNAL) < 0)
        _exit(1);
}

static void s_tell_event(enum keeper_event event)
{
    s_tell(&(struct keeper_record){.event = event}, -1);
}

/* A result below 0 is told and ends this process. */
static long s_must(long result, const char *what)
{
    if (result >= 0)
        return result;
    struct keeper_record record = {.event = KEEPER_FAILED, .error = errno};
    snprintf(record.what, sizeof record.what, "%s", what);
    s_tell(&record, -1);
    _exit(127);
}

static void s_write_file(const char *path, const char *text, int flags)
{
    size_t length = strlen(text);
    int fd = (int)s_must(open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC | flags, 0644), path);
    for (size_t done = 0; done < length;)
        done += (size_t)s_must(write(fd, text + done, length - done), path);
    close(fd);
}

/* ---- the root -------------------------------------------------------------------------------- */

static void s_mount(const char *type, const char *target, unsigned long flags, const char *options)
{
    s_must(mount(type, target, type, flags, options), target);
}

/* Changes the flags of the mount at `target` as this namespace sees it. */
static void s_remount(const char *target, unsigned long flags)
{
    s_must(mount(NULL, target, NULL, MS_REMOUNT | MS_BIND | MS_NOSUID | flags, NULL), target);
}

/* \040 and the like, as /proc writes what would end a word. */
static char *s_unescape(char *word)
{
    unsigned code;
    for (char *at = word; (at = strchr(at, '\\')); at++)
        if (sscanf(at, "\\%3o", &code) == 1) {
            *at = (char)code;
            memmove(at + 1, at + 4, strlen(at + 4) + 1);
        }
    return word;
}

/* s_restrict before Linux 5.12, and where a container's filter does not know its call. */
static void s_restrict_each(const char *target, unsigned long flags)
{
    char *line = NULL, above[PATH_MAX];
    size_t size = 0;
    s_must(realpath(target, above) ? 0 : -1, target);
    size_t length = strlen(above);
    FILE *mounts = fopen("/proc/self/mountinfo", "re");
    s_must(mounts ? 0 : -1, "/proc/self/mountinfo");
    while (getline(&line, &size, mounts) > 0) {
        char *rest = line, *path = NULL;
        for (int word = 0; word < 5; word++) /* the fifth is where it is mounted */
            path = strsep(&rest, " ");
        struct statvfs now;
        if (!path || strncmp(s_unescape(path), above, length) != 0 ||
            (path[length] && path[length] != '/'))
            continue;
        s_must(statvfs(path, &now), target);
        /* an ordinary user may not take away what was forbidden */
        s_remount(path, flags | (now.f_flag & ST_NOEXEC ? (unsigned long)MS_NOEXEC : 0));
    }
    free(line);
    fclose(mounts);
}

/* Forbids `flags`, which mean the same to both calls, in the mount and in all below it. */
static void s_restrict(const char *target, unsigned long flags)
{
    const uint64_t attributes[4] = {flags | MS_NOSUID}; /* struct mount_attr: to be set */
    if (syscall(SYS_mount_setattr, AT_FDCWD, target, AT_RECURSIVE, attributes, sizeof attributes) <
        0)
        s_restrict_each(target, flags);
}

static void s_bind(const struct root_entry *entry, const char *source, unsigned long flags)
{
    const char *target = entry->path + 1;
    /* with what is mounted below: an ordinary user may not look under a mount that hides something
     */
    s_must(mount(source, target, NULL, MS_BIND | MS_REC, NULL), source);
    s_restrict(target, flags);
}

/* The working folder is the new root. */
static void s_make_entry(const struct root_entry *entry)
{
    const char *inside = entry->path + 1;
    char source[32];
    switch (entry->kind) {
    case ROOT_FOLDER:
        s_must(mkdir(inside, 0755), inside);
        break;
    case ROOT_BIND_FOLDER:
        s_must(mkdir(inside, 0755), inside);
        s_bind(entry, entry->path, MS_RDONLY | MS_NODEV);
        break;
    case ROOT_BIND_FILE:
        s_write_file(inside, "", O_CREAT | O_EXCL);
        s_bind(entry, entry->path, MS_RDONLY | MS_NODEV);
        break;
    case ROOT_DEVICE:
        s_write_file(inside, "", O_CREAT | O_EXCL);
        s_bind(entry, entry->path, MS_NOEXEC);
        break;
    case ROOT_LINK:
        s_must(symlink(entry->text, inside), inside);
        break;
    case ROOT_SHARED:
        s_must(mkdir(inside, 0755), inside);
        snprintf(source, sizeof source, "/proc/self/fd/%d", s_shared);
        s_bind(entry, source, MS_RDONLY | MS_NODEV | MS_NOEXEC);
        close(s_shared);
        break;
    case ROOT_FILE:
        s_write_file(inside, entry->text, O_CREAT | O_EXCL);
        break;
    }
}

/* Builds the root on a tmpfs over /tmp, where it hides nothing that is still needed, and makes it
 * the root; the machine's own is detached and cannot be reached any more. */
static void s_make_root(void)
{
    for (size_t i = 0; i < s_start.root.count; i++) /* it may be below /tmp */
        if (s_start.root.list[i].kind == ROOT_SHARED)
            s_shared = (int)s_must(open(s_start.root.list[i].text, O_PATH | O_CLOEXEC),
                                   s_start.root.list[i].text);
    s_must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "private mounts");
    s_mount("tmpfs", "/tmp", S_MOUNT_FLAGS, "size=1m,mode=0755");
    s_must(chdir("/tmp"), "chdir to the root");
    for (size_t i = 0; i < s_start.root.count; i++)
        s_make_entry(&s_start.root.list[i]);
    /* Who is not root on the machine may mount a /proc of his own only where one can be seen. */
    if (s_start.mapped)
        s_must(mount("/proc", "proc", NULL, MS_BIND | MS_REC, NULL), "/proc");
    s_must(syscall(SYS_pivot_root, ".", "."), "pivot_root");
    s_must(umount2(".", MNT_DETACH), "detaching the machine's root");
    s_must(chdir("/"), "chdir to /");
    s_remount("/", MS_RDONLY | MS_NODEV);
}

/* ---- the program ----------------------------------------------------------------------------- */

/* As far as we are allowed: an ordinary user cannot lift a limit that was set on him. */
static void s_limit_both(pid_t process, int resource, uint64_t soft, uint64_t hard)
{
    struct rlimit limit = {soft, hard}, before;
    if (prlimit(process, resource, &limit, &before) == 0)
        return;
    if (errno == EPERM && before.rlim_max < hard)
        return;
    s_must(-1, "setrlimit");
}

static void s_limit(pid_t process, int resource, uint64_t value)
{
    s_limit_both(process, resource, value, value);
}

/* From outside, while it waits: within its user namespace it could lift nothing. */
static void s_limit_all(pid_t program, const struct keeper_run *run)
{
    s_limit_both(program, RLIMIT_CPU, run->cpu_s,
                 run->cpu_s + 1); /* SIGXCPU says why, SIGKILL not */
    s_limit(program, RLIMIT_FSIZE, run->file_bytes);
    s_limit(program, RLIMIT_STACK, run->stack_bytes);
    s_limit(program, RLIMIT_NOFILE, 1024);
    s_limit(program, RLIMIT_MEMLOCK, 0);
    s_limit(program, RLIMIT_MSGQUEUE, 0);
    if (run->data_bytes)
        s_limit(program, RLIMIT_DATA, run->data_bytes);
    /* 1, not 0: where cores are piped to a collector, 0 does not keep it from being started */
    s_limit(program, RLIMIT_CORE, 1);
}

/* Writes a file of the program's folder in /proc, from outside its user namespace. */
static void s_write_of(pid_t program, const char *name, const char *text)
{
    char path[48];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)program, name);
    s_write_file(path, text, 0);
}

/* The program's user namespace knows one user, its own. */
static void s_map(pid_t program)
{
    char map[48];
    unsigned outside = s_start.mapped ? 0 : s_start.uid;
    snprintf(map, sizeof map, "%u %u 1", s_start.uid, outside);
    s_write_of(program, "uid_map", map);
    if (s_start.mapped)
        s_write_of(program, "setgroups", "deny");
    s_write_of(program, "gid_map", map);
}

/* Into the group as late as possible: what happens before is not the program's time or memory. */
static void s_join(const struct keeper_run *run, const int *group)
{
    for (unsigned i = 0; i < run->group_count && !run->into_group; i++)
        s_must(write(group[i], "0", 1), "entering the control group");
    s_must(unshare(CLONE_NEWCGROUP), "cgroup namespace");
}

/* No capability is left, nor a way to one. */
static void s_become(void)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct none[2] = {{0}, {0}};
    for (long number = 0; prctl(PR_CAPBSET_READ, number) >= 0; number++)
        s_must(prctl(PR_CAPBSET_DROP, number), "dropping capabilities");
    if (!s_start.mapped)
        s_must(syscall(SYS_setgroups, 0ul, NULL), "setgroups");
    s_must(syscall(SYS_setresgid, s_start.uid, s_start.uid, s_start.uid), "setresgid");
    s_must(syscall(SYS_setresuid, s_start.uid, s_start.uid, s_start.uid), "setresuid");
    s_must(syscall(SYS_capset, &header, none), "capset");
}

static void s_pin(int cpu)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    if (cpu >= 0 && cpu < CPU_SETSIZE) {
        CPU_SET(cpu, &set);
        sched_setaffinity(0, sizeof set, &set); /* it may have been taken offline: then any */
    }
}

/* The texts of a run, as execve wants them. */
static char *const *s_words(char **at, unsigned count, char **list)
{
    for (unsigned i = 0; i < count; i++) {
        list[i] = *at;
        *at += strlen(*at) + 1;
    }
    list[count] = NULL;
    return list;
}

__attribute__((noreturn)) static void s_program(struct keeper_run *run, const int *descriptors,
                                                int ready)
{
    char *arguments[KEEPER_WORDS_MAX + 1], *variables[KEEPER_WORDS_MAX + 1], *at = run->texts, byte;
    char *const *argv = s_words(&at, run->argument_count, arguments);
    char *const *environment = s_words(&at, run->variable_count, variables);
    if (read(ready, &byte, 1) != 1) /* mapped and limited from outside; or init is gone */
        _exit(1);
    setsid();
    for (int i = 0; i < 3; i++)
        s_must(dup3(descriptors[i], i, 0), "stdin, stdout and stderr");
    for (unsigned i = 0; i < run->file_count; i++)
        s_must(dup3(descriptors[3 + run->group_count + i], (int)(KEEPER_FILE_FIRST + i), 0),
               "files");
    s_pin(run->cpu);
    if (s_start.isolated)
        s_join(run, descriptors + 3);
    if (s_start.uid)
        s_become();
    if (!s_start.isolated) /* changing the user has cleared it */
        s_must(prctl(PR_SET_PDEATHSIG, SIGKILL), "PR_SET_PDEATHSIG");
    s_must(chdir(at), at);
    s_must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs");
    struct sock_fprog filter = {(unsigned short)s_start.filter_count, s_start.filter};
    if (filter.len)
        s_must(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0u, &filter), "system call filter");
    execve(argv[0], argv, environment);
    if (strncmp(argv[0], "/box/", strlen("/box/")) != 0) /* else whoever made it spoilt it */
        s_must(-1, argv[0]);
    _exit(127);
}

/* ---- init ------------------------------------------------------------------------------------ */

static void s_set_up_run(const struct keeper_run *run)
{
    char options[128];
    snprintf(options, sizeof options, "size=%llu,nr_inodes=%llu,mode=0755,uid=%u,gid=%u",
             (unsigned long long)run->scratch_bytes, (unsigned long long)run->scratch_files,
             s_start.mapped ? 0 : s_start.uid, s_start.mapped ? 0 : s_start.uid);
    s_mount("proc", "/proc", S_MOUNT_FLAGS | MS_NOEXEC, "hidepid=2,subset=pid");
    s_mount("tmpfs", "/tmp", S_MOUNT_FLAGS, options);
    if (!run->box_writable)
        s_remount("/box", MS_RDONLY | MS_NODEV);
    s_must(sethostname("sandbox", 7), "sethostname");
}

static pid_t s_clone_program(const struct keeper_run *run, const int *descriptors)
{
    struct clone_args arguments = {.exit_signal = SIGCHLD};
    if (s_users)
        arguments.flags |= CLONE_NEWUSER;
    if (run->into_group) {
        arguments.flags |= CLONE_INTO_CGROUP;
        arguments.cgroup = (uint64_t)descriptors[3];
    }
    return (pid_t)s_must(syscall(SYS_clone3, &arguments, sizeof arguments), "clone");
}

/* Waits for the program; reaps what it leaves to us meanwhile. */
static struct keeper_record s_wait_for(pid_t program)
{
    struct keeper_record record = {.event = KEEPER_ENDED};
    struct rusage usage;
    pid_t ended;
    do
        ended = wait4(-1, &record.wait_status, 0, NULL);
    while (ended != program && (ended > 0 || errno == EINTR));
    if (getrusage(RUSAGE_CHILDREN, &usage) == 0) {
        record.cpu_us = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000LL +
                        usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
        record.memory_kb = usage.ru_maxrss;
    }
    return record;
}

/* Behind arguments and variables stand the folder and the artefact. */
static const char *s_artefact(const struct keeper_run *run)
{
    const char *at = run->texts;
    for (unsigned i = 0; i < run->argument_count + run->variable_count + 1; i++)
        at += strlen(at) + 1;
    return at;
}

/* A compiler may have been made to leave anything under that name: only an ordinary file counts. */
static bool s_is_file(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0 && S_ISREG(status.st_mode);
}

__attribute__((noreturn)) static void s_init(struct keeper_run *run, const int *descriptors)
{
    struct pollfd lifeline = {.fd = s_lifeline[0], .events = POLLIN};
    int ready[2];
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    close(s_lifeline[1]);
    if (poll(&lifeline, 1, 0) != 0) /* the keeper went before that */
        _exit(1);
    if (s_start.isolated)
        s_set_up_run(run);
    s_must(pipe2(ready, O_CLOEXEC), "pipe");
    pid_t program = s_clone_program(run, descriptors);
    if (program == 0)
        s_program(run, descriptors, ready[0]);
    if (s_users)
        s_map(program);
    /* Should the whole machine run out of memory, the program goes first. Who has the right to
     * lower the value sets with it the least that the program may choose. */
    if (s_start.isolated)
        s_write_of(program, "oom_score_adj", "1000");
    s_limit_all(program, run);
    int pidfd = (int)s_must(syscall(SYS_pidfd_open, getpid(), 0u), "pidfd");
    s_tell(&(struct keeper_record){.event = KEEPER_RUNNING}, pidfd);
    close(pidfd);
    s_must(write(ready[1], "", 1), "starting the program");
    /* the program's ends of the pipes are its own: their end of file must come when it closes them
     */
    for (int i = 0; i < 3; i++)
        close(descriptors[i]);
    struct keeper_record record = s_wait_for(program);
    const char *artefact = s_artefact(run);
    record.artefact_missing = *artefact && !s_is_file(artefact);
    if (!s_start.isolated)
        kill(-program, SIGKILL);
    s_tell(&record, -1);
    _exit(0);
}

/* ---- the keeper ------------------------------------------------------------------------------ */

/* An ordinary user becomes root of a user namespace, and has the right to the other ones. */
static void s_map_ourselves(void)
{
    char users[48], groups[48];
    snprintf(users, sizeof users, "0 %u 1", geteuid());
    snprintf(groups, sizeof groups, "0 %u 1", getegid());
    s_must(unshare(CLONE_NEWUSER), "user namespace");
    s_write_file("/proc/self/setgroups", "deny", 0);
    s_write_file("/proc/self/uid_map", users, 0);
    s_write_file("/proc/self/gid_map", groups, 0);
}

/* May a process have a user namespace of its own here? 0, or why not. */
static int s_try_users(void)
{
    struct clone_args arguments = {.flags = CLONE_NEWUSER, .exit_signal = SIGCHLD};
    long child = syscall(SYS_clone3, &arguments, sizeof arguments);
    if (child == 0)
        _exit(0);
    int error = child < 0 ? errno : 0;
    waitpid((pid_t)child, NULL, 0);
    return error;
}

static void s_on_start(void)
{
    struct keeper_record record = {.event = KEEPER_READY};
    if (s_start.mapped)
        s_map_ourselves();
    if (s_start.isolated) {
        s_must(unshare(CLONE_NEWNS | CLONE_NEWNET), "mount and network namespaces");
        s_make_root();
        record.error = s_try_users();
        s_users = record.error == 0;
        if (s_start.mapped) /* else the program would be root of the keeper's namespace */
            s_must(-record.error, "user namespace of the program");
    }
    s_tell(&record, -1);
}

/* ---- the box --------------------------------------------------------------------------------- */

/* Reads all of it; false at the end of the file. */
static bool s_read(int fd, void *into, size_t bytes)
{
    for (size_t done = 0; done < bytes;) {
        long got = s_must(read(fd, (char *)into + done, bytes - done), "the files of a box");
        if (got == 0)
            return false;
        done += (size_t)got;
    }
    return true;
}

static void s_copy(int to, int from, uint64_t bytes)
{
    while (bytes) {
        long copied = s_must(sendfile(to, from, NULL, bytes), "copying a file");
        if (copied == 0) /* it has become shorter */
            s_must((errno = EIO, -1), "copying a file");
        bytes -= (uint64_t)copied;
    }
}

/* Makes a file of an open box; nobody else has been there yet. */
static void s_unpack(const struct keeper_file *file, int files)
{
    char path[sizeof "/box/" + KEEPER_PATH_MAX] = "/box/";
    char *inside = path + strlen(path);
    if (file->path_bytes > KEEPER_PATH_MAX || !s_read(files, inside, file->path_bytes))
        s_must((errno = EINVAL, -1), "the files of a box");
    inside[file->path_bytes] = 0;
    for (char *slash = strchr(inside, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        s_must(mkdir(path, 0755) < 0 && errno != EEXIST ? -1 : 0, path);
        *slash = '/';
    }
    int fd = (int)s_must(open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                              file->executable ? 0755 : 0644),
                         path);
    s_copy(fd, files, file->bytes);
    close(fd);
}

struct packing {
    int to;              /* where the files go */
    uint64_t bytes_left; /* of what may be packed */
    uint64_t files_left; /* likewise */
    bool too_large;      /* there was more */
};

/* A compiler may have been made to leave anything: only ordinary files are taken, and nothing is
 * followed or waited for. */
static void s_pack_file(struct packing *self, int folder, const char *name, const char *path)
{
    struct stat status;
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
        if (fd >= 0)
            close(fd);
        return;
    }
    const struct keeper_file file = {(uint32_t)strlen(path), (status.st_mode & S_IXUSR) != 0,
                                     (uint64_t)status.st_size};
    self->too_large |= self->files_left == 0 || file.bytes > self->bytes_left;
    if (!self->too_large) {
        self->files_left--;
        self->bytes_left -= file.bytes;
        s_must(write(self->to, &file, sizeof file), "packing");
        s_must(write(self->to, path, file.path_bytes), "packing");
        s_copy(self->to, fd, file.bytes);
    }
    close(fd);
}

/* Closes the folder. `path` is its path within the box with a slash at its end, or empty. */
static void s_pack_folder(struct packing *self, int folder, char path[KEEPER_PATH_MAX + 1],
                          unsigned depth)
{
    DIR *list = folder < 0 ? NULL : fdopendir(folder);
    size_t length = strlen(path);
    for (struct dirent *entry; list && !self->too_large && (entry = readdir(list));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (length + strlen(entry->d_name) + 1 > KEEPER_PATH_MAX || depth == KEEPER_DEPTH_MAX) {
            self->too_large = true;
            break;
        }
        strcpy(path + length, entry->d_name);
        if (entry->d_type == DT_REG)
            s_pack_file(self, dirfd(list), entry->d_name, path);
        if (entry->d_type == DT_DIR) {
            int inner =
                openat(dirfd(list), entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
            strcat(path, "/");
            s_pack_folder(self, inner, path, depth + 1);
        }
        path[length] = 0;
    }
    if (list)
        closedir(list);
}

static void s_on_open_box(const struct keeper_box *box, int files)
{
    char options[128];
    snprintf(options, sizeof options, "size=%llu,nr_inodes=%llu,mode=0755,uid=%u,gid=%u",
             (unsigned long long)box->bytes, (unsigned long long)box->files,
             s_start.mapped ? 0 : s_start.uid, s_start.mapped ? 0 : s_start.uid);
    s_mount("tmpfs", "/box", S_MOUNT_FLAGS, options);
    for (struct keeper_file file; s_read(files, &file, sizeof file);)
        s_unpack(&file, files);
    s_tell_event(KEEPER_READY);
}

static void s_on_pack_box(const struct keeper_box *box, int files)
{
    struct packing packing = {files, box->bytes, box->files, false};
    char path[KEEPER_PATH_MAX + 1] = "";
    int folder = (int)s_must(open("/box", O_RDONLY | O_DIRECTORY | O_CLOEXEC), "/box");
    s_pack_folder(&packing, folder, path, 0);
    s_tell(&(struct keeper_record){.event = KEEPER_READY, .error = packing.too_large ? E2BIG : 0},
           -1);
}

/* Starts a run. Its init is reaped at the next request: until then it is a zombie, which nobody
 * minds. */
static void s_on_run(struct keeper_run *run, const int *descriptors)
{
    struct clone_args arguments = {.exit_signal = SIGCHLD};
    if (s_start.isolated)
        arguments.flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS;
    if (s_must(syscall(SYS_clone3, &arguments, sizeof arguments), "clone") == 0)
        s_init(run, descriptors);
}

/* The next request; false: the server is gone, or has closed the slot. */
static bool s_receive(void *request, size_t size, int descriptors[KEEPER_DESCRIPTORS],
                      unsigned *count)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(KEEPER_DESCRIPTORS * sizeof(int))];
    } control;
    struct iovec piece = {request, size};
    struct msghdr message = {.msg_iov = &piece,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control.room};
    ssize_t length;
    do
        length = recvmsg(KEEPER_SOCKET, &message, MSG_CMSG_CLOEXEC);
    while (length < 0 && errno == EINTR);
    *count = 0;
    struct cmsghdr *header = length > 0 ? CMSG_FIRSTHDR(&message) : NULL;
    if (header && header->cmsg_type == SCM_RIGHTS) {
        *count = (unsigned)((header->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        memcpy(descriptors, CMSG_DATA(header), *count * sizeof(int));
    }
    return length > 0;
}

/* We may have been started with anything open, caught or blocked. */
static void s_settle(void)
{
    /* no smaller than the kernel's struct sigaction: SIG_DFL, and the empty set of signals */
    static const char zeros[64];
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setsid();                                    /* away from the terminal's signals */
    for (int number = 1; number <= 64; number++) /* libc would keep some for itself */
        syscall(SYS_rt_sigaction, number, zeros, NULL, 8ul);
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, zeros, NULL, 8ul);
    umask(022);
    close_range(KEEPER_SOCKET + 1, ~0u, 0);
    fcntl(KEEPER_SOCKET, F_SETFD, FD_CLOEXEC);
    if (pipe2(s_lifeline, O_CLOEXEC) < 0)
        _exit(1);
}

int main(void)
{
    static union {
        enum keeper_task task;
        struct keeper_start start;
        struct keeper_box box;
        struct keeper_run run;
    } request;
    int descriptors[KEEPER_DESCRIPTORS];
    unsigned count;
    s_settle();
    while (s_receive(&request, sizeof request, descriptors, &count)) {
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
        switch (request.task) {
        case KEEPER_START:
            s_start = request.start;
            s_on_start();
            break;
        case KEEPER_OPEN_BOX:
            s_on_open_box(&request.box, descriptors[0]);
            break;
        case KEEPER_PACK_BOX:
            s_on_pack_box(&request.box, descriptors[0]);
            break;
        case KEEPER_CLOSE_BOX:
            s_must(umount2("/box", MNT_DETACH), "/box");
            s_tell_event(KEEPER_READY);
            break;
        case KEEPER_RUN:
            s_on_run(&request.run, descriptors);
            break;
        }
        for (unsigned i = 0; i < count; i++)
            close(descriptors[i]);
    }
    return 0;
}
