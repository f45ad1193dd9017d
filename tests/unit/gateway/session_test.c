/* One STOMP client from CONNECT to its end, with the clock moved by hand. Frames are written with
 * @ for their NUL. */
#include "tests/unit/gateway/cmocka_all.h"

#include "gateway/stomp/session.h"

static struct stomp_session s_session;
static int64_t s_now_ms;
static char s_log[8192]; /* what the steps were and what was sent, NULs as @ */

__attribute__((format(printf, 1, 2))) static void s_note(const char *format, ...)
{
    size_t at = strlen(s_log);
    va_list rest;
    va_start(rest, format);
    vsnprintf(s_log + at, sizeof s_log - at, format, rest);
    va_end(rest);
}

static void s_flush(void)
{
    for (size_t i = 0; i < s_session.out.length; i++)
        s_note("%c", s_session.out.data[i] ? s_session.out.data[i] : '@');
    if (s_session.out.length)
        stomp_session_sent(&s_session, s_now_ms);
    buffer_clear(&s_session.out);
}

/* Feeds, does the steps, and returns what happened. The token "good" is user 7. */
static const char *s_say(const char *text)
{
    char bytes[8192];
    size_t length = strlen(text);
    for (size_t i = 0; i < length; i++)
        bytes[i] = text[i] == '@' ? 0 : text[i];
    s_log[0] = 0;
    stomp_session_feed(&s_session, slice_from(bytes, length), s_now_ms);
    for (;;) {
        struct stomp_step step = stomp_session_next(&s_session);
        if (step.kind == STOMP_STEP_LOGIN) {
            if (!step.token.length)
                stomp_session_admit(&s_session, 0, s_now_ms);
            else if (slice_is(step.token, "good"))
                stomp_session_admit(&s_session, 7, s_now_ms);
            else
                stomp_session_fail(&s_session, "Invalid token");
        } else if (step.kind == STOMP_STEP_SUBSCRIBE) {
            struct stomp_subscription *subscription = &s_session.subscriptions[step.slot];
            subscription->handle = 100 + (uint32_t)step.slot;
            s_note("<subscribe %s %d %d>", subscription->id, subscription->destination.kind,
                   (int)subscription->destination.id);
        } else if (step.kind == STOMP_STEP_UNSUBSCRIBE) {
            s_note("<unsubscribe %d>", step.handle);
        }
        s_flush();
        if (step.kind == STOMP_STEP_CLOSE)
            s_note("<close>");
        if (step.kind == STOMP_STEP_CLOSE || step.kind == STOMP_STEP_NONE)
            return s_log;
    }
}

static int s_setup(void **state)
{
    (void)state;
    s_now_ms = 1000;
    stomp_session_init(&s_session, 0xabc, s_now_ms);
    return 0;
}

static int s_teardown(void **state)
{
    (void)state;
    stomp_session_fini(&s_session);
    return 0;
}

#define CONNECTED(version)                                                               \
    "CONNECTED\nversion:" version "\nheart-beat:10000,10000\nsession:0000000000000abc\n" \
    "server:codecomp/" CODECOMP_VERSION "\n\n@"
#define CONNECT_1_2 "CONNECT\naccept-version:1.2\nhost:x\nAuthorization:Bearer good\n\n@"

static void s_refuses(const char *text, const char *message)
{
    const char *said = s_say(text);
    char expected[160];
    snprintf(expected, sizeof expected, "ERROR\nmessage:%s\nversion:", message);
    if (strncmp(said, expected, strlen(expected)) != 0 || !strstr(said, "@<close>"))
        fail_msg("%s\ninstead of %s", said, message);
    assert_int_equal(s_session.state, SESSION_CLOSED);
    assert_string_equal(s_say("SEND\n\n@"), ""); /* nothing is read any more */
}

/* The same with a fresh session that is connected as user 7 in that version. */
static void s_refuses_later(const char *version, const char *text, const char *message)
{
    char connect[128];
    snprintf(connect, sizeof connect, "CONNECT\naccept-version:%s\nAuthorization:Bearer good\n\n@",
             version);
    s_teardown(NULL);
    s_setup(NULL);
    s_say(connect);
    s_refuses(text, message);
}

