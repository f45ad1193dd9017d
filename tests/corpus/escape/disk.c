// allowed: AC RE MLE TLE
// a file as large as it gets
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
    static char bytes[1 << 20];
    int fd = open("/tmp/file", O_CREAT | O_WRONLY, 0600);
    long long all = 0;
    signal(SIGXFSZ, SIG_IGN);
    while (all < 1LL << 33) {
        ssize_t written = write(fd, bytes, sizeof bytes);
        if (written <= 0)
            break;
        all += written;
    }
    puts(all < 1LL << 33 ? "contained" : "escaped");
}
