/* The gateway over real sockets, in front of actors that are none: every route, every kind of
 * refusal, and what hostile clients send. */
#include "tests/unit/gateway/cmocka_all.h"

#include <unistd.h>

#include "actors/runtime/log.h"
#include "tests/unit/gateway/client.h"
#include "tests/unit/gateway/fake.h"

#define SECRET "0123456789abcdef0123456789abcdef"

static struct fake *s_fake;
static struct gateway *s_gateway;
static uint16_t s_port;
static char s_bearer[600]; /* header line with the token of user 1 */
static char s_other[600];  /* of user 3 */

static void s_log_in(int user_id, char line[600])
{
    char target[64];
    snprintf(target, sizeof target, "/auth/login?userId=%d", user_id);
    const char *response = client_http(s_port, "POST", target, "", NULL);
    const char *token = strstr(response, "{\"token\":\"");
    assert_non_null(token);
    token += 10;
    snprintf(line, 600, "Authorization: Bearer %.*s\r\n", (int)strcspn(token, "\""), token);
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
                                    .secret = slice_of(SECRET),
                                    .dev_login = true,
                                    .code_limit_bytes = 1000,
                                    .sockjs_response_bytes = 4096,
                                    .sockjs_client = ""};
    s_gateway = gateway_new(&config, error, sizeof error);
    if (!s_gateway)
        fail_msg("%s", error);
    s_port = gateway_port(s_gateway);
    gateway_listen(s_gateway);
    s_log_in(1, s_bearer);
    s_log_in(3, s_other);
    return 0;
}

static int s_stop(void **state)
{
    (void)state;
    gateway_destroy(&s_gateway);
    fake_destroy(&s_fake);
    return 0;
}

/* The body of a response, which must have that status. */
static const char *s_body(const char *response, int status)
{
    char line[32];
    snprintf(line, sizeof line, "HTTP/1.1 %d ", status);
    const char *body = strstr(response, "\r\n\r\n");
    if (strncmp(response, line, strlen(line)) != 0 || !body)
        fail_msg("not %d: %s", status, response);
    return body + 4;
}

static const char *s_get(const char *target, int status)
{
    return s_body(client_http(s_port, "GET", target, s_bearer, NULL), status);
}

static const char *s_post(const char *target, int status)
{
    return s_body(client_http(s_port, "POST", target, s_bearer, ""), status);
}

static const char *s_post_with(const char *target, const char *type, const char *body, int status)
{
    char lines[800];
    snprintf(lines, sizeof lines, "%sContent-Type: %s\r\n", s_bearer, type);
    return s_body(client_http(s_port, "POST", target, lines, body), status);
}

static void s_has(const char *text, const char *part)
{
    if (!strcasestr(text, part))
        fail_msg("no %s in %s", part, text);
}

/* ---- routes --------------------------------------------------------------------------------- */

#define FORM "application/x-www-form-urlencoded"
#define JSON "application/json; charset=utf-8"

