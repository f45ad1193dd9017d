#include "proto/json.h"

#include <math.h>

static const char s_hex[] = "0123456789abcdef";

static void s_escape(unsigned char c, struct buffer *out)
{
    char unicode[6] = {'\\', 'u', '0', '0', s_hex[c >> 4], s_hex[c & 15]};
    switch (c) {
    case '"':
        buffer_append(out, "\\\"", 2);
        break;
    case '\\':
        buffer_append(out, "\\\\", 2);
        break;
    case '\n':
        buffer_append(out, "\\n", 2);
        break;
    case '\t':
        buffer_append(out, "\\t", 2);
        break;
    case '\r':
        buffer_append(out, "\\r", 2);
        break;
    default:
        buffer_append(out, unicode, sizeof unicode);
    }
}

void json_text(struct slice text, struct buffer *out)
{
    size_t from = 0;
    buffer_append_char(out, '"');
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
            continue;
        buffer_append(out, text.data + from, i - from);
        s_escape(c, out);
        from = i + 1;
    }
    if (text.length)
        buffer_append(out, text.data + from, text.length - from);
    buffer_append_char(out, '"');
}

static void s_bytes(struct slice bytes, struct buffer *out)
{
    buffer_append_char(out, '"');
    for (size_t i = 0; i < bytes.length; i++) {
        unsigned char c = (unsigned char)bytes.data[i];
        char pair[2] = {s_hex[c >> 4], s_hex[c & 15]};
        buffer_append(out, pair, 2);
    }
    buffer_append_char(out, '"');
}

static void s_value(const struct value *value, struct buffer *out)
{
    switch (value->type) {
    case VALUE_NULL:
        buffer_append_text(out, "null");
        break;
    case VALUE_I64:
        buffer_append_i64(out, value->i64);
        break;
    case VALUE_TEXT:
        json_text(value->text, out);
        break;
    case VALUE_BLOB:
        s_bytes(value->text, out);
        break;
    }
}

static void s_values(const struct value_list *list, struct buffer *out)
{
    buffer_append_char(out, '[');
    for (uint32_t i = 0; i < list->count; i++) {
        if (i)
            buffer_append_char(out, ',');
        s_value(&list->items[i], out);
    }
    buffer_append_char(out, ']');
}

static void s_numbers(const struct i64_list *list, struct buffer *out)
{
    buffer_append_char(out, '[');
    for (uint32_t i = 0; i < list->count; i++) {
        if (i)
            buffer_append_char(out, ',');
        buffer_append_i64(out, list->items[i]);
    }
    buffer_append_char(out, ']');
}

static void s_ratio(double value, struct buffer *out)
{
    if (isfinite(value))
        buffer_printf(out, "%.15g", value);
    else
        buffer_append_text(out, "null"); /* JSON has no infinity */
}

static void s_field(const struct field *field, const void *at, struct buffer *out)
{
    const struct any_list *list = at;
    switch (field->type) {
    case FIELD_OPT:
        if (*(const int64_t *)at == I64_NONE) {
            buffer_append_text(out, "null");
            break;
        }
        buffer_append_i64(out, *(const int64_t *)at);
        break;
    case FIELD_I64:
        buffer_append_i64(out, *(const int64_t *)at);
        break;
    case FIELD_FLAG:
        buffer_append_text(out, *(const bool *)at ? "true" : "false");
        break;
    case FIELD_F64:
        s_ratio(*(const double *)at, out);
        break;
    case FIELD_WORD:
        json_text(slice_of(word_text(field->words, *(const uint8_t *)at)), out);
        break;
    case FIELD_STR:
        json_text(*(const struct slice *)at, out);
        break;
    case FIELD_BIN:
        s_bytes(*(const struct slice *)at, out);
        break;
    case FIELD_REC:
        json_record(field->record, at, out);
        break;
    case FIELD_LIST:
        json_list(field->record, list->items, list->count, out);
        break;
    case FIELD_I64S:
        s_numbers(at, out);
        break;
    case FIELD_VALUES:
        s_values(at, out);
        break;
    }
}

void json_record(const struct record *record, const void *value, struct buffer *out)
{
    const struct field *fields = record->fields();
    buffer_append_char(out, '{');
    for (uint16_t i = 0; i < record->field_count; i++) {
        buffer_append_text(out, i ? ",\"" : "\"");
        buffer_append_text(out, fields[i].key);
        buffer_append(out, "\":", 2);
        s_field(&fields[i], (const char *)value + fields[i].offset, out);
    }
    buffer_append_char(out, '}');
}

void json_list(const struct record *record, const void *items, uint32_t count, struct buffer *out)
{
    buffer_append_char(out, '[');
    for (uint32_t i = 0; i < count; i++) {
        if (i)
            buffer_append_char(out, ',');
        json_record(record, (const char *)items + (size_t)i * record->size, out);
    }
    buffer_append_char(out, ']');
}
