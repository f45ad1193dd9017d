/* What every driver of the runner must do: the same submissions get the same verdicts.
 *
 * CODECOMP_TEST_RUNNER names the place; without it the sandbox. Real compilers and programs. */
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "actors/runner/driver.h"

#define C 50
#define CPP 54
#define JAVASCRIPT 63
#define PYTHON 71

struct test {
    struct slice input, expected; /* borrowed */
};

/* What was told of a test. */
struct told {
    unsigned times;              /* how often */
    enum verdict verdict;        /* and the rest as last told */
    int exit_code, signal;       /* likewise */
    char output[64], errors[64]; /* their beginnings, as texts */
    bool cut;                    /* likewise */
};

/* A judging and what its caller saw of it. */
struct run {
    struct told told[4];            /* by index, where it is asked for */
    const struct test *tests;       /* given */
    uint32_t count;                 /* of them */
    uint32_t cancel_at;             /* progress says no when so many are done; UINT32_MAX: never */
    uint32_t seen[TESTS_MAX + 2];   /* how often progress told each number */
    uint32_t last;                  /* told */
    bool backwards;                 /* a number fell */
    struct judging_outcome outcome; /* what it came to */
};

static const struct runner_driver *s_driver;
static void *s_place, *s_slot;
static char s_folder[] = "/tmp/codecomp-contract-XXXXXX";
static struct offer s_offer;

static bool s_go_on(void *context)
{
    (void)context;
    return true;
}

static const struct watch s_watch = {.go_on = s_go_on};

static bool s_next_test(void *context, uint32_t index, struct slice *input, struct slice *expected)
{
    const struct run *run = context;
    if (index >= run->count)
        return false;
    *input = run->tests[index].input;
    *expected = run->tests[index].expected;
    return true;
}

static bool s_progress(void *context, uint32_t done, uint32_t total)
{
    struct run *run = context;
    assert_int_equal(total, run->count);
    assert_true(done <= total);
    run->seen[done]++;
    run->backwards |= done < run->last;
    run->last = done;
    return done < run->cancel_at;
}

/* What most need; others set a field of their own before s_judge. */
static struct judging_task s_task(int64_t language_id, const char *source)
{
    return (struct judging_task){.language_id = language_id,
                                 .code = slice_of(source),
                                 .time_limit_ms = 1000,
                                 .memory_limit_mb = 64,
                                 .output_limit_bytes = 1 << 20,
                                 .next_test = s_next_test,
                                 .progress = s_progress};
}

static void s_judge(struct run *run, struct judging_task *task)
{
    task->test_count = run->count;
    task->context = run;
    run->cancel_at = run->cancel_at ? run->cancel_at : UINT32_MAX;
    s_driver->judge(s_slot, &s_watch, task, &run->outcome);
    if (!run->outcome.cancelled && run->outcome.verdict == VERDICT_JUDGE_ERROR)
        print_message("Judge Error: %s\n", run->outcome.reason);
    assert_false(run->backwards);
}

static void s_expect_task(struct judging_task *task, const struct test *tests, uint32_t count,
                          enum verdict verdict, uint32_t failed_test)
{
    static struct run run;
    run = (struct run){.tests = tests, .count = count};
    s_judge(&run, task);
    assert_false(run.outcome.cancelled);
    assert_string_equal(verdict_words.texts[run.outcome.verdict], verdict_words.texts[verdict]);
    assert_int_equal(run.outcome.failed_test, failed_test);
    assert_int_equal(run.outcome.tests_total, count);
    assert_int_equal(run.outcome.tests_run, verdict == VERDICT_COMPILATION_ERROR ? 0
                                            : failed_test                        ? failed_test
                                                                                 : count);
}

static void s_expect(int64_t language_id, const char *source, const struct test *tests,
                     uint32_t count, enum verdict verdict, uint32_t failed_test)
{
    struct judging_task task = s_task(language_id, source);
    s_expect_task(&task, tests, count, verdict, failed_test);
}

