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

/* scheme://host[:port]: a path or a slash at the end would never equal what a browser sends. */
static bool s_is_origin(struct slice text)
{
    if (!s_printable(text))
        return false;
    const char *colon = memmem(text.data, text.length, "://", 3);
    if (!colon || colon == text.data)
        return false;
    const char *host = colon + 3, *end = text.data + text.length;
    return host < end && !memchr(host, '/', (size_t)(end - host));
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
        if (slice_equal(self->origins[i], origin))
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

void cors_write(const struct cors *self, struct slice origin, struct buffer *lines)
{
    buffer_append_text(lines, "vary: Origin\r\n");
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

void cors_write_preflight(const struct cors *self, struct slice origin, struct slice method,
                          struct slice headers, struct buffer *lines)
{
    cors_write(self, origin, lines);
    if (!cors_allows(self, origin))
        return;
    if (cors_is_list(method))
        s_line(lines, "access-control-allow-methods", method);
    if (cors_is_list(headers))
        s_line(lines, "access-control-allow-headers", headers);
    buffer_append_text(lines, "access-control-max-age: 3600\r\n");
}
