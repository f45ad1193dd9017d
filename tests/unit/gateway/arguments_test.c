/* Parameters from query, form and JSON, and what routes make of them. */
#include "tests/unit/gateway/cmocka_all.h"

#include "gateway/http/arguments.h"
#include "gateway/http/body.h"

static char s_text[4096]; /* a form is decoded in place */

static const struct params *s_form(const char *text)
{
    static struct params params;
    params.count = 0;
    snprintf(s_text, sizeof s_text, "%s", text);
    assert_true(params_add_form(&params, s_text, strlen(s_text)));
    return &params;
}

static void s_is(const struct params *params, const char *name, const char *value)
{
    const struct param *param = params_find(params, name);
    assert_non_null(param);
    assert_int_equal(param->kind, PARAM_TEXT);
    assert_true(slice_is(param->value, value));
}

static void a_form_is_decoded(void **state)
{
    (void)state;
    const struct params *params = s_form("a=1+2&b=%41%2b%26&&c=&d&%65=x%3Dy=z&=q");
    s_is(params, "a", "1 2");
    s_is(params, "b", "A+&");
    s_is(params, "c", "");
    s_is(params, "d", "");
    s_is(params, "e", "x=y=z");
    s_is(params, "", "q");
    assert_null(params_find(params, "f"));
    assert_int_equal(s_form("")->count, 0);
}

static void the_first_of_equal_names_wins(void **state)
{
    (void)state;
    s_is(s_form("a=1&a=2"), "a", "1");
}

static void faults_stay_with_their_parameter(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum param_kind kind;
    } cases[] = {
        {"a=%", PARAM_BAD_ESCAPE},      {"a=%4", PARAM_BAD_ESCAPE},
        {"a=%zz", PARAM_BAD_ESCAPE},    {"a=%00", PARAM_NUL},
        {"a=x%00y", PARAM_NUL},         {"a=%ff", PARAM_BAD_UTF8},
        {"a=%c0%80", PARAM_BAD_UTF8},   {"a=%ed%a0%80", PARAM_BAD_UTF8},
        {"a=%f0%9f%98%80", PARAM_TEXT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct params *params = s_form(cases[i].text);
        assert_non_null(params_find(params, "a"));
        assert_int_equal(params_find(params, "a")->kind, cases[i].kind);
    }
    assert_int_equal(s_form("%zz=1&b=2")->count, 1); /* nobody's name */
}

static void more_than_the_bound_is_refused_whole(void **state)
{
    (void)state;
    struct params params = {0};
    for (int i = 0; i < PARAMS_MAX; i++)
        assert_true(params_add_fragment(&params, slice_of("a=1")));
    assert_false(params_add_fragment(&params, slice_of("a=1")));
    char form[] = "b=2";
    assert_false(params_add_form(&params, form, 3));
}

static void a_fragment_is_taken_as_it_is(void **state)
{
    (void)state;
    struct params params = {0};
    assert_true(params_add_fragment(&params, slice_of("a=b=%41+")));
    assert_true(params_add_fragment(&params, slice_of("c")));
    assert_true(params_add_fragment(&params, slice_of("")));
    assert_int_equal(params.count, 2);
    s_is(&params, "a", "b=%41+");
    s_is(&params, "c", "");
}

/* ---- arguments ------------------------------------------------------------------------------ */

static const struct parameter_use s_uses[] = {
    {PARAMETER_room_id, true},        {PARAMETER_duration_ms, false}, {PARAMETER_difficulty, false},
    {PARAMETER_problem_count, false}, {PARAMETER_password, false},    {PARAMETER_limit, false},
};
#define USES (sizeof s_uses / sizeof *s_uses)

static void good_arguments_are_typed(void **state)
{
    (void)state;
    struct arguments arguments;
    struct complaint complaint;
    assert_true(arguments_read(
        &arguments, s_uses, USES,
        s_form("roomId=9007199254740991&duration=60000&difficulty=mixed&password=&x=%zz"),
        &complaint));
    assert_int_equal(arguments.room_id, ID_MAX);
    assert_int_equal(arguments.duration_ms, 60000);
    assert_int_equal(arguments.difficulty, DIFFICULTY_MIXED);
    assert_true(arguments_given(&arguments, PARAMETER_password));
    assert_int_equal(arguments.password.length, 0);
    assert_false(arguments_given(&arguments, PARAMETER_limit));
    assert_int_equal(arguments.limit, 0);
    assert_string_equal(complaint.text, "");
}

