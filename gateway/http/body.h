/* A JSON body's top level as parameters. */
#ifndef GATEWAY_HTTP_BODY_H
#define GATEWAY_HTTP_BODY_H

#include <jansson.h>

#include "gateway/http/arguments.h"

/* Adds the members of the object in `text` to `params`; null is the same as absent. On success the
 * caller owns *document and keeps it as long as `params`, which point into it (json_decref). False
 * with a sentence when the text is not a JSON object. */
bool body_read(struct slice text, struct params *params, json_t **document,
               struct complaint *complaint);

#endif
