// allowed: AC
// limits that were set on it
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
    struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
    puts(setrlimit(RLIMIT_FSIZE, &all) == 0 || setrlimit(RLIMIT_NOFILE, &all) == 0 ? "escaped" : "contained");
    return 0;
}
