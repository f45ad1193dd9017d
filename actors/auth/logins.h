/* Logins under way: browsers that were sent to a provider and have not come back. A bounded set by
 * key; each is taken once, and has its end. Pure: time comes as a parameter. Where too many come
 * together, the one that ends first gives way, so that who starts logins and drops them hinders
 * nobody for long. */
#ifndef AUTH_LOGINS_H
#define AUTH_LOGINS_H

#include "proto/bytes.h"
#include "proto/limits.h"

#define LOGINS_BUCKETS 2048              /* by the key's first bytes */
#define LOGINS_WAYS 8                    /* of a bucket */
#define LOGIN_LIFE_MS (10 * 60 * 1000LL) /* to be recognised by the provider, and to come back */

enum login_stage { LOGIN_FREE, LOGIN_BEGUN, LOGIN_TAKEN };

struct login {
    char key[LOGIN_KEY_BYTES]; /* SHA-256 of its state */
    int64_t until_ms;          /* from here on it is none */
    enum login_stage stage;    /* free, on its way, or back and being looked at */
};

struct logins {
    struct login entries[LOGINS_BUCKETS][LOGINS_WAYS]; /* by key */
};

/* Remembers a login. False: it is known already, or its key is none. *dropped: another gave way. */
bool logins_begin(struct logins *self, struct slice key, int64_t now_ms, bool *dropped);
/* It came back. False: unknown, ended, or here for the second time. */
bool logins_take(struct logins *self, struct slice key, int64_t now_ms);
/* It is over, and forgotten. False: it was not taken before, or has ended. */
bool logins_finish(struct logins *self, struct slice key, int64_t now_ms);

#endif
