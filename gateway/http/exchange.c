/* The order of what is looked at: what can't be taken as a request at all; OPTIONS; who asks,
 * before anything is told about what is there; the route; whether we are stopping; the body; the
 * parameters; and only then the actors. */
#include "gateway/http/exchange.h"

#include <stdlib.h>
#include <strings.h>

#include "actors/runtime/clock.h"
#include "actors/runtime/log.h"
#include "actors/runtime/stats.h"
#include "gateway/bridge.h"
#include "gateway/documents/documents.h"
#include "gateway/http/body.h"
#include "gateway/http/media.h"
#include "gateway/http/reply.h"
#include "gateway/login.h"
#include "gateway/routes/routes.h"
#include "gateway/sockjs/sockjs.h"
#include "gateway/sockjs/transport.h"
#include "proto/check.h"

#define ANSWER_MAX_BYTES (256 * 1024 * 1024) /* of an answer's body; no message gives more */
#define BODY_PIECE_LIMIT_MS 10000            /* from one piece of a body to the next */
#define BODY_LIMIT_MS 20000                  /* for all of it, and for each byte that comes … */
#define BODY_BYTE_MS 1                       /* … so much more */
#define PROBE_LIMIT_MS 1500                  /* for an actor to say that it is ready */

static const struct slice s_no_detail = {"", 0};

/* ---- answers that come later ----------------------------------------------------------------- */

/* Outside of the connection's own callbacks. */
static void s_end(struct lws *wsi, int result)
{
    if (result < 0)
        server_close(wsi);
}

/* The answer takes a while. Until then nothing is read: libwebsockets would turn in circles on what
 * a client sends ahead, or on its going away. */
int exchange_wait(struct request *request)
{
    request->waits = true;
    lws_rx_flow_control(request->wsi, 0);
    return 0;
}

static int s_answer(struct request **request_p, uint16_t id, const void *message)
{
    struct buffer body;
    buffer_init(&body, ANSWER_MAX_BYTES);
    struct answer answer = route_answer(*request_p, id, message, &body);
    int result;
    if (answer.status && !body.overflow) {
        result = reply_send(request_p, &answer);
    } else {
        log_error("unexpected-answer", "route=%s message=%s", (*request_p)->route->path,
                  message_name(id));
        result = reply_refuse(request_p, REFUSED_FAILED, s_no_detail);
    }
    buffer_fini(&body);
    return result;
}

static void s_on_answer(struct server *server, struct waiter *waiter, uint16_t id,
                        const void *message)
{
    (void)server;
    struct request *request = (struct request *)waiter;
    struct lws *wsi = request->wsi;
    const struct msg_refused *refused = message;
    s_end(wsi, id == MSG_refused
                   ? reply_refuse(&request, (enum refusal)refused->refusal, refused->detail)
                   : s_answer(&request, id, message));
}

static void s_on_deadline(struct server *server, struct waiter *waiter)
{
    (void)server;
    struct request *request = (struct request *)waiter;
    struct lws *wsi = request->wsi;
    stats_add(STAT_http_deadlines, 1);
    s_end(wsi, reply_refuse(&request, REFUSED_DEADLINE, s_no_detail));
}

static const struct waiter_class s_request_class = {s_on_answer, s_on_deadline};

/* ---- whether the caller is there --------------------------------------------------------------
 */

static void s_on_user(struct server *server, struct waiter *waiter, uint16_t id,
                      const void *message)
{
    struct request *request = (struct request *)waiter;
    struct lws *wsi = request->wsi;
    if (id == MSG_user) {
        users_learn(&server->users, request->user_id, clock_now_ms());
        request->waiter.class = &s_request_class;
        if (!route_ask(request))
            s_end(wsi, reply_refuse(&request, REFUSED_OVERLOADED, s_no_detail));
        return;
    }
    enum refusal refusal = REFUSED_FAILED;
    if (id == MSG_refused)
        refusal = (enum refusal)((const struct msg_refused *)message)->refusal;
    if (refusal == REFUSED_USER_NOT_FOUND)
        refusal = REFUSED_INVALID_TOKEN;
    s_end(wsi, reply_refuse(&request, refusal, s_no_detail));
}

