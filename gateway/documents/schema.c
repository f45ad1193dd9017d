#include "gateway/documents/schema.h"

#include <inttypes.h>

#include "proto/check.h"
#include "proto/json.h"

void schemas_add(struct schemas *self, const struct record *record)
{
    for (size_t i = 0; i < self->count; i++)
        if (self->records[i] == record)
            return;
    check(self->count < SCHEMAS_MAX);
    self->records[self->count++] = record;
    const struct field *fields = record->fields();
    for (uint16_t i = 0; i < record->field_count; i++)
        if (fields[i].record)
            schemas_add(self, fields[i].record);
}

void schema_member(struct buffer *out, const char *key, const char *text)
{
    if (out->length && !strchr("{[", out->data[out->length - 1]))
        buffer_append_char(out, ',');
    json_text(slice_of(key), out);
    buffer_append_char(out, ':');
    json_text(slice_of(text), out);
}

/* "room_state" as "RoomState". */
static void s_name(const struct record *record, struct buffer *out)
{
    bool capital = true;
    for (const char *c = record->name; *c; c++) {
        if (*c != '_')
            buffer_append_char(out, capital ? (char)(*c - 'a' + 'A') : *c);
        capital = *c == '_';
    }
}

void schema_reference(const struct record *record, struct buffer *out)
{
    buffer_append_text(out, "{\"$ref\":\"#/components/schemas/");
    s_name(record, out);
    buffer_append_text(out, "\"}");
}

static void s_words(const struct vocabulary *words, struct buffer *out)
{
    buffer_append_text(out, "{\"type\":\"string\",\"enum\":[");
    for (uint8_t i = 0; i < words->count; i++) {
        if (i)
            buffer_append_char(out, ',');
        json_text(slice_of(words->texts[i]), out);
    }
    buffer_append_text(out, "]}");
}

static void s_field(const struct field *field, struct buffer *out)
{
    switch (field->type) {
    case FIELD_I64:
        buffer_append_text(out, "{\"type\":\"integer\"}");
        break;
    case FIELD_OPT:
        buffer_append_text(out, "{\"type\":[\"integer\",\"null\"]}");
        break;
    case FIELD_FLAG:
        buffer_append_text(out, "{\"type\":\"boolean\"}");
        break;
    case FIELD_F64:
        buffer_append_text(out, "{\"type\":\"number\"}");
        break;
    case FIELD_WORD:
        s_words(field->words, out);
        break;
    case FIELD_REC:
        schema_reference(field->record, out);
        break;
    case FIELD_LIST:
        buffer_append_text(out, "{\"type\":\"array\",\"items\":");
        schema_reference(field->record, out);
        buffer_printf(out, ",\"maxItems\":%" PRIu32 "}", field->max);
        break;
    case FIELD_STR:
        buffer_printf(out, "{\"type\":\"string\",\"maxLength\":%" PRIu32 "}", field->max);
        break;
    default: /* bytes, numbers and database values are not for browsers */
        buffer_append_text(out, "{}");
        break;
    }
}

static void s_record(const struct record *record, struct buffer *out)
{
    const struct field *fields = record->fields();
    buffer_append_text(out, "{\"type\":\"object\"");
    schema_member(out, "description", record->sentence);
    buffer_append_text(out, ",\"required\":[");
    for (uint16_t i = 0; i < record->field_count; i++)
        buffer_printf(out, "%s\"%s\"", i ? "," : "", fields[i].key);
    buffer_append_text(out, "],\"properties\":{");
    for (uint16_t i = 0; i < record->field_count; i++) {
        buffer_printf(out, "%s\"%s\":", i ? "," : "", fields[i].key);
        s_field(&fields[i], out);
    }
    buffer_append_text(out, "}}");
}

void schemas_write(const struct schemas *self, struct buffer *out)
{
    for (size_t i = 0; i < self->count; i++) {
        buffer_append_text(out, i ? ",\"" : "\"");
        s_name(self->records[i], out);
        buffer_append_text(out, "\":");
        s_record(self->records[i], out);
    }
}

void schema_parameter(const struct parameter_row *row, struct buffer *out)
{
    switch (row->type) {
    case PARAMETER_IS_INTEGER:
        buffer_printf(out, "{\"type\":\"integer\",\"minimum\":%" PRId64 ",\"maximum\":%" PRId64 "}",
                      row->minimum, row->maximum);
        break;
    case PARAMETER_IS_WORD:
        s_words(row->vocabulary, out);
        break;
    case PARAMETER_IS_TEXT:
        buffer_printf(out, "{\"type\":\"string\",\"maxLength\":%" PRId64 "}", row->maximum);
        break;
    }
}
