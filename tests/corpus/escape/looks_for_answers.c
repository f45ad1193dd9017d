// allowed: AC TLE
// every file that is not the toolchain's
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
#include <ftw.h>
static int s_found;

static int s_look(const char *path, const struct stat *file, int kind, struct FTW *walk)
{
    static const char *const known[] = {"/usr", "/proc", "/etc/passwd", "/etc/group", "/etc/ld.so.cache",
                                        "/etc/alternatives/", "/etc/java", "/etc/mono/", "/var/lib/ghc/",
                                        "/box/main", "/shared/"};
    (void)walk;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strncmp(path, known[i], strlen(known[i])) == 0)
            return kind == FTW_D ? FTW_SKIP_SUBTREE : FTW_CONTINUE;
    if (kind != FTW_F || !S_ISREG(file->st_mode))
        return FTW_CONTINUE;
    printf("%s\n", path);
    s_found++;
    return FTW_CONTINUE;
}
int main(void)
{
    nftw("/", s_look, 32, FTW_PHYS | FTW_ACTIONRETVAL);
    puts(s_found ? "escaped" : "contained");
}
