/* A Judge0 that misbehaves in every way that the stand-in knows (tests/servers/judge0_server.py):
 * what comes of it is the right verdict, a Judge Error, or the job given back; never a wrong
 * verdict.
 *
 * CODECOMP_TEST_RUNNER is the stand-in's URL. Submissions are scripted, so nothing waits for a
 * compiler. */
#include <curl/curl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "actors/runner/judge0_probe.h"
#include "actors/runtime/log.h"

#define TESTS 6
#define PATIENCE_MS 700

enum end { ACCEPTED, WRONG, JUDGE_ERROR, GIVEN_BACK };

static const char *s_url;
static void *s_place, *s_slot;
static bool s_go;

static bool s_go_on(void *context)
{
    (void)context;
    return s_go;
}

static const struct watch s_watch = {.go_on = s_go_on};

/* ---- the stand-in's controls -------------------------------------------------------------------
 */

static size_t s_swallow(char *data, size_t size, size_t count, void *context)
{
    struct buffer *answer = context;
    buffer_append(answer, data, size * count);
    return size * count;
}

static void s_control(const char *method, const char *body, struct buffer *answer)
{
    char url[RUNNER_URL_MAX_BYTES + 16];
    CURL *easy = curl_easy_init();
    snprintf(url, sizeof url, "%s/stand-in", s_url);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
    if (body)
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, s_swallow);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, answer);
    assert_int_equal(curl_easy_perform(easy), CURLE_OK);
    curl_easy_cleanup(easy);
}

/* times 0: until s_behave. */
static void s_misbehave(const char *how, const char *where, int times)
{
    char body[256], number[16] = "null";
    struct buffer answer;
    if (times)
        snprintf(number, sizeof number, "%d", times);
    snprintf(body, sizeof body, "{\"how\": \"%s\", \"where\": \"%s\", \"times\": %s}", how, where,
             number);
    buffer_init(&answer, 4096);
    s_control("PUT", body, &answer);
    buffer_fini(&answer);
}

static void s_behave(void)
{
    struct buffer answer;
    buffer_init(&answer, 4096);
    s_control("DELETE", NULL, &answer);
    buffer_fini(&answer);
}

/* A number of GET /stand-in. */
static long s_seen(const char *what)
{
    char key[64];
    struct buffer answer;
    buffer_init(&answer, 4096);
    s_control("GET", NULL, &answer);
    buffer_append_char(&answer, '\0');
    snprintf(key, sizeof key, "\"%s\": ", what);
    const char *found = strstr(answer.data, key);
    long number = found ? atol(found + strlen(key)) : -1;
    buffer_fini(&answer);
    return number;
}

/* ---- judgings ----------------------------------------------------------------------------------
 */

static char s_inputs[TESTS][16], s_answers[TESTS][16];

static bool s_next_test(void *context, uint32_t index, struct slice *input, struct slice *expected)
{
    (void)context;
    *input = slice_of(s_inputs[index]);
    *expected = slice_of(s_answers[index]);
    return true;
}

static bool s_progress(void *context, uint32_t done, uint32_t total)
{
    (void)context, (void)done, (void)total;
    return s_go;
}

static struct judging_outcome s_outcome;

static enum end s_judge_tests(const char *code, uint32_t tests)
{
    const struct judging_task task = {.language_id = 71,
                                      .code = slice_of(code),
                                      .time_limit_ms = 500,
                                      .memory_limit_mb = 64,
                                      .output_limit_bytes = 1 << 20,
                                      .test_count = tests,
                                      .next_test = s_next_test,
                                      .progress = s_progress};
    runner_judge0.judge(s_slot, &s_watch, &task, &s_outcome);
    if (s_outcome.cancelled)
        return GIVEN_BACK;
    switch (s_outcome.verdict) {
    case VERDICT_ACCEPTED:
        return ACCEPTED;
    case VERDICT_JUDGE_ERROR:
        assert_true(s_outcome.reason[0]);
        return JUDGE_ERROR;
    default:
        return WRONG;
    }
}

static const char s_right[] = "# judge0-stand-in: {\"add\": 1}\n";
/* Right for the last test alone. */
static const char s_wrong[] = "# judge0-stand-in: {\"add\": 2}\n";

