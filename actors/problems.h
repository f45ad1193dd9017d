/* `codecomp import` and `codecomp problems`: what operators do with problems. Both speak to the
 * database itself, beside whatever is running. */
#ifndef ACTORS_PROBLEMS_H
#define ACTORS_PROBLEMS_H

#include "actors/runtime/options.h"

/* Each returns the exit code: 0 when all that was asked for has been done. */
int problems_import(const struct options *options);
int problems(const struct options *options);

#endif
