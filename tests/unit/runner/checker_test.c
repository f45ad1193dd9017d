/* Problems' own programs that judge: output validators and interactors, good, broken and hostile
 * ones, and programs that are hostile to them. Real compilers, real runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "actors/runner/judging.h"
#include "tests/unit/runner/harness.h"
#include "tests/unit/runner/traces.h"

#define SLOT 29
#define C 50
#define PYTHON 71
#define FILES_MAX 3

static struct sandbox *s_sandbox;
static struct languages s_languages;
static struct compile_cache *s_cache;
static struct judging_outcome s_outcome;
static const char *s_input, *s_answer, *s_arguments;

/* A judging. Ends of the list of files: path NULL. */
struct task {
    enum judging_mode mode;
    enum checker_protocol protocol;
    struct {
        const char *path, *text;
    } checker[FILES_MAX], interactor[FILES_MAX];
    int64_t language_id;   /* of the program; 0: C */
    const char *program;   /* its source */
    int64_t time_limit_ms; /* 0: 500 */
    enum verdict verdict;  /* what it must come to */
    const char *reason;    /* of a Judge Error, a part of it; NULL: any */
};

/* ---- judging ---------------------------------------------------------------------------------
 */

static bool s_next_test(void *context, uint32_t index, struct slice *input, struct slice *expected)
{
    (void)context, (void)index;
    *input = slice_of(s_input);
    *expected = slice_of(s_answer);
    return true;
}

static struct slice s_give_arguments(void *context)
{
    (void)context;
    return slice_of(s_arguments);
}

static void s_judge(const struct task *task)
{
    struct sandbox_file files[2][FILES_MAX];
    struct checker_programs programs = {
        .protocol = task->protocol, .checker = {files[0], 0}, .interactor = {files[1], 0}};
    for (;
         programs.checker.file_count < FILES_MAX && task->checker[programs.checker.file_count].path;
         programs.checker.file_count++)
        files[0][programs.checker.file_count] =
            (struct sandbox_file){slice_of(task->checker[programs.checker.file_count].path),
                                  slice_of(task->checker[programs.checker.file_count].text)};
    for (; programs.interactor.file_count < FILES_MAX &&
           task->interactor[programs.interactor.file_count].path;
         programs.interactor.file_count++)
        files[1][programs.interactor.file_count] =
            (struct sandbox_file){slice_of(task->interactor[programs.interactor.file_count].path),
                                  slice_of(task->interactor[programs.interactor.file_count].text)};
    const struct judging_task judging = {.languages = &s_languages,
                                         .cache = s_cache,
                                         .language_id = task->language_id ? task->language_id : C,
                                         .code = slice_of(task->program),
                                         .time_limit_ms =
                                             task->time_limit_ms ? task->time_limit_ms : 500,
                                         .memory_limit_mb = 64,
                                         .output_limit_bytes = 1 << 20,
                                         .test_count = 1,
                                         .next_test = s_next_test,
                                         .mode = task->mode,
                                         .programs = &programs,
                                         .arguments = s_give_arguments};
    judging_run(s_sandbox, &judging, &s_outcome);
}

static void s_expect(const char *what, const struct task *task)
{
    s_judge(task);
    if (s_outcome.verdict != task->verdict ||
        (task->reason && !strstr(s_outcome.reason, task->reason)))
        fail_msg("%s: %s (%lld ms), not %s; \"%s\" %.*s", what,
                 word_text(&verdict_words, (uint8_t)s_outcome.verdict),
                 (long long)s_outcome.time_ms, word_text(&verdict_words, (uint8_t)task->verdict),
                 s_outcome.reason, (int)s_outcome.compile_output_bytes, s_outcome.compile_output);
}

static void s_set_test(const char *input, const char *answer, const char *arguments)
{
    s_input = input;
    s_answer = answer;
    s_arguments = arguments;
}

/* ---- output validators -------------------------------------------------------------------------
 * The problem: two numbers whose sum is the input; the answer has a word that must be there. */

#define VALIDATE_C                                                                           \
    "#include <stdio.h>\n#include <string.h>\n#include \"exits.h\"\n"                        \
    "int main(int argc, char **argv) {\n"                                                    \
    "    int n, a, b, few = 0; char word[16] = \"\", path[256], rest[2];\n"                  \
    "    FILE *in = fopen(argv[1], \"r\"), *answer = fopen(argv[2], \"r\");\n"               \
    "    if (!in || !answer || fscanf(in, \"%d\", &n) != 1) return 9;\n"                     \
    "    if (fscanf(answer, \"%15s\", word) != 1 || strcmp(word, \"any\")) return 10;\n"     \
    "    snprintf(path, sizeof path, \"%sjudgemessage.txt\", argv[3]);\n"                    \
    "    FILE *message = fopen(path, \"w\");\n"                                              \
    "    if (!message || fprintf(message, \"read\\n\") < 0 || fclose(message)) return 11;\n" \
    "    for (int i = 4; i < argc; i++) few |= !strcmp(argv[i], \"few\");\n"                 \
    "    if (scanf(\"%d %d\", &a, &b) != 2 || scanf(\"%1s\", rest) == 1) return WRONG;\n"    \
    "    return a + b == n && (!few || a < 10) ? RIGHT : WRONG; }\n"
