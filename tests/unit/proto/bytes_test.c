/* Slices, the bounded buffer at its bound, and UTF-8 against the standard's own table. */
#include "unit.h"

#include <stdlib.h>

#include "proto/bytes.h"

static void s_test_slices(void **state)
{
    (void)state;
    struct slice none = slice_of(NULL);
    assert_int_equal(none.length, 0);
    assert_true(slice_equal(none, slice_of("")));
    assert_true(slice_is(none, ""));
    assert_true(slice_is(slice_from("a\0b", 3), "a\0b") == false); /* a literal ends at its NUL */
    assert_true(slice_equal(slice_from("a\0b", 3), slice_from("a\0b", 3)));
    assert_false(slice_equal(slice_from("a\0b", 3), slice_from("a\0c", 3)));
    assert_false(slice_is(slice_of("ab"), "abc"));
    assert_false(slice_is(slice_of("abc"), "ab"));
    assert_false(slice_is(slice_of("abc"), "abd"));
}

/* ---- the buffer ------------------------------------------------------------------------------ */

static void s_test_fills_to_its_bound(void **state)
{
    (void)state;
    for (size_t max = 0; max < 600; max += 7) {
        struct buffer buffer;
        buffer_init(&buffer, max);
        for (size_t i = 0; i < max; i++)
            assert_true(buffer_append_char(&buffer, (char)('a' + i % 26)));
        assert_int_equal(buffer.length, max);
        assert_false(buffer.overflow);
        assert_true(buffer_append(&buffer, "", 0));
        assert_true(buffer_append(&buffer, NULL, 0));
        assert_false(buffer_append_char(&buffer, '!'));
        assert_true(buffer.overflow);
        assert_int_equal(buffer.length, max);
        for (size_t i = 0; i < max; i++)
            assert_int_equal(buffer.data[i], 'a' + i % 26);
        buffer_fini(&buffer);
    }
}

/* A write that does not fit is dropped whole, and so is all that follows it, even what would fit:
 * a document with a hole is worse than none. */
static void s_test_overflow_sticks(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer, 5);
    assert_true(buffer_append_text(&buffer, "abc"));
    assert_false(buffer_append_text(&buffer, "def"));
    assert_false(buffer_append_char(&buffer, 'g'));
    assert_false(buffer_append_i64(&buffer, 1));
    assert_false(buffer_printf(&buffer, "%d", 1));
    assert_null(buffer_reserve(&buffer, 1));
    assert_text(buffer_slice(&buffer), "abc");
    assert_true(buffer.overflow);
    buffer_clear(&buffer);
    assert_false(buffer.overflow);
    assert_true(buffer_append_text(&buffer, "defgh"));
    assert_text(buffer_slice(&buffer), "defgh");
    assert_null(buffer_reserve(&buffer, SIZE_MAX));
    buffer_fini(&buffer);
    assert_int_equal(buffer.max_bytes, 5);
    assert_true(buffer_append_text(&buffer, "again"));
    buffer_fini(&buffer);
}

/* Nothing is written to a fresh buffer without a fault, as to any other. */
static void s_test_empty_writes(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer, 10);
    assert_text(buffer_slice(&buffer), "");
    assert_true(buffer_append(&buffer, NULL, 0));
    assert_true(buffer_append_text(&buffer, ""));
    assert_true(buffer_printf(&buffer, "%s", ""));
    assert_false(buffer.overflow);
    assert_int_equal(buffer.length, 0);
    buffer_fini(&buffer);
}

static void s_test_reserve(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer, 100000);
    for (size_t size = 1; size < 30000; size *= 3) {
        char *place = buffer_reserve(&buffer, size);
        assert_non_null(place);
        assert_ptr_equal(place, buffer.data + buffer.length);
        memset(place, 'r', size);
        buffer.length += size;
        assert_true(buffer.length <= buffer.capacity);
    }
    buffer_fini(&buffer);
}