#define TEXT(text)             \
    {                          \
        text, sizeof(text) - 1 \
    }
#define ONE(input, expected) (const struct test[]){{TEXT(input), TEXT(expected)}}, 1

/* ---- the offer ---------------------------------------------------------------------------------
 */

static void s_test_offer(void **state)
{
    (void)state;
    bool c = false, python = false;
    for (uint32_t i = 0; i < s_offer.count; i++) {
        c |= s_offer.list[i].id == C;
        python |= s_offer.list[i].id == PYTHON;
        assert_true(s_offer.list[i].name[0]);
        assert_true(s_offer.list[i].version[0]);
    }
    assert_true(c && python);
    assert_true(s_driver->slots(s_place) > 0);
}

/* ---- verdicts ----------------------------------------------------------------------------------
 */

static const char s_sum[] =
    "#include <stdio.h>\n#include <math.h>\n"
    "int main(void) { int a, b; if (scanf(\"%d %d\", &a, &b) != 2) return 1;\n"
    "printf(\"%d\\n\", a + b + (int)sqrt((double)a) * 0); return 0; }\n";

static void s_test_accepted(void **state)
{
    (void)state;
    static const struct test tests[] = {
        {TEXT("1 2\n"), TEXT("3\n")}, {TEXT("20 22\n"), TEXT("42\n")}, {TEXT("-5 5"), TEXT("0")}};
    s_expect(C, s_sum, tests, 3, VERDICT_ACCEPTED, 0);
    s_expect(CPP,
             "#include <iostream>\n#include <optional>\nint main() { int a, b; std::cin >> a >> b;"
             "std::optional<int> c = a + b; std::cout << *c << std::endl; }\n",
             tests, 3, VERDICT_ACCEPTED, 0);
    s_expect(PYTHON, "a, b = map(int, input().split())\nprint(a + b)\n", tests, 3, VERDICT_ACCEPTED,
             0);
    s_expect(JAVASCRIPT,
             "const [a, b] = require('fs').readFileSync(0, 'utf8').split(/\\s+/).map(Number);\n"
             "console.log(a + b);\n",
             tests, 3, VERDICT_ACCEPTED, 0);
}

static void s_test_wrong_answer(void **state)
{
    (void)state;
    static const struct test tests[] = {{TEXT("1 2\n"), TEXT("3\n")},
                                        {TEXT("20 22\n"), TEXT("41\n")},
                                        {TEXT("1 1\n"), TEXT("2\n")}};
    s_expect(C, s_sum, tests, 3, VERDICT_WRONG_ANSWER, 2);
    s_expect(C, s_sum, &tests[1], 2, VERDICT_WRONG_ANSWER, 1);
    s_expect(PYTHON, "print(3)\n", tests, 3, VERDICT_WRONG_ANSWER, 2);
}

/* White space separates and does not matter otherwise: not what Judge0 itself would say. */
static void s_test_white_space(void **state)
{
    (void)state;
    s_expect(PYTHON, "print('  1\\t2  \\n\\n3', end='')\n", ONE("", "1 2\n3\n"), VERDICT_ACCEPTED,
             0);
    s_expect(PYTHON, "print('12')\n", ONE("", "1 2\n"), VERDICT_WRONG_ANSWER, 1);
}

static struct slice s_rules(void *context)
{
    (void)context;
    return slice_of("case_sensitive float_tolerance 0.01");
}

/* By the rules of the test: not what Judge0 itself would say. */
static void s_test_rules(void **state)
{
    (void)state;
    struct judging_task task = s_task(PYTHON, "print('a 1.001')\n");
    task.arguments = s_rules;
    s_expect_task(&task, ONE("", "a 1.0\n"), VERDICT_ACCEPTED, 0);
    s_expect_task(&task, ONE("", "A 1.0\n"), VERDICT_WRONG_ANSWER, 1);
    s_expect_task(&task, ONE("", "a 1.1\n"), VERDICT_WRONG_ANSWER, 1);
}

