/* Reading a request out of libwebsockets 4.1, and the traps of that (libraries.md, section 1):
 * bodies without a length never end, of two lengths the first wins and the second body would be
 * parsed as a request, so everything about lengths that is not plain ends the connection. */
#include "gateway/http/request.h"

#include <inttypes.h>
#include <stdlib.h>
#include <strings.h>

#include "actors/runtime/stats.h"
#include "gateway/http/media.h"
#include "proto/check.h"

#define FORWARDED_MAX_BYTES 1024 /* of X-Forwarded-For; a longer one is not read */
#define BODY_FOR_TEXT(limit) ((size_t)(limit)*6 + 16 * 1024) /* \u00e9 may stand for each byte */

struct slice request_header(struct request *self, enum lws_token_indexes token)
{
    int length = lws_hdr_total_length(self->wsi, token);
    if (length <= 0)
        return slice_of("");
    char *text = arena_take(&self->arena, (size_t)length + 1);
    if (lws_hdr_copy(self->wsi, text, length + 1, token) < 0)
        return slice_of("");
    return slice_from(text, (size_t)length);
}

struct slice request_custom_header(struct request *self, const char *name)
{
    int name_length = (int)strlen(name);
    int length = lws_hdr_custom_length(self->wsi, name, name_length);
    if (length <= 0)
        return slice_of("");
    char *text = arena_take(&self->arena, (size_t)length + 1);
    if (lws_hdr_custom_copy(self->wsi, text, length + 1, name, name_length) < 0)
        return slice_of("");
    return slice_from(text, (size_t)length);
}

static enum http_method s_method(struct lws *wsi)
{
    static const enum http_method methods[] = {METHOD_GET,   METHOD_POST,  METHOD_OPTIONS,
                                               METHOD_PUT,   METHOD_PATCH, METHOD_DELETE,
                                               METHOD_OTHER, METHOD_HEAD};
    char *uri;
    int length, method = lws_http_get_uri_and_method(wsi, &uri, &length);
    return method >= 0 && method < (int)(sizeof methods / sizeof *methods) ? methods[method]
                                                                           : METHOD_OTHER;
}

/* The client's own id when it is a plain word, so that both sides' logs name the same. */
static void s_take_id(struct request *self)
{
    struct slice id = request_custom_header(self, "x-request-id:");
    bool plain = id.length && id.length <= REQUEST_ID_MAX_BYTES;
    for (size_t i = 0; plain && i < id.length; i++)
        plain = id.data[i] > ' ' && id.data[i] < 0x7f;
    if (plain)
        memcpy(self->id, id.data, id.length);
    else
        snprintf(self->id, sizeof self->id, "%016" PRIx64, self->trace);
}

bool request_take_query(struct request *self)
{
    for (int i = 0;; i++) {
        int length = lws_hdr_fragment_length(self->wsi, WSI_TOKEN_HTTP_URI_ARGS, i);
        if (length < 0 || (length == 0 && i == 0))
            return true;
        char *text = arena_take(&self->arena, (size_t)length + 1);
        if (lws_hdr_copy_fragment(self->wsi, text, length + 1, WSI_TOKEN_HTTP_URI_ARGS, i) < 0)
            return true;
        if (!params_add_fragment(&self->params, slice_from(text, (size_t)length)))
            return false;
    }
}

struct ip request_client(const struct server *server, struct lws *wsi)
{
    const struct peer *peer = lws_get_opaque_user_data(wsi);
    char text[FORWARDED_MAX_BYTES];
    if (!peer)
        return (struct ip){0};
    if (!peer->proxy)
        return peer->address;
    int length = lws_hdr_copy(wsi, text, sizeof text, WSI_TOKEN_X_FORWARDED_FOR);
    return networks_client(&server->proxies, &peer->address,
                           slice_from(text, length > 0 ? (size_t)length : 0));
}

bool request_secure(struct request *self)
{
    const char *configured = self->server->config->public_url;
    const struct peer *peer = lws_get_opaque_user_data(self->wsi);
    if (*configured)
        return strncasecmp(configured, "https:", 6) == 0;
    struct slice told = slice_of("");
    if (peer && peer->proxy)
        told = request_custom_header(self, "x-forwarded-proto:");
    return told.length ? slice_is(told, "https") : lws_is_ssl(self->wsi);
}

void request_base(struct request *self, struct buffer *out)
{
    const char *configured = self->server->config->public_url;
    size_t length = strlen(configured);
    if (length) {
        buffer_append(out, configured, length - (configured[length - 1] == '/'));
        return;
    }
    const struct peer *peer = lws_get_opaque_user_data(self->wsi);
    struct slice host = request_header(self, WSI_TOKEN_HOST);
    if (peer && peer->proxy) {
        struct slice told = request_custom_header(self, "x-forwarded-host:");
        host = told.length ? told : host;
    }
    buffer_append_text(out, request_secure(self) ? "https://" : "http://");
    for (size_t i = 0; i < host.length; i++) /* what is no host can't become more than one */
        buffer_append_char(out, strchr("/\\?#@, \"", host.data[i]) ? '_' : host.data[i]);
}

