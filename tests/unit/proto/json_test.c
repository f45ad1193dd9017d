/* What the browser reads: the contract's shapes letter by letter, and every record of the table
 * read back by jansson, an independent reader. */
#include "unit.h"

#include <jansson.h>
#include <math.h>

#include "proto/json.h"
#include "sample.h"

static void s_expect_json(const struct record *record, const void *value, const char *expected)
{
    struct buffer out;
    buffer_init(&out, 1 << 20);
    json_record(record, value, &out);
    assert_false(out.overflow);
    assert_text(buffer_slice(&out), expected);
    buffer_fini(&out);
}

/* ---- the contract's shapes ------------------------------------------------------------------ */

static void s_test_room(void **state)
{
    (void)state;
    struct rec_room room = {.id = 7,
                            .host_user_id = 9007199254740991,
                            .password = slice_of("p\"w"),
                            .status = ROOM_WAITING,
                            .start_ms = I64_NONE,
                            .end_ms = I64_NONE,
                            .duration_ms = 600000,
                            .visibility = VISIBILITY_OPEN,
                            .problem_count = 3,
                            .difficulty = DIFFICULTY_MIXED};
    s_expect_json(&record_room, &room,
                  "{\"id\":7,\"hostUserId\":9007199254740991,\"password\":\"p\\\"w\","
                  "\"status\":\"WAITING\",\"startTime\":null,\"endTime\":null,\"duration\":600000,"
                  "\"visibility\":\"open\",\"problemCount\":3,\"difficulty\":\"mixed\"}");
}

static void s_test_room_state(void **state)
{
    (void)state;
    struct rec_leaderboard_row rows[] = {{1, 1, 1325, 1700000125000, 1}, {2, 0, 0, I64_NONE, 2}};
    struct rec_participant_problem mine[] = {{10, 1, 7, 5, 2, 2, true, 1700000125000, 0}};
    struct rec_participant_problem theirs[] = {{11, 2, 7, 5, 1, 1, false, I64_NONE, 1}};
    struct rec_room_state room = {.room_id = 7,
                                  .status = ROOM_ACTIVE,
                                  .start_ms = 1700000000000,
                                  .duration_ms = 600000,
                                  .current_user_id = 1,
                                  .opponent_user_id = 2,
                                  .leaderboard = {2, rows},
                                  .my_problems = {1, mine},
                                  .opponent_problems = {1, theirs},
                                  .end_ms = 1700000600000,
                                  .server_ms = 1700000126000,
                                  .version = 12,
                                  .settling = false};
    s_expect_json(
        &record_room_state, &room,
        "{\"roomId\":7,\"status\":\"ACTIVE\",\"startTime\":1700000000000,\"duration\":600000,"
        "\"currentUserId\":1,\"opponentUserId\":2,\"leaderboard\":["
        "{\"userId\":1,\"solved\":1,\"penalty\":1325,\"lastSolvedTime\":1700000125000,\"rank\":1},"
        "{\"userId\":2,\"solved\":0,\"penalty\":0,\"lastSolvedTime\":null,\"rank\":2}],"
        "\"myProblems\":[{\"id\":10,\"userId\":1,\"roomId\":7,\"problemId\":5,\"attempts\":2,"
        "\"penalty\":2,\"solved\":true,\"solvedAt\":1700000125000,\"judging\":0}],"
        "\"opponentProblems\":[{\"id\":11,\"userId\":2,\"roomId\":7,\"problemId\":5,"
        "\"attempts\":1,\"penalty\":1,\"solved\":false,\"solvedAt\":null,\"judging\":1}],"
        "\"endTime\":1700000600000,\"serverTime\":1700000126000,\"version\":12,"
        "\"settling\":false}");
}

static void s_test_empty_room_state(void **state)
{
    (void)state;
    struct rec_room_state room = {.room_id = 7,
                                  .start_ms = I64_NONE,
                                  .current_user_id = I64_NONE,
                                  .opponent_user_id = I64_NONE,
                                  .end_ms = I64_NONE};
    s_expect_json(&record_room_state, &room,
                  "{\"roomId\":7,\"status\":\"WAITING\",\"startTime\":null,\"duration\":0,"
                  "\"currentUserId\":null,\"opponentUserId\":null,\"leaderboard\":[],"
                  "\"myProblems\":[],\"opponentProblems\":[],\"endTime\":null,\"serverTime\":0,"
                  "\"version\":0,\"settling\":false}");
}

static void s_test_leaderboard(void **state)
{
    (void)state;
    struct rec_leaderboard_row rows[] = {{5, 2, 600, 99, 1}, {-6, 2, 600, I64_NONE, 1}};
    struct buffer out;
    buffer_init(&out, 4096);
    json_list(&record_leaderboard_row, rows, 2, &out);
    assert_text(buffer_slice(&out),
                "[{\"userId\":5,\"solved\":2,\"penalty\":600,\"lastSolvedTime\":99,\"rank\":1},"
                "{\"userId\":-6,\"solved\":2,\"penalty\":600,\"lastSolvedTime\":null,"
                "\"rank\":1}]");
    buffer_clear(&out);
    json_list(&record_leaderboard_row, NULL, 0, &out);
    assert_text(buffer_slice(&out), "[]");
    buffer_fini(&out);
}