static void s_test_numbers(void **state)
{
    (void)state;
    static const struct {
        int64_t number;   /* to write */
        const char *text; /* so */
    } rows[] = {{0, "0"},
                {7, "7"},
                {-7, "-7"},
                {10, "10"},
                {-100, "-100"},
                {INT64_MAX, "9223372036854775807"},
                {INT64_MIN, "-9223372036854775808"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buffer buffer;
        buffer_init(&buffer, strlen(rows[i].text)); /* fits exactly */
        assert_true(buffer_append_i64(&buffer, rows[i].number));
        assert_text(buffer_slice(&buffer), rows[i].text);
        buffer_fini(&buffer);
        buffer_init(&buffer, strlen(rows[i].text));
        assert_true(buffer_printf(&buffer, "%lld", (long long)rows[i].number));
        assert_text(buffer_slice(&buffer), rows[i].text);
        buffer_fini(&buffer);
        buffer_init(&buffer, strlen(rows[i].text) - 1);
        assert_false(buffer_append_i64(&buffer, rows[i].number));
        buffer_clear(&buffer);
        assert_false(buffer_printf(&buffer, "%lld", (long long)rows[i].number));
        assert_int_equal(buffer.length, 0);
        buffer_fini(&buffer);
    }
}

/* Text of each length lies right behind what was there, whether or not memory had to grow. */
static void s_test_printf(void **state)
{
    (void)state;
    static char text[1000];
    memset(text, 'p', sizeof text);
    for (int length = 0; length < 1000; length++) {
        struct buffer buffer;
        buffer_init(&buffer, (size_t)length + 2);
        assert_true(buffer_append_char(&buffer, '<'));
        assert_true(buffer_printf(&buffer, "%.*s", length, text));
        assert_true(buffer_append_char(&buffer, '>'));
        assert_int_equal(buffer.length, length + 2);
        assert_int_equal(buffer.data[0], '<');
        assert_memory_equal(buffer.data + 1, text, (size_t)length);
        assert_int_equal(buffer.data[length + 1], '>');
        buffer_fini(&buffer);
    }
}

/* ---- UTF-8 ----------------------------------------------------------------------------------- */

/* Well-formed sequences, from the Unicode Standard, table 3-7: bounds of each byte. */
static const struct {
    unsigned char length;  /* bytes */
    unsigned char low[4];  /* of each, the least */
    unsigned char high[4]; /* and the greatest */
} s_well_formed[] = {
    {1, {0x00}, {0x7f}},
    {2, {0xc2, 0x80}, {0xdf, 0xbf}},
    {3, {0xe0, 0xa0, 0x80}, {0xe0, 0xbf, 0xbf}},
    {3, {0xe1, 0x80, 0x80}, {0xec, 0xbf, 0xbf}},
    {3, {0xed, 0x80, 0x80}, {0xed, 0x9f, 0xbf}},
    {3, {0xee, 0x80, 0x80}, {0xef, 0xbf, 0xbf}},
    {4, {0xf0, 0x90, 0x80, 0x80}, {0xf0, 0xbf, 0xbf, 0xbf}},
    {4, {0xf1, 0x80, 0x80, 0x80}, {0xf3, 0xbf, 0xbf, 0xbf}},
    {4, {0xf4, 0x80, 0x80, 0x80}, {0xf4, 0x8f, 0xbf, 0xbf}},
};

static bool s_expected(const unsigned char *bytes, size_t length)
{
    while (length) {
        size_t row = 0, rows = sizeof s_well_formed / sizeof s_well_formed[0];
        for (; row < rows; row++) {
            size_t i = 0, wanted = s_well_formed[row].length;
            while (i < wanted && i < length && bytes[i] >= s_well_formed[row].low[i] &&
                   bytes[i] <= s_well_formed[row].high[i])
                i++;
            if (i == wanted)
                break;
        }
        if (row == rows)
            return false;
        bytes += s_well_formed[row].length;
        length -= s_well_formed[row].length;
    }
    return true;
}

/* All strings of one and two bytes; of three and four, all first two with a rest that tells. */
static void s_test_utf8_table(void **state)
{
    (void)state;
    static const unsigned char rest[] = {0x00, 'a', 0x7f, 0x80, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xff};
    const size_t rests = sizeof rest;
    for (unsigned first = 0; first < 256; first++)
        for (unsigned second = 0; second < 256; second++)
            for (size_t i = 0; i < rests * rests; i++) {
                unsigned char bytes[4] = {(unsigned char)first, (unsigned char)second,
                                          rest[i / rests], rest[i % rests]};
                for (size_t length = 1; length <= 4; length++)
                    if (utf8_valid(slice_from(bytes, length)) != s_expected(bytes, length))
                        fail_msg("%02x %02x %02x %02x, %zu bytes", bytes[0], bytes[1], bytes[2],
                                 bytes[3], length);
            }
}

static void s_test_utf8_cases(void **state)
{
    (void)state;
    static const struct {
        const char *text; /* the bytes */
        bool valid;       /* well-formed */
    } rows[] = {
        {"", true},
        {"plain", true},
        {"\x7f", true},
        {"h\xc3\xa9llo", true},
        {"\xe2\x82\xac", true},
        {"\xf0\x9f\x98\x80", true},
        {"\xef\xbb\xbf", true},      /* a byte order mark is a character */
        {"\xef\xbf\xbf", true},      /* and so is a noncharacter */
        {"\xf4\x8f\xbf\xbf", true},  /* U+10FFFF */
        {"\xf4\x90\x80\x80", false}, /* one above */
        {"\xf5\x80\x80\x80", false},
        {"\xf8\x88\x80\x80\x80", false},     /* five bytes */
        {"\xfc\x84\x80\x80\x80\x80", false}, /* six */
        {"\xc0\x80", false},                 /* NUL, overlong */
        {"\xc0\xaf", false},                 /* '/', overlong */
        {"\xc1\xbf", false},
        {"\xe0\x80\xaf", false},
        {"\xe0\x9f\xbf", false},
        {"\xf0\x80\x80\xaf", false},
        {"\xf0\x8f\xbf\xbf", false},
        {"\xed\x9f\xbf", true},              /* the last before the surrogates */
        {"\xed\xa0\x80", false},             /* the first surrogate */
        {"\xed\xbf\xbf", false},             /* the last */
        {"\xed\xa0\xbd\xed\xb8\x80", false}, /* a pair of them (CESU-8) */
        {"\xee\x80\x80", true},
        {"\x80", false}, /* a continuation alone */
        {"a\xbf", false},
        {"\xc3", false}, /* cut off */
        {"\xe2\x82", false},
        {"\xf0\x9f\x98", false},
        {"\xc3(", false}, /* a continuation missing */
        {"\xe2(\xac", false},
        {"\xfe", false},
        {"\xff", false},
        {"good \xe2\x82\xac then \xff", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t length = strlen(rows[i].text);
        char *copy = malloc(length ? length : 1); /* exactly: a read past it is seen */
        memcpy(copy, rows[i].text, length);
        if (utf8_valid(slice_from(copy, length)) != rows[i].valid)
            fail_msg("row %zu", i);
        free(copy);
    }
    assert_true(utf8_valid((struct slice){NULL, 0}));
    assert_true(utf8_valid(slice_from("a\0b", 3)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(s_test_slices),          cmocka_unit_test(s_test_fills_to_its_bound),
        cmocka_unit_test(s_test_overflow_sticks), cmocka_unit_test(s_test_empty_writes),
        cmocka_unit_test(s_test_reserve),         cmocka_unit_test(s_test_numbers),
        cmocka_unit_test(s_test_printf),          cmocka_unit_test(s_test_utf8_table),
        cmocka_unit_test(s_test_utf8_cases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
