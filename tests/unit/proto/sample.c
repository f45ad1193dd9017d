/* See sample.h. The packer here shares no line with codec.c: it is what the codec is held against.
 */
#include "sample.h"

#include "proto/check.h"

static const struct record *const s_records[] = {
#define RECORD(name, sentence) &record_##name,
#define MESSAGE(id, name, sentence) &message_##name,
#include "proto/heads.h"
};

const struct record *const *sample_records(size_t *count)
{
    *count = sizeof s_records / sizeof s_records[0];
    return s_records;
}

/* ---- filling ------------------------------------------------------------------------------- */

static int64_t s_number(struct sample *self)
{
    static const int64_t edges[] = {0,
                                    1,
                                    -1,
                                    -32,
                                    -33,
                                    127,
                                    128,
                                    -128,
                                    -129,
                                    255,
                                    256,
                                    INT16_MAX,
                                    65535,
                                    65536,
                                    INT16_MIN,
                                    INT16_MIN - 1,
                                    INT32_MAX,
                                    INT32_MAX + 1LL,
                                    UINT32_MAX,
                                    UINT32_MAX + 1LL,
                                    INT32_MIN,
                                    INT32_MIN - 1LL,
                                    ID_MAX,
                                    INT64_MAX,
                                    INT64_MIN + 1};
    if (prng_below(&self->chance, 2))
        return edges[prng_below(&self->chance, sizeof edges / sizeof edges[0])];
    return (int64_t)(prng_next(&self->chance) >> (1 + prng_below(&self->chance, 62)));
}

static double s_ratio(struct sample *self)
{
    static const double edges[] = {0, 62.5, 100.0 / 3, 100, -0.25, 1e300, 5e-324};
    return edges[prng_below(&self->chance, sizeof edges / sizeof edges[0])];
}

/* A character: often one at which the length of its UTF-8 changes, or one that JSON escapes. */
static uint32_t s_character(struct sample *self)
{
    static const uint32_t edges[] = {0,      1,      '\n',    '"',     '\\',    '/',    0x1f,
                                     0x7f,   0x80,   0x7ff,   0x800,   0xd7ff,  0xe000, 0x2028,
                                     0xfffd, 0xffff, 0x10000, 0x1f600, 0x10ffff};
    if (prng_below(&self->chance, 3) == 0)
        return edges[prng_below(&self->chance, sizeof edges / sizeof edges[0])];
    return 'a' + (uint32_t)prng_below(&self->chance, 26);
}

static size_t s_utf8(uint32_t c, char *out)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t length = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)((0xf0u << (4 - length)) | c);
    return length;
}

static uint32_t s_length(struct sample *self, uint32_t max, uint32_t own_max)
{
    uint32_t bound = max < own_max ? max : own_max;
    return prng_below(&self->chance, 4) ? (uint32_t)prng_below(&self->chance, bound + 1) : bound;
}

static struct slice s_text(struct sample *self, uint32_t max)
{
    size_t length = s_length(self, max, self->max_text), used = 0;
    char *text = arena_take(self->arena, length + 4), character[4];
    while (used < length) {
        size_t bytes = s_utf8(s_character(self), character);
        if (bytes > length - used) /* the last one fills up exactly */
            bytes = s_utf8('z', character);
        memcpy(text + used, character, bytes);
        used += bytes;
    }
    return slice_from(text, length);
}

static struct slice s_bytes(struct sample *self, uint32_t max)
{
    size_t length = s_length(self, max, self->max_text);
    char *bytes = arena_take(self->arena, length);
    for (size_t i = 0; i < length; i++)
        bytes[i] = (char)prng_next(&self->chance);
    return slice_from(bytes, length);
}

static struct value s_value(struct sample *self)
{
    switch (prng_below(&self->chance, 4)) {
    case 0:
        return (struct value){.type = VALUE_I64, .i64 = s_number(self)};
    case 1:
        return (struct value){.type = VALUE_TEXT, .text = s_text(self, self->max_text)};
    case 2:
        return (struct value){.type = VALUE_BLOB, .text = s_bytes(self, self->max_text)};
    default:
        return (struct value){.type = VALUE_NULL};
    }
}

