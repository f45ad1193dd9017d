/* Test cases as files. Whatever is under a final name is whole, after a loss of power too: it is on
 * the disk before it gets its name. Does not check what it reads, and forgets nothing. */
#include "actors/runner/test_cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* An empty file can't be mapped. */
static char s_nothing[1];

static void s_unmap(struct slice *file)
{
    if (file->data && file->data != s_nothing)
        munmap((void *)file->data, file->length);
    *file = (struct slice){0};
}

void test_cache_close(struct test_cache *self)
{
    s_unmap(&self->input);
    s_unmap(&self->expected);
    s_unmap(&self->arguments);
}

static bool s_make_folder(const char *path)
{
    return mkdir(path, 0700) == 0 || errno == EEXIST;
}

bool test_cache_choose(struct test_cache *self, const char *data_folder, struct slice hash)
{
    test_cache_close(self);
    errno = EINVAL;
    if (hash.length == 0 || hash.length > 64)
        return false;
    for (size_t i = 0; i < hash.length; i++)
        if (!strchr("0123456789abcdef", hash.data[i]) || !hash.data[i])
            return false;
    int length = snprintf(self->folder, sizeof self->folder, "%s/tests", data_folder);
    errno = ENAMETOOLONG;
    if (length < 0 || (size_t)length + hash.length + 32 > sizeof self->folder ||
        !s_make_folder(self->folder))
        return false;
    snprintf(self->folder + length, sizeof self->folder - (size_t)length, "/%.*s", (int)hash.length,
             hash.data);
    return s_make_folder(self->folder);
}

static bool s_map(const char *path, struct slice *file)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    struct stat status;
    if (fd < 0)
        return false;
    bool ok = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    if (ok && status.st_size == 0)
        *file = slice_from(s_nothing, 0);
    else if (ok) {
        void *data = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        ok = data != MAP_FAILED;
        if (ok)
            *file = slice_from(data, (size_t)status.st_size);
    }
    close(fd);
    return ok;
}

static void s_path(const struct test_cache *self, char path[600], uint32_t ordinal, const char *end)
{
    snprintf(path, 600, "%s/%u.%s", self->folder, ordinal, end);
}

bool test_cache_get(struct test_cache *self, uint32_t ordinal)
{
    char path[600];
    test_cache_close(self);
    s_path(self, path, ordinal, "in");
    if (!s_map(path, &self->input))
        return false;
    s_path(self, path, ordinal, "ans");
    if (!s_map(path, &self->expected)) {
        test_cache_close(self);
        return false;
    }
    s_path(self, path, ordinal, "args");
    s_map(path, &self->arguments);
    return true;
}

static bool s_write(const char *path, struct slice content)
{
    char aside[640];
    snprintf(aside, sizeof aside, "%s.%d.XXXXXX", path, getpid());
    int fd = mkostemp(aside, O_CLOEXEC);
    if (fd < 0)
        return false;
    bool ok = true;
    for (size_t done = 0; ok && done < content.length;) {
        ssize_t wrote = write(fd, content.data + done, content.length - done);
        ok = wrote > 0;
        done += ok ? (size_t)wrote : 0;
    }
    ok = ok && fsync(fd) == 0 && rename(aside, path) == 0;
    int why = errno;
    close(fd);
    if (!ok)
        unlink(aside);
    errno = why;
    return ok;
}

/* The answer last: where it is, all is. */
bool test_cache_put(struct test_cache *self, uint32_t ordinal, struct slice input,
                    struct slice expected, struct slice arguments)
{
    char path[600];
    s_path(self, path, ordinal, "args");
    if (arguments.length && !s_write(path, arguments))
        return false;
    s_path(self, path, ordinal, "in");
    if (!s_write(path, input))
        return false;
    s_path(self, path, ordinal, "ans");
    return s_write(path, expected);
}
