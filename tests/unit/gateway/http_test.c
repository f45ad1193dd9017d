/* CORS, media types, bodies in chunks and refusals. */
#include "tests/unit/gateway/cmocka_all.h"

#include "gateway/http/chunks.h"
#include "gateway/http/cors.h"
#include "gateway/http/media.h"
#include "gateway/http/problem.h"

static struct buffer s_out;

static const char *s_written(void)
{
    buffer_append_char(&s_out, 0);
    assert_false(s_out.overflow);
    return s_out.data;
}

static int s_fini(void **state)
{
    (void)state;
    buffer_fini(&s_out);
    return 0;
}

/* ---- CORS ----------------------------------------------------------------------------------- */

static const char *s_cors(const char *list, const char *origin)
{
    struct cors cors;
    assert_true(cors_init(&cors, list));
    buffer_clear(&s_out);
    cors_write(&cors, slice_of(origin), &s_out);
    return s_written();
}

#define ALLOWED(origin)                                                                     \
    "access-control-allow-origin: " origin "\r\naccess-control-allow-credentials: true\r\n" \
    "access-control-expose-headers: retry-after, x-request-id\r\n"
#define GRANTED(origin) "vary: Origin\r\n" ALLOWED(origin)
#define PREFLIGHT(origin)                                                                      \
    "vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers\r\n" ALLOWED( \
        origin)

static void an_allowed_origin_is_echoed(void **state)
{
    (void)state;
    assert_string_equal(s_cors("*", "http://a.example:3000"), GRANTED("http://a.example:3000"));
    assert_string_equal(s_cors("*", "null"), GRANTED("null"));
    const char *list = "https://a.example, http://localhost:5173";
    assert_string_equal(s_cors(list, "http://localhost:5173"), GRANTED("http://localhost:5173"));
    assert_string_equal(s_cors(list, "https://a.example"), GRANTED("https://a.example"));
}

static void another_origin_gets_nothing(void **state)
{
    (void)state;
    const char *list = "https://a.example";
    assert_string_equal(s_cors(list, "https://a.example.evil"), "vary: Origin\r\n");
    assert_string_equal(s_cors(list, "http://a.example"), "vary: Origin\r\n");
    assert_string_equal(s_cors(list, ""), "vary: Origin\r\n");
    assert_string_equal(s_cors("", "http://a"), "vary: Origin\r\n");
    assert_string_equal(s_cors("*", ""), "vary: Origin\r\n");
    assert_string_equal(s_cors("*", "http://a\r\nset-cookie: x"), "vary: Origin\r\n");
}

