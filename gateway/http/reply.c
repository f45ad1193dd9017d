/* The head is composed here and not by libwebsockets: one buffer, one write, and its H1 role passes
 * on what it is given. */
#include "gateway/http/reply.h"

#include <time.h>

#include "actors/runtime/clock.h"
#include "actors/runtime/log.h"
#include "actors/runtime/stats.h"
#include "gateway/http/gzip.h"
#include "gateway/http/problem.h"
#include "proto/check.h"

#define SEND_LIMIT_S 30          /* for the client to take an answer */
#define SCRATCH_KEPT (64 * 1024) /* what stays allocated between answers */

static const char *s_reason(uint16_t status)
{
    switch (status) {
    case 200:
        return "OK";
    case 202:
        return "Accepted";
    case 204:
        return "No Content";
    case 302:
        return "Found";
    case 304:
        return "Not Modified";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 408:
        return "Request Timeout";
    case 409:
        return "Conflict";
    case 411:
        return "Length Required";
    case 413:
        return "Content Too Large";
    case 415:
        return "Unsupported Media Type";
    case 422:
        return "Unprocessable Content";
    case 429:
        return "Too Many Requests";
    case 431:
        return "Request Header Fields Too Large";
    case 503:
        return "Service Unavailable";
    case 504:
        return "Gateway Timeout";
    default:
        return "Internal Server Error";
    }
}

/* Made once a second. */
const char *reply_date(struct server *server)
{
    int64_t now_s = clock_now_ms() / 1000;
    if (now_s != server->date_s) {
        time_t seconds = (time_t)now_s;
        struct tm tm;
        gmtime_r(&seconds, &tm);
        strftime(server->date, sizeof server->date, "%a, %d %b %Y %H:%M:%S GMT", &tm);
        server->date_s = now_s;
    }
    return server->date;
}

/* All but those of cross-origin access. */
static void s_write_lines(struct request *request, const struct answer *answer, struct buffer *out)
{
    buffer_printf(out, "x-request-id: %s\r\n", request->id);
    if (answer->content_type)
        buffer_printf(out,
                      "content-type: %s\r\ncache-control: %s\r\n"
                      "x-content-type-options: nosniff\r\n",
                      answer->content_type, answer->cacheable ? answer->cacheable : "no-store");
    else if (answer->cacheable)
        buffer_printf(out, "cache-control: %s\r\n", answer->cacheable);
    if (answer->retry_after_s)
        buffer_printf(out, "retry-after: %u\r\n", answer->retry_after_s);
    if (answer->status == 401)
        buffer_append_text(out, "www-authenticate: Bearer\r\n");
    if (answer->allow && *answer->allow)
        buffer_printf(out, "allow: %s\r\n", answer->allow);
    buffer_append(out, answer->lines.data, answer->lines.length);
    if (request->closes)
        buffer_append_text(out, "connection: close\r\n");
}

void reply_write_lines(struct request *request, const struct answer *answer, struct buffer *out)
{
    s_write_lines(request, answer, out);
    cors_write(&request->server->cors, request->origin, out);
}

/* What is our fault, for the operator; all, for who looks for one. */
static void s_log(const struct request *request, uint16_t status)
{
    bool fault = status == 500 || status == 504;
    enum log_level level = fault ? LOG_LEVEL_WARN : LOG_LEVEL_DEBUG;
    char client[IP_TEXT_BYTES];
    if (!log_writes(level))
        return;
    ip_write(&request->client, client);
    log_line(level, "request", "id=%s client=%s user=%lld status=%u path=\"%.*s\"", request->id,
             client, (long long)request->user_id, status, (int)request->path.length,
             request->path.data);
}

static void s_write_head(struct request *request, const struct answer *answer, struct buffer *out)
{
    s_log(request, answer->status);
    buffer_printf(out, "HTTP/1.1 %u %s\r\ndate: %s\r\n", answer->status, s_reason(answer->status),
                  reply_date(request->server));
    if (answer->status != 204 && answer->status != 304)
        buffer_printf(out, "content-length: %zu\r\n", answer->body.length);
    if (answer->coding)
        buffer_printf(out, "content-encoding: %s\r\n", answer->coding);
    s_write_lines(request, answer, out);
}

