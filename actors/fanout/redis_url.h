/* redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE], taken apart. rediss:// is the same over TLS.
 * Pure. Whatever is told about a URL leaves user and password out: they are secrets. */
#ifndef ACTORS_FANOUT_REDIS_URL_H
#define ACTORS_FANOUT_REDIS_URL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REDIS_URL_PART_BYTES 256
#define REDIS_DEFAULT_PORT 6379

struct redis_url {
    char host[REDIS_URL_PART_BYTES];     /* a name or an address, without brackets */
    uint16_t port;                       /* REDIS_DEFAULT_PORT unless given */
    char user[REDIS_URL_PART_BYTES];     /* of the ACL; "" for the default user */
    char password[REDIS_URL_PART_BYTES]; /* "": none is sent */
    uint32_t database;                   /* pub/sub knows none, but that it is there is checked */
    bool tls;                            /* rediss:// */
};

/* User and password may be percent-encoded. False: `error` says what is wrong, in one sentence. */
bool redis_url_parse(const char *text, struct redis_url *url, char *error, size_t error_size);

#endif
