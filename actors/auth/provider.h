/* An OpenID provider: what the operator says of it, and what its discovery document adds (OpenID
 * Connect Discovery 1.0). Pure.
 *
 * Endpoints that the operator names stand; the rest is discovered. With the authorization and the
 * token endpoint named, nothing is asked: then there are no keys, and an ID token is believed
 * because it came by TLS from the token endpoint (OpenID Connect Core, 3.1.3.7, 6). So every
 * address is https, or on this machine. */
#ifndef AUTH_PROVIDER_H
#define AUTH_PROVIDER_H

#include "proto/bytes.h"

#define PROVIDER_URL_BYTES 1024
#define PROVIDER_DEFAULT_ISSUER "https://accounts.google.com"

struct provider_config {
    const char *name;          /* "google": in the addresses, and in capitals with the user */
    const char *issuer;        /* ""; with no endpoints named either, Google's */
    const char *client_id;     /* ours at the provider; "": no login by a provider */
    const char *client_secret; /* "": a public client */
    const char *authorize_url; /* "": discovered */
    const char *token_url;     /* "": discovered */
    const char *userinfo_url;  /* "": discovered */
    const char *scope;         /* "openid email profile" */
};

struct provider {
    char issuer[PROVIDER_URL_BYTES];    /* "": not known */
    char authorize[PROVIDER_URL_BYTES]; /* where browsers are sent */
    char token[PROVIDER_URL_BYTES];     /* where codes are exchanged */
    char userinfo[PROVIDER_URL_BYTES];  /* "": there is none */
    char jwks[PROVIDER_URL_BYTES];      /* its keys; "": they are not told */
    char discovery[PROVIDER_URL_BYTES]; /* where the rest is told; "": nothing is missing */
    bool post;                          /* the client's secret goes into the body */
    bool openid;                        /* an ID token must come */
    bool names_issuer;                  /* it names itself to the browser's return (RFC 9207) */
};

/* https, or http to this machine. */
bool provider_url_good(const char *url);
/* What the configuration alone says. False: *why names what is wrong; static. */
bool provider_init(struct provider *self, const struct provider_config *config, const char **why);
/* Adds what the document says. False: it lies or lacks something; self is as before. */
bool provider_discovered(struct provider *self, struct slice json, const char **why);

#endif
