// allowed: AC TLE
// every number, and the one that was told
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
    int told = 0;
    if (scanf("%d", &told) != 1)
        return 1;
    int found = kill(told, 0) == 0;
    for (int i = 2; i < 70000; i++)
        if (i != getpid())
            kill(i, SIGKILL);
    puts(found ? "escaped" : "contained");
}
