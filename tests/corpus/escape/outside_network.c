// allowed: AC
// the world
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
#include <arpa/inet.h>
#include <netinet/in.h>
int main(void)
{
    struct sockaddr_in to = {AF_INET, htons(53), {htonl(0x08080808)}, {0}};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    puts(connect(fd, (struct sockaddr *)&to, sizeof to) == 0 ? "escaped" : "contained");
    return 0;
}
