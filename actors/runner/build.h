/* A program in a box, ready to run: its sources, compiled there, or what compiling them gave
 * before. For submissions and for the problems' own programs. */
#ifndef ACTORS_RUNNER_BUILD_H
#define ACTORS_RUNNER_BUILD_H

#include "actors/runner/compile_cache.h"
#include "actors/runner/sandbox.h"

/* Of a compilation: bits/stdc++.h takes 1.7 s and 300 MB, Go's linker less. */
#define BUILD_MEMORY_MB 1024

struct build_task {
    struct sandbox *sandbox;          /* whose box it is to be in; borrowed */
    struct compile_cache *cache;      /* of what was compiled before; borrowed; NULL: none */
    const struct language *language;  /* of the sources */
    const char *version;              /* of its compiler */
    const struct sandbox_file *files; /* the first is named as the language wants it */
    unsigned file_count;              /* of them, at least 1 */
    int64_t cpu_ms;                   /* that its compiler may use; thrice as much by the wall */
    /* Called several times a second; false cancels. */
    bool (*progress)(void *context);
    void *context; /* handed to it */
};

struct build_outcome {
    bool cancelled;    /* nothing else is set */
    bool refused;      /* by the compiler, or it was stopped: `text` says why */
    bool before;       /* it came from the cache */
    int64_t cpu_ms;    /* that its compiler used now */
    char failure[256]; /* not empty: our own failure, for the log; nothing else counts then */
    /* What the compiler said, or why it was stopped: valid UTF-8 without NUL, cut at a character.
     */
    char text[COMPILE_OUTPUT_MAX_BYTES];
    size_t text_bytes; /* of it */
};

/* True: it is in the box, and can be run. False: the outcome says why not. */
bool build_run(const struct build_task *task, struct build_outcome *outcome);

/* Makes shown text of anything: bytes that are not UTF-8 and control characters but tab and
 * newline become U+FFFD. Returns its length, at most `size`, never within a character. */
size_t build_show(struct slice raw, char *text, size_t size);

#endif
