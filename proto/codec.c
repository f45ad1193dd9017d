/* Every number of bytes or entries that a header claims is held against what is really left before
 * anything is taken from the arena; an entry takes at least a byte, so memory is bounded by the
 * frame and by the table's own maxima. */
#include "proto/codec.h"

#include "proto/check.h"

/* ---- packing ------------------------------------------------------------------------------- */

static int s_write(void *data, const char *bytes, size_t length)
{
    return buffer_append(data, bytes, length) ? 0 : -1;
}

void codec_packer(msgpack_packer *packer, struct buffer *out)
{
    msgpack_packer_init(packer, out, s_write);
}

static void s_pack_text(msgpack_packer *packer, struct slice text)
{
    msgpack_pack_str(packer, text.length);
    msgpack_pack_str_body(packer, text.data, text.length);
}

static void s_pack_blob(msgpack_packer *packer, struct slice bytes)
{
    msgpack_pack_bin(packer, bytes.length);
    msgpack_pack_bin_body(packer, bytes.data, bytes.length);
}

static void s_pack_value(msgpack_packer *packer, const struct value *value)
{
    switch (value->type) {
    case VALUE_NULL:
        msgpack_pack_nil(packer);
        break;
    case VALUE_I64:
        msgpack_pack_int64(packer, value->i64);
        break;
    case VALUE_TEXT:
        s_pack_text(packer, value->text);
        break;
    case VALUE_BLOB:
        s_pack_blob(packer, value->text);
        break;
    }
}

static void s_pack_record(msgpack_packer *packer, const struct record *record, const void *value);

static void s_pack_field(msgpack_packer *packer, const struct field *field, const void *at)
{
    const struct any_list *list = at;
    const struct slice *text = at;
    switch (field->type) {
    case FIELD_I64:
        msgpack_pack_int64(packer, *(const int64_t *)at);
        break;
    case FIELD_OPT:
        if (*(const int64_t *)at == I64_NONE)
            msgpack_pack_nil(packer);
        else
            msgpack_pack_int64(packer, *(const int64_t *)at);
        break;
    case FIELD_FLAG:
        (*(const bool *)at ? msgpack_pack_true : msgpack_pack_false)(packer);
        break;
    case FIELD_F64:
        msgpack_pack_double(packer, *(const double *)at);
        break;
    case FIELD_WORD:
        check(*(const uint8_t *)at < field->words->count);
        msgpack_pack_uint8(packer, *(const uint8_t *)at);
        break;
    case FIELD_STR:
        check(text->length <= field->max);
        s_pack_text(packer, *text);
        break;
    case FIELD_BIN:
        check(text->length <= field->max);
        s_pack_blob(packer, *text);
        break;
    case FIELD_REC:
        s_pack_record(packer, field->record, at);
        break;
    case FIELD_LIST:
        check(list->count <= field->max);
        msgpack_pack_array(packer, list->count);
        for (uint32_t i = 0; i < list->count; i++)
            s_pack_record(packer, field->record,
                          (const char *)list->items + (size_t)i * field->record->size);
        break;
    case FIELD_I64S:
        check(list->count <= field->max);
        msgpack_pack_array(packer, list->count);
        for (uint32_t i = 0; i < list->count; i++)
            msgpack_pack_int64(packer, ((const int64_t *)list->items)[i]);
        break;
    case FIELD_VALUES:
        check(list->count <= field->max);
        msgpack_pack_array(packer, list->count);
        for (uint32_t i = 0; i < list->count; i++)
            s_pack_value(packer, (const struct value *)list->items + i);
        break;
    }
}

static void s_pack_record(msgpack_packer *packer, const struct record *record, const void *value)
{
    const struct field *fields = record->fields();
    msgpack_pack_array(packer, record->field_count);
    for (uint16_t i = 0; i < record->field_count; i++)
        s_pack_field(packer, &fields[i], (const char *)value + fields[i].offset);
}

void codec_encode(const struct record *record, const void *value, struct buffer *out)
{
    msgpack_packer packer;
    codec_packer(&packer, out);
    s_pack_record(&packer, record, value);
}

/* ---- reading ------------------------------------------------------------------------------- */

struct codec_reader codec_reader_over(struct slice bytes)
{
    /* no bytes may come as NULL, and NULL + 0 is undefined */
    const unsigned char *start = (const unsigned char *)(bytes.length ? bytes.data : "");
    return (struct codec_reader){start, start + bytes.length, NULL};
}

static bool s_wrong(struct codec_reader *reader, const char *what)
{
    if (!reader->what)
        reader->what = what;
    return false;
}

static bool s_big_endian(struct codec_reader *reader, unsigned bytes, uint64_t *value)
{
    if ((size_t)(reader->end - reader->at) < bytes)
        return s_wrong(reader, "truncated");
    *value = 0;
    while (bytes--)
        *value = *value << 8 | *reader->at++;
    return true;
}

