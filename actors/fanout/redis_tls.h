/* TLS for a connection to Redis, where hiredis is 1.0 or newer and has its ssl library. The
 * server's certificate must be signed by one that this system trusts (SSL_CERT_FILE names others)
 * and be made out to the host of the URL. */
#ifndef ACTORS_FANOUT_REDIS_TLS_H
#define ACTORS_FANOUT_REDIS_TLS_H

#include <hiredis.h>
#include <stdbool.h>
#include <stddef.h>

/* NULL, or a sentence why rediss:// is not to be had. */
const char *redis_tls_lacks(void);
/* On a connected context, before anything is said. False: redis->errstr says why. */
bool redis_tls_begin(struct redisContext *redis, const char *host);
/* What TLS found wrong last in this thread; NULL: nothing. */
const char *redis_tls_fault(void);

#endif
