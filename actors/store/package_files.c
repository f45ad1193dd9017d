/* Safe reading below an open folder. O_NOFOLLOW guards one name only, hence the walk name by name:
 * openat2 could do it in one call, but older kernels and some containers do not have it.
 * It does not defend against a folder that is rewritten while it is read, beyond its bounds. */
#include "actors/store/package_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/check.h"

/* Opens root/path; -1 with errno. A symbolic link anywhere on the way gives ELOOP. */
static int s_open(int root, const char *path, int flags)
{
    char name[PACKAGE_PATH_MAX_BYTES + 1];
    int folder = root;
    for (;;) {
        size_t length = strcspn(path, "/");
        if (length >= sizeof name) {
            errno = ENAMETOOLONG;
            break;
        }
        memcpy(name, path, length);
        name[length] = '\0';
        bool last = path[length] == '\0';
        struct stat status;
        int next = -1;
        if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0) {
            if (S_ISLNK(status.st_mode))
                errno = ELOOP;
            else
                next = openat(folder, name,
                              O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK |
                                  (last ? flags : O_DIRECTORY));
        }
        int saved = errno;
        if (folder != root)
            close(folder);
        errno = saved;
        if (last || next < 0)
            return next;
        folder = next;
        path += length + 1;
    }
    int saved = errno;
    if (folder != root)
        close(folder);
    errno = saved;
    return -1;
}

static enum package_found s_refuse_errno(const char *path, struct package_error *error)
{
    if (errno == ENOENT)
        return PACKAGE_MISSING;
    if (errno == ELOOP)
        package_refuse(error, path, 0, "symbolic links are not followed; put the file itself here");
    else
        package_refuse(error, path, 0, "cannot be read: %s", strerror(errno));
    return PACKAGE_REFUSED;
}

enum package_found package_files_read(int root, const char *path, struct buffer *out,
                                      struct package_error *error)
{
    buffer_clear(out);
    int file = s_open(root, path, 0);
    if (file < 0)
        return s_refuse_errno(path, error);
    struct stat status;
    enum package_found found = PACKAGE_REFUSED;
    if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
        package_refuse(error, path, 0, "is not a plain file");
    } else if ((uintmax_t)status.st_size > out->max_bytes) {
        package_refuse(error, path, 0, "is %jd bytes; at most %zu are allowed",
                       (intmax_t)status.st_size, out->max_bytes);
    } else {
        size_t bytes = (size_t)status.st_size;
        char *place = buffer_reserve(out, bytes);
        check(place);
        ssize_t got = 1;
        while (out->length < bytes && got > 0) {
            got = read(file, place + out->length, bytes - out->length);
            if (got > 0)
                out->length += (size_t)got;
        }
        if (got < 0)
            package_refuse(error, path, 0, "cannot be read: %s", strerror(errno));
        else if (out->length < bytes)
            package_refuse(error, path, 0, "became shorter while it was read");
        else
            found = PACKAGE_FOUND;
    }
    close(file);
    return found;
}

/* The line of the first byte that is not text. A newline is never part of a longer sequence, so
 * lines can be looked at one by one. */
static unsigned s_bad_line(struct slice text)
{
    unsigned line = 1;
    while (text.length > 0) {
        const char *end = memchr(text.data, '\n', text.length);
        struct slice one = {text.data, end ? (size_t)(end - text.data) : text.length};
        if (!utf8_valid(one) || (one.length && memchr(one.data, '\0', one.length)))
            break;
        size_t step = one.length + (end != NULL);
        text = (struct slice){text.data + step, text.length - step};
        line++;
    }
    return line;
}

enum package_found package_files_read_text(int root, const char *path, struct buffer *out,
                                           struct package_error *error)
{
    enum package_found found = package_files_read(root, path, out, error);
    if (found != PACKAGE_FOUND || out->length == 0)
        return found;
    struct slice text = buffer_slice(out);
    if (utf8_valid(text) && !memchr(text.data, '\0', text.length))
        return PACKAGE_FOUND;
    package_refuse(error, path, s_bad_line(text), "is not UTF-8 text, or has a NUL byte");
    return PACKAGE_REFUSED;
}

static int s_by_name(const void *a, const void *b)
{
    const struct package_entry *one = a, *other = b;
    return strcmp(one->name, other->name);
}

/* Adds one name to the list; false when it is refused. */
static bool s_add(DIR *stream, const char *path, const char *name, struct package_list *out,
                  struct package_error *error)
{
    char file[PACKAGE_PATH_MAX_BYTES + 1];
    if ((size_t)snprintf(file, sizeof file, "%s/%s", path, name) >= sizeof file)
        return package_refuse(error, path, 0, "a path in it is longer than %d bytes",
                              PACKAGE_PATH_MAX_BYTES);
    for (const char *at = name; *at; at++)
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            return package_refuse(error, path, 0, "a name in it has control characters");
    if (out->count == PACKAGE_FOLDER_MAX)
        return package_refuse(error, path, 0, "has more than %d names", PACKAGE_FOLDER_MAX);
    struct stat status;
    if (fstatat(dirfd(stream), name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return package_refuse(error, file, 0, "cannot be read: %s", strerror(errno));
    if (S_ISLNK(status.st_mode))
        return package_refuse(error, file, 0,
                              "symbolic links are not followed; put the file itself here");
    if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))
        return package_refuse(error, file, 0, "is neither a plain file nor a folder");
    bool folder = S_ISDIR(status.st_mode);
    out->entries = realloc(out->entries, (out->count + 1) * sizeof *out->entries);
    check(out->entries);
    out->entries[out->count] =
        (struct package_entry){strdup(name), folder, folder ? 0 : (size_t)status.st_size};
    check(out->entries[out->count].name);
    out->count++;
    return true;
}

enum package_found package_files_list(int root, const char *path, struct package_list *out,
                                      struct package_error *error)
{
    *out = (struct package_list){0};
    int folder = s_open(root, path, O_DIRECTORY);
    if (folder < 0)
        return s_refuse_errno(path, error);
    DIR *stream = fdopendir(folder);
    if (!stream) {
        close(folder);
        return s_refuse_errno(path, error);
    }
    bool good = true;
    struct dirent *entry;
    while (good && (entry = readdir(stream)))
        if (entry->d_name[0] != '.')
            good = s_add(stream, path, entry->d_name, out, error);
    closedir(stream);
    if (!good) {
        package_list_fini(out);
        return PACKAGE_REFUSED;
    }
    if (out->count > 0)
        qsort(out->entries, out->count, sizeof *out->entries, s_by_name);
    return PACKAGE_FOUND;
}

void package_list_fini(struct package_list *self)
{
    for (size_t i = 0; i < self->count; i++)
        free(self->entries[i].name);
    free(self->entries);
    *self = (struct package_list){0};
}
