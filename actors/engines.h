/* The four engines that an installation stands on, tried before anything is started: each is there,
 * lets us in, is new enough, gives the rights that are needed; or one sentence says what is wrong
 * and how to mend it, without a password in it. Changes nothing. Blocking, seconds at most for
 * each. */
#ifndef ACTORS_ENGINES_H
#define ACTORS_ENGINES_H

#include "actors/serve.h"

enum engine { ENGINE_database, ENGINE_queue, ENGINE_events, ENGINE_runner, ENGINES };

enum engine_state {
    ENGINE_READY, /* the text says what is there */
    ENGINE_AWAY,  /* it does not answer, or is just starting: it may come */
    ENGINE_WRONG  /* somebody has to mend something */
};

struct engine_finding {
    enum engine_state state; /* as above */
    char text[1024];         /* a sentence without a full stop */
};

const char *engine_name(enum engine engine);
/* The option that names it. */
enum option_id engine_option(enum engine engine);
/* Is it used by what this process hosts? */
bool engine_used(enum engine engine, const struct plan *plan);
void engine_try(enum engine engine, const struct options *options, struct engine_finding *finding);

#endif
