/* Test cases as files, whole or not there. Does not check what it reads, and forgets nothing but
 * what was left aside. */
#include "actors/runner/test_cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "actors/runner/kept_file.h"

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

static void s_open_folder(struct test_cache *self, const char *data_folder, struct slice hash)
{
    char *folder = self->folder;
    size_t size = sizeof self->folder;
    int length = snprintf(folder, size, "%s/tests", data_folder);
    errno = ENAMETOOLONG;
    bool ok = length > 0 && (size_t)length + hash.length + 32 <= size && s_make_folder(folder);
    if (ok)
        snprintf(folder + length, size - (size_t)length, "/%.*s", (int)hash.length, hash.data);
    ok = ok && s_make_folder(folder);
    self->why = ok ? 0 : errno;
    if (ok)
        kept_file_sweep(folder);
}

bool test_cache_choose(struct test_cache *self, const char *data_folder, struct slice hash)
{
    test_cache_close(self);
    self->why = EINVAL;
    if (hash.length == 0 || hash.length > 64)
        return false;
    for (size_t i = 0; i < hash.length; i++)
        if (!strchr("0123456789abcdef", hash.data[i]) || !hash.data[i])
            return false;
    s_open_folder(self, data_folder, hash);
    return true;
}

/* False: errno; ENOENT: there is none. */
static bool s_map(const char *path, struct slice *file)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    struct stat status;
    if (fd < 0)
        return false;
    bool ok = fstat(fd, &status) == 0;
    if (ok && !S_ISREG(status.st_mode)) {
        errno = EISDIR;
        ok = false;
    }
    if (ok && status.st_size == 0)
        *file = slice_from(s_nothing, 0);
    else if (ok) {
        void *data = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        ok = data != MAP_FAILED;
        if (ok)
            *file = slice_from(data, (size_t)status.st_size);
    }
    int why = errno;
    close(fd);
    errno = why;
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
    errno = self->why;
    if (self->why)
        return false;
    s_path(self, path, ordinal, "in");
    bool ok = s_map(path, &self->input);
    s_path(self, path, ordinal, "ans");
    ok = ok && s_map(path, &self->expected);
    s_path(self, path, ordinal, "args");
    ok = ok && (s_map(path, &self->arguments) || errno == ENOENT); /* most tests have none */
    if (!ok)
        test_cache_close(self);
    return ok;
}

/* The answer last: where it is, all is. */
bool test_cache_put(struct test_cache *self, uint32_t ordinal, struct slice input,
                    struct slice expected, struct slice arguments)
{
    char path[600];
    errno = self->why;
    if (self->why)
        return false;
    s_path(self, path, ordinal, "args");
    if (arguments.length && !kept_file_write(path, arguments, 0600))
        return false;
    s_path(self, path, ordinal, "in");
    if (!kept_file_write(path, input, 0600))
        return false;
    s_path(self, path, ordinal, "ans");
    return kept_file_write(path, expected, 0600);
}
