// allowed: AC TLE
// files until there are no more
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
    int opened = 0;
    while (opened < 100000 && open("/dev/null", O_RDONLY) >= 0)
        opened++;
    puts(opened < 100000 ? "contained" : "escaped");
}
