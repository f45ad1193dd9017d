/* SockJS' paths, what clients send, and what each transport is sent; sockjs-protocol 0.3.3's own
 * examples among them. */
#include "tests/unit/gateway/cmocka_all.h"

#include <stdlib.h>

#include "gateway/sockjs/framing.h"
#include "gateway/sockjs/inbox.h"

static void paths_mean_what_the_protocol_says(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        enum place_kind kind;
        const char *transport, *session;
    } cases[] = {
        {"/", PLACE_ELSEWHERE, NULL, NULL},
        {"/w", PLACE_ELSEWHERE, NULL, NULL},
        {"/wsx", PLACE_ELSEWHERE, NULL, NULL},
        {"/ws", PLACE_GREETING, NULL, NULL},
        {"/ws/", PLACE_GREETING, NULL, NULL},
        {"/ws//", PLACE_NOWHERE, NULL, NULL},
        {"/ws/info", PLACE_INFO, NULL, NULL},
        {"/ws/info/", PLACE_NOWHERE, NULL, NULL},
        {"/ws/websocket", PLACE_RAW, NULL, NULL},
        {"/ws/iframe.html", PLACE_IFRAME, NULL, NULL},
        {"/ws/iframe-.html", PLACE_IFRAME, NULL, NULL},
        {"/ws/iframe-0.1.2abc-dirty.2144.html", PLACE_IFRAME, NULL, NULL},
        {"/ws/iframe.htm", PLACE_NOWHERE, NULL, NULL},
        {"/ws/iframe", PLACE_NOWHERE, NULL, NULL},
        {"/ws/iframe.js", PLACE_SCRIPT, NULL, NULL},
        {"/ws/IFRAME.HTML", PLACE_NOWHERE, NULL, NULL},
        {"/ws/iframe.HTML", PLACE_NOWHERE, NULL, NULL},
        {"/ws/iframe.xml", PLACE_NOWHERE, NULL, NULL},
        {"/ws/iframes.html", PLACE_NOWHERE, NULL, NULL},
        {"/ws/iframe-/.html", PLACE_NOWHERE, NULL, NULL},
        {"/ws/a", PLACE_NOWHERE, NULL, NULL},
        {"/ws/a/a", PLACE_NOWHERE, NULL, NULL},
        {"/ws/a/a/", PLACE_NOWHERE, NULL, NULL},
        {"/ws/a/a/xhr", PLACE_SESSION, "xhr", "a"},
        {"/ws/_/_/xhr_send", PLACE_SESSION, "xhr_send", "_"},
        {"/ws/abcdefgh_i-j /abcdefg_i-j /jsonp", PLACE_SESSION, "jsonp", "abcdefg_i-j "},
        {"/ws/0/0/websocket", PLACE_SESSION, "websocket", "0"},
        {"/ws/0/0/xhr/", PLACE_NOWHERE, NULL, NULL},
        {"/ws/0/0/XHR", PLACE_NOWHERE, NULL, NULL},
        {"/ws///xhr", PLACE_NOWHERE, NULL, NULL},
        {"/ws/a./a/xhr", PLACE_NOWHERE, NULL, NULL},
        {"/ws/a/a./xhr", PLACE_NOWHERE, NULL, NULL},
        {"/ws/./../xhr", PLACE_NOWHERE, NULL, NULL},
        {"/ws/a/b/c/xhr", PLACE_NOWHERE, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct place place = place_read(slice_of(cases[i].path));
        if (place.kind != cases[i].kind)
            fail_msg("%s: %d, not %d", cases[i].path, place.kind, cases[i].kind);
        if (!cases[i].transport)
            continue;
        assert_string_equal(place.transport->word, cases[i].transport);
        assert_true(slice_is(place.session, cases[i].session));
    }
    char path[300];
    snprintf(path, sizeof path, "/ws/0/%0*d/xhr", SOCKJS_ID_MAX_BYTES, 0);
    assert_int_equal(place_read(slice_of(path)).kind, PLACE_SESSION);
    snprintf(path, sizeof path, "/ws/0/%0*d/xhr", SOCKJS_ID_MAX_BYTES + 1, 0);
    assert_int_equal(place_read(slice_of(path)).kind, PLACE_NOWHERE);
}

/* Each message in turn, with | behind it; or "empty", "broken". */
static char *s_read(struct slice text)
{
    static char found[1000];
    char *copy = malloc(text.length + 1);
    memcpy(copy, text.data, text.length);
    struct inbox inbox;
    struct slice message;
    size_t at = 0;
    enum inbox_found result = inbox_open(&inbox, copy, text.length);
    while (result == INBOX_MESSAGES && inbox_next(&inbox, &message)) {
        assert_true(at + message.length + 2 < sizeof found);
        memcpy(found + at, message.data, message.length);
        at += message.length;
        found[at++] = '|';
    }
    found[at] = 0;
    if (result != INBOX_MESSAGES)
        strcpy(found, result == INBOX_EMPTY ? "empty" : "broken");
    free(copy);
    return found;
}

