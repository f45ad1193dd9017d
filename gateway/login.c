#include "gateway/login.h"

#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <sys/random.h>

#include "actors/auth/encode.h"
#include "actors/auth/oauth.h"
#include "actors/runtime/clock.h"
#include "actors/runtime/log.h"
#include "actors/runtime/stats.h"
#include "gateway/bridge.h"
#include "gateway/http/exchange.h"
#include "proto/check.h"

#define SECRET_BYTES 32         /* of a cookie, and of what is made of it */
#define SECRET_TEXT_BYTES 43    /* the same as base64url */
#define NUMBER_BYTES 16         /* of a login's own number */
#define NUMBER_TEXT_BYTES 22    /* the same as base64url */
#define COOKIE_LIFE_S 600       /* as long as auth remembers a login */
#define PROVIDER_LIMIT_MS 20000 /* above OAUTH_LIMIT_MS: the client answers first */
#define COOKIE "codecomp-login"
#define COOKIE_SECURE                                                           \
    "__Host-codecomp-login" /* which no other host can set (RFC 6265bis, 4.1.3) \
                             */

enum stage { STAGE_ADDRESS, STAGE_REMEMBER, STAGE_TAKE, STAGE_IDENTITY, STAGE_USER };

/* In the request's arena. */
struct login {
    enum stage stage;                      /* whose answer is awaited */
    char cookie[SECRET_TEXT_BYTES + 1];    /* the browser's */
    char state[OAUTH_SECRET_BYTES * 2];    /* number, dot, and what only this cookie gives */
    char nonce[OAUTH_SECRET_BYTES];        /* for the ID token */
    char verifier[OAUTH_SECRET_BYTES];     /* PKCE's */
    char key[LOGIN_KEY_BYTES];             /* the state's hash: all that auth learns */
    char redirect_uri[PROVIDER_URL_BYTES]; /* where the provider sends it back to */
    const char *url;                       /* where it is sent, once known */
};

static const struct slice s_no_detail = {"", 0};

/* ---- secrets --------------------------------------------------------------------------------- */

static void s_text(const void *bytes, size_t length, char *text, size_t size)
{
    struct buffer buffer;
    buffer_init(&buffer, size);
    encode_base64url(slice_from(bytes, length), &buffer);
    buffer_append_char(&buffer, 0);
    check(!buffer.overflow);
    memcpy(text, buffer.data, buffer.length);
    buffer_fini(&buffer);
}

static void s_chance(size_t length, char *text, size_t size)
{
    unsigned char bytes[SECRET_BYTES];
    check(length <= sizeof bytes && getrandom(bytes, length, 0) == (ssize_t)length);
    s_text(bytes, length, text, size);
}

/* HMAC by the cookie of what for and the login's number. */
static void s_derive(const struct login *self, const char *purpose, char *text, size_t size)
{
    unsigned char bytes[SHA256_DIGEST_LENGTH];
    char input[64];
    int length = snprintf(input, sizeof input, "%s %.*s", purpose, NUMBER_TEXT_BYTES, self->state);
    check(HMAC(EVP_sha256(), self->cookie, SECRET_TEXT_BYTES, (unsigned char *)input,
               (size_t)length, bytes, NULL));
    s_text(bytes, sizeof bytes, text, size);
}

/* All of a login, once its cookie and the number at the head of its state are there. */
static void s_derive_all(struct login *self)
{
    self->state[NUMBER_TEXT_BYTES] = '.';
    s_derive(self, "state", self->state + NUMBER_TEXT_BYTES + 1,
             sizeof self->state - NUMBER_TEXT_BYTES - 1);
    s_derive(self, "nonce", self->nonce, sizeof self->nonce);
    s_derive(self, "verifier", self->verifier, sizeof self->verifier);
    SHA256((unsigned char *)self->state, strlen(self->state), (unsigned char *)self->key);
}

/* ---- the browser's cookie -------------------------------------------------------------------- */

static bool s_secure(const struct login *self)
{
    return strncmp(self->redirect_uri, "https:", 6) == 0;
}

static bool s_is_secret(struct slice text)
{
    struct buffer bytes;
    buffer_init(&bytes, SECRET_BYTES);
    bool good = text.length == SECRET_TEXT_BYTES && decode_base64url(text, &bytes);
    buffer_fini(&bytes);
    return good;
}

