/* `codecomp health`: asks a running process of this installation, from beside it, whether it is of
 * use: a gateway by its /readyz, another by a ping to each actor that it hosts; one that only hosts
 * runners by a ping to the judges that it works for. For health checks of containers and
 * supervisors, which have the same options and need no other program. Blocking, seconds at most. */
#ifndef ACTORS_HEALTH_H
#define ACTORS_HEALTH_H

#include "actors/serve.h"

/* False: `error` says who does not answer. */
bool health_ask(const struct options *options, const struct plan *plan, char *error,
                size_t error_size);

#endif
