/* What makes compiling cheaper must change no verdict: compilations that are remembered, and
 * headers that are prepared. */
#include <dirent.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "actors/runner/judging.h"
#include "actors/runner/memory_file.h"
#include "actors/runner/prepared.h"
#include "tests/unit/runner/harness.h"

#define CACHE_BYTES (16u << 20)

static struct sandbox *s_sandbox;
static struct languages s_languages;
static char s_shared[64];
static struct judging_outcome s_outcome;

static bool s_next_test(void *context, uint32_t index, struct slice *input, struct slice *expected)
{
    (void)context;
    (void)index;
    *input = slice_of("2 3\n");
    *expected = slice_of("5\n");
    return true;
}

static enum verdict s_judge(struct compile_cache *cache, int64_t language_id, const char *code)
{
    const struct judging_task task = {.languages = &s_languages,
                                      .cache = cache,
                                      .language_id = language_id,
                                      .code = slice_of(code),
                                      .time_limit_ms = 5000,
                                      .memory_limit_mb = 256,
                                      .output_limit_bytes = 1 << 20,
                                      .test_count = 2,
                                      .next_test = s_next_test};
    judging_run(s_sandbox, &task, &s_outcome);
    assert_string_equal(s_outcome.reason, "");
    return s_outcome.verdict;
}

static int s_remove_one(const char *path, const struct stat *file, int kind, struct FTW *walk)
{
    (void)file;
    (void)kind;
    (void)walk;
    return remove(path);
}

static int s_set_up(void **state)
{
    struct buffer why;
    (void)state;
    strcpy(s_shared, "/tmp/codecomp-shared-XXXXXX");
    assert_non_null(mkdtemp(s_shared));
    assert_return_code(chmod(s_shared, 0755), 0);
    buffer_init(&why, 1024);
    s_sandbox = sandbox_new(SANDBOX_ISOLATED, 20, s_shared, &why);
    if (!s_sandbox)
        fprintf(stderr, "%.*s", (int)why.length, why.data);
    buffer_fini(&why);
    assert_non_null(s_sandbox);
    languages_detect(&s_languages, s_sandbox);
    return 0;
}

