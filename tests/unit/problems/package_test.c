/* The reader of problem packages: what it takes from a good one, and that each kind of broken one
 * is refused with the file and the line. Packages are made in a temporary folder, from one good
 * package by replacing a file. */
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "actors/store/package.h"
#include "actors/store/package_manifest.h"
#include "proto/limits.h"

static char s_root[64];    /* the temporary folder */
static char s_package[96]; /* the package in it */

static const char s_manifest[] = "name: Sum of Two\n"
                                 "limits:\n"
                                 "  time_limit: 1.5\n"
                                 "  memory: 128\n"
                                 "  output: 4\n"
                                 "difficulty: easy\n";

/* ---- making packages ---- */

static void s_path(char path[512], const char *file)
{
    assert_true(snprintf(path, 512, "%s/%s", s_package, file) < 512);
}

static void s_make_parents(const char *path)
{
    char parent[512];
    for (const char *at = path + strlen(s_root) + 1; (at = strchr(at, '/')); at++) {
        snprintf(parent, sizeof parent, "%.*s", (int)(at - path), path);
        mkdir(parent, 0777);
    }
}

static void s_write_bytes(const char *file, const void *data, size_t length)
{
    char path[512];
    s_path(path, file);
    s_make_parents(path);
    FILE *stream = fopen(path, "we");
    assert_non_null(stream);
    assert_int_equal(fwrite(data, 1, length, stream), length);
    assert_int_equal(fclose(stream), 0);
}

static void s_write(const char *file, const char *text)
{
    s_write_bytes(file, text, strlen(text));
}

static int s_remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status, (void)kind, (void)walk;
    return remove(path);
}