static void every_route_answers_in_its_shape(void **state)
{
    (void)state;
    assert_string_equal(
        s_post("/rooms/create?password=p%26w+1", 200),
        "{\"id\":7,\"hostUserId\":1,\"password\":\"p&w 1\",\"status\":\"WAITING\","
        "\"startTime\":null,\"endTime\":null,\"duration\":600000,\"visibility\":\"open\","
        "\"problemCount\":3,\"difficulty\":\"mixed\"}");
    s_has(s_post("/rooms/create?password=++", 200), "\"password\":\"made-up\"");
    s_has(s_post_with("/rooms/create", FORM, "duration=60000&difficulty=hard&visibility=private",
                      200),
          "\"duration\":60000,\"visibility\":\"private\",\"problemCount\":3,"
          "\"difficulty\":\"hard\"");
    assert_string_equal(s_post("/rooms/join?roomId=7&password=right", 200), "Joined successfully");
    assert_string_equal(s_post_with("/rooms/join", FORM, "roomId=7&password=right", 200),
                        "Joined successfully");
    assert_string_equal(s_post("/rooms/join?roomId=7&password=x", 200), "Wrong Password");
    assert_string_equal(s_post("/rooms/start?roomId=7", 200), "Contest started");
    assert_string_equal(s_post("/rooms/leave?roomId=7", 200), "Left");
    assert_string_equal(
        s_post_with("/rooms/submit", JSON,
                    "{\"roomId\":7,\"problemId\":3,\"code\":\"int main\",\"languageId\":54,"
                    "\"userId\":99}",
                    200),
        "{\"status\":\"PENDING\",\"submissionId\":77}");
    assert_string_equal(s_post("/rooms/end?roomId=8", 200),
                        "{\"winnerUserId\":null,\"result\":\"DRAW\"}");
    assert_string_equal(s_post("/rooms/end?roomId=9", 202),
                        "{\"winnerUserId\":null,\"result\":\"SETTLING\"}");
    assert_string_equal(s_get("/rooms/leaderboard?roomId=7", 200), "[]");
    assert_string_equal(s_get("/rooms/7/leaderboard", 200), "[]");
    s_has(s_get("/rooms/state?roomId=7", 200), "\"currentUserId\":1,\"opponentUserId\":null");
    s_has(s_get("/rooms/stats", 200), "\"winRate\":62.5");
    s_has(s_get("/rooms/profile", 200), "{\"stats\":{\"totalContests\":8,");
    s_has(s_get("/users/7/history?limit=2", 200), "[{\"id\":2,\"userId\":7,");
    assert_string_equal(s_get("/users/me", 200),
                        "{\"id\":1,\"name\":\"An \\\"n\\\"\",\"email\":\"a@example.org\"}");
    assert_string_equal(s_get("/users/5", 200), "{\"id\":5,\"name\":\"An \\\"n\\\"\"}");
    assert_string_equal(s_body(client_http(s_port, "GET", "/languages", "", NULL), 200),
                        "[{\"id\":54,\"name\":\"C++\",\"version\":\"12\"}]");
    assert_string_equal(s_body(client_http(s_port, "GET", "/healthz", "", NULL), 200),
                        "{\"status\":\"UP\"}");
    assert_string_equal(s_body(client_http(s_port, "GET", "/readyz", "", NULL), 200),
                        "{\"status\":\"UP\"}");
    s_has(s_body(client_http(s_port, "GET", "/metrics", "", NULL), 200), "codecomp_http_requests ");
}

static void refusals_come_as_the_frontend_knows_them(void **state)
{
    (void)state;
    assert_string_equal(s_get("/rooms/state?roomId=404", 400), "{\"error\":\"Room not found\"}");
    assert_string_equal(s_get("/rooms/current", 404), "{\"error\":\"No open room\"}");
    assert_string_equal(s_get("/rooms/state?roomId=500", 500),
                        "{\"error\":\"Something went wrong\"}");
    assert_string_equal(s_get("/rooms/problems?roomId=7", 500),
                        "{\"error\":\"Something went wrong\"}");
    assert_string_equal(s_get("/rooms/state", 400), "{\"error\":\"roomId: missing\"}");
    assert_string_equal(s_get("/rooms/state?roomId=-4", 400),
                        "{\"error\":\"roomId: not between 1 and 9007199254740991\"}");
    assert_string_equal(s_get("/rooms/x/leaderboard", 400), "{\"error\":\"roomId: not a number\"}");
    assert_string_equal(s_get("/nothing", 404), "{\"error\":\"Not found\"}");
    assert_string_equal(s_post_with("/rooms/join", FORM, "roomId=%zz&password=right", 400),
                        "{\"error\":\"roomId: malformed percent-encoding\"}");
    const char *response = client_http(s_port, "GET", "/rooms/create", s_bearer, NULL);
    assert_string_equal(s_body(response, 405), "{\"error\":\"Method not allowed\"}");
    s_has(response, "\r\nallow: POST, OPTIONS\r\n");
}

static void refusals_come_as_documents_to_who_asks(void **state)
{
    (void)state;
    char lines[800];
    snprintf(lines, sizeof lines, "%sAccept: application/problem+json\r\n", s_bearer);
    const char *response = client_http(s_port, "GET", "/rooms/state?roomId=404", lines, NULL);
    assert_string_equal(s_body(response, 404), "{\"type\":\"urn:codecomp:problem:room-not-found\","
                                               "\"title\":\"Room not found\",\"status\":404}");
    s_has(response, "\r\ncontent-type: application/problem+json\r\n");
    response = client_http(s_port, "POST", "/rooms/join?roomId=7&password=x", lines, "");
    s_has(s_body(response, 403), "\"title\":\"Wrong Password\"");
}

