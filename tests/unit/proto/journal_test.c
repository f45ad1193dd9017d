/* A journal is read as it was written; what a kill -9 leaves is told apart from damage, at every
 * byte and for every bit; the bytes are those that an older program wrote. */
#include "unit.h"

#include <stdlib.h>

#include "proto/journal.h"

#define MAGIC_BYTES 16
#define RECORDS 4

static const struct journal_header s_header = {.version = {"0.1.0", 5},
                                               .fingerprint = 0xfedcba9876543210,
                                               .actor = ACTOR_room,
                                               .shard = 2,
                                               .config = {"\x92\x01\x02", 3}};

/* A whole journal: header, in, out, in without a body. *ends: where each record ends. */
static void s_write(struct buffer *out, size_t ends[RECORDS])
{
    struct buffer header;
    buffer_init(out, 4096);
    buffer_init(&header, 4096);
    journal_header_encode(&s_header, &header);
    journal_magic(out);
    journal_append(out, 1, JOURNAL_HEADER, buffer_slice(&header), (struct slice){NULL, 0});
    ends[0] = out->length;
    journal_append(out, 2, JOURNAL_IN, slice_of("envelope"), slice_of("body"));
    ends[1] = out->length;
    journal_append(out, 3, JOURNAL_OUT, slice_of("another"), slice_of("answer"));
    ends[2] = out->length;
    journal_append(out, 4, JOURNAL_IN, slice_of("bodiless"), (struct slice){NULL, 0});
    ends[3] = out->length;
    assert_false(out->overflow);
    buffer_fini(&header);
}

/* Reads to the end, from a copy of exactly the bytes; *records is how many there were. */
static enum journal_status s_read(struct slice file, int *records)
{
    char *copy = malloc(file.length ? file.length : 1);
    memcpy(copy, file.data, file.length);
    size_t offset = 0;
    uint64_t expected = 0;
    struct journal_record record;
    enum journal_status status;
    *records = 0;
    while ((status = journal_next(slice_from(copy, file.length), &offset, &expected, &record)) ==
           JOURNAL_RECORD) {
        ++*records;
        assert_int_equal(record.number, *records);
    }
    free(copy);
    return status;
}

static void s_test_round_trip(void **state)
{
    (void)state;
    struct buffer file;
    size_t ends[RECORDS], offset = 0;
    uint64_t expected = 0;
    struct journal_record record;
    struct journal_header header;
    s_write(&file, ends);
    struct slice bytes = buffer_slice(&file);

    assert_int_equal(journal_next(bytes, &offset, &expected, &record), JOURNAL_RECORD);
    assert_int_equal(record.direction, JOURNAL_HEADER);
    assert_int_equal(offset, ends[0]);
    assert_true(journal_header_decode(record.bytes, &header));
    assert_text(header.version, "0.1.0");
    assert_true(header.fingerprint == 0xfedcba9876543210);
    assert_int_equal(header.actor, ACTOR_room);
    assert_int_equal(header.shard, 2);
    assert_text(header.config, "\x92\x01\x02");

    assert_int_equal(journal_next(bytes, &offset, &expected, &record), JOURNAL_RECORD);
    assert_int_equal(record.direction, JOURNAL_IN);
    assert_int_equal(record.number, 2);
    assert_text(record.bytes, "envelopebody");
    assert_int_equal(journal_next(bytes, &offset, &expected, &record), JOURNAL_RECORD);
    assert_int_equal(record.direction, JOURNAL_OUT);
    assert_text(record.bytes, "anotheranswer");
    assert_int_equal(journal_next(bytes, &offset, &expected, &record), JOURNAL_RECORD);
    assert_text(record.bytes, "bodiless");
    assert_int_equal(offset, ends[3]);
    assert_int_equal(journal_next(bytes, &offset, &expected, &record), JOURNAL_END);
    assert_int_equal(journal_next(bytes, &offset, &expected, &record), JOURNAL_END);
    buffer_fini(&file);
}

static void s_test_golden(void **state)
{
    (void)state;
    static const unsigned char expected[] = {
        'c',  'o',  'd',  'e',  'c', 'o', 'm', 'p',      /* magic */
        '-',  'j',  'o',  'u',  'r', 'n', 'a', 'l',      /* */
        9,    0,    0,    0,                             /* length */
        1,    0,    0,    0,    0,   0,   0,   0,   'H', /* number, direction */
        0x26, 0x39, 0xf4, 0xcb,                          /* CRC-32 of "123456789" */
        0x11, 0xae, 0xc9, 0xcf,                          /* and of the head */
        '1',  '2',  '3',  '4',  '5', '6', '7', '8', '9', /* the bytes */
    };
    struct buffer file;
    buffer_init(&file, 256);
    journal_magic(&file);
    journal_append(&file, 1, JOURNAL_HEADER, slice_of("1234"), slice_of("56789"));
    assert_int_equal(JOURNAL_HEAD_BYTES, 21);
    assert_int_equal(file.length, sizeof expected);
    assert_memory_equal(file.data, expected, sizeof expected);
    buffer_fini(&file);
}

