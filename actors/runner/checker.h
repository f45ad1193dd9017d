/* The problems' own programs that judge: an output validator, which reads what a program wrote, and
 * an interactor, which talks with it. They run in the slot's partner (sandbox.h), each time in a
 * fresh scratch space and with limits of their own, and get of the program's run nothing but what
 * it wrote. Whatever they do is their word, or that they are broken; never ours to fail by.
 *
 * How they are called:
 *   icpc:    program INPUT ANSWER FOLDER [arguments]; the output, or the talk, is its stdin. Exit
 *            code 42: right; 43: wrong. FOLDER is the empty scratch space. (ICPC problem package
 *            format, "Output Validators".)
 *   testlib: program INPUT OUTPUT ANSWER [arguments]. Exit code 0: right; 1, 2, 8: wrong. An
 *            interactor writes what it likes to OUTPUT, and when it says right a checker, if the
 *            problem has one, reads that. (testlib.h, "TResult".)
 * Everything else, a crash or a limit too, means that they are broken. */
#ifndef ACTORS_RUNNER_CHECKER_H
#define ACTORS_RUNNER_CHECKER_H

#include "actors/runner/compile_cache.h"
#include "actors/runner/sandbox.h"
#include "actors/runner/verdict.h"
#include "proto/words.h"

#define CHECKER_CPU_MS 20000   /* for one output, or one talk */
#define CHECKER_MEMORY_MB 1024 /* likewise */
#define CHECKER_FILES_MAX 32   /* of one program */
#define CHECKER_OUTPUT_MAX_BYTES                                                              \
    (256u << 20)                           /* of a program whose output is kept for a checker \
                                            */
#define CHECKER_TALK_MAX_BYTES (64u << 20) /* that an interactor may say to a program */

/* A problem's program: one source, whose extension names its language, and what that includes. */
struct checker_source {
    const struct sandbox_file *files; /* borrowed */
    unsigned file_count;              /* 0: there is none */
};

/* What a problem brings. */
struct checker_programs {
    enum checker_protocol protocol;   /* how they are called */
    struct checker_source checker;    /* reads outputs; where there is no interactor it may talk */
    struct checker_source interactor; /* talks */
};

/* A program of theirs, in the partner's box. */
struct checker {
    struct sandbox *sandbox;         /* the partner; borrowed */
    enum checker_protocol protocol;  /* as given */
    const struct language *language; /* of its source */
    struct buffer errors;            /* what it said to stderr */
};

/* What to judge. */
struct checker_test {
    struct slice input, answer; /* of the test; borrowed */
    struct slice arguments;     /* words for it, separated by white space */
};

struct checker_word {
    enum judges_word word; /* what it says */
    bool cancelled;        /* progress said so: nothing else is set */
    char reason[256];      /* why it is taken for broken, for the log */
};

void checker_init(struct checker *self);
void checker_fini(struct checker *self);
/* Builds one of the programs in the slot's partner, whose box it keeps until the next one is. Gives
 * false when it can't be, and word->reason says why. */
bool checker_build(struct checker *self, struct sandbox *slot, const struct languages *languages,
                   struct compile_cache *cache, enum checker_protocol protocol,
                   const struct checker_source *source, bool (*progress)(void *context),
                   void *context, struct checker_word *word);
/* Has it read an output: a file in memory, which may be larger than ours. */
void checker_judge(struct checker *self, const struct checker_test *test, int output,
                   bool (*progress)(void *context), void *context, struct checker_word *word);

/* A talk between the program that is in the slot's box and the interactor that was built. */
struct checker_talk {
    struct sandbox *slot;            /* borrowed */
    const struct sandbox_job *job;   /* how to run the program; its input and output are not used */
    const struct checker_test *test; /* borrowed */
    int report;                      /* a file in memory for testlib's OUTPUT; -1: none */
    struct outcome outcome;          /* filled: of the program */
    struct checker_word word;        /* filled: of the interactor, if it was asked */
    bool spoke_first;                /* filled: it had ended before the program did */
};
void checker_talk(struct checker *self, struct checker_talk *talk);

#endif