static void s_fill_list(struct sample *self, const struct field *field, struct any_list *list)
{
    list->count = s_length(self, field->max, self->max_list);
    size_t size = field->type == FIELD_LIST     ? field->record->size
                  : field->type == FIELD_VALUES ? sizeof(struct value)
                                                : sizeof(int64_t);
    char *at = list->items = arena_take(self->arena, size * list->count);
    for (uint32_t i = 0; i < list->count; i++, at += size)
        if (field->type == FIELD_LIST)
            sample_fill(self, field->record, at);
        else if (field->type == FIELD_VALUES)
            *(struct value *)at = s_value(self);
        else
            *(int64_t *)at = s_number(self);
}

static void s_fill_field(struct sample *self, const struct field *field, void *at)
{
    switch (field->type) {
    case FIELD_I64:
        *(int64_t *)at = s_number(self);
        break;
    case FIELD_OPT:
        *(int64_t *)at = prng_below(&self->chance, 3) ? s_number(self) : I64_NONE;
        break;
    case FIELD_FLAG:
        *(bool *)at = prng_below(&self->chance, 2);
        break;
    case FIELD_F64:
        *(double *)at = s_ratio(self);
        break;
    case FIELD_WORD:
        *(uint8_t *)at = (uint8_t)prng_below(&self->chance, field->words->count);
        break;
    case FIELD_STR:
        *(struct slice *)at = s_text(self, field->max);
        break;
    case FIELD_BIN:
        *(struct slice *)at = s_bytes(self, field->max);
        break;
    case FIELD_REC:
        sample_fill(self, field->record, at);
        break;
    case FIELD_LIST:
    case FIELD_I64S:
    case FIELD_VALUES:
        s_fill_list(self, field, at);
        break;
    }
}

void sample_fill(struct sample *self, const struct record *record, void *value)
{
    const struct field *fields = record->fields();
    memset(value, 0, record->size);
    for (uint16_t i = 0; i < record->field_count; i++)
        s_fill_field(self, &fields[i], (char *)value + fields[i].offset);
}

/* ---- comparing ----------------------------------------------------------------------------- */

static bool s_same_value(const struct value *a, const struct value *b)
{
    if (a->type != b->type || a->type == VALUE_NULL)
        return a->type == b->type;
    return a->type == VALUE_I64 ? a->i64 == b->i64 : slice_equal(a->text, b->text);
}

static const char *s_list_difference(const struct field *field, const struct any_list *a,
                                     const struct any_list *b)
{
    if (a->count != b->count)
        return field->name;
    for (uint32_t i = 0; i < a->count; i++) {
        const char *difference = NULL;
        if (field->type == FIELD_LIST) {
            size_t at = (size_t)i * field->record->size;
            difference = sample_difference(field->record, (const char *)a->items + at,
                                           (const char *)b->items + at);
        } else if (field->type == FIELD_I64S) {
            if (((const int64_t *)a->items)[i] != ((const int64_t *)b->items)[i])
                difference = field->name;
        } else if (!s_same_value((const struct value *)a->items + i,
                                 (const struct value *)b->items + i))
            difference = field->name;
        if (difference)
            return difference;
    }
    return NULL;
}

static const char *s_field_difference(const struct field *field, const void *a, const void *b)
{
    switch (field->type) {
    case FIELD_I64:
    case FIELD_OPT:
    case FIELD_F64: /* bit for bit */
        return memcmp(a, b, 8) ? field->name : NULL;
    case FIELD_FLAG:
        return *(const bool *)a != *(const bool *)b ? field->name : NULL;
    case FIELD_WORD:
        return *(const uint8_t *)a != *(const uint8_t *)b ? field->name : NULL;
    case FIELD_STR:
    case FIELD_BIN:
        return slice_equal(*(const struct slice *)a, *(const struct slice *)b) ? NULL : field->name;
    case FIELD_REC:
        return sample_difference(field->record, a, b);
    case FIELD_LIST:
    case FIELD_I64S:
    case FIELD_VALUES:
        return s_list_difference(field, a, b);
    }
    unreachable();
}

const char *sample_difference(const struct record *record, const void *a, const void *b)
{
    const struct field *fields = record->fields();
    for (uint16_t i = 0; i < record->field_count; i++) {
        const char *difference = s_field_difference(&fields[i], (const char *)a + fields[i].offset,
                                                    (const char *)b + fields[i].offset);
        if (difference)
            return difference;
    }
    return NULL;
}

