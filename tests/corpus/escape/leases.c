// allowed: AC
// a lease on a file that others open, who then wait; word of what happens in others' folders
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
    int own = open("/tmp/leased", O_RDWR | O_CREAT, 0600), folder = open("/usr", O_RDONLY);
    int escaped = fcntl(own, F_SETLEASE, F_WRLCK) == 0 || fcntl(folder, F_NOTIFY, DN_ACCESS) == 0 ||
                  syscall(SYS_fcntl, own, 1ul << 32 | F_SETLEASE, F_WRLCK) == 0;
    puts(escaped || own < 0 || folder < 0 ? "escaped" : "contained");
}
