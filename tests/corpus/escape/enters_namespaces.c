// allowed: AC
// namespaces of others
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
#include <sched.h>
static int s_enter(const char *path)
{
    int fd = open(path, O_RDONLY);
    return fd >= 0 && setns(fd, 0) == 0;
}
int main(void)
{
    puts(s_enter("/proc/1/ns/mnt") || s_enter("/proc/1/ns/user") || s_enter("/proc/1/ns/pid") ? "escaped" : "contained");
    return 0;
}
