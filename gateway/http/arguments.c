/* Parameters to typed arguments, one function per type. */
#include "gateway/http/arguments.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

_Static_assert(PARAMETERS <= 32, "arguments.given has a bit for each");

const struct parameter_row parameter_rows[PARAMETERS] = {
#define INTEGER(field, text, low, high, words)                          \
    [PARAMETER_##field] = {.name = text,                                \
                           .type = PARAMETER_IS_INTEGER,                \
                           .offset = offsetof(struct arguments, field), \
                           .minimum = low,                              \
                           .maximum = high,                             \
                           .sentence = words},
#define WORD_OF(field, text, type_name, words)                          \
    [PARAMETER_##field] = {.name = text,                                \
                           .type = PARAMETER_IS_WORD,                   \
                           .offset = offsetof(struct arguments, field), \
                           .vocabulary = &type_name##_words,            \
                           .sentence = words},
#define TEXT(field, text, max_bytes, words)                             \
    [PARAMETER_##field] = {.name = text,                                \
                           .type = PARAMETER_IS_TEXT,                   \
                           .offset = offsetof(struct arguments, field), \
                           .maximum = max_bytes,                        \
                           .sentence = words},
#include "gateway/http/parameters.def"
#undef INTEGER
#undef WORD_OF
#undef TEXT
};

__attribute__((format(printf, 2, 3))) static bool s_refuse(struct complaint *complaint,
                                                           const char *format, ...)
{
    va_list rest;
    va_start(rest, format);
    vsnprintf(complaint->text, sizeof complaint->text, format, rest);
    va_end(rest);
    return false;
}

/* Faults that make a value useless for every type. */
static bool s_usable(const struct parameter_row *row, const struct param *param,
                     struct complaint *complaint)
{
    switch (param->kind) {
    case PARAM_TEXT:
    case PARAM_INTEGER:
        return true;
    case PARAM_BAD_ESCAPE:
        return s_refuse(complaint, "%s: malformed percent-encoding", row->name);
    case PARAM_BAD_UTF8:
        return s_refuse(complaint, "%s: not valid UTF-8", row->name);
    case PARAM_NUL:
        return s_refuse(complaint, "%s: contains a NUL character", row->name);
    case PARAM_NOT_WHOLE:
        if (row->type == PARAMETER_IS_INTEGER)
            return s_refuse(complaint, "%s: not a whole number between %" PRId64 " and %" PRId64,
                            row->name, row->minimum, row->maximum);
        break;
    case PARAM_NOT_SCALAR:
        break;
    }
    return s_refuse(complaint, "%s: not a %s", row->name,
                    row->type == PARAMETER_IS_INTEGER ? "number" : "text");
}

/* Decimal digits with an optional minus. A value beyond 64 bits is a number all the same, only out
 * of every range: it sets `huge`. */
static bool s_number(struct slice text, int64_t *value, bool *huge)
{
    bool negative = text.length && text.data[0] == '-';
    size_t at = negative;
    if (at == text.length)
        return false;
    int64_t sum = 0;
    *huge = false;
    for (; at < text.length; at++) {
        if (text.data[at] < '0' || text.data[at] > '9')
            return false;
        int digit = text.data[at] - '0';
        *huge = *huge || sum > (INT64_MAX - digit) / 10;
        sum = *huge ? 0 : sum * 10 + digit;
    }
    *value = negative ? -sum : sum;
    return true;
}

static bool s_read_integer(int64_t *field, const struct parameter_row *row,
                           const struct param *param, struct complaint *complaint)
{
    int64_t value = param->integer;
    bool huge = false;
    /* Digits in a JSON string are taken as well: what a browser's form yields is a string. */
    if (param->kind == PARAM_TEXT && !s_number(param->value, &value, &huge))
        return s_refuse(complaint, "%s: not a number", row->name);
    if (huge || value < row->minimum || value > row->maximum)
        return s_refuse(complaint, "%s: not between %" PRId64 " and %" PRId64, row->name,
                        row->minimum, row->maximum);
    *field = value;
    return true;
}

static bool s_read_word(uint8_t *field, const struct parameter_row *row, const struct param *param,
                        struct complaint *complaint)
{
    if (param->kind == PARAM_TEXT && word_number(row->vocabulary, param->value, field))
        return true;
    s_refuse(complaint, "%s: not one of ", row->name);
    size_t at = strlen(complaint->text);
    for (uint8_t i = 0; i < row->vocabulary->count && at < sizeof complaint->text; i++)
        at += (size_t)snprintf(complaint->text + at, sizeof complaint->text - at, "%s%s",
                               i ? ", " : "", row->vocabulary->texts[i]);
    return false;
}

static bool s_read_text(struct slice *field, const struct parameter_row *row,
                        const struct param *param, struct complaint *complaint)
{
    if (param->kind != PARAM_TEXT)
        return s_refuse(complaint, "%s: not a text", row->name);
    if (param->value.length > (uint64_t)row->maximum)
        return s_refuse(complaint, "%s: longer than %" PRId64 " bytes", row->name, row->maximum);
    *field = param->value;
    return true;
}

static bool s_read(struct arguments *self, const struct parameter_row *row,
                   const struct param *param, struct complaint *complaint)
{
    if (!s_usable(row, param, complaint))
        return false;
    void *field = (char *)self + row->offset;
    switch (row->type) {
    case PARAMETER_IS_INTEGER:
        return s_read_integer(field, row, param, complaint);
    case PARAMETER_IS_WORD:
        return s_read_word(field, row, param, complaint);
    case PARAMETER_IS_TEXT:
        return s_read_text(field, row, param, complaint);
    }
    return false;
}

bool arguments_read(struct arguments *self, const struct parameter_use *uses, size_t count,
                    const struct params *params, struct complaint *complaint)
{
    *self = (struct arguments){0};
    complaint->text[0] = 0;
    for (size_t i = 0; i < count; i++) {
        const struct parameter_row *row = &parameter_rows[uses[i].parameter];
        const struct param *param = params_find(params, row->name);
        if (!param) {
            if (uses[i].required)
                return s_refuse(complaint, "%s: missing", row->name);
            continue;
        }
        if (!s_read(self, row, param, complaint))
            return false;
        self->given |= 1u << uses[i].parameter;
    }
    return true;
}
