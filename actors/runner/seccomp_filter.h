/* The system call filter of everything that runs in the sandbox, from seccomp.def. */
#ifndef ACTORS_RUNNER_SECCOMP_FILTER_H
#define ACTORS_RUNNER_SECCOMP_FILTER_H

#include <linux/filter.h>

#include "proto/bytes.h"

/* Fills `program` with a filter of its own memory; false: `why` has a sentence. */
bool seccomp_filter_new(struct sock_fprog *program, struct buffer *why);
void seccomp_filter_destroy(struct sock_fprog *program);

#endif