static int s_tear_down(void **state)
{
    (void)state;
    sandbox_destroy(&s_sandbox);
    return nftw(s_shared, s_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* One with several files to keep, one that is run from its source, one that is a program. */
static void the_same_code_is_compiled_once(void **state)
{
    static const struct {
        int64_t language_id;
        const char *code;
    } cases[] = {
        {50, "#include <stdio.h>\nint main(void) { int a, b; scanf(\"%d %d\", &a, &b);"
             "printf(\"%d\\n\", a + b); return 0; }"},
        {71, "a, b = map(int, input().split())\nprint(a + b)\n"},
        {62, "public class Main { static class Add { int of(int a, int b) { return a + b; } }"
             "public static void main(String[] w) { var in = new java.util.Scanner(System.in);"
             "System.out.println(new Add().of(in.nextInt(), in.nextInt())); } }"},
    };
    struct compile_cache *cache = compile_cache_new(CACHE_BYTES);
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (!languages_find(&s_languages, cases[i].language_id, NULL))
            continue;
        for (int time = 0; time < 3; time++) {
            assert_int_equal(s_judge(cache, cases[i].language_id, cases[i].code), VERDICT_ACCEPTED);
            assert_int_equal(s_outcome.compiled_before, time > 0);
            assert_int_equal(s_outcome.tests_run, 2);
        }
    }
    compile_cache_destroy(&cache);
}

/* The compiler may have been broken that said it. */
static void a_refusal_is_not_remembered(void **state)
{
    struct compile_cache *cache = compile_cache_new(CACHE_BYTES);
    (void)state;
    for (int time = 0; time < 2; time++) {
        assert_int_equal(s_judge(cache, 50, "int main(void) { return x; }"),
                         VERDICT_COMPILATION_ERROR);
        assert_false(s_outcome.compiled_before);
        assert_true(s_outcome.compile_output_bytes > 0);
    }
    compile_cache_destroy(&cache);
}

/* A byte more is another code, and another language another program. */
static void only_the_same_is_the_same(void **state)
{
    static const char code[] = "int main(void) { return 0; }";
    struct compile_cache *cache = compile_cache_new(CACHE_BYTES);
    (void)state;
    s_judge(cache, 50, code);
    s_judge(cache, 54, "int main() { return 0; }");
    assert_false(s_outcome.compiled_before);
    s_judge(cache, 54, code);
    assert_false(s_outcome.compiled_before);
    s_judge(cache, 50, "int main(void) { return 0; } ");
    assert_false(s_outcome.compiled_before);
    s_judge(cache, 50, code);
    assert_true(s_outcome.compiled_before);
    compile_cache_destroy(&cache);
}

static void s_put(struct compile_cache *cache, unsigned number, size_t text_bytes)
{
    struct compile_key key = {{(unsigned char)number, (unsigned char)(number >> 8)}};
    static struct compiled compiled;
    compiled = (struct compiled){.packed = memory_file_of(slice_of("")), .text_bytes = text_bytes};
    assert_true(compiled.packed >= 0);
    memset(compiled.text, 'x', text_bytes);
    compile_cache_put(cache, &key, &compiled);
    close(compiled.packed);
}

static bool s_has(struct compile_cache *cache, unsigned number)
{
    struct compile_key key = {{(unsigned char)number, (unsigned char)(number >> 8)}};
    static struct compiled compiled;
    bool has = compile_cache_get(cache, &key, &compiled);
    if (has)
        close(compiled.packed);
    return has;
}

static void the_least_recently_used_goes_first(void **state)
{
    struct compile_cache *cache = compile_cache_new(10 * 1024);
    (void)state;
    for (unsigned i = 0; i < 8; i++) /* each is its text and a little more */
        s_put(cache, i, 1024);
    assert_true(s_has(cache, 0));
    s_put(cache, 8, 1024);
    s_put(cache, 9, 1024);
    assert_true(s_has(cache, 0));
    assert_false(s_has(cache, 1));
    assert_true(s_has(cache, 9));
    s_put(cache, 10, COMPILE_OUTPUT_MAX_BYTES);
    assert_true(s_has(cache, 10));
    assert_false(s_has(cache, 2));
    compile_cache_destroy(&cache);
    cache = compile_cache_new(64u << 20);
    for (unsigned i = 0; i < COMPILE_CACHE_ENTRIES_MAX + 5; i++)
        s_put(cache, i, 1);
    assert_false(s_has(cache, 4));
    assert_true(s_has(cache, 5));
    compile_cache_clear(cache);
    assert_false(s_has(cache, 5));
    compile_cache_destroy(&cache);
}

static void every_language_says_hello_and_a_broken_one_does_not(void **state)
{
    (void)state;
    /* as root verdict_test judges programs in every language */
    for (size_t i = 0; i < s_languages.count && geteuid() != 0; i++)
        if (!judging_says_hello(s_sandbox, &s_languages, s_languages.list[i].language->id, NULL,
                                NULL, &s_outcome))
            fail_msg("%s: %s %.*s", s_languages.list[i].language->name, s_outcome.reason,
                     (int)s_outcome.compile_output_bytes, s_outcome.compile_output);
    struct language broken = *languages_find(&s_languages, 50, NULL);
    broken.compile = (const char *const[]){"/usr/bin/false", NULL};
    const struct languages one = {.list = {{&broken, "1"}}, .count = 1};
    assert_false(judging_says_hello(s_sandbox, &one, 50, NULL, NULL, &s_outcome));
    assert_int_equal(s_outcome.verdict, VERDICT_COMPILATION_ERROR);
    broken.compile = (const char *const[]){"/usr/bin/there-is-no-such-compiler", NULL};
    assert_false(judging_says_hello(s_sandbox, &one, 50, NULL, NULL, &s_outcome));
    assert_int_equal(s_outcome.verdict, VERDICT_JUDGE_ERROR);
}

/* Links, pipes, folders in folders: what a compiler can be made to leave in a box. */
static void only_ordinary_files_of_a_box_are_packed(void **state)
{
    static struct harness_run run;
    struct buffer why;
    (void)state;
    harness_compile(s_sandbox, "int main(void) { return 0; }");
    struct sandbox_job job = {
        .argv = (const char *const[]){"/bin/sh", "-c",
                                      "ln -s /etc/passwd link; mkfifo pipe; mkdir -p a/b;"
                                      "echo text > a/b/file; ln -s / a/root; chmod 0 a/b/file",
                                      NULL},
        .compiling = true,
        .limits = harness_limits(),
    };
    harness_run_job(s_sandbox, &job, &run);
    assert_int_equal(run.outcome.exit_code, 0);
    int packed = sandbox_pack_box(s_sandbox, 1 << 20);
    assert_true(packed >= 0);
    buffer_init(&why, 512);
    assert_true(sandbox_open_packed_box(s_sandbox, packed, &why));
    buffer_fini(&why);
    close(packed);
    struct sandbox_job list = {
        .argv = (const char *const[]){"/bin/sh", "-c", "cd /box; find . ! -name . | sort", NULL},
        .limits = harness_limits(),
    };
    harness_run_job(s_sandbox, &list, &run);
    assert_string_equal(run.output, "./a\n./a/b\n./a/b/file\n./main\n./main.c\n");
    assert_int_equal(sandbox_pack_box(s_sandbox, 64), -1); /* too large for that */
    sandbox_close_box(s_sandbox);
}

/* How many there are beside this one, and it. */
static int s_files(const char *path)
{
    struct dirent **names;
    char folder[128];
    snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(path, '/') - path), path);
    int count = scandir(folder, &names, NULL, NULL);
    for (int i = 0; i < count; i++)
        free(names[i]);
    free(names);
    return count - 2; /* . and .. */
}

