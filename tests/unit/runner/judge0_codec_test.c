/* What a Judge0 says, as it should be and as it should not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "actors/runner/base64.h"
#include "actors/runner/judge0_codec.h"

/* ---- base64 ------------------------------------------------------------------------------------
 */

static void s_test_base64(void **state)
{
    (void)state;
    static const struct {
        const char *bytes, *text;
    } table[] = {{"", ""},
                 {"f", "Zg=="},
                 {"fo", "Zm8="},
                 {"foo", "Zm9v"},
                 {"foob", "Zm9vYg=="},
                 {"fooba", "Zm9vYmE="},
                 {"\xff\xfb\xbf", "//u/"}};
    struct buffer out;
    buffer_init(&out, 1 << 16);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        buffer_clear(&out);
        assert_true(base64_encode(slice_of(table[i].bytes), &out));
        assert_true(slice_is(buffer_slice(&out), table[i].text));
        buffer_clear(&out);
        assert_true(base64_decode(slice_of(table[i].text), &out));
        assert_true(slice_is(buffer_slice(&out), table[i].bytes));
    }
    static const char *const wrong[] = {
        "Z", "Zg", "Zg=", "Zm9", "Zm9v=", "Zg==Zg==", "Z!==", "====", "Zm9v====", "Zm 9v"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        buffer_clear(&out);
        if (base64_decode(slice_of(wrong[i]), &out))
            fail_msg("%s was taken", wrong[i]);
    }
    buffer_fini(&out);
}

/* As Ruby writes it: a line break after every 60 characters, and at the end. */
static void s_test_base64_lines(void **state)
{
    (void)state;
    char bytes[1000], lines[4000];
    struct buffer text, back;
    buffer_init(&text, 4096);
    buffer_init(&back, 4096);
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 7);
    for (size_t length = 0; length < sizeof bytes; length += 37) {
        size_t used = 0;
        buffer_clear(&text);
        buffer_clear(&back);
        base64_encode(slice_from(bytes, length), &text);
        for (size_t i = 0; i < text.length; i++) {
            lines[used++] = text.data[i];
            if (i % 60 == 59)
                lines[used++] = '\n';
        }
        lines[used++] = '\n';
        assert_true(base64_decode(slice_from(lines, used), &back));
        assert_int_equal(back.length, length);
        assert_memory_equal(back.data, bytes, length);
    }
    buffer_fini(&text);
    buffer_fini(&back);
}

/* ---- what it is and can ------------------------------------------------------------------------
 */

