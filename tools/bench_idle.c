/* Idle clients for bench_idle.py, all of one kind: each logs in to STOMP anonymously, subscribes to
 * a room in which nothing happens, and from then on exchanges heart-beats alone, as browsers do.
 *
 *   bench_idle PORT KIND CLIENTS ROOM…     KIND: websocket sockjs_websocket xhr_streaming xhr
 *
 * Prints "ready" when every client has its room's state, and goes on until its standard input ends;
 * then prints how many connections were lost since it was ready. One thread; below HTTP and
 * WebSocket it does just enough to keep such a client going. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
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

#define BEAT_MS 10000  /* what clients ask for, both ways */
#define OPENING_MAX 64 /* clients that are not ready yet */
#define SENDERS 32     /* connections that carry what SockJS clients send */
#define SOURCES 16     /* addresses of ours, 127.0.0.1 and on: each has ports of its own */
#define TURN_MS 5      /* between two looks at whose heart-beat is due */
#define WAIT_MS 60000  /* for the next client to get ready */
#define INPUT_MAX_BYTES 8192
#define EVENTS_MAX 256

enum kind { WEBSOCKET, SOCKJS_WEBSOCKET, XHR_STREAMING, XHR, KINDS };
static const char *const s_kinds[KINDS] = {"websocket", "sockjs_websocket", "xhr_streaming", "xhr"};

enum stage { UPGRADING, OPENING, SUBSCRIBING, READY, GONE };

/* A client's connection, or a sender. */
struct peer {
    int fd;                      /* -1: none */
    uint32_t number;             /* which one; a client's is in its session's name */
    enum stage stage;            /* how far it is */
    uint32_t length;             /* bytes in input */
    char input[INPUT_MAX_BYTES]; /* what is no whole message yet; NUL-terminated to search it */
};

/* What one sender has to send, of whom. */
struct line {
    uint32_t *clients;     /* owned; a ring, as large as there are clients */
    uint32_t first, count; /* of those that wait */
    bool busy;             /* an answer is awaited */
};

struct bench {
    uint16_t port;              /* the server's */
    enum kind kind;             /* of all clients */
    uint32_t count;             /* of clients */
    char **rooms;               /* borrowed; that they watch */
    uint32_t room_count;        /* how many */
    int epoll;                  /* of all peers, and of standard input */
    struct peer *peers;         /* owned; the clients, and SENDERS behind them */
    struct line lines[SENDERS]; /* one each */
    uint32_t begun, ready;      /* clients */
    uint32_t lost;              /* connections, since all were ready */
    uint32_t beaten;            /* whose heart-beat is next */
};

