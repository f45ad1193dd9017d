/* Answers of HTTP requests: head and body in one write, then the connection's next request. */
#ifndef GATEWAY_HTTP_REPLY_H
#define GATEWAY_HTTP_REPLY_H

#include "gateway/http/request.h"

struct answer {
    uint16_t status;          /* HTTP */
    uint16_t retry_after_s;   /* for Retry-After; 0: none */
    const char *content_type; /* static; NULL: no body */
    const char *coding;       /* Content-Encoding; NULL: none. For reply_send to set */
    const char *cacheable;    /* for Cache-Control; NULL: no-store */
    const char *allow;        /* for Allow; NULL: none */
    struct slice lines;       /* more header lines, each with its CRLF; borrowed */
    struct slice body;        /* borrowed */
};

/* Each sends the answer and ends the request: *request_p is NULL afterwards. What they return is
 * what a callback of libwebsockets has to return: -1 closes the connection. Outside of a callback
 * of that connection the caller then calls server_close. */
int reply_send(struct request **request_p, const struct answer *answer);
/* `detail` says more than the refusal's text; empty for none. */
int reply_refuse(struct request **request_p, enum refusal refusal, struct slice detail);
/* A path that is there, with another method. */
int reply_wrong_method(struct request **request_p, const char *allow);
/* For answers whose head goes before their body: appends all header lines but the date and the
 * length, those of cross-origin access among them. */
void reply_write_lines(struct request *request, const struct answer *answer, struct buffer *out);
/* "Mon, 23 Nov 2026 11:07:46 GMT": now. */
const char *reply_date(struct server *server);
/* OPTIONS. */
int reply_preflight(struct request **request_p, const char *allow);

#endif
