/* Journals on disk, for those who read them: one file's bytes, the files of a folder. */
#ifndef RUNTIME_JOURNAL_FILES_H
#define RUNTIME_JOURNAL_FILES_H

#include "proto/bytes.h"

/* Maps a file for reading. False: errno says why not. Give the bytes back with _unmap. */
bool journal_files_map(const char *path, struct slice *bytes);
void journal_files_unmap(struct slice *bytes);

/* Calls `visit` with the path of each *.journal in the folder, in order of their names, or with the
 * path itself when it is a file. Returns how many; -1 when there is no such folder or file: errno
 * says why not. */
typedef void journal_files_visit(void *context, const char *path);
int journal_files_each(const char *path, journal_files_visit *visit, void *context);

#endif
