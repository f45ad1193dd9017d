// allowed: AC
// a socket without a file
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
#include <sys/un.h>
int main(void)
{
    struct sockaddr_un to = {AF_UNIX, "\0codecomp-canary"};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    socklen_t size = sizeof to.sun_family + sizeof "\0codecomp-canary" - 1;
    puts(connect(fd, (struct sockaddr *)&to, size) == 0 ? "escaped" : "contained");
}