__attribute__((format(printf, 1, 2), noreturn)) static void s_give_up(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("bench_idle: ", stderr);
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

static void s_connect(struct bench *self, struct peer *peer)
{
    int on = 1;
    struct sockaddr_in from = {.sin_family = AF_INET,
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK + peer->number % SOURCES)};
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons(self->port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = peer};
    peer->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(peer->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    if (peer->fd < 0 || bind(peer->fd, (struct sockaddr *)&from, sizeof from) != 0 ||
        connect(peer->fd, (struct sockaddr *)&to, sizeof to) != 0 ||
        epoll_ctl(self->epoll, EPOLL_CTL_ADD, peer->fd, &event) != 0)
        s_give_up("no connection: %s", strerror(errno));
    setsockopt(peer->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/* What is sent is small: there is always room for it, unless the server does not read. */
static void s_send(struct peer *peer, const void *bytes, size_t length)
{
    if (send(peer->fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)length &&
        errno != EPIPE && errno != ECONNRESET)
        s_give_up("sending failed: %s", strerror(errno));
}

/* A sender that has nothing to send may be; the next request opens it again. */
static void s_lose(struct bench *self, struct peer *peer)
{
    bool client = peer < self->peers + self->count;
    if (client ? peer->stage != READY : self->lines[peer->number].busy)
        s_give_up("a connection was lost in the midst of it: %.200s", peer->input);
    close(peer->fd);
    peer->fd = -1;
    peer->length = 0;
    peer->stage = GONE;
    self->lost += client;
}

/* ---- saying --------------------------------------------------------------------------------- */

/* In a masked frame; a mask of zeros is as good as any. */
static void s_send_frame(struct peer *peer, unsigned opcode, const char *text, size_t length)
{
    unsigned char message[8 + 512] = {(unsigned char)(0x80 | opcode)};
    size_t head = length < 126 ? 6 : 8;
    if (length > 512)
        s_give_up("a frame too large for this bench");
    message[1] = (unsigned char)(0x80 | (length < 126 ? length : 126));
    if (length >= 126) {
        message[2] = (unsigned char)(length >> 8);
        message[3] = (unsigned char)length;
    }
    memcpy(message + head, text, length);
    s_send(peer, message, head + length);
}

/* What a client says: its CONNECT and SUBSCRIBE, or a heart-beat; `quoted` as SockJS has it. */
static int s_write_words(const struct bench *self, const struct peer *client, bool quoted,
                         char text[512])
{
    if (client->stage == READY)
        return snprintf(text, 512, "%s", quoted ? "[\"\\n\"]" : "\n");
    const char *room = self->rooms[client->number % self->room_count];
    if (quoted)
        return snprintf(
            text, 512,
            "[\"CONNECT\\naccept-version:1.1\\nheart-beat:%d,%d\\n\\n\\u0000SUBSCRIBE\\n"
            "id:sub-0\\ndestination:/topic/room/%s\\n\\n\\u0000\"]",
            BEAT_MS, BEAT_MS, room);
    return snprintf(text, 512,
                    "CONNECT\naccept-version:1.1\nheart-beat:%d,%d\n\n%cSUBSCRIBE\nid:sub-0\n"
                    "destination:/topic/room/%s\n\n%c",
                    BEAT_MS, BEAT_MS, 0, room, 0);
}

static void s_send_next(struct bench *self, uint32_t number)
{
    struct line *line = &self->lines[number];
    char words[512], request[1024];
    if (line->busy || !line->count)
        return;
    const struct peer *client = &self->peers[line->clients[line->first]];
    struct peer *sender = &self->peers[self->count + number];
    if (sender->fd < 0)
        s_connect(self, sender);
    line->first = (line->first + 1) % self->count;
    line->count--;
    line->busy = true;
    int length = s_write_words(self, client, true, words);
    length = snprintf(request, sizeof request,
                      "POST /ws/000/client%u/xhr_send HTTP/1.1\r\nHost: x\r\n"
                      "Content-Length: %d\r\n\r\n%s",
                      client->number, length, words);
    s_send(sender, request, (size_t)length);
}

static void s_say(struct bench *self, struct peer *client)
{
    char words[512];
    if (self->kind == XHR_STREAMING || self->kind == XHR) {
        struct line *line = &self->lines[client->number % SENDERS];
        if (line->count == self->count)
            s_give_up("the server answers too slowly");
        line->clients[(line->first + line->count++) % self->count] = client->number;
        s_send_next(self, client->number % SENDERS);
        return;
    }
    int length = s_write_words(self, client, self->kind == SOCKJS_WEBSOCKET, words);
    s_send_frame(client, 1, words, (size_t)length);
}

/* ---- hearing -------------------------------------------------------------------------------- */

static void s_receive(struct bench *self, struct peer *client)
{
    char request[256];
    int length = snprintf(request, sizeof request,
                          "POST /ws/000/client%u/%s HTTP/1.1\r\nHost: x\r\n"
                          "Content-Length: 0\r\n\r\n",
                          client->number, s_kinds[self->kind]);
    s_send(client, request, (size_t)length);
}

static void s_begin(struct bench *self)
{
    struct peer *client = &self->peers[self->begun];
    char request[512];
    client->number = self->begun++;
    s_connect(self, client);
    if (self->kind == XHR_STREAMING || self->kind == XHR) {
        client->stage = OPENING;
        s_receive(self, client);
        return;
    }
    char path[64] = "/ws";
    if (self->kind == SOCKJS_WEBSOCKET)
        snprintf(path, sizeof path, "/ws/000/client%u/websocket", client->number);
    int length = snprintf(request, sizeof request,
                          "GET %s HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
                          "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                          path);
    s_send(client, request, (size_t)length);
}

/* A message of the session's: `text` is NUL-terminated. */
static void s_on_text(struct bench *self, struct peer *client, const char *text)
{
    if (self->kind != WEBSOCKET && strncmp(text, "c[", 2) == 0) {
        s_lose(self, client);
    } else if (client->stage == OPENING) {
        client->stage = SUBSCRIBING;
        s_say(self, client);
    } else if (strstr(text, "ERROR")) {
        s_give_up("%.300s", text);
    } else if (client->stage == SUBSCRIBING && strstr(text, "MESSAGE")) {
        client->stage = READY;
        self->ready++;
    }
}

/* Bytes of a whole WebSocket frame at the head of the input, handled; 0: there is none yet. */
static uint32_t s_take_frame(struct bench *self, struct peer *client)
{
    unsigned char *bytes = (unsigned char *)client->input;
    uint32_t head = client->length > 1 && (bytes[1] & 127u) == 126 ? 4 : 2;
    if (client->length < head)
        return 0;
    uint32_t payload = head == 4 ? (uint32_t)bytes[2] << 8 | bytes[3] : bytes[1] & 127u;
    if (payload > INPUT_MAX_BYTES - 8)
        s_give_up("a message too large for this bench");
    if (client->length < head + payload)
        return 0;
    char *text = client->input + head, saved = text[payload];
    text[payload] = 0;
    if ((bytes[0] & 15) == 9)
        s_send_frame(client, 10, text, payload);
    else if ((bytes[0] & 15) == 1)
        s_on_text(self, client, text);
    text[payload] = saved;
    return head + payload;
}

/* The same of an HTTP answer with its length; its body is handled, if it is a client's. */
static uint32_t s_take_answer(struct bench *self, struct peer *peer)
{
    char *end = strstr(peer->input, "\r\n\r\n"), *length = strstr(peer->input, "content-length: ");
    if (!end)
        return 0;
    uint32_t body = length && length < end ? (uint32_t)strtoul(length + 16, NULL, 10) : 0;
    uint32_t head = (uint32_t)(end + 4 - peer->input);
    if (head + body >= INPUT_MAX_BYTES)
        s_give_up("an answer too large for this bench");
    if (peer->length < head + body)
        return 0;
    uint32_t sender = (uint32_t)(peer - self->peers) - self->count;
    if (peer < self->peers + self->count) {
        s_on_text(self, peer, end + 4);
        if (peer->stage != GONE)
            s_receive(self, peer);
    } else if (strstr(peer->input, " 204 ")) {
        self->lines[sender].busy = false;
        s_send_next(self, sender);
    } else if (!strstr(peer->input, " 404 ") || self->ready < self->count) {
        s_give_up("unexpected answer: %.200s", peer->input);
    } else { /* the session was lost, which is counted with its receiver */
        self->lines[sender].busy = false;
        s_send_next(self, sender);
    }
    return head + body;
}

/* A line of a stream, whose chunks are not looked at. */
static uint32_t s_take_line(struct bench *self, struct peer *client)
{
    char *end = memchr(client->input, '\n', client->length);
    if (!end)
        return 0;
    *end = 0;
    if (strcmp(client->input, "o") == 0 || client->input[1] == '[')
        s_on_text(self, client, client->input);
    return (uint32_t)(end + 1 - client->input);
}

static uint32_t s_take(struct bench *self, struct peer *peer)
{
    bool client = peer < self->peers + self->count;
    if (!client || self->kind == XHR)
        return s_take_answer(self, peer);
    if (self->kind == XHR_STREAMING)
        return s_take_line(self, peer);
    if (peer->stage != UPGRADING)
        return s_take_frame(self, peer);
    char *end = strstr(peer->input, "\r\n\r\n");
    if (!end)
        return 0;
    peer->stage = OPENING;
    if (self->kind == WEBSOCKET)
        s_on_text(self, peer, "");
    return (uint32_t)(end + 4 - peer->input);
}

static void s_read(struct bench *self, struct peer *peer)
{
    if (peer->length >= INPUT_MAX_BYTES - 1)
        s_give_up("a line too large for this bench: %.200s", peer->input);
    ssize_t got = recv(peer->fd, peer->input + peer->length, INPUT_MAX_BYTES - 1 - peer->length,
                       MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN)
        return;
    if (got <= 0) {
        s_lose(self, peer);
        return;
    }
    peer->length += (uint32_t)got;
    peer->input[peer->length] = 0;
    for (uint32_t taken; peer->length && (taken = s_take(self, peer));) {
        peer->length -= taken;
        memmove(peer->input, peer->input + taken, peer->length + 1);
    }
}

/* ---- time ----------------------------------------------------------------------------------- */

/* In turns, so that all have theirs in BEAT_MS. */
static void s_beat(struct bench *self, double *due, double passed_ms)
{
    for (*due += passed_ms / BEAT_MS * self->count; *due >= 1; --*due) {
        struct peer *client = &self->peers[self->beaten++ % self->count];
        if (client->stage == READY)
            s_say(self, client);
    }
}

/* One turn: false when standard input has ended. */
static bool s_turn(struct bench *self)
{
    struct epoll_event events[EVENTS_MAX];
    int count = epoll_wait(self->epoll, events, EVENTS_MAX, TURN_MS);
    for (int i = 0; i < count; i++) {
        struct peer *peer = events[i].data.ptr;
        if (!peer)
            return false;
        if (peer->fd >= 0)
            s_read(self, peer);
    }
    return true;
}

static void s_run(struct bench *self)
{
    double before_ms = s_now_ms(), progress_ms = before_ms, due = 0;
    bool told = false;
    for (uint32_t ready = 0; s_turn(self);) {
        double now_ms = s_now_ms();
        s_beat(self, &due, now_ms - before_ms);
        before_ms = now_ms;
        while (self->begun < self->count && self->begun - self->ready < OPENING_MAX)
            s_begin(self);
        if (self->ready != ready || told)
            progress_ms = now_ms;
        ready = self->ready;
        if (now_ms - progress_ms > WAIT_MS)
            s_give_up("%u of %u clients got ready", ready, self->count);
        if (!told && ready == self->count) {
            told = true;
            puts("ready");
            fflush(stdout);
        }
    }
}

/* ---- life ----------------------------------------------------------------------------------- */

static void s_init(struct bench *self)
{
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    self->epoll = epoll_create1(EPOLL_CLOEXEC);
    self->peers = calloc(self->count + SENDERS, sizeof *self->peers);
    struct epoll_event input = {.events = EPOLLIN}; /* which is never sent anything */
    if (!self->peers || epoll_ctl(self->epoll, EPOLL_CTL_ADD, STDIN_FILENO, &input) != 0)
        s_give_up("no memory, or standard input is no pipe");
    for (uint32_t i = 0; i < SENDERS; i++) {
        self->lines[i].clients = calloc(self->count, sizeof *self->lines[i].clients);
        if (!self->lines[i].clients)
            s_give_up("no memory");
        self->peers[self->count + i].number = i;
        self->peers[self->count + i].fd = -1;
    }
}

int main(int argument_count, char **arguments)
{
    struct bench bench = {0};
    while (argument_count > 4 && bench.kind < KINDS && strcmp(arguments[2], s_kinds[bench.kind]))
        bench.kind++;
    if (argument_count <= 4 || bench.kind == KINDS || atoi(arguments[3]) <= 0) {
        fprintf(stderr, "usage: bench_idle PORT KIND CLIENTS ROOM…\n");
        return 2;
    }
    bench.port = (uint16_t)atoi(arguments[1]);
    bench.count = (uint32_t)atoi(arguments[3]);
    bench.rooms = arguments + 4;
    bench.room_count = (uint32_t)argument_count - 4;
    s_init(&bench);
    s_run(&bench);
    printf("%u\n", bench.lost);
    for (uint32_t i = 0; i < SENDERS; i++)
        free(bench.lines[i].clients);
    free(bench.peers);
    close(bench.epoll);
    return 0;
}
