/* The codec against itself, against msgpack-c as an independent reader and writer, and against
 * whoever means harm: every message of the table, from seeds, so that a new message needs no new
 * test. */
#include "unit.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/codec.h"
#include "sample.h"

#define ROUNDS 20 /* samples of each record */

struct world {
    struct arena arena;   /* of samples */
    struct arena decoded; /* of what was decoded */
    struct buffer bytes;  /* the encoded record */
};

static int s_setup(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    buffer_init(&world->bytes, FRAME_MAX_BYTES);
    *state = world;
    return world ? 0 : -1;
}

static int s_teardown(void **state)
{
    struct world *world = *state;
    arena_fini(&world->arena);
    arena_fini(&world->decoded);
    buffer_fini(&world->bytes);
    free(world);
    return 0;
}

/* Fills `value` from a seed. */
static void s_sample(struct world *world, const struct record *record, uint64_t seed,
                     uint32_t max_list, uint32_t max_text, void *value)
{
    struct sample sample = {{seed * 1000 + record->id}, &world->arena, max_list, max_text};
    arena_reset(&world->arena);
    sample_fill(&sample, record, value);
    buffer_clear(&world->bytes);
}

/* Decodes from a copy of exactly the bytes, so that a sanitizer sees a read past them. */
static bool s_decode(struct world *world, const struct record *record, struct slice bytes,
                     void *value, struct codec_error *error)
{
    size_t taken;
    char *copy = malloc(bytes.length ? bytes.length : 1);
    memcpy(copy, bytes.data ? bytes.data : "", bytes.length);
    arena_reset(&world->decoded);
    bool ok =
        codec_decode(record, slice_from(copy, bytes.length), &world->decoded, value, &taken, error);
    assert_true(taken <= bytes.length);
    assert_true(ok == (error->what == NULL));
    free(copy);
    return ok;
}

static bool s_refused(struct world *world, const struct record *record, struct slice bytes,
                      struct codec_error *error)
{
    static union any_message value;
    assert_true(record->size <= sizeof value);
    return !s_decode(world, record, bytes, &value, error);
}

static void s_test_round_trip(void **state)
{
    struct world *world = *state;
    static union any_message before, after;
    size_t count, taken;
    const struct record *const *records = sample_records(&count);
    for (size_t i = 0; i < count; i++)
        for (uint64_t seed = 0; seed < ROUNDS; seed++) {
            struct codec_error error;
            s_sample(world, records[i], seed, 40, 600, &before);
            codec_encode(records[i], &before, &world->bytes);
            assert_false(world->bytes.overflow);
            size_t length = world->bytes.length;
            buffer_append_text(&world->bytes, "more");
            arena_reset(&world->decoded);
            if (!codec_decode(records[i], buffer_slice(&world->bytes), &world->decoded, &after,
                              &taken, &error))
                fail_msg("%s seed %d: %s.%s %s", records[i]->name, (int)seed, error.record,
                         error.field, error.what);
            assert_int_equal(taken, length);
            const char *difference = sample_difference(records[i], &before, &after);
            if (difference)
                fail_msg("%s seed %d: %s differs", records[i]->name, (int)seed, difference);
        }
}

/* ---- msgpack-c as the other side ------------------------------------------------------------ */

static void s_expect_number(const msgpack_object *object, int64_t number)
{
    if (number >= 0) {
        assert_int_equal(object->type, MSGPACK_OBJECT_POSITIVE_INTEGER);
        assert_true(object->via.u64 == (uint64_t)number);
    } else {
        assert_int_equal(object->type, MSGPACK_OBJECT_NEGATIVE_INTEGER);
        assert_true(object->via.i64 == number);
    }
}

static void s_expect_bytes(const msgpack_object *object, msgpack_object_type type,
                           struct slice bytes)
{
    assert_int_equal(object->type, type);
    struct slice got = type == MSGPACK_OBJECT_STR
                           ? slice_from(object->via.str.ptr, object->via.str.size)
                           : slice_from(object->via.bin.ptr, object->via.bin.size);
    assert_true(slice_equal(got, bytes));
}

