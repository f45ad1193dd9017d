// allowed: AC
// programs in the kernel
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
static char s_zero[256];
int main(void)
{
    puts(syscall(SYS_bpf, 0, s_zero, 72) >= 0 ? "escaped" : "contained");
    return 0;
}
