/* Whole judgings with real compilers: every verdict in every language of this machine, two slots at
 * work at once, as the runner has them. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "actors/runner/judging.h"
#include "tests/unit/runner/harness.h"
#include "tests/unit/runner/traces.h"

#define SLOTS 2

static struct sandbox *s_sandboxes[SLOTS]; /* one per thread */
static struct languages s_languages;       /* of this machine */

/* A program per language. It reads a word and two numbers and, by the word, adds (sum), exits with
 * an error (fail), computes for ever (loop), sleeps (sleep), eats memory (memory) or writes for
 * ever (output). */
static const struct {
    int64_t language_id;
    const char *source;
} s_programs[] = {
    {50, "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <unistd.h>\n"
         "int main(void) { char w[16]; int a, b; scanf(\"%15s %d %d\", w, &a, &b);\n"
         "if (!strcmp(w, \"fail\")) return 3;\n"
         "if (!strcmp(w, \"loop\")) for (volatile int i = 0;; i++) ;\n"
         "if (!strcmp(w, \"sleep\")) sleep(60);\n"
         "if (!strcmp(w, \"memory\")) for (;;) { volatile char *p = malloc(1 << 20);\n"
         "for (int i = 0; i < 1 << 20; i += 512) p[i] = 1; }\n"
         "if (!strcmp(w, \"output\")) for (;;) puts(\"0123456789\");\n"
         "printf(\"%d\\n\", a + b); }\n"},
    {54, "#include <chrono>\n#include <iostream>\n#include <string>\n#include <thread>\n"
         "#include <vector>\n"
         "int main() { std::string w; int a, b; std::cin >> w >> a >> b;\n"
         "if (w == \"fail\") throw 1;\n"
         "if (w == \"loop\") for (volatile int i = 0;; i = i + 1) ;\n"
         "if (w == \"sleep\") std::this_thread::sleep_for(std::chrono::seconds(60));\n"
         "std::vector<std::string> v; if (w == \"memory\") for (;;)\n"
         "v.push_back(std::string(1 << 20, 'x'));\n"
         "if (w == \"output\") for (;;) std::cout << \"0123456789\\n\";\n"
         "std::cout << a + b << std::endl; }\n"},
    {62, "import java.util.*;\npublic class Main {\n"
         "static class Node { Node next; long[] data = new long[1 << 16]; }\n"
         "public static void main(String[] args) throws Exception {\n"
         "Scanner in = new Scanner(System.in); String w = in.next();\n"
         "int a = in.nextInt(), b = in.nextInt();\n"
         "if (w.equals(\"fail\")) throw new RuntimeException(\"no\");\n"
         "if (w.equals(\"loop\")) for (int i = 0; ; i++) if (i == -1) a++;\n"
         "if (w.equals(\"sleep\")) Thread.sleep(60000);\n"
         "if (w.equals(\"memory\")) { Node n = null; for (;;) { Node m = new Node();\n"
         "m.next = n; n = m; } }\n"
         "if (w.equals(\"output\")) for (;;) System.out.println(\"0123456789\");\n"
         "System.out.println(a + b); } }\n"},
    {63, "const [w, a, b] = require('fs').readFileSync('/dev/stdin', 'utf8').split(/\\s+/);\n"
         "if (w === 'fail') process.exit(3);\n"
         "if (w === 'loop') for (;;) ;\n"
         "if (w === 'memory') { const v = []; for (;;) v.push(new Array(1000).fill(v.length)); }\n"
         "if (w === 'output') for (;;) require('fs').writeSync(1, '0123456789\\n');\n"
         "if (w === 'sleep') setTimeout(() => 0, 60000);\n"
         "else console.log(Number(a) + Number(b));\n"},
    {71, "import sys, time\nw, a, b = sys.stdin.read().split()\n"
         "if w == 'fail': raise ValueError\n"
         "while w == 'loop': pass\n"
         "if w == 'sleep': time.sleep(60)\n"
         "v = []\nwhile w == 'memory': v.append('x' * 1000000)\n"
         "while w == 'output': print('0123456789')\n"
         "print(int(a) + int(b))\n"},
    {60, "package main\nimport (\"fmt\"; \"os\"; \"time\")\n"
         "func main() { var w string; var a, b int; fmt.Scan(&w, &a, &b)\n"
         "switch w {\ncase \"fail\": os.Exit(3)\n"
         "case \"loop\": for { a++ }\n"
         "case \"sleep\": time.Sleep(time.Minute)\n"
         "case \"memory\": var v [][]byte\n for { p := make([]byte, 1 << 20)\n"
         "for i := range p { p[i] = 1 }; v = append(v, p) }\n"
         "case \"output\": for { fmt.Println(\"0123456789\") }\n}\n"
         "fmt.Println(a + b) }\n"},
    {73, "use std::io::*;\nfn main() { let mut s = String::new();\n"
         "stdin().read_to_string(&mut s).unwrap();\n"
         "let v: Vec<&str> = s.split_whitespace().collect();\n"
         "let (a, b): (i32, i32) = (v[1].parse().unwrap(), v[2].parse().unwrap());\n"
         "match v[0] { \"fail\" => panic!(\"no\"),\n"
         "\"loop\" => loop {},\n"
         "\"sleep\" => std::thread::sleep(std::time::Duration::from_secs(60)),\n"
         "\"memory\" => { let mut all = vec![]; loop { all.push(vec![1u8; 1 << 20]); } }\n"
         "\"output\" => loop { println!(\"0123456789\"); },\n_ => {} }\n"
         "println!(\"{}\", a + b); }\n"},
};

