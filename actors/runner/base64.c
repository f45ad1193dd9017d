/* Three bytes to four letters and back. */
#include "actors/runner/base64.h"

static const char s_letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bool base64_encode(struct slice bytes, struct buffer *out)
{
    char *at = buffer_reserve(out, (bytes.length + 2) / 3 * 4);
    if (!at)
        return bytes.length == 0;
    for (size_t i = 0; i < bytes.length; i += 3) {
        size_t left = bytes.length - i;
        uint32_t three = (uint32_t)(unsigned char)bytes.data[i] << 16;
        if (left > 1)
            three |= (uint32_t)(unsigned char)bytes.data[i + 1] << 8;
        if (left > 2)
            three |= (unsigned char)bytes.data[i + 2];
        *at++ = s_letters[three >> 18];
        *at++ = s_letters[three >> 12 & 63];
        *at++ = left > 1 ? s_letters[three >> 6 & 63] : '=';
        *at++ = left > 2 ? s_letters[three & 63] : '=';
    }
    out->length += (bytes.length + 2) / 3 * 4;
    return true;
}

/* The value of a letter; -1: it is none. */
static int s_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool base64_decode(struct slice text, struct buffer *out)
{
    uint32_t bits = 0;
    size_t letters = 0, padding = 0;
    char *start = buffer_reserve(out, text.length / 4 * 3 + 3), *at = start;
    if (!start)
        return false;
    for (size_t i = 0; i < text.length; i++) {
        int value = s_value(text.data[i]);
        if (text.data[i] == '\n' || text.data[i] == '\r')
            continue;
        if (text.data[i] == '=') {
            padding++;
            continue;
        }
        if (value < 0 || padding)
            return false;
        bits = bits << 6 | (uint32_t)value;
        letters++;
        if (letters % 4 == 0) {
            *at++ = (char)(bits >> 16);
            *at++ = (char)(bits >> 8);
            *at++ = (char)bits;
        }
    }
    size_t rest = letters % 4;
    if (padding > 2 || (letters + padding) % 4 != 0 || rest == 1)
        return false;
    if (rest >= 2)
        *at++ = (char)(bits >> (rest == 2 ? 4 : 10));
    if (rest == 3)
        *at++ = (char)(bits >> 2);
    out->length += (size_t)(at - start);
    return true;
}
