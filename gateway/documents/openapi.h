/* The interface over HTTP as an OpenAPI 3.1 document: routes.def, parameters.def and the records of
 * messages.def written down, so that it says what is served. Pure. */
#ifndef GATEWAY_DOCUMENTS_OPENAPI_H
#define GATEWAY_DOCUMENTS_OPENAPI_H

#include "proto/bytes.h"

/* Appends the document. `base` is where the interface is found; `development`: so are its routes.
 */
void openapi_write(struct slice base, bool development, struct buffer *out);

#endif
