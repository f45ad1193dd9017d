// allowed: AC
// files that hold some
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
static int s_reads(const char *path)
{
    char byte;
    int fd = open(path, O_RDONLY);
    return fd >= 0 && read(fd, &byte, 1) == 1;
}
int main(void)
{
    puts(s_reads("/etc/shadow") || s_reads("/etc/machine-id") || s_reads("/etc/hostname") || s_reads("/etc/fstab") || s_reads("/root/.bashrc") || s_reads("/var/log/dpkg.log") || s_reads("/proc/1/environ") || s_reads("/proc/sys/kernel/hostname") || s_reads("/proc/mounts") || s_reads("/sys/kernel/vmcoreinfo") ? "escaped" : "contained");
    return 0;
}