static void messages_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text, *found;
    } cases[] = {
        {"", "empty"},
        {" \r\n\t", "empty"},
        {"[]", ""},
        {" [ ] ", ""},
        {"\"a\"", "a|"},
        {" \"a\"\n", "a|"},
        {"[\"a\"]", "a|"},
        {"[\"a\",\"\",\"b\"]", "a||b|"},
        {" [ \"a\" , \"b\" ] ", "a|b|"},
        {"[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]", "\"\\/\b\f\n\r\t|"},
        {"[\"\\u0041\\u00e9\\u20AC\"]", "A\xc3\xa9\xe2\x82\xac|"},
        {"[\"\\ud83d\\ude00\"]", "\xf0\x9f\x98\x80|"},
        {"[\"\\ud83d\"]", "\xef\xbf\xbd|"},
        {"[\"\\ude00x\"]", "\xef\xbf\xbdx|"},
        {"[\"\\ud83d\\ud83d\\ude00\"]", "\xef\xbf\xbd\xf0\x9f\x98\x80|"},
        {"[\"\\ud83d\\n\"]", "\xef\xbf\xbd\n|"},
        {"[\"\xf0\x9f\x98\x80\"]", "\xf0\x9f\x98\x80|"},
        {"[\"\\\\u0041\"]", "\\u0041|"},
        {"[\"a", "broken"},
        {"[\"a\"", "broken"},
        {"[\"a\",", "broken"},
        {"[\"a\",]", "broken"},
        {"[,\"a\"]", "broken"},
        {"[\"a\" \"b\"]", "broken"},
        {"[\"a\"]]", "broken"},
        {"[\"a\"],[\"b\"]", "broken"},
        {"[\"a\\\"]", "broken"},
        {"[\"\\x41\"]", "broken"},
        {"[\"\\u00g1\"]", "broken"},
        {"[\"\\u004\"]", "broken"},
        {"[\"\\u", "broken"},
        {"[\"\n\"]", "broken"},
        {"[\"\xff\"]", "broken"},
        {"[\"\xed\xa0\x80\"]", "broken"},
        {"[1]", "broken"},
        {"[[\"a\"]]", "broken"},
        {"[null]", "broken"},
        {"{\"a\":\"b\"}", "broken"},
        {"'a'", "broken"},
        {"a", "broken"},
        {"[", "broken"},
        {"\"", "broken"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *found = s_read(slice_of(cases[i].text));
        if (strcmp(found, cases[i].found) != 0)
            fail_msg("%s: %s, not %s", cases[i].text, found, cases[i].found);
    }
    struct inbox inbox;
    struct slice message;
    char nul[] = "[\"a\\u0000b\"]";
    assert_int_equal(inbox_open(&inbox, nul, sizeof nul - 1), INBOX_MESSAGES);
    assert_true(inbox_next(&inbox, &message));
    assert_int_equal(message.length, 3);
    assert_memory_equal(message.data, "a\0b", 3);
    char raw_nul[] = "[\"a\0b\"]";
    assert_int_equal(inbox_open(&inbox, raw_nul, sizeof raw_nul - 1), INBOX_BROKEN);
}

static struct buffer s_out;

static const char *s_written(void)
{
    buffer_append_char(&s_out, 0);
    return s_out.data;
}