static const struct waiter_class s_user_class = {s_on_user, s_on_deadline};

/* A token outlives its user: the first time, auth is asked. */
static bool s_ask_user(struct request *request)
{
    struct question_to to = {.actor = ACTOR_auth,
                             .key = request->user_id,
                             .user_id = request->user_id,
                             .trace = request->trace,
                             .limit_ms = request->route->limit_ms};
    struct msg_user_get get = {request->user_id};
    request->waiter.class = &s_user_class;
    request->handle =
        bridge_ask(request->server->bridge, &to, MSG_user_get, &get, &request->waiter);
    return request->handle.slot != 0;
}

static bool s_ask(struct request *request)
{
    if (request->user_id && !users_know(&request->server->users, request->user_id, clock_now_ms()))
        return s_ask_user(request);
    return route_ask(request);
}

/* ---- what the gateway answers itself --------------------------------------------------------- */

static int s_healthz(struct request **request_p)
{
    struct answer answer = {
        .status = 200, .content_type = "application/json", .body = slice_of("{\"status\":\"UP\"}")};
    return reply_send(request_p, &answer);
}

static int s_metrics(struct request **request_p)
{
    struct buffer body;
    buffer_init(&body, 256 * 1024);
    stats_print(&body);
    struct answer answer = {
        .status = 200, .content_type = "text/plain;version=0.0.4", .body = buffer_slice(&body)};
    int result = reply_send(request_p, &answer);
    buffer_fini(&body);
    return result;
}

/* /readyz asks every actor. The request waits without a question of its own: each probe holds it,
 * and the last one, or the first bad one, answers it. */
struct probe {
    struct waiter waiter;     /* first member */
    struct readiness *common; /* shared by the probes of one request */
    enum actor_kind actor;    /* who is asked */
};

struct readiness {
    struct request *request; /* NULL once it is answered, or its connection gone */
    uint32_t open;           /* probes that are out; the last one frees this */
    uint32_t judges;         /* those that may still be ready … */
    bool judged;             /* … or one is: several share a queue, and one of them will do */
};

static void s_on_probed(struct readiness *common, enum actor_kind actor, bool ready)
{
    struct request *request = common->request;
    if (actor == ACTOR_judge) {
        common->judges--;
        common->judged |= ready;
        ready = common->judged || common->judges;
    }
    bool last = --common->open == 0;
    if (request && (last || !ready)) {
        struct lws *wsi = request->wsi;
        common->request = NULL;
        request->readiness = NULL;
        s_end(wsi, ready ? s_healthz(&request)
                         : reply_refuse(&request, REFUSED_OVERLOADED, s_no_detail));
    }
    if (last)
        free(common);
}

static void s_on_probe_answer(struct server *server, struct waiter *waiter, uint16_t id,
                              const void *message)
{
    (void)server;
    (void)message;
    struct probe probe = *(struct probe *)waiter;
    free(waiter);
    s_on_probed(probe.common, probe.actor, id == MSG_done);
}

static void s_on_probe_deadline(struct server *server, struct waiter *waiter)
{
    (void)server;
    struct probe probe = *(struct probe *)waiter;
    free(waiter);
    s_on_probed(probe.common, probe.actor, false);
}

static const struct waiter_class s_probe_class = {s_on_probe_answer, s_on_probe_deadline};

static bool s_probe(struct server *server, struct readiness *common, enum actor_kind actor,
                    int64_t key)
{
    struct probe *probe = calloc(1, sizeof *probe);
    check(probe);
    *probe = (struct probe){{&s_probe_class}, common, actor};
    struct question_to to = {.actor = actor, .key = key, .limit_ms = PROBE_LIMIT_MS};
    struct msg_ping ping = {key};
    if (!bridge_ask(server->bridge, &to, MSG_ping, &ping, &probe->waiter).slot) {
        free(probe);
        return false;
    }
    common->open++;
    common->judges += actor == ACTOR_judge;
    return true;
}

