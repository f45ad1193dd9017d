// allowed: AC
// the machine's own services
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
    int unused, port = 0;
    if (scanf("%d %d", &unused, &port) != 2)
        return 1;
    struct sockaddr_in to = {AF_INET, htons((unsigned short)port), {htonl(INADDR_LOOPBACK)}, {0}};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    puts(connect(fd, (struct sockaddr *)&to, sizeof to) == 0 ? "escaped" : "contained");
}
