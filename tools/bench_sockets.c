/* The bench's spectators: many WebSockets on one waiting room, and the guest who moves in and out
 * of it, so that each move is one RoomState for all of them.
 *
 *   bench_sockets PORT ROOM PASSWORD TOKEN SOCKETS ROUNDS
 *
 * Prints "message_bytes whole_p50 whole_p99 spread_p50 spread_p99", times in milliseconds: whole is
 * from the guest's command (its commit included) to each socket's receipt of the state, spread from
 * the first socket's receipt to each. Sender and receivers have one clock, and one thread each. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define INPUT_MAX_BYTES (16 * 1024) /* more than one state of a duel */
#define FRAME_MAX_BYTES 256         /* that it sends */
#define WAIT_MS 5000                /* for everything that must come */
#define QUIET_MS 20                 /* between two moves */
#define EVENTS_MAX 256
#define NO_VERSION (-1) /* a fresh room's state has version 0 */

struct spectator {
    int fd;                      /* its connection */
    uint32_t length;             /* bytes in input */
    int64_t version;             /* of the newest state it has */
    char input[INPUT_MAX_BYTES]; /* what is no whole message yet */
};

struct bench {
    struct sockaddr_in address;   /* the server's */
    const char *room, *password;  /* where the guest moves in and out */
    const char *token;            /* the guest's */
    int guest;                    /* his HTTP connection */
    int epoll;                    /* of all spectators */
    struct spectator *spectators; /* owned */
    size_t count;                 /* how many */
    double *whole, *spread;       /* owned; ms; one per receipt */
    size_t receipts;              /* how many */
    uint64_t message_bytes;       /* of the newest */
};

__attribute__((format(printf, 1, 2), noreturn)) static void s_give_up(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("bench_sockets: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(1);
}

static double s_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* ---- connections ---------------------------------------------------------------------------- */

static int s_connect(const struct bench *self)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    struct timeval limit = {WAIT_MS / 1000, 0};
    if (fd < 0 || connect(fd, (const struct sockaddr *)&self->address, sizeof self->address) != 0)
        s_give_up("no connection: %s", strerror(errno));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    return fd;
}

static void s_send(int fd, const void *bytes, size_t length)
{
    if (send(fd, bytes, length, MSG_NOSIGNAL) != (ssize_t)length)
        s_give_up("sending failed: %s", strerror(errno));
}

/* Reads until the blank line behind an HTTP head, which must have that status. */
static void s_read_head(int fd, const char *status)
{
    char head[4096];
    size_t length = 0;
    while (length < sizeof head - 1) {
        if (recv(fd, head + length, 1, 0) != 1)
            s_give_up("no answer from the server");
        head[++length] = 0;
        if (length >= 4 && memcmp(head + length - 4, "\r\n\r\n", 4) == 0)
            break;
    }
    if (!strstr(head, status))
        s_give_up("unexpected answer: %.200s", head);
}

/* A STOMP frame, its NUL included, in a masked text message; a mask of zeros is as good as any. */
static void s_send_frame(int fd, const char *text)
{
    unsigned char message[8 + FRAME_MAX_BYTES] = {0x81, 0x80 | 126};
    size_t length = strlen(text) + 1;
    if (length > FRAME_MAX_BYTES)
        s_give_up("the room's number is too long");
    message[2] = (unsigned char)(length >> 8);
    message[3] = (unsigned char)length;
    memcpy(message + 8, text, length);
    s_send(fd, message, 8 + length);
}

static void s_open(struct bench *self, struct spectator *spectator)
{
    static const char upgrade[] =
        "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Protocol: v12.stomp\r\n\r\n";
    spectator->version = NO_VERSION;
    spectator->fd = s_connect(self);
    s_send(spectator->fd, upgrade, sizeof upgrade - 1);
    s_read_head(spectator->fd, " 101 ");
    char subscribe[FRAME_MAX_BYTES + 1];
    snprintf(subscribe, sizeof subscribe, "SUBSCRIBE\nid:room\ndestination:/topic/room/%s\n\n",
             self->room);
    s_send_frame(spectator->fd, "CONNECT\naccept-version:1.2\nhost:localhost\nheart-beat:0,0\n\n");
    s_send_frame(spectator->fd, subscribe);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = spectator};
    if (epoll_ctl(self->epoll, EPOLL_CTL_ADD, spectator->fd, &event) != 0)
        s_give_up("epoll: %s", strerror(errno));
}

/* ---- receiving ------------------------------------------------------------------------------ */

static int64_t s_version(const char *payload, size_t length)
{
    static const char key[] = "\"version\":";
    const char *found = memmem(payload, length, key, sizeof key - 1);
    return found ? strtoll(found + sizeof key - 1, NULL, 10) : NO_VERSION;
}

/* Takes the first whole message out of the input; its bytes, or 0 when there is none. */
static size_t s_take_message(struct bench *self, struct spectator *spectator)
{
    const unsigned char *bytes = (const unsigned char *)spectator->input;
    if (spectator->length < 4)
        return 0;
    size_t head = 2, payload = bytes[1] & 127u;
    if (payload == 127)
        s_give_up("a message too large for this bench");
    if (payload == 126) {
        head = 4;
        payload = (size_t)bytes[2] << 8 | bytes[3];
    }
    if (head + payload > sizeof spectator->input)
        s_give_up("a message too large for this bench");
    if (spectator->length < head + payload)
        return 0;
    if ((bytes[0] & 15) == 8)
        s_give_up("the server closed: %.*s", (int)payload, spectator->input + head);
    const char *text = spectator->input + head;
    if (payload > 5 && memcmp(text, "ERROR", 5) == 0)
        s_give_up("%.*s", (int)payload, text);
    int64_t version = s_version(text, payload);
    if (version > spectator->version) {
        spectator->version = version;
        self->message_bytes = head + payload;
    }
    return head + payload;
}