#define EXITS_H "enum { RIGHT = 42, WRONG = 43 };\n"
#define CHECKER_IN_C                \
    {                               \
        {"validate.c", VALIDATE_C}, \
        {                           \
            "exits.h", EXITS_H      \
        }                           \
    }
#define PROGRAM(says) "#include <stdio.h>\nint main(void) { printf(\"" says "\"); return 0; }\n"

static void an_output_validator_decides(void **state)
{
    static const char in_cpp[] =
        "#include <fstream>\n#include <iostream>\n#include <string>\n"
        "int main(int, char **argv) { int n, a, b; std::string word, rest;\n"
        "std::ifstream in(argv[1]), answer(argv[2]); in >> n; answer >> word;\n"
        "std::ofstream(std::string(argv[3]) + \"teammessage.txt\") << \"well\";\n"
        "if (word != \"any\") return 9;\n"
        "return std::cin >> a >> b && a + b == n && !(std::cin >> rest) ? 42 : 43; }\n";
    static const char in_python[] =
        "import sys\nfrom helper import verdict\n"
        "n = int(open(sys.argv[1]).read())\nassert open(sys.argv[2]).read() == 'any\\n'\n"
        "open(sys.argv[3] + 'judgemessage.txt', 'w').write('well')\n"
        "verdict(n, sys.stdin.read().split())\n";
    static const char helper[] =
        "import sys\ndef verdict(n, words):\n"
        "    right = len(words) == 2 and int(words[0]) + int(words[1]) == n\n"
        "    sys.exit(42 if right else 43)\n";
    (void)state;
    s_set_test("7\n", "any\n", "");
    for (int wrong = 0; wrong < 2; wrong++) {
        struct task task = {.mode = JUDGING_VALIDATOR,
                            .checker = CHECKER_IN_C,
                            .program = wrong ? PROGRAM("3 3\\n") : PROGRAM("3 4\\n"),
                            .verdict = wrong ? VERDICT_WRONG_ANSWER : VERDICT_ACCEPTED};
        s_expect("in C", &task);
        assert_int_equal(s_outcome.failed_test, wrong);
        task.checker[0].path = "v.cc", task.checker[0].text = in_cpp;
        task.checker[1].path = NULL;
        s_expect("in C++", &task);
        task.checker[0].path = "helper.h", task.checker[0].text = "not a source";
        task.checker[1].path = "validate.py", task.checker[1].text = in_python;
        task.checker[2].path = "helper.py", task.checker[2].text = helper;
        s_expect("in Python", &task);
    }
}

static void its_arguments_are_the_tests(void **state)
{
    struct task task = {.mode = JUDGING_VALIDATOR,
                        .checker = CHECKER_IN_C,
                        .program = PROGRAM("30 4\\n"),
                        .verdict = VERDICT_ACCEPTED};
    (void)state;
    s_set_test("34\n", "any\n", "many words\n\tor none");
    s_expect("other words", &task);
    s_set_test("34\n", "any\n", "  few ");
    task.verdict = VERDICT_WRONG_ANSWER;
    s_expect("its word", &task);
}

/* What the program did comes before what anybody says of what it wrote. */
static void the_programs_failures_come_first(void **state)
{
    static const struct {
        const char *program;
        enum verdict verdict;
    } table[] = {
        {"#include <stdio.h>\nint main(void) { puts(\"3 4\"); return 1; }\n",
         VERDICT_RUNTIME_ERROR},
        {"#include <stdio.h>\nint main(void) { puts(\"3 4\"); fflush(stdout);"
         " for (volatile int i = 0;; i++) ; }\n",
         VERDICT_TIME_LIMIT_EXCEEDED},
        {"#include <stdio.h>\nint main(void) { for (;;) puts(\"3 4\"); }\n",
         VERDICT_OUTPUT_LIMIT_EXCEEDED},
        {"int main(void) { return }\n", VERDICT_COMPILATION_ERROR},
    };
    (void)state;
    s_set_test("7\n", "any\n", "");
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        s_expect(table[i].program, &(struct task){.mode = JUDGING_VALIDATOR,
                                                  .checker = CHECKER_IN_C,
                                                  .program = table[i].program,
                                                  .verdict = table[i].verdict});
}