/* Who does not offer to run a problem's own programs does not judge by anything else instead. */
static void s_test_checker(void **state)
{
    (void)state;
    static struct run run;
    static const struct test tests[] = {{TEXT("7\n"), TEXT("any\n")}};
    const struct sandbox_file file = {slice_of("v.py"),
                                      slice_of("import sys\nn = int(open(sys.argv[1]).read())\n"
                                               "sys.exit(42 if int(input()) == 2 * n else 43)\n")};
    const struct checker_programs programs = {.checker = {&file, 1}};
    struct judging_task task = s_task(PYTHON, "print(2 * int(input()))\n");
    task.mode = JUDGING_VALIDATOR;
    task.programs = &programs;
    run = (struct run){.tests = tests, .count = 1};
    s_judge(&run, &task);
    assert_int_equal(run.outcome.verdict,
                     s_offer.checkers ? VERDICT_ACCEPTED : VERDICT_JUDGE_ERROR);
}

static void s_test_time_limit(void **state)
{
    (void)state;
    static const struct test tests[] = {{TEXT("1\n"), TEXT("1\n")}, {TEXT("2\n"), TEXT("2\n")}};
    s_expect(C,
             "#include <stdio.h>\nint main(void) { int n; scanf(\"%d\", &n);\n"
             "if (n == 2) for (volatile int i = 0;; i++) ;\nprintf(\"%d\\n\", n); return 0; }\n",
             tests, 2, VERDICT_TIME_LIMIT_EXCEEDED, 2);
    s_expect(C, "#include <unistd.h>\nint main(void) { sleep(60); return 0; }\n", ONE("", ""),
             VERDICT_TIME_LIMIT_EXCEEDED, 1);
}

static void s_test_memory_limit(void **state)
{
    (void)state;
    s_expect(C,
             "#include <stdlib.h>\n#include <string.h>\n"
             "int main(void) { for (;;) { char *p = malloc(1 << 20); memset(p, 1, 1 << 20); } }\n",
             ONE("", ""), VERDICT_MEMORY_LIMIT_EXCEEDED, 1);
    s_expect(PYTHON, "v = []\nwhile True: v.append('x' * 1000000)\n", ONE("", ""),
             VERDICT_MEMORY_LIMIT_EXCEEDED, 1);
}

static void s_test_output_limit(void **state)
{
    (void)state;
    static const char writer[] =
        "#include <stdio.h>\nint main(void) { int n; scanf(\"%d\", &n);\n"
        "for (int i = 0; i < n; i++) putchar(i % 64 == 63 ? '\\n' : 'x'); return 0; }\n";
    struct judging_task task = s_task(C, writer);
    task.output_limit_bytes = 100 * 1024;
    s_expect_task(&task, ONE("102401\n", "y\n"), VERDICT_OUTPUT_LIMIT_EXCEEDED, 1);
    s_expect_task(&task, ONE("102400\n", "y\n"), VERDICT_WRONG_ANSWER, 1);
    s_expect_task(&task, ONE("100000000\n", "y\n"), VERDICT_OUTPUT_LIMIT_EXCEEDED, 1);
}

static void s_test_runtime_error(void **state)
{
    (void)state;
    s_expect(C, "int main(void) { return 3; }\n", ONE("", ""), VERDICT_RUNTIME_ERROR, 1);
    s_expect(C, "#include <stdlib.h>\nint main(void) { abort(); }\n", ONE("", ""),
             VERDICT_RUNTIME_ERROR, 1);
    s_expect(C, "int main(void) { *(volatile int *)0 = 1; return 0; }\n", ONE("", ""),
             VERDICT_RUNTIME_ERROR, 1);
    s_expect(C, "#include <signal.h>\nint main(void) { raise(SIGKILL); return 0; }\n", ONE("", ""),
             VERDICT_RUNTIME_ERROR, 1);
    s_expect(PYTHON, "raise ValueError\n", ONE("", ""), VERDICT_RUNTIME_ERROR, 1);
    s_expect(JAVASCRIPT, "process.exit(7);\n", ONE("", ""), VERDICT_RUNTIME_ERROR, 1);
}

