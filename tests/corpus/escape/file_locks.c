// allowed: AC
// locks of single bytes, each kernel memory that no control group counts
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void)
{
    static const int commands[] = {F_SETLK, F_SETLKW, F_OFD_SETLK, F_OFD_SETLKW};
    int fd = open("/tmp/locked", O_RDWR | O_CREAT, 0600), escaped = fd < 0;
    for (int i = 0; i < 4; i++) {
        struct flock lock = {.l_type = F_WRLCK, .l_start = 2 * i, .l_len = 1};
        escaped |= fcntl(fd, commands[i], &lock) == 0 || errno != ENOLCK;
        escaped |= syscall(SYS_fcntl, fd, 1ul << 32 | commands[i], &lock) == 0;
    }
    puts(escaped ? "escaped" : "contained");
}
