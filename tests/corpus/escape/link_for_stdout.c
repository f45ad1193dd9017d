// allowed: AC
// a pipe of its own under the name of another
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
    mkfifo("/tmp/stdout", 0600);
    if (symlink("/etc/passwd", "/tmp/link") < 0)
        return 1;
    puts(unlink("/dev/stdout") == 0 || open("/tmp/link", O_WRONLY) >= 0 ? "escaped" : "contained");
}
