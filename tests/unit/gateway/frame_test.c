/* The STOMP reader fed whole and byte by byte, and the writer read back. */
#include "tests/unit/gateway/cmocka_all.h"

#include "gateway/stomp/frame.h"

#define TEXT(literal) slice_from(literal, sizeof literal - 1)

/* One line per frame: COMMAND{name=value,…}body; a bad end as "! reason". Fed in pieces of `step`.
 */
static char *s_read(struct slice bytes, int version, size_t step)
{
    static char text[8192];
    struct stomp_reader reader;
    struct stomp_frame frame;
    size_t at = 0;
    text[0] = 0;
    stomp_reader_init(&reader);
    if (version >= 0)
        stomp_reader_open(&reader, (enum stomp_version)version);
    for (size_t from = 0; from < bytes.length && !reader.reason; from += step) {
        size_t length = bytes.length - from < step ? bytes.length - from : step;
        stomp_reader_feed(&reader, slice_from(bytes.data + from, length));
        while (stomp_reader_next(&reader, &frame) == STOMP_FRAME) {
            at += (size_t)sprintf(text + at, "%s{", stomp_command_text(frame.command));
            for (size_t i = 0; i < frame.header_count; i++)
                at += (size_t)sprintf(text + at, "%s%.*s=%.*s", i ? "," : "",
                                      (int)frame.headers[i].name.length, frame.headers[i].name.data,
                                      (int)frame.headers[i].value.length,
                                      frame.headers[i].value.data);
            at += (size_t)sprintf(text + at, "}");
            for (size_t i = 0; i < frame.body.length; i++)
                text[at++] = frame.body.data[i] ? frame.body.data[i] : '0';
            at += (size_t)sprintf(text + at, "\n");
        }
    }
    if (reader.reason)
        sprintf(text + at, "! %s", reader.reason);
    stomp_reader_fini(&reader);
    return text;
}

static void s_reads(struct slice bytes, int version, const char *expected)
{
    for (size_t step = 1; step <= bytes.length; step = step * 2 + 1)
        assert_string_equal(s_read(bytes, version, step), expected);
    assert_string_equal(s_read(bytes, version, bytes.length), expected);
}

enum { BEFORE = -1 };

static void frames_come_in_any_pieces(void **state)
{
    (void)state;
    s_reads(TEXT("CONNECT\naccept-version:1.1,1.0\nheart-beat:10000,10000\n\n\0"), BEFORE,
            "CONNECT{accept-version=1.1,1.0,heart-beat=10000,10000}\n");
    s_reads(TEXT("SEND\ndestination:/app/x\n\nhello\0\n\r\n\nACK\nid:1\n\n\0"), STOMP_1_2,
            "SEND{destination=/app/x}hello\nACK{id=1}\n");
    s_reads(TEXT("\n\n\n"), STOMP_1_1, "");
    s_reads(TEXT("SEND\n\n"), STOMP_1_1, "");
    s_reads(TEXT("ACK\n\n\0"), STOMP_1_0, "ACK{}\n");
}

static void crlf_ends_lines_where_the_version_lets_it(void **state)
{
    (void)state;
    s_reads(TEXT("CONNECT\r\nhost:a\r\n\r\n\0"), BEFORE, "CONNECT{host=a}\n");
    s_reads(TEXT("\r\nSEND\r\na:b\r\n\r\nx\r\ny\0"), STOMP_1_2, "SEND{a=b}x\r\ny\n");
    s_reads(TEXT("SEND\na:b\r\n\nx\0"), STOMP_1_1, "SEND{a=b\r}x\n");
}

static void a_length_lets_a_body_hold_nuls(void **state)
{
    (void)state;
    s_reads(TEXT("SEND\ncontent-length:3\n\na\0b\0ACK\n\n\0"), STOMP_1_2,
            "SEND{content-length=3}a0b\nACK{}\n");
    s_reads(TEXT("SEND\ncontent-length:0\ncontent-length:9\n\n\0"), STOMP_1_1,
            "SEND{content-length=0,content-length=9}\n");
}

static void escapes_are_the_versions(void **state)
{
    (void)state;
    const struct slice escaped = TEXT("SEND\na\\cb:c\\nd\\\\e\n\n\0");
    s_reads(escaped, STOMP_1_0, "SEND{a\\cb=c\\nd\\\\e}\n");
    s_reads(escaped, STOMP_1_1, "SEND{a:b=c\nd\\e}\n");
    s_reads(escaped, STOMP_1_2, "SEND{a:b=c\nd\\e}\n");
    s_reads(TEXT("SEND\na:\\r\n\n\0"), STOMP_1_2, "SEND{a=\r}\n");
    s_reads(TEXT("SEND\na:\\r\\t\\\n\n\0"), STOMP_1_1, "SEND{a=\\r\\t\\}\n");
    s_reads(TEXT("SEND\na:\\t\n\n\0"), STOMP_1_2, "! undefined escape in a header");
    s_reads(TEXT("SEND\na:\\\n\n\0"), STOMP_1_2, "! undefined escape in a header");
    s_reads(TEXT("CONNECT\npasscode:\\c\\x:y\n\n\0"), BEFORE, "CONNECT{passcode=\\c\\x:y}\n");
    s_reads(TEXT("STOMP\npasscode:\\c\n\n\0"), BEFORE, "STOMP{passcode=:}\n");
}

