// allowed: AC TLE
// children that nobody waits for
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
static int s_child(void)
{
    int child = fork();
    if (child == 0)
        _exit(0);
    return child;
}
int main(void)
{
    int made = 0;
    while (made < 100000 && s_child() != -1)
        made++;
    puts(made < 100000 ? "contained" : "escaped");
    fflush(stdout);
    _exit(0);
}