static void s_expect_value(const msgpack_object *object, const struct value *value)
{
    if (value->type == VALUE_NULL)
        assert_int_equal(object->type, MSGPACK_OBJECT_NIL);
    else if (value->type == VALUE_I64)
        s_expect_number(object, value->i64);
    else
        s_expect_bytes(object, value->type == VALUE_TEXT ? MSGPACK_OBJECT_STR : MSGPACK_OBJECT_BIN,
                       value->text);
}

static void s_expect_record(const msgpack_object *object, const struct record *record,
                            const void *value);

static void s_expect_list(const msgpack_object *object, const struct field *field,
                          const struct any_list *list)
{
    assert_int_equal(object->type, MSGPACK_OBJECT_ARRAY);
    assert_int_equal(object->via.array.size, list->count);
    for (uint32_t i = 0; i < list->count; i++) {
        const msgpack_object *item = &object->via.array.ptr[i];
        if (field->type == FIELD_LIST)
            s_expect_record(item, field->record,
                            (const char *)list->items + (size_t)i * field->record->size);
        else if (field->type == FIELD_I64S)
            s_expect_number(item, ((const int64_t *)list->items)[i]);
        else
            s_expect_value(item, (const struct value *)list->items + i);
    }
}

static void s_expect_field(const msgpack_object *object, const struct field *field, const void *at)
{
    switch (field->type) {
    case FIELD_OPT:
        if (*(const int64_t *)at == I64_NONE) {
            assert_int_equal(object->type, MSGPACK_OBJECT_NIL);
            break;
        }
        s_expect_number(object, *(const int64_t *)at);
        break;
    case FIELD_I64:
        s_expect_number(object, *(const int64_t *)at);
        break;
    case FIELD_FLAG:
        assert_int_equal(object->type, MSGPACK_OBJECT_BOOLEAN);
        assert_int_equal(object->via.boolean, *(const bool *)at);
        break;
    case FIELD_F64:
        assert_int_equal(object->type, MSGPACK_OBJECT_FLOAT64);
        assert_memory_equal(&object->via.f64, at, sizeof(double));
        break;
    case FIELD_WORD:
        s_expect_number(object, *(const uint8_t *)at);
        break;
    case FIELD_STR:
        s_expect_bytes(object, MSGPACK_OBJECT_STR, *(const struct slice *)at);
        break;
    case FIELD_BIN:
        s_expect_bytes(object, MSGPACK_OBJECT_BIN, *(const struct slice *)at);
        break;
    case FIELD_REC:
        s_expect_record(object, field->record, at);
        break;
    case FIELD_LIST:
    case FIELD_I64S:
    case FIELD_VALUES:
        s_expect_list(object, field, at);
        break;
    }
}

static void s_expect_record(const msgpack_object *object, const struct record *record,
                            const void *value)
{
    const struct field *fields = record->fields();
    assert_int_equal(object->type, MSGPACK_OBJECT_ARRAY);
    assert_int_equal(object->via.array.size, record->field_count);
    for (uint16_t i = 0; i < record->field_count; i++)
        s_expect_field(&object->via.array.ptr[i], &fields[i],
                       (const char *)value + fields[i].offset);
}

static void s_test_msgpack_reads_ours(void **state)
{
    struct world *world = *state;
    static union any_message value;
    msgpack_zone zone;
    assert_true(msgpack_zone_init(&zone, 8192));
    size_t count;
    const struct record *const *records = sample_records(&count);
    for (size_t i = 0; i < count; i++)
        for (uint64_t seed = 100; seed < 100 + ROUNDS; seed++) {
            msgpack_object object;
            size_t at = 0;
            s_sample(world, records[i], seed, 20, 300, &value);
            codec_encode(records[i], &value, &world->bytes);
            assert_int_equal(
                msgpack_unpack(world->bytes.data, world->bytes.length, &at, &zone, &object),
                MSGPACK_UNPACK_SUCCESS);
            assert_int_equal(at, world->bytes.length);
            s_expect_record(&object, records[i], &value);
            msgpack_zone_clear(&zone);
        }
    msgpack_zone_destroy(&zone);
}