/* Cut anywhere, the whole records before the cut are there, and the rest is called torn. */
static void s_test_torn(void **state)
{
    (void)state;
    struct buffer file;
    size_t ends[RECORDS];
    s_write(&file, ends);
    for (size_t length = 0; length < file.length; length++) {
        int whole = 0, read;
        while (ends[whole] <= length)
            whole++;
        bool between = length == MAGIC_BYTES || (whole && ends[whole - 1] == length);
        assert_int_equal(s_read(slice_from(file.data, length), &read),
                         between ? JOURNAL_END : JOURNAL_TORN);
        assert_int_equal(read, whole);
    }
    buffer_fini(&file);
}

/* A bit that flipped anywhere, in a length too, is damage: never a tear, never a record. */
static void s_test_damaged(void **state)
{
    (void)state;
    struct buffer file;
    size_t ends[RECORDS];
    s_write(&file, ends);
    for (size_t at = 0; at < file.length; at++)
        for (int bit = 0; bit < 8; bit++) {
            int whole = 0, read;
            while (ends[whole] <= at)
                whole++;
            file.data[at] ^= (char)(1 << bit);
            assert_int_equal(s_read(buffer_slice(&file), &read), JOURNAL_DAMAGED);
            assert_int_equal(read, whole);
            file.data[at] ^= (char)(1 << bit);
        }
    buffer_fini(&file);
}

/* After a loss of power the file may have grown by zeros that were never written. */
static void s_test_zeros(void **state)
{
    (void)state;
    struct buffer file;
    size_t ends[RECORDS];
    int read;
    static const char zeros[64];
    s_write(&file, ends);
    buffer_append(&file, zeros, sizeof zeros);
    assert_int_equal(s_read(buffer_slice(&file), &read), JOURNAL_DAMAGED);
    assert_int_equal(read, RECORDS);
    buffer_fini(&file);
}

static enum journal_status s_second(uint64_t number, int direction)
{
    struct buffer file;
    int read;
    buffer_init(&file, 256);
    journal_magic(&file);
    journal_append(&file, 1, JOURNAL_HEADER, slice_of("h"), slice_of(""));
    journal_append(&file, number, (enum journal_direction)direction, slice_of("x"), slice_of(""));
    enum journal_status status = s_read(buffer_slice(&file), &read);
    assert_int_equal(read, status == JOURNAL_END ? 2 : 1);
    buffer_fini(&file);
    return status;
}

/* Numbers have no gap, no repetition and no way back; the header stands first and only there. */
static void s_test_order(void **state)
{
    (void)state;
    assert_int_equal(s_second(2, JOURNAL_IN), JOURNAL_END);
    assert_int_equal(s_second(2, JOURNAL_OUT), JOURNAL_END);
    assert_int_equal(s_second(3, JOURNAL_IN), JOURNAL_DAMAGED);
    assert_int_equal(s_second(1, JOURNAL_IN), JOURNAL_DAMAGED);
    assert_int_equal(s_second(0, JOURNAL_IN), JOURNAL_DAMAGED);
    assert_int_equal(s_second(UINT64_MAX, JOURNAL_IN), JOURNAL_DAMAGED);
    assert_int_equal(s_second(2, JOURNAL_HEADER), JOURNAL_DAMAGED);
    assert_int_equal(s_second(2, 'X'), JOURNAL_DAMAGED);
    struct buffer file;
    int read;
    buffer_init(&file, 256);
    journal_magic(&file);
    journal_append(&file, 1, JOURNAL_IN, slice_of("x"), slice_of(""));
    assert_int_equal(s_read(buffer_slice(&file), &read), JOURNAL_DAMAGED);
    assert_int_equal(s_read(slice_of("something else"), &read), JOURNAL_DAMAGED);
    buffer_fini(&file);
}

static void s_test_hostile_header(void **state)
{
    (void)state;
    struct buffer bytes;
    struct journal_header header;
    buffer_init(&bytes, 8192);
    journal_header_encode(&s_header, &bytes);
    for (size_t length = 0; length < bytes.length; length++)
        assert_false(journal_header_decode(slice_from(bytes.data, length), &header));
    assert_true(journal_header_decode(buffer_slice(&bytes), &header));
    buffer_append_char(&bytes, '\0');
    assert_false(journal_header_decode(buffer_slice(&bytes), &header));
    static const struct slice rows[] = {{NULL, 0},
                                        {"\xdd\x01\x00\x00\x00", 5},
                                        {"\x94\xc4\0\0\0\0\xc4\0", 8},
                                        {"\x96\xc4\0\0\0\0\xc4\0", 8},
                                        {"\x95\xa0\0\0\0\xc4\0", 7},
                                        {"\x95\xc4\0\0\xcd\x01\x00\0\xc4\0", 10},
                                        {"\x95\xc4\0\0\0\xcd\x01\x00\xc4\0", 10},
                                        {"\x95\xc6\xff\xff\xff\xff\0\0\0\xc4\0", 11}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_false(journal_header_decode(rows[i], &header));
    buffer_fini(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(s_test_round_trip),     cmocka_unit_test(s_test_golden),
        cmocka_unit_test(s_test_torn),           cmocka_unit_test(s_test_damaged),
        cmocka_unit_test(s_test_zeros),          cmocka_unit_test(s_test_order),
        cmocka_unit_test(s_test_hostile_header),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
