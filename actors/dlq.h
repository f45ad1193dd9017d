/* `codecomp dlq list|retry|drop`: what operators do with the dead letters of a shared queue. It
 * speaks to the queue's server and to the database itself, beside whatever is running. */
#ifndef ACTORS_DLQ_H
#define ACTORS_DLQ_H

#include "actors/runtime/options.h"

/* Returns the exit code: 0 when all that was asked for has been done. */
int dlq(const struct options *options);

#endif
