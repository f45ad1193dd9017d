/* STOMP over WebSocket, over real sockets, in front of actors that are none (fake.h). */
#include "tests/unit/gateway/cmocka_all.h"

#include <unistd.h>

#include "actors/runtime/log.h"
#include "actors/runtime/stats.h"
#include "tests/unit/gateway/client.h"
#include "tests/unit/gateway/fake.h"

static struct fake *s_fake;
static struct gateway *s_gateway;
static uint16_t s_port;
static char s_tokens[4][500]; /* of users 1 to 3 */

static void s_log_in(int user_id)
{
    char target[64];
    snprintf(target, sizeof target, "/auth/login?userId=%d", user_id);
    const char *token = strstr(client_http(s_port, "POST", target, "", ""), "{\"token\":\"");
    assert_non_null(token);
    token += 10;
    snprintf(s_tokens[user_id], 500, "%.*s", (int)strcspn(token, "\""), token);
}

static int s_start(void **state)
{
    (void)state;
    char error[256];
    s_fake = fake_new();
    struct gateway_config config = {.topology = fake_topology(s_fake),
                                    .listen = "127.0.0.1:0",
                                    .cors_origins = "https://a.example",
                                    .public_url = "",
                                    .trusted_proxies = "",
                                    .tls_cert = "",
                                    .secret = slice_of("0123456789abcdef0123456789abcdef"),
                                    .dev_login = true,
                                    .code_limit_bytes = 1000,
                                    .sockjs_response_bytes = 4096,
                                    .sockjs_client = ""};
    s_gateway = gateway_new(&config, error, sizeof error);
    if (!s_gateway)
        fail_msg("%s", error);
    s_port = gateway_port(s_gateway);
    gateway_listen(s_gateway);
    for (int user_id = 1; user_id <= 3; user_id++)
        s_log_in(user_id);
    return 0;
}

static int s_stop(void **state)
{
    (void)state;
    gateway_destroy(&s_gateway);
    fake_destroy(&s_fake);
    return 0;
}

static void s_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("no %s in %s", part, text);
}

/* Connected as that user, or as nobody in particular. */
static int s_connect(int user_id)
{
    char text[700];
    int fd = client_websocket(s_port, "/ws", "v12.stomp, v11.stomp, v10.stomp");
    snprintf(text, sizeof text,
             "CONNECT\naccept-version:1.1,1.2\nheart-beat:10000,10000\n%s%s\n\n@",
             user_id ? "Authorization:Bearer " : "x:", user_id ? s_tokens[user_id] : "");
    client_ws_send(fd, text);
    s_has(client_ws_receive(fd), "CONNECTED\nversion:1.2\nheart-beat:10000,10000\n");
    return fd;
}

static void s_subscribe(int fd, const char *id, const char *destination)
{
    char text[200];
    snprintf(text, sizeof text, "SUBSCRIBE\nid:%s\ndestination:%s\n\n@", id, destination);
    client_ws_send(fd, text);
}

/* The host starts the contest of that room: everybody is told its next version. */
static void s_change(int room_id)
{
    char target[64], line[600];
    snprintf(target, sizeof target, "/rooms/start?roomId=%d", room_id);
    snprintf(line, sizeof line, "Authorization: Bearer %s\r\n", s_tokens[1]);
    s_has(client_http(s_port, "POST", target, line, ""), "Contest started");
}

/* The version in a RoomState message for that subscription. */
static int s_version(const char *message, const char *id)
{
    char line[64];
    snprintf(line, sizeof line, "\nsubscription:%s\n", id);
    s_has(message, line);
    s_has(message, "MESSAGE\n");
    const char *version = strstr(message, "\"version\":");
    assert_non_null(version);
    return atoi(version + 10);
}

/* ---- tests ---------------------------------------------------------------------------------- */

static void a_subscriber_gets_the_state_and_every_change(void **state)
{
    (void)state;
    int fd = s_connect(0);
    s_subscribe(fd, "sub-0", "/topic/room/7");
    const char *message = client_ws_receive(fd);
    s_has(message, "\ndestination:/topic/room/7\n");
    s_has(message, "\ncontent-type:application/json\n");
    s_has(message, "\"currentUserId\":null,\"opponentUserId\":null");
    int version = s_version(message, "sub-0");
    for (int i = 1; i <= 3; i++) {
        s_change(7);
        assert_int_equal(s_version(client_ws_receive(fd), "sub-0"), version + i);
    }
    client_ws_send(fd, "UNSUBSCRIBE\nid:sub-0\nreceipt:u\n\n@");
    s_has(client_ws_receive(fd), "RECEIPT\nreceipt-id:u\n");
    s_change(7);
    client_ws_send(fd, "DISCONNECT\nreceipt:bye\n\n@");
    s_has(client_ws_receive(fd), "RECEIPT\nreceipt-id:bye\n"); /* and no change before it */
    assert_string_equal(client_ws_receive(fd), "<close 1000>");
    close(fd);
}