/* Nobody's verdict but ours to mend: what is not its word is a Judge Error, with its reason. */
static void a_broken_validator_is_a_judge_error(void **state)
{
    static const struct {
        const char *body, *reason;
    } table[] = {
        {"return 0;", "exited with code 0"},
        {"return 1;", "exited with code 1"},
        {"fputs(\"I am\\nlost\\n\", stderr); return 44;", "exited with code 44: I am lost"},
        {"abort();", "ended by signal 6"},
        {"*(volatile int *)0 = 1;", "ended by signal 11"},
        {"raise(SIGKILL);", "ended by signal 9"},
        {"for (;;) puts(\"flood\");", "wrote too much"},
        {"for (;;) memset(malloc(1 << 20), 1, 1 << 20);", "more than 1024 MB"},
        {"for (;;) fputs(\"\\xff\\x1b[31m\\\"\", stderr), i++ > 1000000 ? exit(7) : 0;",
         "exited with code 7"},
        {"char p[99]; for (;;) { sprintf(p, \"%s%d\", v[3], i++); FILE *f = fopen(p, \"w\");"
         "if (!f) return 5; fprintf(f, \"%1000d\", 1); fclose(f); }",
         "exited with code 5"}, /* its folder is full */
        {"execl(\"/bin/rm\", \"rm\", \"-rf\", \"/box\", \"/usr\", v[1], v[2], v[3], NULL);",
         "exited with code 1"},
    };
    (void)state;
    s_set_test("7\n", "any\n", "");
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        char source[1024];
        snprintf(
            source, sizeof source,
            "#include <signal.h>\n#include <stdio.h>\n#include <stdlib.h>\n"
            "#include <string.h>\n#include <unistd.h>\n"
            "int main(int c, char **v) { int i = 0; (void)c, (void)v, (void)i; %s return 0; }\n",
            table[i].body);
        s_expect(table[i].body, &(struct task){.mode = JUDGING_VALIDATOR,
                                               .checker = {{"validate.c", source}},
                                               .program = PROGRAM("3 4\\n"),
                                               .verdict = VERDICT_JUDGE_ERROR,
                                               .reason = table[i].reason});
        s_expect("the next one", &(struct task){.mode = JUDGING_VALIDATOR,
                                                .checker = CHECKER_IN_C,
                                                .program = PROGRAM("3 4\\n"),
                                                .verdict = VERDICT_ACCEPTED});
    }
}

static void a_validator_that_cannot_be_built_is_a_judge_error(void **state)
{
    static const struct {
        const char *path, *text, *reason;
    } table[] = {
        {"validate.c", "int main(void) { return }\n", "does not compile"},
        {"validate.c", "#include \"gone.h\"\n", "gone.h"},
        {"validate.cob", "", "in no language"},
        {"validate", "", "in no language"},
        {"../validate.c", "int main(void) { return 42; }\n", NULL},
        {NULL, NULL, "no checker"},
    };
    (void)state;
    s_set_test("7\n", "any\n", "");
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        s_expect(table[i].path ? table[i].path : "none",
                 &(struct task){.mode = JUDGING_VALIDATOR,
                                .checker = {{table[i].path, table[i].text}},
                                .program = PROGRAM("3 4\\n"),
                                .verdict = table[i].path && table[i].path[0] == '.'
                                               ? VERDICT_ACCEPTED
                                               : VERDICT_JUDGE_ERROR,
                                .reason = table[i].reason});
    s_expect("a header that wants out",
             &(struct task){.mode = JUDGING_VALIDATOR,
                            .checker = {{"validate.c", "int main(void) { return 42; }\n"},
                                        {"../../etc/evil.h", ""}},
                            .program = PROGRAM("3 4\\n"),
                            .verdict = VERDICT_JUDGE_ERROR,
                            .reason = "no proper name"});
}

