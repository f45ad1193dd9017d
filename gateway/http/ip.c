#include "gateway/http/ip.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>

static const unsigned char s_v4_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static bool s_is_v4(const struct ip *self)
{
    return memcmp(self->bytes, s_v4_prefix, sizeof s_v4_prefix) == 0;
}

static void s_set_v4(struct ip *self, const void *four)
{
    memcpy(self->bytes, s_v4_prefix, sizeof s_v4_prefix);
    memcpy(self->bytes + sizeof s_v4_prefix, four, 4);
}

struct ip ip_of(const struct sockaddr *from)
{
    struct ip self = {0};
    if (from->sa_family == AF_INET)
        s_set_v4(&self, &((const struct sockaddr_in *)from)->sin_addr);
    else if (from->sa_family == AF_INET6)
        memcpy(self.bytes, &((const struct sockaddr_in6 *)from)->sin6_addr, sizeof self.bytes);
    return self;
}

bool ip_parse(struct ip *self, struct slice text)
{
    char copy[IP_TEXT_BYTES + 8];
    unsigned char four[4];
    if (!text.length || text.length >= sizeof copy)
        return false;
    memcpy(copy, text.data, text.length);
    copy[text.length] = 0;
    char *start = copy, *colon = strchr(copy, ':');
    if (*copy == '[') { /* then a port may follow */
        start = copy + 1;
        char *end = strchr(start, ']');
        if (!end)
            return false;
        *end = 0;
    } else if (colon && !strchr(colon + 1, ':')) {
        *colon = 0;
    }
    if (inet_pton(AF_INET6, start, self->bytes) == 1)
        return true;
    if (inet_pton(AF_INET, start, four) != 1)
        return false;
    s_set_v4(self, four);
    return true;
}

void ip_write(const struct ip *self, char text[IP_TEXT_BYTES])
{
    bool v4 = s_is_v4(self);
    inet_ntop(v4 ? AF_INET : AF_INET6, self->bytes + (v4 ? sizeof s_v4_prefix : 0), text,
              IP_TEXT_BYTES);
}

static struct slice s_trim(struct slice text)
{
    while (text.length && (text.data[0] == ' ' || text.data[0] == '\t'))
        text = slice_from(text.data + 1, text.length - 1);
    while (text.length && strchr(" \t", text.data[text.length - 1]))
        text.length--;
    return text;
}

static bool s_add(struct networks *self, struct slice entry)
{
    const char *slash = memchr(entry.data, '/', entry.length);
    struct slice text = entry;
    if (self->count == NETWORKS_MAX)
        return false;
    if (slash)
        text.length = (size_t)(slash - entry.data);
    struct ip address;
    if (!ip_parse(&address, text))
        return false;
    unsigned most = s_is_v4(&address) && !memchr(text.data, ':', text.length) ? 32 : 128;
    unsigned bits = most;
    if (slash) {
        size_t left = entry.length - text.length - 1;
        bits = 0;
        for (size_t i = 1; i <= left; i++) {
            if (slash[i] < '0' || slash[i] > '9' || left > 3)
                return false;
            bits = bits * 10 + (unsigned)(slash[i] - '0');
        }
        if (!left || bits > most)
            return false;
    }
    self->items[self->count].address = address;
    self->items[self->count++].bits = bits + 128 - most;
    return true;
}

bool networks_init(struct networks *self, const char *list)
{
    *self = (struct networks){0};
    while (*list) {
        size_t length = strcspn(list, ", ");
        if (length && !s_add(self, slice_from(list, length)))
            return false;
        list += length;
        list += strspn(list, ", ");
    }
    return true;
}

bool networks_have(const struct networks *self, const struct ip *address)
{
    for (size_t i = 0; i < self->count; i++) {
        unsigned bits = self->items[i].bits, whole = bits / 8, rest = bits % 8;
        const unsigned char *a = self->items[i].address.bytes, *b = address->bytes;
        if (memcmp(a, b, whole) == 0 && (!rest || (a[whole] ^ b[whole]) >> (8 - rest) == 0))
            return true;
    }
    return false;
}

struct ip networks_client(const struct networks *self, const struct ip *peer,
                          struct slice forwarded)
{
    struct ip client = *peer;
    while (forwarded.length && networks_have(self, &client)) {
        const char *comma = memrchr(forwarded.data, ',', forwarded.length);
        const char *start = comma ? comma + 1 : forwarded.data;
        size_t head = (size_t)(start - forwarded.data);
        struct ip before;
        if (!ip_parse(&before, s_trim(slice_from(start, forwarded.length - head))))
            break; /* the proxy that says this nonsense is the last that is known */
        client = before;
        forwarded.length = comma ? head - 1 : 0;
    }
    return client;
}