static void submissions_are_checked(void **state)
{
    (void)state;
    const char *target = "/rooms/submit";
    char body[1200];
    snprintf(body, sizeof body,
             "{\"roomId\":7,\"problemId\":3,\"languageId\":54,\"code\":\"%01001d\"}", 0);
    assert_string_equal(s_post_with(target, JSON, body, 400),
                        "{\"error\":\"code: longer than 1000 bytes\"}");
    assert_string_equal(s_post_with(target, JSON, "{\"roomId\":7,", 400),
                        "{\"error\":\"body: not valid JSON (line 1, column 12)\"}");
    assert_string_equal(s_post_with(target, JSON, "", 400), "{\"error\":\"body: missing\"}");
    assert_string_equal(s_post_with(target, FORM, "roomId=7", 415),
                        "{\"error\":\"Unsupported media type\"}");
    char *large = malloc(30001);
    memset(large, ' ', 30000);
    large[30000] = 0;
    assert_string_equal(s_post_with(target, JSON, large, 413),
                        "{\"error\":\"Request body too large\"}");
    free(large);
}

static void a_form_route_passes_over_other_bodies(void **state)
{
    (void)state;
    assert_string_equal(s_post_with("/rooms/start?roomId=7", JSON, "{}", 200), "Contest started");
}

/* ---- who may -------------------------------------------------------------------------------- */

/* Of user 1, with a signature that is none. */
#define FORGED               \
    "Authorization: Bearer " \
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIiwiZXhwIjo5OTk5OTk5OTk5fQ.AAAA\r\n"

static void without_a_token_little_is_told(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "",
        "Authorization: Bearer x\r\n",
        "Authorization: Basic eDp5\r\n",
        "Authorization: Bearer \r\n",
        FORGED,
        "Authorization: Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIiwiZXhwIjo5OTk5OTk5OTk5fQ.\r\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        const char *response = client_http(s_port, "GET", "/rooms/stats", lines[i], NULL);
        assert_string_equal(s_body(response, 401), "{\"error\":\"Invalid token\"}");
        s_body(client_http(s_port, "GET", "/nothing", lines[i], NULL), 401);
        s_body(client_http(s_port, "DELETE", "/rooms/create", lines[i], NULL), 401);
    }
    s_body(client_http(s_port, "GET", "/auth/nothing", "", NULL), 404);
    s_body(client_http(s_port, "GET", "/ws/x", "", NULL), 404);
}

static void origins_are_told_on_every_answer(void **state)
{
    (void)state;
    const char *welcome = "Origin: https://a.example\r\n", *other = "Origin: https://b.example\r\n";
    static const char *const targets[] = {"/healthz", "/rooms/stats", "/auth/nothing"};
    for (size_t i = 0; i < 3; i++) {
        const char *response = client_http(s_port, "GET", targets[i], welcome, NULL);
        s_has(response, "\r\naccess-control-allow-origin: https://a.example\r\n");
        s_has(response, "\r\naccess-control-allow-credentials: true\r\n");
        s_has(response, "\r\nvary: Origin\r\n");
        response = client_http(s_port, "GET", targets[i], other, NULL);
        assert_null(strstr(response, "access-control"));
        s_has(response, "\r\nvary: Origin\r\n");
    }
    const char *response =
        client_http(s_port, "OPTIONS", "/rooms/join",
                    "Origin: https://a.example\r\nAccess-Control-Request-Method: POST\r\n"
                    "Access-Control-Request-Headers: authorization,content-type\r\n",
                    NULL);
    assert_string_equal(s_body(response, 204), "");
    s_has(response, "\r\naccess-control-allow-methods: POST\r\n");
    s_has(response, "\r\naccess-control-allow-headers: authorization,content-type\r\n");
    s_has(response, "\r\nallow: POST, OPTIONS\r\n");
}

/* ---- connections ---------------------------------------------------------------------------- */

static void s_say(int fd, const char *text)
{
    client_send(fd, text, strlen(text));
}