static void testlibs_protocol_is_understood(void **state)
{
    static const char check[] =
        "#include <stdio.h>\n#include <string.h>\n"
        "int main(int argc, char **argv) { int n, a, b; char word[16] = \"\";\n"
        "FILE *in = fopen(argv[1], \"r\"), *out = fopen(argv[2], \"r\"), *ans = fopen(argv[3], "
        "\"r\");\n"
        "if (!in || !out || !ans || fscanf(in, \"%d\", &n) != 1) return 3;\n"
        "if (fscanf(ans, \"%15s\", word) != 1 || strcmp(word, \"any\")) return 3;\n"
        "if (fscanf(out, \"%d %d\", &a, &b) != 2) return 2;\n"
        "if (a == 99) return 8; if (a == 98) return 7;\n"
        "return a + b == n ? 0 : 1; }\n";
    static const struct {
        const char *program;
        enum verdict verdict;
    } table[] = {
        {PROGRAM("3 4\\n"), VERDICT_ACCEPTED},     {PROGRAM("3 5\\n"), VERDICT_WRONG_ANSWER},
        {PROGRAM("x\\n"), VERDICT_WRONG_ANSWER},   {PROGRAM("99 1"), VERDICT_WRONG_ANSWER},
        {PROGRAM("98 1\\n"), VERDICT_JUDGE_ERROR}, {PROGRAM(""), VERDICT_WRONG_ANSWER}};
    (void)state;
    s_set_test("7\n", "any\n", "");
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        s_expect(table[i].program, &(struct task){.mode = JUDGING_VALIDATOR,
                                                  .protocol = CHECKER_TESTLIB,
                                                  .checker = {{"check.c", check}},
                                                  .program = table[i].program,
                                                  .verdict = table[i].verdict});
}

/* ---- interactors -------------------------------------------------------------------------------
 * The problem: a number from 1 to 1000 is to be guessed in ten questions. */

#define GUESS_PY                                                    \
    "import sys\nn = int(open(sys.argv[1]).read())\n"               \
    "print(1000, flush=True)\n"                                     \
    "for question in range(10):\n"                                  \
    "    line = sys.stdin.readline()\n"                             \
    "    if not line: sys.exit(43)\n"                               \
    "    try: guess = int(line)\n"                                  \
    "    except ValueError: sys.exit(43)\n"                         \
    "    if guess == n: print('right', flush=True); sys.exit(42)\n" \
    "    print('less' if n < guess else 'more', flush=True)\n"      \
    "sys.exit(43)\n"
#define INTERACTOR               \
    {                            \
        {                        \
            "guess.py", GUESS_PY \
        }                        \
    }

static const char s_guesser[] =
    "#include <stdio.h>\n#include <string.h>\n"
    "int main(void) { int low = 1, high; char word[16]; scanf(\"%d\", &high);\n"
    "while (low <= high) { int guess = (low + high) / 2; printf(\"%d\\n\", guess); "
    "fflush(stdout);\n"
    "if (scanf(\"%15s\", word) != 1) return 1;\n"
    "if (!strcmp(word, \"right\")) return 0;\n"
    "if (!strcmp(word, \"less\")) high = guess - 1; else low = guess + 1; } return 0; }\n";

static void an_interactor_talks(void **state)
{
    static const char guess_cpp[] =
        "#include <fstream>\n#include <iostream>\n#include <string>\n"
        "int main(int, char **argv) { int n, guess; std::ifstream(argv[1]) >> n;\n"
        "std::ofstream(std::string(argv[3]) + \"judgemessage.txt\") << \"well\";\n"
        "std::cout << 1000 << std::endl;\n"
        "for (int i = 0; i < 10; i++) { if (!(std::cin >> guess)) return 43;\n"
        "if (guess == n) { std::cout << \"right\" << std::endl; return 42; }\n"
        "std::cout << (n < guess ? \"less\" : \"more\") << std::endl; } return 43; }\n";
    static const char in_python[] =
        "low, high = 1, int(input())\n"
        "while True:\n    guess = (low + high) // 2\n    print(guess, flush=True)\n"
        "    word = input()\n    if word == 'right': break\n"
        "    if word == 'less': high = guess - 1\n    else: low = guess + 1\n";
    (void)state;
    s_set_test("731\n", "", "");
    struct task task = {.mode = JUDGING_INTERACTIVE,
                        .checker = INTERACTOR,
                        .program = s_guesser,
                        .verdict = VERDICT_ACCEPTED};
    s_expect("in Python", &task);
    assert_true(s_outcome.memory_kb > 0);
    task.checker[0].path = "guess.cpp", task.checker[0].text = guess_cpp;
    s_expect("in C++", &task);
    task.language_id = PYTHON, task.program = in_python;
    s_expect("with Python", &task);
}