static void s_test_we_read_msgpack(void **state)
{
    struct world *world = *state;
    static union any_message before, after;
    size_t count, taken;
    const struct record *const *records = sample_records(&count);
    for (size_t i = 0; i < count; i++)
        for (uint64_t seed = 200; seed < 200 + ROUNDS; seed++) {
            struct codec_error error;
            msgpack_packer packer;
            s_sample(world, records[i], seed, 20, 300, &before);
            codec_packer(&packer, &world->bytes);
            sample_pack(records[i], &before, records[i]->field_count,
                        seed % 2 ? SAMPLE_WIDEST : SAMPLE_SHORTEST, &packer);
            arena_reset(&world->decoded);
            assert_true(codec_decode(records[i], buffer_slice(&world->bytes), &world->decoded,
                                     &after, &taken, &error));
            assert_int_equal(taken, world->bytes.length);
            assert_null(sample_difference(records[i], &before, &after));
        }
}

/* A number packed in each width that holds it is read the same. */
static void s_test_integer_widths(void **state)
{
    (void)state;
    static const int64_t numbers[] = {
        0,          1,      127,       128,    255,       256,
        32767,      32768,  65535,     65536,  INT32_MAX, INT32_MAX + 1LL,
        UINT32_MAX, ID_MAX, INT64_MAX, -1,     -32,       -33,
        -128,       -129,   -32768,    -32769, INT32_MIN, INT32_MIN - 1LL,
        INT64_MIN};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        for (int width = 0; width < 9; width++) {
            int64_t n = numbers[i], got = 0;
            uint64_t unsigned_got = 0;
            struct buffer bytes;
            msgpack_packer packer;
            buffer_init(&bytes, 16);
            codec_packer(&packer, &bytes);
            if (width == 0 && n >= 0 && n <= UINT8_MAX)
                msgpack_pack_fix_uint8(&packer, (uint8_t)n);
            else if (width == 1 && n >= 0 && n <= UINT16_MAX)
                msgpack_pack_fix_uint16(&packer, (uint16_t)n);
            else if (width == 2 && n >= 0 && n <= UINT32_MAX)
                msgpack_pack_fix_uint32(&packer, (uint32_t)n);
            else if (width == 3 && n >= 0)
                msgpack_pack_fix_uint64(&packer, (uint64_t)n);
            else if (width == 4 && n >= INT8_MIN && n <= INT8_MAX)
                msgpack_pack_fix_int8(&packer, (int8_t)n);
            else if (width == 5 && n >= INT16_MIN && n <= INT16_MAX)
                msgpack_pack_fix_int16(&packer, (int16_t)n);
            else if (width == 6 && n >= INT32_MIN && n <= INT32_MAX)
                msgpack_pack_fix_int32(&packer, (int32_t)n);
            else if (width == 7)
                msgpack_pack_fix_int64(&packer, n);
            else
                msgpack_pack_int64(&packer, n);
            struct codec_reader reader = codec_reader_over(buffer_slice(&bytes));
            assert_true(codec_read_i64(&reader, &got));
            assert_true(got == n && reader.at == reader.end);
            reader = codec_reader_over(buffer_slice(&bytes));
            assert_true(codec_read_u64(&reader, &unsigned_got) == (n >= 0));
            if (n >= 0)
                assert_true(unsigned_got == (uint64_t)n);
            else
                assert_string_equal(reader.what, "negative");
            buffer_fini(&bytes);
        }
}

static void s_test_large_unsigned(void **state)
{
    (void)state;
    uint64_t got;
    int64_t number;
    struct slice most = slice_from("\xcf\xff\xff\xff\xff\xff\xff\xff\xff", 9);
    struct codec_reader reader = codec_reader_over(most);
    assert_true(codec_read_u64(&reader, &got));
    assert_true(got == UINT64_MAX);
    reader = codec_reader_over(most);
    assert_false(codec_read_i64(&reader, &number));
    assert_string_equal(reader.what, "number too large");
}