/* The value of ours among the cookies; false when there is none that is whole. */
static bool s_find_cookie(struct request *request, struct login *self)
{
    struct slice rest = request_header(request, WSI_TOKEN_HTTP_COOKIE);
    const char *name = s_secure(self) ? COOKIE_SECURE : COOKIE;
    size_t name_length = strlen(name);
    while (rest.length) {
        const char *end = memchr(rest.data, ';', rest.length);
        struct slice pair = slice_from(rest.data, end ? (size_t)(end - rest.data) : rest.length);
        rest = slice_from(pair.data + pair.length + (end != NULL),
                          rest.length - pair.length - (end != NULL));
        while (pair.length && *pair.data == ' ')
            pair = slice_from(pair.data + 1, pair.length - 1);
        if (pair.length <= name_length || pair.data[name_length] != '=' ||
            memcmp(pair.data, name, name_length) != 0)
            continue;
        struct slice value = slice_from(pair.data + name_length + 1, pair.length - name_length - 1);
        if (!s_is_secret(value))
            continue;
        memcpy(self->cookie, value.data, SECRET_TEXT_BYTES);
        return true;
    }
    return false;
}

/* ---- answers --------------------------------------------------------------------------------- */

static int s_redirect(struct request **request_p, const char *url, struct slice cookie)
{
    struct buffer lines;
    buffer_init(&lines, OAUTH_URL_MAX_BYTES + 8192);
    /* The address has the token in it: it must not travel on as a Referer, nor stay in a cache. */
    buffer_printf(&lines, "location: %s\r\nreferrer-policy: no-referrer\r\n", url);
    buffer_append(&lines, cookie.data, cookie.length);
    check(!lines.overflow);
    struct answer answer = {.status = 302, .cacheable = "no-store", .lines = buffer_slice(&lines)};
    int result = reply_send(request_p, &answer);
    buffer_fini(&lines);
    return result;
}

static int s_fail(struct request **request_p, enum refusal refusal, const char *why)
{
    log_warn("login-refused", "request=%s why=\"%s\"", (*request_p)->id, why);
    stats_add(STAT_logins_refused, 1);
    return reply_refuse(request_p, refusal, s_no_detail);
}

/* To the provider, with the cookie that knows this browser again. */
static int s_send_there(struct request **request_p)
{
    struct login *self = (*request_p)->login;
    char cookie[256];
    bool secure = s_secure(self);
    int length = snprintf(cookie, sizeof cookie,
                          "set-cookie: %s=%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Lax%s\r\n",
                          secure ? COOKIE_SECURE : COOKIE, self->cookie, COOKIE_LIFE_S,
                          secure ? "; Secure" : "");
    return s_redirect(request_p, self->url, slice_from(cookie, (size_t)length));
}

/* To the frontend, with the token. */
static int s_send_on(struct request **request_p, const struct msg_user *user)
{
    struct server *server = (*request_p)->server;
    const char *frontend = server->config->frontend;
    struct buffer url, token;
    buffer_init(&url, OAUTH_URL_MAX_BYTES);
    buffer_init(&token, TOKEN_MAX_BYTES);
    size_t length = strlen(frontend);
    length -= length && frontend[length - 1] == '/';
    tokens_sign(server->tokens, user->id, clock_now_ms(), &token);
    users_learn(&server->users, user->id, clock_now_ms());
    buffer_append(&url, frontend, length);
    buffer_append_text(&url, "/oauth-success?token=");
    encode_percent(buffer_slice(&token), &url);
    buffer_printf(&url, "&userId=%lld&email=", (long long)user->id);
    encode_percent(user->email, &url);
    buffer_append_char(&url, 0);
    check(!url.overflow && !token.overflow);
    log_info("login", "user=%lld request=%s", (long long)user->id, (*request_p)->id);
    stats_add(STAT_logins_done, 1);
    int result = s_redirect(request_p, url.data, s_no_detail);
    buffer_fini(&token);
    buffer_fini(&url);
    return result;
}

/* ---- asking ---------------------------------------------------------------------------------- */

static const struct waiter_class s_class;

/* Asks auth; 0, or the result of having refused. */
static int s_ask_auth(struct request **request_p, enum stage stage, uint16_t id,
                      const void *message)
{
    struct request *request = *request_p;
    struct question_to to = {
        .actor = ACTOR_auth, .trace = request->trace, .limit_ms = PROVIDER_LIMIT_MS};
    request->waiter.class = &s_class;
    request->login->stage = stage;
    request->handle = bridge_ask(request->server->bridge, &to, id, message, &request->waiter);
    if (request->handle.slot)
        return 0;
    return reply_refuse(request_p, REFUSED_OVERLOADED, s_no_detail);
}

static void s_copy(char *to, size_t size, struct slice from)
{
    check(from.length < size);
    if (from.length)
        memcpy(to, from.data, from.length);
    to[from.length] = 0;
}

