/* Files in memory (memfd): how contents reach programs in the sandbox. Sealed ones can't be changed
 * by anybody, whoever opens them. Descriptors are close-on-exec and the caller's. */
#ifndef ACTORS_RUNNER_MEMORY_FILE_H
#define ACTORS_RUNNER_MEMORY_FILE_H

#include "proto/bytes.h"

/* An empty one; -1: errno. */
int memory_file_new(void);
/* Writes all of it, to any file; false: errno. */
bool memory_file_write(int fd, const void *data, size_t length);
/* To its start, never to be changed. Closes it and gives -1 when that fails, or `ok` is false. */
int memory_file_seal(int fd, bool ok);
/* A sealed one with this content; -1: errno. */
int memory_file_of(struct slice content);

#endif
