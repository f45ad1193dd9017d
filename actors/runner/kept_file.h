/* Files that outlive the process, and a loss of power: under its name a file is whole or not there.
 * It is written aside, brought to the disk, and then named, so several may write the same one. */
#ifndef ACTORS_RUNNER_KEPT_FILE_H
#define ACTORS_RUNNER_KEPT_FILE_H

#include <sys/types.h>

#include "proto/bytes.h"

/* Replaces what is there; false: errno, and nothing is changed. */
bool kept_file_write(const char *path, struct slice content, mode_t mode);
/* Removes what writers that were killed left aside in a folder: what is older than a minute. */
void kept_file_sweep(const char *folder);

#endif
