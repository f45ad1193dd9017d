// allowed: AC
// the machine's reserve of huge pages, which no control group of memory counts
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
#include <sys/ipc.h>
#include <sys/shm.h>
#define REFUSED(call) (errno = 0, (long)(call) == -1 && errno == EPERM)
int main(void)
{
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, contained = 1;
    contained &= REFUSED(mmap(NULL, 2 << 20, PROT_READ | PROT_WRITE, flags, -1, 0));
    contained &= REFUSED(mmap(NULL, 2 << 20, PROT_READ, flags | 21 << MAP_HUGE_SHIFT, -1, 0));
    contained &= REFUSED(memfd_create("huge", MFD_HUGETLB));
    contained &= REFUSED(memfd_create("huge", MFD_HUGETLB | MFD_ALLOW_SEALING));
    contained &= REFUSED(shmget(IPC_PRIVATE, 2 << 20, IPC_CREAT | SHM_HUGETLB | 0600));
    puts(contained ? "contained" : "escaped");
}