/* ---- the bytes themselves -------------------------------------------------------------------- */

/* One message pinned byte by byte: a change of the format cannot hide behind a codec that still
 * reads what it writes. */
static void s_test_golden(void **state)
{
    struct world *world = *state;
    static const unsigned char expected[] = {0x95, 0xa2, 'p', 'w', 0xc0, 0xcd, 0x01, 0x2c, 3, 0x01};
    struct msg_room_create create = {.password = slice_of("pw"),
                                     .duration_ms = I64_NONE,
                                     .problem_count = 300,
                                     .difficulty = DIFFICULTY_MIXED,
                                     .visibility = VISIBILITY_PRIVATE};
    codec_encode(&message_room_create, &create, &world->bytes);
    assert_int_equal(world->bytes.length, sizeof expected);
    assert_memory_equal(world->bytes.data, expected, sizeof expected);
}

/* The number that stands for "nothing" in memory never goes over the wire as a number; whoever
 * sends it has sent nothing. */
static void s_test_none_as_number(void **state)
{
    struct world *world = *state;
    struct msg_room_result result;
    struct codec_error error;
    size_t taken;
    struct slice bytes = slice_from("\x92\xd3\x80\0\0\0\0\0\0\0\x03", 11);
    assert_true(
        codec_decode(&message_room_result, bytes, &world->decoded, &result, &taken, &error));
    codec_encode(&message_room_result, &result, &world->bytes);
    assert_int_equal(world->bytes.length, 3);
    assert_memory_equal(world->bytes.data, "\x92\xc0\x03", 3);
}

/* A buffer that is too small says so and holds no more than its bound. */
static void s_test_overflow(void **state)
{
    (void)state;
    struct msg_room_join join = {.room_id = 7, .password = slice_of("a password")};
    for (size_t max_bytes = 0; max_bytes < 13; max_bytes++) {
        struct buffer small;
        buffer_init(&small, max_bytes);
        codec_encode(&message_room_join, &join, &small);
        assert_true(small.overflow);
        assert_true(small.length <= max_bytes);
        buffer_fini(&small);
    }
}

/* The struct is ours: what exceeds a bound there is our mistake and ends the process. */
static void s_test_encode_checks(void **state)
{
    struct world *world = *state;
    static char password[PASSWORD_MAX_BYTES + 1];
    struct msg_room_join join = {.password = slice_from(password, sizeof password)};
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        signal(SIGABRT, SIG_DFL); /* a sanitizer or cmocka may have taken it */
        fclose(stderr);
        codec_encode(&message_room_join, &join, &world->bytes);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
}

/* ---- harm ------------------------------------------------------------------------------------ */

static void s_test_truncated(void **state)
{
    struct world *world = *state;
    static union any_message value;
    size_t count;
    const struct record *const *records = sample_records(&count);
    for (size_t i = 0; i < count; i++)
        for (uint64_t seed = 300; seed < 305; seed++) {
            s_sample(world, records[i], seed, 3, 40, &value);
            codec_encode(records[i], &value, &world->bytes);
            for (size_t length = 0; length < world->bytes.length; length++) {
                struct codec_error error;
                assert_true(
                    s_refused(world, records[i], slice_from(world->bytes.data, length), &error));
                assert_string_equal(error.what, "truncated");
            }
        }
    struct codec_error error;
    assert_true(s_refused(world, records[0], (struct slice){NULL, 0}, &error));
}

/* Any byte turned into any of several others is refused or read, within the bounds; what is read
 * can be written. */
