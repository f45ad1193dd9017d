/* One judging from source to verdict: compile once, run the tests in order, the first failure
 * decides. Blocking; knows no messages and no store. One thread per slot. */
#ifndef ACTORS_RUNNER_JUDGING_H
#define ACTORS_RUNNER_JUDGING_H

#include "actors/runner/build.h"
#include "actors/runner/checker.h"
#include "actors/runner/compile_cache.h"
#include "actors/runner/languages.h"
#include "actors/runner/sandbox.h"
#include "proto/words.h"

/* What a task may ask for; anything else is a Judge Error. */
#define JUDGING_TIME_MAX_MS 60000
#define JUDGING_MEMORY_MIN_MB 8
#define JUDGING_MEMORY_MAX_MB 8192
#define JUDGING_OUTPUT_MAX_BYTES (1024ull << 20)

#define JUDGING_KEPT_BYTES (RUN_TEXTS_MAX_BYTES + 4) /* of an output, where it is told */

/* What a program did with one test, for whoever is to be shown it. The slices are borrowed. */
struct judging_test {
    uint32_t index;              /* from 0 */
    enum verdict verdict;        /* on this test */
    const struct outcome *facts; /* of its run; borrowed */
    struct slice output, errors; /* as they were, from the start; of a talk no output */
    struct slice expected;       /* likewise, whole */
    bool cut;                    /* there was more of output or errors */
};

struct judging_task {
    const struct languages *languages; /* of this machine; borrowed; the sandbox's driver sets it */
    struct compile_cache *cache;       /* of what was compiled before; borrowed; NULL: none */
    int64_t language_id;               /* Judge0's number */
    struct slice code;                 /* borrowed during the judging */
    int64_t time_limit_ms;             /* processor time per test, for C++: times the factor */
    int64_t memory_limit_mb;           /* per test, plus the language's extra */
    uint64_t output_limit_bytes;       /* of stdout, per test */
    uint32_t test_count;               /* at least 1 */
    /* Gives test `index` (from 0); the slices are borrowed until the next call or the judging's
     * end. May block, but then gives up when progress would. False: not to be had. */
    bool (*next_test)(void *context, uint32_t index, struct slice *input, struct slice *expected);
    enum judging_mode mode;                  /* compared, or looked at by the problem's programs: */
    const struct checker_programs *programs; /* borrowed; NULL: there are none */
    /* The arguments of the test that next_test gave last, borrowed as long as that: the rules of
     * the comparison (compare.h) or words for the problem's program. NULL: no test has any. */
    struct slice (*arguments)(void *context);
    /* For runs: each test is told, in any order, and all are run, also behind one that failed;
     * after a Compilation Error what was told is void. NULL: the first failure ends the judging. */
    void (*told)(void *context, const struct judging_test *test);
    bool uncompared; /* with JUDGING_TOKENS: nothing is expected, and who ends well is Accepted */
    /* Called several times a second, also while compiling: `done` of `total` tests are over.
     * False cancels. NULL: nobody wants to know, and nothing cancels. */
    bool (*progress)(void *context, uint32_t done, uint32_t total);
    /* For servers elsewhere: what to call back with (the end of a path that nobody else can know),
     * and whether one has since the last call; both NULL: nobody is to call. */
    const char *hint;
    bool (*hinted)(void *context);
    void *context; /* handed to all */
};

struct judging_outcome {
    bool cancelled;       /* progress said so, or given back: nothing else is set */
    enum verdict verdict; /* final */
    bool compiled_before; /* it came from the cache */
    int64_t compile_ms;   /* processor time of compiling, as far as it was done now */
    uint32_t tests_run;   /* the failed one included */
    uint32_t tests_total; /* as asked */
    uint32_t failed_test; /* from 1; 0: none */
    int64_t time_ms;      /* the longest test's processor time */
    int64_t memory_kb;    /* the largest test's peak */
    /* What the compiler said, or why it was stopped: valid UTF-8 without NUL, cut at a character.
     */
    char compile_output[COMPILE_OUTPUT_MAX_BYTES];
    size_t compile_output_bytes; /* of it */
    char reason[256];            /* of a Judge Error, for the log, never for the submitter */
};

/* The task came from outside: its limits may be anything. What is wrong with them; NULL: nothing.
 */
const char *judging_refusal(const struct judging_task *task);

void judging_run(struct sandbox *sandbox, const struct judging_task *task,
                 struct judging_outcome *outcome);

/* A task of our own: a program that gets no input and must write "hello", in 5 s (times the factor)
 * and 256 MB. Nobody cancels it. The caller may set other limits. */
struct judging_task judging_own_task(const struct languages *languages, int64_t language_id,
                                     const char *source);

/* Does the language's own hello compile and run here? When it does not, the toolchain or the slot
 * is broken, whatever a submission seemed to do wrong. `outcome` says how far it came. `go_on` is
 * called several times a second; false cancels; NULL: never. */
bool judging_says_hello(struct sandbox *sandbox, const struct languages *languages,
                        int64_t language_id, bool (*go_on)(void *context), void *context,
                        struct judging_outcome *outcome);

#endif