static void s_receive(struct bench *self, struct spectator *spectator)
{
    ssize_t got = recv(spectator->fd, spectator->input + spectator->length,
                       sizeof spectator->input - spectator->length, MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN))
        s_give_up("a connection was cut: %s", got ? strerror(errno) : "its end");
    if (got < 0)
        return;
    spectator->length += (uint32_t)got;
    for (size_t taken; (taken = s_take_message(self, spectator));) {
        spectator->length -= (uint32_t)taken;
        memmove(spectator->input, spectator->input + taken, spectator->length);
    }
}

/* Waits until every spectator has a state newer than `base`. Notes the receipts when there was a
 * move, at begin_ms. Returns the newest version. */
static int64_t s_await(struct bench *self, int64_t base, double begin_ms)
{
    struct epoll_event events[EVENTS_MAX];
    double limit_ms = s_now_ms() + WAIT_MS, first_ms = 0;
    int64_t newest = base;
    for (size_t missing = self->count; missing;) {
        int count = epoll_wait(self->epoll, events, EVENTS_MAX, WAIT_MS);
        if (count <= 0 || s_now_ms() > limit_ms)
            s_give_up("%zu of %zu sockets got no state", missing, self->count);
        for (int i = 0; i < count; i++) {
            struct spectator *spectator = events[i].data.ptr;
            bool waited = spectator->version <= base;
            s_receive(self, spectator);
            if (!waited || spectator->version <= base)
                continue;
            double now_ms = s_now_ms();
            first_ms = first_ms > 0 ? first_ms : now_ms;
            newest = spectator->version > newest ? spectator->version : newest;
            missing--;
            if (begin_ms > 0) {
                self->whole[self->receipts] = now_ms - begin_ms;
                self->spread[self->receipts++] = now_ms - first_ms;
            }
        }
    }
    return newest;
}

/* ---- rounds --------------------------------------------------------------------------------- */

static void s_move(struct bench *self, bool in)
{
    char request[1024];
    int length = snprintf(request, sizeof request,
                          "POST /rooms/%s?roomId=%s%s%s HTTP/1.1\r\nHost: localhost\r\n"
                          "Authorization: Bearer %s\r\nContent-Length: 0\r\n\r\n",
                          in ? "join" : "leave", self->room, in ? "&password=" : "",
                          in ? self->password : "", self->token);
    if (length >= (int)sizeof request)
        s_give_up("the token is too long");
    s_send(self->guest, request, (size_t)length);
}

/* The answer's head says 200; its short body is there with it. */
static void s_finish_move(struct bench *self)
{
    char body[256];
    s_read_head(self->guest, " 200 ");
    if (recv(self->guest, body, sizeof body, 0) <= 0)
        s_give_up("an answer without its body");
}

static int s_order(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static void s_run(struct bench *self, size_t rounds)
{
    int64_t version = s_await(self, NO_VERSION, 0); /* the snapshots */
    for (size_t round = 0; round < rounds; round++) {
        usleep(QUIET_MS * 1000);
        double begin_ms = s_now_ms();
        s_move(self, round % 2 == 0);
        version = s_await(self, version, begin_ms);
        s_finish_move(self);
    }
}

static double s_percentile(const double *sorted, size_t count, size_t percent)
{
    return sorted[(count - 1) * percent / 100];
}

int main(int argument_count, char **arguments)
{
    if (argument_count != 7) {
        fprintf(stderr, "usage: bench_sockets PORT ROOM PASSWORD TOKEN SOCKETS ROUNDS\n");
        return 2;
    }
    struct bench bench = {.address = {.sin_family = AF_INET,
                                      .sin_port = htons((uint16_t)atoi(arguments[1])),
                                      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)},
                          .room = arguments[2],
                          .password = arguments[3],
                          .token = arguments[4],
                          .epoll = epoll_create1(EPOLL_CLOEXEC),
                          .count = strtoul(arguments[5], NULL, 10)};
    size_t rounds = strtoul(arguments[6], NULL, 10);
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    bench.spectators = calloc(bench.count, sizeof *bench.spectators);
    bench.whole = calloc(bench.count * rounds, sizeof *bench.whole);
    bench.spread = calloc(bench.count * rounds, sizeof *bench.spread);
    if (!bench.count || !rounds || !bench.spectators || !bench.whole || !bench.spread)
        s_give_up("at least one socket and one round, and memory for them");
    bench.guest = s_connect(&bench);
    for (size_t i = 0; i < bench.count; i++)
        s_open(&bench, &bench.spectators[i]);
    s_run(&bench, rounds);
    qsort(bench.whole, bench.receipts, sizeof *bench.whole, s_order);
    qsort(bench.spread, bench.receipts, sizeof *bench.spread, s_order);
    printf("%llu %.3f %.3f %.3f %.3f\n", (unsigned long long)bench.message_bytes,
           s_percentile(bench.whole, bench.receipts, 50),
           s_percentile(bench.whole, bench.receipts, 99),
           s_percentile(bench.spread, bench.receipts, 50),
           s_percentile(bench.spread, bench.receipts, 99));
    for (size_t i = 0; i < bench.count; i++)
        close(bench.spectators[i].fd);
    close(bench.guest);
    close(bench.epoll);
    free(bench.spectators);
    free(bench.whole);
    free(bench.spread);
    return 0;
}
