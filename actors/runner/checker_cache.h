/* The problems' own programs that this runner has had before, as files beside the tests
 * (test_cache.h): <folder>/<hash of the programs>/<n>.in has the name of a file, "checker
 * check.cpp", <n>.ans its content, from 1 on, and 0.in how many there are, written last. One thread
 * uses a cache object. */
#ifndef RUNNER_CHECKER_CACHE_H
#define RUNNER_CHECKER_CACHE_H

#include "actors/runner/checker.h"
#include "actors/runner/test_cache.h"

#define CHECKER_CACHE_FILES_MAX (2 * CHECKER_FILES_MAX)
#define CHECKER_CACHE_BYTES_MAX (32u << 20) /* of all files of a problem */

struct checker_cache {
    struct test_cache files;                           /* where they are */
    uint32_t count;                                    /* of those that are in memory: */
    struct buffer texts[CHECKER_CACHE_FILES_MAX];      /* owned: name, then content */
    struct sandbox_file list[CHECKER_CACHE_FILES_MAX]; /* in them, checker's first */
    struct checker_programs programs;                  /* in the list */
};

/* Chooses the programs of a hash and lets go of those before; true: they are there, and in
 * `programs`, but for the protocol. */
bool checker_cache_choose(struct checker_cache *self, const char *data_folder, struct slice hash);
/* Takes one file more of the chosen ones, by order of kind; `kind`: checker or interactor. False:
 * it is none that we take, or too many or too long. */
bool checker_cache_add(struct checker_cache *self, struct slice kind, struct slice path,
                       struct slice content);
/* That was all: they are in `programs`, and kept as files where that can be done. */
void checker_cache_finish(struct checker_cache *self);
void checker_cache_close(struct checker_cache *self);

#endif
