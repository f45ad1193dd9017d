/* Every maximum of the table, on it and one above; where a fault is said to be; and that the
 * descriptions of the records are true of the structs. */
#include "unit.h"

#include <stdlib.h>

#include "proto/codec.h"
#include "sample.h"

/* What is decoded into lies on stacks and in slots, so it has to stay small. */
_Static_assert(sizeof(union any_message) <= 512, "any message's struct is small");

static size_t s_field_size(const struct field *field)
{
    switch (field->type) {
    case FIELD_I64:
    case FIELD_OPT:
        return sizeof(int64_t);
    case FIELD_F64:
        return sizeof(double);
    case FIELD_FLAG:
        return sizeof(bool);
    case FIELD_WORD:
        return sizeof(uint8_t);
    case FIELD_STR:
    case FIELD_BIN:
        return sizeof(struct slice);
    case FIELD_REC:
        return field->record->size;
    case FIELD_LIST:
    case FIELD_I64S:
    case FIELD_VALUES:
        return sizeof(struct any_list);
    }
    return 0;
}

static bool s_is_list(const struct field *field)
{
    return field->type == FIELD_LIST || field->type == FIELD_I64S || field->type == FIELD_VALUES;
}

static bool s_is_bytes(const struct field *field)
{
    return field->type == FIELD_STR || field->type == FIELD_BIN;
}

/* Fields lie in the struct in the table's order and do not overlap; each says what its type needs.
 */
static void s_test_descriptions(void **state)
{
    (void)state;
    size_t count;
    const struct record *const *records = sample_records(&count);
    for (size_t i = 0; i < count; i++) {
        const struct field *fields = records[i]->fields();
        size_t end = 0;
        assert_true(records[i]->size <= sizeof(union any_message));
        assert_true(records[i]->field_count > 0);
        assert_true(records[i]->sentence[0]);
        for (uint16_t f = 0; f < records[i]->field_count; f++) {
            assert_true(fields[f].offset >= end);
            end = fields[f].offset + s_field_size(&fields[f]);
            assert_true(end <= records[i]->size);
            assert_true((fields[f].max > 0) == (s_is_list(&fields[f]) || s_is_bytes(&fields[f])));
            assert_true((fields[f].record != NULL) ==
                        (fields[f].type == FIELD_REC || fields[f].type == FIELD_LIST));
            assert_true((fields[f].words != NULL) == (fields[f].type == FIELD_WORD));
            assert_true(fields[f].name[0] && fields[f].key[0]);
        }
        assert_true(records[i]->size - end < 8);
    }
}

static void s_pack_smallest(const struct record *record, int stretched, uint32_t size,
                            struct buffer *out, msgpack_packer *packer);

/* One field: the smallest there is, or `size` bytes or entries. */
static void s_pack_field(const struct field *field, uint32_t size, struct buffer *out,
                         msgpack_packer *packer)
{
    char *body;
    switch (field->type) {
    case FIELD_I64:
    case FIELD_WORD:
        msgpack_pack_int64(packer, 0);
        break;
    case FIELD_OPT:
        msgpack_pack_nil(packer);
        break;
    case FIELD_FLAG:
        msgpack_pack_false(packer);
        break;
    case FIELD_F64:
        msgpack_pack_double(packer, 0);
        break;
    case FIELD_STR:
    case FIELD_BIN:
        (field->type == FIELD_STR ? msgpack_pack_str : msgpack_pack_bin)(packer, size);
        body = buffer_reserve(out, size);
        memset(body, 'x', size);
        out->length += size;
        break;
    case FIELD_REC:
        s_pack_smallest(field->record, -1, 0, out, packer);
        break;
    case FIELD_LIST:
    case FIELD_I64S:
    case FIELD_VALUES:
        msgpack_pack_array(packer, size);
        for (uint32_t i = 0; i < size; i++)
            if (field->type == FIELD_LIST)
                s_pack_smallest(field->record, -1, 0, out, packer);
            else if (field->type == FIELD_I64S)
                msgpack_pack_int64(packer, 0);
            else
                msgpack_pack_nil(packer);
        break;
    }
}

/* A record of smallest fields, but for the one at `stretched`. */
static void s_pack_smallest(const struct record *record, int stretched, uint32_t size,
                            struct buffer *out, msgpack_packer *packer)
{
    const struct field *fields = record->fields();
    msgpack_pack_array(packer, record->field_count);
    for (int i = 0; i < record->field_count; i++)
        s_pack_field(&fields[i], i == stretched ? size : 0, out, packer);
}