static void bad_arguments_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *text, *complaint;
    } cases[] = {
        {"", "roomId: missing"},
        {"roomid=1", "roomId: missing"},
        {"roomId=", "roomId: not a number"},
        {"roomId=abc", "roomId: not a number"},
        {"roomId=1x", "roomId: not a number"},
        {"roomId=-", "roomId: not a number"},
        {"roomId=+1", "roomId: not a number"},
        {"roomId=1.0", "roomId: not a number"},
        {"roomId=0", "roomId: not between 1 and 9007199254740991"},
        {"roomId=-1", "roomId: not between 1 and 9007199254740991"},
        {"roomId=9007199254740992", "roomId: not between 1 and 9007199254740991"},
        {"roomId=9223372036854775808", "roomId: not between 1 and 9007199254740991"},
        {"roomId=99999999999999999999999999", "roomId: not between 1 and 9007199254740991"},
        {"roomId=-99999999999999999999999999", "roomId: not between 1 and 9007199254740991"},
        {"roomId=%zz", "roomId: malformed percent-encoding"},
        {"roomId=1%00", "roomId: contains a NUL character"},
        {"roomId=%ff", "roomId: not valid UTF-8"},
        {"roomId=1&duration=59999", "duration: not between 60000 and 18000000"},
        {"roomId=1&duration=18000001", "duration: not between 60000 and 18000000"},
        {"roomId=1&problemCount=9", "problemCount: not between 1 and 8"},
        {"roomId=1&problemCount=0", "problemCount: not between 1 and 8"},
        {"roomId=1&limit=501", "limit: not between 1 and 500"},
        {"roomId=1&difficulty=HARD", "difficulty: not one of easy, medium, hard, mixed"},
        {"roomId=1&difficulty=", "difficulty: not one of easy, medium, hard, mixed"},
        {"roomId=1&password=0123456789012345678901234567890123456789012345678901234567890123x",
         "password: longer than 64 bytes"},
        {"roomId=1&password=%c3", "password: not valid UTF-8"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arguments arguments;
        struct complaint complaint;
        assert_false(arguments_read(&arguments, s_uses, USES, s_form(cases[i].text), &complaint));
        assert_string_equal(complaint.text, cases[i].complaint);
    }
}

/* ---- JSON ----------------------------------------------------------------------------------- */

static const struct parameter_use s_submit[] = {
    {PARAMETER_room_id, true},
    {PARAMETER_problem_id, true},
    {PARAMETER_code, true},
    {PARAMETER_language_id, true},
};

/* The complaint about that body; "" when there is none, then `arguments` are read. */
static const char *s_submitted(const char *text, size_t length, struct arguments *arguments,
                               json_t **document)
{
    static struct complaint complaint;
    struct params params = {0};
    complaint.text[0] = 0;
    if (body_read(slice_from(text, length), &params, document, &complaint))
        arguments_read(arguments, s_submit, 4, &params, &complaint);
    return complaint.text;
}

static void a_json_body_is_read(void **state)
{
    (void)state;
    struct arguments arguments;
    json_t *document;
    const char *text =
        "{\"roomId\":7,\"problemId\":\"8\",\"code\":\"a\\n\\u00e9\",\"languageId\":54,"
        "\"userId\":true,\"x\":null}";
    assert_string_equal(s_submitted(text, strlen(text), &arguments, &document), "");
    assert_int_equal(arguments.room_id, 7);
    assert_int_equal(arguments.problem_id, 8); /* what a form field yields is a string */
    assert_int_equal(arguments.language_id, 54);
    assert_true(slice_is(arguments.code, "a\n\xc3\xa9"));
    json_decref(document);
}

static void bad_json_is_told_apart(void **state)
{
    (void)state;
#define REST "\"problemId\":8,\"code\":\"x\",\"languageId\":54}"
    static const struct {
        const char *text, *complaint;
    } cases[] = {
        {"", "body: missing"},
        {"{", "body: not valid JSON (line 1, column 1)"},
        {"{\"roomId\":1,}", "body: not valid JSON (line 1, column 13)"},
        {"[1]", "body: not a JSON object"},
        {"7", "body: not valid JSON (line 1, column 1)"},
        {"{\"code\":\"\xff\"}", "body: not valid JSON (line 1, column 9)"},
        {"{" REST, "roomId: missing"},
        {"{\"roomId\":null," REST, "roomId: missing"},
        {"{\"roomId\":[]," REST, "roomId: not a number"},
        {"{\"roomId\":true," REST, "roomId: not a number"},
        {"{\"roomId\":\"x\"," REST, "roomId: not a number"},
        {"{\"roomId\":1.5," REST, "roomId: not a whole number between 1 and 9007199254740991"},
        {"{\"roomId\":-3," REST, "roomId: not between 1 and 9007199254740991"},
        {"{\"roomId\":99999999999999999999," REST,
         "roomId: not a whole number between 1 and 9007199254740991"},
        {"{\"roomId\":1,\"problemId\":1,\"code\":5,\"languageId\":1}", "code: not a text"},
        {"{\"roomId\":1,\"problemId\":1,\"code\":{},\"languageId\":1}", "code: not a text"},
        {"{\"roomId\":1,\"problemId\":1,\"code\":1.5,\"languageId\":1}", "code: not a text"},
        {"{\"roomId\":1,\"problemId\":1,\"code\":\"a\\u0000b\",\"languageId\":1}",
         "code: contains a NUL character"},
    };
#undef REST
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arguments arguments;
        json_t *document;
        assert_string_equal(
            s_submitted(cases[i].text, strlen(cases[i].text), &arguments, &document),
            cases[i].complaint);
        json_decref(document);
    }
}

static void too_many_members_are_refused(void **state)
{
    (void)state;
    char text[1024] = "{\"m\":1";
    for (int i = 0; i < PARAMS_MAX; i++)
        snprintf(text + strlen(text), 16, ",\"m%d\":1", i);
    strcat(text, "}");
    struct arguments arguments;
    json_t *document;
    assert_string_equal(s_submitted(text, strlen(text), &arguments, &document),
                        "body: too many members");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_form_is_decoded),
        cmocka_unit_test(the_first_of_equal_names_wins),
        cmocka_unit_test(faults_stay_with_their_parameter),
        cmocka_unit_test(more_than_the_bound_is_refused_whole),
        cmocka_unit_test(a_fragment_is_taken_as_it_is),
        cmocka_unit_test(good_arguments_are_typed),
        cmocka_unit_test(bad_arguments_are_named),
        cmocka_unit_test(a_json_body_is_read),
        cmocka_unit_test(bad_json_is_told_apart),
        cmocka_unit_test(too_many_members_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
