/* Built where hiredis has no TLS. */
#include "actors/fanout/redis_tls.h"
#include "proto/check.h"

const char *redis_tls_lacks(void)
{
    return "rediss:// needs hiredis 1.0 or newer with its ssl library, and this program was built "
           "without; use redis:// in a network of your own, or a TLS tunnel";
}

bool redis_tls_begin(struct redisContext *redis, const char *host)
{
    (void)redis;
    (void)host;
    check(false); /* rediss:// is refused at the start */
    return false;
}

const char *redis_tls_fault(void)
{
    return NULL;
}