/* Sends what is in `out` behind LWS_PRE and leaves the connection ready for its next request. The
 * request ends first: what comes after may already be the next one's. */
static int s_finish(struct request **request_p, struct buffer *out)
{
    struct request *request = *request_p;
    struct lws *wsi = request->wsi;
    bool closes = request->closes;
    check(!out->overflow);
    if (request->waits)
        lws_rx_flow_control(wsi, 1);
    request_end(request_p);

    lws_set_timeout(wsi, PENDING_TIMEOUT_HTTP_CONTENT, SEND_LIMIT_S);
    size_t length = out->length - LWS_PRE;
    int sent = lws_write(wsi, (unsigned char *)out->data + LWS_PRE, length, LWS_WRITE_HTTP_HEADERS);
    if (out->capacity > SCRATCH_KEPT)
        buffer_fini(out);
    if (sent < 0 || (size_t)sent < length || closes)
        return -1;
    return lws_http_transaction_completed(wsi) ? -1 : 0;
}

static struct buffer *s_scratch(struct request *request)
{
    struct buffer *out = &request->server->scratch;
    static const char room[LWS_PRE];
    buffer_clear(out);
    buffer_append(out, room, sizeof room);
    return out;
}

/* The body in gzip, where it pays and the client takes it; else as it is. `zipped` holds it. */
static struct answer s_encode(const struct request *request, const struct answer *answer,
                              struct buffer *zipped)
{
    struct answer encoded = *answer;
    if (!request->gzip || !gzip_write(answer->body, zipped))
        return encoded;
    encoded.body = buffer_slice(zipped);
    encoded.coding = "gzip";
    return encoded;
}

int reply_send(struct request **request_p, const struct answer *answer)
{
    struct request *request = *request_p;
    struct buffer *out = s_scratch(request), zipped;
    struct answer encoded = *answer;
    bool pays = gzip_pays(answer->content_type, answer->body.length);
    buffer_init(&zipped, GZIP_MAX_BYTES);
    if (pays)
        encoded = s_encode(request, answer, &zipped);
    s_write_head(request, &encoded, out);
    cors_write(&request->server->cors, request->origin, out);
    if (pays)
        buffer_append_text(out, "vary: Accept-Encoding\r\n");
    buffer_append_text(out, "\r\n");
    if (request->method != METHOD_HEAD)
        buffer_append(out, encoded.body.data, encoded.body.length);
    buffer_fini(&zipped);
    return s_finish(request_p, out);
}

static int s_refuse(struct request **request_p, enum refusal refusal, struct slice detail,
                    const char *allow)
{
    struct buffer body;
    buffer_init(&body, 4096);
    struct problem problem =
        problem_write(refusal_row((uint16_t)refusal), detail, (*request_p)->problems, 0, &body);
    struct answer answer = {.status = problem.status,
                            .retry_after_s = problem.retry_after_s,
                            .content_type = problem.content_type,
                            .allow = allow,
                            .body = buffer_slice(&body)};
    if (problem.status == 503)
        stats_add(STAT_http_refused_busy, 1);
    int result = reply_send(request_p, &answer);
    buffer_fini(&body);
    return result;
}

int reply_refuse(struct request **request_p, enum refusal refusal, struct slice detail)
{
    return s_refuse(request_p, refusal, detail, NULL);
}

int reply_wrong_method(struct request **request_p, const char *allow)
{
    return s_refuse(request_p, REFUSED_WRONG_METHOD, slice_of(""), allow);
}

int reply_preflight(struct request **request_p, const char *allow)
{
    struct request *request = *request_p;
    struct answer answer = {.status = 204, .allow = allow};
    struct buffer *out = s_scratch(request);
    s_write_head(request, &answer, out);
    cors_write_preflight(&request->server->cors, request->origin,
                         request_custom_header(request, "access-control-request-method:"),
                         request_header(request, WSI_TOKEN_HTTP_AC_REQUEST_HEADERS), out);
    buffer_append_text(out, "\r\n");
    return s_finish(request_p, out);
}
