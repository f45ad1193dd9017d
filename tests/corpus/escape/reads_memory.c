// allowed: AC
// memory of the first process
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
#include <sys/uio.h>
int main(void)
{
    static char bytes[64];
    struct iovec local = {bytes, sizeof bytes}, remote = {(void *)0x400000, sizeof bytes};
    puts(process_vm_readv(1, &local, 1, &remote, 1, 0) > 0 || open("/proc/1/mem", O_RDONLY) >= 0 ? "escaped" : "contained");
    return 0;
}
