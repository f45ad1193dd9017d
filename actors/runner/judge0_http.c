/* libcurl, with the slot's ears open. Knows HTTP and nothing of what Judge0 means by it. */
#include "actors/runner/judge0_http.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "actors/runtime/clock.h"
#include "actors/runtime/stats.h"
#include "proto/check.h"

#define LISTEN_MS 200 /* between two looks at what the slot must hear, at most */
#define CONNECT_LIMIT_MS 5000L

struct judge0_http {
    CURLM *multi;                   /* owned; keeps the connections */
    CURL *easy;                     /* owned; the one request */
    struct curl_slist *headers;     /* owned */
    char url[RUNNER_URL_MAX_BYTES]; /* the server's */
    char error[CURL_ERROR_SIZE];    /* curl's sentence */
    struct buffer *answer;          /* of the request under way; borrowed */
    bool too_long;                  /* it was cut off */
};

/* ---- making ------------------------------------------------------------------------------------
 */

static bool s_global_ok;

static void s_init_global(void)
{
    s_global_ok = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

static bool s_init_curl(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, s_init_global);
    return s_global_ok;
}

/* False: it is to be stopped. */
static size_t s_on_data(char *data, size_t size, size_t count, void *context)
{
    struct judge0_http *self = context;
    self->too_long = !buffer_append(self->answer, data, size * count);
    return self->too_long ? 0 : size * count;
}

static bool s_add_header(struct judge0_http *self, const char *line)
{
    struct curl_slist *more = curl_slist_append(self->headers, line);
    self->headers = more ? more : self->headers;
    return more;
}

static bool s_set_up(struct judge0_http *self, const char *token)
{
    char line[1024];
    bool ok = s_add_header(self, "Content-Type: application/json") &&
              s_add_header(self, "Accept: application/json") &&
              s_add_header(self, "Expect:"); /* a large body is sent without asking first */
    if (ok && *token) {
        snprintf(line, sizeof line, "X-Auth-Token: %s", token);
        ok = s_add_header(self, line);
    }
    curl_easy_setopt(self->easy, CURLOPT_HTTPHEADER, self->headers);
    curl_easy_setopt(self->easy, CURLOPT_USERAGENT, "codecomp/" CODECOMP_VERSION);
    curl_easy_setopt(self->easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(self->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(self->easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_LIMIT_MS);
    curl_easy_setopt(self->easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(self->easy, CURLOPT_ERRORBUFFER, self->error);
    curl_easy_setopt(self->easy, CURLOPT_WRITEFUNCTION, s_on_data);
    curl_easy_setopt(self->easy, CURLOPT_WRITEDATA, self);
    return ok;
}

struct judge0_http *judge0_http_new(const char *url, const char *token)
{
    if (!s_init_curl())
        return NULL;
    struct judge0_http *self = calloc(1, sizeof *self);
    check(self);
    snprintf(self->url, sizeof self->url, "%s", url);
    self->multi = curl_multi_init();
    self->easy = curl_easy_init();
    if (!self->multi || !self->easy || !s_set_up(self, token))
        judge0_http_destroy(&self);
    return self;
}

void judge0_http_destroy(struct judge0_http **self_p)
{
    struct judge0_http *self = *self_p;
    if (!self)
        return;
    curl_easy_cleanup(self->easy);
    curl_multi_cleanup(self->multi);
    curl_slist_free_all(self->headers);
    free(self);
    *self_p = NULL;
}

/* ---- waiting -----------------------------------------------------------------------------------
 */

/* Until curl, or what the slot must hear, or the time; at most LISTEN_MS. */
static void s_poll(struct judge0_http *self, int64_t wait_ms, const struct watch *watch)
{
    int fds[RUNNER_FDS_MAX];
    struct curl_waitfd extra[RUNNER_FDS_MAX];
    bool now = false;
    size_t count = watch->descriptors ? watch->descriptors(watch->context, fds, &now) : 0;
    for (size_t i = 0; i < count; i++)
        extra[i] = (struct curl_waitfd){.fd = fds[i], .events = CURL_WAIT_POLLIN};
    if (wait_ms > LISTEN_MS)
        wait_ms = LISTEN_MS;
    curl_multi_poll(self->multi, extra, (unsigned)count, now || wait_ms < 0 ? 0 : (int)wait_ms,
                    NULL);
}

bool judge0_http_wait(struct judge0_http *self, int64_t wait_ms, const struct watch *watch,
                      bool (*hinted)(void *context), void *context)
{
    int64_t until_us = clock_mono_us() + wait_ms * 1000;
    for (;;) {
        if (!watch->go_on(watch->context))
            return false;
        if (hinted && hinted(context))
            return true;
        int64_t left_us = until_us - clock_mono_us();
        if (left_us <= 0)
            return true;
        s_poll(self, (left_us + 999) / 1000, watch);
    }
}

/* ---- a request ---------------------------------------------------------------------------------
 */

static void s_prepare(struct judge0_http *self, const struct judge0_request *request)
{
    char url[8192];
    snprintf(url, sizeof url, "%s%s", self->url, request->path);
    curl_easy_setopt(self->easy, CURLOPT_URL, url); /* copied */
    curl_easy_setopt(self->easy, CURLOPT_TIMEOUT_MS, (long)request->limit_ms);
    if (request->body.data) {
        curl_easy_setopt(self->easy, CURLOPT_POST, 1L);
        curl_easy_setopt(self->easy, CURLOPT_POSTFIELDS, request->body.data); /* borrowed */
        curl_easy_setopt(self->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.length);
    } else
        curl_easy_setopt(self->easy, CURLOPT_HTTPGET, 1L);
    self->error[0] = '\0';
    self->too_long = false;
}

/* False: cancelled. *code: how it ended. */
static bool s_perform(struct judge0_http *self, const struct watch *watch, CURLcode *code)
{
    for (int running = 1, left;;) {
        CURLMcode result = curl_multi_perform(self->multi, &running);
        const CURLMsg *message = curl_multi_info_read(self->multi, &left);
        if (message && message->msg == CURLMSG_DONE) {
            *code = message->data.result;
            return true;
        }
        if (result != CURLM_OK || !running) {
            *code = CURLE_OUT_OF_MEMORY;
            return true;
        }
        s_poll(self, LISTEN_MS, watch);
        if (!watch->go_on(watch->context))
            return false;
    }
}

enum judge0_http_end judge0_http_run(struct judge0_http *self, const struct judge0_request *request,
                                     const struct watch *watch, struct judge0_answer *answer)
{
    CURLcode code = CURLE_OK;
    answer->status = 0;
    buffer_clear(&answer->body);
    answer->body.max_bytes = request->answer_max;
    self->answer = &answer->body;
    s_prepare(self, request);
    stats_add(STAT_judge0_requests, 1);
    curl_multi_add_handle(self->multi, self->easy);
    bool ended = s_perform(self, watch, &code);
    curl_multi_remove_handle(self->multi, self->easy);
    if (!ended)
        return JUDGE0_HTTP_CANCELLED;
    if (self->too_long)
        return JUDGE0_HTTP_TOO_LONG;
    if (code != CURLE_OK) {
        snprintf(answer->why, sizeof answer->why, "%s",
                 self->error[0] ? self->error : curl_easy_strerror(code));
        return JUDGE0_HTTP_FAILED;
    }
    curl_easy_getinfo(self->easy, CURLINFO_RESPONSE_CODE, &answer->status);
    return JUDGE0_HTTP_ANSWERED;
}