static void versions_are_negotiated(void **state)
{
    static const struct {
        const char *header, *answer;
    } cases[] = {
        {"accept-version:1.2\n", CONNECTED("1.2")},
        {"accept-version:1.1,1.0\n", CONNECTED("1.1")}, /* stompjs 2.3.3 */
        {"accept-version:1.0, 1.2 ,1.1\n", CONNECTED("1.2")},
        {"accept-version:1.0\n", CONNECTED("1.0")},
        {"", CONNECTED("1.0")},
        {"accept-version:2.0,1.2,9\n", CONNECTED("1.2")},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[128];
        snprintf(text, sizeof text, "%s\n%s\n@", i % 2 ? "CONNECT" : "STOMP", cases[i].header);
        assert_string_equal(s_say(text), cases[i].answer);
        s_teardown(state);
        s_setup(state);
    }
    s_refuses("CONNECT\naccept-version:2.0,1.20\n\n@",
              "Supported protocol versions are 1.0, 1.1 and 1.2");
}

static void tokens_are_handed_out(void **state)
{
    static const struct {
        const char *headers;
        int64_t user_id;
    } cases[] = {
        {"", 0},
        {"Authorization:Bearer good\n", 7},
        {"authorization:bearer good\n", 7},
        {"Authorization:good\n", 7},
        {"login:x\npasscode:good\n", 7},
        {"login:\npasscode:\n", 0},
        {"passcode:bad\nAuthorization:Bearer good\n", 7},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[128];
        snprintf(text, sizeof text, "CONNECT\naccept-version:1.1\n%s\n@", cases[i].headers);
        assert_string_equal(s_say(text), CONNECTED("1.1"));
        assert_int_equal(s_session.user_id, cases[i].user_id);
        s_teardown(state);
        s_setup(state);
    }
    s_say("CONNECT\nAuthorization:Bearer forged\n\n@");
    assert_non_null(strstr(s_log, "ERROR\nmessage:Invalid token\n"));
    assert_int_equal(s_session.state, SESSION_CLOSED);
}

static void subscriptions_come_and_go(void **state)
{
    (void)state;
    assert_string_equal(s_say(CONNECT_1_2), CONNECTED("1.2"));
    assert_string_equal(
        s_say("SUBSCRIBE\nid:sub-0\ndestination:/topic/room/12\nreceipt:r\\c1\n\n@"),
        "<subscribe sub-0 1 12>RECEIPT\nreceipt-id:r\\c1\n\n@");
    assert_string_equal(s_say("SUBSCRIBE\nid:sub-1\nack:client\n"
                              "destination:/user/queue/submissions\n\n@"),
                        "<subscribe sub-1 2 7>");
    assert_false(s_session.subscriptions[0].explicit_ack);
    assert_true(s_session.subscriptions[1].explicit_ack);
    assert_string_equal(s_say("UNSUBSCRIBE\nid:sub-0\n\n@UNSUBSCRIBE\nid:sub-0\n\n@"),
                        "<unsubscribe 100>");
    assert_string_equal(s_say("SUBSCRIBE\nid:sub-0\ndestination:/topic/room/12\n\n@"),
                        "<subscribe sub-0 1 12>");
}

