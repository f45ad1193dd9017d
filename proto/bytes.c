#include "proto/bytes.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "proto/check.h"

void buffer_init(struct buffer *self, size_t max_bytes)
{
    *self = (struct buffer){.max_bytes = max_bytes};
}

void buffer_fini(struct buffer *self)
{
    free(self->data);
    *self = (struct buffer){.max_bytes = self->max_bytes};
}

void buffer_clear(struct buffer *self)
{
    self->length = 0;
    self->overflow = false;
}

char *buffer_reserve(struct buffer *self, size_t length)
{
    if (self->overflow || length > self->max_bytes - self->length) {
        self->overflow = true;
        return NULL;
    }
    size_t needed = self->length + length + 1; /* to spare: the NUL that vsnprintf ends with */
    if (needed > self->capacity) {
        size_t capacity = self->capacity ? self->capacity : 256;
        while (capacity < needed)
            capacity *= 2;
        self->data = realloc(self->data, capacity);
        check(self->data);
        self->capacity = capacity;
    }
    return self->data + self->length;
}

bool buffer_append(struct buffer *self, const void *data, size_t length)
{
    char *place = buffer_reserve(self, length);
    if (!place)
        return false;
    if (length)
        memcpy(place, data, length);
    self->length += length;
    return true;
}

bool buffer_append_text(struct buffer *self, const char *text)
{
    return buffer_append(self, text, strlen(text));
}

bool buffer_append_char(struct buffer *self, char c)
{
    return buffer_append(self, &c, 1);
}

bool buffer_append_i64(struct buffer *self, int64_t value)
{
    char text[24];
    char *at = text + sizeof text;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do
        *--at = (char)('0' + rest % 10);
    while (rest /= 10);
    if (value < 0)
        *--at = '-';
    return buffer_append(self, at, (size_t)(text + sizeof text - at));
}

bool buffer_printf(struct buffer *self, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    check(length >= 0);
    char *place = buffer_reserve(self, (size_t)length);
    if (!place)
        return false;
    va_start(arguments, format);
    vsnprintf(place, (size_t)length + 1, format, arguments);
    va_end(arguments);
    self->length += (size_t)length;
    return true;
}

bool utf8_valid(struct slice text)
{
    if (text.length == 0)
        return true; /* data may be NULL, and NULL + 0 is undefined */
    const unsigned char *at = (const unsigned char *)text.data, *end = at + text.length;
    while (at < end) {
        unsigned char lead = *at++;
        if (lead < 0x80)
            continue;
        int more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
        if (lead < 0xc2 || lead > 0xf4 || end - at < more)
            return false;
        unsigned char low = 0x80, high = 0xbf; /* bounds of the second byte */
        if (lead == 0xe0)
            low = 0xa0;
        else if (lead == 0xed)
            high = 0x9f;
        else if (lead == 0xf0)
            low = 0x90;
        else if (lead == 0xf4)
            high = 0x8f;
        if (*at < low || *at > high)
            return false;
        for (at++; --more; at++)
            if ((*at & 0xc0) != 0x80)
                return false;
    }
    return true;
}