static void arrays_escape_what_browsers_mangle(void **state)
{
    (void)state;
    static const struct {
        const char *text, *frame;
    } cases[] = {
        {"", "a[\"\"]"},
        {"x", "a[\"x\"]"},
        {"say \"a\\b\"", "a[\"say \\\"a\\\\b\\\"\"]"},
        {"\b\t\n\f\r\x01\x1f\x7f", "a[\"\\b\\t\\n\\f\\r\\u0001\\u001f\x7f\"]"},
        {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "a[\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"]"},
        {"\xe2\x80\x8b\xe2\x80\x8c\xe2\x80\x8f\xe2\x80\x90",
         "a[\"\xe2\x80\x8b\\u200c\\u200f\xe2\x80\x90\"]"},
        {"\xe2\x80\xa7\xe2\x80\xa8\xe2\x80\xaf\xe2\x80\xb0",
         "a[\"\xe2\x80\xa7\\u2028\\u202f\xe2\x80\xb0\"]"},
        {"\xe2\x81\x9f\xe2\x81\xa0\xe2\x81\xaf\xe2\x81\xb0",
         "a[\"\xe2\x81\x9f\\u2060\\u206f\xe2\x81\xb0\"]"},
        {"\xef\xbf\xaf\xef\xbf\xb0\xef\xbf\xbf", "a[\"\xef\xbf\xaf\\ufff0\\uffff\"]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        buffer_clear(&s_out);
        framing_write_array(&s_out, slice_of(cases[i].text));
        struct slice inside = framing_inside(buffer_slice(&s_out));
        assert_memory_equal(inside.data, cases[i].frame + 2, inside.length);
        assert_int_equal(inside.length, strlen(cases[i].frame) - 3);
        assert_string_equal(s_written(), cases[i].frame);
        /* and what is written is read as it was */
        struct slice frame = slice_from(s_out.data + 1, s_out.length - 2);
        struct inbox inbox;
        struct slice message;
        assert_int_equal(inbox_open(&inbox, (char *)frame.data, frame.length), INBOX_MESSAGES);
        assert_true(inbox_next(&inbox, &message));
        assert_true(slice_is(message, cases[i].text));
    }
    buffer_clear(&s_out);
    framing_write_array(&s_out, slice_from("a\0", 2));
    assert_string_equal(s_written(), "a[\"a\\u0000\"]");
}

static void each_transport_wraps_frames(void **state)
{
    (void)state;
    static const struct {
        enum transport_name transport;
        const char *frame, *wrapped;
    } cases[] = {
        {TRANSPORT_xhr, "o", "o\n"},
        {TRANSPORT_xhr, "a[\"x\"]", "a[\"x\"]\n"},
        {TRANSPORT_xhr_streaming, "c[3000,\"Go away!\"]", "c[3000,\"Go away!\"]\n"},
        {TRANSPORT_eventsource, "o", "data: o\r\n\r\n"},
        {TRANSPORT_eventsource, "a[\"  \\u0000\\n\\r \"]", "data: a[\"  \\u0000\\n\\r \"]\r\n\r\n"},
        {TRANSPORT_eventsource, "a[\"100%41\"]", "data: a[\"100%2541\"]\r\n\r\n"},
        {TRANSPORT_htmlfile, "a[\"x\"]", "<script>\np(\"a[\\\"x\\\"]\");\n</script>\r\n"},
        {TRANSPORT_htmlfile, "a[\"</script>\"]",
         "<script>\np(\"a[\\\"\\u003c/script>\\\"]\");\n</script>\r\n"},
        {TRANSPORT_jsonp, "o", "call.back(\"o\");\r\n"},
        {TRANSPORT_jsonp, "a[\"\\u2028\"]", "call.back(\"a[\\\"\\\\u2028\\\"]\");\r\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        buffer_clear(&s_out);
        framing_wrap(&s_out, &transports[cases[i].transport], "call.back",
                     slice_of(cases[i].frame));
        assert_string_equal(s_written(), cases[i].wrapped);
    }
}

static void streams_begin_with_what_makes_browsers_look(void **state)
{
    (void)state;
    buffer_clear(&s_out);
    framing_write_prelude(&s_out, &transports[TRANSPORT_xhr_streaming], "");
    assert_int_equal(s_out.length, 2049);
    assert_int_equal(strspn(s_written(), "h"), 2048);
    assert_int_equal(s_out.data[2048], '\n');
    buffer_clear(&s_out);
    framing_write_prelude(&s_out, &transports[TRANSPORT_eventsource], "");
    assert_string_equal(s_written(), "\r\n");
    buffer_clear(&s_out);
    framing_write_prelude(&s_out, &transports[TRANSPORT_htmlfile], "_jp.a1");
    assert_true(s_out.length > 1024);
    assert_non_null(strstr(s_written(), "    var c = parent._jp.a1;\n"));
    buffer_clear(&s_out);
    framing_write_prelude(&s_out, &transports[TRANSPORT_xhr], "");
    assert_int_equal(s_out.length, 0);
}

static void callbacks_are_names_and_closings_have_reasons(void **state)
{
    (void)state;
    char name[FRAMING_CALLBACK_MAX_BYTES + 1], frame[FRAMING_CLOSE_MAX_BYTES];
    assert_true(framing_is_callback(slice_of("_jp.a1-Z")));
    assert_false(framing_is_callback(slice_of("")));
    assert_false(framing_is_callback(slice_of("a(b)")));
    assert_false(framing_is_callback(slice_of("a;b")));
    assert_false(framing_is_callback(slice_from("a\0b", 3)));
    memset(name, 'x', sizeof name);
    assert_true(framing_is_callback(slice_from(name, FRAMING_CALLBACK_MAX_BYTES - 1)));
    assert_false(framing_is_callback(slice_from(name, FRAMING_CALLBACK_MAX_BYTES)));

    static const struct {
        uint16_t status;
        const char *frame;
    } cases[] = {
        {1000, "c[3000,\"Go away!\"]"},
        {1001, "c[1001,\"Going away\"]"},
        {1002, "c[1002,\"Connection interrupted\"]"},
        {1008, "c[3000,\"Go away!\"]"},
        {1013, "c[1013,\"Not read in time\"]"},
        {2010, "c[2010,\"Another connection still open\"]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        framing_close(frame, cases[i].status);
        assert_string_equal(frame, cases[i].frame);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_mean_what_the_protocol_says),
        cmocka_unit_test(messages_are_read),
        cmocka_unit_test(arrays_escape_what_browsers_mangle),
        cmocka_unit_test(each_transport_wraps_frames),
        cmocka_unit_test(streams_begin_with_what_makes_browsers_look),
        cmocka_unit_test(callbacks_are_names_and_closings_have_reasons),
    };
    buffer_init(&s_out, 1 << 20);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    buffer_fini(&s_out);
    return failed;
}
