/* The bench's measure for HTTP: a bare libwebsockets handler on libev that answers every request
 * with the same body, head and body in one write.
 *
 *   bench_bare BYTES     answers a body of so many bytes; prints its port; ends at SIGTERM
 *
 * It has no routes, tokens, actors or limits: what it does is what any server on this library must
 * do at least. */
#include <ev.h>
#include <libwebsockets.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BODY_MAX_BYTES (64 * 1024)
#define HEAD_MAX_BYTES 256

static char s_answer[LWS_PRE + HEAD_MAX_BYTES + BODY_MAX_BYTES]; /* behind LWS_PRE */
static size_t s_answer_bytes;                                    /* head and body */

static int s_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                      size_t length)
{
    if (reason != LWS_CALLBACK_HTTP)
        return lws_callback_http_dummy(wsi, reason, user, in, length);
    int sent =
        lws_write(wsi, (unsigned char *)s_answer + LWS_PRE, s_answer_bytes, LWS_WRITE_HTTP_HEADERS);
    return sent < (int)s_answer_bytes || lws_http_transaction_completed(wsi) ? -1 : 0;
}

static const struct lws_protocols s_protocols[] = {
    {"http", s_callback, 0, 0, 0, NULL, sizeof s_answer},
    {.name = NULL},
};

static void s_prepare(size_t body_bytes)
{
    char *head = s_answer + LWS_PRE;
    s_answer_bytes = (size_t)snprintf(head, HEAD_MAX_BYTES,
                                      "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
                                      "content-length: %zu\r\n\r\n",
                                      body_bytes);
    memset(head + s_answer_bytes, 'x', body_bytes);
    s_answer_bytes += body_bytes;
}

static void s_on_signal(struct ev_loop *loop, ev_signal *watcher, int events)
{
    (void)watcher;
    (void)events;
    ev_break(loop, EVBREAK_ALL);
}

int main(int argument_count, char **arguments)
{
    size_t body_bytes = argument_count == 2 ? strtoul(arguments[1], NULL, 10) : 0;
    if (!body_bytes || body_bytes > BODY_MAX_BYTES) {
        fprintf(stderr, "usage: bench_bare BYTES (1 to %d)\n", BODY_MAX_BYTES);
        return 2;
    }
    s_prepare(body_bytes);
    lws_set_log_level(LLL_ERR, NULL);
    struct ev_loop *loop = ev_default_loop(0);
    void *loops[] = {loop};
    struct lws_context_creation_info info = {
        .iface = "127.0.0.1",
        .protocols = s_protocols,
        .options = LWS_SERVER_OPTION_LIBEV | LWS_SERVER_OPTION_DISABLE_IPV6,
        .foreign_loops = loops,
        .alpn = "http/1.1",
    };
    struct lws_context *context = lws_create_context(&info);
    struct lws_vhost *vhost = context ? lws_get_vhost_by_name(context, "default") : NULL;
    if (!vhost) {
        fprintf(stderr, "bench_bare: libwebsockets can't start\n");
        return 1;
    }
    ev_signal end;
    ev_signal_init(&end, s_on_signal, SIGTERM);
    ev_signal_start(loop, &end);
    printf("%d\n", lws_get_vhost_listen_port(vhost));
    fflush(stdout);
    ev_run(loop, 0);
    lws_context_destroy(context);
    return 0;
}
