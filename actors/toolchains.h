/* `codecomp languages`: what can be judged on this machine, and whether it really can. */
#ifndef ACTORS_TOOLCHAINS_H
#define ACTORS_TOOLCHAINS_H

#include "actors/runtime/options.h"

/* Returns the exit code: 0 when the languages asked for could be listed, or passed their test; with
 * none named, all that were found. */
int toolchains(const struct options *options);

#endif
