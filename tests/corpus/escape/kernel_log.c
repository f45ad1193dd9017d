// allowed: AC
// what the kernel says
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
static char s_text[4096];
int main(void)
{
    puts(syscall(SYS_syslog, 3, s_text, sizeof s_text) > 0 || open("/dev/kmsg", O_RDONLY) >= 0 ? "escaped" : "contained");
    return 0;
}