static void subscribers_with_the_same_id_share_one_encoding(void **state)
{
    (void)state;
    enum { CLIENTS = 20 };
    int fds[CLIENTS];
    for (int i = 0; i < CLIENTS; i++) {
        fds[i] = s_connect(0);
        s_subscribe(fds[i], i == 5 ? "other" : "sub-0", "/topic/room/7");
        client_ws_receive(fds[i]);
    }
    client_http(s_port, "GET", "/healthz", "", NULL); /* what was begun before it is done */
    int64_t encoded = stats_get(STAT_pushes_encoded), sent = stats_get(STAT_pushes_sent);
    s_change(7);
    for (int i = 0; i < CLIENTS; i++) {
        s_version(client_ws_receive(fds[i]), i == 5 ? "other" : "sub-0");
        close(fds[i]);
    }
    client_http(s_port, "GET", "/healthz", "", NULL);
    assert_int_equal(stats_get(STAT_pushes_encoded) - encoded, 2);
    assert_int_equal(stats_get(STAT_pushes_sent) - sent, CLIENTS);
}

static void a_private_room_is_its_participants(void **state)
{
    (void)state;
    for (int user_id = 0; user_id <= 3; user_id++) {
        int fd = s_connect(user_id);
        s_subscribe(fd, "1", "/topic/room/8");
        if (user_id == 1 || user_id == 2) {
            s_version(client_ws_receive(fd), "1");
        } else {
            s_has(client_ws_receive(fd), "ERROR\nmessage:This room is private\n");
            assert_string_equal(client_ws_receive(fd), "<close 1008>");
        }
        close(fd);
    }
}

static void what_cannot_be_subscribed_ends_in_error(void **state)
{
    (void)state;
    int fd = s_connect(1);
    s_subscribe(fd, "1", "/topic/room/404");
    s_has(client_ws_receive(fd), "ERROR\nmessage:Room not found\n");
    assert_string_equal(client_ws_receive(fd), "<close 1008>");
    close(fd);
    fd = s_connect(0);
    s_subscribe(fd, "1", "/user/queue/submissions");
    s_has(client_ws_receive(fd), "ERROR\nmessage:A token in CONNECT is needed");
    close(fd);
    fd = client_websocket(s_port, "/ws/websocket", NULL);
    client_ws_send(fd, "CONNECT\naccept-version:1.1\nAuthorization:Bearer forged\n\n@");
    s_has(client_ws_receive(fd), "ERROR\nmessage:Invalid token\n");
    close(fd);
}

static void a_verdict_reaches_its_submitter_alone(void **state)
{
    (void)state;
    int one = s_connect(1), two = s_connect(2);
    s_subscribe(one, "q", "/user/queue/submissions");
    s_subscribe(two, "q", "/user/queue/submissions");
    client_ws_send(one, "SEND\ndestination:/app/x\nreceipt:1\n\n@");
    s_has(client_ws_receive(one), "RECEIPT\n"); /* so it is subscribed */
    client_ws_send(two, "SEND\ndestination:/app/x\nreceipt:1\n\n@");
    s_has(client_ws_receive(two), "RECEIPT\n");
    char lines[700];
    snprintf(lines, sizeof lines, "Authorization: Bearer %s\r\nContent-Type: application/json\r\n",
             s_tokens[1]);
    s_has(client_http(s_port, "POST", "/rooms/submit", lines,
                      "{\"roomId\":7,\"problemId\":1,\"code\":\"x\",\"languageId\":54}"),
          "\"submissionId\":77");
    const char *message = client_ws_receive(one);
    s_has(message, "\ndestination:/user/queue/submissions\n");
    s_has(message, "\"userId\":1,");
    s_has(message, "\"status\":\"Accepted\"");
    s_has(message, "\"compileOutput\":\"warn: \\\"x\\\"\"");
    client_ws_send(two, "SEND\ndestination:/app/x\nreceipt:2\n\n@");
    s_has(client_ws_receive(two), "RECEIPT\nreceipt-id:2\n");
    close(one);
    close(two);
}

static void a_gap_in_the_stream_makes_it_ask_again(void **state)
{
    (void)state;
    int fd = s_connect(0);
    s_subscribe(fd, "1", "/topic/room/7");
    int version = s_version(client_ws_receive(fd), "1");
    char line[600];
    snprintf(line, sizeof line, "Authorization: Bearer %s\r\n", s_tokens[1]);
    client_http(s_port, "POST", "/rooms/leave?roomId=7", line, ""); /* two changes, both lost */
    assert_int_equal(s_version(client_ws_receive(fd), "1"), version + 2);
    close(fd);
}

