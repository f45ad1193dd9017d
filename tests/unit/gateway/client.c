#include "tests/unit/gateway/client.h"

#include "tests/unit/gateway/cmocka_all.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define WAIT_S 20 /* far beyond anything that happens */

static char s_text[1 << 20];

int client_connect(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct timeval limit = {.tv_sec = WAIT_S};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

void client_send(int fd, const char *bytes, size_t length)
{
    while (length) {
        ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
        if (sent < 0)
            return; /* the peer has had enough; what it answered tells */
        bytes += sent;
        length -= (size_t)sent;
    }
}

/* Reads up to `length` bytes; fewer only when the connection ends. */
static size_t s_read(int fd, char *to, size_t length)
{
    size_t count = 0;
    while (count < length) {
        ssize_t got = recv(fd, to + count, length - count, 0);
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            fail_msg("nothing came in %d s", WAIT_S);
        if (got <= 0)
            break;
        count += (size_t)got;
    }
    return count;
}

const char *client_response(int fd, bool head)
{
    size_t count = 0;
    s_text[0] = 0;
    while (!strstr(s_text, "\r\n\r\n")) {
        assert_true(count + 1 < sizeof s_text);
        if (!s_read(fd, s_text + count, 1))
            return s_text;
        s_text[++count] = 0;
    }
    const char *field = strcasestr(s_text, "\r\ncontent-length:");
    size_t length = field && !head ? strtoul(field + 17, NULL, 10) : 0;
    assert_true(count + length < sizeof s_text);
    count += s_read(fd, s_text + count, length);
    s_text[count] = 0;
    return s_text;
}

const char *client_http(uint16_t port, const char *method, const char *target, const char *lines,
                        const char *body)
{
    struct buffer request;
    buffer_init(&request, 1 << 24);
    buffer_printf(&request, "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\n%s", method, target, lines);
    if (body)
        buffer_printf(&request, "Content-Length: %zu\r\n", strlen(body));
    buffer_printf(&request, "\r\n%s", body ? body : "");
    int fd = client_connect(port);
    client_send(fd, request.data, request.length);
    const char *response = client_response(fd, strcmp(method, "HEAD") == 0);
    close(fd);
    buffer_fini(&request);
    return response;
}

bool client_closed(int fd)
{
    char byte;
    return s_read(fd, &byte, 1) == 0;
}

int client_websocket(uint16_t port, const char *path, const char *subprotocols)
{
    char request[1024];
    int fd = client_connect(port);
    int length = snprintf(request, sizeof request,
                          "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
                          "Connection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s%s%s\r\n",
                          path, subprotocols ? "Sec-WebSocket-Protocol: " : "",
                          subprotocols ? subprotocols : "", subprotocols ? "\r\n" : "");
    client_send(fd, request, (size_t)length);
    const char *response = client_response(fd, false);
    if (strncmp(response, "HTTP/1.1 101 ", 13) != 0)
        fail_msg("no upgrade: %s", response);
    return fd;
}

void client_ws_send(int fd, const char *text)
{
    unsigned char frame[70000];
    size_t length = strlen(text), at = 0;
    assert_true(length < 65536);
    frame[at++] = 0x81;
    if (length < 126) {
        frame[at++] = (unsigned char)(0x80 | length);
    } else {
        frame[at++] = 0x80 | 126;
        frame[at++] = (unsigned char)(length >> 8);
        frame[at++] = (unsigned char)length;
    }
    memset(frame + at, 0x20, 4); /* the mask */
    at += 4;
    for (size_t i = 0; i < length; i++)
        frame[at++] = (unsigned char)((text[i] == '@' ? 0 : text[i]) ^ 0x20);
    client_send(fd, (const char *)frame, at);
}

const char *client_ws_receive(int fd)
{
    unsigned char head[10];
    if (s_read(fd, (char *)head, 2) < 2)
        return "<end>";
    size_t length = head[1] & 0x7f, more = length == 126 ? 2 : length == 127 ? 8 : 0;
    if (s_read(fd, (char *)head + 2, more) < more)
        return "<end>";
    for (size_t i = 0; i < more; i++)
        length = (i ? length << 8 : 0) | head[2 + i];
    assert_true(length < sizeof s_text);
    if (s_read(fd, s_text, length) < length)
        return "<end>";
    s_text[length] = 0;
    if ((head[0] & 0x0f) == 9) /* a ping */
        return client_ws_receive(fd);
    if ((head[0] & 0x0f) == 8) {
        int status = length >= 2 ? ((unsigned char)s_text[0] << 8 | (unsigned char)s_text[1]) : 0;
        snprintf(s_text, sizeof s_text, "<close %d>", status);
        return s_text;
    }
    for (size_t i = 0; i < length; i++)
        if (!s_text[i])
            s_text[i] = '@';
    return s_text;
}