/* The byte that says what follows; 0xc1, which msgpack never uses, when nothing is left. */
static unsigned char s_head(struct codec_reader *reader)
{
    if (reader->at >= reader->end) {
        s_wrong(reader, "truncated");
        return 0xc1;
    }
    return *reader->at++;
}

/* Any integer: *negative tells how to read the 64 bits. */
static bool s_read_int(struct codec_reader *reader, uint64_t *bits, bool *negative)
{
    unsigned char head = s_head(reader);
    *negative = false;
    if (head < 0x80) {
        *bits = head;
        return true;
    }
    if (head >= 0xe0) {
        *bits = (uint64_t)(int64_t)(int8_t)head;
        *negative = true;
        return true;
    }
    if (head >= 0xcc && head <= 0xcf)
        return s_big_endian(reader, 1u << (head - 0xcc), bits);
    if (head < 0xd0 || head > 0xd3)
        return s_wrong(reader, "not an integer");
    unsigned bytes = 1u << (head - 0xd0);
    if (!s_big_endian(reader, bytes, bits))
        return false;
    unsigned shift = 64 - 8 * bytes;
    int64_t value = (int64_t)(*bits << shift) >> shift;
    *bits = (uint64_t)value;
    *negative = value < 0;
    return true;
}

bool codec_read_i64(struct codec_reader *reader, int64_t *value)
{
    uint64_t bits;
    bool negative;
    if (!s_read_int(reader, &bits, &negative))
        return false;
    if (!negative && bits > INT64_MAX)
        return s_wrong(reader, "number too large");
    *value = (int64_t)bits;
    return true;
}

bool codec_read_u64(struct codec_reader *reader, uint64_t *value)
{
    bool negative;
    if (!s_read_int(reader, value, &negative))
        return false;
    return negative ? s_wrong(reader, "negative") : true;
}

bool codec_read_array(struct codec_reader *reader, uint32_t *count)
{
    unsigned char head = s_head(reader);
    uint64_t claimed;
    if (head >= 0x90 && head <= 0x9f)
        claimed = head & 0x0f;
    else if (head == 0xdc || head == 0xdd) {
        if (!s_big_endian(reader, head == 0xdc ? 2 : 4, &claimed))
            return false;
    } else
        return s_wrong(reader, "not an array");
    if (claimed > (size_t)(reader->end - reader->at))
        return s_wrong(reader, "truncated");
    *count = (uint32_t)claimed;
    return true;
}

static bool s_take(struct codec_reader *reader, uint64_t length, uint32_t max_bytes,
                   struct slice *value)
{
    if (length > max_bytes)
        return s_wrong(reader, "too long");
    if (length > (size_t)(reader->end - reader->at))
        return s_wrong(reader, "truncated");
    *value = slice_from(reader->at, (size_t)length);
    reader->at += length;
    return true;
}

/* Text or bytes of at most max_bytes, whichever `head` says; false with nothing wrong noted when
 * it says neither. */
static bool s_read_sized(struct codec_reader *reader, unsigned char head, uint32_t max_bytes,
                         struct slice *value, bool *is_text)
{
    uint64_t length = head & 0x1f;
    *is_text = head >= 0xd9 || (head & 0xe0) == 0xa0;
    if ((head >= 0xc4 && head <= 0xc6) || (head >= 0xd9 && head <= 0xdb)) {
        if (!s_big_endian(reader, 1u << (head - (*is_text ? 0xd9 : 0xc4)), &length))
            return false;
    } else if ((head & 0xe0) != 0xa0)
        return s_wrong(reader, "neither text nor bytes");
    if (!s_take(reader, length, max_bytes, value))
        return false;
    if (*is_text && !utf8_valid(*value))
        return s_wrong(reader, "not UTF-8");
    return true;
}

static bool s_read_as(struct codec_reader *reader, bool want_text, uint32_t max_bytes,
                      struct slice *value)
{
    bool is_text;
    if (!s_read_sized(reader, s_head(reader), max_bytes, value, &is_text))
        return false;
    if (is_text != want_text)
        return s_wrong(reader, want_text ? "not text" : "not bytes");
    return true;
}

bool codec_read_bin(struct codec_reader *reader, uint32_t max_bytes, struct slice *value)
{
    return s_read_as(reader, false, max_bytes, value);
}

static bool s_next_is_nil(struct codec_reader *reader)
{
    if (reader->at >= reader->end || *reader->at != 0xc0)
        return false;
    reader->at++;
    return true;
}

static bool s_read_value(struct codec_reader *reader, struct value *value)
{
    value->type = VALUE_NULL;
    if (s_next_is_nil(reader))
        return true;
    if (reader->at >= reader->end)
        return s_wrong(reader, "truncated");
    unsigned char head = *reader->at;
    if (head < 0x80 || head >= 0xe0 || (head >= 0xcc && head <= 0xd3)) {
        value->type = VALUE_I64;
        return codec_read_i64(reader, &value->i64);
    }
    bool is_text;
    reader->at++;
    if (!s_read_sized(reader, head, FRAME_MAX_BYTES, &value->text, &is_text))
        return false;
    value->type = is_text ? VALUE_TEXT : VALUE_BLOB;
    return true;
}