/* One of the judges; each of all others. False: somebody can't be reached. */
static bool s_probe_all(struct server *server, struct readiness *common)
{
    const struct topology *topology = server->config->topology;
    for (uint8_t actor = 1; actor < ACTOR_KINDS; actor++)
        for (uint8_t shard = 0; shard < topology->shards[actor]; shard++)
            if (!s_probe(server, common, (enum actor_kind)actor, shard) && actor != ACTOR_judge)
                return false;
    return common->judges || !topology->shards[ACTOR_judge];
}

static int s_readyz(struct request **request_p)
{
    struct request *request = *request_p;
    struct server *server = request->server;
    if (server->draining)
        return reply_refuse(request_p, REFUSED_OVERLOADED, s_no_detail);
    struct readiness *common = calloc(1, sizeof *common);
    check(common);
    bool asked = s_probe_all(server, common);
    if (asked && common->open) {
        common->request = request;
        request->readiness = common;
        return exchange_wait(request);
    }
    if (!common->open)
        free(common);
    return asked ? s_healthz(request_p) : reply_refuse(request_p, REFUSED_OVERLOADED, s_no_detail);
}

static int s_answer_locally(struct request **request_p)
{
    switch ((*request_p)->route->name) {
    case ROUTE_healthz:
        return s_healthz(request_p);
    case ROUTE_readyz:
        return s_readyz(request_p);
    case ROUTE_login_begin:
        return login_begin(request_p);
    case ROUTE_login_return:
        return login_return(request_p);
    case ROUTE_login_success: /* a login that is finished goes on to the frontend directly */
        return reply_refuse(request_p, REFUSED_LOGIN_FAILED, s_no_detail);
    case ROUTE_metrics:
        return s_metrics(request_p);
    default:
        return documents_send(request_p);
    }
}

/* ---- asking ---------------------------------------------------------------------------------- */

static int s_complain(struct request **request_p, const struct complaint *complaint)
{
    return reply_refuse(request_p, REFUSED_BAD_REQUEST, slice_of(complaint->text));
}

/* The body's parameters behind those of the query. A form route takes no notice of bodies of
 * another type: some clients send an empty JSON object along with their query. */
static bool s_take_body(struct request *request, struct complaint *complaint)
{
    if (request->route->body == BODY_JSON)
        return body_read(buffer_slice(&request->body), &request->params, &request->document,
                         complaint);
    if (request->method != METHOD_POST ||
        !media_is(request->content_type, "application/x-www-form-urlencoded"))
        return true;
    snprintf(complaint->text, sizeof complaint->text, "body: too many parameters");
    return params_add_form(&request->params, request->body.data, request->body.length);
}

static int s_dispatch(struct request **request_p)
{
    struct request *request = *request_p;
    const struct route *route = request->route;
    struct complaint complaint;
    request->asked = true;
    if (!s_take_body(request, &complaint) ||
        !arguments_read(&request->arguments, route->uses, route->use_count, &request->params,
                        &complaint) ||
        !route_check(request, &complaint))
        return s_complain(request_p, &complaint);
    if (route->asks == ACTOR_NONE)
        return s_answer_locally(request_p);
    if (request->server->requests > SERVER_REQUESTS_MAX || !s_ask(request))
        return reply_refuse(request_p, REFUSED_OVERLOADED, s_no_detail);
    return exchange_wait(request);
}

/* ---- what comes in --------------------------------------------------------------------------- */

static bool s_authenticate(struct request *request)
{
    static const char scheme[] = "bearer ";
    size_t skip = sizeof scheme - 1;
    struct slice text = request->authorization;
    if (text.length <= skip || strncasecmp(text.data, scheme, skip) != 0)
        return false;
    return tokens_verify(request->server->tokens, slice_from(text.data + skip, text.length - skip),
                         clock_now_ms(), &request->user_id);
}