static void s_test_stats(void **state)
{
    (void)state;
    static const struct {
        double rate;          /* as computed */
        const char *expected; /* as written */
    } rows[] = {{0, "0"},
                {62.5, "62.5"},
                {100, "100"},
                {100.0 / 3, "33.3333333333333"},
                {200.0 / 3, "66.6666666666667"},
                {NAN, "null"},
                {INFINITY, "null"},
                {-INFINITY, "null"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct rec_stats stats = {8, 5, 2, 1, 14, rows[i].rate};
        char expected[256];
        snprintf(expected, sizeof expected,
                 "{\"totalContests\":8,\"wins\":5,\"losses\":2,\"draws\":1,\"totalSolved\":14,"
                 "\"winRate\":%s}",
                 rows[i].expected);
        s_expect_json(&record_stats, &stats, expected);
    }
}

static void s_test_history(void **state)
{
    (void)state;
    struct rec_history history = {3, 1, 7, 2, 725, RESULT_LOSS, 1700000600000};
    s_expect_json(&record_history, &history,
                  "{\"id\":3,\"userId\":1,\"roomId\":7,\"solved\":2,\"penalty\":725,"
                  "\"result\":\"LOSS\",\"timestamp\":1700000600000}");
    struct msg_room_result ended = {I64_NONE, RESULT_DRAW};
    s_expect_json(&message_room_result, &ended, "{\"winnerUserId\":null,\"result\":\"DRAW\"}");
}

static void s_test_submission(void **state)
{
    (void)state;
    struct rec_submission submission = {.id = 4,
                                        .user_id = 1,
                                        .room_id = 7,
                                        .problem_id = 5,
                                        .language_id = 54,
                                        .status = VERDICT_COMPILATION_ERROR,
                                        .created_ms = 100,
                                        .judged_ms = 200,
                                        .tests_total = 12,
                                        .failed_test = I64_NONE,
                                        .time_ms = I64_NONE,
                                        .memory_kb = I64_NONE,
                                        .compile_output = slice_of("a.c:1: \"x\"\n\tü")};
    s_expect_json(&record_submission, &submission,
                  "{\"id\":4,\"userId\":1,\"roomId\":7,\"problemId\":5,\"languageId\":54,"
                  "\"status\":\"Compilation Error\",\"createdAt\":100,\"judgedAt\":200,"
                  "\"testsRun\":0,\"testsTotal\":12,\"failedTest\":null,\"timeMs\":null,"
                  "\"memoryKb\":null,\"compileOutput\":\"a.c:1: \\\"x\\\"\\n\\tü\"}");
    struct msg_submitted submitted = {VERDICT_PENDING, 4};
    s_expect_json(&message_submitted, &submitted, "{\"status\":\"PENDING\",\"submissionId\":4}");
}

static void s_test_values(void **state)
{
    (void)state;
    struct value values[] = {{.type = VALUE_NULL},
                             {.type = VALUE_I64, .i64 = INT64_MIN},
                             {.type = VALUE_TEXT, .text = slice_of("a\\b")},
                             {.type = VALUE_BLOB, .text = slice_from("\x00\xff\x1a", 3)}};
    struct rec_store_op op = {9, {4, values}};
    s_expect_json(&record_store_op, &op,
                  "{\"statement\":9,\"params\":[null,-9223372036854775808,\"a\\\\b\","
                  "\"00ff1a\"]}");
}

/* ---- texts ----------------------------------------------------------------------------------- */

/* Every control character, quote and backslash is escaped; everything else stays as it is. */
static void s_test_escapes(void **state)
{
    (void)state;
    struct buffer out;
    buffer_init(&out, 64);
    for (int c = 0; c < 128; c++) {
        char text[3] = {'<', (char)c, '>'}, expected[16];
        const char *escape = c == '"'    ? "\\\""
                             : c == '\\' ? "\\\\"
                             : c == '\n' ? "\\n"
                             : c == '\t' ? "\\t"
                             : c == '\r' ? "\\r"
                                         : NULL;
        if (escape)
            snprintf(expected, sizeof expected, "\"<%s>\"", escape);
        else if (c < 0x20 || c == 0x7f)
            snprintf(expected, sizeof expected, "\"<\\u%04x>\"", (unsigned)c);
        else
            snprintf(expected, sizeof expected, "\"<%c>\"", c);
        buffer_clear(&out);
        json_text(slice_from(text, 3), &out);
        assert_text(buffer_slice(&out), expected);
    }
    buffer_clear(&out);
    json_text((struct slice){NULL, 0}, &out);
    assert_text(buffer_slice(&out), "\"\"");
    buffer_clear(&out);
    json_text(slice_of("\"é\xf0\x9f\x98\x80\""), &out);
    assert_text(buffer_slice(&out), "\"\\\"é\xf0\x9f\x98\x80\\\"\"");
    buffer_fini(&out);
}

/* ---- every record, read back ----------------------------------------------------------------- */

static void s_expect_text(const json_t *got, struct slice text)
{
    assert_true(json_is_string(got));
    assert_true(slice_equal(slice_from(json_string_value(got), json_string_length(got)), text));
}

static void s_expect_number(const json_t *got, int64_t number)
{
    assert_true(json_is_integer(got));
    assert_true(json_integer_value(got) == number);
}

static void s_expect_value(const json_t *got, const struct value *value)
{
    if (value->type == VALUE_NULL)
        assert_true(json_is_null(got));
    else if (value->type == VALUE_I64)
        s_expect_number(got, value->i64);
    else if (value->type == VALUE_TEXT)
        s_expect_text(got, value->text);
    else
        assert_int_equal(json_string_length(got), 2 * value->text.length);
}

static void s_expect_object(json_t *got, const struct record *record, const void *value);

static void s_expect_array(json_t *got, const struct field *field, const struct any_list *list)
{
    assert_true(json_is_array(got));
    assert_int_equal(json_array_size(got), list->count);
    for (uint32_t i = 0; i < list->count; i++) {
        json_t *item = json_array_get(got, i);
        if (field->type == FIELD_LIST)
            s_expect_object(item, field->record,
                            (const char *)list->items + (size_t)i * field->record->size);
        else if (field->type == FIELD_I64S)
            s_expect_number(item, ((const int64_t *)list->items)[i]);
        else
            s_expect_value(item, (const struct value *)list->items + i);
    }
}

static void s_expect_field(json_t *got, const struct field *field, const void *at)
{
    if (field->type == FIELD_OPT && *(const int64_t *)at == I64_NONE)
        assert_true(json_is_null(got));
    else if (field->type == FIELD_I64 || field->type == FIELD_OPT)
        s_expect_number(got, *(const int64_t *)at);
    else if (field->type == FIELD_FLAG)
        assert_true(*(const bool *)at ? json_is_true(got) : json_is_false(got));
    else if (field->type == FIELD_F64) {
        double ratio = *(const double *)at;
        assert_true(json_is_number(got));
        assert_true(fabs(json_number_value(got) - ratio) <= fabs(ratio) * 1e-14);
    } else if (field->type == FIELD_WORD)
        s_expect_text(got, slice_of(word_text(field->words, *(const uint8_t *)at)));
    else if (field->type == FIELD_STR)
        s_expect_text(got, *(const struct slice *)at);
    else if (field->type == FIELD_BIN)
        assert_int_equal(json_string_length(got), 2 * ((const struct slice *)at)->length);
    else if (field->type == FIELD_REC)
        s_expect_object(got, field->record, at);
    else
        s_expect_array(got, field, at);
}

static void s_expect_object(json_t *got, const struct record *record, const void *value)
{
    const struct field *fields = record->fields();
    const char *key;
    json_t *item;
    uint16_t i = 0;
    assert_true(json_is_object(got));
    json_object_foreach(got, key, item)
    { /* in the order in which they were written */
        assert_true(i < record->field_count);
        assert_string_equal(key, fields[i].key);
        s_expect_field(item, &fields[i], (const char *)value + fields[i].offset);
        i++;
    }
    assert_int_equal(i, record->field_count);
}

static void s_test_read_back(void **state)
{
    (void)state;
    static union any_message value;
    struct arena arena = {0};
    struct buffer out;
    buffer_init(&out, 64 << 20);
    size_t count;
    const struct record *const *records = sample_records(&count);
    for (size_t i = 0; i < count; i++)
        for (uint64_t seed = 0; seed < 20; seed++) {
            struct sample sample = {{seed * 1000 + records[i]->id}, &arena, 20, 200};
            json_error_t error;
            arena_reset(&arena);
            buffer_clear(&out);
            sample_fill(&sample, records[i], &value);
            json_record(records[i], &value, &out);
            assert_false(out.overflow);
            json_t *got =
                json_loadb(out.data, out.length, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
            if (!got)
                fail_msg("%s: %s\n%.*s", records[i]->name, error.text, (int)out.length, out.data);
            s_expect_object(got, records[i], &value);
            json_decref(got);
        }
    buffer_fini(&out);
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(s_test_room),
        cmocka_unit_test(s_test_room_state),
        cmocka_unit_test(s_test_empty_room_state),
        cmocka_unit_test(s_test_leaderboard),
        cmocka_unit_test(s_test_stats),
        cmocka_unit_test(s_test_history),
        cmocka_unit_test(s_test_submission),
        cmocka_unit_test(s_test_values),
        cmocka_unit_test(s_test_escapes),
        cmocka_unit_test(s_test_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
