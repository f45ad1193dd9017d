#include "actors/auth/encode.h"

static const char s_letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void encode_base64url(struct slice bytes, struct buffer *out)
{
    uint32_t bits = 0;
    unsigned count = 0;
    for (size_t i = 0; i < bytes.length; i++) {
        bits = bits << 8 | (unsigned char)bytes.data[i];
        for (count += 8; count >= 6; count -= 6)
            buffer_append_char(out, s_letters[bits >> (count - 6) & 63]);
    }
    if (count)
        buffer_append_char(out, s_letters[bits << (6 - count) & 63]);
}

bool decode_base64url(struct slice text, struct buffer *out)
{
    uint32_t bits = 0;
    unsigned count = 0;
    for (size_t i = 0; i < text.length; i++) {
        const char *at = text.data[i] ? strchr(s_letters, text.data[i]) : NULL;
        if (!at)
            return false;
        bits = bits << 6 | (uint32_t)(at - s_letters);
        count += 6;
        if (count < 8)
            continue;
        count -= 8;
        buffer_append_char(out, (char)(bits >> count & 255));
    }
    return count < 6 && !(bits & ((1u << count) - 1)) && !out->overflow;
}

void encode_percent(struct slice text, struct buffer *out)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     (c && strchr("-._~", c));
        if (plain) {
            buffer_append_char(out, (char)c);
        } else {
            buffer_append_char(out, '%');
            buffer_append_char(out, hex[c >> 4]);
            buffer_append_char(out, hex[c & 15]);
        }
    }
}
