/* The interface's description: /openapi.json, /asyncapi.json, and at /docs a page that shows both
 * and asks no other host for anything. */
#ifndef GATEWAY_DOCUMENTS_DOCUMENTS_H
#define GATEWAY_DOCUMENTS_DOCUMENTS_H

#include "gateway/http/reply.h"

/* Answers the route that was found; as reply_send. */
int documents_send(struct request **request_p);

#endif
