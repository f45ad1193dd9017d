/* The secret that signs tokens: from a file, from CODECOMP_JWT_SECRET, or made at the first start
 * and kept in the data folder, 0600. */
#ifndef ACTORS_SECRET_H
#define ACTORS_SECRET_H

#include "actors/runtime/options.h"

struct secrets {
    char text[1024];       /* holds the two below */
    struct slice current;  /* signs and verifies */
    struct slice previous; /* only verifies, while secrets are changed; may be empty */
};

/* `make`: one may be made when none is given. False: `error` says what to do. */
bool secret_load(struct secrets *self, const struct options *options, bool make, char *error,
                 size_t error_size);

#endif
