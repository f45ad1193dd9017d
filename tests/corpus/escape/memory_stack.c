// allowed: RE MLE
// recursion without end
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
static int s_deep(int n)
{
    volatile char here[4096];
    here[n % 4096] = (char)n;
    return s_deep(n + 1) + here[0];
}
int main(void)
{
    return s_deep(1);
}