/* What each word must come to; the first test is always an accepted sum. */
static const struct {
    const char *word;
    const char *expected; /* of the second test */
    enum verdict verdict;
    uint32_t failed_test;
} s_behaviours[] = {
    {"sum", "5", VERDICT_ACCEPTED, 0},
    {"sum", "6", VERDICT_WRONG_ANSWER, 2},
    {"fail", "5", VERDICT_RUNTIME_ERROR, 2},
    {"loop", "5", VERDICT_TIME_LIMIT_EXCEEDED, 2},
    {"sleep", "5", VERDICT_TIME_LIMIT_EXCEEDED, 2},
    {"memory", "5", VERDICT_MEMORY_LIMIT_EXCEEDED, 2},
    {"output", "5", VERDICT_OUTPUT_LIMIT_EXCEEDED, 2},
    {NULL, "5", VERDICT_COMPILATION_ERROR, 0}, /* the source with a bracket too many */
};

#define PROGRAMS (sizeof s_programs / sizeof s_programs[0])
#define BEHAVIOURS (sizeof s_behaviours / sizeof s_behaviours[0])

struct s_case {
    const char *word;     /* of the second test's input */
    const char *expected; /* of the second test */
    char input[64];       /* its input, made when asked for */
    int64_t last_ms;      /* when progress was last called */
    int64_t longest_ms;   /* between two calls */
    uint32_t stop_at;     /* progress cancels when that many tests are done */
};

static bool s_next_test(void *context, uint32_t index, struct slice *input, struct slice *expected)
{
    struct s_case *one = context;
    if (index > 1)
        return false;
    snprintf(one->input, sizeof one->input, "%s 2 3\n", index && one->word ? one->word : "sum");
    *input = slice_of(one->input);
    *expected = slice_of(index ? one->expected : "5");
    return true;
}

static int64_t s_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static bool s_progress(void *context, uint32_t done, uint32_t total)
{
    struct s_case *one = context;
    int64_t now = s_now_ms();
    (void)total;
    if (one->last_ms && now - one->last_ms > one->longest_ms)
        one->longest_ms = now - one->last_ms;
    one->last_ms = now;
    return done < one->stop_at;
}

static struct judging_task s_task(int64_t language_id, const char *source, struct s_case *one)
{
    one->stop_at = UINT32_MAX;
    return (struct judging_task){
        .languages = &s_languages,
        .language_id = language_id,
        .code = slice_of(source),
        .time_limit_ms = 300,
        .memory_limit_mb = 64,
        .output_limit_bytes = 1 << 20,
        .test_count = 2,
        .next_test = s_next_test,
        .progress = s_progress,
        .context = one,
    };
}

/* ---- every verdict in every language ---- */

static struct judging_outcome s_outcomes[PROGRAMS][BEHAVIOURS];
static atomic_uint s_next; /* the next case for whichever thread is free */

static void s_judge_case(struct sandbox *sandbox, size_t program, size_t behaviour)
{
    char source[4096];
    struct s_case one = {.word = s_behaviours[behaviour].word,
                         .expected = s_behaviours[behaviour].expected};
    snprintf(source, sizeof source, "%s%s", s_programs[program].source, one.word ? "" : ")\n");
    struct judging_task task = s_task(s_programs[program].language_id, source, &one);
    if (s_behaviours[behaviour].verdict != VERDICT_TIME_LIMIT_EXCEEDED)
        task.time_limit_ms = 3000; /* virtual machines start slowly on a busy one */
    judging_run(sandbox, &task, &s_outcomes[program][behaviour]);
}

