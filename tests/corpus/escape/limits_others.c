// allowed: AC
// init and whoever else is there, who may be the same user outside
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
    struct rlimit none = {0, 0}, mine;
    int escaped = prlimit(1, RLIMIT_CPU, &none, NULL) == 0;
    for (pid_t other = 1; other < 64; other++)
        escaped |= other != getpid() && prlimit(other, RLIMIT_NOFILE, &none, NULL) == 0;
    escaped |= syscall(SYS_prlimit64, 1ul << 32 | 1, RLIMIT_CPU, &none, NULL) == 0;
    puts(escaped || prlimit(0, RLIMIT_CPU, NULL, &mine) != 0 ? "escaped" : "contained");
}
