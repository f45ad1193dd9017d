/* The libwebsockets context and what calls us from it: every callback reason becomes one call.
 *
 * Connections are accepted here and handed to libwebsockets, so that there is one place for their
 * limit. The library runs on our loop (its own poll loop is slow with many idle sockets), and one
 * rule follows from that: it sees its own timers only after an event of its own, so each tick wakes
 * it while there are connections. */
#include "gateway/server.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <netinet/in.h>
#include <netinet/tcp.h>

#include "actors/runtime/clock.h"
#include "actors/runtime/log.h"
#include "actors/runtime/stats.h"
#include "gateway/bridge.h"
#include "gateway/http/exchange.h"
#include "gateway/http/reply.h"
#include "gateway/login.h"
#include "gateway/realtime.h"
#include "gateway/sockjs/session.h"
#include "gateway/sockjs/transport.h"
#include "gateway/socket.h"
#include "gateway/tls.h"
#include "proto/check.h"

#define ACCEPTS_PER_TURN 64
#define HEADERS_MAX_BYTES 16384 /* of a request, before libwebsockets drops the connection */
#define RECEIVE_BYTES 16384     /* read from a connection at once */
#define SEND_BYTES (64 * 1024)  /* given to a connection at once */
#define SEND_BUFFER_BYTES                                                            \
    (128 * 1024)           /* the kernel's; else a slow client makes it grow to MiBs \
                            */
#define HEADERS_LIMIT_S 15 /* to send a request's head, or the next piece of its body */
#define KEEPALIVE_S 60     /* between requests */
#define PING_S 25          /* a silent WebSocket is pinged */
#define HANGUP_S 40        /* and closed when it stays silent */
#define SCRATCH_MAX_BYTES (300 * 1024 * 1024) /* the largest answer, with its head */
#define SPARE_DESCRIPTORS 256                 /* for everything that is not a connection */
#define PATH_MAX_BYTES 320                    /* of a WebSocket; longer ones are nowhere */

/* ---- callbacks ------------------------------------------------------------------------------ */

static struct slice s_copy_header(struct lws *wsi, enum lws_token_indexes token, char *text,
                                  int size)
{
    int length = lws_hdr_copy(wsi, text, size, token);
    return slice_from(text, length > 0 ? (size_t)length : 0);
}

/* A page of this very host, or of a configured origin, or no page at all. */
static bool s_origin_welcome(struct server *server, struct lws *wsi)
{
    char origin_text[300], host_text[256];
    struct slice origin = s_copy_header(wsi, WSI_TOKEN_ORIGIN, origin_text, sizeof origin_text);
    struct slice host = s_copy_header(wsi, WSI_TOKEN_HOST, host_text, sizeof host_text);
    if (!lws_hdr_total_length(wsi, WSI_TOKEN_ORIGIN) || cors_allows(&server->cors, origin))
        return true;
    const char *mark = memmem(origin.data, origin.length, "://", 3);
    if (!mark || !host.length)
        return false;
    const char *start = mark + 3, *end = origin.data + origin.length;
    return slice_equal(slice_from(start, (size_t)(end - start)), host);
}

/* Where WebSockets are: at the base, at SockJS' raw endpoint, and as a session's transport. */
static bool s_is_socket(struct place place)
{
    return place.kind == PLACE_GREETING || place.kind == PLACE_RAW ||
           (place.kind == PLACE_SESSION && place.transport->does == DOES_SOCKET);
}

/* Whether Connection has the word; other hops may have put theirs there, too. */
static bool s_is_upgrade(struct lws *wsi)
{
    char text[128];
    struct slice words = s_copy_header(wsi, WSI_TOKEN_CONNECTION, text, sizeof text);
    return words.length && strcasestr(text, "upgrade");
}

/* Behind a trusted proxy a WebSocket takes a connection for one client alone, which counts as the
 * client's from here on. */
static bool s_take_over(struct server *server, struct peer *peer, const struct ip *client)
{
    if (!peer->proxy || networks_have(&server->proxies, client))
        return true;
    if (!crowd_enter(server->crowd, client)) {
        stats_add(STAT_connections_refused, 1);
        return false;
    }
    peer->address = *client;
    peer->proxy = false;
    return true;
}

/* Paths other than the endpoint's get what a plain request would. libwebsockets can't go on in
 * plain HTTP from here, so what it could upgrade to and we don't speak (h2c) is refused, too. */