static void messages_may_be_acknowledged(void **state)
{
    static const struct {
        const char *version, *frame;
    } cases[] = {
        {"1.0", "ACK\nmessage-id:5\n\n@"},
        {"1.1", "ACK\nmessage-id:5\nsubscription:sub-0\n\n@"}, /* stompjs 2.3.3 */
        {"1.1", "NACK\nmessage-id:5\nsubscription:sub-0\n\n@"},
        {"1.2", "ACK\nid:5\n\n@"},
        {"1.2", "NACK\nid:5\n\n@"},
        {"1.0", "SUBSCRIBE\nid:1\ndestination:/topic/room/1\nack:client\n\n@"},
        {"1.1", "SUBSCRIBE\nid:1\ndestination:/topic/room/1\nack:client-individual\n\n@"},
        {"1.2", "SUBSCRIBE\nid:1\ndestination:/topic/room/1\nack:auto\n\n@"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[200];
        s_teardown(state);
        s_setup(state);
        snprintf(text, sizeof text, "CONNECT\naccept-version:%s\n\n@%s", cases[i].version,
                 cases[i].frame);
        s_say(text);
        assert_int_equal(s_session.state, SESSION_CONNECTED);
    }
}

static void version_1_0_needs_no_id(void **state)
{
    (void)state;
    s_say("CONNECT\n\n@");
    assert_string_equal(s_say("SUBSCRIBE\ndestination:/topic/room/1\n\n@"),
                        "<subscribe /topic/room/1 1 1>");
    assert_string_equal(s_say("UNSUBSCRIBE\ndestination:/topic/room/1\n\n@"), "<unsubscribe 100>");
}

static void what_is_wrong_ends_in_error(void **state)
{
    (void)state;
    s_refuses("SEND\n\n@", "The first frame must be CONNECT or STOMP");
    s_refuses_later("1.2", CONNECT_1_2, "Already connected");
    s_refuses_later("1.2", "BEGIN\ntransaction:1\n\n@", "Transactions are not supported");
    s_refuses_later("1.2", "COMMIT\ntransaction:1\n\n@", "Transactions are not supported");
    s_refuses_later("1.2", "ABORT\ntransaction:1\n\n@", "Transactions are not supported");
    s_refuses_later("1.2", "SEND\ndestination:/app/x\ntransaction:1\n\n@",
                    "Transactions are not supported");
    s_refuses_later("1.2", "ACK\nid:1\ntransaction:1\n\n@", "Transactions are not supported");
    s_refuses_later("1.2", "ACK\nmessage-id:1\n\n@", "ACK without id");
    s_refuses_later("1.2", "NACK\nid:\n\n@", "NACK without id");
    s_refuses_later("1.1", "ACK\nsubscription:1\n\n@", "ACK without message-id");
    s_refuses_later("1.1", "NACK\nmessage-id:1\n\n@", "NACK without subscription");
    s_refuses_later("1.0", "ACK\n\n@", "ACK without message-id");
    s_refuses_later("1.0", "NACK\nmessage-id:1\n\n@", "NACK is not in STOMP 1.0");
    s_refuses_later("1.2", "SUBSCRIBE\nid:1\ndestination:/topic/room/1\nack:some\n\n@",
                    "Unknown ack mode");
    s_refuses_later("1.0", "SUBSCRIBE\nid:1\ndestination:/topic/room/1\nack:client-individual\n\n@",
                    "Unknown ack mode");
    s_refuses_later("1.2", "SUBSCRIBE\nid:1\ndestination:/topic/room/1\n\nx@",
                    "Only SEND may have a body");
    s_refuses_later("1.2", "DISCONNECT\n\nx@", "Only SEND may have a body");
    s_refuses_later("1.2", "SEND\n\n@", "SEND without destination");
    s_refuses_later("1.2", "SEND\ndestination:/topic/room/1\n\nx@", "SEND is for /app/ only");
    s_refuses_later("1.2", "SUBSCRIBE\nid:1\n\n@", "SUBSCRIBE without destination");
    s_refuses_later("1.1", "SUBSCRIBE\ndestination:/topic/room/1\n\n@", "SUBSCRIBE without id");
    s_refuses_later("1.1", "SUBSCRIBE\nid:\ndestination:/topic/room/1\n\n@",
                    "SUBSCRIBE without id");
    s_refuses_later("1.1", "UNSUBSCRIBE\n\n@", "UNSUBSCRIBE without id");
    static const char *const unknown[] = {"/topic/rooms/1",
                                          "/topic/room/",
                                          "/topic/room/0",
                                          "/topic/room/01",
                                          "/topic/room/-1",
                                          "/topic/room/1x",
                                          "/topic/room/1/",
                                          "/queue/x",
                                          "",
                                          "/user/queue/other",
                                          "/topic/room/9007199254740992",
                                          "/topic/room/99999999999999999999"};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        char text[128];
        snprintf(text, sizeof text, "SUBSCRIBE\nid:1\ndestination:%s\n\n@", unknown[i]);
        s_refuses_later("1.2", text, "No such destination");
    }
    s_refuses_later("1.2", "HELLO\n\n@", "Malformed frame\\c unknown command");
}

