/* What compiling gave, by what was compiled: the same code again (a resubmission, a rejudging) is
 * not compiled again. Only what was compiled is kept: a refusal may be a broken compiler's. In
 * memory, bounded in bytes and entries, the least recently used goes first. Any thread may use it.
 */
#ifndef ACTORS_RUNNER_COMPILE_CACHE_H
#define ACTORS_RUNNER_COMPILE_CACHE_H

#include "actors/runner/languages.h"
#include "actors/runner/sandbox.h"

#define COMPILE_CACHE_ENTRIES_MAX 512 /* each holds a descriptor */

struct compile_cache;

struct compile_cache *compile_cache_new(uint64_t max_bytes);
void compile_cache_destroy(struct compile_cache **self_p);

/* SHA-256 of everything that decides what compiling gives: the language, the version of its
 * compiler, the command, the files. */
struct compile_key {
    unsigned char bytes[32];
};
struct compile_key compile_key_of(const struct language *language, const char *version,
                                  const struct sandbox_file *files, unsigned count);

struct compiled {
    int packed; /* the box, as sandbox_pack_box gives it */
    /* What the compiler said, ready to be shown. */
    char text[COMPILE_OUTPUT_MAX_BYTES];
    size_t text_bytes; /* of it */
};

/* True: it was there; result->packed is the caller's to close. */
bool compile_cache_get(struct compile_cache *self, const struct compile_key *key,
                       struct compiled *result);
/* Keeps a copy; `result` stays the caller's. */
void compile_cache_put(struct compile_cache *self, const struct compile_key *key,
                       const struct compiled *result);

/* Forgets all: what a broken compiler made must not be believed. */
void compile_cache_clear(struct compile_cache *self);

#endif
