// allowed: AC RE TLE
// threads until there are no more
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
#include <pthread.h>
static void *s_wait(void *unused)
{
    pause();
    return unused;
}
int main(void)
{
    pthread_t thread;
    int made = 0;
    while (made < 10000 && pthread_create(&thread, NULL, s_wait, NULL) == 0)
        made++;
    puts(made < 10000 ? "contained" : "escaped");
    fflush(stdout);
    _exit(0);
}
