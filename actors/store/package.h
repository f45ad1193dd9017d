/* A problem package: a folder in the ICPC/Kattis layout (legacy or 2023-07-draft) or a full Polygon
 * package, read and checked whole, so that whoever imports it stores a sound problem or gets one
 * error that names the file and the line.
 *
 * What is read of each layout stands in package_kattis.c and package_polygon.c. In both: limits, a
 * statement (Markdown; TeX is made Markdown, math stays as it is) with its pictures, tests in order
 * with the arguments of their groups, how outputs are judged, sample solutions. Refused is what we
 * would judge otherwise than its author meant: scoring, several passes, answers as submissions,
 * validators with build scripts.
 *
 * Packages are somebody else's: no symbolic link is followed, all is bounded, all texts (tests too)
 * are UTF-8 without NUL. The content of tests is not kept: package_read fetches one file at a time.
 * Blocking. One thread opens and destroys; any number may read files between that. */
#ifndef STORE_PACKAGE_H
#define STORE_PACKAGE_H

#include <stdint.h>

#include "actors/store/package_error.h"
#include "proto/bytes.h"
#include "proto/limits.h"
#include "proto/words.h"

#define PACKAGE_BYTES_MAX (1024LL * 1024 * 1024) /* all tests of a package together */
#define PACKAGE_SUBMISSIONS_MAX 256              /* sample solutions of a package */
#define PACKAGE_DEPTH_MAX 8                      /* folders in folders under data/ */
#define PACKAGE_CHECKER_FILES_MAX 32             /* of a checker, and of an interactor */
#define PACKAGE_PICTURES_MAX 64                  /* of a statement */
#define PACKAGE_FILE_MAX_BYTES PICTURE_MAX_BYTES /* of one file of a checker, or one picture */
#define PACKAGE_ARGUMENTS_MAX_BYTES 1024         /* of a test's arguments */

/* The hash of a package, as text. */
#define PACKAGE_HASH_LENGTH 64

struct package_file {
    char *path;   /* owned; relative to the package: "data/secret/01.in" */
    size_t bytes; /* its size when the package was opened */
};

struct package_test {
    char *name;                 /* owned; path below data/ without extension: "secret/01" */
    bool sample;                /* shown with the statement */
    struct package_file input;  /* what the program reads */
    struct package_file answer; /* what it should write, or what the checker is given */
    char *arguments;            /* owned; options of the comparison, or words for the checker */
};

/* A file that is stored with the problem. */
enum package_kind { PACKAGE_CHECKER, PACKAGE_INTERACTOR, PACKAGE_PICTURE };

struct package_extra {
    enum package_kind kind;   /* what it is for */
    struct package_file file; /* where it lies */
    char *name;               /* owned; what it is stored as: "check.cpp", "3f….png" */
};

struct package_submission {
    struct package_file source; /* "submissions/accepted/fast.cpp" */
    int32_t language_id;        /* by its extension; 0 when that is none of ours */
    uint32_t expected;          /* bit 1 << VERDICT_… for each verdict that its author expects */
};

struct package {
    char *slug; /* owned; the folder's name, or the one that Polygon gave it: a-z 0-9 _ -, unique */
    char *title;                    /* owned; one line */
    char *statement;                /* owned; Markdown */
    enum difficulty difficulty;     /* easy, medium or hard */
    int32_t time_limit_ms;          /* of one test */
    int32_t memory_limit_mb;        /* MiB */
    int64_t output_limit_bytes;     /* of one test */
    enum judging_mode judging;      /* by comparison, or by a program in `extras` */
    enum checker_protocol protocol; /* how that is called */
    struct package_test *tests;     /* owned; samples first, each kind sorted by name */
    size_t tests_count;             /* 1 … TESTS_MAX */
    size_t samples_count;           /* how many of those are samples, 0 … SAMPLES_MAX */
    struct package_extra *extras;   /* owned; by kind; a program's source before its headers */
    size_t extras_count;            /* how many */
    struct package_submission *submissions; /* owned; by folder, then by name; files only */
    size_t submissions_count;               /* 0 … PACKAGE_SUBMISSIONS_MAX */
    char hash[PACKAGE_HASH_LENGTH + 1];     /* SHA-256 over all of the above and the contents, but
                                               not over submissions: equal hash, equal problem */
    char checker_hash[PACKAGE_HASH_LENGTH + 1]; /* SHA-256 over checker and interactor; "": none */
    int folder;                                 /* owned; the open folder */
};

/* Opens and checks the package in the folder `dir`. True with *out given to the caller, or false
 * with *out NULL and the error filled. Reads every test once. */
bool package_open(const char *dir, struct package **out, struct package_error *error);
/* The same for what an archive held: errors name the archive, `label`, and a folder without a name
 * of its own is called `slug`. */
bool package_open_as(const char *dir, const char *label, const char *slug, struct package **out,
                     struct package_error *error);
/* Does the folder look like a package of any kind? */
bool package_is(const char *dir);
void package_destroy(struct package **self);

/* Reads one of the package's files into `out`, whose bound must be at least TEST_FILE_MAX_BYTES.
 * False with the error filled; also when the file is not of the size that was seen at open. */
bool package_read(const struct package *self, const struct package_file *file, struct buffer *out,
                  struct package_error *error);
/* The same for one that need not be text. */
bool package_read_bytes(const struct package *self, const struct package_file *file,
                        struct buffer *out, struct package_error *error);

#endif
