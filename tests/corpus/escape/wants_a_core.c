// allowed: AC
// an image for the machine's collector of cores, which 1 keeps away and any other limit does not
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
    static const unsigned long high = 1ul << 32;
    struct rlimit none = {0, 0}, now = {0, 0};
    int set = setrlimit(RLIMIT_CORE, &none) == 0 || syscall(SYS_setrlimit, RLIMIT_CORE, &none) == 0 ||
              syscall(SYS_setrlimit, high | RLIMIT_CORE, &none) == 0 ||
              syscall(SYS_prlimit64, 0, RLIMIT_CORE, &none, NULL) == 0 ||
              syscall(SYS_prlimit64, 0, high | RLIMIT_CORE, &none, NULL) == 0 ||
              syscall(SYS_prlimit64, getpid(), RLIMIT_CORE, &none, NULL) == 0;
    int read = getrlimit(RLIMIT_CORE, &now) == 0 && now.rlim_cur == 1 && now.rlim_max == 1;
    puts(set || !read ? "escaped" : "contained");
}