static void whoever_fails_first_decides(void **state)
{
    static const struct {
        const char *program;
        enum verdict verdict;
    } table[] = {
        /* one after the other, too many questions */
        {"#include <stdio.h>\nint main(void) { for (int i = 1; i < 11; i++) { printf(\"%d\\n\", i);"
         "fflush(stdout); scanf(\"%*s\"); } getchar(); getchar(); return 0; }\n",
         VERDICT_WRONG_ANSWER},
        /* the same, and what comes of writing to somebody who is gone */
        {"#include <stdio.h>\n#include <unistd.h>\n"
         "int main(void) { for (;;) write(1, \"1\\n\", 2); }\n",
         VERDICT_WRONG_ANSWER},
        {"#include <stdio.h>\n#include <stdlib.h>\n"
         "int main(void) { puts(\"what\"); fflush(stdout); while (getchar() != EOF) ; abort(); }\n",
         VERDICT_WRONG_ANSWER},
        {"#include <stdio.h>\n"
         "int main(void) { puts(\"x\"); fflush(stdout); while (getchar() != EOF) ;"
         " for (volatile int i = 0;; i++) ; }\n",
         VERDICT_WRONG_ANSWER},
        /* its own failures */
        {"#include <stdlib.h>\nint main(void) { abort(); }\n", VERDICT_RUNTIME_ERROR},
        {"#include <stdio.h>\nint main(void) { scanf(\"%*d\"); return 3; }\n",
         VERDICT_RUNTIME_ERROR},
        {"int main(void) { for (volatile int i = 0;; i++) ; }\n", VERDICT_TIME_LIMIT_EXCEEDED},
        {"#include <stdlib.h>\n#include <string.h>\n"
         "int main(void) { for (;;) memset(malloc(1 << 20), 1, 1 << 20); }\n",
         VERDICT_MEMORY_LIMIT_EXCEEDED},
        /* leaves early, or says nothing */
        {"int main(void) { return 0; }\n", VERDICT_WRONG_ANSWER},
        {"#include <stdio.h>\nint main(void) { puts(\"500\"); return 0; }\n", VERDICT_WRONG_ANSWER},
        {"#include <unistd.h>\nint main(void) { close(1); return 0; }\n", VERDICT_WRONG_ANSWER},
        /* both wait */
        {"#include <unistd.h>\nint main(void) { sleep(600); return 0; }\n",
         VERDICT_TIME_LIMIT_EXCEEDED},
        {"#include <stdio.h>\nint main(void) { while (getchar() != EOF) ; return 0; }\n",
         VERDICT_TIME_LIMIT_EXCEEDED},
        {"#include <unistd.h>\nint main(void) { close(0); close(1); pause(); return 0; }\n",
         VERDICT_TIME_LIMIT_EXCEEDED},
        /* leaves children that hold the pipes */
        {"#include <unistd.h>\nint main(void) { if (fork() == 0) { setsid(); if (fork() == 0)"
         " pause(); pause(); } return 0; }\n",
         VERDICT_WRONG_ANSWER},
    };
    (void)state;
    s_set_test("731\n", "", "");
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        s_expect(table[i].program, &(struct task){.mode = JUDGING_INTERACTIVE,
                                                  .checker = INTERACTOR,
                                                  .program = table[i].program,
                                                  .time_limit_ms = 200,
                                                  .verdict = table[i].verdict});
}

#define INTERACTOR_OF(body)                                                               \
    {                                                                                     \
        {                                                                                 \
            "i.c", "#include <stdio.h>\n#include <string.h>\n#include <unistd.h>\n"       \
                   "int main(int c, char **v) { char b[65536] = \"\"; (void)c, (void)v, " \
                   "(void)b; " body " }\n"                                                \
        }                                                                                 \
    }

/* What passes is bounded, and by whom it is too much is known. */
static void floods_end(void **state)
{
    static const char flood[] = "#include <string.h>\n#include <unistd.h>\n"
                                "int main(void) { char b[4096]; memset(b, 'x', sizeof b); for (;;) "
                                "write(1, b, sizeof b); }\n";
    (void)state;
    s_set_test("1\n", "", "");
    s_expect(
        "a program, and somebody who reads it",
        &(struct task){.mode = JUDGING_INTERACTIVE,
                       .checker = INTERACTOR_OF("while (read(0, b, sizeof b) > 0) ; return 43;"),
                       .program = flood,
                       .verdict = VERDICT_OUTPUT_LIMIT_EXCEEDED});
    s_expect("a program, and nobody who reads it",
             &(struct task){.mode = JUDGING_INTERACTIVE,
                            .checker = INTERACTOR_OF("pause(); return 43;"),
                            .program = flood,
                            .time_limit_ms = 200,
                            .verdict = VERDICT_TIME_LIMIT_EXCEEDED});
    s_expect("an interactor, and somebody who reads it",
             &(struct task){.mode = JUDGING_INTERACTIVE,
                            .checker = INTERACTOR_OF("for (;;) write(1, b, sizeof b);"),
                            .program = "#include <unistd.h>\nint main(void) { static char b[65536];"
                                       " while (read(0, b, sizeof b) > 0) ; return 0; }\n",
                            .time_limit_ms = 5000,
                            .verdict = VERDICT_JUDGE_ERROR,
                            .reason = "wrote too much"});
    s_expect("an interactor, and somebody who left",
             &(struct task){.mode = JUDGING_INTERACTIVE,
                            .checker = INTERACTOR_OF("for (;;) write(1, b, sizeof b);"),
                            .program = "int main(void) { return 0; }\n",
                            .verdict = VERDICT_JUDGE_ERROR,
                            .reason = "wrote too much"});
    s_expect("much, and then a word",
             &(struct task){.mode = JUDGING_INTERACTIVE,
                            .checker = INTERACTOR_OF(
                                "for (int i = 0; i < 100; i++) write(1, b, sizeof b); return 42;"),
                            .program = "int main(void) { return 0; }\n",
                            .verdict = VERDICT_ACCEPTED});
}

