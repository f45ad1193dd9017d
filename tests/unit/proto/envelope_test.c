/* The head of a message: what is written is read, another version and anything hostile is refused
 * with a reason, and the bytes are those that other processes expect. */
#include "unit.h"

#include <stdlib.h>

#include "proto/envelope.h"
#include "proto/prng.h"

static const struct envelope s_full = {
    .kind = MSG_room_join,
    .to = {.node = 0, .actor = ACTOR_room, .shard = 3, .slot = 0, .generation = 0},
    .reply = {.node = UINT64_MAX,
              .actor = ACTOR_gateway,
              .shard = 255,
              .slot = UINT32_MAX,
              .generation = 7},
    .command = {0x0123456789abcdef, UINT64_MAX},
    .user_id = ID_MAX,
    .key = -1,
    .deadline_ms = 1700000000123,
    .now_ms = INT64_MAX,
    .seed = UINT64_MAX,
    .trace = 1,
    .sequence = 128,
};

static void s_expect_address(const struct address *a, const struct address *b)
{
    assert_true(a->node == b->node);
    assert_int_equal(a->actor, b->actor);
    assert_int_equal(a->shard, b->shard);
    assert_int_equal(a->slot, b->slot);
    assert_int_equal(a->generation, b->generation);
}

static void s_expect_envelope(const struct envelope *a, const struct envelope *b)
{
    assert_int_equal(a->kind, b->kind);
    s_expect_address(&a->to, &b->to);
    s_expect_address(&a->reply, &b->reply);
    assert_true(a->command.high == b->command.high && a->command.low == b->command.low);
    assert_true(a->user_id == b->user_id);
    assert_true(a->key == b->key);
    assert_true(a->deadline_ms == b->deadline_ms);
    assert_true(a->now_ms == b->now_ms);
    assert_true(a->seed == b->seed);
    assert_true(a->trace == b->trace);
    assert_true(a->sequence == b->sequence);
}

/* Decodes from a copy of exactly the bytes, so that a sanitizer sees a read past them. */
static bool s_decode(struct slice bytes, struct frame *frame, const char **what)
{
    char *copy = malloc(bytes.length ? bytes.length : 1);
    memcpy(copy, bytes.data, bytes.length);
    bool ok = frame_decode(slice_from(copy, bytes.length), frame, what);
    free(copy);
    return ok;
}

static void s_expect_round_trip(const struct envelope *envelope, const char *body)
{
    struct buffer bytes;
    struct frame frame;
    const char *what = NULL;
    buffer_init(&bytes, 4096);
    envelope_encode(envelope, &bytes);
    buffer_append_text(&bytes, body);
    assert_false(bytes.overflow);
    assert_true(frame_decode(buffer_slice(&bytes), &frame, &what));
    s_expect_envelope(&frame.envelope, envelope);
    assert_text(frame.body, body);
    buffer_fini(&bytes);
}

static void s_test_round_trip(void **state)
{
    (void)state;
    struct prng chance = {42};
    s_expect_round_trip(&s_full, "\x92\x07\xa0");
    s_expect_round_trip(&(struct envelope){0}, "");
    for (int i = 0; i < 2000; i++) {
#define ANY() (prng_next(&chance) >> prng_below(&chance, 64))
        struct envelope any = {
            .kind = (uint16_t)ANY(),
            .to = {ANY(), (uint8_t)ANY(), (uint8_t)ANY(), (uint32_t)ANY(), (uint32_t)ANY()},
            .reply = {ANY(), (uint8_t)ANY(), (uint8_t)ANY(), (uint32_t)ANY(), (uint32_t)ANY()},
            .command = {ANY(), ANY()},
            .user_id = (int64_t)ANY(),
            .key = (int64_t)ANY(),
            .deadline_ms = (int64_t)ANY(),
            .now_ms = (int64_t)ANY(),
            .seed = ANY(),
            .trace = ANY(),
            .sequence = ANY()};
        s_expect_round_trip(&any, "body");
    }
}

static void s_test_golden(void **state)
{
    (void)state;
    static const unsigned char expected[] = {
        0x9d, 1,    0x20,                                              /* version, kind */
        0x95, 0,    3,    0x05, 0,    0,                               /* to */
        0x95, 0xcd, 0x01, 0x00, 1,    0,    0xcc, 0x80, 9,             /* reply */
        1,    2,                                                       /* command */
        0x2a, 0x64, 0xff, 0,                                           /* user … now */
        0xcf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 5, 0x06, /* seed … sequence */
    };
    struct envelope envelope = {.kind = 32,
                                .to = {.actor = 3, .shard = 5},
                                .reply = {256, 1, 0, 128, 9},
                                .command = {1, 2},
                                .user_id = 42,
                                .key = 100,
                                .deadline_ms = -1,
                                .seed = UINT64_MAX,
                                .trace = 5,
                                .sequence = 6};
    struct buffer bytes;
    buffer_init(&bytes, 256);
    envelope_encode(&envelope, &bytes);
    assert_int_equal(ENVELOPE_VERSION, 1);
    assert_int_equal(bytes.length, sizeof expected);
    assert_memory_equal(bytes.data, expected, sizeof expected);
    buffer_fini(&bytes);
}

