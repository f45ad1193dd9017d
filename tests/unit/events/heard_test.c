/* What may be passed on, and what may not. */
#include "actors/fanout/heard.h"
#include "proto/json.h"
#include "proto/prng.h"
#include "tests/unit/gateway/cmocka_all.h"

#define LISTS "\"leaderboard\":[],\"myProblems\":[],\"opponentProblems\":[]"
#define STATE                                                                                    \
    "{\"roomId\":7,\"status\":\"ACTIVE\",\"startTime\":1,\"duration\":2,\"currentUserId\":null," \
    "\"opponentUserId\":null," LISTS

static void channels_are_names_with_a_number(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int64_t id;
    } cases[] = {
        {"room:1", 1},   {"room:9007199254740991", ID_MAX},
        {"room:0", 0},   {"room:9007199254740992", -1},
        {"room:", -1},   {"room:99999999999999999999", -1},
        {"room:01", -1}, {"room:1 ", -1},
        {"room:-1", -1}, {"room:1a", -1},
        {"rooms:1", -1}, {"room", -1},
        {"", -1},        {"user:1", -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(heard_id(slice_of(cases[i].name), "room:"), cases[i].id);
    assert_int_equal(heard_id(slice_from("room:1\0", 7), "room:"), -1);
}

/* As we write it ourselves. */
static void our_own_states_pass(void **state)
{
    (void)state;
    struct rec_leaderboard_row rows[2] = {{1, 2, 3, I64_NONE, 1}, {2, 2, 3, 5, 1}};
    struct rec_participant_problem problem = {1, 2, 7, 4, 5, 6, true, I64_NONE, 1};
    struct rec_room_state room = {.room_id = 7,
                                  .start_ms = I64_NONE,
                                  .end_ms = 5,
                                  .current_user_id = I64_NONE,
                                  .opponent_user_id = I64_NONE,
                                  .leaderboard = {2, rows},
                                  .my_problems = {1, &problem},
                                  .version = 12};
    struct buffer json;
    int64_t version = 0;
    buffer_init(&json, 100000);
    json_record(&record_room_state, &room, &json);
    assert_true(heard_room(buffer_slice(&json), 7, &version));
    assert_int_equal(version, 12);
    assert_false(heard_room(buffer_slice(&json), 8, &version));
    for (size_t length = 0; length < json.length; length++) /* cut anywhere it is none */
        assert_false(heard_room(slice_from(json.data, length), 7, &version));
    buffer_fini(&json);
}

static void states_of_others_pass_by_their_shape(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        bool good;
        int64_t version;
    } cases[] = {
        {STATE "}", true, I64_NONE}, /* the earlier backend's */
        {STATE ",\"version\":0}", true, 0},
        {" " STATE ", \"version\" : 5, \"new\":{\"a\":[1]} } ", true, 5},
        {STATE ",\"version\":-1}", false, 0},
        {STATE ",\"version\":1.5}", false, 0},
        {STATE ",\"version\":\"5\"}", false, 0},
        {STATE ",\"version\":null}", false, 0},
        {STATE ",\"version\":99999999999999999999}", false, 0},
        {STATE ",\"version\":1,\"version\":2}", false, 0}, /* which of the two? */
        {STATE ",\"settling\":1}", false, 0},
        {STATE "}x", false, 0},
        {STATE, false, 0},
        {"[" STATE "}]", false, 0},
        {"{}", false, 0},
        {"null", false, 0},
        {"", false, 0},
        {"{\"roomId\":\"7\",\"status\":\"ACTIVE\",\"duration\":2," LISTS "}", false, 0},
        {"{\"roomId\":8,\"status\":\"ACTIVE\",\"duration\":2," LISTS "}", false, 0},
        {"{\"roomId\":7,\"status\":\"RUNNING\",\"duration\":2," LISTS "}", false, 0},
        {"{\"roomId\":7,\"status\":\"ACTIVE\"," LISTS "}", false, 0},
        {"{\"roomId\":7,\"status\":\"ACTIVE\",\"duration\":2," LISTS "}", true, I64_NONE},
        {"{\"roomId\":7,\"status\":\"ACTIVE\",\"duration\":2}", false, 0},
        {STATE ",\"x\":\"\xff\"}", false, 0},     /* not UTF-8 */
        {STATE ",\"x\":\"\xc0\x80\"}", false, 0}, /* overlong */
        {STATE ",\"x\":\"\\u0000\"}", false, 0},
        {"\xef\xbb\xbf" STATE "}", false, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t version = 0;
        if (heard_room(slice_of(cases[i].json), 7, &version) != cases[i].good)
            fail_msg("%s", cases[i].json);
        if (cases[i].good)
            assert_int_equal(version, cases[i].version);
    }
}

static void rows_are_looked_at_too(void **state)
{
    (void)state;
    static const struct {
        const char *rows;
        bool good;
    } cases[] = {
        {"{\"userId\":1,\"solved\":0,\"penalty\":0,\"lastSolvedTime\":null,\"rank\":1}", true},
        {"{\"userId\":1,\"solved\":0,\"penalty\":0,\"lastSolvedTime\":9223372036854775807,"
         "\"rank\":1}",
         true}, /* the earlier backend's "never" */
        {"{\"userId\":1,\"solved\":0,\"penalty\":0,\"rank\":\"1\"}", false},
        {"{\"userId\":1}", false},
        {"1", false},
        {"null", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char json[600];
        int64_t version;
        snprintf(json, sizeof json,
                 "{\"roomId\":7,\"status\":\"ACTIVE\",\"duration\":2,\"leaderboard\":[%s],"
                 "\"myProblems\":[],\"opponentProblems\":[]}",
                 cases[i].rows);
        assert_int_equal(heard_room(slice_of(json), 7, &version), cases[i].good);
    }
}

static void verdicts_pass_by_their_user(void **state)
{
    (void)state;
    struct rec_submission submission = {.id = 5,
                                        .user_id = 9,
                                        .judged_ms = 77,
                                        .failed_test = I64_NONE,
                                        .time_ms = I64_NONE,
                                        .memory_kb = I64_NONE,
                                        .compile_output = slice_of("a\nb")};
    struct buffer json;
    int64_t id, judged_ms;
    buffer_init(&json, 100000);
    json_record(&record_submission, &submission, &json);
    assert_true(heard_verdict(buffer_slice(&json), 9, &id, &judged_ms));
    assert_int_equal(id, 5);
    assert_int_equal(judged_ms, 77);
    assert_false(heard_verdict(buffer_slice(&json), 8, &id, &judged_ms));
    assert_false(heard_verdict(slice_of("{\"userId\":9}"), 9, &id, &judged_ms));
    submission.status = VERDICT_JUDGING; /* how far it is comes before the verdict */
    submission.judged_ms = I64_NONE;
    submission.tests_run = 3;
    buffer_clear(&json);
    json_record(&record_submission, &submission, &json);
    assert_true(heard_verdict(buffer_slice(&json), 9, &id, &judged_ms));
    assert_int_equal(id, 5);
    assert_int_equal(judged_ms, 3);
    buffer_fini(&json);
}

/* A run is told apart from a submission of the same number. */
static void runs_pass_by_their_user(void **state)
{
    (void)state;
    struct rec_run_test tests[SAMPLES_MAX];
    static char text[RUN_TEXTS_MAX_BYTES], compiled[COMPILE_OUTPUT_MAX_BYTES];
    size_t share = RUN_TEXTS_MAX_BYTES / SAMPLES_MAX;
    memset(text, '"', sizeof text); /* which grows in JSON, as newlines do */
    memset(compiled, '\n', sizeof compiled);
    for (uint32_t i = 0; i < SAMPLES_MAX; i++)
        tests[i] = (struct rec_run_test){.test = i + 1,
                                         .verdict = VERDICT_MEMORY_LIMIT_EXCEEDED,
                                         .time_ms = 60000,
                                         .memory_kb = 8388608,
                                         .exit_code = 255,
                                         .signal = I64_NONE,
                                         .output = slice_from(text, share),
                                         .expected = slice_of(""),
                                         .errors = slice_of("")};
    struct rec_run run = {.id = 5,
                          .user_id = 9,
                          .room_id = ID_MAX,
                          .status = VERDICT_MEMORY_LIMIT_EXCEEDED,
                          .judged_ms = 77,
                          .time_ms = I64_NONE,
                          .memory_kb = I64_NONE,
                          .compile_output = slice_from(compiled, sizeof compiled),
                          .tests = {SAMPLES_MAX, tests}};
    struct buffer json;
    int64_t key, far;
    buffer_init(&json, 1000000);
    json_record(&record_run, &run, &json);
    assert_true(heard_verdict(buffer_slice(&json), 9, &key, &far)); /* the longest there is */
    assert_int_equal(key, -5);
    assert_int_equal(far, 77);
    assert_false(heard_verdict(buffer_slice(&json), 8, &key, &far));
    buffer_fini(&json);
}

static void long_and_deep_ones_are_refused(void **state)
{
    (void)state;
    enum { SIZE = HEARD_MAX_BYTES + 100 };
    static char json[SIZE];
    int64_t version;
    size_t length = strlen(STATE);
    memcpy(json, STATE, length);
    memset(json + length, ' ', SIZE - length);
    json[HEARD_MAX_BYTES - 1] = '}';
    assert_true(heard_room(slice_from(json, HEARD_MAX_BYTES), 7, &version));
    json[HEARD_MAX_BYTES - 1] = ' ';
    json[HEARD_MAX_BYTES] = '}';
    assert_false(heard_room(slice_from(json, HEARD_MAX_BYTES + 1), 7, &version));
    memset(json, '[', HEARD_MAX_BYTES);
    assert_false(heard_room(slice_from(json, HEARD_MAX_BYTES), 7, &version));
}

/* Damaged in one byte it is another state, or none; never a fault. */
static void damage_is_got_over(void **state)
{
    (void)state;
    char json[] = STATE ",\"version\":5}";
    struct prng chance = {3};
    for (int round = 0; round < 20000; round++) {
        size_t at = prng_next(&chance) % (sizeof json - 1);
        char before = json[at];
        int64_t version;
        json[at] = (char)prng_next(&chance);
        heard_room(slice_from(json, sizeof json - 1), 7, &version);
        json[at] = before;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(channels_are_names_with_a_number),
        cmocka_unit_test(our_own_states_pass),
        cmocka_unit_test(states_of_others_pass_by_their_shape),
        cmocka_unit_test(rows_are_looked_at_too),
        cmocka_unit_test(verdicts_pass_by_their_user),
        cmocka_unit_test(runs_pass_by_their_user),
        cmocka_unit_test(long_and_deep_ones_are_refused),
        cmocka_unit_test(damage_is_got_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