static void a_star_stands_for_subdomains(void **state)
{
    (void)state;
    static const struct {
        const char *list, *origin;
        bool allowed;
    } cases[] = {
        {"https://*.a.example", "https://b.a.example", true},
        {"https://*.a.example", "https://c.b.a.example", true},
        {"https://x.example, https://*.a.example", "https://b.a.example", true},
        {"https://*.a.example:8443", "https://b.a.example:8443", true},
        {"https://*.a.example", "https://a.example", false},
        {"https://*.a.example", "https://.a.example", false},
        {"https://*.a.example", "https://evila.example", false},
        {"https://*.a.example", "http://b.a.example", false},
        {"https://*.a.example", "https://b.a.example:8443", false},
        {"https://*.a.example", "https://b.a.example.evil", false},
        {"https://*.a.example", "https://evil/.a.example", false},
        {"https://*.a.example", "https://evil#.a.example", false},
        {"https://*.a.example", "https://evil:80/.a.example", false},
        {"https://*.a.example", "https://*.a.example", false},
        {"https://*.a.example", "null", false},
        {"https://*.a.example:8443", "https://b.a.example", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cors cors;
        assert_true(cors_init(&cors, cases[i].list));
        if (cors_allows(&cors, slice_of(cases[i].origin)) != cases[i].allowed)
            fail_msg("%s by %s", cases[i].origin, cases[i].list);
    }
}

static void a_preflight_grants_what_was_asked_for(void **state)
{
    (void)state;
    struct cors cors;
    assert_true(cors_init(&cors, "*"));
    buffer_clear(&s_out);
    cors_write_preflight(&cors, slice_of("http://a"), slice_of("PATCH"),
                         slice_of("authorization,content-type, X-Request-Id"), &s_out);
    assert_string_equal(s_written(),
                        PREFLIGHT("http://a") "access-control-allow-methods: PATCH\r\n"
                                              "access-control-allow-headers: "
                                              "authorization,content-type, X-Request-Id\r\n"
                                              "access-control-max-age: 3600\r\n");
    buffer_clear(&s_out);
    cors_write_preflight(&cors, slice_of("http://a"), slice_of("GET\r\nx: y"), slice_of(""),
                         &s_out);
    assert_string_equal(s_written(), PREFLIGHT("http://a") "access-control-max-age: 3600\r\n");
}

static void a_list_that_could_never_match_is_refused(void **state)
{
    (void)state;
    struct cors cors;
    assert_false(cors_init(&cors, "a.example"));
    assert_false(cors_init(&cors, "https://a.example/"));
    assert_false(cors_init(&cors, "https://a.example,https://"));
    assert_false(cors_init(&cors, "://a"));
    char many[CORS_ORIGINS_MAX * 12 + 13] = "";
    for (int i = 0; i <= CORS_ORIGINS_MAX; i++)
        strcat(many, "http://a,");
    assert_false(cors_init(&cors, many));
}

/* ---- media types ---------------------------------------------------------------------------- */

static void content_types_are_told_apart(void **state)
{
    (void)state;
    assert_true(media_is(slice_of("application/json"), "application/json"));
    assert_true(media_is(slice_of(" Application/JSON ; charset=utf-8"), "application/json"));
    assert_false(media_is(slice_of("application/json5"), "application/json"));
    assert_false(media_is(slice_of("text/plain"), "application/json"));
    assert_false(media_is(slice_of(""), "application/json"));
}

static void problem_documents_are_for_who_asks(void **state)
{
    (void)state;
    static const struct {
        const char *accept;
        bool problem;
    } cases[] = {
        {"", false},
        {"*/*", false},
        {"application/*", false},
        {"application/json, text/plain, */*", false},
        {"application/problem+json", true},
        {"text/html, Application/Problem+JSON;q=0.1", true},
        {"application/problem+json;q=0", false},
        {"application/problem+json;q=0.000", false},
        {"application/problem+json;q=x", false},
        {"application/problem+json;q=2", false},
        {"application/json, application/problem+json", true},
        {"application/json, application/problem+json;q=0.5", false},
        {"application/json;q=0.4 , application/problem+json; q=0.5", true},
        {"application/problem+json;charset=utf-8;q=0.7,application/json;q=0.71", false},
        {",,;;,", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(media_prefers_problem(slice_of(cases[i].accept)), cases[i].problem);
}

/* ---- refusals ------------------------------------------------------------------------------- */

static void s_refused(enum refusal refusal, const char *detail, bool document, int status,
                      const char *content_type, int retry_after_s, const char *body)
{
    buffer_clear(&s_out);
    struct problem problem =
        problem_write(refusal_row(refusal), slice_of(detail), document, 0, &s_out);
    assert_int_equal(problem.status, status);
    assert_string_equal(problem.content_type, content_type);
    assert_int_equal(problem.retry_after_s, retry_after_s);
    assert_string_equal(s_written(), body);
}

static void a_refusal_has_three_faces(void **state)
{
    (void)state;
    const char *json = "application/json", *document = "application/problem+json";
    s_refused(REFUSED_ROOM_NOT_FOUND, "", false, 400, json, 0, "{\"error\":\"Room not found\"}");
    s_refused(REFUSED_ROOM_FULL, "", false, 200, "text/plain;charset=utf-8", 0, "Room is full");
    s_refused(REFUSED_BAD_REQUEST, "x: \"y\"\n", false, 400, json, 0,
              "{\"error\":\"x: \\\"y\\\"\\n\"}");
    s_refused(REFUSED_OVERLOADED, "", false, 503, json, 1,
              "{\"error\":\"Server is busy, try again\"}");
    s_refused(REFUSED_TOO_MANY_SUBMISSIONS, "", false, 400, json, 0,
              "{\"error\":\"Too many submissions. Please slow down.\"}");
    s_refused(REFUSED_TOO_MANY_SUBMISSIONS, "", true, 429, document, 1,
              "{\"type\":\"urn:codecomp:problem:too-many-submissions\","
              "\"title\":\"Too many submissions. Please slow down.\",\"status\":429}");
    s_refused(REFUSED_ROOM_FULL, "", true, 409, document, 0,
              "{\"type\":\"urn:codecomp:problem:room-full\","
              "\"title\":\"Room is full\",\"status\":409}");
    s_refused(REFUSED_BAD_REQUEST, "roomId: missing", true, 400, document, 0,
              "{\"type\":\"urn:codecomp:problem:bad-request\",\"title\":\"Bad request\","
              "\"status\":400,\"detail\":\"roomId: missing\"}");
}

/* ---- chunks --------------------------------------------------------------------------------- */

/* The text, cut into pieces of that size; the body is in s_out. */
static enum chunks_found s_read_chunks(const char *text, size_t piece)
{
    struct chunks chunks = {0};
    enum chunks_found found = CHUNKS_MORE;
    size_t length = strlen(text);
    buffer_fini(&s_out);
    buffer_init(&s_out, 20);
    for (size_t at = 0; at < length && found == CHUNKS_MORE; at += piece)
        found = chunks_read(
            &chunks, slice_from(text + at, length - at < piece ? length - at : piece), &s_out);
    struct slice body = buffer_slice(&s_out);
    if (body.length > 20)
        fail_msg("%zu bytes", body.length);
    return found;
}

static void bodies_in_chunks_are_joined(void **state)
{
    (void)state;
    char line[CHUNKS_LINE_MAX_BYTES + 40];
    snprintf(line, sizeof line, "1;%0*d\r\na\r\n0\r\n\r\n", CHUNKS_LINE_MAX_BYTES, 0);
    const struct {
        const char *text;
        enum chunks_found found;
        const char *body;
    } cases[] = {
        {"0\r\n\r\n", CHUNKS_END, ""},
        {"3\r\nabc\r\n0\r\n\r\n", CHUNKS_END, "abc"},
        {"3\r\na\r\n\r\n00002\r\n12\r\n0\r\n\r\n", CHUNKS_END, "a\r\n12"},
        {"a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n", CHUNKS_END, "01234567890123456789"},
        {"3;a=b;c=\"d\"\r\nabc\r\n0 ;x\r\nTrailer: x\r\nOther: y\r\n\r\n", CHUNKS_END, "abc"},
        {"3\r\nabc\r\n0\r\n\r\nGET / HTTP/1.1\r\n", CHUNKS_END, "abc"},
        {"3\r\nabc\r\n0\r\n", CHUNKS_MORE, "abc"},
        {"3\r\nab", CHUNKS_MORE, "ab"},
        {"15\r\n012345678901234567890\r\n0\r\n\r\n", CHUNKS_FULL, ""},
        {"ffffffff\r\n", CHUNKS_FULL, ""},
        {"000000003\r\nabc", CHUNKS_BAD, ""},
        {"3\nabc\n0\n\n", CHUNKS_BAD, ""},
        {"3\r\nabcd\r\n", CHUNKS_BAD, "abc"},
        {"3\r\nabc\n0\r\n\r\n", CHUNKS_BAD, "abc"},
        {"-3\r\nabc\r\n", CHUNKS_BAD, ""},
        {"+3\r\nabc\r\n", CHUNKS_BAD, ""},
        {"0x3\r\nabc\r\n", CHUNKS_BAD, ""},
        {"\r\n", CHUNKS_BAD, ""},
        {"3 x\r\r\n", CHUNKS_BAD, ""},
        {"0\r\nx\n\r\n", CHUNKS_BAD, ""},
        {"0\r\n\rx", CHUNKS_BAD, ""},
        {line, CHUNKS_BAD, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t piece = 1; piece <= 7; piece += 3) {
            enum chunks_found found = s_read_chunks(cases[i].text, piece);
            if (found != cases[i].found || !slice_is(buffer_slice(&s_out), cases[i].body))
                fail_msg("%s: %d, %.*s", cases[i].text, found, (int)s_out.length, s_out.data);
        }
    buffer_fini(&s_out);
    buffer_init(&s_out, 4096);
}

int main(void)
{
    buffer_init(&s_out, 4096);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_allowed_origin_is_echoed),
        cmocka_unit_test(another_origin_gets_nothing),
        cmocka_unit_test(a_star_stands_for_subdomains),
        cmocka_unit_test(a_preflight_grants_what_was_asked_for),
        cmocka_unit_test(a_list_that_could_never_match_is_refused),
        cmocka_unit_test(content_types_are_told_apart),
        cmocka_unit_test(problem_documents_are_for_who_asks),
        cmocka_unit_test(a_refusal_has_three_faces),
        cmocka_unit_test(bodies_in_chunks_are_joined),
    };
    return cmocka_run_group_tests(tests, NULL, s_fini);
}