/* The body of the next message is this one. */
static void s_expect_body(int fd, const char *body)
{
    const char *message = client_ws_receive(fd);
    s_has(message, "MESSAGE\n");
    const char *found = strstr(message, "\n\n");
    assert_non_null(found);
    if (strncmp(found + 2, body, strlen(body)) != 0 || strlen(found + 2) != strlen(body) + 1)
        fail_msg("expected %s, got %s", body, message);
}

static void what_others_publish_is_passed_on_as_it_is_and_once(void **state)
{
    (void)state;
    int fd = s_connect(0);
    s_subscribe(fd, "1", "/topic/room/7");
    int version = s_version(client_ws_receive(fd), "1");
    fake_hear_room(s_fake, 7, version, "{\"known\":1}");
    fake_hear_room(s_fake, 9, version + 1, "{\"elsewhere\":1}");
    fake_hear_room(s_fake, 7, version + 1, "{\"version\" : 1}");
    s_expect_body(fd, "{\"version\" : 1}");
    fake_hear_room(s_fake, 7, version + 1, "{\"doubled\":1}");
    s_change(7); /* the stream tells the same version */
    fake_hear_room(s_fake, 7, I64_NONE, "{\"without\":1}");
    s_expect_body(fd, "{\"without\":1}");
    s_change(7);
    assert_int_equal(s_version(client_ws_receive(fd), "1"), version + 2);
    close(fd);
}

static void a_made_up_version_does_not_stop_the_true_ones(void **state)
{
    (void)state;
    int fd = s_connect(0);
    s_subscribe(fd, "1", "/topic/room/7");
    int version = s_version(client_ws_receive(fd), "1");
    fake_hear_room(s_fake, 7, version + 1000, "{\"made\":\"up\"}");
    s_expect_body(fd, "{\"made\":\"up\"}");
    s_change(7);
    assert_int_equal(s_version(client_ws_receive(fd), "1"), version + 1); /* scoring was asked */
    s_change(7);
    assert_int_equal(s_version(client_ws_receive(fd), "1"), version + 2);
    fake_hear_room(s_fake, 7, version + 3, "{\"next\":1}");
    s_expect_body(fd, "{\"next\":1}");
    close(fd);
}

static void what_others_publish_goes_only_to_whom_scoring_lets_in(void **state)
{
    (void)state;
    int fd = s_connect(1);
    s_subscribe(fd, "1", "/topic/room/504"); /* of which scoring says nothing yet */
    s_subscribe(fd, "2", "/topic/room/8");
    int version = s_version(client_ws_receive(fd), "2");
    fake_hear_room(s_fake, 504, version + 1, "{\"early\":1}");
    fake_hear_room(s_fake, 8, version + 1, "{\"private\":1}");
    s_expect_body(fd, "{\"private\":1}");
    close(fd);
}

static void a_published_verdict_reaches_its_user_alone(void **state)
{
    (void)state;
    int one = s_connect(1), two = s_connect(2);
    for (int i = 0; i < 2; i++) {
        int fd = i ? two : one;
        s_subscribe(fd, "q", "/user/queue/submissions");
        client_ws_send(fd, "SEND\ndestination:/app/x\nreceipt:1\n\n@");
        s_has(client_ws_receive(fd), "RECEIPT\n");
    }
    fake_hear_verdict(s_fake, 1, "{\"id\":1}");
    fake_hear_verdict(s_fake, 2, "{\"id\":2}");
    s_expect_body(one, "{\"id\":1}");
    s_expect_body(two, "{\"id\":2}");
    close(one);
    close(two);
}

static void a_missed_event_makes_it_ask_again(void **state)
{
    (void)state;
    int fd = s_connect(0);
    s_subscribe(fd, "1", "/topic/room/7");
    int version = s_version(client_ws_receive(fd), "1");
    fake_miss(s_fake);
    assert_int_equal(s_version(client_ws_receive(fd), "1"), version + 1);
    close(fd);
}

static void frames_may_be_split_and_joined(void **state)
{
    (void)state;
    int fd = client_websocket(s_port, "/ws", "v11.stomp");
    client_ws_send(fd, "CONNECT\naccept-ver");
    client_ws_send(fd, "sion:1.1\n\n@\n\nSUBSCRIBE\nid:1\ndestination:/topic/room/7\n");
    s_has(client_ws_receive(fd), "CONNECTED\nversion:1.1\n");
    client_ws_send(fd, "\n@SUBSCRIBE\nid:2\ndestination:/topic/room/7\n\n@");
    s_version(client_ws_receive(fd), "1");
    s_version(client_ws_receive(fd), "2");
    close(fd);
}