static void s_remove(const char *file)
{
    char path[512];
    s_path(path, file);
    nftw(path, s_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static int s_make_good(void **state)
{
    (void)state;
    snprintf(s_root, sizeof s_root, "/tmp/codecomp-package-XXXXXX");
    assert_non_null(mkdtemp(s_root));
    snprintf(s_package, sizeof s_package, "%s/sum-of_2", s_root);
    s_write("problem.yaml", s_manifest);
    s_write("problem_statement/problem.en.md", "Add **two** numbers – both small.\n");
    s_write("data/sample/1.in", "1 2\n");
    s_write("data/sample/1.ans", "3\n");
    s_write("data/secret/10-b.in", "10 2\n");
    s_write("data/secret/10-b.ans", "12\n");
    s_write("data/secret/10.in", "5 5\n");
    s_write("data/secret/10.ans", "10\n");
    s_write("data/secret/edge/1.in", "");
    s_write("data/secret/edge/1.ans", "");
    s_write("data/secret/notes.txt", "not a test");
    s_write("data/secret/.hidden.in", "not one either");
    s_write("submissions/accepted/fast.cpp", "int main(){}");
    s_write("submissions/accepted/Main.java", "class Main {}");
    s_write("submissions/wrong_answer/minus.py", "print(0)");
    s_write("submissions/time_limit_exceeded/slow.rs", "fn main(){}");
    s_write("submissions/run_time_error/crash.c", "int main(void){}");
    s_write("submissions/compile_error/typo.go", "package");
    s_write("submissions/accepted/odd.zig", "");
    return 0;
}

static int s_remove_all(void **state)
{
    (void)state;
    return nftw(s_root, s_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* ---- reading ---- */

static struct package *s_open(void)
{
    struct package *package;
    struct package_error error;
    if (!package_open(s_package, &package, &error))
        fail_msg("%s:%u: %s", error.file, error.line, error.what);
    assert_non_null(package);
    return package;
}

/* The package is refused at `file` (relative; "" the folder) and `line`, with words of `what`. */
static void s_assert_refused(const char *file, unsigned line, const char *what)
{
    struct package *package = NULL;
    struct package_error error;
    bool opened = package_open(s_package, &package, &error);
    package_destroy(&package);
    if (opened)
        fail_msg("taken, though %s:%u should be refused: %s", file, line, what);
    char expected[512];
    if (file[0])
        s_path(expected, file);
    else
        snprintf(expected, sizeof expected, "%s", s_package);
    if (strcmp(error.file, expected) != 0 || error.line != line || !strstr(error.what, what))
        fail_msg("refused as \"%s:%u: %s\", not as \"%s:%u: …%s…\"", error.file, error.line,
                 error.what, expected, line, what);
}

static void s_hash(char hash[PACKAGE_HASH_LENGTH + 1])
{
    struct package *package = s_open();
    memcpy(hash, package->hash, PACKAGE_HASH_LENGTH + 1);
    assert_int_equal(strlen(hash), PACKAGE_HASH_LENGTH);
    package_destroy(&package);
}

static void reads_a_good_package(void **state)
{
    (void)state;
    struct package *package = s_open();
    assert_string_equal(package->slug, "sum-of_2");
    assert_string_equal(package->title, "Sum of Two");
    assert_string_equal(package->statement, "Add **two** numbers – both small.\n");
    assert_int_equal(package->difficulty, DIFFICULTY_EASY);
    assert_int_equal(package->time_limit_ms, 1500);
    assert_int_equal(package->memory_limit_mb, 128);
    assert_int_equal(package->output_limit_bytes, 4 * 1024 * 1024);
    package_destroy(&package);
    assert_null(package);
    package_destroy(&package);
}

static void reads_tests_in_order(void **state)
{
    (void)state;
    static const char *const names[] = {"sample/1", "secret/10", "secret/10-b", "secret/edge/1"};
    static const char *const inputs[] = {"1 2\n", "5 5\n", "10 2\n", ""};
    static const char *const answers[] = {"3\n", "10\n", "12\n", ""};
    struct package *package = s_open();
    struct package_error error;
    struct buffer content;
    buffer_init(&content, TEST_FILE_MAX_BYTES);
    assert_int_equal(package->tests_count, 4);
    assert_int_equal(package->samples_count, 1);
    for (size_t i = 0; i < 4; i++) {
        const struct package_test *test = &package->tests[i];
        assert_string_equal(test->name, names[i]);
        assert_int_equal(test->sample, i == 0);
        assert_int_equal(test->input.bytes, strlen(inputs[i]));
        assert_true(package_read(package, &test->input, &content, &error));
        assert_true(slice_is(buffer_slice(&content), inputs[i]));
        assert_true(package_read(package, &test->answer, &content, &error));
        assert_true(slice_is(buffer_slice(&content), answers[i]));
    }
    buffer_fini(&content);
    package_destroy(&package);
}

static void reads_submissions_with_language_and_verdict(void **state)
{
    (void)state;
    static const struct {
        const char *path;     /* of the source */
        size_t bytes;         /* of it */
        int32_t language_id;  /* by the extension */
        enum verdict verdict; /* by the folder */
    } expected[] = {
        {"submissions/accepted/Main.java", 13, 62, VERDICT_ACCEPTED},
        {"submissions/accepted/fast.cpp", 12, 54, VERDICT_ACCEPTED},
        {"submissions/accepted/odd.zig", 0, 0, VERDICT_ACCEPTED},
        {"submissions/wrong_answer/minus.py", 8, 71, VERDICT_WRONG_ANSWER},
        {"submissions/time_limit_exceeded/slow.rs", 11, 73, VERDICT_TIME_LIMIT_EXCEEDED},
        {"submissions/run_time_error/crash.c", 16, 50, VERDICT_RUNTIME_ERROR},
        {"submissions/compile_error/typo.go", 7, 60, VERDICT_COMPILATION_ERROR},
    };
    struct package *package = s_open();
    assert_int_equal(package->submissions_count, sizeof expected / sizeof expected[0]);
    for (size_t i = 0; i < package->submissions_count; i++) {
        const struct package_submission *submission = &package->submissions[i];
        assert_string_equal(submission->source.path, expected[i].path);
        assert_int_equal(submission->source.bytes, expected[i].bytes);
        assert_int_equal(submission->language_id, expected[i].language_id);
        assert_true(submission->expected >> expected[i].verdict & 1);
        assert_int_equal(submission->expected >> VERDICT_ACCEPTED & 1,
                         expected[i].verdict == VERDICT_ACCEPTED);
    }
    package_destroy(&package);
}

static void reads_the_draft_layout(void **state)
{
    (void)state;
    s_remove("problem_statement");
    s_write("statement/problem.en.md", "# Sum\n");
    s_write("problem.yaml", "problem_format_version: 2023-07-draft\n"
                            "type: [pass-fail]\n"
                            "name:\n  sv: Summa\n  en: Sum\n");
    struct package *package = s_open();
    assert_string_equal(package->title, "Sum");
    assert_string_equal(package->statement, "# Sum\n");
    assert_int_equal(package->difficulty, DIFFICULTY_MEDIUM);
    assert_int_equal(package->time_limit_ms, TIME_LIMIT_DEFAULT_MS);
    assert_int_equal(package->memory_limit_mb, MEMORY_LIMIT_DEFAULT_MB);
    assert_int_equal(package->output_limit_bytes, OUTPUT_LIMIT_DEFAULT_MB * 1024 * 1024);
    package_destroy(&package);
}

static void reads_the_legacy_layout(void **state)
{
    (void)state;
    s_remove("problem_statement");
    s_write("problem_statement/problem.tex", "\\problemname{Old Sum}\nText.\n");
    s_write("problem.yaml",
            "validation: default\ndifficulty: 3.7\nvalidator_flags: case_sensitive\n");
    s_write("output_validators/idle.py", "");
    s_write(".timelimit", "3\n");
    struct package *package = s_open();
    assert_string_equal(package->title, "Old Sum");
    assert_int_equal(package->time_limit_ms, 3000);
    assert_int_equal(package->difficulty, DIFFICULTY_MEDIUM);
    package_destroy(&package);
}

static void keeps_its_hash_until_the_problem_changes(void **state)
{
    (void)state;
    static const struct {
        const char *file; /* to be written */
        const char *text; /* with this */
        bool changes;     /* and is the problem another one then? */
    } edits[] = {
        {"submissions/accepted/fast.cpp", "int main() { return 0; }", false},
        {"data/secret/notes.txt", "other notes", false},
        {"problem.yaml",
         "# a comment\nname: Sum of Two\nlimits: {time_limit: 1.50, memory: 128, "
         "output: 4}\ndifficulty: easy\n",
         false},
        {"problem.yaml",
         "name: Sum of Two\nlimits: {time_limit: 1.501, memory: 128, "
         "output: 4}\ndifficulty: easy\n",
         true},
        {"problem.yaml",
         "name: Sum of Two\nlimits: {time_limit: 1.5, memory: 129, "
         "output: 4}\ndifficulty: easy\n",
         true},
        {"problem.yaml",
         "name: Sum of Two\nlimits: {time_limit: 1.5, memory: 128, "
         "output: 5}\ndifficulty: easy\n",
         true},
        {"problem.yaml",
         "name: Sum of Two\nlimits: {time_limit: 1.5, memory: 128, "
         "output: 4}\ndifficulty: hard\n",
         true},
        {"problem.yaml",
         "name: Sum of 2\nlimits: {time_limit: 1.5, memory: 128, "
         "output: 4}\ndifficulty: easy\n",
         true},
        {"problem_statement/problem.en.md", "Add them.\n", true},
        {"data/secret/10.in", "5 6\n", true},
        {"data/secret/10.ans", "10 \n", true},
        {"data/secret/edge/1.in", "\n", true},
    };
    for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
        char before[PACKAGE_HASH_LENGTH + 1], after[PACKAGE_HASH_LENGTH + 1];
        s_hash(before);
        s_hash(after);
        assert_string_equal(before, after);
        s_write(edits[i].file, edits[i].text);
        s_hash(after);
        if ((strcmp(before, after) != 0) != edits[i].changes)
            fail_msg("edit %zu of %s: wrong hash", i, edits[i].file);
        s_remove_all(NULL);
        s_make_good(NULL);
    }
}

static void hash_knows_tests_from_each_other(void **state)
{
    (void)state;
    char before[PACKAGE_HASH_LENGTH + 1], after[PACKAGE_HASH_LENGTH + 1];
    s_write("data/secret/20.in", "ab");
    s_write("data/secret/20.ans", "c");
    s_hash(before);
    s_write("data/secret/20.in", "a");
    s_write("data/secret/20.ans", "bc");
    s_hash(after);
    assert_string_not_equal(before, after);
}

/* ---- refusals ---- */

static void refuses_broken_files(void **state)
{
    (void)state;
    static const char same_limits[] = "name: Sum\nlimits:\n  time_limit: 1\n  time_limit: 2\n";
    static const struct {
        const char *file; /* to be written, or removed … */
        const char *text; /* … when this is NULL */
        unsigned line;    /* where it is refused */
        const char *what; /* words of the error */
    } broken[] = {
        {"problem.yaml", NULL, 0, "is missing"},
        {"problem.yaml", "name: [a\nlimits: 3\n", 2, "is not YAML"},
        {"problem.yaml", "name: a\n\tlimits: {}\n", 2, "is not YAML"},
        {"problem.yaml", "- name\n", 1, "must be a list of"},
        {"problem.yaml", "name: Sum\nname: Sum\n", 2, "given twice"},
        {"problem.yaml", same_limits, 4, "given twice"},
        {"problem.yaml", "# none\n", 0, "no `name`"},
        {"problem.yaml", "name: ''\n", 1, "1 to 256 bytes"},
        {"problem.yaml", "name: \"two\\nlines\"\n", 1, "one line"},
        {"problem.yaml", "name: [Sum]\n", 1, "one value"},
        {"problem.yaml", "\nname: {}\n", 2, "is empty"},
        {"problem.yaml", "name: Sum\nlimits: 3\n", 2, "`limits` must be a list"},
        {"problem.yaml", "name: Sum\nlimits:\n  time_limit: fast\n", 3, "time limit"},
        {"problem.yaml", "name: Sum\nlimits:\n  time_limit: -1\n", 3, "time limit"},
        {"problem.yaml", "name: Sum\nlimits:\n  time_limit: 0\n", 3, "time limit"},
        {"problem.yaml", "name: Sum\nlimits:\n  time_limit: 60.001\n", 3, "time limit"},
        {"problem.yaml", "name: Sum\nlimits:\n  time_limit: 1.0001\n", 3, "time limit"},
        {"problem.yaml", "name: Sum\nlimits:\n  time_limit: 1.\n", 3, "time limit"},
        {"problem.yaml", "name: Sum\nlimits:\n  time_limit: 99999999999999999999\n", 3,
         "time limit"},
        {"problem.yaml", "name: Sum\nlimits:\n  time_limit: [1]\n", 3, "one value"},
        {"problem.yaml", "name: Sum\nlimits:\n  memory: 15\n", 3, "MiB between 16 and 4096"},
        {"problem.yaml", "name: Sum\nlimits:\n  memory: 64.5\n", 3, "whole number of MiB"},
        {"problem.yaml", "name: Sum\nlimits: {output: 65}\n", 2, "MiB between 1 and 64"},
        {"problem.yaml", "name: Sum\n\nproblem_format_version: 1999\n", 3, "not known"},
        {"problem.yaml", "name: Sum\ntype: scoring\n", 2, "only pass-fail"},
        {"problem.yaml", "name: Sum\ntype:\n- pass-fail\n- interactive\n", 4, "needs a validator"},
        {"problem.yaml", "name: Sum\ntype:\n- pass-fail\n- multi-pass\n", 4, "only pass-fail"},
        {"problem.yaml", "name: Sum\ntype: [submit-answer]\n", 2, "not submit-answer"},
        {"problem.yaml", "name: Sum\nvalidation: custom score\n", 2, "not score"},
        {"problem.yaml", "name: Sum\nvalidator_flags: float_tolerance\n", 2, "float_tolerance"},
        {"problem.yaml", "name: Sum\nconstants: {max: 7}\n", 2, "constants"},
        {"problem.yaml", "name: Sum\nvalidation: custom interactive\n", 2, "needs a validator"},
        {"problem.yaml", "name: Sum \xff\n", 1, "not UTF-8"},
        {"data/secret/testdata.yaml", "\noutput_validator_flags: {a: 1}\n", 2, "list of texts"},
        {"data/secret/edge/test_group.yaml", "output_validator_args: [{}]\n", 1, "list of texts"},
        {"data/secret/edge/test_group.yaml", "output_validator_args: [lenient]\n", 1, "lenient"},
        {"data/secret/edge/test_group.yaml", "static_validation: true\n", 1, "statically"},
        {"data/secret/10.yaml", "output_validator_args: []\nargs: [-v]\n", 2,
         "not given arguments"},
        {"data/secret/10.files/x.txt", "", 0, ""},
        {"include/cpp/grader.cpp", "", 0, ""},
        {"problem_statement/problem.en.md", "one\n![two](two.png)\n", 2, "two.png is missing"},
        {"problem_statement/problem.en.md", "![x](../data/x.png)", 1, "without .."},
        {"problem_statement/problem.en.md", NULL, 0, "is missing"},
        {"problem_statement/problem.en.md", "", 0, "1 to 262144 bytes"},
        {"problem_statement/problem.en.md", "good\nbad \xc3\n", 2, "not UTF-8"},
        {"data/secret/10.in", NULL, 0, ""},
        {"data/secret/10.ans", "1\n\xed\xa0\x80\n", 2, "not UTF-8"},
        {"data/secret/11.in", "1\n", 0, "has no answer"},
        {"data/secret/11.ans", "1\n", 0, "has no input"},
        {"data/sample/2.in", "1\n", 0, "has no answer"},
    };
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        const char *file = broken[i].file;
        if (broken[i].text)
            s_write(file, broken[i].text);
        else
            s_remove(file);
        if (strcmp(file, "data/secret/10.in") == 0)
            s_assert_refused("data/secret/10.ans", 0, "has no input");
        else if (strcmp(file, "data/secret/10.files/x.txt") == 0)
            s_assert_refused("data/secret/10.files", 0, "not given files");
        else if (strcmp(file, "include/cpp/grader.cpp") == 0)
            s_assert_refused("include", 0, "not added");
        else
            s_assert_refused(file, broken[i].line, broken[i].what);
        s_remove_all(NULL);
        s_make_good(NULL);
    }
}

static void refuses_validators_that_are_more_than_a_source(void **state)
{
    (void)state;
    s_write("problem.yaml", "name: Sum\nproblem_format_version: 2023-07-draft\n");
    s_write("output_validator/validate.h", "");
    s_assert_refused("output_validator", 0, "has no validator");
    s_write("output_validator/check.py", "");
    s_write("output_validator/other.cpp", "");
    s_assert_refused("output_validator/other.cpp", 0, "a second source beside check.py");
    s_write("output_validator/build", "");
    s_assert_refused("output_validator/build", 0, "build or run script");
    s_remove("output_validator");
    s_write("output_validators/one/check.cpp", "");
    s_write("output_validators/two/check.cpp", "");
    s_assert_refused("output_validators", 0, "more than one validator");
    s_write("problem.yaml", "name: Sum\nvalidation: custom\n");
    s_remove("output_validators");
    s_assert_refused("output_validators", 0, "asks for it");
}

static void refuses_a_bad_time_limit_file(void **state)
{
    (void)state;
    s_write("problem.yaml", "name: Sum\n");
    s_write(".timelimit", "soon\n");
    s_assert_refused(".timelimit", 1, "time limit");
}

static void refuses_a_package_without_tests(void **state)
{
    (void)state;
    s_remove("data");
    s_assert_refused("data", 0, "has no tests");
}

static void refuses_what_is_too_large(void **state)
{
    (void)state;
    size_t length = TEST_FILE_MAX_BYTES + 1;
    char *text = malloc(length);
    assert_non_null(text);
    memset(text, '1', length);
    s_write_bytes("data/secret/10.in", text, length);
    s_assert_refused("data/secret/10.in", 0, "at most 16777216");
    s_write_bytes("data/secret/10.in", text, length - 1);
    struct package *package = s_open();
    assert_int_equal(package->tests[1].input.bytes, length - 1);
    package_destroy(&package);
    s_write_bytes("problem_statement/problem.en.md", text, STATEMENT_MAX_BYTES + 1);
    s_assert_refused("problem_statement/problem.en.md", 0, "longer than 262144 bytes");
    s_write("problem_statement/problem.en.md", "Sum.");
    s_write_bytes("submissions/accepted/fast.cpp", text, CODE_MAX_BYTES + 1);
    s_assert_refused("submissions/accepted/fast.cpp", 0, "longer than 1048576");
    s_remove("submissions");
    s_write_bytes("problem.yaml", text, MANIFEST_MAX_BYTES + 1);
    s_assert_refused("problem.yaml", 0, "longer than 65536");
    free(text);
}

static void refuses_too_many(void **state)
{
    (void)state;
    char file[64];
    for (int i = 0; i < SAMPLES_MAX; i++) {
        snprintf(file, sizeof file, "data/sample/x%d.in", i);
        s_write(file, "");
        snprintf(file, sizeof file, "data/sample/x%d.ans", i);
        s_write(file, "");
    }
    s_assert_refused("data/sample", 0, "more than 16 tests");
    s_remove("data/sample");
    for (int i = 0; i <= TESTS_MAX; i++) {
        snprintf(file, sizeof file, "data/secret/%d.in", i);
        s_write(file, "");
        snprintf(file, sizeof file, "data/secret/%d.ans", i);
        s_write(file, "");
    }
    s_assert_refused("data/secret", 0, "more than 500 tests");
    s_remove("data/secret");
    s_write("data/secret/1/2/3/4/5/6/7/8/9/a.in", "");
    s_assert_refused("data/secret/1/2/3/4/5/6/7/8/9", 0, "deeper than 8");
}

static void never_leaves_its_folder(void **state)
{
    (void)state;
    static const char *const links[] = {"data/secret/20.in", "data/secret/edge2", "problem.yaml",
                                        "submissions/accepted/link.c", "problem_statement"};
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
        char path[512];
        s_remove(links[i]);
        s_path(path, links[i]);
        assert_int_equal(symlink("/etc/passwd", path), 0);
        s_assert_refused(links[i], 0, "symbolic links are not followed");
        s_remove_all(NULL);
        s_make_good(NULL);
    }
}

static void refuses_pipes(void **state)
{
    (void)state;
    char path[512];
    s_path(path, "data/secret/20.in");
    assert_int_equal(mkfifo(path, 0666), 0);
    s_assert_refused("data/secret/20.in", 0, "neither a plain file nor a folder");
    s_remove("data/secret/20.in");
    s_remove("problem.yaml");
    s_path(path, "problem.yaml");
    assert_int_equal(mkfifo(path, 0666), 0);
    s_assert_refused("problem.yaml", 0, "not a plain file");
}

static void refuses_folders_that_are_none_or_have_no_name(void **state)
{
    (void)state;
    char good[sizeof s_package];
    memcpy(good, s_package, sizeof good);
    snprintf(s_package, sizeof s_package, "%s/no-such-folder", s_root);
    s_assert_refused("", 0, "No such file");
    snprintf(s_package, sizeof s_package, "%s/sum-of_2/problem.yaml", s_root);
    s_assert_refused("", 0, "Not a directory");
    snprintf(s_package, sizeof s_package, "%s/Sum of 2", s_root);
    assert_int_equal(rename(good, s_package), 0);
    s_assert_refused("", 0, "the folder's name is the problem's");
}

static void notices_a_file_that_changed(void **state)
{
    (void)state;
    struct package_error error;
    struct buffer content;
    buffer_init(&content, TEST_FILE_MAX_BYTES);
    struct package *package = s_open();
    s_write("data/secret/10.in", "5 5 5\n");
    assert_false(package_read(package, &package->tests[1].input, &content, &error));
    assert_string_equal(error.file, "data/secret/10.in");
    assert_non_null(strstr(error.what, "changed"));
    s_remove("data/secret/10.in");
    assert_false(package_read(package, &package->tests[1].input, &content, &error));
    assert_non_null(strstr(error.what, "was removed"));
    package_destroy(&package);
    buffer_fini(&content);
}

static void bears_hostile_yaml(void **state)
{
    (void)state;
    char text[MANIFEST_MAX_BYTES];
    memset(text, '[', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    s_write("problem.yaml", text);
    s_assert_refused("problem.yaml", 0, "more than 1000 brackets");
    text[1000] = '\0';
    s_write("problem.yaml", text);
    s_assert_refused("problem.yaml", 2, "is not YAML"); /* the end counts as a line of its own */
    s_write("problem.yaml", "a: &a [x, x, x, x, x, x, x, x]\n"
                            "b: &b [*a, *a, *a, *a, *a, *a]\n"
                            "c: &c [*b, *b, *b, *b, *b, *b]\n"
                            "d: &d [*c, *c, *c, *c, *c, *c]\n"
                            "name: Aliases\ntype: *d\n");
    s_assert_refused("problem.yaml", 3, "a list of texts");
    s_write("problem.yaml", "name: &a\n  en: *a\n");
    s_assert_refused("problem.yaml", 1, "one value");
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, s_make_good, s_remove_all)
    const struct CMUnitTest tests[] = {
        TEST(reads_a_good_package),
        TEST(reads_tests_in_order),
        TEST(reads_submissions_with_language_and_verdict),
        TEST(reads_the_draft_layout),
        TEST(reads_the_legacy_layout),
        TEST(keeps_its_hash_until_the_problem_changes),
        TEST(hash_knows_tests_from_each_other),
        TEST(refuses_broken_files),
        TEST(refuses_validators_that_are_more_than_a_source),
        TEST(refuses_a_bad_time_limit_file),
        TEST(refuses_a_package_without_tests),
        TEST(refuses_what_is_too_large),
        TEST(refuses_too_many),
        TEST(never_leaves_its_folder),
        TEST(refuses_pipes),
        TEST(refuses_folders_that_are_none_or_have_no_name),
        TEST(notices_a_file_that_changed),
        TEST(bears_hostile_yaml),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
