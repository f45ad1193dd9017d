// allowed: AC
// files by their number, around every mount
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
static int s_mount, s_handle[64] = {128};
int main(void)
{
    puts(syscall(SYS_name_to_handle_at, -100, "/usr", s_handle, &s_mount, 0) == 0 || syscall(SYS_open_by_handle_at, 0, s_handle, 0) >= 0 ? "escaped" : "contained");
    return 0;
}