static int s_ask_client(struct request **request_p, enum stage stage)
{
    struct request *request = *request_p;
    struct server *server = request->server;
    struct login *self = request->login;
    struct oauth_question question = {.want = stage == STAGE_ADDRESS ? OAUTH_WANT_ADDRESS
                                                                     : OAUTH_WANT_IDENTITY};
    request->waiter.class = &s_class;
    self->stage = stage;
    request->handle =
        pending_add(server->pending, &request->waiter, clock_now_ms() + PROVIDER_LIMIT_MS);
    if (!request->handle.slot)
        return reply_refuse(request_p, REFUSED_OVERLOADED, s_no_detail);
    question.ticket = (uint64_t)request->handle.slot << 32 | request->handle.generation;
    s_copy(question.redirect_uri, sizeof question.redirect_uri, slice_of(self->redirect_uri));
    s_copy(question.nonce, sizeof question.nonce, slice_of(self->nonce));
    s_copy(question.state, sizeof question.state, slice_of(self->state));
    s_copy(question.verifier, sizeof question.verifier, slice_of(self->verifier));
    s_copy(question.code, sizeof question.code, request->arguments.login_code);
    s_copy(question.issuer, sizeof question.issuer, request->arguments.issuer);
    bool taken = oauth_ask(server->oauth, &question);
    explicit_bzero(&question, sizeof question);
    if (taken)
        return 0;
    pending_take(server->pending, request->handle);
    return reply_refuse(request_p, REFUSED_OVERLOADED, s_no_detail);
}

/* ---- what comes back ------------------------------------------------------------------------- */

static int s_on_taken(struct request **request_p)
{
    const struct arguments *given = &(*request_p)->arguments;
    if (given->login_error.length)
        return s_fail(request_p, REFUSED_LOGIN_FAILED, "the provider or its user said no");
    if (!given->login_code.length)
        return s_fail(request_p, REFUSED_LOGIN_FAILED, "no code came");
    return s_ask_client(request_p, STAGE_IDENTITY);
}

static int s_on_auth(struct request **request_p, uint16_t id, const void *message)
{
    enum stage stage = (*request_p)->login->stage;
    if (id == MSG_refused) {
        enum refusal refusal = (enum refusal)((const struct msg_refused *)message)->refusal;
        return s_fail(request_p, refusal,
                      stage == STAGE_TAKE ? "unknown, used or too late" : "auth");
    }
    if (stage == STAGE_REMEMBER && id == MSG_done)
        return s_send_there(request_p);
    if (stage == STAGE_TAKE && id == MSG_done)
        return s_on_taken(request_p);
    if (stage == STAGE_USER && id == MSG_user)
        return s_send_on(request_p, message);
    return reply_refuse(request_p, REFUSED_FAILED, s_no_detail);
}

/* Outside of the connection's own callbacks. */
static void s_on_answer(struct server *server, struct waiter *waiter, uint16_t id,
                        const void *message)
{
    (void)server;
    struct request *request = (struct request *)waiter;
    struct lws *wsi = request->wsi;
    if (s_on_auth(&request, id, message) < 0)
        server_close(wsi);
}

static void s_on_deadline(struct server *server, struct waiter *waiter)
{
    (void)server;
    struct request *request = (struct request *)waiter;
    struct lws *wsi = request->wsi;
    stats_add(STAT_http_deadlines, 1);
    if (reply_refuse(&request, REFUSED_DEADLINE, s_no_detail) < 0)
        server_close(wsi);
}

static const struct waiter_class s_class = {s_on_answer, s_on_deadline};

static int s_finish(struct request **request_p, const struct identity *identity)
{
    struct login *self = (*request_p)->login;
    char provider[PROVIDER_MAX_BYTES + 1];
    snprintf(provider, sizeof provider, "%s", (*request_p)->server->config->provider->name);
    for (char *c = provider; *c; c++)
        *c = *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;
    struct msg_login_finish finish = {slice_from(self->key, sizeof self->key),
                                      slice_of(identity->name), slice_of(identity->email),
                                      slice_of(provider)};
    return s_ask_auth(request_p, STAGE_USER, MSG_login_finish, &finish);
}

static int s_on_client(struct request **request_p, const struct oauth_answer *answer)
{
    struct request *request = *request_p;
    struct login *self = request->login;
    if (answer->outcome != OAUTH_DONE)
        return s_fail(request_p,
                      answer->outcome == OAUTH_DOWN ? REFUSED_PROVIDER_DOWN : REFUSED_LOGIN_FAILED,
                      answer->why);
    if (self->stage == STAGE_IDENTITY)
        return s_finish(request_p, &answer->identity);
    char *url = arena_take(&request->arena, strlen(answer->url) + 1);
    strcpy(url, answer->url);
    self->url = url;
    struct msg_login_begin begin = {slice_from(self->key, sizeof self->key)};
    return s_ask_auth(request_p, STAGE_REMEMBER, MSG_login_begin, &begin);
}