static void a_prepared_header_is_made_once_and_used(void **state)
{
    char path[128];
    struct stat first, second;
    struct buffer why;
    static const char code[] = "#include <bits/stdc++.h>\n"
                               "int main() { int a, b; std::cin >> a >> b;\n"
                               "std::cout << a + b << std::endl; }\n";
    (void)state;
    assert_int_equal(s_judge(NULL, 54, code), VERDICT_ACCEPTED); /* without one */
    buffer_init(&why, 4096);
    prepared_make(s_sandbox, &s_languages, 54, s_shared, &why);
    assert_int_equal(why.length, 0);
    snprintf(path, sizeof path, "%s/54/bits/stdc++.h.gch", s_shared);
    assert_return_code(stat(path, &first), 0);
    prepared_make(s_sandbox, &s_languages, 54, s_shared, &why);
    assert_return_code(stat(path, &second), 0);
    assert_int_equal(first.st_ino, second.st_ino);
    prepared_make(s_sandbox, &s_languages, 1120, s_shared, &why); /* whose is the same */
    assert_return_code(stat(path, &second), 0);
    assert_int_equal(first.st_ino, second.st_ino);
    assert_int_equal(why.length, 0);
    assert_int_equal(first.st_mode & 0777, 0644);
    assert_int_equal(s_files(path), 2); /* it and its stamp */
    buffer_fini(&why);
    assert_int_equal(s_judge(NULL, 54, code), VERDICT_ACCEPTED);
    static struct harness_run run;
    buffer_init(&why, 512);
    assert_true(sandbox_open_box(s_sandbox, "main.cpp", slice_of(code), &why));
    buffer_fini(&why);
    struct sandbox_job job = {
        .argv = (const char *const[]){"/usr/bin/g++", "-std=gnu++20", "-O2", "-I/shared/54", "-H",
                                      "-fsyntax-only", "main.cpp", NULL},
        .compiling = true,
        .limits = harness_limits(),
    };
    job.limits.memory_bytes = 1u << 30;
    job.limits.cpu_ms = job.limits.wall_ms = 30000;
    harness_run_job(s_sandbox, &job, &run);
    assert_int_equal(strncmp(run.errors, "! /shared/54/bits/stdc++.h.gch", 30), 0); /* taken */
    sandbox_close_box(s_sandbox);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_code_is_compiled_once),
        cmocka_unit_test(a_refusal_is_not_remembered),
        cmocka_unit_test(only_the_same_is_the_same),
        cmocka_unit_test(the_least_recently_used_goes_first),
        cmocka_unit_test(every_language_says_hello_and_a_broken_one_does_not),
        cmocka_unit_test(only_ordinary_files_of_a_box_are_packed),
        cmocka_unit_test(a_prepared_header_is_made_once_and_used),
    };
    return cmocka_run_group_tests(tests, s_set_up, s_tear_down);
}