static void requests_follow_each_other_on_a_connection(void **state)
{
    (void)state;
    char text[4096];
    int fd = client_connect(s_port);
    for (int i = 0; i < 3; i++) {
        snprintf(text, sizeof text,
                 "GET /rooms/stats HTTP/1.1\r\nHost: x\r\nX-Request-Id: r%d\r\n%s\r\n", i,
                 s_bearer);
        s_say(fd, text);
        snprintf(text, sizeof text, "\r\nx-request-id: r%d\r\n", i);
        s_has(client_response(fd, false), text);
    }
    /* all at once: answered in order, also those that wait for an actor */
    text[0] = 0;
    for (int i = 0; i < 6; i++)
        snprintf(text + strlen(text), 700, "%s HTTP/1.1\r\nHost: x\r\nX-Request-Id: p%d\r\n%s\r\n",
                 i % 2 ? "HEAD /healthz" : "GET /rooms/stats", i, s_bearer);
    s_say(fd, text);
    for (int i = 0; i < 6; i++) {
        const char *response = client_response(fd, i % 2);
        snprintf(text, sizeof text, "\r\nx-request-id: p%d\r\n", i);
        s_has(response, text);
        s_body(response, 200);
    }
    close(fd);
}

/* A server's callback brings the whole result along; it is answered, whatever its body, and the
 * connection goes on. */
