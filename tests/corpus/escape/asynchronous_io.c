// allowed: AC
// the machine's number of asynchronous requests, fs.aio-max-nr, which is everybody's
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
    unsigned long context = 0;
    puts(syscall(SYS_io_setup, 65536, &context) == 0 ? "escaped" : "contained");
}
