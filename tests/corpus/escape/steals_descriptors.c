// allowed: AC TLE
// descriptors of the first process
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
static int s_steal(void)
{
    int process = (int)syscall(SYS_pidfd_open, 1, 0);
    for (int i = 0; i < 64 && process >= 0; i++)
        if (syscall(SYS_pidfd_getfd, process, i, 0) >= 0)
            return 1;
    return 0;
}
int main(void)
{
    puts(s_steal() ? "escaped" : "contained");
    return 0;
}
