/* The keeper is started from memory: its bytes are in our program. It gets one end of a socket pair
 * and nothing else of ours. */
#include "actors/runner/keeper_link.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/check.h"

#ifndef MFD_EXEC
#define MFD_EXEC 0x10u /* it may be executed; else vm.memfd_noexec decides; since Linux 6.3 */
#endif

/* A sealed file with the program in it; -1: errno says why not. */
static int s_image(void)
{
    static const char name[] = "codecomp-keeper";
    size_t length = (size_t)(keeper_image_end - keeper_image), done = 0;
    int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
    if (fd < 0 && errno == EINVAL)
        fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    while (fd >= 0 && done < length) {
        ssize_t written = write(fd, keeper_image + done, length - done);
        if (written < 0) {
            close(fd);
            return -1;
        }
        done += (size_t)written;
    }
    if (fd < 0)
        return -1;
    fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL);
    /* above those that the child opens before it looks for the program */
    int above = fcntl(fd, F_DUPFD_CLOEXEC, KEEPER_SOCKET + 1);
    close(fd);
    return above;
}

static int s_spawn(pid_t *process, int image, int theirs)
{
    static char name[] = "codecomp-keeper";
    char path[48], *argv[] = {name, NULL}, *environment[] = {NULL};
    posix_spawn_file_actions_t actions;
    snprintf(path, sizeof path, "/proc/self/fd/%d", image);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, theirs, KEEPER_SOCKET);
    for (int fd = 0; fd < 3; fd++)
        posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
    int error = posix_spawn(process, path, &actions, NULL, argv, environment);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

bool keeper_link_open(struct keeper_link *self)
{
    int ends[2], error;
    *self = (struct keeper_link){.socket = -1};
    int image = s_image();
    if (image < 0)
        return false;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) {
        error = errno;
    } else {
        error = s_spawn(&self->process, image, ends[1]);
        close(ends[1]);
        self->socket = ends[0];
    }
    close(image);
    if (error) {
        if (self->socket >= 0)
            close(self->socket);
        *self = (struct keeper_link){.socket = -1};
        errno = error;
    }
    return error == 0;
}

void keeper_link_close(struct keeper_link *self)
{
    if (self->process > 0) {
        kill(self->process, SIGKILL);
        while (waitpid(self->process, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    if (self->socket >= 0)
        close(self->socket);
    *self = (struct keeper_link){.socket = -1};
}

bool keeper_link_send(struct keeper_link *self, const void *request, size_t bytes,
                      const int *descriptors, unsigned count)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(KEEPER_DESCRIPTORS * sizeof(int))];
    } control = {0};
    struct iovec piece = {(void *)(uintptr_t)request, bytes};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
    check(count <= KEEPER_DESCRIPTORS);
    if (self->socket < 0)
        return false;
    if (count) {
        message.msg_control = &control;
        message.msg_controllen = CMSG_SPACE(count * sizeof(int));
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(count * sizeof(int));
        memcpy(CMSG_DATA(header), descriptors, count * sizeof(int));
    }
    return sendmsg(self->socket, &message, MSG_NOSIGNAL) == (ssize_t)bytes;
}

bool keeper_link_receive(struct keeper_link *self, struct keeper_record *record, int *descriptor,
                         int timeout_ms)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec piece = {record, sizeof *record};
    struct msghdr message = {.msg_iov = &piece,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control.room};
    struct pollfd polled = {.fd = self->socket, .events = POLLIN};
    *descriptor = -1;
    if (self->socket < 0)
        return false;
    if (timeout_ms && poll(&polled, 1, timeout_ms) == 0)
        return false;
    if (recvmsg(self->socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT) != sizeof *record)
        return false;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header && header->cmsg_type == SCM_RIGHTS && header->cmsg_len == CMSG_LEN(sizeof(int)))
        memcpy(descriptor, CMSG_DATA(header), sizeof *descriptor);
    return true;
}
