/* memfds, and their seals. */
#include "actors/runner/memory_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

bool memory_file_write(int fd, const void *data, size_t length)
{
    for (size_t done = 0; done < length;) {
        ssize_t written = write(fd, (const char *)data + done, length - done);
        if (written < 0)
            return false;
        done += (size_t)written;
    }
    return true;
}

int memory_file_new(void)
{
    return memfd_create("codecomp", MFD_CLOEXEC | MFD_ALLOW_SEALING);
}

int memory_file_seal(int fd, bool ok)
{
    const int seals = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;
    if (ok && fd >= 0 && lseek(fd, 0, SEEK_SET) == 0 && fcntl(fd, F_ADD_SEALS, seals) == 0)
        return fd;
    int error = errno;
    if (fd >= 0)
        close(fd);
    errno = error;
    return -1;
}

int memory_file_of(struct slice content)
{
    int fd = memory_file_new();
    return memory_file_seal(fd, fd >= 0 && memory_file_write(fd, content.data, content.length));
}