static void *s_work(void *sandbox)
{
    for (unsigned i; (i = atomic_fetch_add(&s_next, 1)) < PROGRAMS * BEHAVIOURS;)
        if (languages_find(&s_languages, s_programs[i / BEHAVIOURS].language_id, NULL))
            s_judge_case(sandbox, i / BEHAVIOURS, i % BEHAVIOURS);
    return NULL;
}

static int s_check_case(size_t program, size_t behaviour)
{
    const struct judging_outcome *is = &s_outcomes[program][behaviour];
    bool accepted_first = s_behaviours[behaviour].verdict != VERDICT_COMPILATION_ERROR;
    if (is->verdict == s_behaviours[behaviour].verdict &&
        is->failed_test == s_behaviours[behaviour].failed_test && is->tests_total == 2 &&
        is->tests_run == (accepted_first ? 2 : 0) &&
        (is->verdict != VERDICT_COMPILATION_ERROR || is->compile_output_bytes > 0) &&
        (!accepted_first || is->memory_kb > 0))
        return 0;
    print_error("language %d, %s: %s (test %u) %s %.*s\n", (int)s_programs[program].language_id,
                s_behaviours[behaviour].word ? s_behaviours[behaviour].word : "bracket",
                word_text(&verdict_words, is->verdict), is->failed_test, is->reason,
                (int)is->compile_output_bytes, is->compile_output);
    return 1;
}

static void every_verdict_in_every_language(void **state)
{
    pthread_t threads[SLOTS];
    int wrong = 0;
    (void)state;
    for (int i = 0; i < SLOTS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, s_work, s_sandboxes[i]), 0);
    for (int i = 0; i < SLOTS; i++)
        pthread_join(threads[i], NULL);
    for (size_t i = 0; i < PROGRAMS; i++)
        for (size_t k = 0; k < BEHAVIOURS; k++)
            if (languages_find(&s_languages, s_programs[i].language_id, NULL))
                wrong += s_check_case(i, k);
    assert_int_equal(wrong, 0);
}

/* ---- languages ---- */

static void installed_toolchains_are_found(void **state)
{
    size_t count, found = 0;
    const struct language *table = languages_table(&count);
    (void)state;
    for (size_t i = 0; i < count; i++) {
        bool installed =
            access(table[i].compile[0], X_OK) == 0 && access(table[i].version[0], X_OK) == 0;
        if (installed != (languages_find(&s_languages, table[i].id, NULL) != NULL))
            fail_msg("%s", table[i].name);
    }
    for (; found < s_languages.count; found++)
        assert_in_range(s_languages.list[found].version[0], '0', '9');
    assert_non_null(languages_find(&s_languages, 50, NULL));
    assert_non_null(languages_find(&s_languages, 54, NULL));
    assert_null(languages_find(&s_languages, 0, NULL));
    assert_null(languages_find(&s_languages, -1, NULL));
}

/* ---- compiling ---- */

static void s_judge(const char *source, struct judging_outcome *outcome)
{
    struct s_case one = {.word = "sum", .expected = "5"};
    struct judging_task task = s_task(50, source, &one);
    judging_run(s_sandboxes[0], &task, outcome);
}

static void an_endless_compilation_is_a_compilation_error(void **state)
{
    /* two to the power of forty copies: gcc's time or memory ends first */
    static struct judging_outcome outcome;
    char source[4096];
    size_t length = (size_t)snprintf(source, sizeof source, "#define A0 x\n");
    (void)state;
    for (int i = 1; i <= 40; i++)
        length += (size_t)snprintf(source + length, sizeof source - length, "#define A%d A%d A%d\n",
                                   i, i - 1, i - 1);
    snprintf(source + length, sizeof source - length, "int main(void) { A40; }\n");
    s_judge(source, &outcome);
    assert_int_equal(outcome.verdict, VERDICT_COMPILATION_ERROR);
    assert_int_equal(memcmp(outcome.compile_output, "The compiler was stopped: ", 26), 0);
}

