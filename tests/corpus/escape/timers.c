// allowed: AC MLE TLE
// kernel objects that are not files
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
#include <time.h>
int main(void)
{
    timer_t timer;
    int made = 0;
    while (made < 1000000 && timer_create(CLOCK_MONOTONIC, NULL, &timer) == 0)
        made++;
    puts("contained");
}
