/* Clients' addresses: whose they are behind proxies (X-Forwarded-For), and networks by their
 * prefix. Pure. */
#ifndef GATEWAY_HTTP_IP_H
#define GATEWAY_HTTP_IP_H

#include <sys/socket.h>

#include "proto/bytes.h"

#define IP_TEXT_BYTES 46 /* the longest as text, with its NUL */
#define NETWORKS_MAX 64

struct ip {
    unsigned char bytes[16]; /* IPv6; IPv4 as ::ffff:a.b.c.d */
};

struct networks {
    struct {
        struct ip address; /* any in it */
        unsigned bits;     /* of its prefix, 0 … 128 */
    } items[NETWORKS_MAX]; /* the first `count` */
    size_t count;          /* how many */
};

/* Zeroes for what is no IP address. */
struct ip ip_of(const struct sockaddr *from);
/* "192.0.2.1", "192.0.2.1:80", "2001:db8::1", "[2001:db8::1]:80". */
bool ip_parse(struct ip *self, struct slice text);
void ip_write(const struct ip *self, char text[IP_TEXT_BYTES]);

/* Reads "10.0.0.0/8, 2001:db8::/32, 192.0.2.1". False: an entry is none, or there are too many. */
bool networks_init(struct networks *self, const char *list);
bool networks_have(const struct networks *self, const struct ip *address);
/* Who asks, when these are the proxies to be believed: `peer` is connected to us, `forwarded` is
 * X-Forwarded-For, to whose end each proxy adds whom it heard. The last that is no such proxy. */
struct ip networks_client(const struct networks *self, const struct ip *peer,
                          struct slice forwarded);

#endif