static void s_test_compilation_error(void **state)
{
    (void)state;
    static struct run run;
    static const struct {
        int64_t language_id;
        const char *source, *says;
    } wrong[] = {{C, "int main(void) { return }\n", "error"},
                 {C, "", "main"},
                 {CPP, "int main() { undeclared(); }\n", "undeclared"},
                 {PYTHON, "if True print(1)\n", "SyntaxError"},
                 {JAVASCRIPT, "const a = ;\n", "SyntaxError"}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct judging_task task = s_task(wrong[i].language_id, wrong[i].source);
        s_expect_task(&task, ONE("", "1\n"), VERDICT_COMPILATION_ERROR, 0);
        const struct test test = {TEXT(""), TEXT("1\n")};
        run = (struct run){.tests = &test, .count = 1};
        s_judge(&run, &task);
        struct slice text =
            slice_from(run.outcome.compile_output, run.outcome.compile_output_bytes);
        assert_true(text.length > 0 && utf8_valid(text));
        assert_non_null(memmem(text.data, text.length, wrong[i].says, strlen(wrong[i].says)));
    }
}

static void s_tell(void *context, const struct judging_test *test)
{
    struct run *run = context;
    assert_true(test->index < 4);
    struct told *told = &run->told[test->index];
    told->times++;
    told->verdict = test->verdict;
    told->exit_code = test->facts->exit_code;
    told->signal = test->facts->signal;
    told->cut = test->cut;
    assert_true(test->output.length <= 1 << 20);
    assert_true(slice_equal(test->expected, run->tests[test->index].expected));
    snprintf(told->output, sizeof told->output, "%.*s", (int)test->output.length,
             test->output.data);
    snprintf(told->errors, sizeof told->errors, "%.*s", (int)test->errors.length,
             test->errors.data);
}

/* All tests are run and told, whatever came of those before; the first failure is the verdict. */
static void s_test_all_are_told(void **state)
{
    (void)state;
    static struct run run;
    static const struct test tests[] = {{TEXT("1\n"), TEXT("1\n")},
                                        {TEXT("2\n"), TEXT("3\n")},
                                        {TEXT("-1\n"), TEXT("-1\n")},
                                        {TEXT("4\n"), TEXT("4\n")}};
    struct judging_task task = s_task(
        C, "#include <stdio.h>\n#include <stdlib.h>\nint main(void) { int n; scanf(\"%d\", &n);\n"
           "fprintf(stderr, \"read %d\", n); if (n < 0) exit(3);\n"
           "printf(\"%d\\n\", n); return 0; }\n");
    run = (struct run){.tests = tests, .count = 4};
    task.told = s_tell;
    s_judge(&run, &task);
    assert_int_equal(run.outcome.verdict, VERDICT_WRONG_ANSWER);
    assert_int_equal(run.outcome.failed_test, 2);
    assert_int_equal(run.outcome.tests_run, 4);
    static const enum verdict verdicts[] = {VERDICT_ACCEPTED, VERDICT_WRONG_ANSWER,
                                            VERDICT_RUNTIME_ERROR, VERDICT_ACCEPTED};
    for (int i = 0; i < 4; i++) {
        assert_int_equal(run.told[i].times, 1);
        assert_int_equal(run.told[i].verdict, verdicts[i]);
        assert_int_equal(run.told[i].exit_code, i == 2 ? 3 : 0);
        assert_false(run.told[i].cut);
    }
    assert_string_equal(run.told[1].output, "2\n");
    assert_string_equal(run.told[1].errors, "read 2");
    assert_string_equal(run.told[2].output, "");
}