/* Finds the route; a refusal when the request ends here. */
static enum refusal s_admit(struct request *request, struct router_answer *found)
{
    struct server *server = request->server;
    router_find(request->method, request->path, server->config->dev_login, &request->params, found);
    if (!router_public(found, request->path) && !s_authenticate(request))
        return REFUSED_INVALID_TOKEN;
    if (found->result == ROUTER_NO_ROUTE)
        return REFUSED_NO_ROUTE;
    if (found->result == ROUTER_WRONG_METHOD)
        return REFUSED_WRONG_METHOD;
    request->route = found->route;
    if (server->draining && found->route->asks != ACTOR_NONE)
        return REFUSED_OVERLOADED;
    if (request->body_length > request_body_limit(request))
        return REFUSED_TOO_LARGE;
    if (found->route->body == BODY_JSON && request->content_type.length &&
        !media_is(request->content_type, "application/json"))
        return REFUSED_WRONG_MEDIA_TYPE;
    return request_take_query(request) ? NOT_REFUSED : REFUSED_BAD_REQUEST;
}

static int s_refuse_early(struct request **request_p, enum refusal refusal,
                          const struct router_answer *found)
{
    struct request *request = *request_p;
    /* What it would still send is not worth reading. */
    if (refusal == REFUSED_TOO_LARGE || request->server->draining)
        request->closes = true;
    if (refusal == REFUSED_WRONG_METHOD)
        return reply_wrong_method(request_p, found->allow);
    return reply_refuse(request_p, refusal, s_no_detail);
}

/* libwebsockets 4.1 misreads a body that comes in one piece with the request before its own: it
 * takes the head for the body, for ever. Such a request is not answered (RFC 9112, 9.3.2: who sends
 * ahead must be ready to send again). The library tells only whether it holds bytes of any
 * connection; when it still does with this one held back, it may be the others', and the request is
 * let through: a second end of its body then gives it away. */
static bool s_misread(const struct request *request)
{
    struct lws_context *context = request->server->context;
    if (!request->expects_body || lws_service_adjust_timeout(context, 1, 0) != 0)
        return false;
    lws_rx_flow_control(request->wsi, 0);
    bool others = lws_service_adjust_timeout(context, 1, 0) == 0;
    lws_rx_flow_control(request->wsi, 1);
    return !others;
}

/* What a client sends too slowly is not waited for: a limit from one piece to the next, below that
 * of libwebsockets, which hangs up without a word, and one for all of it, which grows with it. */
static void s_on_slow_body(struct server *server, struct waiter *waiter)
{
    (void)server;
    struct request *request = (struct request *)waiter;
    struct lws *wsi = request->wsi;
    request->closes = true;
    stats_add(STAT_http_slow_bodies, 1);
    s_end(wsi, reply_refuse(&request, REFUSED_TOO_SLOW, s_no_detail));
}

static const struct waiter_class s_body_class = {NULL, s_on_slow_body};

static void s_body_came(struct request *request)
{
    pending_take(request->server->pending, request->handle);
    request->handle.slot = 0;
    request->waiter.class = &s_request_class;
}

/* False: too many wait for too much. */
static bool s_await_piece(struct request *request)
{
    int64_t piece_ms = clock_now_ms() + BODY_PIECE_LIMIT_MS;
    s_body_came(request);
    request->waiter.class = &s_body_class;
    request->handle =
        pending_add(request->server->pending, &request->waiter,
                    piece_ms < request->body_until_ms ? piece_ms : request->body_until_ms);
    return request->handle.slot != 0;
}

/* Some clients wait a while for this before they send a body (RFC 9110, 10.1.1). */
static void s_call_for_body(struct request *request)
{
    static const char text[] = "HTTP/1.1 100 Continue\r\n\r\n";
    unsigned char out[LWS_PRE + sizeof text];
    if (request->http_1_0 ||
        !slice_is(request_header(request, WSI_TOKEN_HTTP_EXPECT), "100-continue"))
        return;
    memcpy(out + LWS_PRE, text, sizeof text - 1);
    lws_write(request->wsi, out + LWS_PRE, sizeof text - 1, LWS_WRITE_HTTP_HEADERS);
}

