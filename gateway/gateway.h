/* The gateway: HTTP and STOMP over WebSocket for browsers, messages for actors. One thread of its
 * own, which these functions talk to; call them from one other thread.
 *
 *   gateway_new      binds the address, starts the thread; connections are not taken yet
 *   gateway_listen   takes connections
 *   gateway_reload   connections from now on get the certificate that is in its file now
 *   gateway_drain    no new connections and no new commands; answers what is open, flushes what is
 *                    pushed, closes sockets with 1001; returns when that is done or the time is up
 *   gateway_destroy  stops the thread at once */
#ifndef GATEWAY_GATEWAY_H
#define GATEWAY_GATEWAY_H

#include "actors/auth/provider.h"
#include "actors/runtime/topology.h"
#include "proto/bytes.h"

struct gateway_config {
    const struct topology *topology; /* borrowed, outlives the gateway */
    const char *listen;              /* "127.0.0.1:8081", "[::1]:8081"; port 0: any free one */
    const char *cors_origins;        /* "https://a.example,…" or "*"; borrowed */
    struct slice secret;             /* signs tokens; copied */
    struct slice previous_secret;    /* still verifies them; may be empty; copied */
    const char *public_url;          /* where browsers find us; "": by the host they ask for */
    const char *frontend;            /* where a login goes on to; borrowed */
    const struct provider_config *provider; /* of logins; NULL: none; borrowed */
    const char *redirect_uri;      /* where the provider sends browsers back to; "": made */
    const char *trusted_proxies;   /* whose X-Forwarded-* are believed; "": nobody's; borrowed */
    const char *tls_cert;          /* PEM file; "": no TLS; borrowed */
    const char *tls_key;           /* PEM file of its key; borrowed */
    int64_t address_connections;   /* that one address may have; 0: any */
    int64_t address_requests;      /* that it may make in a second; 0: any */
    bool dev_login;                /* POST /auth/login is there */
    int64_t code_limit_bytes;      /* of a submission */
    int64_t sockjs_response_bytes; /* after which a SockJS stream begins anew */
    bool sockjs_cookie;            /* load balancers need SockJS' JSESSIONID */
    const char *sockjs_client;     /* script of its page for iframes; "": ours; borrowed */
    bool no_stream;                /* fan-out's stream does not get here: events do */
    const char *events;            /* address of the events edge's stream; NULL: there is none */
};

struct gateway;

/* NULL: `error` says what is wrong and with which option. */
struct gateway *gateway_new(const struct gateway_config *config, char *error, size_t error_size);
/* The port that is bound, of interest when 0 was asked for. */
uint16_t gateway_port(const struct gateway *self);
void gateway_listen(struct gateway *self);
void gateway_reload(struct gateway *self);
/* False: the time was up before everybody had read what was sent. */
bool gateway_drain(struct gateway *self, int64_t limit_ms);
void gateway_destroy(struct gateway **self_p);

#endif