static void s_test_nothing_is_expected(void **state)
{
    (void)state;
    static struct run run;
    static const struct test test = {TEXT("20 22\n"), TEXT("")};
    struct judging_task task = s_task(C, s_sum);
    run = (struct run){.tests = &test, .count = 1};
    task.told = s_tell;
    task.uncompared = true;
    s_judge(&run, &task);
    assert_int_equal(run.outcome.verdict, VERDICT_ACCEPTED);
    assert_string_equal(run.told[0].output, "42\n");
    task.code = slice_of("if True print(1)\n");
    task.language_id = PYTHON;
    run = (struct run){.tests = &test, .count = 1};
    s_judge(&run, &task);
    assert_int_equal(run.outcome.verdict, VERDICT_COMPILATION_ERROR);
    assert_int_equal(run.outcome.tests_run, 0);
    task.code = slice_of("import sys\nsys.stdout.write('x' * 200000)\nsys.exit(7)\n");
    run = (struct run){.tests = &test, .count = 1};
    s_judge(&run, &task);
    assert_int_equal(run.outcome.verdict, VERDICT_RUNTIME_ERROR);
    assert_int_equal(run.told[0].exit_code, 7);
    assert_int_equal(run.told[0].output[0], 'x');
}

/* Who fails at once is not told that it does not compile, whatever it writes. */
static void s_test_feigned_compilation_error(void **state)
{
    (void)state;
    s_expect(
        PYTHON,
        "import sys\nsys.stderr.write('  File \"main.py\", line 1\\nSyntaxError: invalid\\n')\n"
        "sys.exit(1)\n",
        ONE("", "1\n"), VERDICT_RUNTIME_ERROR, 1);
}

static void s_test_compiler_output_is_text(void **state)
{
    (void)state;
    static struct run run;
    const struct test test = {TEXT(""), TEXT("")};
    run = (struct run){.tests = &test, .count = 1};
    struct judging_task task = s_task(C, "#warning \xff\x01 \xc3\xa9\nint main(void) { x; }\n");
    s_judge(&run, &task);
    assert_int_equal(run.outcome.verdict, VERDICT_COMPILATION_ERROR);
    assert_true(
        utf8_valid(slice_from(run.outcome.compile_output, run.outcome.compile_output_bytes)));
    char macros[4096] = "#define A B B B B B B B B\n#define B C C C C C C C C\n"
                        "#define C D D D D D D D D\n#define D x; x; x; x; x; x; x; x;\n"
                        "int main(void) { A }\n";
    task = s_task(C, macros);
    run = (struct run){.tests = &test, .count = 1};
    s_judge(&run, &task);
    assert_int_equal(run.outcome.verdict, VERDICT_COMPILATION_ERROR);
    assert_true(run.outcome.compile_output_bytes <= COMPILE_OUTPUT_MAX_BYTES);
}

/* ---- bytes -------------------------------------------------------------------------------------
 */

static void s_test_empty(void **state)
{
    (void)state;
    s_expect(C, "int main(void) { return 0; }\n", ONE("", ""), VERDICT_ACCEPTED, 0);
    s_expect(C, "int main(void) { return 0; }\n", ONE("", "\n \n"), VERDICT_ACCEPTED, 0);
    s_expect(C, "int main(void) { return 0; }\n", ONE("", "1"), VERDICT_WRONG_ANSWER, 1);
    s_expect(PYTHON, " \n", ONE("1\n", ""), VERDICT_ACCEPTED, 0);
}

