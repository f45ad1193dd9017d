/* Whom a provider vouches for: the checks of OpenID Connect Core 1.0, 3.1.3.7 (ID token) and 5.3.2
 * (userinfo). Pure but for libcrypto and jansson; time comes as a parameter. */
#ifndef AUTH_IDENTITY_H
#define AUTH_IDENTITY_H

#include "actors/auth/jwks.h"
#include "proto/limits.h"

#define SUBJECT_MAX_BYTES 255            /* OpenID Connect Core, 2 */
#define IDENTITY_LEEWAY_MS (60 * 1000LL) /* how far a provider's clock may be from ours */

struct identity {
    char subject[SUBJECT_MAX_BYTES + 1]; /* who it is for the provider */
    char email[EMAIL_MAX_BYTES + 1];     /* "": not told */
    char name[NAME_MAX_BYTES + 1];       /* "": not told */
    bool email_verified;                 /* the provider says that it is his */
};

struct identity_expected {
    const char *issuer;      /* "": not known, and not compared */
    const char *client_id;   /* whom the token must be for */
    const char *nonce;       /* of this login */
    int64_t now_ms;          /* the time */
    const struct jwks *keys; /* NULL: it came by TLS from the token endpoint itself, which 3.1.3.7
                              * takes in place of a signature */
};

enum identity_result {
    IDENTITY_GOOD,   /* read, and to be believed */
    IDENTITY_BAD,    /* not to be believed */
    IDENTITY_NO_KEY, /* signed by a key that is not among those */
};

/* Fills self from an ID token. *why says what is wrong, for the log; static. */
enum identity_result identity_from_token(struct identity *self, struct slice token,
                                         const struct identity_expected *expected,
                                         const char **why);
/* Adds what a userinfo answer tells. A subject that self has must be the same. */
enum identity_result identity_add_userinfo(struct identity *self, struct slice json,
                                           const char **why);
/* The end: an email that the provider has verified, and some name. */
enum identity_result identity_finish(struct identity *self, const char **why);

#endif