static void a_callback_is_passed_on_without_its_body(void **state)
{
    (void)state;
    static const size_t lengths[] = {0, 40, 300 * 1024};
    static char body[300 * 1024];
    char head[400];
    int fd = client_connect(s_port);
    memset(body, 'x', sizeof body);
    for (size_t i = 0; i < 3; i++) {
        snprintf(head, sizeof head,
                 "PUT /runner/hints/3-17-feed HTTP/1.1\r\nHost: x\r\nContent-Type: "
                 "application/json\r\nContent-Length: %zu\r\n\r\n",
                 lengths[i]);
        s_say(fd, head);
        client_send(fd, body, lengths[i]);
        assert_string_equal(s_body(client_response(fd, false), 200), "Noted");
    }
    s_say(fd, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    s_body(client_response(fd, false), 200);
    close(fd);
    static const char *const wrong[] = {"x", "3", "3-", "3-17", "--", "-17-feed", "a-b-c"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        snprintf(head, sizeof head, "/runner/hints/%s", wrong[i]);
        const char *response = client_http(s_port, "PUT", head, "", "");
        assert_null(strstr(response, "Noted"));
        assert_non_null(strstr(response, "HTTP/1.1 "));
    }
    s_has(client_http(s_port, "GET", "/runner/hints/3-17-feed", s_bearer, NULL),
          "allow: PUT, OPTIONS");
}

/* libwebsockets can't read them, so they must be sent again. */
static void a_body_sent_ahead_ends_the_connection(void **state)
{
    (void)state;
    static const char *const lengths[] = {"Content-Length: 3\r\n", ""};
    for (size_t i = 0; i < 2; i++) {
        char text[4096] = "";
        for (int k = 0; k < 3; k++)
            snprintf(text + strlen(text), 800, "%s HTTP/1.1\r\nHost: x\r\n%s%s\r\n%s",
                     k ? "POST /rooms/start?roomId=7" : "GET /rooms/stats", s_bearer,
                     k ? lengths[i] : "", k && i == 0 ? "abc" : "");
        int fd = client_connect(s_port);
        s_say(fd, text);
        s_body(client_response(fd, false), 200);
        assert_true(client_closed(fd));
        close(fd);
    }
}

static void a_head_has_the_length_and_no_body(void **state)
{
    (void)state;
    const char *response = client_http(s_port, "HEAD", "/healthz", "", NULL);
    assert_string_equal(s_body(response, 200), "");
    s_has(response, "\r\ncontent-length: 15\r\n");
    s_has(response, "\r\ndate: ");
}

static void bodies_without_a_plain_length_end_the_connection(void **state)
{
    (void)state;
    static const struct {
        const char *lines;
        int status;
    } cases[] = {
        {"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", 200},
        {"Transfer-Encoding: Chunked\r\n\r\n0\r\n\r\n", 200},
        {"Transfer-Encoding: gzip, chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", 411},
        {"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n3\r\nabc\r\n0\r\n\r\n", 411},
        {"Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n", 400},
        {"Transfer-Encoding: chunked\r\n\r\n-3\r\nabc\r\n0\r\n\r\n", 400},
        {"Transfer-Encoding: chunked\r\n\r\nfffffff\r\nabc", 413},
        {"Content-Length: -3\r\n\r\n", 400},
        {"Content-Length: +3\r\n\r\nabc", 400},
        {"Content-Length: 3, 5\r\n\r\nabc", 400},
        {"Content-Length: 3\r\nContent-Length: 5\r\n\r\nabcde", 400},
        {"Content-Length: 99999999999999999999\r\n\r\n", 400},
        {"Content-Length: 9999999999\r\n\r\n", 413},
        {"\r\n", 200},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[1024];
        int fd = client_connect(s_port);
        snprintf(text, sizeof text, "POST /rooms/start?roomId=7 HTTP/1.1\r\nHost: x\r\n%s%s",
                 s_bearer, cases[i].lines);
        s_say(fd, text);
        const char *response = client_response(fd, false);
        s_body(response, cases[i].status);
        s_has(response, "\r\nconnection: close\r\n");
        assert_true(client_closed(fd));
        close(fd);
    }
}

static void oversized_headers_are_refused(void **state)
{
    (void)state;
    char *lines = malloc(40000);
    sprintf(lines, "Cookie: %013000d\r\n", 0);
    const char *response = client_http(s_port, "GET", "/healthz", lines, NULL);
    assert_string_equal(s_body(response, 431), "{\"error\":\"Request headers too large\"}");
    sprintf(lines, "Cookie: %030000d\r\n", 0);
    assert_string_equal(client_http(s_port, "GET", "/healthz", lines, NULL), "");
    free(lines);
}

static void garbage_does_no_harm(void **state)
{
    (void)state;
    static const struct slice texts[] = {
        {"\0\0\0\0\r\n\r\n", 8},
        {"GET\r\n\r\n", 7},
        {"GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n", 30},
        {"GET /rooms/state?roomId=%zz HTTP/1.1\r\nHost: x\r\n\r\n", 50},
        {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 24},
        {"GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n", 35},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        int fd = client_connect(s_port);
        client_send(fd, texts[i].data, texts[i].length);
        client_response(fd, false);
        close(fd);
    }
    int fd = client_connect(s_port); /* one that goes away in the middle of its question */
    char text[1024];
    snprintf(text, sizeof text, "GET /rooms/state?roomId=504 HTTP/1.1\r\nHost: x\r\n%s\r\n",
             s_bearer);
    s_say(fd, text);
    close(fd);
    assert_string_equal(s_body(client_http(s_port, "GET", "/healthz", "", NULL), 200),
                        "{\"status\":\"UP\"}");
}

static void a_large_answer_arrives_whole(void **state)
{
    (void)state;
    const char *body = s_get("/users/7/history", 200);
    assert_true(strlen(body) > 40000);
    s_has(body, "{\"id\":500,");
    assert_string_equal(body + strlen(body) - 2, "}]");
}

static void who_is_not_answered_gets_504(void **state)
{
    (void)state;
    assert_string_equal(s_get("/rooms/state?roomId=504", 504),
                        "{\"error\":\"No answer in time, try again\"}");
}

int main(void)
{
    log_set_level(LOG_LEVEL_ERROR);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_route_answers_in_its_shape),
        cmocka_unit_test(refusals_come_as_the_frontend_knows_them),
        cmocka_unit_test(refusals_come_as_documents_to_who_asks),
        cmocka_unit_test(submissions_are_checked),
        cmocka_unit_test(a_form_route_passes_over_other_bodies),
        cmocka_unit_test(without_a_token_little_is_told),
        cmocka_unit_test(origins_are_told_on_every_answer),
        cmocka_unit_test(requests_follow_each_other_on_a_connection),
        cmocka_unit_test(a_callback_is_passed_on_without_its_body),
        cmocka_unit_test(a_body_sent_ahead_ends_the_connection),
        cmocka_unit_test(a_head_has_the_length_and_no_body),
        cmocka_unit_test(bodies_without_a_plain_length_end_the_connection),
        cmocka_unit_test(oversized_headers_are_refused),
        cmocka_unit_test(garbage_does_no_harm),
        cmocka_unit_test(a_large_answer_arrives_whole),
        cmocka_unit_test(who_is_not_answered_gets_504),
    };
    return cmocka_run_group_tests(tests, s_start, s_stop);
}
