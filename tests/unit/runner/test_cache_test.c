/* Test cases as files: what is put is got, whole or not at all, and a name from a message never
 * leads out of the folder. */
#include "actors/runner/test_cache.h"
#include "actors/runner/kept_file.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static char s_folder[64];
static struct test_cache s_cache;

static int s_setup(void **state)
{
    strcpy(s_folder, "/tmp/codecomp-cache-XXXXXX");
    s_cache = (struct test_cache){0};
    *state = &s_cache;
    return mkdtemp(s_folder) ? 0 : -1;
}

static int s_remove(const char *path, const struct stat *status, int type, struct FTW *at)
{
    (void)status, (void)type, (void)at;
    return remove(path);
}

static int s_teardown(void **state)
{
    test_cache_close(*state);
    return nftw(s_folder, s_remove, 16, FTW_DEPTH | FTW_PHYS);
}

static bool s_choose(struct test_cache *cache, const char *hash)
{
    return test_cache_choose(cache, s_folder, slice_of(hash));
}

static bool s_put(struct test_cache *cache, uint32_t ordinal, const char *input, const char *output)
{
    return test_cache_put(cache, ordinal, slice_of(input), slice_of(output), slice_of(""));
}

static void s_assert_got(struct test_cache *cache, uint32_t ordinal, const char *input,
                         const char *output)
{
    assert_true(test_cache_get(cache, ordinal));
    assert_true(slice_is(cache->input, input));
    assert_true(slice_is(cache->expected, output));
}

/* A file of the chosen tests. */
static const char *s_file(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/tests/" HASH "/%s", s_folder, name);
    return path;
}