static void a_broken_interactor_is_a_judge_error(void **state)
{
    static const char waits[] = "#include <stdio.h>\n#include <stdlib.h>\n"
                                "int main(void) { while (getchar() != EOF) ; abort(); }\n";
    (void)state;
    s_set_test("1\n", "", "");
    s_expect("exits first", &(struct task){.mode = JUDGING_INTERACTIVE,
                                           .checker = INTERACTOR_OF("return 1;"),
                                           .program = waits,
                                           .verdict = VERDICT_JUDGE_ERROR,
                                           .reason = "exited with code 1"});
    s_expect("crashes first", &(struct task){.mode = JUDGING_INTERACTIVE,
                                             .checker = INTERACTOR_OF("*(volatile int *)0 = 1;"),
                                             .program = waits,
                                             .verdict = VERDICT_JUDGE_ERROR,
                                             .reason = "signal 11"});
    s_expect("exits after it",
             &(struct task){.mode = JUDGING_INTERACTIVE,
                            .checker = INTERACTOR_OF("while (read(0, b, 1) > 0) ; return 0;"),
                            .program = "int main(void) { return 0; }\n",
                            .verdict = VERDICT_JUDGE_ERROR,
                            .reason = "exited with code 0"});
}

/* The time of whoever judges is not the program's. */
static void only_its_own_time_counts(void **state)
{
    static const char slow[] =
        "#include <stdio.h>\n#include <time.h>\n"
        "int main(int c, char **v) { (void)c; (void)v; int n;\n"
        "while (clock() < 2 * CLOCKS_PER_SEC) ; puts(\"go\"); fflush(stdout);\n"
        "return scanf(\"%d\", &n) == 1 && n == 7 ? 42 : 43; }\n";
    (void)state;
    s_set_test("7\n", "any\n", "");
    s_expect("an interactor that takes its time",
             &(struct task){.mode = JUDGING_INTERACTIVE,
                            .checker = {{"slow.c", slow}},
                            .program = "#include <stdio.h>\nint main(void) { char w[9];"
                                       " scanf(\"%8s\", w); puts(\"7\"); return 0; }\n",
                            .time_limit_ms = 300,
                            .verdict = VERDICT_ACCEPTED});
    assert_true(s_outcome.time_ms <= 300);
    s_expect("a validator that does", &(struct task){.mode = JUDGING_VALIDATOR,
                                                     .checker = {{"slow.c", slow}},
                                                     .program = PROGRAM("7\\n"),
                                                     .time_limit_ms = 300,
                                                     .verdict = VERDICT_ACCEPTED});
    assert_true(s_outcome.time_ms <= 300);
}

