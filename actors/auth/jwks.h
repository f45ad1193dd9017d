/* A provider's public keys (RFC 7517), and signatures by them (RFC 7515, 7518). Pure but for
 * libcrypto; one thread.
 *
 * What verifies is chosen by us: a key takes part only for the algorithms of its own type, and
 * there is no symmetric one and no "none" in the list, so a token's header can't talk us into less.
 */
#ifndef AUTH_JWKS_H
#define AUTH_JWKS_H

#include "proto/bytes.h"

#define JWKS_KEYS_MAX 32       /* of a set; further ones are not looked at */
#define JWKS_RSA_MIN_BITS 2048 /* RFC 7518, 3.3 */

struct jwks;

enum jwks_result {
    JWKS_GOOD,   /* signed by one of the keys */
    JWKS_BAD,    /* an algorithm that we don't take, or not signed by the key */
    JWKS_NO_KEY, /* there is no such key: perhaps a newer one than these */
};

/* Reads {"keys":[…]}; keys that can't be used are left out. NULL: it is no such document. */
struct jwks *jwks_parse(struct slice json);
void jwks_destroy(struct jwks **self_p);

/* `kid` may be empty: then any key that fits the algorithm. */
enum jwks_result jwks_verify(const struct jwks *self, struct slice alg, struct slice kid,
                             struct slice content, struct slice signature);

#endif
