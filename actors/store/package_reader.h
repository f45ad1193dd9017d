/* What the readers of the layouts (package_kattis.c, package_polygon.c) fill a package with; nobody
 * else includes this. Paths are relative to the package. */
#ifndef STORE_PACKAGE_READER_H
#define STORE_PACKAGE_READER_H

#include "actors/store/package.h"
#include "actors/store/package_files.h"

/* A package while it is being opened. */
struct package_reader {
    struct package *package;     /* what is being filled */
    struct package_error *error; /* where refusals go; files relative to the package */
    struct buffer text;          /* the file being looked at */
    int64_t bytes;               /* of all tests so far */
};

/* The layouts; folder and limits have their defaults. Polygon's packages bring a slug; where they
 * don't, and for the others, it stays NULL. */
bool package_kattis_read(struct package_reader *self);
bool package_polygon_read(struct package_reader *self);

/* May a problem be called so? */
bool package_is_slug(struct slice name);
/* A copy of a text, NUL-terminated, the caller's. */
char *package_copy(struct slice text);
/* True when the text ends with `end` and has more before it. */
bool package_ends(const char *text, const char *end);
/* Reads a text file into self->text; PACKAGE_REFUSED when it is longer than that. */
enum package_found package_reader_text(struct package_reader *self, const char *path,
                                       size_t max_bytes);

/* Appends a test. The paths and arguments are copied, the name is what it is called. */
bool package_reader_test(struct package_reader *self, struct slice name, bool sample,
                         const struct package_file *input, const struct package_file *answer,
                         const char *arguments);
/* Appends a file that is stored with the problem, unless it is there under that name already. */
bool package_reader_extra(struct package_reader *self, enum package_kind kind, const char *path,
                          size_t bytes, const char *name);
/* Appends a sample solution. */
bool package_reader_submission(struct package_reader *self, const char *path, size_t bytes,
                               uint32_t expected);
/* Takes a program from a folder, or the single file `path`, as checker or interactor: one source,
 * whose extension names a language of ours, and headers. */
bool package_reader_program(struct package_reader *self, enum package_kind kind, const char *path);
/* The language by a file's extension; 0: none of ours. */
int32_t package_language(const char *name);
/* Is it a header, which a checker may have beside its source? */
bool package_is_header(const char *name);

/* Takes a statement that is Markdown: its pictures, which lie in `folder` ("" or "statement"),
 * become files of the problem, and what points at them points at our route. */
bool package_reader_statement(struct package_reader *self, const char *file, const char *folder,
                              struct slice markdown);
/* The same for TeX, which becomes Markdown on the way; a \problemname gives the title when the
 * package has none. */
bool package_reader_tex(struct package_reader *self, const char *file, const char *folder,
                        struct slice tex);

#endif
