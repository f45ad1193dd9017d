// allowed: AC
// places that are writable for everyone elsewhere
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
    static const char *const folders[] = {"/", "/usr", "/etc", "/dev", "/box", "/shared", "/proc", "/usr/lib"};
    int written = 0;
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        char path[64];
        snprintf(path, sizeof path, "%s/escaped", folders[i]);
        written += open(path, O_CREAT | O_WRONLY, 0666) >= 0 || mkdir(path, 0777) == 0;
    }
    puts(written ? "escaped" : "contained");
}
