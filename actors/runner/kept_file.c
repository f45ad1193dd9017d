/* Aside is <path>.<process>.<six characters>. Does not wait for the folder: a name may be lost with
 * the power, never a part of a file. */
#include "actors/runner/kept_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "actors/runner/memory_file.h"
#include "actors/runtime/clock.h"

#define S_ASIDE "*.[0-9]*.??????"
#define S_OLD_MS 60000 /* since it was last written to: if somebody still does, he keeps nothing \
                        */

bool kept_file_write(const char *path, struct slice content, mode_t mode)
{
    char aside[PATH_MAX];
    int length = snprintf(aside, sizeof aside, "%s.%d.XXXXXX", path, getpid());
    if (length < 0 || (size_t)length >= sizeof aside) {
        errno = ENAMETOOLONG;
        return false;
    }
    int fd = mkostemp(aside, O_CLOEXEC);
    if (fd < 0)
        return false;
    bool ok = memory_file_write(fd, content.data, content.length) && fchmod(fd, mode) == 0 &&
              fsync(fd) == 0 && rename(aside, path) == 0;
    int why = errno;
    close(fd);
    if (!ok)
        unlink(aside);
    errno = why;
    return ok;
}

void kept_file_sweep(const char *folder)
{
    DIR *files = opendir(folder);
    struct stat status;
    if (!files)
        return;
    for (struct dirent *file; (file = readdir(files));)
        if (fnmatch(S_ASIDE, file->d_name, 0) == 0 &&
            fstatat(dirfd(files), file->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
            status.st_mtime * 1000 + S_OLD_MS < clock_now_ms())
            unlinkat(dirfd(files), file->d_name, 0);
    closedir(files);
}
