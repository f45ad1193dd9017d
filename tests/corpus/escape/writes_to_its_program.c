// allowed: AC
// the next test's program
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
    int fd = open("/box/main", O_WRONLY);
    int made = open("/box/other", O_CREAT | O_WRONLY, 0600);
    puts(fd >= 0 || made >= 0 || unlink("/box/main") == 0 || chmod("/box/main", 0777) == 0 ? "escaped" : "contained");
}
