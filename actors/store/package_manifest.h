/* problem.yaml, and the files beside tests that carry arguments for the comparison or the checker,
 * as values. Pure: text in, values out. What it does not know it leaves alone; what would make us
 * judge differently from what the author meant (scoring, several passes, answers as submissions,
 * constants to be filled in) it refuses. */
#ifndef STORE_PACKAGE_MANIFEST_H
#define STORE_PACKAGE_MANIFEST_H

#include "actors/store/package.h"
#include "proto/limits.h"

#define MANIFEST_MAX_BYTES (64 * 1024) /* of problem.yaml */

#define TIME_LIMIT_MIN_MS 100
#define TIME_LIMIT_MAX_MS (60 * 1000)
#define TIME_LIMIT_DEFAULT_MS 2000 /* the format derives it from solutions; we do not */
#define MEMORY_LIMIT_MIN_MB 16
#define MEMORY_LIMIT_MAX_MB 4096
#define MEMORY_LIMIT_DEFAULT_MB 256
#define OUTPUT_LIMIT_MIN_MB 1
#define OUTPUT_LIMIT_MAX_MB 64
#define OUTPUT_LIMIT_DEFAULT_MB 8

struct package_manifest {
    char title[TITLE_MAX_BYTES + 1]; /* "" when there is none: a legacy package has it in its TeX */
    enum difficulty difficulty;      /* DIFFICULTY_MEDIUM when not said or not one of ours */
    int32_t time_limit_ms;           /* 0 when not said: legacy packages have it in .timelimit */
    int32_t memory_limit_mb;         /* MiB */
    int32_t output_limit_mb;         /* MiB */
    bool legacy;                     /* the older format, in which validator folders may be idle */
    bool custom;                     /* legacy: `validation` asks for the package's own validator */
    bool interactive;                /* the validator talks with the program */
    unsigned interactive_line;       /* where it says so */
    unsigned arguments_line;         /* where they stand; 0: nowhere */
    /* legacy: what every test's arguments begin with */
    char arguments[PACKAGE_ARGUMENTS_MAX_BYTES + 1];
};

/* Reads problem.yaml; false with the error filled, its file being `file`. The title is the one in
 * this language ("en"), else the English one, else the first. */
bool package_manifest_parse(struct slice text, const char *file, const char *language,
                            struct package_manifest *out, struct package_error *error);

/* What stands beside tests: of a folder or of one test. */
struct package_group {
    unsigned line; /* where it speaks of arguments; 0: it doesn't */
    char arguments[PACKAGE_ARGUMENTS_MAX_BYTES + 1]; /* words, by single spaces */
};

/* Reads testdata.yaml, test_group.yaml, or the file of one test. */
bool package_manifest_group(struct slice text, const char *file, struct package_group *out,
                            struct package_error *error);
/* A time limit in seconds ("2", "1.5") as milliseconds; false with the error filled. */
bool package_manifest_time_limit(struct slice text, const char *file, unsigned line,
                                 int32_t *out_ms, struct package_error *error);

#endif