static enum end s_judge(const char *code)
{
    return s_judge_tests(code, TESTS);
}

static uint32_t s_tend(void)
{
    static struct offer offer;
    runner_judge0.tend(s_slot, &s_watch, &offer);
    return offer.count;
}

/* Each test has a place of its own, which has not seen anything yet. */
static int s_set_up(void **state)
{
    (void)state;
    struct buffer why;
    struct place_options options = {
        .slots = 1, .judge0_token = "", .public_url = "", .patience_ms = PATIENCE_MS};
    snprintf(options.url, sizeof options.url, "%s/", s_url); /* the slash is no harm */
    buffer_init(&why, 4096);
    s_go = true;
    s_place = runner_judge0.open(&options, &why);
    s_slot = runner_judge0.slot_open(s_place, 0, &why);
    buffer_fini(&why);
    assert_int_equal(s_tend(), 5);
    return 0;
}

static int s_tear_down(void **state)
{
    (void)state;
    s_behave();
    runner_judge0.slot_close(s_slot);
    runner_judge0.close(s_place);
    return 0;
}

/* ---- what goes wrong ---------------------------------------------------------------------------
 */

struct wrong {
    const char *how, *where; /* of the stand-in */
    int times;               /* 0: for ever */
    enum end end;            /* of a right submission */
};

/* So a wrong submission is never accepted, and a right one never wrong. */
static void s_expect(const struct wrong *wrong)
{
    static const char *const ends[] = {"Accepted", "wrong", "Judge Error", "given back"};
    s_misbehave(wrong->how, wrong->where, wrong->times);
    enum end end = s_judge(s_right);
    if (end != wrong->end)
        print_error("%s of %s %d times: %s, %s expected: %s\n", wrong->how, wrong->where,
                    wrong->times, ends[end], ends[wrong->end], s_outcome.reason);
    assert_int_equal(end, wrong->end);
    if (!wrong->times || wrong->end != ACCEPTED)
        return;
    s_misbehave(wrong->how, wrong->where, wrong->times);
    assert_int_equal(s_judge(s_wrong), WRONG);
    assert_int_equal(s_outcome.verdict, VERDICT_WRONG_ANSWER);
    assert_int_equal(s_outcome.failed_test, 1);
}

