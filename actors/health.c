#include "actors/health.h"

#include <errno.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "actors/runtime/clock.h"
#include "actors/runtime/port.h"
#include "proto/check.h"

#define ANSWER_MS 5000 /* for all of it */
#define RETRY_MS 20    /* a connection that is being made takes no message yet */

struct health {
    const struct plan *plan; /* borrowed */
    int64_t end_ms;          /* no longer than until then */
    char *error;             /* where the sentence goes */
    size_t error_size;       /* its room */
};

__attribute__((format(printf, 2, 3))) static bool s_fail(struct health *self, const char *format,
                                                         ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(self->error, self->error_size, format, arguments);
    va_end(arguments);
    return false;
}

/* ---- a gateway
 * ------------------------------------------------------------------------------------- */

static int s_connect(const char *host, const char *port)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
    struct timeval limit = {ANSWER_MS / 1000, 0};
    int connected = -1;
    if (getaddrinfo(host, port, &hints, &found) != 0)
        return -1;
    for (struct addrinfo *at = found; at && connected < 0; at = at->ai_next) {
        connected = socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol);
        if (connected < 0)
            continue;
        setsockopt(connected, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        setsockopt(connected, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
        if (connect(connected, at->ai_addr, at->ai_addrlen) == 0)
            break;
        close(connected);
        connected = -1;
    }
    freeaddrinfo(found);
    return connected;
}

/* An HTTP status; 0: none came. */
static int s_ask_readyz(int connected)
{
    static const char request[] =
        "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    char answer[32] = "";
    int status = 0;
    if (send(connected, request, sizeof request - 1, MSG_NOSIGNAL) == sizeof request - 1 &&
        recv(connected, answer, sizeof answer - 1, MSG_WAITALL) > 0)
        sscanf(answer, "HTTP/1.1 %d", &status);
    return status;
}

static bool s_ask_gateway(struct health *self, const char *listen)
{
    char host[256];
    const char *port = strrchr(listen, ':');
    size_t length = (size_t)(port - listen);
    bool any = strncmp(listen, "0.0.0.0:", 8) == 0;
    if (length >= 2 && *listen == '[') /* an IPv6 address */
        snprintf(host, sizeof host, "%.*s", (int)length - 2, listen + 1);
    else
        snprintf(host, sizeof host, "%.*s", (int)length, any ? "127.0.0.1" : listen);
    int connected = s_connect(strcmp(host, "::") == 0 ? "::1" : host, port + 1);
    if (connected < 0)
        return s_fail(self, "no gateway listens at %s: %s", listen, strerror(errno));
    int status = s_ask_readyz(connected);
    close(connected);
    if (status == 200)
        return true;
    return status ? s_fail(self, "the gateway at %s is not ready: /readyz says %d", listen, status)
                  : s_fail(self, "the gateway at %s does not answer", listen);
}

/* ---- actors
 * ------------------------------------------------------------------------------------------ */

static bool s_send(struct health *self, struct port *port, uint32_t generation,
                   enum actor_kind kind, uint8_t shard)
{
    struct msg_ping ping = {generation};
    struct envelope envelope = {
        .reply = {.actor = ACTOR_gateway, .slot = 1, .generation = generation}};
    while (port_ask(port, &envelope, kind, shard, MSG_ping, &ping) != PORT_SENT) {
        if (clock_now_ms() >= self->end_ms)
            return false;
        port_wait(port, NULL, RETRY_MS);
    }
    return true;
}

static bool s_ping(struct health *self, struct port *port, uint32_t generation,
                   enum actor_kind kind, uint8_t shard)
{
    struct port_message message;
    bool answered = false;
    int64_t now_ms;
    if (s_send(self, port, generation, kind, shard))
        while (!answered && (now_ms = clock_now_ms()) < self->end_ms) {
            port_wait(port, NULL, (long)(self->end_ms - now_ms));
            while (!answered && port_receive(port, &message)) {
                answered = message.frame.envelope.kind == MSG_done &&
                           message.frame.envelope.to.generation == generation;
                port_message_close(&message);
            }
        }
    const struct topology *topology = &self->plan->topology;
    return answered || s_fail(self, "%s at %s does not answer", actor_row(kind)->name,
                              topology->endpoints[topology->place[kind][shard]].connect);
}

static bool s_ask_actors(struct health *self, bool only_runner)
{
    const struct topology *topology = &self->plan->topology;
    struct port_options options = {.topology = topology, .endpoint = -1};
    struct port *port = port_new(&options, self->error, self->error_size);
    uint32_t generation = 0;
    bool good = port != NULL;
    for (uint8_t kind = 1; good && kind < ACTOR_KINDS; kind++)
        for (uint8_t shard = 0; good && shard < topology->shards[kind]; shard++)
            if (only_runner ? kind == ACTOR_judge : plan_hosts(self->plan, kind, shard))
                good = s_ping(self, port, ++generation, kind, shard);
    port_destroy(&port);
    return good;
}

bool health_ask(const struct options *options, const struct plan *plan, char *error,
                size_t error_size)
{
    struct health self = {plan, clock_now_ms() + ANSWER_MS, error, error_size};
    bool only_runner = true;
    for (uint8_t kind = 1; kind < ACTOR_KINDS; kind++) {
        if (kind == ACTOR_runner || !plan->hosted[kind])
            continue;
        only_runner = false;
        if (kind != ACTOR_gateway && !plan->hosted[ACTOR_gateway] &&
            !topology_is_tcp(plan->topology.endpoints[plan->topology.place[kind][0]].connect))
            return s_fail(&self,
                          "%s can't be asked from another process: give it a tcp:// address "
                          "in the topology file",
                          actor_row(kind)->name);
    }
    return plan->hosted[ACTOR_gateway] ? s_ask_gateway(&self, options->listen)
                                       : s_ask_actors(&self, only_runner);
}
