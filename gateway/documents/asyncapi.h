/* What is pushed, as an AsyncAPI 3.0 document. Pure. */
#ifndef GATEWAY_DOCUMENTS_ASYNCAPI_H
#define GATEWAY_DOCUMENTS_ASYNCAPI_H

#include "proto/bytes.h"

/* Appends the document. `base` is where the interface is found: "https://duels.example.org". */
void asyncapi_write(struct slice base, struct buffer *out);

#endif
