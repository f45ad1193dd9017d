// allowed: AC TLE
// folders in folders, which some clean-ups do not survive
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
    int made = 0;
    if (chdir("/tmp") < 0)
        return 1;
    while (made < 20000 && mkdir("d", 0700) == 0 && chdir("d") == 0)
        made++;
    puts("contained");
}
