/* Stands in for libFuzzer where there is none: runs a fuzz target once on every file of the folders
 * that it is given. A folder that is missing or empty is a failure, so that a corpus cannot vanish
 * unnoticed. */
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int s_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* False when the file cannot be read. */
static bool s_replay(const char *path)
{
    struct stat about;
    FILE *file = fopen(path, "rb");
    if (!file || fstat(fileno(file), &about) != 0) {
        perror(path);
        if (file)
            fclose(file);
        return false;
    }
    size_t size = (size_t)about.st_size;
    uint8_t *data = malloc(size ? size : 1); /* exactly as long, so that a read past it is seen */
    bool read = data && fread(data, 1, size, file) == size;
    fclose(file);
    if (read)
        LLVMFuzzerTestOneInput(data, size);
    else
        fprintf(stderr, "%s: cannot be read\n", path);
    free(data);
    return read;
}

/* False when there is nothing to replay, or something cannot be. */
static bool s_replay_folder(const char *folder)
{
    struct dirent **names;
    int count = scandir(folder, &names, s_visible, alphasort);
    if (count < 0) {
        perror(folder);
        return false;
    }
    bool ok = count > 0;
    for (int i = 0; i < count; i++) {
        char path[4096];
        int length = snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
        ok = length < (int)sizeof path && s_replay(path) && ok;
        free(names[i]);
    }
    free(names);
    printf("%s: %d inputs%s\n", folder, count, ok ? "" : ": FAILED");
    return ok;
}

int main(int argc, char **argv)
{
    bool ok = argc > 1;
    for (int i = 1; i < argc; i++)
        ok = s_replay_folder(argv[i]) && ok;
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
