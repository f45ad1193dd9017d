// allowed: AC
// something for the next test
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
    int found = access("/tmp/note", F_OK) == 0;
    close(open("/tmp/note", O_CREAT | O_WRONLY, 0666));
    close(open("/dev/shm/note", O_CREAT | O_WRONLY, 0666));
    puts(found ? "escaped" : "contained");
}
