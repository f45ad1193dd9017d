/* A zip archive on disc, unpacked to a temporary folder: package_open reads it there. */
#ifndef STORE_PACKAGE_ARCHIVE_H
#define STORE_PACKAGE_ARCHIVE_H

#include "actors/store/package.h"
#include "proto/limits.h"

#define ARCHIVE_MAX_BYTES (1024LL * 1024 * 1024) /* of the file */

struct package_archive {
    char *folder;                  /* owned; made by package_archive_open, with all in it */
    char *inside;                  /* owned; the package in it: the folder, or the one in it */
    char name[SLUG_MAX_BYTES + 1]; /* the archive's, without its extension; "" when that is none */
};

/* Is it a file that is called like an archive? */
bool package_archive_is(const char *path);
/* Unpacks it. Names that would lead out of the folder, links, and what is too much are refused.
 * False with the error filled, and nothing left behind. */
bool package_archive_open(struct package_archive *self, const char *path,
                          struct package_error *error);
/* Removes the folder and all in it. */
void package_archive_close(struct package_archive *self);

#endif
