/* A journal is mapped, not read: it may be larger than memory, and is looked at once from its
 * beginning to its end. Not its business: what is in it. */
#include "actors/runtime/journal_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

bool journal_files_map(const char *path, struct slice *bytes)
{
    struct stat status;
    *bytes = slice_of("");
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    bool ok = fstat(file, &status) == 0;
    if (ok && status.st_size > 0) { /* nothing can't be mapped */
        size_t length = (size_t)status.st_size;
        void *data = mmap(NULL, length, PROT_READ, MAP_PRIVATE, file, 0);
        ok = data != MAP_FAILED;
        if (ok)
            *bytes = slice_from(data, length);
    }
    int error = errno;
    close(file);
    errno = error;
    return ok;
}

void journal_files_unmap(struct slice *bytes)
{
    if (bytes->length)
        munmap((void *)bytes->data, bytes->length);
    *bytes = slice_of("");
}

static int s_is_journal(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return length > 8 && strcmp(entry->d_name + length - 8, ".journal") == 0;
}

int journal_files_each(const char *path, journal_files_visit *visit, void *context)
{
    struct dirent **entries;
    int count = scandir(path, &entries, s_is_journal, alphasort);
    if (count < 0 && errno == ENOTDIR) {
        visit(context, path);
        return 1;
    }
    for (int i = 0; i < count; i++) {
        char file[PATH_MAX];
        snprintf(file, sizeof file, "%s/%s", path, entries[i]->d_name);
        visit(context, file);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    return count;
}
