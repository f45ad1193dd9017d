// allowed: AC
// the machine's end
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
    puts(syscall(SYS_reboot, 0xfee1dead, 672274793, 0x89abcdef, NULL) == 0 || syscall(SYS_swapoff, "/swapfile") == 0 || syscall(SYS_acct, NULL) == 0 ? "escaped" : "contained");
    return 0;
}