static void s_write(const char *name, const char *text)
{
    FILE *file = fopen(s_file(name), "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void test_what_was_put_is_got(void **state)
{
    struct test_cache *cache = *state;
    assert_true(s_choose(cache, HASH));
    assert_false(test_cache_get(cache, 1));
    assert_true(s_put(cache, 1, "1 2\n", "3\n"));
    assert_true(s_put(cache, 2, "4 5\n", "9\n"));
    s_assert_got(cache, 1, "1 2\n", "3\n");
    s_assert_got(cache, 2, "4 5\n", "9\n");
    assert_false(test_cache_get(cache, 3));
    assert_null(cache->input.data); /* the one before is let go */
    assert_null(cache->expected.data);
}

static void test_another_run_finds_it(void **state)
{
    struct test_cache *cache = *state, other = {0};
    assert_true(s_choose(cache, HASH));
    assert_true(s_put(cache, 1, "in", "out"));
    assert_true(s_choose(&other, HASH));
    s_assert_got(&other, 1, "in", "out");
    test_cache_close(&other);
}

static void test_each_version_of_a_problem_has_its_own(void **state)
{
    struct test_cache *cache = *state;
    assert_true(s_choose(cache, HASH));
    assert_true(s_put(cache, 1, "old", "old"));
    assert_true(s_choose(cache, "ab"));
    assert_false(test_cache_get(cache, 1));
    assert_true(s_put(cache, 1, "new", "new"));
    assert_true(s_choose(cache, HASH));
    s_assert_got(cache, 1, "old", "old");
}

static void test_empty_files_are_tests_too(void **state)
{
    struct test_cache *cache = *state;
    assert_true(s_choose(cache, HASH));
    assert_true(s_put(cache, 1, "", ""));
    s_assert_got(cache, 1, "", "");
    assert_non_null(cache->input.data); /* there, and empty */
    assert_non_null(cache->expected.data);
}

static void test_any_bytes_and_large_ones(void **state)
{
    struct test_cache *cache = *state;
    size_t length = 3 * 1024 * 1024 + 7;
    char *bytes = malloc(length);
    assert_non_null(bytes);
    for (size_t i = 0; i < length; i++)
        bytes[i] = (char)(i * 31 >> 3);
    assert_true(s_choose(cache, HASH));
    assert_true(test_cache_put(cache, 500, slice_from(bytes, length), slice_from(bytes, 256), slice_of("-")));
    assert_true(test_cache_get(cache, 500));
    assert_true(slice_is(cache->arguments, "-"));
    assert_true(test_cache_get(cache, 500));
    assert_true(slice_equal(cache->input, slice_from(bytes, length)));
    assert_true(slice_equal(cache->expected, slice_from(bytes, 256)));
    free(bytes);
}

static void test_a_second_put_replaces_and_leaves_nothing_aside(void **state)
{
    struct test_cache *cache = *state;
    assert_true(s_choose(cache, HASH));
    assert_true(s_put(cache, 1, "first, and longer", "first"));
    assert_true(test_cache_get(cache, 1)); /* mapped meanwhile */
    assert_true(s_put(cache, 1, "second", "second"));
    assert_true(slice_is(cache->input, "first, and longer")); /* what is mapped does not change */
    s_assert_got(cache, 1, "second", "second");
    assert_int_equal(unlink(s_file("1.in")), 0);
    assert_int_equal(unlink(s_file("1.ans")), 0);
    assert_int_equal(rmdir(s_file("")), 0); /* nothing else was there */
}

static void test_half_a_test_is_none(void **state)
{
    struct test_cache *cache = *state;
    assert_true(s_choose(cache, HASH));
    s_write("1.in", "in");
    assert_false(test_cache_get(cache, 1));
    assert_null(cache->input.data);
    s_write("2.ans", "out");
    assert_false(test_cache_get(cache, 2));
    s_write("3.in.99.abcdef", "half wr"); /* somebody is writing, or was */
    s_write("3.ans", "out");
    assert_false(test_cache_get(cache, 3));
}

static void test_only_files_are_read(void **state)
{
    struct test_cache *cache = *state;
    assert_true(s_choose(cache, HASH));
    s_write("secret", "not a test");
    s_write("1.ans", "out");
    assert_int_equal(symlink("secret", s_file("1.in")), 0);
    assert_false(test_cache_get(cache, 1));
    assert_int_equal(mkdir(s_file("2.in"), 0700), 0);
    s_write("2.ans", "out");
    assert_false(test_cache_get(cache, 2));
}

static void test_only_a_hash_names_a_folder(void **state)
{
    struct test_cache *cache = *state;
    const char *const bad[] = {"",       "..",    "../..", "a/b",   "/etc",
                               "ABCDEF", "0123g", "a b",   HASH "0"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(s_choose(cache, bad[i]));
        assert_false(s_put(cache, 1, "in", "out"));
        assert_int_equal(errno, EINVAL);
    }
    assert_false(test_cache_choose(cache, s_folder, slice_from("ab\0cd", 5)));
    char tests[128];
    snprintf(tests, sizeof tests, "%s/tests", s_folder);
    assert_int_equal(access(tests, F_OK), -1); /* and nothing was made for them */
}

/* Who judges then does so from memory: it is no reason to refuse the tests. */
static void s_assert_keeps_nothing(struct test_cache *cache, const char *data_folder, int why)
{
    assert_true(test_cache_choose(cache, data_folder, slice_of(HASH)));
    assert_false(s_put(cache, 1, "in", "out"));
    assert_int_equal(errno, why);
    assert_false(test_cache_get(cache, 1));
    assert_int_equal(errno, why);
}

static void test_what_cannot_be_kept_says_why(void **state)
{
    struct test_cache *cache = *state;
    char deep[600];
    memset(deep, 'x', sizeof deep - 1);
    deep[sizeof deep - 1] = '\0';
    s_assert_keeps_nothing(cache, deep, ENAMETOOLONG);
    s_assert_keeps_nothing(cache, "/nowhere/at/all", ENOENT);
    s_assert_keeps_nothing(cache, "/dev/null", ENOTDIR);
    assert_true(s_choose(cache, HASH));
    assert_int_equal(rmdir(s_file("")), 0);
    assert_false(s_put(cache, 1, "in", "out"));
    assert_int_equal(errno, ENOENT);
    assert_false(test_cache_get(cache, 1));
}

static void test_a_name_that_is_taken_leaves_nothing_aside(void **state)
{
    struct test_cache *cache = *state;
    assert_true(s_choose(cache, HASH));
    assert_int_equal(mkdir(s_file("1.in"), 0700), 0);
    assert_false(s_put(cache, 1, "in", "out"));
    assert_int_equal(errno, EISDIR);
    assert_int_equal(rmdir(s_file("1.in")), 0);
    assert_int_equal(rmdir(s_file("")), 0);
}

/* A test without its arguments is another test. */
static void test_arguments_that_cannot_be_read_are_not_none(void **state)
{
    struct test_cache *cache = *state;
    assert_true(s_choose(cache, HASH));
    assert_true(s_put(cache, 1, "in", "out"));
    assert_int_equal(mkdir(s_file("1.args"), 0700), 0);
    assert_false(test_cache_get(cache, 1));
    assert_null(cache->input.data);
    assert_int_equal(rmdir(s_file("1.args")), 0);
    s_assert_got(cache, 1, "in", "out");
    assert_null(cache->arguments.data);
}

static void test_what_killed_writers_left_goes_after_a_while(void **state)
{
    static const char *const names[] = {"1.in.4711.Xy12Za", "1.args.4711.abcdef", "2.ans"};
    struct test_cache *cache = *state;
    assert_true(s_choose(cache, HASH));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        s_write(names[i], "half");
    assert_true(s_choose(cache, HASH));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_int_equal(access(s_file(names[i]), F_OK), 0); /* somebody may be at it */
        const struct timespec old = {time(NULL) - 90, 0}, times[] = {old, old};
        assert_int_equal(utimensat(AT_FDCWD, s_file(names[i]), times, 0), 0);
    }
    assert_true(s_choose(cache, HASH));
    assert_int_equal(access(s_file(names[0]), F_OK), -1);
    assert_int_equal(access(s_file(names[1]), F_OK), -1);
    assert_int_equal(access(s_file(names[2]), F_OK), 0);
}

static char s_torn[256]; /* path of what they write */

static void *s_write_often(void *context)
{
    for (int i = 0; i < 50; i++)
        if (!kept_file_write(s_torn, *(struct slice *)context, 0600))
            return context;
    return NULL;
}

static void test_several_writers_of_one_file_do_not_tear_it(void **state)
{
    static char texts[2][100000];
    struct test_cache *cache = *state;
    struct slice contents[2];
    pthread_t writers[2];
    assert_true(s_choose(cache, HASH));
    strcpy(s_torn, s_file("1.in"));
    assert_true(s_put(cache, 1, "", "out"));
    for (int i = 0; i < 2; i++) {
        memset(texts[i], 'a' + i, sizeof texts[i]);
        contents[i] = slice_from(texts[i], sizeof texts[i] - (size_t)i);
        assert_int_equal(pthread_create(&writers[i], NULL, s_write_often, &contents[i]), 0);
    }
    for (int i = 0; i < 200; i++) {
        assert_true(test_cache_get(cache, 1));
        assert_true(cache->input.length == 0 || slice_equal(cache->input, contents[0]) ||
                    slice_equal(cache->input, contents[1]));
    }
    for (int i = 0; i < 2; i++) {
        void *failed;
        assert_int_equal(pthread_join(writers[i], &failed), 0);
        assert_null(failed);
    }
}

static void test_nobody_else_reads_them(void **state)
{
    struct test_cache *cache = *state;
    struct stat status;
    assert_true(s_choose(cache, HASH));
    assert_true(s_put(cache, 1, "in", "out"));
    assert_int_equal(stat(s_file("1.ans"), &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_int_equal(stat(s_file(""), &status), 0);
    assert_int_equal(status.st_mode & 0777, 0700);
}

static void test_closing_twice_is_nothing(void **state)
{
    struct test_cache *cache = *state;
    assert_true(s_choose(cache, HASH));
    assert_true(s_put(cache, 1, "in", "out"));
    assert_true(test_cache_get(cache, 1));
    test_cache_close(cache);
    test_cache_close(cache);
    assert_null(cache->input.data);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, s_setup, s_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_what_was_put_is_got),
        TEST(test_another_run_finds_it),
        TEST(test_each_version_of_a_problem_has_its_own),
        TEST(test_empty_files_are_tests_too),
        TEST(test_any_bytes_and_large_ones),
        TEST(test_a_second_put_replaces_and_leaves_nothing_aside),
        TEST(test_half_a_test_is_none),
        TEST(test_only_files_are_read),
        TEST(test_only_a_hash_names_a_folder),
        TEST(test_what_cannot_be_kept_says_why),
        TEST(test_a_name_that_is_taken_leaves_nothing_aside),
        TEST(test_arguments_that_cannot_be_read_are_not_none),
        TEST(test_what_killed_writers_left_goes_after_a_while),
        TEST(test_several_writers_of_one_file_do_not_tear_it),
        TEST(test_nobody_else_reads_them),
        TEST(test_closing_twice_is_nothing),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
