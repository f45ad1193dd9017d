/* One HTTP request: what libwebsockets has of it, copied and bounded, until it is answered. */
#ifndef GATEWAY_HTTP_REQUEST_H
#define GATEWAY_HTTP_REQUEST_H

#include <jansson.h>

#include "gateway/http/chunks.h"
#include "gateway/http/router.h"
#include "gateway/server.h"

struct login;
struct readiness;

#define REQUEST_ID_MAX_BYTES 64
#define REQUEST_HEADERS_MAX_BYTES (12 * 1024) /* of all that we look at together; more is 431 */
#define REQUEST_FORM_MAX_BYTES (64 * 1024)    /* a body that is not code */
#define PASSED_MAX_BYTES (32 * 1024 * 1024)   /* a body that is read and not kept */

struct request {
    struct waiter waiter;              /* first member: waits for an actor */
    struct server *server;             /* borrowed */
    struct lws *wsi;                   /* borrowed; the connection */
    struct request **owner;            /* where the connection keeps us; NULL when it is gone */
    struct pending_handle handle;      /* of the question that is open; slot 0: none */
    struct readiness *readiness;       /* borrowed; of /readyz, while its probes are out */
    struct login *login;               /* in the arena; of a login by a provider */
    struct ip client;                  /* who asks, as far as we believe proxies */
    enum http_method method;           /* its method */
    const struct route *route;         /* its row, once found */
    struct params params;              /* from path, query and body */
    struct arguments arguments;        /* of the route */
    int64_t user_id;                   /* who asks; 0: nobody in particular */
    uint64_t trace;                    /* ours for it, in envelopes and logs */
    struct arena arena;                /* owned; holds the texts below */
    struct slice path;                 /* decoded */
    struct slice origin;               /* Origin; empty without */
    struct slice authorization;        /* Authorization; empty without */
    struct slice content_type;         /* Content-Type; empty without */
    struct buffer body;                /* owned; what came of it */
    int64_t body_until_ms;             /* not waited for any longer, once it is */
    size_t body_length;                /* what will come; 0 when it comes in chunks */
    struct chunks chunks;              /* how far they are read */
    json_t *document;                  /* owned; a JSON body, which the arguments point into */
    char id[REQUEST_ID_MAX_BYTES + 1]; /* X-Request-Id: the client's, or our trace */
    bool waits;        /* for actors; nothing is read from its connection meanwhile */
    bool gzip;         /* it takes answers in gzip */
    bool problems;     /* refusals as RFC 9457 documents */
    bool closes;       /* the connection ends with the answer */
    bool http_1_0;     /* and it knows no chunks */
    bool expects_body; /* libwebsockets will read one, or try to without a length */
    bool chunked;      /* it comes in chunks */
    bool body_ended;   /* it has */
    bool asked;        /* its body is read, or there is none; the answer is on its way */
};

/* Copies what LWS_CALLBACK_HTTP offers. *fault is NOT_REFUSED, or why it can't be taken as a
 * request; the answer to such a one closes the connection. Never NULL. */
struct request *request_new(struct server *server, struct lws *wsi, struct slice path,
                            enum refusal *fault);
void request_destroy(struct request **self_p);
/* It is answered, or the answer has become another's: takes it from its connection, and destroys
 * it. */
void request_end(struct request **self_p);

/* Adds the query's parameters; false when there are too many. */
bool request_take_query(struct request *self);

/* Who asks: who is connected, or behind trusted proxies whom they name. */
struct ip request_client(const struct server *server, struct lws *wsi);
/* Whether browsers find us by https: as configured, or as this one's connection tells, or a trusted
 * proxy. */
bool request_secure(struct request *self);
/* Appends where browsers find us, without a slash at the end: the configured address, or else what
 * this one asked for. */
void request_base(struct request *self, struct buffer *out);

/* How long the body of its route may be. */
size_t request_body_limit(const struct request *self);
/* Whether its body has still to come. */
bool request_awaits_body(const struct request *self);
/* A piece of the body, which is body_length long. */
void request_add_body(struct request *self, struct slice piece);
/* A piece of one in chunks, which may be as long as `limit`. */
enum chunks_found request_add_chunks(struct request *self, struct slice piece, size_t limit);

/* The value of a header that is not kept, in memory of the request; empty when absent. */
struct slice request_header(struct request *self, enum lws_token_indexes token);
/* One that libwebsockets has no token for: "x-request-id:", in lower case and with the colon. */
struct slice request_custom_header(struct request *self, const char *name);

#endif
