/* One function per place; what is refused here is refused as the protocol says. */
#include "gateway/sockjs/sockjs.h"

#include <inttypes.h>

#include "actors/runtime/clock.h"
#include "gateway/http/exchange.h"
#include "gateway/http/media.h"
#include "gateway/http/reply.h"
#include "gateway/sockjs/framing.h"
#include "gateway/sockjs/iframe.h"
#include "gateway/sockjs/inbox.h"
#include "gateway/sockjs/session.h"
#include "proto/check.h"

#define LINES_MAX_BYTES (REQUEST_HEADERS_MAX_BYTES + 1024) /* headers that are echoed, and ours */
#define COOKIE_MAX_BYTES 256                               /* JSESSIONID's value */

static const char s_text[] = "text/plain; charset=UTF-8";
static const char s_never[] = "no-store, no-cache, must-revalidate, max-age=0";

static const struct slice s_nothing = {"", 0};

/* ---- answers -------------------------------------------------------------------------------- */

static int s_answer(struct request **request_p, uint16_t status, const char *content_type,
                    struct slice lines, struct slice body)
{
    struct answer answer = {.status = status,
                            .content_type = content_type,
                            .cacheable = s_never,
                            .lines = lines,
                            .body = body};
    return reply_send(request_p, &answer);
}

static int s_complain(struct request **request_p, uint16_t status, const char *sentence)
{
    return s_answer(request_p, status, s_text, s_nothing, slice_of(sentence));
}

/* 405 without a body or its type. */
static int s_wrong_method(struct request **request_p, const char *allow)
{
    struct answer answer = {.status = 405, .allow = allow};
    return reply_send(request_p, &answer);
}

static void s_write_allowed_headers(struct request *request, struct buffer *lines)
{
    struct slice headers = request_header(request, WSI_TOKEN_HTTP_AC_REQUEST_HEADERS);
    if (!cors_is_list(headers))
        return;
    buffer_append_text(lines, "access-control-allow-headers: ");
    buffer_append(lines, headers.data, headers.length);
    buffer_append_text(lines, "\r\n");
}

static int s_preflight(struct request **request_p, const char *methods)
{
    struct buffer lines;
    buffer_init(&lines, LINES_MAX_BYTES);
    iframe_write_expires(&lines);
    buffer_printf(&lines, "access-control-max-age: %d\r\naccess-control-allow-methods: %s\r\n",
                  IFRAME_YEAR_S, methods);
    s_write_allowed_headers(*request_p, &lines);
    struct answer answer = {
        .status = 204, .cacheable = IFRAME_CACHEABLE, .lines = buffer_slice(&lines)};
    int result = reply_send(request_p, &answer);
    buffer_fini(&lines);
    return result;
}

/* ---- info ------------------------------------------------------------------------ */

static int s_info(struct request **request_p)
{
    char body[160];
    bool cookie = (*request_p)->server->config->sockjs_cookie;
    int length = snprintf(body, sizeof body,
                          "{\"websocket\":true,\"origins\":[\"*:*\"],\"cookie_needed\":%s,"
                          "\"entropy\":%" PRIu32 "}",
                          cookie ? "true" : "false", (uint32_t)(clock_chance() >> 32));
    return s_answer(request_p, 200, "application/json; charset=UTF-8", s_nothing,
                    slice_from(body, (size_t)length));
}

/* A WebSocket's place, asked for without an upgrade that libwebsockets knows. */
static int s_no_upgrade(struct request **request_p)
{
    struct slice upgrade = request_header(*request_p, WSI_TOKEN_UPGRADE);
    return s_complain(request_p, 400,
                      upgrade.length ? "\"Connection\" must be \"Upgrade\".\n"
                                     : "Can \"Upgrade\" only to \"WebSocket\".\n");
}

/* ---- sessions ------------------------------------------------------------------------------- */

/* For load balancers that keep a client with its gateway by this cookie. */
static void s_write_cookie(struct request *request, struct buffer *lines)
{
    static const char name[] = "JSESSIONID=";
    if (!request->server->config->sockjs_cookie)
        return;
    struct slice cookies = request_header(request, WSI_TOKEN_HTTP_COOKIE);
    struct slice value = slice_of("dummy");
    const char *found =
        cookies.length ? memmem(cookies.data, cookies.length, name, sizeof name - 1) : NULL;
    if (found && (found == cookies.data || found[-1] == ' ' || found[-1] == ';')) {
        const char *start = found + sizeof name - 1, *end = cookies.data + cookies.length;
        const char *stop = memchr(start, ';', (size_t)(end - start));
        value = slice_from(start, (size_t)((stop ? stop : end) - start));
    }
    if (!value.length || value.length > COOKIE_MAX_BYTES)
        value = slice_of("dummy");
    /* Without SameSite=None browsers keep it from pages of other sites, and that needs Secure. */
    buffer_printf(lines, "set-cookie: JSESSIONID=%.*s; path=/%s\r\n", (int)value.length, value.data,
                  request_secure(request) ? "; SameSite=None; Secure" : "");
}

static void s_write_lines(struct request *request, struct buffer *lines)
{
    buffer_init(lines, LINES_MAX_BYTES);
    s_write_cookie(request, lines);
    s_write_allowed_headers(request, lines);
}

/* jsonp's and htmlfile's; false when it is answered. */
static bool s_take_callback(struct request **request_p, struct slice *callback, int *result)
{
    const struct param *param = params_find(&(*request_p)->params, "c");
    if (!param)
        param = params_find(&(*request_p)->params, "callback");
    if (!param || !param->value.length) {
        *result = s_complain(request_p, 500, "\"callback\" parameter required");
        return false;
    }
    *callback = param->value;
    if (framing_is_callback(*callback))
        return true;
    *result = s_complain(request_p, 500, "invalid \"callback\" parameter");
    return false;
}