static void an_error_names_the_receipt_it_is_for(void **state)
{
    (void)state;
    s_say(CONNECT_1_2);
    assert_string_equal(s_say("SEND\nreceipt:r1\n\n@"),
                        "ERROR\nmessage:SEND without destination\nversion:1.0,1.1,1.2\n"
                        "content-type:text/plain\nreceipt-id:r1\ncontent-length:24\n\n"
                        "SEND without destination@<close>");
}

static void an_id_is_used_once(void **state)
{
    (void)state;
    s_say(CONNECT_1_2);
    s_say("SUBSCRIBE\nid:1\ndestination:/topic/room/1\n\n@");
    s_refuses("SUBSCRIBE\nid:1\ndestination:/topic/room/2\n\n@", "Subscription id already in use");
}

static void a_queue_of_ones_own_needs_a_token(void **state)
{
    (void)state;
    s_say("CONNECT\naccept-version:1.2\n\n@");
    assert_string_equal(s_say("SUBSCRIBE\nid:1\ndestination:/topic/room/1\n\n@"),
                        "<subscribe 1 1 1>");
    s_refuses("SUBSCRIBE\nid:2\ndestination:/user/queue/submissions\n\n@",
              "A token in CONNECT is needed for this destination");
}

static void subscriptions_are_bounded(void **state)
{
    (void)state;
    char text[512];
    s_say(CONNECT_1_2);
    for (int i = 0; i < STOMP_SUBSCRIPTIONS_MAX; i++) {
        snprintf(text, sizeof text, "SUBSCRIBE\nid:%d\ndestination:/topic/room/1\n\n@", i);
        assert_non_null(strstr(s_say(text), "<subscribe"));
    }
    s_refuses("SUBSCRIBE\nid:x\ndestination:/topic/room/1\n\n@", "Too many subscriptions");
    snprintf(text, sizeof text, "SUBSCRIBE\ndestination:/topic/room/1\nid:%0*d\n\n@",
             STOMP_ID_MAX_BYTES + 1, 0);
    s_refuses_later("1.2", text, "Subscription id too long");
}

static void harmless_frames_are_taken(void **state)
{
    (void)state;
    s_say(CONNECT_1_2);
    assert_string_equal(
        s_say("SEND\ndestination:/app/x\n\nhello@ACK\nid:1\n\n@NACK\nid:1\n\n@\n\n"), "");
    assert_string_equal(s_say("SEND\ndestination:/app/x\nreceipt:1\n\n@"),
                        "RECEIPT\nreceipt-id:1\n\n@");
    assert_string_equal(s_say("DISCONNECT\nreceipt:bye\n\n@SEND\n\n@"),
                        "RECEIPT\nreceipt-id:bye\n\n@<close>");
}

/* Ticks at the instant it asks for; what it sent. */
static const char *s_tick(int64_t at_ms)
{
    assert_int_equal(stomp_session_due_ms(&s_session), at_ms);
    s_log[0] = 0;
    s_now_ms = at_ms - 1;
    assert_int_equal(stomp_session_tick(&s_session, s_now_ms).kind, STOMP_STEP_NONE);
    s_now_ms = at_ms;
    struct stomp_step step = stomp_session_tick(&s_session, s_now_ms);
    s_flush();
    if (step.kind == STOMP_STEP_CLOSE)
        s_note("<close>");
    return s_log;
}

static void hearts_beat_both_ways(void **state)
{
    (void)state;
    s_say("CONNECT\naccept-version:1.1\nheart-beat:10000,10000\n\n@");
    assert_string_equal(s_tick(10000), "\n");
    assert_string_equal(s_tick(19000), "\n");
    s_now_ms = 20000;
    assert_string_equal(s_say("\n"), "");
    stomp_session_sent(&s_session, 22000); /* a pushed message is as good */
    assert_string_equal(s_tick(31000), "\n");
    assert_string_equal(s_tick(40000), "\n");
    stomp_session_sent(&s_session, 49000);
    assert_non_null(strstr(s_tick(50000), "ERROR\nmessage:No heart-beat in time\n"));
    assert_non_null(strstr(s_log, "<close>"));
    assert_int_equal(stomp_session_due_ms(&s_session), INT64_MAX);
}