/* Digits and nothing else, at most ten of them. */
static bool s_length(struct slice text, size_t *length)
{
    if (!text.length || text.length > 10)
        return false;
    *length = 0;
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        *length = *length * 10 + (size_t)(text.data[i] - '0');
    }
    return true;
}

static enum refusal s_take_length(struct request *self)
{
    bool may =
        self->method == METHOD_POST || self->method == METHOD_PUT || self->method == METHOD_PATCH;
    struct slice coding = request_header(self, WSI_TOKEN_HTTP_TRANSFER_ENCODING);
    struct slice text = request_header(self, WSI_TOKEN_HTTP_CONTENT_LENGTH);
    self->chunked = coding.length == 7 && strncasecmp(coding.data, "chunked", 7) == 0;
    if (coding.length && (!self->chunked || !may || text.length || self->http_1_0))
        return REFUSED_LENGTH_REQUIRED;
    if (text.length && !s_length(text, &self->body_length))
        return REFUSED_BAD_REQUEST;
    /* No length is no body (RFC 9112, 6.3), or one in chunks, but libwebsockets would wait for all
     * that ever comes: after the answer the connection can't be used again. */
    bool endless = may && !text.length;
    self->closes = self->closes || endless;
    self->expects_body = self->body_length || endless;
    return NOT_REFUSED;
}

static size_t s_headers_length(struct lws *wsi)
{
    size_t sum = 0;
    for (int token = 0; token < WSI_TOKEN_COUNT; token++) {
        int length = lws_hdr_total_length(wsi, (enum lws_token_indexes)token);
        sum += length > 0 ? (size_t)length : 0;
    }
    return sum;
}

static enum refusal s_take(struct request *self)
{
    if (s_headers_length(self->wsi) > REQUEST_HEADERS_MAX_BYTES)
        return REFUSED_HEADERS_TOO_LARGE;
    self->origin = request_header(self, WSI_TOKEN_ORIGIN);
    self->authorization = request_header(self, WSI_TOKEN_HTTP_AUTHORIZATION);
    self->content_type = request_header(self, WSI_TOKEN_HTTP_CONTENT_TYPE);
    self->gzip = media_takes_coding(request_header(self, WSI_TOKEN_HTTP_ACCEPT_ENCODING), "gzip");
    self->problems = media_prefers_problem(request_header(self, WSI_TOKEN_HTTP_ACCEPT));
    struct slice connection = request_header(self, WSI_TOKEN_CONNECTION);
    struct slice version = request_header(self, WSI_TOKEN_HTTP);
    self->http_1_0 = slice_is(version, "HTTP/1.0");
    self->closes = slice_is(connection, "close") || self->http_1_0;
    return s_take_length(self);
}

struct request *request_new(struct server *server, struct lws *wsi, struct slice path,
                            enum refusal *fault)
{
    struct request *self = calloc(1, sizeof *self);
    check(self);
    self->server = server;
    self->wsi = wsi;
    self->trace = server->boot + ++server->request_number;
    self->method = s_method(wsi);
    self->client = request_client(server, wsi);
    char *text = arena_take(&self->arena, path.length + 1);
    memcpy(text, path.data, path.length);
    self->path = slice_from(text, path.length);
    s_take_id(self);
    *fault = s_take(self);
    if (*fault)
        self->closes = true;
    return self;
}

void request_destroy(struct request **self_p)
{
    struct request *self = *self_p;
    if (!self)
        return;
    json_decref(self->document);
    buffer_fini(&self->body);
    arena_fini(&self->arena);
    free(self);
    *self_p = NULL;
}

void request_end(struct request **self_p)
{
    struct server *server = (*self_p)->server;
    if ((*self_p)->owner)
        *(*self_p)->owner = NULL;
    stats_set(STAT_http_pending, --server->requests);
    request_destroy(self_p);
}

/* A body that nobody looks at: it is read, because the connection goes on behind it, and not kept.
 */
static bool s_lets_pass(const struct request *self)
{
    return self->route && self->route->method == METHOD_PUT && !self->chunked;
}

size_t request_body_limit(const struct request *self)
{
    if (s_lets_pass(self))
        return PASSED_MAX_BYTES;
    if (self->route->body != BODY_JSON)
        return REQUEST_FORM_MAX_BYTES;
    int64_t code_bytes = self->server->config->code_limit_bytes;
    bool runs = self->route->name == ROUTE_room_run;
    return BODY_FOR_TEXT(code_bytes + (runs ? RUN_INPUT_MAX_BYTES : 0));
}

bool request_awaits_body(const struct request *self)
{
    return (self->body_length || self->chunked) &&
           (self->method == METHOD_POST || self->method == METHOD_PUT);
}

enum chunks_found request_add_chunks(struct request *self, struct slice piece, size_t limit)
{
    if (!self->body.max_bytes)
        buffer_init(&self->body, limit);
    return chunks_read(&self->chunks, piece, &self->body);
}

void request_add_body(struct request *self, struct slice piece)
{
    if (s_lets_pass(self))
        return;
    if (!self->body.max_bytes)
        buffer_init(&self->body, self->body_length); /* which is within the limit */
    buffer_append(&self->body, piece.data, piece.length);
}