static void s_test_any_bytes(void **state)
{
    (void)state;
    static const char cat[] =
        "#include <stdio.h>\nint main(void) { for (int c; (c = getchar()) != EOF;)"
        " putchar(c); return 0; }\n";
    char all[256];
    for (int i = 0; i < 256; i++)
        all[i] = (char)i;
    struct test tests[] = {{TEXT("a\0b\xff\xfe\x80"), TEXT("a\0b\xff\xfe\x80")},
                           {slice_from(all, sizeof all), slice_from(all, sizeof all)},
                           {TEXT("a\0b"), TEXT("a\0c")}};
    s_expect(C, cat, tests, 3, VERDICT_WRONG_ANSWER, 3);
    s_expect(C, cat, tests, 2, VERDICT_ACCEPTED, 0);
    /* trailing NULs are bytes like others: not what Judge0 itself would say */
    s_expect(C, "#include <stdio.h>\nint main(void) { putchar('a'); putchar(0); return 0; }\n",
             ONE("", "a"), VERDICT_WRONG_ANSWER, 1);
}

static void s_test_large(void **state)
{
    (void)state;
    static const char cat[] =
        "#include <stdio.h>\nint main(void) { for (int c; (c = getchar()) != EOF;)"
        " putchar(c); return 0; }\n";
    size_t length = 3 << 20;
    char *text = malloc(length);
    for (size_t i = 0; i < length; i++)
        text[i] = i % 8 == 7 ? '\n' : (char)('0' + i * 7 / 3 % 10);
    struct test tests[] = {{slice_from(text, length), slice_from(text, length)},
                           {slice_from(text, length - 80), slice_from(text, length - 80)},
                           {slice_from(text, length), slice_from(text, length - 8)}};
    struct judging_task task = s_task(C, cat);
    task.output_limit_bytes = (3 << 20) + 1;
    s_expect_task(&task, tests, 3, VERDICT_WRONG_ANSWER, 3);
    free(text);
}

/* ---- many tests --------------------------------------------------------------------------------
 */

#define MANY 45

/* `wrong`: the tests from this one on expect something else; 0: none. */
static void s_make_many(struct test tests[MANY], char texts[MANY][2][32], uint32_t wrong)
{
    for (uint32_t i = 0; i < MANY; i++) {
        snprintf(texts[i][0], 32, "%u 1\n", i);
        snprintf(texts[i][1], 32, "%u\n", i + 1 + (wrong && i + 1 >= wrong));
        tests[i] = (struct test){slice_of(texts[i][0]), slice_of(texts[i][1])};
    }
}

static void s_test_many(void **state)
{
    (void)state;
    static struct run run;
    struct test tests[MANY];
    char texts[MANY][2][32];
    s_make_many(tests, texts, 0);
    run = (struct run){.tests = tests, .count = MANY};
    struct judging_task task = s_task(PYTHON, "a, b = map(int, input().split())\nprint(a + b)\n");
    s_judge(&run, &task);
    assert_int_equal(run.outcome.verdict, VERDICT_ACCEPTED);
    assert_int_equal(run.outcome.tests_run, MANY);
    assert_true(run.last >= 20); /* it was told on the way */
    assert_true(run.outcome.time_ms < 3000 && run.outcome.memory_kb > 0);
    for (uint32_t wrong = 1; wrong <= MANY; wrong += 22) {
        s_make_many(tests, texts, wrong);
        s_expect_task(&task, tests, MANY, VERDICT_WRONG_ANSWER, wrong);
    }
}

static void s_test_cancel(void **state)
{
    (void)state;
    static struct run run;
    struct test tests[MANY];
    char texts[MANY][2][32];
    s_make_many(tests, texts, 0);
    run = (struct run){.tests = tests, .count = MANY, .cancel_at = 1};
    struct judging_task task = s_task(PYTHON, "a, b = map(int, input().split())\nprint(a + b)\n");
    s_judge(&run, &task);
    assert_true(run.outcome.cancelled);
    s_expect(C, s_sum, ONE("1 2\n", "3\n"), VERDICT_ACCEPTED, 0); /* the slot is as before */
}

static bool s_no_test(void *context, uint32_t index, struct slice *input, struct slice *expected)
{
    return index == 0 && s_next_test(context, index, input, expected);
}

