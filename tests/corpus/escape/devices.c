// allowed: AC
// devices of its own making
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
    puts(mknod("/tmp/disk", S_IFBLK | 0600, 0x0800) == 0 || mknod("/tmp/mem", S_IFCHR | 0600, 0x0101) == 0 || open("/dev/mem", O_RDONLY) >= 0 || open("/dev/sda", O_RDONLY) >= 0 || open("/dev/vda", O_RDONLY) >= 0 ? "escaped" : "contained");
    return 0;
}