static void s_test_once(void **state)
{
    (void)state;
    static const struct wrong table[] = {
        {"error", "post", 2, ACCEPTED},       {"error", "get", 2, ACCEPTED},
        {"queue-full", "post", 3, ACCEPTED},  {"maintenance", "post", 1, ACCEPTED},
        {"too-many", "post", 2, ACCEPTED},    {"too-many", "get", 1, ACCEPTED},
        {"garbage", "post", 1, ACCEPTED},     {"garbage", "get", 2, ACCEPTED},
        {"truncated", "post", 1, ACCEPTED},   {"truncated", "get", 1, ACCEPTED},
        {"types", "post", 1, ACCEPTED},       {"types", "get", 1, ACCEPTED},
        {"cut", "post", 1, ACCEPTED},         {"cut", "get", 1, ACCEPTED},
        {"lost-answer", "post", 1, ACCEPTED}, {"lost-answer", "get", 1, ACCEPTED},
        {"silent", "post", 1, ACCEPTED},      {"silent", "get", 1, ACCEPTED},
        {"flood", "get", 1, ACCEPTED},        {"trickle", "get", 1, ACCEPTED},
        {"lose", "get", 1, ACCEPTED},         {"foreign", "get", 1, ACCEPTED},
        {"internal", "post", 2, ACCEPTED},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        s_expect(&table[i]);
}

/* A batch of several is what can be mixed up. */
static void s_test_mixed(void **state)
{
    (void)state;
    static const char last[] = "# judge0-stand-in: {\"add\": 1}\n#";
    s_misbehave("mixed-results", "get", 0);
    assert_int_equal(s_judge(s_right), ACCEPTED);
    s_misbehave("mixed-tokens", "post", 2); /* the first test is a batch of its own */
    assert_int_equal(s_judge(last), ACCEPTED);
    s_misbehave("mixed-tokens", "post", 0);
    assert_int_equal(s_judge(last), JUDGE_ERROR);
    assert_non_null(strstr(s_outcome.reason, "tokens"));
}

static void s_test_for_ever(void **state)
{
    (void)state;
    static const struct {
        struct wrong wrong;
        const char *reason; /* in the reason */
    } table[] = {
        {{"error", "post", 0, JUDGE_ERROR}, "for this submission"},
        {{"error", "get", 0, JUDGE_ERROR}, "for this submission"},
        {{"refuse", "post", 0, JUDGE_ERROR}, "language_id: language with id 1 doesn't exist"},
        {{"garbage", "get", 0, JUDGE_ERROR}, "not Judge0's"},
        {{"garbage", "post", 0, JUDGE_ERROR}, "not Judge0's"},
        {{"truncated", "get", 0, JUDGE_ERROR}, "not Judge0's"},
        {{"types", "post", 0, JUDGE_ERROR}, "not Judge0's"},
        {{"types", "get", 0, JUDGE_ERROR}, "not Judge0's"},
        {{"flood", "get", 0, JUDGE_ERROR}, "longer than any"},
        {{"trickle", "get", 0, JUDGE_ERROR}, "for this submission"},
        {{"cut", "get", 0, JUDGE_ERROR}, "for this submission"},
        {{"lost-answer", "post", 0, JUDGE_ERROR}, "for this submission"},
        {{"silent", "get", 0, JUDGE_ERROR}, "for this submission"},
        {{"lose", "get", 0, JUDGE_ERROR}, "loses submissions"},
        {{"foreign", "get", 0, JUDGE_ERROR}, "tokens"},
        {{"internal", "post", 0, JUDGE_ERROR}, "rb_sysopen"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        s_expect(&table[i].wrong);
        if (!strstr(s_outcome.reason, table[i].reason))
            fail_msg("%s: %s", table[i].wrong.how, s_outcome.reason);
        assert_true(utf8_valid(slice_of(s_outcome.reason)));
        s_behave();
    }
    assert_int_equal(s_judge(s_right), ACCEPTED); /* it was never set aside */
}

/* ---- set aside ---------------------------------------------------------------------------------
 */

/* Until it is asked again and found well. */
static void s_wait_until_back(void)
{
    s_behave();
    while (s_tend() == 0)
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    assert_int_equal(s_judge(s_right), ACCEPTED);
}

static void s_expect_aside(const char *how, const char *where)
{
    s_misbehave(how, where, 0);
    assert_int_equal(s_judge(s_right), GIVEN_BACK);
    assert_int_equal(s_tend(), 0);
    assert_int_equal(s_judge(s_right), GIVEN_BACK); /* at once, without asking */
    s_wait_until_back();
}

static void s_test_set_aside(void **state)
{
    (void)state;
    s_expect_aside("unauthorized", "any");
    s_expect_aside("forbidden", "any");
    s_expect_aside("error", "any");
    s_expect_aside("maintenance", "any");
    s_expect_aside("silent", "any");
    s_expect_aside("queue-full", "post");
}

static void s_test_no_workers(void **state)
{
    (void)state;
    s_misbehave("no-workers", "any", 0);
    runner_judge0.slot_close(s_slot);
    runner_judge0.close(s_place);
    struct buffer why;
    struct place_options options = {.judge0_token = "", .public_url = ""};
    snprintf(options.url, sizeof options.url, "%s", s_url);
    buffer_init(&why, 4096);
    s_place = runner_judge0.open(&options, &why);
    s_slot = runner_judge0.slot_open(s_place, 0, &why);
    buffer_fini(&why);
    assert_int_equal(runner_judge0.slots(s_place), 1);
    assert_int_equal(s_tend(), 0);
    s_wait_until_back();
    assert_int_equal(runner_judge0.slots(s_place), 2);
}

/* What waits in its queue for ever shows that it does, and that it does no longer. */
static void s_test_stuck(void **state)
{
    (void)state;
    s_misbehave("stuck", "post", 1);
    assert_int_equal(s_judge(s_right), GIVEN_BACK);
    for (int i = 0; i < 150; i++) { /* it answers whatever it is asked, and is not believed */
        assert_int_equal(s_tend(), 0);
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    }
    s_wait_until_back();
}

static void s_test_processing(void **state)
{
    (void)state;
    s_misbehave("processing", "post", 1);
    assert_int_equal(s_judge(s_right), ACCEPTED); /* it was sent again */
}

static void s_test_recompile(void **state)
{
    (void)state;
    s_misbehave("recompile", "post", 1);
    assert_int_equal(s_judge("# judge0-stand-in: {\"add\": 1}\n# once"), ACCEPTED);
    s_misbehave("recompile", "post", 0);
    assert_int_equal(s_judge("# judge0-stand-in: {\"add\": 1}\n# always"), JUDGE_ERROR);
}

/* ---- in order ----------------------------------------------------------------------------------
 */

static void s_test_no_more_is_sent(void **state)
{
    (void)state;
    long before = s_seen("submissions");
    assert_int_equal(s_judge("# judge0-stand-in: {\"status\": 6, \"compile_output\": \"no\"}"),
                     WRONG);
    assert_int_equal(s_outcome.verdict, VERDICT_COMPILATION_ERROR);
    assert_int_equal(s_seen("submissions"), before + 1);
    assert_int_equal(s_judge(s_wrong), WRONG);
    assert_int_equal(s_seen("submissions"), before + 2);
    assert_int_equal(s_judge(s_right), ACCEPTED);
    assert_int_equal(s_seen("submissions"), before + 2 + TESTS);
}

static void s_test_statuses(void **state)
{
    (void)state;
    static const struct {
        const char *script;
        enum verdict verdict;
    } table[] = {
        {"{\"status\": 5}", VERDICT_TIME_LIMIT_EXCEEDED},
        {"{\"status\": 11, \"exit_code\": 1}", VERDICT_RUNTIME_ERROR},
        {"{\"status\": 11, \"exit_code\": 139}", VERDICT_RUNTIME_ERROR},
        {"{\"status\": 11, \"exit_code\": 137, \"memory\": 1000}", VERDICT_RUNTIME_ERROR},
        {"{\"status\": 11, \"exit_code\": 137, \"memory\": 81920}", VERDICT_MEMORY_LIMIT_EXCEEDED},
        {"{\"status\": 11, \"exit_code\": 153}", VERDICT_OUTPUT_LIMIT_EXCEEDED},
        {"{\"status\": 11, \"exit_code\": 1, \"stderr\": \"MemoryError\"}",
         VERDICT_MEMORY_LIMIT_EXCEEDED},
        {"{\"status\": 7}", VERDICT_RUNTIME_ERROR},
        {"{\"status\": 12}", VERDICT_RUNTIME_ERROR},
        {"{\"status\": 4, \"add\": 1}", VERDICT_ACCEPTED}, /* we compare, whatever it says */
        {"{\"status\": 3}", VERDICT_WRONG_ANSWER},
        {"{\"status\": 14}", VERDICT_JUDGE_ERROR},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        char code[256];
        snprintf(code, sizeof code, "# judge0-stand-in: %s", table[i].script);
        s_judge(code);
        assert_string_equal(verdict_words.texts[s_outcome.verdict],
                            verdict_words.texts[table[i].verdict]);
    }
}

static bool s_stop_at_first(void *context, uint32_t done, uint32_t total)
{
    (void)context, (void)total;
    s_go &= done == 0;
    return s_go;
}

static void s_test_cancelled_while_it_waits(void **state)
{
    (void)state;
    struct judging_task task = {.language_id = 71,
                                .code = slice_of("# judge0-stand-in: {\"after_ms\": 3600000}"),
                                .time_limit_ms = 500,
                                .memory_limit_mb = 64,
                                .output_limit_bytes = 1 << 20,
                                .test_count = TESTS,
                                .next_test = s_next_test,
                                .progress = s_stop_at_first};
    task.code = slice_of(s_right);
    runner_judge0.judge(s_slot, &s_watch, &task, &s_outcome);
    assert_true(s_outcome.cancelled);
    s_go = false;
    assert_int_equal(s_judge(s_right), GIVEN_BACK);
    s_go = true;
    assert_int_equal(s_judge(s_right), ACCEPTED);
}

/* The problem needs what the server does not give: that is told, not cut. */
static void s_test_limits(void **state)
{
    (void)state;
    struct judging_task task = {.language_id = 71,
                                .code = slice_of(s_right),
                                .time_limit_ms = 500,
                                .memory_limit_mb = 64,
                                .output_limit_bytes = 1 << 20,
                                .test_count = 1,
                                .next_test = s_next_test,
                                .progress = s_progress};
    task.time_limit_ms = 6000; /* times 3 for Python */
    runner_judge0.judge(s_slot, &s_watch, &task, &s_outcome);
    assert_int_equal(s_outcome.verdict, VERDICT_JUDGE_ERROR);
    assert_non_null(strstr(s_outcome.reason, "18000 ms"));
    task.time_limit_ms = 500;
    task.memory_limit_mb = 512;
    runner_judge0.judge(s_slot, &s_watch, &task, &s_outcome);
    assert_int_equal(s_outcome.verdict, VERDICT_JUDGE_ERROR);
    assert_non_null(strstr(s_outcome.reason, "memory"));
    task.memory_limit_mb = 256;
    task.output_limit_bytes = 64 << 20; /* more than the server gives; the answers are short */
    runner_judge0.judge(s_slot, &s_watch, &task, &s_outcome);
    assert_int_equal(s_outcome.verdict, VERDICT_ACCEPTED);
}

/* ---- codecomp check ----------------------------------------------------------------------------
 */

static void s_test_probe(void **state)
{
    (void)state;
    static struct judge0_report report;
    char error[256];
    assert_true(judge0_probe(s_url, "", &report, error, sizeof error));
    assert_string_equal(report.version, "1.13.1");
    assert_int_equal(report.workers, 2);
    assert_int_equal(report.batch_max, 20);
    assert_int_equal(report.offer.count, 5);
    assert_false(judge0_probe("sandbox:", "", &report, error, sizeof error));
    assert_false(judge0_probe("http://", "", &report, error, sizeof error));
    assert_false(judge0_probe("http://a:b@127.0.0.1", "", &report, error, sizeof error));
    assert_false(judge0_probe("http://127.0.0.1:1", "", &report, error, sizeof error));
    assert_non_null(strstr(error, "does not answer"));
    assert_false(judge0_probe(s_url, "two\nlines", &report, error, sizeof error));
    s_misbehave("unauthorized", "any", 0);
    assert_false(judge0_probe(s_url, "", &report, error, sizeof error));
    assert_non_null(strstr(error, "token"));
    s_misbehave("internal", "post", 0);
    assert_false(judge0_probe(s_url, "", &report, error, sizeof error));
    assert_non_null(strstr(error, "cgroup v1"));
    s_misbehave("garbage", "info", 0);
    assert_false(judge0_probe(s_url, "", &report, error, sizeof error));
    assert_non_null(strstr(error, "not Judge0's"));
}

int main(void)
{
    s_url = getenv("CODECOMP_TEST_RUNNER");
    if (!s_url) {
        fprintf(stderr, "CODECOMP_TEST_RUNNER is not set; tests/servers/with.py judge0 sets it\n");
        return 1;
    }
    log_set_level(LOG_LEVEL_ERROR);
    for (int i = 0; i < TESTS; i++) {
        snprintf(s_inputs[i], sizeof s_inputs[i], "%d\n", i * i);
        snprintf(s_answers[i], sizeof s_answers[i], "%d\n", i * i + 1);
    }
#define TEST(name) cmocka_unit_test_setup_teardown(name, s_set_up, s_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(s_test_once),
        TEST(s_test_mixed),
        TEST(s_test_for_ever),
        TEST(s_test_set_aside),
        TEST(s_test_no_workers),
        TEST(s_test_stuck),
        TEST(s_test_processing),
        TEST(s_test_recompile),
        TEST(s_test_no_more_is_sent),
        TEST(s_test_statuses),
        TEST(s_test_cancelled_while_it_waits),
        TEST(s_test_limits),
        TEST(s_test_probe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