static void s_test_missing_test(void **state)
{
    (void)state;
    static struct run run;
    const struct test tests[] = {{TEXT("1 2\n"), TEXT("3\n")}, {TEXT("1 2\n"), TEXT("3\n")}};
    run = (struct run){.tests = tests, .count = 2};
    struct judging_task task = s_task(C, s_sum);
    task.next_test = s_no_test;
    s_judge(&run, &task);
    assert_int_equal(run.outcome.verdict, VERDICT_JUDGE_ERROR);
    assert_string_equal(run.outcome.reason, "test 2 cannot be read");
}

static void s_test_impossible(void **state)
{
    (void)state;
    static struct run run;
    const struct test test = {TEXT(""), TEXT("")};
    struct judging_task bad[4];
    for (size_t i = 0; i < 4; i++)
        bad[i] = s_task(C, s_sum);
    bad[0].language_id = 9999;
    bad[1].time_limit_ms = 0;
    bad[2].memory_limit_mb = 1 << 20;
    bad[3].output_limit_bytes = 1ull << 60;
    for (size_t i = 0; i < 4; i++) {
        run = (struct run){.tests = &test, .count = 1};
        s_judge(&run, &bad[i]);
        assert_int_equal(run.outcome.verdict, VERDICT_JUDGE_ERROR);
        assert_true(run.outcome.reason[0]);
    }
}

/* ---- the place ---------------------------------------------------------------------------------
 */

static int s_set_up(void **state)
{
    (void)state;
    char error[256];
    struct buffer why;
    const char *url = getenv("CODECOMP_TEST_RUNNER");
    struct place_options options = {
        .slots = 1, .data_folder = s_folder, .judge0_token = "", .public_url = ""};
    assert_non_null(mkdtemp(s_folder));
    assert_return_code(chmod(s_folder, 0755), 0); /* programs read what is below */
    snprintf(options.url, sizeof options.url, "%s", url ? url : "sandbox:");
    buffer_init(&why, 4096);
    s_driver = runner_driver_for(options.url, error, sizeof error);
    s_place = s_driver ? s_driver->open(&options, &why) : NULL;
    s_slot = s_place ? s_driver->slot_open(s_place, 0, &why) : NULL;
    if (!s_slot)
        print_message("%s%.*s\n", s_driver ? "" : error, (int)why.length, why.data);
    buffer_fini(&why);
    if (s_slot)
        s_driver->tend(s_slot, &s_watch, &s_offer);
    return s_slot ? 0 : -1;
}

static int s_remove_one(const char *path, const struct stat *file, int kind, struct FTW *walk)
{
    (void)file, (void)kind, (void)walk;
    return remove(path);
}

static int s_tear_down(void **state)
{
    (void)state;
    s_driver->slot_close(s_slot);
    s_driver->close(s_place);
    return nftw(s_folder, s_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(s_test_offer),
        cmocka_unit_test(s_test_accepted),
        cmocka_unit_test(s_test_wrong_answer),
        cmocka_unit_test(s_test_white_space),
        cmocka_unit_test(s_test_rules),
        cmocka_unit_test(s_test_checker),
        cmocka_unit_test(s_test_time_limit),
        cmocka_unit_test(s_test_memory_limit),
        cmocka_unit_test(s_test_output_limit),
        cmocka_unit_test(s_test_runtime_error),
        cmocka_unit_test(s_test_compilation_error),
        cmocka_unit_test(s_test_feigned_compilation_error),
        cmocka_unit_test(s_test_all_are_told),
        cmocka_unit_test(s_test_nothing_is_expected),
        cmocka_unit_test(s_test_compiler_output_is_text),
        cmocka_unit_test(s_test_empty),
        cmocka_unit_test(s_test_any_bytes),
        cmocka_unit_test(s_test_large),
        cmocka_unit_test(s_test_many),
        cmocka_unit_test(s_test_cancel),
        cmocka_unit_test(s_test_missing_test),
        cmocka_unit_test(s_test_impossible),
    };
    return cmocka_run_group_tests(tests, s_set_up, s_tear_down);
}