static void s_test_maxima(void **state)
{
    (void)state;
    static union any_message value;
    struct arena arena = {0};
    struct buffer bytes;
    buffer_init(&bytes, FRAME_MAX_BYTES);
    size_t count, taken, tried = 0;
    const struct record *const *records = sample_records(&count);
    for (size_t i = 0; i < count; i++)
        for (int f = 0; f < records[i]->field_count; f++) {
            const struct field *field = &records[i]->fields()[f];
            for (uint32_t over = 0; field->max && over < 2; over++) {
                struct codec_error error;
                msgpack_packer packer;
                buffer_clear(&bytes);
                arena_reset(&arena);
                codec_packer(&packer, &bytes);
                s_pack_smallest(records[i], f, field->max + over, &bytes, &packer);
                assert_false(bytes.overflow);
                bool ok =
                    codec_decode(records[i], buffer_slice(&bytes), &arena, &value, &taken, &error);
                assert_int_equal(ok, over == 0);
                if (!ok) {
                    assert_string_equal(error.record, records[i]->name);
                    assert_string_equal(error.field, field->name);
                    assert_string_equal(error.what, s_is_list(field) ? "too many" : "too long");
                    assert_int_equal(arena.used, 0); /* refused before it costs memory */
                }
                tried++;
            }
        }
    assert_true(tried > 0);
    buffer_fini(&bytes);
    arena_fini(&arena);
}

/* The first number that a vocabulary does not have is refused, and so is one that is that of a word
 * only in its low byte. */
static void s_test_words(void **state)
{
    (void)state;
    struct msg_submitted submitted;
    struct arena arena = {0};
    for (unsigned number = 0; number < 1000; number++) {
        unsigned char bytes[] = {0x92, 0xcd, (unsigned char)(number >> 8), (unsigned char)number,
                                 1};
        struct codec_error error;
        size_t taken;
        bool ok = codec_decode(&message_submitted, slice_from(bytes, sizeof bytes), &arena,
                               &submitted, &taken, &error);
        assert_int_equal(ok, number < 10);
        if (ok)
            assert_int_equal(submitted.status, number);
        else
            assert_string_equal(error.what, "unknown word");
    }
    assert_null(arena.first);
}

/* A fault is named by the innermost record and field. */
static void s_test_places(void **state)
{
    (void)state;
    static const struct {
        const struct record *record; /* what is read */
        struct slice bytes;          /* from this */
        const char *place[2], *what; /* record and field, and what is wrong */
    } rows[] = {
        {&message_room_join, {"", 0}, {"room_join", ""}, "truncated"},
        {&message_room_join, {"\xc0", 1}, {"room_join", ""}, "not an array"},
        {&message_room_join, {"\x80", 1}, {"room_join", ""}, "not an array"},
        {&message_room_join, {"\x91\x07", 2}, {"room_join", ""}, "has another number of fields"},
        {&message_room_join,
         {"\x93\x07\xa0\xa0", 4},
         {"room_join", ""},
         "has another number of fields"},
        {&message_room_join, {"\x92\xa1x\xa0", 4}, {"room_join", "room_id"}, "not an integer"},
        {&message_room_join, {"\x92\xc0\xa0", 3}, {"room_join", "room_id"}, "not an integer"},
        {&message_room_join, {"\x92\x07\xc4\x00", 4}, {"room_join", "password"}, "not text"},
        {&message_room_join,
         {"\x92\x07\x07", 3},
         {"room_join", "password"},
         "neither text nor bytes"},
        {&message_room_join, {"\x92\x07\xa1\xff", 4}, {"room_join", "password"}, "not UTF-8"},
        {&message_room_join, {"\x92\x07\xa2x", 4}, {"room_join", "password"}, "truncated"},
        {&message_drain, {"\x91\x01", 2}, {"drain", "now"}, "neither true nor false"},
        {&record_stats,
         {"\x96\0\0\0\0\0\x01\0\0\0\0\0\0\0\0", 15},
         {"stats", "win_rate"},
         "not a 64-bit float"},
        {&message_leaderboard,
         {"\x91\x91\x95\x01\x02\x03\xc0\xc0", 8},
         {"leaderboard_row", "rank"},
         "not an integer"},
        {&message_leaderboard, {"\x91\x91\xc0", 3}, {"leaderboard_row", ""}, "not an array"},
        {&message_leaderboard, {"\x91\xc0", 2}, {"leaderboard", "rows"}, "not an array"},
        {&message_store_run,
         {"\x91\x91\x92\x01\x91\xc3", 6},
         {"store_op", "params"},
         "neither text nor bytes"},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        static union any_message value;
        struct codec_error error;
        size_t taken;
        assert_false(codec_decode(rows[i].record, rows[i].bytes, &arena, &value, &taken, &error));
        assert_string_equal(error.record, rows[i].place[0]);
        assert_string_equal(error.field, rows[i].place[1]);
        assert_string_equal(error.what, rows[i].what);
    }
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(s_test_descriptions),
        cmocka_unit_test(s_test_maxima),
        cmocka_unit_test(s_test_words),
        cmocka_unit_test(s_test_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
