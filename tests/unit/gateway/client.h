/* A browser as far as the tests need one: a connection, HTTP as text, WebSocket frames. Each wait
 * is bounded and fails the test. */
#ifndef TESTS_GATEWAY_CLIENT_H
#define TESTS_GATEWAY_CLIENT_H

#include "proto/bytes.h"

/* A connected socket. */
int client_connect(uint16_t port);
/* Sends bytes as they are. */
void client_send(int fd, const char *bytes, size_t length);
/* The next HTTP response, head and body, NUL-terminated; "" when the connection is closed instead.
 * `head` says that its request was HEAD. Static memory. */
const char *client_response(int fd, bool head);
/* A whole exchange on a connection of its own. `lines` are more header lines, each with its CRLF.
 */
const char *client_http(uint16_t port, const char *method, const char *target, const char *lines,
                        const char *body);
/* True when the peer closes now, without another byte. */
bool client_closed(int fd);

/* WebSocket: opens it (the handshake must succeed), sends a text, receives one. A close frame is
 * received as "<close N>", the end of the connection as "<end>". Static memory; NULs as @. */
int client_websocket(uint16_t port, const char *path, const char *subprotocols);
void client_ws_send(int fd, const char *text);
const char *client_ws_receive(int fd);

#endif