static void messages_are_cut_and_valid(void **state)
{
    static struct judging_outcome outcome;
    char source[8192] = "int main(void) { return 0; }\n";
    (void)state;
    for (int i = 0; i < 400; i++)
        strcat(source, "\xc3\xa4\xff ?\n");
    s_judge(source, &outcome);
    assert_int_equal(outcome.verdict, VERDICT_COMPILATION_ERROR);
    assert_in_range(outcome.compile_output_bytes, COMPILE_OUTPUT_MAX_BYTES - 3,
                    COMPILE_OUTPUT_MAX_BYTES);
    assert_true(utf8_valid(slice_from(outcome.compile_output, outcome.compile_output_bytes)));
}

static void warnings_are_shown_with_an_accepted_answer(void **state)
{
    static struct judging_outcome outcome;
    (void)state;
    s_judge("#warning careful\n#include <stdio.h>\n"
            "int main(void) { printf(\"5\"); return 0; }\n",
            &outcome);
    assert_int_equal(outcome.verdict, VERDICT_ACCEPTED);
    assert_non_null(memmem(outcome.compile_output, outcome.compile_output_bytes, "careful", 7));
}

/* ---- tasks ---- */

static void a_judging_can_be_cancelled(void **state)
{
    static struct judging_outcome outcome;
    struct s_case one = {.word = "sleep", .expected = "5"};
    struct judging_task task = s_task(50, s_programs[0].source, &one);
    (void)state;
    task.time_limit_ms = 20000;
    one.stop_at = 1;
    judging_run(s_sandboxes[0], &task, &outcome);
    assert_true(outcome.cancelled);
    one.stop_at = 0; /* while compiling */
    judging_run(s_sandboxes[0], &task, &outcome);
    assert_true(outcome.cancelled);
    assert_int_equal(outcome.tests_run, 0);
}

static void progress_comes_often(void **state)
{
    static struct judging_outcome outcome;
    struct s_case one = {.word = "sleep", .expected = "5"};
    struct judging_task task = s_task(54, s_programs[1].source, &one);
    (void)state;
    judging_run(s_sandboxes[0], &task, &outcome);
    assert_int_equal(outcome.verdict, VERDICT_TIME_LIMIT_EXCEEDED);
    assert_in_range(one.longest_ms, 1, 499);
}

static void what_cannot_be_judged_is_our_error(void **state)
{
    static struct judging_outcome outcome;
    struct s_case one = {.word = "sum", .expected = "5"};
    const struct judging_task good = s_task(50, s_programs[0].source, &one);
    struct judging_task bad[7];
    (void)state;
    for (size_t i = 0; i < 7; i++)
        bad[i] = good;
    bad[0].language_id = 9;
    bad[1].time_limit_ms = 0;
    bad[2].memory_limit_mb = -1;
    bad[3].test_count = 0;
    bad[4].test_count = TESTS_MAX + 1;
    bad[5].output_limit_bytes = UINT64_MAX;
    bad[6].test_count = 3; /* the third cannot be had */
    for (size_t i = 0; i < 7; i++) {
        judging_run(s_sandboxes[0], &bad[i], &outcome);
        assert_int_equal(outcome.verdict, VERDICT_JUDGE_ERROR);
        assert_true(outcome.reason[0]);
    }
    assert_string_equal(outcome.reason, "test 3 cannot be read");
    assert_int_equal(outcome.tests_run, 2);
}

/* ---- set-up ---- */

static struct traces s_before;

static int s_set_up(void **state)
{
    (void)state;
    s_before = traces_now();
    for (unsigned i = 0; i < SLOTS; i++)
        if (!(s_sandboxes[i] = harness_slot(10 + i)))
            return -1;
    languages_detect(&s_languages, s_sandboxes[0]);
    return 0;
}

static int s_tear_down(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SLOTS; i++)
        sandbox_destroy(&s_sandboxes[i]);
    traces_assert_same(&s_before);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(installed_toolchains_are_found),
        cmocka_unit_test(every_verdict_in_every_language),
        cmocka_unit_test(an_endless_compilation_is_a_compilation_error),
        cmocka_unit_test(messages_are_cut_and_valid),
        cmocka_unit_test(warnings_are_shown_with_an_accepted_answer),
        cmocka_unit_test(a_judging_can_be_cancelled),
        cmocka_unit_test(progress_comes_often),
        cmocka_unit_test(what_cannot_be_judged_is_our_error),
    };
    return cmocka_run_group_tests(tests, s_set_up, s_tear_down);
}
