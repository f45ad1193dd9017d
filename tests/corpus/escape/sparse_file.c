// allowed: AC RE
// a file that is large by its size alone
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
    int fd = open("/tmp/file", O_CREAT | O_RDWR, 0600);
    signal(SIGXFSZ, SIG_IGN);
    puts(ftruncate(fd, 1LL << 42) == 0 ? "escaped" : "contained");
}