static void what_is_not_stomp_is_told_why(void **state)
{
    (void)state;
    s_reads(TEXT("HELLO\n\n\0"), STOMP_1_1, "! unknown command");
    s_reads(TEXT("send\n\n\0"), STOMP_1_1, "! unknown command");
    s_reads(TEXT("MESSAGE\n\n\0"), STOMP_1_1, "! unknown command");
    s_reads(TEXT("SEND\nabc\n\n\0"), STOMP_1_1, "! a header without name or colon");
    s_reads(TEXT("SEND\n:abc\n\n\0"), STOMP_1_1, "! a header without name or colon");
    s_reads(TEXT("SEND\0\n\n"), STOMP_1_1, "! NUL in the headers");
    s_reads(TEXT("SEND\na:\xff\n\n\0"), STOMP_1_1, "! headers are not UTF-8");
    s_reads(TEXT("SEND\ncontent-length:x\n\n\0"), STOMP_1_1, "! content-length is not a number");
    s_reads(TEXT("SEND\ncontent-length:\n\n\0"), STOMP_1_1, "! content-length is not a number");
    s_reads(TEXT("SEND\ncontent-length:-1\n\n\0"), STOMP_1_1, "! content-length is not a number");
    s_reads(TEXT("SEND\ncontent-length:1\n\nab\0"), STOMP_1_1,
            "! content-length does not lead to a NUL");
    s_reads(TEXT("SEND\ncontent-length:99999999999999999999\n\n"), STOMP_1_1, "! body too large");
    s_reads(TEXT("CONNECT\n\nbody\0"), BEFORE, "! body too large");
    s_reads(TEXT("ACK\n\n\0SEND\0ACK\n\n\0"), STOMP_1_1, "ACK{}\n! NUL in the headers");
}

static void everything_is_bounded(void **state)
{
    (void)state;
    struct buffer text;
    buffer_init(&text, 1 << 20);
    buffer_append_text(&text, "SEND\n");
    for (int i = 0; i <= STOMP_HEADERS_MAX; i++)
        buffer_append_text(&text, "a:b\n");
    buffer_append(&text, "\n", 2);
    s_reads(buffer_slice(&text), STOMP_1_1, "! too many headers");

    buffer_clear(&text);
    buffer_append_text(&text, "SEND\na:");
    for (int i = 0; i < STOMP_HEAD_MAX_BYTES; i++)
        buffer_append_char(&text, 'x');
    s_reads(buffer_slice(&text), STOMP_1_1, "! headers too large");
    s_reads(slice_from(text.data, STOMP_OPENING_HEAD_MAX_BYTES + 1), BEFORE, "! headers too large");

    buffer_clear(&text);
    buffer_append_text(&text, "SEND\n\n");
    for (int i = 0; i <= STOMP_BODY_MAX_BYTES; i++)
        buffer_append_char(&text, 'x');
    s_reads(buffer_slice(&text), STOMP_1_1, "! body too large");
    buffer_fini(&text);
}

static void a_reader_keeps_no_memory_for_an_idle_client(void **state)
{
    (void)state;
    struct stomp_reader reader;
    struct stomp_frame frame;
    char *body = calloc(1, 60000);
    memset(body, 'x', 59999);
    stomp_reader_init(&reader);
    stomp_reader_open(&reader, STOMP_1_2);
    stomp_reader_feed(&reader, TEXT("SEND\n\n"));
    stomp_reader_feed(&reader, slice_from(body, 60000));
    assert_int_equal(stomp_reader_next(&reader, &frame), STOMP_FRAME);
    assert_int_equal(frame.body.length, 59999);
    assert_int_equal(stomp_reader_next(&reader, &frame), STOMP_MORE);
    assert_int_equal(reader.pending.capacity, 0);
    stomp_reader_fini(&reader);
    free(body);
}

static void what_is_written_reads_back(void **state)
{
    (void)state;
    struct buffer out;
    buffer_init(&out, 4096);
    struct slice value = TEXT("a:b\\c\nd\re");
    stomp_write_begin(&out, STOMP_SEND);
    stomp_write_header(&out, STOMP_1_2, "v", value);
    stomp_write_end(&out, TEXT("x\0y"));
    s_reads(buffer_slice(&out), STOMP_1_2, "SEND{v=a:b\\c\nd\re,content-length=3}x0y\n");

    buffer_clear(&out);
    stomp_write_begin(&out, STOMP_SEND);
    stomp_write_header(&out, STOMP_1_1, "v", value);
    stomp_write_end(&out, TEXT(""));
    s_reads(buffer_slice(&out), STOMP_1_1, "SEND{v=a:b\\c\nde}\n");

    buffer_clear(&out);
    stomp_write_begin(&out, STOMP_SEND);
    stomp_write_header(&out, STOMP_1_0, "v", value);
    stomp_write_end(&out, TEXT(""));
    s_reads(buffer_slice(&out), STOMP_1_0, "SEND{v=a:b\\cde}\n");
    buffer_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_come_in_any_pieces),
        cmocka_unit_test(crlf_ends_lines_where_the_version_lets_it),
        cmocka_unit_test(a_length_lets_a_body_hold_nuls),
        cmocka_unit_test(escapes_are_the_versions),
        cmocka_unit_test(what_is_not_stomp_is_told_why),
        cmocka_unit_test(everything_is_bounded),
        cmocka_unit_test(a_reader_keeps_no_memory_for_an_idle_client),
        cmocka_unit_test(what_is_written_reads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