static bool s_read_flag(struct codec_reader *reader, bool *value)
{
    unsigned char head = s_head(reader);
    *value = head == 0xc3;
    return head == 0xc2 || head == 0xc3 ? true : s_wrong(reader, "neither true nor false");
}

static bool s_read_f64(struct codec_reader *reader, double *value)
{
    uint64_t bits;
    if (s_head(reader) != 0xcb)
        return s_wrong(reader, "not a 64-bit float");
    if (!s_big_endian(reader, 8, &bits))
        return false;
    memcpy(value, &bits, sizeof bits);
    return true;
}

static bool s_read_word(struct codec_reader *reader, const struct vocabulary *words, uint8_t *value)
{
    uint64_t number;
    if (!codec_read_u64(reader, &number))
        return false;
    if (number >= words->count)
        return s_wrong(reader, "unknown word");
    *value = (uint8_t)number;
    return true;
}

struct decoding {
    struct codec_reader reader; /* where we are */
    struct arena *arena;        /* for lists */
    struct codec_error *error;  /* innermost place of the first fault */
};

static bool s_read_record(struct decoding *self, const struct record *record, void *value);

static bool s_read_list(struct decoding *self, const struct field *field, struct any_list *list)
{
    uint32_t count;
    if (!codec_read_array(&self->reader, &count))
        return false;
    if (count > field->max)
        return s_wrong(&self->reader, "too many");
    size_t size = field->type == FIELD_LIST   ? field->record->size
                  : field->type == FIELD_I64S ? sizeof(int64_t)
                                              : sizeof(struct value);
    char *at = list->items = count ? arena_take(self->arena, size * count) : NULL;
    list->count = count;
    for (uint32_t i = 0; i < count; i++, at += size) {
        bool ok = field->type == FIELD_LIST   ? s_read_record(self, field->record, at)
                  : field->type == FIELD_I64S ? codec_read_i64(&self->reader, (int64_t *)at)
                                              : s_read_value(&self->reader, (struct value *)at);
        if (!ok)
            return false;
    }
    return true;
}

static bool s_read_field(struct decoding *self, const struct field *field, void *at)
{
    struct codec_reader *reader = &self->reader;
    switch (field->type) {
    case FIELD_I64:
        return codec_read_i64(reader, at);
    case FIELD_OPT:
        *(int64_t *)at = I64_NONE;
        return s_next_is_nil(reader) || codec_read_i64(reader, at);
    case FIELD_FLAG:
        return s_read_flag(reader, at);
    case FIELD_F64:
        return s_read_f64(reader, at);
    case FIELD_WORD:
        return s_read_word(reader, field->words, at);
    case FIELD_STR:
        return s_read_as(reader, true, field->max, at);
    case FIELD_BIN:
        return s_read_as(reader, false, field->max, at);
    case FIELD_REC:
        return s_read_record(self, field->record, at);
    case FIELD_LIST:
    case FIELD_I64S:
    case FIELD_VALUES:
        return s_read_list(self, field, at);
    }
    unreachable();
}

/* Nesting is that of the table, so the recursion has its depth. */
static bool s_read_record(struct decoding *self, const struct record *record, void *value)
{
    const struct field *fields = record->fields();
    const char *place = "";
    uint32_t count;
    bool ok = codec_read_array(&self->reader, &count);
    if (ok && count != record->field_count)
        ok = s_wrong(&self->reader, "has another number of fields");
    for (uint16_t i = 0; ok && i < record->field_count; i++) {
        place = fields[i].name;
        ok = s_read_field(self, &fields[i], (char *)value + fields[i].offset);
    }
    if (!ok && !self->error->what)
        *self->error = (struct codec_error){record->name, place, self->reader.what};
    return ok;
}

bool codec_decode(const struct record *record, struct slice bytes, struct arena *arena, void *value,
                  size_t *taken, struct codec_error *error)
{
    struct decoding self = {codec_reader_over(bytes), arena, error};
    *error = (struct codec_error){0};
    memset(value, 0, record->size);
    bool ok = s_read_record(&self, record, value);
    *taken = bytes.length - (size_t)(self.reader.end - self.reader.at);
    return ok;
}

bool codec_decode_all(const struct record *record, struct slice bytes, struct arena *arena,
                      void *value, struct codec_error *error)
{
    size_t taken;
    if (!codec_decode(record, bytes, arena, value, &taken, error))
        return false;
    if (taken == bytes.length)
        return true;
    *error = (struct codec_error){record->name, "", "bytes after its end"};
    return false;
}
