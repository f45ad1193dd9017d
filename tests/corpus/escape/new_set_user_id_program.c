// allowed: AC
// a program that it makes so itself
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
    int in = open("/usr/bin/id", O_RDONLY), out = open("/tmp/id", O_CREAT | O_WRONLY, 0700);
    static char bytes[1 << 20];
    ssize_t length = read(in, bytes, sizeof bytes);
    if (length > 0 && write(out, bytes, (size_t)length) == length)
        close(out);
    chmod("/tmp/id", 06755);
    puts(geteuid() == 0 ? "escaped" : "contained");
}
