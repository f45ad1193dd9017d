/* Files of one level in a folder under /tmp, as long as a test runs. */
#include "tests/unit/runtime/scratch.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "proto/check.h"

int scratch_new(void **state)
{
    struct scratch *self = calloc(1, sizeof *self);
    check(self);
    snprintf(self->folder, sizeof self->folder, "/tmp/codecomp-test-XXXXXX");
    check(mkdtemp(self->folder));
    *state = self;
    return 0;
}

int scratch_destroy(void **state)
{
    struct scratch *self = *state;
    char path[512];
    DIR *folder = opendir(self->folder);
    check(folder);
    for (struct dirent *entry; (entry = readdir(folder));) {
        snprintf(path, sizeof path, "%s/%s", self->folder, entry->d_name);
        if (entry->d_type != DT_DIR)
            unlink(path);
    }
    closedir(folder);
    check(rmdir(self->folder) == 0);
    free(self);
    return 0;
}

const char *scratch_write(const struct scratch *self, const char *name, const char *text)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", self->folder, name);
    FILE *file = fopen(path, "we");
    check(file && fputs(text, file) >= 0 && fclose(file) == 0);
    return path;
}
