/* An origin that is not allowed gets no header of access-control, and the browser keeps the answer
 * from its script. Vary goes with every answer, so that no cache mixes origins up. */
#include "gateway/http/cors.h"

static bool s_printable(struct slice text)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.data[i] <= ' ' || text.data[i] >= 0x7f)
            return false;
    return text.length > 0;
}

static size_t s_span_host(struct slice text)
{
    size_t length = 0;
    while (length < text.length && ((text.data[length] >= 'a' && text.data[length] <= 'z') ||
                                    (text.data[length] >= '0' && text.data[length] <= '9') ||
                                    strchr(".-", text.data[length])))
        length++;
    return length;
}

/* Behind "scheme://"; NULL when there is no scheme. */
static const char *s_host(struct slice origin)
{
    const char *colon = memmem(origin.data, origin.length, "://", 3);
    return colon && colon != origin.data ? colon + 3 : NULL;
}

/* scheme://host[:port]: a path, a slash at the end or a capital would never equal what a browser
 * sends. */
static bool s_is_origin(struct slice text)
{
    const char *host = s_host(text), *end = text.data + text.length;
    if (!s_printable(text) || !host || host == end)
        return false;
    if (*host == '[') /* an IPv6 address has no parts */
        return !memchr(host, '/', (size_t)(end - host));
    if (end - host > 2 && host[0] == '*' && host[1] == '.')
        host += 2;
    size_t length = s_span_host(slice_from(host, (size_t)(end - host)));
    const char *port = host + length;
    if (!length || host[0] == '.' || (port != end && (*port != ':' || port + 1 == end)))
        return false;
    while (port != end && ++port != end)
        if (*port < '0' || *port > '9')
            return false;
    return true;
}

/* The scheme, any parts, ".example.org:8443". */
static bool s_matches(struct slice pattern, struct slice origin)
{
    const char *star = memmem(pattern.data, pattern.length, "://*.", 5);
    if (!star)
        return slice_equal(pattern, origin);
    size_t head = (size_t)(star - pattern.data) + 3, tail = pattern.length - head - 1;
    if (origin.length <= head + tail || memcmp(origin.data, pattern.data, head) != 0 ||
        memcmp(origin.data + origin.length - tail, star + 4, tail) != 0)
        return false;
    struct slice parts = slice_from(origin.data + head, origin.length - head - tail);
    return s_span_host(parts) == parts.length && parts.data[0] != '.';
}

bool cors_init(struct cors *self, const char *list)
{
    *self = (struct cors){0};
    while (*list) {
        size_t length = strcspn(list, ", ");
        struct slice origin = slice_from(list, length);
        if (slice_is(origin, "*")) {
            self->any = true;
        } else if (length) {
            if (self->count == CORS_ORIGINS_MAX || !s_is_origin(origin))
                return false;
            self->origins[self->count++] = origin;
        }
        list += length;
        list += strspn(list, ", ");
    }
    return true;
}

bool cors_allows(const struct cors *self, struct slice origin)
{
    if (!s_printable(origin))
        return false;
    for (size_t i = 0; i < self->count; i++)
        if (s_matches(self->origins[i], origin))
            return true;
    return self->any;
}

static void s_line(struct buffer *lines, const char *name, struct slice value)
{
    buffer_append_text(lines, name);
    buffer_append_text(lines, ": ");
    buffer_append(lines, value.data, value.length);
    buffer_append_text(lines, "\r\n");
}

static void s_grant(const struct cors *self, struct slice origin, struct buffer *lines)
{
    if (!cors_allows(self, origin))
        return;
    s_line(lines, "access-control-allow-origin", origin);
    buffer_append_text(lines, "access-control-allow-credentials: true\r\n"
                              "access-control-expose-headers: retry-after, x-request-id\r\n");
}

bool cors_is_list(struct slice text)
{
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!word && !(c && strchr("!#$%&'*+-.^_`|~, ", c)))
            return false;
    }
    return text.length > 0;
}

void cors_write(const struct cors *self, struct slice origin, struct buffer *lines)
{
    buffer_append_text(lines, "vary: Origin\r\n");
    s_grant(self, origin, lines);
}

void cors_write_preflight(const struct cors *self, struct slice origin, struct slice method,
                          struct slice headers, struct buffer *lines)
{
    buffer_append_text(lines, "vary: Origin, Access-Control-Request-Method, "
                              "Access-Control-Request-Headers\r\n");
    s_grant(self, origin, lines);
    if (!cors_allows(self, origin))
        return;
    if (cors_is_list(method))
        s_line(lines, "access-control-allow-methods", method);
    if (cors_is_list(headers))
        s_line(lines, "access-control-allow-headers", headers);
    buffer_append_text(lines, "access-control-max-age: 3600\r\n");
}
