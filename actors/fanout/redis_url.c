#include "actors/fanout/redis_url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"

static int s_hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* Percent-decodes into a part; false: malformed, too long, or with a NUL inside. */
static bool s_decode(struct slice text, char out[REDIS_URL_PART_BYTES])
{
    size_t length = 0;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        if (c == '%') {
            int high = i + 2 < text.length ? s_hex(text.data[i + 1]) : -1;
            int low = i + 2 < text.length ? s_hex(text.data[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            c = (char)(high << 4 | low);
            i += 2;
        }
        if (c == '\0' || length + 1 == REDIS_URL_PART_BYTES)
            return false;
        out[length++] = c;
    }
    out[length] = '\0';
    return true;
}

/* A number of at most `most`, and nothing else. */
static bool s_number(struct slice text, uint64_t most, uint64_t *number)
{
    *number = 0;
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        *number = *number * 10 + (uint64_t)(text.data[i] - '0');
        if (*number > most)
            return false;
    }
    return text.length > 0;
}

/* What stands before `mark`, which is cut off with it; everything when there is none. */
static struct slice s_cut(struct slice *text, char mark, bool *found)
{
    const char *at = text->length ? memchr(text->data, mark, text->length) : NULL;
    struct slice before = *text;
    *found = at != NULL;
    if (at) {
        before.length = (size_t)(at - text->data);
        *text = slice_from(at + 1, text->length - before.length - 1);
    } else
        *text = slice_from(text->data + text->length, 0);
    return before;
}

static const char *s_read_login(struct slice login, struct redis_url *url)
{
    bool with_password;
    struct slice user = s_cut(&login, ':', &with_password);
    if (!s_decode(user, url->user) || !s_decode(login, url->password))
        return "its user or password is too long or not percent-encoded";
    if (*url->user && !*url->password)
        return "it names a user without a password; write redis://user:password@host";
    return NULL;
}

static const char *s_read_host(struct slice place, struct redis_url *url)
{
    uint64_t port = REDIS_DEFAULT_PORT;
    bool found;
    struct slice host;
    if (place.length && place.data[0] == '[') { /* an IPv6 address */
        place = slice_from(place.data + 1, place.length - 1);
        host = s_cut(&place, ']', &found);
        if (!found || (place.length && place.data[0] != ':'))
            return "its address is not [address]:port";
        found = place.length > 0;
        place = slice_from(place.data + found, place.length - found);
    } else
        host = s_cut(&place, ':', &found);
    if (!host.length || host.length >= REDIS_URL_PART_BYTES)
        return "it names no host; write redis://host:port";
    if (found && (!s_number(place, UINT16_MAX, &port) || port == 0))
        return "its port is not a number from 1 to 65535";
    memcpy(url->host, host.data, host.length);
    url->host[host.length] = '\0';
    url->port = (uint16_t)port;
    return NULL;
}

static const char *s_read(struct slice rest, struct redis_url *url)
{
    bool found;
    struct slice before = s_cut(&rest, '/', &found), database = rest;
    const char *at = before.length ? memrchr(before.data, '@', before.length) : NULL;
    if (at) {
        size_t length = (size_t)(at - before.data);
        const char *wrong = s_read_login(slice_from(before.data, length), url);
        if (wrong)
            return wrong;
        before = slice_from(at + 1, before.length - length - 1);
    }
    const char *wrong = s_read_host(before, url);
    uint64_t number = 0;
    if (!wrong && database.length && !s_number(database, UINT32_MAX, &number))
        wrong = "what follows the host is not the number of a database";
    url->database = (uint32_t)number;
    return wrong;
}

bool redis_url_parse(const char *text, struct redis_url *url, char *error, size_t error_size)
{
    const char *wrong = "it does not begin with redis:// or rediss://";
    *url = (struct redis_url){.tls = strncmp(text, "rediss://", 9) == 0};
    if (url->tls || strncmp(text, "redis://", 8) == 0)
        wrong = s_read(slice_of(text + (url->tls ? 9 : 8)), url);
    if (wrong)
        snprintf(error, error_size, "not a URL of Redis: %s", wrong);
    return wrong == NULL;
}
