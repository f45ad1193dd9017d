// allowed: AC
// time for everyone
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
#include <sys/time.h>
#include <time.h>
int main(void)
{
    struct timeval time = {1, 0};
    struct timespec instant = {1, 0};
    puts(settimeofday(&time, NULL) == 0 || clock_settime(CLOCK_REALTIME, &instant) == 0 ? "escaped" : "contained");
    return 0;
}
