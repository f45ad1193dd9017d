/* zconfig_load gives one answer for "not there" and "not ZPL", and leaks the file of the latter. */
#include "actors/runtime/zpl.h"

#include "proto/check.h"

zconfig_t *zpl_load(const char *path, char *error, size_t error_size)
{
    FILE *file = fopen(path, "re");
    char *text = malloc(ZPL_MAX_BYTES + 1);
    check(text);
    size_t length = file ? fread(text, 1, ZPL_MAX_BYTES + 1, file) : 0;
    zconfig_t *root = NULL;
    if (!file || ferror(file))
        snprintf(error, error_size, "%s", strerror(errno));
    else if (length > ZPL_MAX_BYTES)
        snprintf(error, error_size, "longer than %d bytes", ZPL_MAX_BYTES);
    else {
        text[length] = '\0';
        root = zconfig_str_load(text);
        if (!root)
            snprintf(error, error_size,
                     "not ZPL: each level is indented by exactly four spaces, a "
                     "line is `name = \"value\"`");
    }
    if (file)
        fclose(file);
    free(text);
    return root;
}
