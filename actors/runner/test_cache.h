/* The test cases that this runner has had before, as files:
 * <folder>/<hash of the tests>/<ordinal>.in and .ans, and .args where there are any. A file is
 * complete or not there (kept_file.h), so runners may share a folder. Read by mapping: the page
 * cache keeps what is used. One thread uses a cache object. */
#ifndef RUNNER_TEST_CACHE_H
#define RUNNER_TEST_CACHE_H

#include "proto/bytes.h"

struct test_cache {
    char folder[512];       /* of the tests of one version of a problem */
    int why;                /* errno: there is no such folder, nothing is kept; 0: there is */
    struct slice input;     /* mapped; data NULL: nothing */
    struct slice expected;  /* mapped; data NULL: nothing */
    struct slice arguments; /* mapped; data NULL: there are none */
};

/* Chooses the tests; false: `hash` is not lower-case hexadecimal, of 1 to 64 digits. Where there
 * can't be a folder for them nothing is kept: all get and put are false, with that error. */
bool test_cache_choose(struct test_cache *self, const char *data_folder, struct slice hash);
/* Maps a test; false: it is not there, or can't be read whole (errno). What was mapped before is
 * let go. */
bool test_cache_get(struct test_cache *self, uint32_t ordinal);
/* Keeps a test. False: it can't be written (errno). */
bool test_cache_put(struct test_cache *self, uint32_t ordinal, struct slice input,
                    struct slice expected, struct slice arguments);
void test_cache_close(struct test_cache *self);

#endif
