/* The OAuth 2.0 client: it finds the provider's endpoints and keys, and turns a code into an
 * identity. An edge with a thread of its own, since name resolution, TLS and slow providers must
 * hold up nobody. It knows no browser and no user: states, cookies and single use are its asker's.
 *
 * oauth_ask and oauth_take are for one thread; `ready` is called in the client's. Every question
 * gets one answer, within OAUTH_LIMIT_MS. */
#ifndef AUTH_OAUTH_H
#define AUTH_OAUTH_H

#include "actors/auth/identity.h"
#include "actors/auth/provider.h"

#define OAUTH_QUESTIONS_MAX 64 /* under way; one more is not taken */
#define OAUTH_LIMIT_MS 15000   /* for all that one question needs */
#define OAUTH_CODE_MAX_BYTES 2048
#define OAUTH_SECRET_BYTES 64    /* room for 32 bytes as base64url, with a NUL */
#define OAUTH_URL_MAX_BYTES 4096 /* of what a browser is sent to */

enum oauth_want { OAUTH_WANT_ADDRESS, OAUTH_WANT_IDENTITY };

struct oauth_question {
    enum oauth_want want;                  /* where to send a browser, or who it was */
    uint64_t ticket;                       /* the asker's, comes back with the answer */
    char redirect_uri[PROVIDER_URL_BYTES]; /* where the provider sends it back to */
    char nonce[OAUTH_SECRET_BYTES];        /* for the ID token */
    char state[OAUTH_SECRET_BYTES * 2];    /* of ADDRESS: comes back with the browser */
    char verifier[OAUTH_SECRET_BYTES];     /* PKCE's (RFC 7636) */
    char code[OAUTH_CODE_MAX_BYTES];       /* of IDENTITY */
    char issuer[PROVIDER_URL_BYTES]; /* of IDENTITY: who says that he sent it (RFC 9207); "" */
};

enum oauth_outcome {
    OAUTH_DONE,
    OAUTH_REFUSED, /* the provider refuses, or what it says is not to be believed */
    OAUTH_DOWN,    /* the provider can't be reached, is too slow, or talks nonsense */
};

struct oauth_answer {
    enum oauth_outcome outcome;    /* which */
    uint64_t ticket;               /* the question's */
    char url[OAUTH_URL_MAX_BYTES]; /* of ADDRESS */
    struct identity identity;      /* of IDENTITY: email and name are there */
    char why[256];                 /* why not, for the log; no secret is in it */
};

struct oauth;

/* Copies nothing of the configuration: it outlives the client. `ready` says that there is something
 * to take. NULL: *why says what is wrong with the configuration; static. */
struct oauth *oauth_new(const struct provider_config *config, void (*ready)(void *context),
                        void *context, const char **why);
/* Within moments, whatever is under way; what was not taken is gone. */
void oauth_destroy(struct oauth **self_p);

/* Copies the question. False: too many are under way. */
bool oauth_ask(struct oauth *self, const struct oauth_question *question);
/* The next answer; false: there is none. */
bool oauth_take(struct oauth *self, struct oauth_answer *answer);

#endif