static void s_test_config(void **state)
{
    (void)state;
    struct judge0_config config;
    assert_true(judge0_read_config(
        slice_of("{\"maintenance_mode\":true,\"max_cpu_time_limit\":1.5,\"max_memory_limit\":1000,"
                 "\"max_submission_batch_size\":500,\"enable_callbacks\":false,\"new\":[]}"),
        &config));
    assert_true(config.maintenance);
    assert_false(config.callbacks);
    assert_int_equal(config.max_cpu_ms, 1500);
    assert_int_equal(config.max_wall_ms, 20000);
    assert_int_equal(config.max_memory_kb, 1000);
    assert_int_equal(config.batch_max, JUDGE0_BATCH_MAX);
    static const char *const wrong[] = {"",
                                        "[]",
                                        "null",
                                        "{\"maintenance_mode\":1}",
                                        "{\"max_cpu_time_limit\":\"15\"}",
                                        "{\"max_cpu_time_limit\":-1}",
                                        "{\"max_memory_limit\":1e300}",
                                        "{\"max_submission_batch_size\":0}",
                                        "{\"allowed_languages_for_compile_options\":\"C\"}",
                                        "{\"allowed_languages_for_compile_options\":[1]}"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(judge0_read_config(slice_of(wrong[i]), &config));
}

static void s_expect_languages(const char *config_text, const char *text, const char *expected)
{
    static struct offer offer;
    struct judge0_config config;
    char found[512] = "";
    assert_true(judge0_read_config(slice_of(config_text), &config));
    assert_true(judge0_read_languages(slice_of(text), &config, &offer));
    for (uint32_t i = 0; i < offer.count; i++)
        snprintf(found + strlen(found), sizeof found - strlen(found), "%lld %s %s;",
                 (long long)offer.list[i].id, offer.list[i].name, offer.list[i].version);
    assert_string_equal(found, expected);
}

static void s_test_languages(void **state)
{
    (void)state;
    static const char all[] =
        "[{\"id\":46,\"name\":\"Bash (5.0.0)\"},{\"id\":50,\"name\":\"C (GCC 9.2.0)\"},"
        "{\"id\":54,\"name\":\"C++ (GCC 9.2.0)\"},{\"id\":71,\"name\":\"Python (3.8.1)\"},"
        "{\"id\":50,\"name\":\"C again\"},{\"id\":60,\"name\":\"Go\"},"
        "{\"id\":73,\"name\":\"Rust (nightly)\"}]";
    s_expect_languages("{}", all,
                       "50 C (GCC) 9.2.0;54 C++ (GCC) 9.2.0;71 Python 3.8.1;60 Go ;"
                       "73 Rust (nightly) ;");
    /* without its options a C program would be another one */
    s_expect_languages("{\"enable_compiler_options\":false}", all, "71 Python 3.8.1;60 Go ;");
    s_expect_languages("{\"allowed_languages_for_compile_options\":[\"C\",\"Rust\"]}", all,
                       "50 C (GCC) 9.2.0;71 Python 3.8.1;60 Go ;73 Rust (nightly) ;");
    struct judge0_config config;
    static struct offer offer;
    judge0_config_default(&config);
    static const char *const wrong[] = {"",
                                        "{}",
                                        "[1]",
                                        "[{\"id\":\"50\",\"name\":\"C\"}]",
                                        "[{\"id\":50}]",
                                        "[{\"id\":50,\"name\":\"C\"},null]"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(judge0_read_languages(slice_of(wrong[i]), &config, &offer));
}

static void s_test_workers(void **state)
{
    (void)state;
    unsigned workers;
    assert_true(judge0_read_workers(
        slice_of("[{\"queue\":\"default\",\"available\":3},{\"available\":2}]"), &workers));
    assert_int_equal(workers, 5);
    assert_false(judge0_read_workers(slice_of("[]"), &workers));
    assert_false(judge0_read_workers(slice_of("[{\"available\":-1}]"), &workers));
    assert_false(judge0_read_workers(slice_of("[{\"available\":\"3\"}]"), &workers));
}

/* ---- submissions and results -------------------------------------------------------------------
 */

static void s_test_submission(void **state)
{
    (void)state;
    struct buffer out;
    const struct judge0_submission one = {.language_id = 50,
                                          .options = "-O2",
                                          .callback_url = "",
                                          .cpu_ms = 1050,
                                          .wall_ms = 3100,
                                          .memory_kb = 65536,
                                          .stack_kb = 65535,
                                          .file_kb = 1026,
                                          .processes = 32,
                                          .source = slice_of("x"),
                                          .input = slice_of("")};
    buffer_init(&out, 4096);
    judge0_write_begin(&out);
    judge0_write_submission(&one, &out);
    judge0_write_submission(&one, &out);
    judge0_write_end(&out);
    json_t *document = json_loadb(out.data, out.length, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(document);
    const json_t *list = json_object_get(document, "submissions");
    assert_int_equal(json_array_size(list), 2);
    const json_t *first = json_array_get(list, 0);
    assert_string_equal(json_string_value(json_object_get(first, "source_code")), "eA==");
    assert_true(json_real_value(json_object_get(first, "cpu_time_limit")) == 1.05);
    assert_null(json_object_get(first, "callback_url"));
    assert_null(json_object_get(first, "expected_output")); /* or Judge0 would compare */
    json_decref(document);
    buffer_fini(&out);
}

static void s_test_tokens(void **state)
{
    (void)state;
    char tokens[2][JUDGE0_TOKEN_BYTES], why[JUDGE0_WHY_BYTES];
    assert_true(
        judge0_read_tokens(slice_of("[{\"token\":\"a-1\"},{\"token\":\"b\"}]"), 2, tokens, why));
    assert_string_equal(tokens[0], "a-1");
    static const struct {
        const char *text, *why;
    } wrong[] = {
        {"[{\"token\":\"a\"}]", ""},
        {"[{\"token\":\"a\"},{\"token\":\"a\"}]", ""},
        {"[{\"token\":\"a\"},{\"token\":\"b,c\"}]", ""},
        {"[{\"token\":\"a\"},{\"token\":7}]", ""},
        {"{\"token\":\"a\"}", ""},
        {"[{\"token\":\"a\"},{\"memory_limit\":[\"must be \\\"less\\\"\\n\"]}]",
         "memory_limit: must be  less  "},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_false(judge0_read_tokens(slice_of(wrong[i].text), 2, tokens, why));
        if (*wrong[i].why)
            assert_string_equal(why, wrong[i].why);
    }
}

static void s_test_error_text(void **state)
{
    (void)state;
    char text[JUDGE0_WHY_BYTES];
    judge0_error_text(slice_of("{\"error\":\"queue is full\"}"), text);
    assert_string_equal(text, "queue is full");
    judge0_error_text(slice_of("[{\"a\":[\"b\"]}]"), text);
    assert_string_equal(text, "a: b");
    static const char *const none[] = {"", "<html>", "[]", "7", "{}", "{\"a\":7}"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        judge0_error_text(slice_of(none[i]), text);
        assert_string_equal(text, "");
    }
}

static bool s_read(const char *text, struct judge0_result *result)
{
    json_t *document;
    json_t *list = judge0_read_results(slice_of(text), 1, &document);
    bool ok = list && judge0_read_result(json_array_get(list, 0), result);
    json_decref(document);
    return ok;
}

static void s_test_results(void **state)
{
    (void)state;
    struct judge0_result result;
    buffer_init(&result.output, 0);
    buffer_init(&result.errors, 0);
    buffer_init(&result.compile_output, 0);
    assert_true(
        s_read("{\"submissions\":[{\"token\":\"a\",\"status_id\":11,\"stack_limit\":63999,"
               "\"time\":\"0.012\",\"memory\":1024.0,\"exit_code\":139,\"exit_signal\":null,"
               "\"stdout\":\"AP8=\\n\",\"stderr\":null,\"compile_output\":null,"
               "\"message\":\"RXhpdGVk\\n\"}]}",
               &result));
    assert_int_equal(result.status, 11);
    assert_int_equal(result.stack_kb, 63999);
    assert_int_equal(result.time_us, 12000);
    assert_int_equal(result.memory_kb, 1024);
    assert_int_equal(result.exit_code, 139);
    assert_int_equal(result.output.length, 2);
    assert_string_equal(result.message, "Exited");
    assert_true(
        s_read("{\"submissions\":[{\"token\":\"a\",\"status_id\":1,\"stack_limit\":1}]}", &result));
    static const char *const wrong[] = {
        "{}",
        "{\"submissions\":{}}",
        "{\"submissions\":[]}",
        "{\"submissions\":[1]}",
        "{\"submissions\":[{\"token\":\"a\",\"status_id\":0,\"stack_limit\":1}]}",
        "{\"submissions\":[{\"token\":\"a\",\"status_id\":15,\"stack_limit\":1}]}",
        "{\"submissions\":[{\"token\":\"a\",\"status_id\":\"3\",\"stack_limit\":1}]}",
        "{\"submissions\":[{\"status_id\":3,\"stack_limit\":1}]}",
        "{\"submissions\":[{\"token\":\"a\",\"status_id\":3}]}",
        "{\"submissions\":[{\"token\":\"a\",\"status_id\":3,\"stack_limit\":1,\"time\":\"x\"}]}",
        "{\"submissions\":[{\"token\":\"a\",\"status_id\":3,\"stack_limit\":1,\"time\":\"-1\"}]}",
        "{\"submissions\":[{\"token\":\"a\",\"status_id\":3,\"stack_limit\":1,\"time\":\"nan\"}]}",
        "{\"submissions\":[{\"token\":\"a\",\"status_id\":3,\"stack_limit\":1,\"memory\":\"1\"}]}",
        "{\"submissions\":[{\"token\":\"a\",\"status_id\":3,\"stack_limit\":1,\"stdout\":\"?\"}]}",
        "{\"submissions\":[{\"token\":\"a\",\"status_id\":3,\"stack_limit\":1,\"stdout\":7}]}",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        if (s_read(wrong[i], &result))
            fail_msg("%s was taken", wrong[i]);
    buffer_fini(&result.output);
    buffer_fini(&result.errors);
    buffer_fini(&result.compile_output);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(s_test_base64),  cmocka_unit_test(s_test_base64_lines),
        cmocka_unit_test(s_test_config),  cmocka_unit_test(s_test_languages),
        cmocka_unit_test(s_test_workers), cmocka_unit_test(s_test_submission),
        cmocka_unit_test(s_test_tokens),  cmocka_unit_test(s_test_error_text),
        cmocka_unit_test(s_test_results),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
