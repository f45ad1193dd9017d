// allowed: AC
// typing into the operator's terminal
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
#include <sys/ioctl.h>
int main(void)
{
    puts(open("/dev/tty", O_RDWR) >= 0 || ioctl(0, TIOCSTI, "x") == 0 || ioctl(1, TIOCSTI, "x") == 0 ? "escaped" : "contained");
}
