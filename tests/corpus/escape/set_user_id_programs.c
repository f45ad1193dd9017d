// allowed: AC
// programs that run as root elsewhere
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
    if (fork() == 0) {
        close(1);
        close(2);
        execl("/usr/bin/su", "su", "-c", "id", NULL);
        _exit(1);
    }
    int status = 0;
    wait(&status);
    puts(WIFEXITED(status) && WEXITSTATUS(status) == 0 ? "escaped" : "contained");
}
