/* Files of a folder that somebody else wrote. Every path is relative to an open folder and is
 * walked name by name without following symbolic links, so nothing outside the folder is ever read;
 * pipes, devices and sockets are refused, and every read and list is bounded. Blocking; any thread.
 */
#ifndef STORE_PACKAGE_FILES_H
#define STORE_PACKAGE_FILES_H

#include <stddef.h>

#include "actors/store/package_error.h"
#include "proto/bytes.h"

#define PACKAGE_PATH_MAX_BYTES 512 /* of a path inside a package */
#define PACKAGE_FOLDER_MAX 4096    /* names in one folder */

enum package_found {
    PACKAGE_FOUND,   /* done */
    PACKAGE_MISSING, /* no such file or folder; the error is untouched */
    PACKAGE_REFUSED, /* there, but not as it must be; the error says why */
};

/* Reads a whole plain file of at most out->max_bytes into `out`, which is cleared first. */
enum package_found package_files_read(int root, const char *path, struct buffer *out,
                                      struct package_error *error);
/* package_files_read, and the content must be text: UTF-8 without NUL. */
enum package_found package_files_read_text(int root, const char *path, struct buffer *out,
                                           struct package_error *error);

struct package_entry {
    char *name;   /* owned; without the folder */
    bool folder;  /* a folder, else a plain file */
    size_t bytes; /* of a plain file */
};

struct package_list {
    struct package_entry *entries; /* owned; sorted by name, byte by byte */
    size_t count;                  /* how many */
};

/* Lists a folder. Names that begin with a dot are left out; a symbolic link is refused. On anything
 * but PACKAGE_FOUND the list is empty. */
enum package_found package_files_list(int root, const char *path, struct package_list *out,
                                      struct package_error *error);
void package_list_fini(struct package_list *self);

#endif
