/* Opening of a problem package: its layout is recognised and read (package_kattis.c,
 * package_polygon.c), and everything that makes the problem what it is goes into one hash. It
 * judges nothing and stores nothing. */
#include "actors/store/package.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <unistd.h>

#include "actors/store/package_manifest.h"
#include "actors/store/package_reader.h"
#include "proto/check.h"
#include "proto/limits.h"

static bool s_read_slug(struct package_reader *self, const char *dir, const char *slug)
{
    char *path = slug ? strdup(slug) : realpath(dir, NULL);
    if (!path)
        return package_refuse(self->error, "", 0, "cannot be opened: %s", strerror(errno));
    const char *slash = strrchr(path, '/');
    struct slice name = slice_of(slash ? slash + 1 : path);
    bool good = package_is_slug(name) ||
                package_refuse(self->error, "", 0,
                               "the folder's name is the problem's: 1 to %d of a-z, 0-9, - and _",
                               SLUG_MAX_BYTES);
    if (good)
        self->package->slug = package_copy(name);
    free(path);
    return good;
}

/* ---- hashes ---------------------------------------------------------------------------------- */

/* A length before each text keeps two different packages from giving the same bytes. */
static void s_hash_text(EVP_MD_CTX *context, struct slice text)
{
    char length[24];
    int digits = snprintf(length, sizeof length, "%zu:", text.length);
    check(EVP_DigestUpdate(context, length, (size_t)digits));
    if (text.length > 0)
        check(EVP_DigestUpdate(context, text.data, text.length));
}

static EVP_MD_CTX *s_hash_begin(void)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    check(context && EVP_DigestInit_ex(context, EVP_sha256(), NULL));
    return context;
}

static void s_hash_end(EVP_MD_CTX *context, char hash[PACKAGE_HASH_LENGTH + 1])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length;
    check(EVP_DigestFinal_ex(context, digest, &length) && length * 2 == PACKAGE_HASH_LENGTH);
    EVP_MD_CTX_free(context);
    for (unsigned i = 0; i < length; i++)
        snprintf(hash + (size_t)2 * i, 3, "%02x", digest[i]);
}

/* Looks at one file of a test. */
static bool s_hash_file(struct package_reader *self, const struct package_file *file,
                        EVP_MD_CTX *context)
{
    self->bytes += (int64_t)file->bytes;
    if (self->bytes > PACKAGE_BYTES_MAX)
        return package_refuse(self->error, file->path, 0, "the tests are more than %lld bytes",
                              PACKAGE_BYTES_MAX);
    if (package_files_read_text(self->package->folder, file->path, &self->text, self->error) !=
        PACKAGE_FOUND)
        return false;
    s_hash_text(context, buffer_slice(&self->text));
    return true;
}

static bool s_hash_tests(struct package_reader *self, EVP_MD_CTX *context)
{
    for (size_t i = 0; i < self->package->tests_count; i++) {
        const struct package_test *test = &self->package->tests[i];
        s_hash_text(context, slice_of(test->name));
        s_hash_text(context, slice_of(test->arguments));
        if (!s_hash_file(self, &test->input, context) || !s_hash_file(self, &test->answer, context))
            return false;
    }
    return true;
}

/* Programs by kind, name and content; pictures are named by their content. */
static bool s_hash_extras(struct package_reader *self, enum package_kind least,
                          enum package_kind most, EVP_MD_CTX *context)
{
    const struct package *package = self->package;
    for (enum package_kind kind = least; kind <= most; kind++)
        for (size_t i = 0; i < package->extras_count; i++) {
            const struct package_extra *extra = &package->extras[i];
            if (extra->kind != kind)
                continue;
            s_hash_text(context, slice_of(kind == PACKAGE_INTERACTOR ? "interactor" : "file"));
            s_hash_text(context, slice_of(extra->name));
            if (!package_read_bytes(package, &extra->file, &self->text, self->error))
                return false;
            s_hash_text(context, buffer_slice(&self->text));
        }
    return true;
}

static bool s_hash(struct package_reader *self)
{
    struct package *package = self->package;
    char head[200];
    snprintf(head, sizeof head, "codecomp package 2 %s %d %d %lld %s %s",
             word_text(&difficulty_words, package->difficulty), (int)package->time_limit_ms,
             (int)package->memory_limit_mb, (long long)package->output_limit_bytes,
             word_text(&judging_mode_words, package->judging),
             word_text(&checker_protocol_words, package->protocol));
    EVP_MD_CTX *context = s_hash_begin();
    s_hash_text(context, slice_of(head));
    s_hash_text(context, slice_of(package->slug));
    s_hash_text(context, slice_of(package->title));
    s_hash_text(context, slice_of(package->statement));
    bool good = s_hash_tests(self, context) &&
                s_hash_extras(self, PACKAGE_CHECKER, PACKAGE_PICTURE, context);
    s_hash_end(context, package->hash);
    if (!good || package->judging == JUDGING_TOKENS)
        return good;
    context = s_hash_begin();
    good = s_hash_extras(self, PACKAGE_CHECKER, PACKAGE_INTERACTOR, context);
    s_hash_end(context, package->checker_hash);
    return good;
}

