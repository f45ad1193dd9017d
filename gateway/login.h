/* Logins by a provider, as browsers meet them (contract.md, "Authentication"): sent there, sent
 * back, and on to the frontend with a token. The gateway's thread.
 *
 * A browser is known again by a cookie of 32 random bytes. State, nonce and PKCE's verifier of a
 * login are made of that cookie and a number of the login's own, so no gateway has to remember them
 * and any one may take the browser back; that a login is taken once, and in time, is auth's to say.
 * A state without its cookie is of no use to anybody. */
#ifndef GATEWAY_LOGIN_H
#define GATEWAY_LOGIN_H

#include "gateway/http/reply.h"

/* Starts the client when a provider is configured. False: `error` says what is wrong. */
bool login_start(struct server *server, char *error, size_t error_size);
void login_stop(struct server *server);

/* GET /oauth2/authorization/{provider} and GET /login/oauth2/code/{provider}. As reply_send. */
int login_begin(struct request **request_p);
int login_return(struct request **request_p);

#endif
