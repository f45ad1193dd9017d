/* Problems' programs as files: whole or not there, bounded, and never outside of their folder. */
#include "actors/runner/checker_cache.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static char s_folder[64];
static struct checker_cache s_cache;

static int s_setup(void **state)
{
    (void)state;
    strcpy(s_folder, "/tmp/codecomp-checker-XXXXXX");
    return mkdtemp(s_folder) ? 0 : -1;
}

static int s_remove(const char *path, const struct stat *status, int type, struct FTW *at)
{
    (void)status, (void)type, (void)at;
    return remove(path);
}

static int s_teardown(void **state)
{
    (void)state;
    checker_cache_close(&s_cache);
    return nftw(s_folder, s_remove, 16, FTW_DEPTH | FTW_PHYS);
}

static bool s_choose(const char *hash)
{
    return checker_cache_choose(&s_cache, s_folder, slice_of(hash));
}

static bool s_add(const char *kind, const char *path, const char *content)
{
    return checker_cache_add(&s_cache, slice_of(kind), slice_of(path), slice_of(content));
}

static void s_assert_file(const struct checker_source *source, unsigned at, const char *path,
                          const char *content)
{
    assert_true(at < source->file_count);
    assert_true(slice_is(source->files[at].path, path));
    assert_true(slice_is(source->files[at].content, content));
}

static void s_fill(void)
{
    assert_false(s_choose(HASH));
    assert_true(s_add("checker", "check.cpp", "int main() {}"));
    assert_true(s_add("checker", "in clude/testlib.h", ""));
    assert_true(s_add("interactor", "talk.py", "pass\n"));
    checker_cache_finish(&s_cache);
}

static void s_assert_filled(void)
{
    assert_int_equal(s_cache.programs.checker.file_count, 2);
    assert_int_equal(s_cache.programs.interactor.file_count, 1);
    s_assert_file(&s_cache.programs.checker, 0, "check.cpp", "int main() {}");
    s_assert_file(&s_cache.programs.checker, 1, "in clude/testlib.h", "");
    s_assert_file(&s_cache.programs.interactor, 0, "talk.py", "pass\n");
}

static void what_was_added_is_there_the_next_time(void **state)
{
    (void)state;
    s_fill();
    s_assert_filled();
    checker_cache_close(&s_cache);
    assert_true(s_choose(HASH));
    s_assert_filled();
    assert_false(s_choose("abc")); /* another one's */
    assert_int_equal(s_cache.programs.checker.file_count, 0);
}

static void what_is_not_whole_is_not_there(void **state)
{
    char path[256];
    (void)state;
    s_fill();
    checker_cache_close(&s_cache);
    snprintf(path, sizeof path, "%s/tests/" HASH "/2.ans", s_folder);
    assert_int_equal(unlink(path), 0);
    assert_false(s_choose(HASH));
    assert_int_equal(s_cache.count, 0);
    checker_cache_close(&s_cache);
    assert_false(s_choose("abc"));
    assert_true(s_add("checker", "a.c", "")); /* killed before the end */
    checker_cache_close(&s_cache);
    assert_false(s_choose("abc"));
}

static void what_others_wrote_there_is_not_believed(void **state)
{
    static const char *const counts[] = {"", "x", "-1", "65", "99999999999999999999", "4"};
    char path[256];
    (void)state;
    s_fill();
    checker_cache_close(&s_cache);
    snprintf(path, sizeof path, "%s/tests/" HASH "/0.in", s_folder);
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fputs(counts[i], file);
        fclose(file);
        assert_false(s_choose(HASH));
        assert_int_equal(s_cache.count, 0);
    }
}

static void its_bounds_hold(void **state)
{
    char path[600];
    char *large = malloc(CHECKER_CACHE_BYTES_MAX + 1);
    (void)state;
    assert_false(s_choose(HASH));
    assert_false(s_add("picture", "a.png", ""));
    assert_false(s_add("", "a.c", ""));
    memset(path, 'a', sizeof path);
    path[513] = '\0';
    assert_false(s_add("checker", path, ""));
    memset(large, 'x', CHECKER_CACHE_BYTES_MAX);
    large[CHECKER_CACHE_BYTES_MAX] = '\0';
    assert_false(s_add("checker", "a.c", large));
    free(large);
    for (int i = 0; i < CHECKER_FILES_MAX; i++) {
        snprintf(path, sizeof path, "%d.h", i);
        assert_true(s_add("checker", path, ""));
    }
    assert_false(s_add("checker", "one.more", ""));
    for (int i = 0; i < CHECKER_FILES_MAX; i++) {
        snprintf(path, sizeof path, "%d.h", i);
        assert_true(s_add("interactor", path, ""));
    }
    assert_false(s_add("interactor", "one.more", ""));
    assert_false(s_add("checker", "late.c", ""));
}

/* A folder that can't be written to costs fetching again, not a wrong verdict. */
static void without_a_place_they_are_kept_for_the_job(void **state)
{
    (void)state;
    assert_false(checker_cache_choose(&s_cache, "/nowhere/at/all", slice_of(HASH)));
    assert_true(s_add("checker", "a.c", "x"));
    checker_cache_finish(&s_cache);
    s_assert_file(&s_cache.programs.checker, 0, "a.c", "x");
    checker_cache_close(&s_cache);
    assert_false(s_choose("../../etc"));
    assert_true(s_add("checker", "a.c", "x"));
    checker_cache_finish(&s_cache);
    s_assert_file(&s_cache.programs.checker, 0, "a.c", "x");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, s_setup, s_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_added_is_there_the_next_time),     TEST(what_is_not_whole_is_not_there),
        TEST(what_others_wrote_there_is_not_believed),   TEST(its_bounds_hold),
        TEST(without_a_place_they_are_kept_for_the_job),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
