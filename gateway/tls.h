/* The certificate and its key, for connections over TLS (HTTP/1.1 only). */
#ifndef GATEWAY_TLS_H
#define GATEWAY_TLS_H

#include <libwebsockets.h>
#include <stdbool.h>

/* Both can be read, are whole and belong together. False: `error` says what is wrong with which. */
bool tls_check(const char *cert, const char *key, char *error, size_t error_size);
/* Connections from now on get what is in the files now; those that are open stay as they are. */
bool tls_reload(struct lws_context *context, const char *cert, const char *key, char *error,
                size_t error_size);

#endif
