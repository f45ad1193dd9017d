/* Builds the filter with libseccomp and keeps it as plain BPF, so that it can be installed between
 * clone and exec, where no library may be called. A deny list: languages' runtimes use most of the
 * system calls there are, and the namespaces are what isolates; this takes away kernel surface. */
#include "actors/runner/seccomp_filter.h"

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proto/check.h"

static const struct {
    const char *name; /* resolved at run time: an older libseccomp does not know the newest */
    int error;        /* what the caller gets */
} s_denied[] = {
#define DENY(name, error) {#name, error},
#include "actors/runner/seccomp.def"
#undef DENY
};

static int s_add_calls(scmp_filter_ctx filter)
{
    int error = 0;
    for (size_t i = 0; i < sizeof s_denied / sizeof s_denied[0] && error == 0; i++) {
        int call = seccomp_syscall_resolve_name(s_denied[i].name);
        if (call != __NR_SCMP_ERROR)
            error = seccomp_rule_add(filter, SCMP_ACT_ERRNO(s_denied[i].error), call, 0);
    }
    return error;
}

static int s_add_clone(scmp_filter_ctx filter)
{
    static const uint64_t namespaces[] = {CLONE_NEWNS,  CLONE_NEWCGROUP, CLONE_NEWUTS,
                                          CLONE_NEWIPC, CLONE_NEWUSER,   CLONE_NEWPID,
                                          CLONE_NEWNET};
    int error = 0;
    for (size_t i = 0; i < sizeof namespaces / sizeof namespaces[0] && error == 0; i++)
        error = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
                                 SCMP_A0(SCMP_CMP_MASKED_EQ, namespaces[i], namespaces[i]));
    return error;
}

/* Only families that the empty network namespace confines: others (AF_VSOCK, AF_ALG, AF_NETLINK …)
 * reach the machine or its kernel around it. */
static int s_add_sockets(scmp_filter_ctx filter)
{
    int error = 0;
    for (int family = 0; family < AF_MAX && error == 0; family++)
        if (family != AF_UNIX && family != AF_INET && family != AF_INET6)
            error = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), 1,
                                     SCMP_A0(SCMP_CMP_EQ, (uint64_t)family, 0));
    return error ? error
                 : seccomp_rule_add(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), 1,
                                    SCMP_A0(SCMP_CMP_GE, AF_MAX, 0));
}

/* libseccomp 2.5 writes BPF to descriptors only. */
static bool s_export(scmp_filter_ctx filter, struct sock_fprog *program)
{
    int fd = memfd_create("seccomp", MFD_CLOEXEC);
    off_t length = fd < 0 || seccomp_export_bpf(filter, fd) < 0 ? -1 : lseek(fd, 0, SEEK_END);
    bool ok = length > 0;
    if (ok) {
        program->filter = malloc((size_t)length);
        check(program->filter);
        program->len = (unsigned short)((size_t)length / sizeof *program->filter);
        ok = pread(fd, program->filter, (size_t)length, 0) == length;
    }
    if (fd >= 0)
        close(fd);
    return ok;
}

bool seccomp_filter_new(struct sock_fprog *program, struct buffer *why)
{
    *program = (struct sock_fprog){0};
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    bool ok = filter && s_add_calls(filter) == 0 && s_add_clone(filter) == 0 &&
              s_add_sockets(filter) == 0 && s_export(filter, program);
    seccomp_release(filter);
    if (!ok) {
        buffer_append_text(why, "The system call filter cannot be built.\n");
        seccomp_filter_destroy(program);
    }
    return ok;
}

void seccomp_filter_destroy(struct sock_fprog *program)
{
    free(program->filter);
    *program = (struct sock_fprog){0};
}
