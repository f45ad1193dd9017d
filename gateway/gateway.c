/* The gateway's thread, and the few words that the main thread has for it. */
#include "gateway/gateway.h"

#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "actors/runtime/clock.h"
#include "actors/runtime/log.h"
#include "gateway/realtime.h"
#include "gateway/server.h"
#include "proto/check.h"

#define BACKLOG 1024      /* connections that wait to be accepted */
#define DRAIN_LOOK_S 0.02 /* how often a drain looks whether it is done */
#define HOST_MAX_BYTES 256

struct gateway {
    struct gateway_config config; /* a copy */
    struct server *server;        /* owned; the thread's once it runs */
    pthread_t thread;             /* ours */
    ev_async wake;                /* there is something to do: look at the words below */
    ev_timer look;                /* while draining */
    uint16_t port;                /* that is bound */
    pthread_mutex_t mutex;        /* guards the rest */
    pthread_cond_t changed;       /* signalled when `drained` is set */
    bool reloads;                 /* likewise */
    bool listens, drains, stops;  /* what the main thread has asked for */
    bool drained;                 /* everything is answered and sent, or the time is up */
    bool clean;                   /* it was not the time */
    int64_t drain_until_ms;       /* when the time is up */
};

/* ---- the address ---------------------------------------------------------------------------- */

/* "host:port" or "[address]:port". */
static bool s_split(const char *listen_at, char host[HOST_MAX_BYTES], const char **port)
{
    const char *colon = strrchr(listen_at, ':');
    size_t length = colon ? (size_t)(colon - listen_at) : 0;
    if (!colon || length >= HOST_MAX_BYTES || !colon[1])
        return false;
    if (length >= 2 && listen_at[0] == '[' && listen_at[length - 1] == ']') {
        listen_at++;
        length -= 2;
    }
    memcpy(host, listen_at, length);
    host[length] = 0;
    *port = colon + 1;
    return true;
}

static int s_bind(const struct addrinfo *address)
{
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, address->ai_addr, address->ai_addrlen) == 0)
        return fd;
    int cause = errno;
    close(fd);
    errno = cause;
    return -1;
}

static uint16_t s_port(int fd)
{
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &size) != 0)
        return 0;
    return ntohs(address.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&address)->sin6_port
                                               : ((struct sockaddr_in *)&address)->sin_port);
}

/* A bound descriptor, or -1 with a sentence. */
static int s_open(const char *listen_at, char *error, size_t error_size)
{
    char host[HOST_MAX_BYTES];
    const char *port;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    if (!s_split(listen_at, host, &port)) {
        snprintf(error, error_size, "--listen %s: not host:port", listen_at);
        return -1;
    }
    int failed = getaddrinfo(*host ? host : NULL, port, &hints, &found);
    if (failed) {
        snprintf(error, error_size, "--listen %s: %s", listen_at, gai_strerror(failed));
        return -1;
    }
    int fd = s_bind(found);
    if (fd < 0)
        snprintf(error, error_size, "--listen %s: %s", listen_at, strerror(errno));
    freeaddrinfo(found);
    return fd;
}

/* ---- the thread ------------------------------------------------------------------------------ */

static void s_on_look(struct ev_loop *loop, ev_timer *watcher, int events)
{
    (void)events;
    struct gateway *self = watcher->data;
    /* Sockets last, so that pushes that answers cause still go out. */
    if (!self->server->requests)
        realtime_drain(self->server->realtime);
    bool idle = server_idle(self->server);
    pthread_mutex_lock(&self->mutex);
    if (idle || clock_now_ms() >= self->drain_until_ms) {
        self->clean = idle;
        self->drained = true;
        pthread_cond_signal(&self->changed);
        ev_timer_stop(loop, watcher);
    }
    pthread_mutex_unlock(&self->mutex);
}

static void s_on_wake(struct ev_loop *loop, ev_async *watcher, int events)
{
    (void)events;
    struct gateway *self = watcher->data;
    pthread_mutex_lock(&self->mutex);
    bool listens = self->listens, drains = self->drains, stops = self->stops;
    bool reloads = self->reloads;
    self->reloads = false;
    pthread_mutex_unlock(&self->mutex);
    if (listens && !self->server->listening)
        server_listen(self->server);
    if (reloads)
        server_reload(self->server);
    if (drains && !self->server->draining) {
        server_drain(self->server);
        ev_timer_start(loop, &self->look);
    }
    if (stops)
        ev_break(loop, EVBREAK_ALL);
}

static void *s_run(void *argument)
{
    struct gateway *self = argument;
    ev_run(self->server->loop, 0);
    ev_timer_stop(self->server->loop, &self->look);
    ev_async_stop(self->server->loop, &self->wake);
    server_destroy(&self->server);
    return NULL;
}

/* The signals are the main thread's. */
static void s_start(struct gateway *self)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    check(pthread_create(&self->thread, NULL, s_run, self) == 0);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_setname_np(self->thread, "gateway");
}

struct gateway *gateway_new(const struct gateway_config *config, char *error, size_t error_size)
{
    int listener = s_open(config->listen, error, error_size);
    if (listener < 0)
        return NULL;
    struct gateway *self = calloc(1, sizeof *self);
    check(self);
    self->config = *config;
    self->port = s_port(listener);
    self->server = server_new(&self->config, listener, error, error_size);
    if (!self->server) {
        free(self);
        return NULL;
    }
    pthread_mutex_init(&self->mutex, NULL);
    pthread_cond_init(&self->changed, NULL);
    ev_async_init(&self->wake, s_on_wake);
    self->wake.data = self;
    ev_async_start(self->server->loop, &self->wake);
    ev_timer_init(&self->look, s_on_look, 0, DRAIN_LOOK_S);
    self->look.data = self;
    if (config->dev_login)
        log_warn("development-login", "anybody can log in as anybody: never on a public address");
    s_start(self);
    return self;
}

/* ---- the main thread's words ------------------------------------------------------------------
 */

static void s_tell(struct gateway *self, bool *word)
{
    pthread_mutex_lock(&self->mutex);
    *word = true;
    ev_async_send(self->server->loop, &self->wake); /* after the last word there is no server */
    pthread_mutex_unlock(&self->mutex);
}

uint16_t gateway_port(const struct gateway *self)
{
    return self->port;
}

void gateway_listen(struct gateway *self)
{
    check(listen(self->server->listener, BACKLOG) == 0);
    s_tell(self, &self->listens);
}

void gateway_reload(struct gateway *self)
{
    s_tell(self, &self->reloads);
}

bool gateway_drain(struct gateway *self, int64_t limit_ms)
{
    pthread_mutex_lock(&self->mutex);
    self->drain_until_ms = clock_now_ms() + limit_ms;
    pthread_mutex_unlock(&self->mutex);
    s_tell(self, &self->drains);
    pthread_mutex_lock(&self->mutex);
    while (!self->drained)
        pthread_cond_wait(&self->changed, &self->mutex);
    bool clean = self->clean;
    pthread_mutex_unlock(&self->mutex);
    return clean;
}

void gateway_destroy(struct gateway **self_p)
{
    struct gateway *self = *self_p;
    if (!self)
        return;
    s_tell(self, &self->stops);
    pthread_join(self->thread, NULL);
    pthread_mutex_destroy(&self->mutex);
    pthread_cond_destroy(&self->changed);
    free(self);
    *self_p = NULL;
}