static enum refusal s_admit(struct server *server, struct lws *wsi, const char *protocol,
                            struct place place, struct slice *detail)
{
    struct ip client = request_client(server, wsi);
    if (!crowd_ask(server->crowd, &client, clock_now_ms())) {
        stats_add(STAT_http_limited, 1);
        return REFUSED_TOO_MANY_REQUESTS;
    }
    *detail = slice_of("Can \"Upgrade\" only to \"WebSocket\".");
    if (strcasecmp(protocol, "websocket") != 0)
        return REFUSED_BAD_REQUEST;
    *detail = slice_of("\"Connection\" must be \"Upgrade\".");
    if (!s_is_upgrade(wsi)) /* libwebsockets would hang up */
        return REFUSED_BAD_REQUEST;
    *detail = slice_of("");
    if (!s_is_socket(place))
        return REFUSED_NO_ROUTE;
    if (server->draining)
        return REFUSED_OVERLOADED;
    *detail = slice_of("origin: not allowed");
    if (!s_origin_welcome(server, wsi))
        return REFUSED_BAD_REQUEST;
    *detail = slice_of("");
    return s_take_over(server, lws_get_opaque_user_data(wsi), &client) ? NOT_REFUSED
                                                                       : REFUSED_TOO_MANY_REQUESTS;
}

/* An upgrade: 0 lets it go on; 1 means that it has been answered. */
static int s_on_upgrade(struct server *server, struct lws *wsi, const char *protocol)
{
    char path_text[PATH_MAX_BYTES];
    struct slice path = s_copy_header(wsi, WSI_TOKEN_GET_URI, path_text, sizeof path_text);
    struct slice detail = slice_of("");
    enum refusal fault, refusal = s_admit(server, wsi, protocol, place_read(path), &detail);
    if (!refusal)
        return 0;
    struct request *request = request_new(server, wsi, path, &fault);
    server->requests++;
    request->closes = true;
    reply_refuse(&request, refusal, detail);
    return 1;
}

static int s_on_http(enum lws_callback_reasons reason, struct server *server, struct lws *wsi,
                     struct connection *connection, struct slice in)
{
    switch ((int)reason) {
    case LWS_CALLBACK_HTTP:
        return exchange_begin(server, wsi, &connection->request, in);
    case LWS_CALLBACK_HTTP_BODY:
        return exchange_body(&connection->request, in);
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
        return exchange_body_end(&connection->request);
    case LWS_CALLBACK_HTTP_WRITEABLE:
        return receiver_written(&connection->receiver);
    default: /* closed, or bound to another protocol */
        exchange_abandon(&connection->request);
        receiver_abandon(&connection->receiver);
        return 0;
    }
}

static struct socket *s_open_socket(struct server *server, struct lws *wsi)
{
    char path_text[PATH_MAX_BYTES];
    struct slice path = s_copy_header(wsi, WSI_TOKEN_GET_URI, path_text, sizeof path_text);
    return socket_opened(server, wsi, place_read(path).kind == PLACE_SESSION);
}

static int s_on_socket(enum lws_callback_reasons reason, struct server *server, struct lws *wsi,
                       struct connection *connection, struct slice in)
{
    bool last;
    switch ((int)reason) {
    case LWS_CALLBACK_ESTABLISHED:
        connection->socket = s_open_socket(server, wsi);
        return 0;
    case LWS_CALLBACK_RECEIVE:
        last = lws_is_final_fragment(wsi) && !lws_remaining_packet_payload(wsi);
        return socket_received(connection->socket, in, last) ? 0 : -1;
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return socket_written(connection->socket) ? 0 : -1;
    default: /* closed */
        socket_closed(&connection->socket);
        return 0;
    }
}

static void s_resume(struct server *self)
{
    if (self->listener >= 0 && self->listening && !ev_is_active(&self->accepting))
        ev_io_start(self->loop, &self->accepting);
}

/* One that was accepted here is gone. */
static void s_on_end(struct server *server, struct lws *wsi)
{
    struct peer *peer = lws_get_opaque_user_data(wsi);
    if (!peer)
        return;
    lws_set_opaque_user_data(wsi, NULL);
    if (!peer->proxy)
        crowd_leave(server->crowd, &peer->address);
    free(peer);
    server->connections--;
    s_resume(server);
}

