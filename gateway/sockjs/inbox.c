/* A walk over the text that only looks, and then one that decodes: a decoded string is never longer
 * than it was. */
#include "gateway/sockjs/inbox.h"

#include "proto/check.h"

static bool s_is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static char *s_skip_space(char *at, char *end)
{
    while (at < end && s_is_space(*at))
        at++;
    return at;
}

/* Four hexadecimal digits; -1 when they are not. */
static int s_hex(const char *at, const char *end)
{
    int value = 0;
    if (end - at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        char c = at[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* What stands behind a backslash; 0 for none of them and for u. */
static char s_plain(char c)
{
    switch (c) {
    case '"':
    case '\\':
    case '/':
        return c;
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return 0;
    }
}

/* Behind the string that begins at `at`; NULL when it is none. */
static char *s_skip_string(char *at, char *end)
{
    if (at == end || *at != '"')
        return NULL;
    for (at++; at < end; at++) {
        if (*at == '"')
            return at + 1;
        if ((unsigned char)*at < 0x20)
            return NULL;
        if (*at != '\\')
            continue;
        at++;
        if (at == end || (*at == 'u' ? s_hex(at + 1, end) < 0 : !s_plain(*at)))
            return NULL;
    }
    return NULL;
}

/* Behind "[ string, string ]" or a single string; NULL when it is neither. */
static char *s_skip_all(char *at, char *end)
{
    if (at == end || *at != '[')
        return s_skip_string(at, end);
    at = s_skip_space(at + 1, end);
    if (at < end && *at == ']')
        return at + 1;
    for (;;) {
        at = s_skip_string(at, end);
        if (!at)
            return NULL;
        at = s_skip_space(at, end);
        if (at == end || (*at != ',' && *at != ']'))
            return NULL;
        if (*at++ == ']')
            return at;
        at = s_skip_space(at, end);
    }
}

enum inbox_found inbox_open(struct inbox *self, char *text, size_t length)
{
    if (!length)
        return INBOX_EMPTY;
    *self = (struct inbox){text, text + length};
    self->at = s_skip_space(self->at, self->end);
    if (self->at == self->end)
        return INBOX_EMPTY;
    if (!utf8_valid(slice_from(text, length)))
        return INBOX_BROKEN;
    char *behind = s_skip_all(self->at, self->end);
    if (!behind || s_skip_space(behind, self->end) != self->end)
        return INBOX_BROKEN;
    self->end = behind;
    return INBOX_MESSAGES;
}

/* UTF-8 of a code point; returns behind it. */
static char *s_put(char *to, unsigned point)
{
    if (point < 0x80) {
        *to++ = (char)point;
    } else if (point < 0x800) {
        *to++ = (char)(0xc0 | point >> 6);
        *to++ = (char)(0x80 | (point & 0x3f));
    } else if (point < 0x10000) {
        *to++ = (char)(0xe0 | point >> 12);
        *to++ = (char)(0x80 | (point >> 6 & 0x3f));
        *to++ = (char)(0x80 | (point & 0x3f));
    } else {
        *to++ = (char)(0xf0 | point >> 18);
        *to++ = (char)(0x80 | (point >> 12 & 0x3f));
        *to++ = (char)(0x80 | (point >> 6 & 0x3f));
        *to++ = (char)(0x80 | (point & 0x3f));
    }
    return to;
}

/* The code point of the \u whose digits begin at *at; *at ends behind it, or behind the pair. */
static unsigned s_take_escape(char **at, char *end)
{
    int unit = s_hex(*at, end);
    *at += 4;
    if (unit < 0xd800 || unit > 0xdfff)
        return (unsigned)unit;
    if (unit <= 0xdbff && end - *at >= 6 && (*at)[0] == '\\' && (*at)[1] == 'u') {
        int low = s_hex(*at + 2, end);
        if (low >= 0xdc00 && low <= 0xdfff) {
            *at += 6;
            return 0x10000 + ((unsigned)(unit - 0xd800) << 10) + (unsigned)(low - 0xdc00);
        }
    }
    return 0xfffd;
}

bool inbox_next(struct inbox *self, struct slice *message)
{
    /* Nothing but strings is left that has a quote in it. */
    char *at = memchr(self->at, '"', (size_t)(self->end - self->at));
    if (!at)
        return false;
    char *start = ++at, *to = start;
    while (*at != '"') {
        if (*at != '\\') {
            *to++ = *at++;
        } else if (at[1] == 'u') {
            at += 2;
            to = s_put(to, s_take_escape(&at, self->end));
        } else {
            *to++ = s_plain(at[1]);
            at += 2;
        }
        check(at < self->end && to <= at);
    }
    self->at = at + 1;
    *message = slice_from(start, (size_t)(to - start));
    return true;
}
