/* Splitting and decoding of parameters. What a value means is arguments.c's. */
#include "gateway/http/params.h"

static int s_hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* Decodes in place; false at a broken escape. The result is never longer than the source. */
static bool s_decode(char *text, size_t *length)
{
    size_t to = 0;
    for (size_t at = 0; at < *length; at++) {
        char c = text[at];
        if (c == '+') {
            c = ' ';
        } else if (c == '%') {
            if (*length - at < 3)
                return false;
            int high = s_hex(text[at + 1]), low = s_hex(text[at + 2]);
            if (high < 0 || low < 0)
                return false;
            c = (char)(high * 16 + low);
            at += 2;
        }
        text[to++] = c;
    }
    *length = to;
    return true;
}

bool params_add_param(struct params *self, struct param param)
{
    if (self->count == PARAMS_MAX)
        return false;
    self->items[self->count++] = param;
    return true;
}

bool params_add(struct params *self, struct slice name, struct slice value)
{
    struct param param = {.name = name};
    if (value.length && memchr(value.data, 0, value.length))
        param.kind = PARAM_NUL;
    else if (!utf8_valid(value))
        param.kind = PARAM_BAD_UTF8;
    else
        param.value = value;
    return params_add_param(self, param);
}

bool params_add_fragment(struct params *self, struct slice fragment)
{
    if (!fragment.length)
        return true;
    const char *equals = memchr(fragment.data, '=', fragment.length);
    if (!equals)
        return params_add(self, fragment, slice_of(""));
    size_t name_length = (size_t)(equals - fragment.data);
    return params_add(self, slice_from(fragment.data, name_length),
                      slice_from(equals + 1, fragment.length - name_length - 1));
}

/* One "name=value" of a form, still encoded. Name and value are decoded apart: an escaped = or & is
 * part of the text. A name that does not decode can be nobody's, so it is passed over. */
static bool s_add_pair(struct params *self, char *text, size_t length)
{
    char *equals = memchr(text, '=', length);
    size_t name_length = equals ? (size_t)(equals - text) : length;
    char *value = equals ? equals + 1 : text + length;
    size_t value_length = (size_t)(text + length - value);
    if (!s_decode(text, &name_length))
        return true;
    struct slice name = slice_from(text, name_length);
    if (!s_decode(value, &value_length))
        return params_add_param(self, (struct param){.name = name, .kind = PARAM_BAD_ESCAPE});
    return params_add(self, name, slice_from(value, value_length));
}

bool params_add_form(struct params *self, char *text, size_t length)
{
    if (!length)
        return true; /* text may be NULL, and NULL + 0 is undefined */
    char *end = text + length;
    while (text < end) {
        char *stop = memchr(text, '&', (size_t)(end - text));
        if (!stop)
            stop = end;
        if (stop > text && !s_add_pair(self, text, (size_t)(stop - text)))
            return false;
        text = stop + 1;
    }
    return true;
}

const struct param *params_find(const struct params *self, const char *name)
{
    for (size_t i = 0; i < self->count; i++)
        if (slice_is(self->items[i].name, name))
            return &self->items[i];
    return NULL;
}