static int s_receive(struct request **request_p, const struct place *place)
{
    struct request *request = *request_p;
    struct sessions *sessions = request->server->sessions;
    enum transport_name name = place->transport->name;
    struct slice callback = s_nothing;
    int result = 0;
    if ((name == TRANSPORT_jsonp || name == TRANSPORT_htmlfile) &&
        !s_take_callback(request_p, &callback, &result))
        return result;
    struct session *session = sessions_find(sessions, place->session);
    if (!session)
        session = sessions_add(sessions, place->session);
    if (!session)
        return reply_refuse(request_p, REFUSED_OVERLOADED, s_nothing);
    struct buffer lines;
    s_write_lines(request, &lines);
    struct answer answer = {.status = 200,
                            .content_type = place->transport->content_type,
                            .cacheable = s_never,
                            .lines = buffer_slice(&lines)};
    session_attach(session, request_p, place->transport, &answer, callback);
    buffer_fini(&lines);
    return 0;
}

/* The messages' text: the body, or the field d of a form. NULL data: it can't be read. */
static struct slice s_payload(struct request *request, const struct transport *transport)
{
    if (transport->name != TRANSPORT_jsonp_send ||
        !media_is(request->content_type, "application/x-www-form-urlencoded"))
        return request->body.length ? buffer_slice(&request->body) : s_nothing;
    request->params.count = 0; /* those of the query */
    if (!params_add_form(&request->params, request->body.data, request->body.length))
        return slice_from(NULL, 0);
    const struct param *param = params_find(&request->params, "d");
    if (!param)
        return s_nothing;
    return param->kind == PARAM_TEXT ? param->value : slice_from(NULL, 0);
}

static int s_send(struct request **request_p, const struct place *place)
{
    struct request *request = *request_p;
    struct slice text = s_payload(request, place->transport), message;
    struct inbox inbox;
    /* It points into the request's body. */
    enum inbox_found found =
        text.data ? inbox_open(&inbox, (char *)text.data, text.length) : INBOX_BROKEN;
    if (found == INBOX_EMPTY)
        return s_complain(request_p, 500, "Payload expected.");
    if (found == INBOX_BROKEN)
        return s_complain(request_p, 500, "Broken JSON encoding.");
    struct session *session = sessions_find(request->server->sessions, place->session);
    if (!session)
        return reply_refuse(request_p, REFUSED_NO_ROUTE, s_nothing);
    while (inbox_next(&inbox, &message))
        session_received(session, message);
    struct buffer lines;
    s_write_lines(request, &lines);
    bool form = place->transport->name == TRANSPORT_jsonp_send;
    int result = s_answer(request_p, form ? 200 : 204, place->transport->content_type,
                          buffer_slice(&lines), form ? slice_of("ok") : s_nothing);
    buffer_fini(&lines);
    return result;
}

/* ---- requests ------------------------------------------------------------------------------- */

static int s_dispatch(struct request **request_p, const struct place *place)
{
    (*request_p)->asked = true;
    switch (place->kind) {
    case PLACE_GREETING:
        return s_answer(request_p, 200, s_text, s_nothing, slice_of("Welcome to SockJS!\n"));
    case PLACE_INFO:
        return s_info(request_p);
    case PLACE_IFRAME:
        return iframe_page(request_p);
    case PLACE_SCRIPT:
        return iframe_send_script(request_p);
    case PLACE_RAW:
        return s_no_upgrade(request_p);
    default:
        break;
    }
    if (place->transport->does == DOES_SOCKET)
        return s_no_upgrade(request_p);
    if ((*request_p)->server->draining)
        return reply_refuse(request_p, REFUSED_OVERLOADED, s_nothing);
    if (!request_take_query(*request_p))
        return reply_refuse(request_p, REFUSED_BAD_REQUEST, s_nothing);
    if (place->transport->does == DOES_SEND)
        return s_send(request_p, place);
    return s_receive(request_p, place);
}

int sockjs_begin(struct request **request_p)
{
    struct request *request = *request_p;
    struct place place = place_read(request->path);
    if (place.kind == PLACE_NOWHERE)
        return reply_refuse(request_p, REFUSED_NO_ROUTE, s_nothing);
    bool post = place.kind == PLACE_SESSION && strcmp(place.transport->method, "POST") == 0;
    bool page = place.kind == PLACE_GREETING || place.kind == PLACE_INFO ||
                place.kind == PLACE_IFRAME || place.kind == PLACE_SCRIPT;
    const char *methods = post ? "OPTIONS, POST" : "OPTIONS, GET";
    if (request->method == METHOD_OPTIONS)
        return s_preflight(request_p, methods);
    if (request->method != (post ? METHOD_POST : METHOD_GET) &&
        !(page && request->method == METHOD_HEAD))
        return s_wrong_method(request_p, methods);
    if (post && request->body_length > SOCKJS_BODY_MAX_BYTES) {
        request->closes = true; /* what it would still send is not worth reading */
        return reply_refuse(request_p, REFUSED_TOO_LARGE, s_nothing);
    }
    if (post && request_awaits_body(request))
        return exchange_await_body(request_p);
    return s_dispatch(request_p, &place);
}

int sockjs_body_end(struct request **request_p)
{
    struct place place = place_read((*request_p)->path);
    return s_dispatch(request_p, &place);
}