static void s_on_ready(struct ev_loop *loop, ev_async *watcher, int events)
{
    (void)loop;
    (void)events;
    struct server *server = watcher->data;
    struct oauth_answer answer;
    while (oauth_take(server->oauth, &answer)) {
        struct pending_handle handle = {(uint32_t)(answer.ticket >> 32), (uint32_t)answer.ticket};
        struct request *request = pending_take(server->pending, handle);
        if (!request)
            continue; /* the browser has gone */
        struct lws *wsi = request->wsi;
        if (s_on_client(&request, &answer) < 0)
            server_close(wsi);
    }
}

/* ---- what browsers ask ------------------------------------------------------------------------
 */

/* The deployed frontend knows one provider's name, whoever it is. */
static bool s_is_provider(const struct server *server, struct slice name)
{
    return server->oauth &&
           (slice_is(name, "google") || slice_is(name, server->config->provider->name));
}

/* Where the provider is to send the browser back to: as configured, or else to this host. */
static bool s_choose_return(struct request *request, struct login *self)
{
    const struct gateway_config *config = request->server->config;
    struct buffer uri;
    buffer_init(&uri, sizeof self->redirect_uri - 1);
    if (*config->redirect_uri) {
        buffer_append_text(&uri, config->redirect_uri);
    } else {
        request_base(request, &uri);
        buffer_printf(&uri, "/login/oauth2/code/%s", config->provider->name);
    }
    bool fits = !uri.overflow;
    memcpy(self->redirect_uri, uri.data, fits ? uri.length : 0);
    buffer_fini(&uri);
    return fits;
}

/* NULL: it has been refused, with *result. */
static struct login *s_new(struct request **request_p, int *result)
{
    struct request *request = *request_p;
    struct login *self = arena_take(&request->arena, sizeof *self);
    request->login = self;
    if (!s_is_provider(request->server, request->arguments.provider))
        *result = reply_refuse(request_p, REFUSED_NO_ROUTE, s_no_detail);
    else if (request->server->draining || request->server->requests > SERVER_REQUESTS_MAX)
        *result = reply_refuse(request_p, REFUSED_OVERLOADED, s_no_detail);
    else if (!s_choose_return(request, self))
        *result = reply_refuse(request_p, REFUSED_BAD_REQUEST, slice_of("host: too long"));
    else
        return self;
    return NULL;
}

/* A request that is still there waits. */
static int s_waits(struct request *request, int result)
{
    return request ? exchange_wait(request) : result;
}

int login_begin(struct request **request_p)
{
    int result = 0;
    struct login *self = s_new(request_p, &result);
    if (!self)
        return result;
    if (!s_find_cookie(*request_p, self))
        s_chance(SECRET_BYTES, self->cookie, sizeof self->cookie);
    s_chance(NUMBER_BYTES, self->state, sizeof self->state);
    s_derive_all(self);
    result = s_ask_client(request_p, STAGE_ADDRESS);
    return s_waits(*request_p, result);
}

int login_return(struct request **request_p)
{
    int result = 0;
    struct login *self = s_new(request_p, &result);
    if (!self)
        return result;
    struct slice state = (*request_p)->arguments.state;
    if (!s_find_cookie(*request_p, self))
        return s_fail(request_p, REFUSED_LOGIN_FAILED, "not the browser that was sent");
    if (state.length != NUMBER_TEXT_BYTES + 1 + SECRET_TEXT_BYTES)
        return s_fail(request_p, REFUSED_LOGIN_FAILED, "no state");
    memcpy(self->state, state.data, NUMBER_TEXT_BYTES);
    s_derive_all(self);
    if (CRYPTO_memcmp(self->state, state.data, state.length) != 0)
        return s_fail(request_p, REFUSED_LOGIN_FAILED, "not this browser's state");
    struct msg_login_take take = {slice_from(self->key, sizeof self->key)};
    result = s_ask_auth(request_p, STAGE_TAKE, MSG_login_take, &take);
    return s_waits(*request_p, result);
}

/* ---- life ------------------------------------------------------------------------------------ */

/* In the client's thread. */
static void s_wake(void *context)
{
    struct server *server = context;
    ev_async_send(server->loop, &server->oauth_ready);
}

bool login_start(struct server *server, char *error, size_t error_size)
{
    const char *why;
    if (!server->config->provider)
        return true;
    ev_async_init(&server->oauth_ready, s_on_ready);
    server->oauth_ready.data = server;
    ev_async_start(server->loop, &server->oauth_ready);
    server->oauth = oauth_new(server->config->provider, s_wake, server, &why);
    if (!server->oauth)
        snprintf(error, error_size, "the login provider: %s", why);
    return server->oauth != NULL;
}

void login_stop(struct server *server)
{
    oauth_destroy(&server->oauth);
    ev_async_stop(server->loop, &server->oauth_ready);
}