static void hearts_beat_only_where_agreed(void **state)
{
    (void)state;
    s_say("CONNECT\naccept-version:1.1\nheart-beat:0,0\n\n@");
    assert_int_equal(stomp_session_due_ms(&s_session), INT64_MAX);
    s_teardown(state);
    s_setup(state);
    s_say("CONNECT\nheart-beat:1,1\n\n@"); /* 1.0 has none */
    assert_int_equal(stomp_session_due_ms(&s_session), INT64_MAX);
    s_teardown(state);
    s_setup(state);
    s_say("CONNECT\naccept-version:1.2\nheart-beat:0,20000\n\n@");
    assert_int_equal(stomp_session_due_ms(&s_session), 1000 + 18000);
    s_teardown(state);
    s_setup(state);
    s_say("CONNECT\naccept-version:1.2\nheart-beat:20000,0\n\n@");
    assert_int_equal(stomp_session_due_ms(&s_session), 1000 + 60000);
    static const char *const bad[] = {"", "1", "1,", ",1", "a,b", "1,2,3", "-1,0", "1234567890,0"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[128];
        snprintf(text, sizeof text, "CONNECT\naccept-version:1.2\nheart-beat:%s\n\n@", bad[i]);
        s_teardown(state);
        s_setup(state);
        s_refuses(text, "heart-beat\\c not two numbers");
    }
}

static void a_client_that_never_connects_is_closed(void **state)
{
    (void)state;
    s_now_ms = 9000;
    s_say("\n\nCONN"); /* trickling does not help */
    assert_non_null(strstr(s_tick(11000), "ERROR\nmessage:No CONNECT in time\n"));
}

static void messages_are_written_for_their_subscription(void **state)
{
    (void)state;
    struct buffer out;
    buffer_init(&out, 4096);
    char id[] = "sub:0";
    struct stomp_subscription subscription = {.id = id, .destination = {DESTINATION_ROOM, 5}};
    stomp_message_write(&out, STOMP_1_1, &subscription, "5-17", slice_of("{}"));
    static const char plain[] = "MESSAGE\nsubscription:sub\\c0\nmessage-id:5-17\n"
                                "destination:/topic/room/5\ncontent-type:application/json\n"
                                "content-length:2\n\n{}";
    assert_true(slice_equal(buffer_slice(&out), slice_from(plain, sizeof plain)));
    buffer_clear(&out);
    subscription.explicit_ack = true;
    subscription.destination = (struct destination){DESTINATION_USER, 7};
    stomp_message_write(&out, STOMP_1_2, &subscription, "a", slice_of("{}"));
    static const char acked[] = "MESSAGE\nsubscription:sub\\c0\nmessage-id:a\n"
                                "destination:/user/queue/submissions\nack:a\n"
                                "content-type:application/json\ncontent-length:2\n\n{}";
    assert_true(slice_equal(buffer_slice(&out), slice_from(acked, sizeof acked)));
    buffer_fini(&out);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, s_setup, s_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(versions_are_negotiated),
        TEST(tokens_are_handed_out),
        TEST(subscriptions_come_and_go),
        TEST(messages_may_be_acknowledged),
        TEST(version_1_0_needs_no_id),
        TEST(what_is_wrong_ends_in_error),
        TEST(an_error_names_the_receipt_it_is_for),
        TEST(an_id_is_used_once),
        TEST(a_queue_of_ones_own_needs_a_token),
        TEST(subscriptions_are_bounded),
        TEST(harmless_frames_are_taken),
        TEST(hearts_beat_both_ways),
        TEST(hearts_beat_only_where_agreed),
        TEST(a_client_that_never_connects_is_closed),
        TEST(messages_are_written_for_their_subscription),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