static int s_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                      size_t length)
{
    struct server *server = lws_context_user(lws_get_context(wsi));
    struct connection *connection = user;
    switch ((int)reason) {
    case LWS_CALLBACK_HTTP:
    case LWS_CALLBACK_HTTP_BODY:
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
    case LWS_CALLBACK_HTTP_WRITEABLE:
    case LWS_CALLBACK_CLOSED_HTTP:
    case LWS_CALLBACK_HTTP_DROP_PROTOCOL:
        return connection ? s_on_http(reason, server, wsi, connection, slice_from(in, length)) : 0;
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
        return s_on_upgrade(server, wsi, in);
    case LWS_CALLBACK_ESTABLISHED:
    case LWS_CALLBACK_RECEIVE:
    case LWS_CALLBACK_SERVER_WRITEABLE:
    case LWS_CALLBACK_CLOSED:
        return s_on_socket(reason, server, wsi, connection, slice_from(in, length));
    case LWS_CALLBACK_WSI_DESTROY:
        s_on_end(server, wsi);
        return 0;
    default:
        return 0;
    }
}

/* Clients without a subprotocol (SockJS' raw endpoint) are bound to the first. */
#define PROTOCOL(name)                                                      \
    {                                                                       \
        name, s_callback, sizeof(struct connection), 0, 0, NULL, SEND_BYTES \
    }
static const struct lws_protocols s_protocols[] = {
    PROTOCOL("http"),      PROTOCOL("v12.stomp"), PROTOCOL("v11.stomp"),
    PROTOCOL("v10.stomp"), {.name = NULL},
};

void server_close(struct lws *wsi)
{
    lws_set_timeout(wsi, PENDING_TIMEOUT_KILLED_BY_PARENT, LWS_TO_KILL_SYNC);
}

/* ---- loop ----------------------------------------------------------------------------------- */

static void s_adopt(struct server *self, int fd, const struct sockaddr *from)
{
    int send_buffer = SEND_BUFFER_BYTES, on = 1;
    struct peer *peer = calloc(1, sizeof *peer);
    check(peer);
    peer->server = self;
    peer->address = ip_of(from);
    peer->proxy = networks_have(&self->proxies, &peer->address);
    if (!peer->proxy && !crowd_enter(self->crowd, &peer->address)) {
        stats_add(STAT_connections_refused, 1);
        close(fd);
        free(peer);
        return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer);
    struct lws *wsi = lws_adopt_socket_vhost(self->vhost, fd);
    if (!wsi) { /* which has closed it */
        if (!peer->proxy)
            crowd_leave(self->crowd, &peer->address);
        free(peer);
        return;
    }
    lws_set_opaque_user_data(wsi, peer);
    self->connections++;
}

static void s_on_accept(struct ev_loop *loop, ev_io *watcher, int events)
{
    (void)events;
    struct server *self = watcher->data;
    for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
        if (self->connections >= self->connections_max) {
            ev_io_stop(loop, watcher); /* until one is closed */
            return;
        }
        struct sockaddr_storage from = {0};
        socklen_t size = sizeof from;
        int fd =
            accept4(watcher->fd, (struct sockaddr *)&from, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) {
            if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)
                ev_io_stop(loop, watcher); /* until the next tick: it would fail again at once */
            return;
        }
        s_adopt(self, fd, (struct sockaddr *)&from);
    }
}

static void s_on_tick(struct ev_loop *loop, ev_timer *watcher, int events)
{
    (void)loop;
    (void)events;
    struct server *self = watcher->data;
    int64_t now_ms = clock_now_ms();
    for (struct waiter *waiter; (waiter = pending_expire(self->pending, now_ms));)
        waiter->class->expire(self, waiter);
    realtime_tick(self->realtime, now_ms);
    sockets_tick(self, now_ms);
    sessions_tick(self->sessions, now_ms);
    if (self->connections)
        lws_cancel_service(self->context); /* lets the library see its timers */
    if (self->connections < self->connections_max)
        s_resume(self);
}

void server_listen(struct server *self)
{
    self->listening = true;
    s_resume(self);
}

void server_drain(struct server *self)
{
    self->draining = true;
    if (self->listener >= 0) {
        ev_io_stop(self->loop, &self->accepting);
        close(self->listener);
        self->listener = -1;
    }
}

void server_reload(struct server *self)
{
    const struct gateway_config *config = self->config;
    char error[512];
    if (!*config->tls_cert)
        return;
    if (tls_reload(self->context, config->tls_cert, config->tls_key, error, sizeof error))
        log_info("certificate-loaded", "file=\"%s\"", config->tls_cert);
    else
        log_error("certificate-not-loaded", "why=\"%s\"", error);
}

bool server_idle(struct server *self)
{
    return !self->requests && !self->socket_count && !sessions_drain(self->sessions) &&
           !self->receivers;
}

/* ---- life ----------------------------------------------------------------------------------- */

static void s_log(int level, const char *line)
{
    (void)level;
    log_debug("libwebsockets", "%.*s", (int)strcspn(line, "\n"), line);
}

