/* The folder is ours alone and only plain files and folders are made in it, so that no name can
 * lead through a link; names are checked all the same. */
#include "actors/store/package_archive.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "actors/store/package_files.h"
#include "actors/store/package_zip.h"
#include "proto/check.h"

/* An archive being unpacked. */
struct s_unpacking {
    struct package_archive *archive; /* borrowed */
    struct package_error *error;     /* borrowed */
    const char *path;                /* of the file, for errors */
    long long left;                  /* bytes that may still be written */
    int file;                        /* being written */
};

bool package_archive_is(const char *path)
{
    struct stat status;
    size_t length = strlen(path);
    return length > 4 &&
           (strcasecmp(path + length - 4, ".zip") == 0 ||
            strcasecmp(path + length - 4, ".kpp") == 0) &&
           stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

/* A path below the folder: parts of printable characters, none of them . or .. */
static bool s_sound(struct slice name)
{
    size_t part = 0, dots = 0;
    if (name.length == 0 || name.length > PACKAGE_PATH_MAX_BYTES || name.data[0] == '/' ||
        !utf8_valid(name))
        return false;
    for (size_t i = 0; i <= name.length; i++) {
        char c = i < name.length ? name.data[i] : '/';
        if ((unsigned char)c < 0x20 || c == '\\' || c == 0x7f)
            return false;
        if (c == '/') {
            bool last = i >= name.length - 1;
            if ((part == 0 && !last) || (part > 0 && part == dots && part <= 2))
                return false;
            part = dots = 0;
        } else {
            part++;
            dots += c == '.';
        }
    }
    return true;
}

static bool s_write(void *context, const void *data, size_t length)
{
    struct s_unpacking *self = context;
    const char *at = data;
    self->left -= (long long)length;
    while (length > 0) {
        ssize_t done = write(self->file, at, length);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return package_refuse(self->error, self->path, 0, "cannot be unpacked: %s",
                                  strerror(errno));
        at += done;
        length -= (size_t)done;
    }
    return true;
}

/* Makes the folders on the way to the file, or the folder itself. */
static bool s_make_folders(struct s_unpacking *self, const char *path)
{
    char part[PACKAGE_PATH_MAX_BYTES + 256];
    size_t begin = strlen(self->archive->folder) + 1;
    for (const char *at = path + begin; (at = strchr(at, '/')); at++) {
        snprintf(part, sizeof part, "%.*s", (int)(at - path), path);
        if (mkdir(part, 0700) != 0 && errno != EEXIST)
            return package_refuse(self->error, self->path, 0, "cannot be unpacked: %s",
                                  strerror(errno));
    }
    return true;
}

/* Errors of the archive's parts know neither its name nor the entry's. */
static bool s_place(struct s_unpacking *self)
{
    snprintf(self->error->file, sizeof self->error->file, "%s", self->path);
    return false;
}

static bool s_blame(struct s_unpacking *self, const struct zip_entry *entry)
{
    struct package_error error = *self->error;
    size_t length = entry->name.length < 200 ? entry->name.length : 200;
    return package_refuse(self->error, self->path, 0, "%.*s %s",
                          utf8_valid(entry->name) ? (int)length : 0, entry->name.data, error.what);
}

static bool s_entry(struct s_unpacking *self, const struct zip_entry *entry)
{
    char path[PACKAGE_PATH_MAX_BYTES + 256];
    if (!s_sound(entry->name))
        return package_refuse(self->error, self->path, 0,
                              "has a name that leads out of it, or is none");
    if (entry->link) {
        package_refuse(self->error, "", 0, "is a link; put the file itself there");
        return s_blame(self, entry);
    }
    snprintf(path, sizeof path, "%s/%.*s", self->archive->folder, (int)entry->name.length,
             entry->name.data);
    if (!s_make_folders(self, path))
        return false;
    if (entry->folder)
        return true;
    self->file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (self->file < 0)
        return package_refuse(self->error, self->path, 0, "%.*s: %s", 200,
                              path + strlen(self->archive->folder) + 1,
                              errno == EEXIST ? "is there twice" : strerror(errno));
    bool good = zip_unpack(entry, (size_t)self->left, s_write, self, self->error);
    close(self->file);
    return good || s_blame(self, entry);
}

static bool s_unpack(struct s_unpacking *self, struct slice bytes)
{
    struct zip zip;
    struct zip_entry entry;
    int more;
    if (!zip_open(&zip, bytes, self->error))
        return s_place(self);
    while ((more = zip_next(&zip, &entry, self->error)) == 1)
        if (!s_entry(self, &entry))
            return false;
    return more == 0 || s_place(self);
}

/* The file, mapped: the kernel reads what is looked at and drops what was. */
static bool s_map(struct s_unpacking *self)
{
    struct stat status;
    int file = open(self->path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &status) != 0) {
        package_refuse(self->error, self->path, 0, "cannot be opened: %s", strerror(errno));
        if (file >= 0)
            close(file);
        return false;
    }
    bool fits = status.st_size > 0 && status.st_size <= ARCHIVE_MAX_BYTES;
    void *bytes =
        fits ? mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, file, 0) : MAP_FAILED;
    close(file);
    if (bytes == MAP_FAILED)
        return package_refuse(self->error, self->path, 0, "must have 1 to %lld bytes",
                              ARCHIVE_MAX_BYTES);
    bool good = s_unpack(self, slice_from(bytes, (size_t)status.st_size));
    munmap(bytes, (size_t)status.st_size);
    return good;
}

/* The package is the archive's root, or the one folder there. */
static char *s_inside(const char *folder)
{
    struct dirent **entries = NULL;
    char *inside = strdup(folder);
    check(inside);
    if (package_is(folder))
        return inside;
    int count = scandir(folder, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        char *path;
        check(asprintf(&path, "%s/%s", folder, entries[i]->d_name) >= 0);
        if (entries[i]->d_name[0] != '.' && package_is(path)) {
            free(inside);
            inside = path;
        } else
            free(path);
        free(entries[i]);
    }
    free(entries);
    return inside;
}

static void s_name(const char *path, char name[SLUG_MAX_BYTES + 1])
{
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
    size_t length = strlen(base) - strlen(".zip");
    snprintf(name, SLUG_MAX_BYTES + 1, "%.*s", length > SLUG_MAX_BYTES ? 0 : (int)length, base);
}

bool package_archive_open(struct package_archive *self, const char *path,
                          struct package_error *error)
{
    const char *temporary = getenv("TMPDIR");
    struct s_unpacking unpacking = {
        .archive = self, .error = error, .path = path, .left = PACKAGE_BYTES_MAX, .file = -1};
    *self = (struct package_archive){0};
    check(asprintf(&self->folder, "%s/codecomp-import-XXXXXX",
                   temporary && *temporary ? temporary : "/tmp") >= 0);
    s_name(path, self->name);
    if (!mkdtemp(self->folder)) {
        package_refuse(error, self->folder, 0, "cannot be made: %s", strerror(errno));
        free(self->folder);
        self->folder = NULL;
        return false;
    }
    if (s_map(&unpacking)) {
        self->inside = s_inside(self->folder);
        return true;
    }
    package_archive_close(self);
    return false;
}

static int s_remove(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status, (void)kind, (void)walk;
    return remove(path);
}

void package_archive_close(struct package_archive *self)
{
    if (self->folder)
        nftw(self->folder, s_remove, 16, FTW_DEPTH | FTW_PHYS);
    free(self->folder);
    free(self->inside);
    *self = (struct package_archive){0};
}
