/* The languages of languages.def and which of them this machine can judge. Read-only after
 * languages_detect, so any thread may then use it. */
#ifndef ACTORS_RUNNER_LANGUAGES_H
#define ACTORS_RUNNER_LANGUAGES_H

#include "proto/bytes.h"
#include "proto/limits.h"

struct sandbox;

struct language {
    uint16_t id;                    /* Judge0's number; from 1000 up ours */
    const char *name;               /* "C++ (GCC)" */
    const char *source_name;        /* "main.cpp" */
    const char *const *compile;     /* argv, NULL at its end; placeholders as in languages.def */
    const char *artefact;           /* file that compiling must leave in the box */
    const char *const *run;         /* argv */
    const char *const *version;     /* argv */
    const char *const *environment; /* "NAME=value", NULL at its end */
    unsigned time_factor;           /* times the problem's time limit */
    unsigned memory_extra_mb;       /* on top of the problem's memory limit */
    unsigned processes;             /* processes and threads at once */
    const char *out_of_memory;      /* what stderr says when memory ran out; NULL: nothing */
};

/* Programs that show whether a toolchain works (programs.def). */
struct programs {
    const char *source_name; /* of the languages that they are for */
    const char *hello;       /* writes "hello" */
    const char *loop;        /* computes for ever */
    const char *hog;         /* takes memory for ever */
};

struct languages {
    struct {
        const struct language *language; /* row of the table */
        char version[32];                /* "12.2.0" */
    } list[LANGUAGES_MAX];               /* those that can be judged, in the table's order */
    size_t count;                        /* of them */
};

/* Asks every toolchain for its version, inside the sandbox, and each only once: a language is
 * available when its programs are found and start there. Takes up to a second; each is bounded in
 * time. */
void languages_detect(struct languages *self, struct sandbox *sandbox);
/* NULL when this machine cannot judge it. `version` gets its compiler's, unless NULL. */
const struct language *languages_find(const struct languages *self, int64_t id,
                                      const char **version);
/* The whole table, available or not. */
const struct language *languages_table(size_t *count);
/* Every language has some. */
const struct programs *language_programs(const struct language *language);
/* The whole table as one in Markdown, for people. */
void languages_markdown(struct buffer *out);

/* Expands the placeholders of an argv or environment: texts go into `texts`, the pointers (NULL at
 * the end) into `list`. False when they do not fit. */
struct language_values {
    const char *box;     /* {box} */
    const char *scratch; /* {scratch} */
    const char *shared;  /* {shared} */
    unsigned memory_mb;  /* {heap_mb}, and what {stack_mb} and {stack_kb} come from */
};
#define LANGUAGE_ARGUMENTS_MAX 24
struct language_arguments {
    char texts[2048];                             /* the expanded texts, one after the other */
    const char *list[LANGUAGE_ARGUMENTS_MAX + 1]; /* NULL at its end; borrows from texts */
};
bool language_expand(const char *const *patterns, const struct language_values *values,
                     struct language_arguments *arguments);

#endif