/* ---- opening --------------------------------------------------------------------------------- */

/* The parts of an error know files by their path inside the package; people know them from where
 * they stand. */
static void s_place_error(struct package_error *error, const char *dir)
{
    char inside[sizeof error->file];
    size_t length = strlen(dir);
    while (length > 1 && dir[length - 1] == '/')
        length--;
    memcpy(inside, error->file, sizeof inside);

    snprintf(error->file, sizeof error->file, "%.*s%s%.*s", (int)length, dir, inside[0] ? "/" : "",
             PACKAGE_PATH_MAX_BYTES, inside);
}

/* Titles are shown on terminals, too. */
static bool s_check_title(struct package_reader *self)
{
    for (const char *at = self->package->title; *at; at++)
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            return package_refuse(self->error, "", 0, "the problem's name has control characters");
    return true;
}

static bool s_read(struct package_reader *self, const char *dir, const char *slug)
{
    static const char polygon[] = "problem.xml", kattis[] = "problem.yaml";
    int folder = self->package->folder;
    if (faccessat(folder, kattis, F_OK, AT_SYMLINK_NOFOLLOW) != 0 &&
        faccessat(folder, polygon, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
        return package_polygon_read(self) && (self->package->slug || s_read_slug(self, dir, slug));
    return s_read_slug(self, dir, slug) && package_kattis_read(self);
}

bool package_is(const char *dir)
{
    static const char *const names[] = {"problem.yaml", "problem.xml"};
    for (size_t i = 0; i < 2; i++) {
        char *manifest;
        check(asprintf(&manifest, "%s/%s", dir, names[i]) >= 0);
        bool is_package = access(manifest, F_OK) == 0;
        free(manifest);
        if (is_package)
            return true;
    }
    return false;
}

bool package_open_as(const char *dir, const char *label, const char *slug, struct package **out,
                     struct package_error *error)
{
    *out = NULL;
    *error = (struct package_error){0};
    struct package *package = calloc(1, sizeof *package);
    check(package);
    package->title = package_copy(slice_of(""));
    package->difficulty = DIFFICULTY_MEDIUM;
    package->output_limit_bytes = OUTPUT_LIMIT_DEFAULT_MB * 1024LL * 1024;
    struct package_reader self = {.package = package, .error = error};
    buffer_init(&self.text, TEST_FILE_MAX_BYTES);
    package->folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = package->folder >= 0 ||
                package_refuse(error, "", 0, "cannot be opened: %s", strerror(errno));
    good = good && s_read(&self, dir, slug) && s_check_title(&self) && s_hash(&self);
    buffer_fini(&self.text);
    if (good) {
        *out = package;
        return true;
    }
    s_place_error(error, label);
    package_destroy(&package);
    return false;
}

bool package_open(const char *dir, struct package **out, struct package_error *error)
{
    return package_open_as(dir, dir, NULL, out, error);
}

void package_destroy(struct package **self)
{
    struct package *package = *self;
    if (!package)
        return;
    for (size_t i = 0; i < package->tests_count; i++) {
        free(package->tests[i].name);
        free(package->tests[i].input.path);
        free(package->tests[i].answer.path);
        free(package->tests[i].arguments);
    }
    for (size_t i = 0; i < package->extras_count; i++) {
        free(package->extras[i].file.path);
        free(package->extras[i].name);
    }
    for (size_t i = 0; i < package->submissions_count; i++)
        free(package->submissions[i].source.path);
    free(package->tests);
    free(package->extras);
    free(package->submissions);
    free(package->slug);
    free(package->title);
    free(package->statement);
    if (package->folder >= 0)
        close(package->folder);
    free(package);
    *self = NULL;
}

static bool s_same(const struct package_file *file, enum package_found found,
                   const struct buffer *out, struct package_error *error)
{
    switch (found) {
    case PACKAGE_MISSING:
        return package_refuse(error, file->path, 0, "was removed after the package was opened");
    case PACKAGE_REFUSED:
        return false;
    case PACKAGE_FOUND:
        break;
    }
    return out->length == file->bytes ||
           package_refuse(error, file->path, 0, "changed after the package was opened");
}

bool package_read(const struct package *self, const struct package_file *file, struct buffer *out,
                  struct package_error *error)
{
    enum package_found found = package_files_read_text(self->folder, file->path, out, error);
    return s_same(file, found, out, error);
}

bool package_read_bytes(const struct package *self, const struct package_file *file,
                        struct buffer *out, struct package_error *error)
{
    return s_same(file, package_files_read(self->folder, file->path, out, error), out, error);
}
