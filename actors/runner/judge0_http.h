/* One slot's connection to a Judge0: a request at a time, kept alive between them, on libcurl's
 * multi interface so that the slot hears its port while it waits. Bounded in time and in bytes;
 * follows no redirection; never logs the token. One thread uses it. */
#ifndef RUNNER_JUDGE0_HTTP_H
#define RUNNER_JUDGE0_HTTP_H

#include "actors/runner/driver.h"

struct judge0_http;

/* `url`: the server's, without a slash at its end; `token`: for X-Auth-Token, "" for none. NULL: no
 * memory or no libcurl. Copies both. */
struct judge0_http *judge0_http_new(const char *url, const char *token);
void judge0_http_destroy(struct judge0_http **self_p);

enum judge0_http_end {
    JUDGE0_HTTP_ANSWERED, /* `status` and `answer` are there, whatever they are */
    JUDGE0_HTTP_FAILED,   /* no answer, or not to its end: `why`; it may have been done all the same
                           */
    JUDGE0_HTTP_TOO_LONG, /* the answer went past `answer_max`, and was cut off there */
    JUDGE0_HTTP_CANCELLED, /* watch->go_on said no */
};

struct judge0_request {
    const char *path;  /* behind the server's URL: "/languages" */
    struct slice body; /* data NULL: GET; else POST of JSON; borrowed */
    size_t answer_max; /* bytes of the answer */
    int64_t limit_ms;  /* for all of it */
};

struct judge0_answer {
    long status;        /* HTTP's */
    struct buffer body; /* buffer_init first, buffer_fini last; cleared for each request */
    char why[160];      /* of FAILED, for the log */
};

enum judge0_http_end judge0_http_run(struct judge0_http *self, const struct judge0_request *request,
                                     const struct watch *watch, struct judge0_answer *answer);

/* Waits; returns early when `hinted` (NULL: never) says so after something was heard. False:
 * cancelled. */
bool judge0_http_wait(struct judge0_http *self, int64_t wait_ms, const struct watch *watch,
                      bool (*hinted)(void *context), void *context);

#endif
