/* What a sandbox sees of this machine's files: a table that the slot makes and its keeper mounts.
 */
#ifndef ACTORS_RUNNER_SANDBOX_ROOT_H
#define ACTORS_RUNNER_SANDBOX_ROOT_H

#include <stddef.h>

#define ROOT_ENTRIES_MAX 64

enum root_kind {
    ROOT_FOLDER,      /* an empty folder */
    ROOT_BIND_FOLDER, /* the machine's folder, read-only */
    ROOT_BIND_FILE,   /* the machine's file, read-only */
    ROOT_DEVICE,      /* the machine's device */
    ROOT_LINK,        /* a symbolic link to `text` */
    ROOT_FILE,        /* a file with `text` in it */
    ROOT_SHARED,      /* the machine's folder at `text`, read-only */
};

struct root_entry {
    enum root_kind kind; /* what to make */
    char path[128];      /* absolute; the same inside and outside */
    char text[512];      /* of a link or a file; a folder's path */
    size_t text_bytes;   /* of it */
};

struct root {
    struct root_entry list[ROOT_ENTRIES_MAX]; /* parents before children */
    size_t count;                             /* of them */
};

/* Looks at this machine. `uid` is the one that programs run as, for /etc/passwd; `shared` a folder
 * to be seen at ROOT_SHARED_PATH, or NULL. */
#define ROOT_SHARED_PATH "/shared"
void root_fill(struct root *self, unsigned uid, const char *shared);

#endif
