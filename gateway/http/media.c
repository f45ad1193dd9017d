/* Just enough of RFC 9110, 12.5.1: a list of types with optional q. */
#include "gateway/http/media.h"

#include <strings.h>

static struct slice s_trim(struct slice text)
{
    while (text.length && (*text.data == ' ' || *text.data == '\t')) {
        text.data++;
        text.length--;
    }
    while (text.length && (text.data[text.length - 1] == ' ' || text.data[text.length - 1] == '\t'))
        text.length--;
    return text;
}

/* Cuts off the part before `stop`; the rest stays in *text. */
static struct slice s_cut(struct slice *text, char stop)
{
    const char *end = text->length ? memchr(text->data, stop, text->length) : NULL;
    size_t length = end ? (size_t)(end - text->data) : text->length;
    struct slice part = s_trim(slice_from(text->data, length));
    size_t used = end ? length + 1 : length;
    *text = slice_from(text->data + used, text->length - used);
    return part;
}

static bool s_same(struct slice text, const char *word)
{
    return text.length == strlen(word) && strncasecmp(text.data, word, text.length) == 0;
}

/* "q=0.25" in thousandths; 1000 for any other parameter; a malformed q counts as 0. */
static int s_q(struct slice parameter)
{
    if (parameter.length < 2 || strncasecmp(parameter.data, "q=", 2) != 0)
        return 1000;
    int sum = 0, scale = 1000;
    for (size_t i = 2; i < parameter.length && scale; i++) {
        char c = parameter.data[i];
        if (c == '.' && i == 3)
            continue;
        if (c < '0' || c > '9')
            return 0;
        sum += (c - '0') * scale;
        scale /= 10;
    }
    return sum > 1000 ? 0 : sum;
}

bool media_is(struct slice content_type, const char *type)
{
    return s_same(s_cut(&content_type, ';'), type);
}

/* The smallest q among the parameters of one entry. */
static int s_q_of(struct slice parameters)
{
    int q = 1000;
    while (parameters.length) {
        int value = s_q(s_cut(&parameters, ';'));
        q = value < q ? value : q;
    }
    return q;
}

bool media_takes_coding(struct slice accept, const char *coding)
{
    while (accept.length) {
        struct slice rest = s_cut(&accept, ',');
        struct slice name = s_cut(&rest, ';');
        if (s_same(name, coding))
            return s_q_of(rest) > 0;
    }
    return false;
}

bool media_prefers_problem(struct slice accept)
{
    int problem = 0, json = 0;
    while (accept.length) {
        struct slice range = s_cut(&accept, ',');
        struct slice type = s_cut(&range, ';');
        int q = s_q_of(range);
        if (s_same(type, "application/problem+json"))
            problem = q;
        else if (s_same(type, "application/json"))
            json = q;
    }
    return problem > 0 && problem >= json;
}