/* testlib's interactor reports to a checker, which has the last word. */
static void an_interactor_may_have_a_checker(void **state)
{
    static const char interactor[] =
        "#include <stdio.h>\n"
        "int main(int c, char **v) { int n, a; (void)c; FILE *in = fopen(v[1], \"r\"), *out = "
        "fopen(v[2], \"w\");\n"
        "if (!in || !out || !fopen(v[3], \"r\") || fscanf(in, \"%d\", &n) != 1) return 3;\n"
        "printf(\"%d\\n\", n); fflush(stdout);\n"
        "if (scanf(\"%d\", &a) != 1) return 2;\n"
        "fprintf(out, \"%d\\n\", a); fclose(out); return 0; }\n";
    static const char check[] = "#include <stdio.h>\n"
                                "int main(int c, char **v) { int n, a; (void)c; FILE *in = "
                                "fopen(v[1], \"r\"), *out = fopen(v[2], \"r\");\n"
                                "if (!in || !out || fscanf(in, \"%d\", &n) != 1) return 3;\n"
                                "return fscanf(out, \"%d\", &a) == 1 && a == 2 * n ? 0 : 1; }\n";
    static const char twice[] = "#include <stdio.h>\nint main(void) { int n; scanf(\"%d\", &n);"
                                " printf(\"%d\\n\", 2 * n); return 0; }\n";
    static const char once[] = "#include <stdio.h>\nint main(void) { int n; scanf(\"%d\", &n);"
                               " printf(\"%d\\n\", n); return 0; }\n";
    struct task task = {.mode = JUDGING_INTERACTIVE,
                        .protocol = CHECKER_TESTLIB,
                        .checker = {{"check.c", check}},
                        .interactor = {{"interactor.c", interactor}},
                        .program = twice,
                        .verdict = VERDICT_ACCEPTED};
    (void)state;
    s_set_test("21\n", "any\n", "");
    s_expect("right", &task);
    task.program = once, task.verdict = VERDICT_WRONG_ANSWER;
    s_expect("wrong by the checker", &task);
    task.program = "int main(void) { return 0; }\n";
    s_expect("wrong by the interactor", &task);
    task.checker[0].path = NULL, task.program = once, task.verdict = VERDICT_ACCEPTED;
    s_expect("without a checker", &task);
}

/* ---- walls between them ------------------------------------------------------------------------
 */

/* A program that exits with an error where it finds what is not its own. */
static void the_program_sees_nothing_of_the_judges(void **state)
{
    static const char prying[] =
        "import os, sys\n"
        "sys.stdin.readline()\n"
        "found = []\n"
        "for fd in range(3, 256):\n"
        "    try: os.fstat(fd); found.append('fd %d' % fd)\n"
        "    except OSError: pass\n"
        "for pid in [p for p in os.listdir('/proc') if p.isdigit()]:\n"
        "    try: cmd = open('/proc/%s/cmdline' % pid).read()\n"
        "    except OSError: continue\n"
        "    if 'main.py' not in cmd: found.append(cmd)\n"
        "for folder in ('/tmp', '/box'):\n"
        "    for root, _, names in os.walk(folder):\n"
        "        for name in names:\n"
        "            text = open(os.path.join(root, name), 'rb').read()\n"
        "            if b'rewsna eht'[::-1] in text: found.append(name)\n"
        "            if b'rekcehc eht'[::-1] in text: found.append(name)\n"
        "for i in range(1, 64):\n"
        "    for path in ('/proc/%d/fd/100' % i, '/proc/%d/root/box' % i, '/proc/%d/mem' % i):\n"
        "        try: open(path, 'rb').read(1); i != os.getpid() and found.append(path)\n"
        "        except OSError: pass\n"
        "print(found if found else '7', flush=True)\n";
    static const char checker[] =
        "import sys, time # the checker\n"
        "if 'talk' in sys.argv: print('hello', flush=True); time.sleep(0.3)\n"
        "said = sys.stdin.readline()\n"
        "if said != '7\\n': sys.stderr.write(said)\n"
        "sys.exit(42 if said == '7\\n' else 1)\n";
    struct task task = {.mode = JUDGING_VALIDATOR,
                        .checker = {{"v.py", checker}},
                        .language_id = PYTHON,
                        .program = prying,
                        .verdict = VERDICT_ACCEPTED};
    (void)state;
    s_set_test("x\n", "the answer\n", "");
    s_expect("before a validator", &task);
    s_set_test("x\n", "the answer\n", "talk");
    task.mode = JUDGING_INTERACTIVE;
    s_expect("beside an interactor", &task);
}

/* A validator has its files and its folder, and can change neither them nor what comes next. */
static void the_checker_has_its_files_alone(void **state)
{
    static const char prying[] =
        "import os, sys\n"
        "def fails(what):\n"
        "    try: what()\n"
        "    except OSError: return\n"
        "    sys.stderr.write('could: line %d' % sys._getframe(1).f_lineno); sys.exit(1)\n"
        "fails(lambda: os.write(os.open(sys.argv[1], os.O_RDWR), b'z'))\n"
        "fails(lambda: os.write(os.open(sys.argv[2], os.O_RDWR), b'z'))\n"
        "fails(lambda: os.truncate(sys.argv[2], 0))\n"
        "fails(lambda: os.ftruncate(0, 0))\n"
        "fails(lambda: os.remove('/box/main.py'))\n"
        "fails(lambda: open('/box/left', 'w'))\n"
        "try: os.kill(1, 9) # who has its user may say so; nobody hears\n"
        "except OSError: pass\n"
        "if os.listdir('/tmp'): sys.stderr.write('something was left'); sys.exit(1)\n"
        "open('/tmp/left', 'w').write('for the next one')\n"
        "pids = [p for p in os.listdir('/proc') if p.isdigit()]\n"
        "if len(pids) > 2: sys.stderr.write('not alone'); sys.exit(1)\n"
        "try: import socket; socket.create_connection(('127.0.0.1', 22), 1)\n"
        "except OSError: pass\n"
        "sys.exit(42)\n";
    struct task task = {.mode = JUDGING_VALIDATOR,
                        .checker = {{"v.py", prying}},
                        .program = PROGRAM("7\\n"),
                        .verdict = VERDICT_ACCEPTED};
    (void)state;
    s_set_test("x\n", "y\n", "");
    s_expect("once", &task);
    s_expect("twice", &task);
}