/* What the descriptor limit allows, up to our own maximum. */
static uint32_t s_connections_max(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur <= 2 * SPARE_DESCRIPTORS)
        return SPARE_DESCRIPTORS;
    rlim_t left = limit.rlim_cur - SPARE_DESCRIPTORS;
    return left < SERVER_CONNECTIONS_MAX ? (uint32_t)left : SERVER_CONNECTIONS_MAX;
}

static bool s_new_context(struct server *self)
{
    static const lws_retry_bo_t retry = {.secs_since_valid_ping = PING_S,
                                         .secs_since_valid_hangup = HANGUP_S};
    void *loops[] = {self->loop};
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN_SERVER,
        .protocols = s_protocols,
        .options = LWS_SERVER_OPTION_LIBEV,
        .foreign_loops = loops,
        .user = self,
        .alpn = "http/1.1",
        .max_http_header_data = HEADERS_MAX_BYTES,
        .max_http_header_pool = SERVER_REQUESTS_MAX,
        .pt_serv_buf_size = RECEIVE_BYTES,
        .fd_limit_per_thread = self->connections_max + 16,
        .timeout_secs = HEADERS_LIMIT_S,
        .keepalive_timeout = KEEPALIVE_S,
        .retry_and_idle_policy = &retry,
    };
    if (*self->config->tls_cert) {
        info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
        info.ssl_cert_filepath = self->config->tls_cert;
        info.ssl_private_key_filepath = self->config->tls_key;
    }
    /* Its errors are about what peers send: for who looks for them. */
    lws_set_log_level(LLL_ERR, s_log);
    self->context = lws_create_context(&info);
    self->vhost = self->context ? lws_get_vhost_by_name(self->context, "default") : NULL;
    return self->vhost != NULL;
}

struct server *server_new(const struct gateway_config *config, int listener, char *error,
                          size_t error_size)
{
    struct server *self = calloc(1, sizeof *self);
    check(self);
    self->config = config;
    self->listener = listener;
    self->boot = clock_chance();
    self->connections_max = s_connections_max();
    buffer_init(&self->scratch, SCRATCH_MAX_BYTES);
    self->loop = ev_loop_new(EVFLAG_AUTO | EVFLAG_NOENV);
    check(self->loop);
    ev_io_init(&self->accepting, s_on_accept, listener, EV_READ);
    self->accepting.data = self;
    ev_timer_init(&self->ticking, s_on_tick, SERVER_TICK_S, SERVER_TICK_S);
    self->ticking.data = self;
    self->pending = pending_new(SERVER_PENDING_MAX);
    self->realtime = realtime_new(self);
    self->sessions = sessions_new(self);
    self->tokens = tokens_new(config->secret, config->previous_secret);
    self->crowd = crowd_new((uint32_t)config->address_connections,
                            (uint32_t)config->address_requests, clock_chance());
    const char *wrong = NULL;
    char tls[512];
    if (!self->tokens)
        wrong = "the JWT secret is shorter than 32 bytes";
    else if (!cors_init(&self->cors, config->cors_origins))
        wrong = "--cors-origins: not a list of origins like https://example.org, or *";
    else if (strpbrk(config->sockjs_client, " \"<>\n"))
        wrong = "--sockjs-client: not a URL";
    else if (!networks_init(&self->proxies, config->trusted_proxies))
        wrong = "--trusted-proxies: not a list of addresses and networks like 10.0.0.0/8";
    else if (*config->tls_cert && !tls_check(config->tls_cert, config->tls_key, tls, sizeof tls))
        wrong = tls;
    else if (!s_new_context(self))
        wrong = "libwebsockets can't start; is libwebsockets-evlib-ev installed?";
    if (wrong)
        snprintf(error, error_size, "%s", wrong);
    else if (login_start(self, error, error_size))
        self->bridge = bridge_new(self, error, error_size);
    if (!self->bridge) {
        server_destroy(&self);
        return NULL;
    }
    ev_timer_start(self->loop, &self->ticking);
    return self;
}

/* The sockets go with the context, and may still want to take back their questions. */
void server_destroy(struct server **self_p)
{
    struct server *self = *self_p;
    if (!self)
        return;
    server_drain(self);
    ev_timer_stop(self->loop, &self->ticking);
    login_stop(self);
    if (self->context)
        lws_context_destroy(self->context);
    sessions_destroy(&self->sessions);
    realtime_destroy(&self->realtime);
    bridge_destroy(&self->bridge);
    pending_destroy(&self->pending);
    tokens_destroy(&self->tokens);
    crowd_destroy(&self->crowd);
    buffer_fini(&self->scratch);
    ev_loop_destroy(self->loop);
    free(self);
    *self_p = NULL;
}