/* ---- packing ------------------------------------------------------------------------------- */

static void s_raw(msgpack_packer *packer, unsigned char head, uint32_t length)
{
    unsigned char bytes[5] = {head, (unsigned char)(length >> 24), (unsigned char)(length >> 16),
                              (unsigned char)(length >> 8), (unsigned char)length};
    packer->callback(packer->data, (const char *)bytes, sizeof bytes);
}

static void s_pack_int(msgpack_packer *packer, enum sample_form form, int64_t number)
{
    if (form == SAMPLE_WIDEST && number >= 0)
        msgpack_pack_fix_uint64(packer, (uint64_t)number);
    else if (form == SAMPLE_WIDEST)
        msgpack_pack_fix_int64(packer, number);
    else
        msgpack_pack_int64(packer, number);
}

static void s_pack_array(msgpack_packer *packer, enum sample_form form, uint32_t count)
{
    if (form == SAMPLE_WIDEST)
        s_raw(packer, 0xdd, count);
    else
        msgpack_pack_array(packer, count);
}

static void s_pack_text(msgpack_packer *packer, enum sample_form form, struct slice text)
{
    if (form == SAMPLE_WIDEST) {
        s_raw(packer, 0xdb, (uint32_t)text.length);
        msgpack_pack_str_body(packer, text.data, text.length);
    } else
        msgpack_pack_str_with_body(packer, text.data, text.length);
}

static void s_pack_bin(msgpack_packer *packer, enum sample_form form, struct slice bytes)
{
    if (form == SAMPLE_WIDEST) {
        s_raw(packer, 0xc6, (uint32_t)bytes.length);
        msgpack_pack_bin_body(packer, bytes.data, bytes.length);
    } else
        msgpack_pack_bin_with_body(packer, bytes.data, bytes.length);
}

static void s_pack_value(msgpack_packer *packer, enum sample_form form, const struct value *value)
{
    if (value->type == VALUE_NULL)
        msgpack_pack_nil(packer);
    else if (value->type == VALUE_I64)
        s_pack_int(packer, form, value->i64);
    else if (value->type == VALUE_TEXT)
        s_pack_text(packer, form, value->text);
    else
        s_pack_bin(packer, form, value->text);
}

static void s_pack_field(const struct field *field, const void *at, enum sample_form form,
                         msgpack_packer *packer)
{
    const struct any_list *list = at;
    if (field->type == FIELD_I64 || field->type == FIELD_OPT) {
        if (field->type == FIELD_OPT && *(const int64_t *)at == I64_NONE)
            msgpack_pack_nil(packer);
        else
            s_pack_int(packer, form, *(const int64_t *)at);
    } else if (field->type == FIELD_FLAG) {
        if (*(const bool *)at)
            msgpack_pack_true(packer);
        else
            msgpack_pack_false(packer);
    } else if (field->type == FIELD_F64)
        msgpack_pack_double(packer, *(const double *)at);
    else if (field->type == FIELD_WORD)
        s_pack_int(packer, form, *(const uint8_t *)at);
    else if (field->type == FIELD_STR)
        s_pack_text(packer, form, *(const struct slice *)at);
    else if (field->type == FIELD_BIN)
        s_pack_bin(packer, form, *(const struct slice *)at);
    else if (field->type == FIELD_REC)
        sample_pack(field->record, at, field->record->field_count, form, packer);
    else {
        s_pack_array(packer, form, list->count);
        for (uint32_t i = 0; i < list->count; i++)
            if (field->type == FIELD_LIST)
                sample_pack(field->record,
                            (const char *)list->items + (size_t)i * field->record->size,
                            field->record->field_count, form, packer);
            else if (field->type == FIELD_I64S)
                s_pack_int(packer, form, ((const int64_t *)list->items)[i]);
            else
                s_pack_value(packer, form, (const struct value *)list->items + i);
    }
}

void sample_pack(const struct record *record, const void *value, uint16_t fields,
                 enum sample_form form, msgpack_packer *packer)
{
    const struct field *all = record->fields();
    s_pack_array(packer, form, record->field_count);
    for (uint16_t i = 0; i < fields; i++)
        s_pack_field(&all[i], (const char *)value + all[i].offset, form, packer);
}