int exchange_await_body(struct request **request_p)
{
    s_call_for_body(*request_p);
    (*request_p)->body_until_ms = clock_now_ms() + BODY_LIMIT_MS;
    return s_await_piece(*request_p) ? 0 : reply_refuse(request_p, REFUSED_OVERLOADED, s_no_detail);
}

static void s_piece_came(struct request *request, struct slice piece)
{
    request->body_until_ms += (int64_t)piece.length * BODY_BYTE_MS;
    s_await_piece(request); /* in the place that it had */
}

int exchange_begin(struct server *server, struct lws *wsi, struct request **owner,
                   struct slice path)
{
    enum refusal refusal;
    struct router_answer found;
    exchange_abandon(owner); /* there is none; libwebsockets answers in order */
    struct request *request = request_new(server, wsi, path, &refusal);
    request->waiter.class = &s_request_class;
    request->owner = owner;
    *owner = request;
    server->requests++;
    stats_add(STAT_http_requests, 1);
    stats_set(STAT_http_pending, server->requests);
    lws_set_timeout(wsi, NO_PENDING_TIMEOUT, 0);
    if (s_misread(request))
        return -1;
    if (!crowd_ask(server->crowd, &request->client, clock_now_ms())) {
        stats_add(STAT_http_limited, 1);
        refusal = REFUSED_TOO_MANY_REQUESTS;
    }
    if (refusal)
        return reply_refuse(&request, refusal, s_no_detail);
    if (place_is_ours(path))
        return sockjs_begin(&request);
    if (request->method == METHOD_OPTIONS) {
        router_find(METHOD_OPTIONS, path, server->config->dev_login, &request->params, &found);
        return reply_preflight(&request, found.allow);
    }
    refusal = s_admit(request, &found);
    if (refusal)
        return s_refuse_early(&request, refusal, &found);
    return request_awaits_body(request) ? exchange_await_body(&request) : s_dispatch(&request);
}

/* libwebsockets knows no chunks; that the body ends, the last one tells. */
static int s_add_chunks(struct request **owner, struct slice piece)
{
    struct request *request = *owner;
    if (request->asked)
        return 0;
    s_piece_came(request, piece);
    size_t limit = request->route ? request_body_limit(request) : SOCKJS_BODY_MAX_BYTES;
    switch (request_add_chunks(request, piece, limit)) {
    case CHUNKS_MORE:
        return 0;
    case CHUNKS_END:
        return exchange_body_end(owner);
    case CHUNKS_FULL:
        s_body_came(request);
        return reply_refuse(&request, REFUSED_TOO_LARGE, s_no_detail);
    default:
        s_body_came(request);
        return reply_refuse(&request, REFUSED_BAD_REQUEST, slice_of("body: malformed chunks"));
    }
}

int exchange_body(struct request **owner, struct slice piece)
{
    struct request *request = *owner;
    if (request && request->chunked)
        return s_add_chunks(owner, piece);
    if (request && request->expects_body && !request->body_length)
        return -1; /* there is none: these are bytes of what was sent ahead */
    if (!request || request->asked)
        return 0;
    request_add_body(request, piece);
    s_piece_came(request, piece);
    return 0;
}

int exchange_body_end(struct request **owner)
{
    struct request *request = *owner;
    if (!request)
        return 0;
    if (request->body_ended)
        return -1;
    request->body_ended = true;
    if (request->asked)
        return 0;
    s_body_came(request);
    return request->route ? s_dispatch(&request) : sockjs_body_end(&request);
}

void exchange_abandon(struct request **owner)
{
    struct request *request = *owner;
    if (!request)
        return;
    struct server *server = request->server;
    if (request->readiness)
        request->readiness->request = NULL;
    pending_take(server->pending, request->handle);
    server->requests--;
    stats_set(STAT_http_pending, server->requests);
    request_destroy(owner);
}
