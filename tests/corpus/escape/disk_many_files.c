// allowed: AC MLE TLE
// many files instead
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
    static char bytes[1 << 16], path[64];
    long long all = 0;
    for (int i = 0; i < 100000; i++) {
        snprintf(path, sizeof path, "/tmp/%d", i);
        int fd = open(path, O_CREAT | O_WRONLY, 0600);
        ssize_t written = write(fd, bytes, sizeof bytes);
        close(fd);
        if (written <= 0)
            break;
        all += written;
    }
    puts(all < 1LL << 32 ? "contained" : "escaped");
}