static void upgrades_elsewhere_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *target, *lines, *answer;
    } cases[] = {
        {"/rooms", "", "HTTP/1.1 404 "},
        {"/ws/x", "", "HTTP/1.1 404 "},
        {"/ws", "Origin: https://evil.example\r\n", "origin: not allowed"},
        {"/ws", "Origin: https://a.example\r\n", "HTTP/1.1 101 "},
        {"/ws", "Origin: http://127.0.0.1\r\n", "HTTP/1.1 101 "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char lines[400];
        snprintf(lines, sizeof lines,
                 "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s",
                 cases[i].lines);
        s_has(client_http(s_port, "GET", cases[i].target, lines, NULL), cases[i].answer);
    }
    s_has(client_http(s_port, "GET", "/healthz",
                      "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                      "HTTP2-Settings: AAMAAABkAAQAAP__\r\n",
                      NULL),
          "HTTP/1.1 400 ");
}

static void garbage_is_answered_with_error(void **state)
{
    (void)state;
    int fd = client_websocket(s_port, "/ws", "v12.stomp");
    client_ws_send(fd, "GET / HTTP/1.1\n\n@");
    s_has(client_ws_receive(fd), "ERROR\nmessage:Malformed frame\\c unknown command\n");
    assert_string_equal(client_ws_receive(fd), "<close 1000>");
    close(fd);
}

/* A client that never reads while a room changes and changes: it is dropped, and others go on. */
static void a_laggard_is_dropped(void **state)
{
    (void)state;
    int lazy = s_connect(1), busy = s_connect(0);
    for (int i = 0; i < 60; i++) {
        char id[20];
        snprintf(id, sizeof id, "s%d", i);
        s_subscribe(lazy, id, "/topic/room/7");
    }
    s_subscribe(busy, "1", "/topic/room/7");
    int version = s_version(client_ws_receive(busy), "1");
    int64_t dropped = stats_get(STAT_laggards_dropped);
    for (int i = 1; stats_get(STAT_laggards_dropped) == dropped; i++) {
        assert_true(i < 20000);
        s_change(7);
        assert_int_equal(s_version(client_ws_receive(busy), "1"), version + i);
    }
    for (int i = 0; stats_get(STAT_sockets_open) > 1; i++) {
        assert_true(i < 100000);
        client_http(s_port, "GET", "/healthz", "", NULL);
    }
    close(lazy);
    close(busy);
}

/* The last test: afterwards this gateway takes nobody any more. */
static void a_drain_closes_with_1001(void **state)
{
    (void)state;
    int fd = s_connect(0);
    s_subscribe(fd, "1", "/topic/room/7");
    s_version(client_ws_receive(fd), "1");
    int waiting = client_connect(s_port); /* a question that is under way is answered */
    char text[800];
    int length = snprintf(text, sizeof text,
                          "GET /rooms/state?roomId=7 HTTP/1.1\r\nHost: x\r\n"
                          "Authorization: Bearer %s\r\n\r\n",
                          s_tokens[1]);
    client_send(waiting, text, (size_t)length);
    s_has(client_response(waiting, false), "HTTP/1.1 200 ");
    assert_true(gateway_drain(s_gateway, 10000));
    assert_string_equal(client_ws_receive(fd), "<close 1001>");
    client_send(waiting, text, (size_t)length);
    s_has(client_response(waiting, false), "HTTP/1.1 503 ");
    close(fd);
    close(waiting);
}

int main(void)
{
    log_set_level(LOG_LEVEL_ERROR);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_subscriber_gets_the_state_and_every_change),
        cmocka_unit_test(subscribers_with_the_same_id_share_one_encoding),
        cmocka_unit_test(a_private_room_is_its_participants),
        cmocka_unit_test(what_cannot_be_subscribed_ends_in_error),
        cmocka_unit_test(a_verdict_reaches_its_submitter_alone),
        cmocka_unit_test(a_gap_in_the_stream_makes_it_ask_again),
        cmocka_unit_test(what_others_publish_is_passed_on_as_it_is_and_once),
        cmocka_unit_test(a_made_up_version_does_not_stop_the_true_ones),
        cmocka_unit_test(what_others_publish_goes_only_to_whom_scoring_lets_in),
        cmocka_unit_test(a_published_verdict_reaches_its_user_alone),
        cmocka_unit_test(a_missed_event_makes_it_ask_again),
        cmocka_unit_test(frames_may_be_split_and_joined),
        cmocka_unit_test(upgrades_elsewhere_are_refused),
        cmocka_unit_test(garbage_is_answered_with_error),
        cmocka_unit_test(a_laggard_is_dropped),
        cmocka_unit_test(a_drain_closes_with_1001),
    };
    return cmocka_run_group_tests(tests, s_start, s_stop);
}