static void s_test_mutated(void **state)
{
    static const unsigned char odd[] = {0x00, 0x7f, 0x80, 0x90, 0xa0, 0xbf, 0xc0, 0xc1,
                                        0xc2, 0xc4, 0xc7, 0xca, 0xcb, 0xcf, 0xd3, 0xd4,
                                        0xd9, 0xdb, 0xdc, 0xdd, 0xde, 0xdf, 0xe0, 0xff};
    struct world *world = *state;
    static union any_message value;
    struct buffer again;
    size_t count, taken;
    const struct record *const *records = sample_records(&count);
    buffer_init(&again, FRAME_MAX_BYTES);
    for (size_t i = 0; i < count; i++) {
        s_sample(world, records[i], 400, 3, 12, &value);
        codec_encode(records[i], &value, &world->bytes);
        for (size_t at = 0; at < world->bytes.length; at++)
            for (size_t o = 0; o < sizeof odd; o++) {
                struct codec_error error;
                char kept = world->bytes.data[at];
                world->bytes.data[at] = (char)odd[o];
                arena_reset(&world->decoded);
                buffer_clear(&again);
                if (codec_decode(records[i], buffer_slice(&world->bytes), &world->decoded, &value,
                                 &taken, &error))
                    codec_encode(records[i], &value, &again);
                else
                    assert_non_null(error.what);
                world->bytes.data[at] = kept;
            }
    }
    buffer_fini(&again);
}

/* Heads that claim what is not there, or what no field may be, in the place of every field. */
static void s_test_hostile_heads(void **state)
{
    static const struct slice heads[] = {
        {"\xdd\x01\x00\x00\x00", 5},
        {"\xdd\xff\xff\xff\xff", 5},
        {"\xdc\xff\xff", 3},
        {"\xdf\xff\xff\xff\xff", 5},
        {"\xde\xff\xff", 3},
        {"\x8f", 1},
        {"\xdb\xff\xff\xff\xff", 5},
        {"\xda\xff\xff", 3},
        {"\xc6\xff\xff\xff\xff", 5},
        {"\xc7\xff\x01", 3},
        {"\xc8\xff\xff\x01", 4},
        {"\xc9\xff\xff\xff\xff\x01", 6},
        {"\xd4\x01\x00", 3},
        {"\xd8\x01", 2},
        {"\xc1", 1},
        {"\xca\x00\x00\x00\x00", 5},
        {"\xcb\x00", 2},
        {"\x9f", 1},
    };
    struct world *world = *state;
    static union any_message value;
    size_t count;
    const struct record *const *records = sample_records(&count);
    for (size_t i = 0; i < count; i++)
        for (uint16_t field = 0; field < records[i]->field_count; field++)
            for (size_t h = 0; h < sizeof heads / sizeof heads[0]; h++) {
                struct codec_error error;
                msgpack_packer packer;
                s_sample(world, records[i], 500, 0, 8, &value);
                codec_packer(&packer, &world->bytes);
                sample_pack(records[i], &value, field, SAMPLE_SHORTEST, &packer);
                buffer_append(&world->bytes, heads[h].data, heads[h].length);
                assert_true(s_refused(world, records[i], buffer_slice(&world->bytes), &error));
                assert_non_null(error.what);
                if (world->decoded.first) /* nothing was taken for what is not there */
                    assert_int_equal(world->decoded.used, 0);
            }
}

/* Nothing nests deeper than the table, so a tower of arrays is refused at its first storeys. */
static void s_test_nesting(void **state)
{
    struct world *world = *state;
    size_t count, length = 1024 * 1024;
    const struct record *const *records = sample_records(&count);
    char *tower = malloc(length);
    for (unsigned head = 0x91; head <= 0x9f; head++) {
        memset(tower, (int)head, length);
        for (size_t i = 0; i < count; i++) {
            struct codec_error error;
            size_t taken;
            static union any_message value;
            arena_reset(&world->decoded);
            assert_false(codec_decode(records[i], slice_from(tower, length), &world->decoded,
                                      &value, &taken, &error));
            assert_true(taken < 64);
        }
    }
    free(tower);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, s_setup, s_teardown)
        CASE(s_test_round_trip),      CASE(s_test_msgpack_reads_ours),
        CASE(s_test_we_read_msgpack), CASE(s_test_integer_widths),
        CASE(s_test_large_unsigned),  CASE(s_test_golden),
        CASE(s_test_none_as_number),  CASE(s_test_overflow),
        CASE(s_test_encode_checks),   CASE(s_test_truncated),
        CASE(s_test_mutated),         CASE(s_test_hostile_heads),
        CASE(s_test_nesting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