/* Without isolation they judge as well. */
static void an_insecure_slot_judges_too(void **state)
{
    struct sandbox *isolated = s_sandbox;
    struct compile_cache *cache = s_cache; /* has boxes that only isolated slots can open */
    struct buffer why;
    (void)state;
    buffer_init(&why, 1024);
    s_cache = NULL;
    s_sandbox = sandbox_new(SANDBOX_INSECURE, SLOT + 1, NULL, &why);
    assert_non_null(s_sandbox);
    s_set_test("7\n", "any\n", "");
    s_expect("a validator", &(struct task){.mode = JUDGING_VALIDATOR,
                                           .checker = CHECKER_IN_C,
                                           .program = PROGRAM("3 4\\n"),
                                           .verdict = VERDICT_ACCEPTED});
    s_set_test("731\n", "", "");
    s_expect("an interactor", &(struct task){.mode = JUDGING_INTERACTIVE,
                                             .checker = INTERACTOR,
                                             .program = s_guesser,
                                             .verdict = VERDICT_ACCEPTED});
    sandbox_destroy(&s_sandbox);
    s_sandbox = isolated;
    s_cache = cache;
    buffer_fini(&why);
}

static bool s_no_more(void *context, uint32_t done, uint32_t total)
{
    (void)context, (void)done, (void)total;
    return false;
}

static void it_can_be_cancelled(void **state)
{
    const struct sandbox_file file = {slice_of("i.py"), slice_of("import time\ntime.sleep(600)\n")};
    const struct checker_programs programs = {.checker = {&file, 1}};
    struct judging_task task = {.languages = &s_languages,
                                .language_id = C,
                                .code = slice_of("int main(void) { return 0; }\n"),
                                .time_limit_ms = 1000,
                                .memory_limit_mb = 64,
                                .output_limit_bytes = 1024,
                                .test_count = 1,
                                .next_test = s_next_test,
                                .progress = s_no_more,
                                .mode = JUDGING_INTERACTIVE,
                                .programs = &programs};
    (void)state;
    judging_run(s_sandbox, &task, &s_outcome);
    assert_true(s_outcome.cancelled);
}

/* ---- around it ---------------------------------------------------------------------------------
 */

static int s_set_up(void **state)
{
    (void)state;
    s_sandbox = harness_slot(SLOT);
    if (!s_sandbox)
        return -1;
    languages_detect(&s_languages, s_sandbox);
    s_cache = compile_cache_new(64u << 20);
    return 0;
}

static struct traces s_before;

static int s_tear_down(void **state)
{
    (void)state;
    compile_cache_destroy(&s_cache);
    sandbox_destroy(&s_sandbox);
    return 0;
}

static void nothing_is_left(void **state)
{
    (void)state;
    s_tear_down(NULL);
    traces_assert_same(&s_before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_output_validator_decides),
        cmocka_unit_test(its_arguments_are_the_tests),
        cmocka_unit_test(the_programs_failures_come_first),
        cmocka_unit_test(a_broken_validator_is_a_judge_error),
        cmocka_unit_test(a_validator_that_cannot_be_built_is_a_judge_error),
        cmocka_unit_test(testlibs_protocol_is_understood),
        cmocka_unit_test(an_interactor_talks),
        cmocka_unit_test(whoever_fails_first_decides),
        cmocka_unit_test(floods_end),
        cmocka_unit_test(a_broken_interactor_is_a_judge_error),
        cmocka_unit_test(only_its_own_time_counts),
        cmocka_unit_test(an_interactor_may_have_a_checker),
        cmocka_unit_test(the_program_sees_nothing_of_the_judges),
        cmocka_unit_test(the_checker_has_its_files_alone),
        cmocka_unit_test(an_insecure_slot_judges_too),
        cmocka_unit_test(it_can_be_cancelled),
        cmocka_unit_test(nothing_is_left),
    };
    s_before = traces_now();
    return cmocka_run_group_tests(tests, s_set_up, s_tear_down);
}