static void s_test_truncated(void **state)
{
    (void)state;
    struct buffer bytes;
    struct frame frame;
    buffer_init(&bytes, 256);
    envelope_encode(&s_full, &bytes);
    for (size_t length = 0; length < bytes.length; length++) {
        const char *what = NULL;
        assert_false(s_decode(slice_from(bytes.data, length), &frame, &what));
        assert_string_equal(what, "truncated");
    }
    const char *what = NULL;
    assert_false(frame_decode((struct slice){NULL, 0}, &frame, &what));
    assert_string_equal(what, "truncated");
    buffer_fini(&bytes);
}

static void s_test_another_version(void **state)
{
    (void)state;
    struct buffer bytes;
    struct frame frame;
    buffer_init(&bytes, 256);
    envelope_encode(&s_full, &bytes);
    for (int version = 0; version < 128; version++) {
        const char *what = NULL;
        bytes.data[1] = (char)version;
        assert_int_equal(s_decode(buffer_slice(&bytes), &frame, &what), version == 1);
        if (version != 1)
            assert_string_equal(what, "another version of the protocol");
    }
    buffer_fini(&bytes);
}

static void s_test_hostile(void **state)
{
    (void)state;
    static const struct {
        struct slice bytes; /* the frame */
        const char *what;   /* why not */
    } rows[] = {
        {{"\xdd\x01\x00\x00\x00", 5}, "truncated"},
        {{"\xdf\xff\xff\xff\xff", 5}, "not an array"},
        {{"\xdb\xff\xff\xff\xff", 5}, "not an array"},
        {{"\xc7\xff\x01", 3}, "not an array"},
        {{"\xc1", 1}, "not an array"},
        {{"GET / HTTP/1.1\r\n\r\n", 18}, "not an array"},
        {{"\x91\xff", 2}, "negative"},
        {{"\x91\x91\x91\x91", 4}, "not an integer"},
        {{"\x91\x01", 2}, "another version of the protocol"},
        {{"\x9d\x01\xce\x00\x01\x00\x00\0\0\0\0\0\0\0\0\0\0", 17}, "number too large"},
        {{"\x9d\x01\xff\0\0\0\0\0\0\0\0\0\0\0\0\0", 16}, "negative"},
        {{"\x9d\x01\x20\x94\0\0\0\0\0\0\0\0\0\0\0", 15}, "address has another number of fields"},
        {{"\x9d\x01\x20\x95\0\xcd\x01\x00\0\0\0\0\0\0\0\0\0", 17}, "number too large"},
        {{"\x9d\x01\x20\x95\0\1\xcd\x01\x00\0\0\0\0\0\0\0\0", 17}, "number too large"},
        {{"\x9d\x01\x20\x95\0\1\1\xcf\0\0\0\1\0\0\0\0\0\0\0", 19}, "number too large"},
        {{"\x9d\x01\x20\x95\0\1\1\1\xcf\0\0\0\1\0\0\0\0\0\0", 19}, "number too large"},
        {{"\x9d\x01\x20\xc0\0\0\0\0\0\0\0\0\0\0\0", 15}, "not an array"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct frame frame;
        const char *what = NULL;
        assert_false(s_decode(rows[i].bytes, &frame, &what));
        assert_string_equal(what, rows[i].what);
    }
}

/* Any byte of an envelope may be anything: it is read, or refused with a reason. */
static void s_test_mutated(void **state)
{
    (void)state;
    struct buffer bytes;
    struct frame frame;
    buffer_init(&bytes, 256);
    envelope_encode(&s_full, &bytes);
    for (size_t at = 0; at < bytes.length; at++)
        for (int byte = 0; byte < 256; byte++) {
            const char *what = NULL;
            char kept = bytes.data[at];
            bytes.data[at] = (char)byte;
            bool ok = s_decode(buffer_slice(&bytes), &frame, &what);
            assert_true(ok == (what == NULL));
            bytes.data[at] = kept;
        }
    buffer_fini(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(s_test_round_trip), cmocka_unit_test(s_test_golden),
        cmocka_unit_test(s_test_truncated),  cmocka_unit_test(s_test_another_version),
        cmocka_unit_test(s_test_hostile),    cmocka_unit_test(s_test_mutated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
