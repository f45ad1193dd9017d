/* Builds the filter with libseccomp and keeps it as plain BPF, so that it can be installed between
 * clone and exec, where no library may be called. A deny list: languages' runtimes use most of the
 * system calls there are, and the namespaces are what isolates; this takes away kernel surface. */
#include "actors/runner/seccomp_filter.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proto/check.h"

#define CONDITIONS_MAX 2 /* of a denial */

static const struct {
    const char *name; /* resolved at run time: an older libseccomp does not know the newest */
    int error;        /* what the caller gets */
    struct scmp_arg_cmp when[CONDITIONS_MAX]; /* all hold; op 0: no more */
} s_denied[] = {
#define BITS(argument, bits) SCMP_CMP(argument, SCMP_CMP_MASKED_EQ, bits, bits)
#define WORD(argument, value) SCMP_CMP(argument, SCMP_CMP_MASKED_EQ, UINT32_MAX, value)
#define NOT(argument, value) SCMP_CMP(argument, SCMP_CMP_NE, value, 0)
#define DENY(name, error, ...) {#name, error, {__VA_ARGS__}},
#include "actors/runner/seccomp.def"
#undef DENY
#undef NOT
#undef WORD
#undef BITS
};

static int s_add_calls(scmp_filter_ctx filter)
{
    int error = 0;
    for (size_t i = 0; i < sizeof s_denied / sizeof s_denied[0] && error == 0; i++) {
        int call = seccomp_syscall_resolve_name(s_denied[i].name);
        unsigned count = 0;
        while (count < CONDITIONS_MAX && s_denied[i].when[count].op)
            count++;
        if (call != __NR_SCMP_ERROR)
            error = seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(s_denied[i].error), call, count,
                                           s_denied[i].when);
    }
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
    /* a tree: the kernel asks the whole filter about each call there is when a run installs it */
    bool ok = filter && seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2) == 0 &&
              s_add_calls(filter) == 0 && s_add_sockets(filter) == 0 && s_export(filter, program);
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
