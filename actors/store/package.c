/* Opening of a problem package: the pieces are read in a fixed order, each refused with its file
 * and line, and everything that makes the problem what it is goes into one hash on the way. It
 * judges nothing and stores nothing. */
#include "actors/store/package.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <unistd.h>

#include "actors/store/package_files.h"
#include "actors/store/package_manifest.h"
#include "proto/check.h"
#include "proto/limits.h"

/* A package while it is being opened. */
struct package_opening {
    struct package *package;      /* what is being filled */
    struct package_error *error;  /* where refusals go; files relative to the package */
    struct buffer text;           /* the file being looked at */
    struct package_file *inputs;  /* owned; of the data folder being walked, then given to tests */
    size_t inputs_count;          /* how many */
    struct package_file *answers; /* owned; the same for answers */
    size_t answers_count;         /* how many */
    int64_t bytes;                /* of all tests so far */
};

static char *s_copy(struct slice text)
{
    char *copy = malloc(text.length + 1);
    check(copy);
    if (text.length)
        memcpy(copy, text.data, text.length);
    copy[text.length] = '\0';
    return copy;
}

static bool s_ends(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length > tail && memcmp(text + length - tail, end, tail) == 0;
}

static bool s_read_slug(struct package_opening *self, const char *dir)
{
    char *path = realpath(dir, NULL);
    if (!path)
        return package_refuse(self->error, "", 0, "cannot be opened: %s", strerror(errno));
    const char *name = strrchr(path, '/') + 1;
    size_t length = strlen(name);
    bool good = length > 0 && length <= SLUG_MAX_BYTES && name[0] != '-' && name[0] != '_';
    for (size_t i = 0; i < length && good; i++)
        good = (name[i] >= 'a' && name[i] <= 'z') || (name[i] >= '0' && name[i] <= '9') ||
               name[i] == '-' || name[i] == '_';
    if (good)
        self->package->slug = s_copy(slice_from(name, length));
    else
        package_refuse(self->error, "", 0,
                       "the folder's name is the problem's: 1 to %d of a-z, 0-9, - and _",
                       SLUG_MAX_BYTES);
    free(path);
    return good;
}

static bool s_read_time_limit(struct package_opening *self, int32_t time_limit_ms)
{
    struct package *package = self->package;
    package->time_limit_ms = time_limit_ms ? time_limit_ms : TIME_LIMIT_DEFAULT_MS;
    if (time_limit_ms)
        return true;
    enum package_found found =
        package_files_read_text(package->folder, ".timelimit", &self->text, self->error);
    if (found == PACKAGE_FOUND)
        return package_manifest_time_limit(buffer_slice(&self->text), ".timelimit", 1,
                                           &package->time_limit_ms, self->error);
    return found == PACKAGE_MISSING;
}

static bool s_read_manifest(struct package_opening *self)
{
    static const char file[] = "problem.yaml";
    struct package *package = self->package;
    struct package_manifest manifest;
    enum package_found found =
        package_files_read_text(package->folder, file, &self->text, self->error);
    if (found == PACKAGE_MISSING)
        return package_refuse(self->error, file, 0, "is missing; every problem package has one");
    if (found == PACKAGE_REFUSED)
        return false;
    if (self->text.length > MANIFEST_MAX_BYTES)
        return package_refuse(self->error, file, 0, "is longer than %d bytes", MANIFEST_MAX_BYTES);
    if (!package_manifest_parse(buffer_slice(&self->text), file, &manifest, self->error))
        return false;
    package->title = s_copy(slice_of(manifest.title));
    package->difficulty = manifest.difficulty;
    package->memory_limit_mb = manifest.memory_limit_mb;
    package->output_limit_bytes = (int64_t)manifest.output_limit_mb * 1024 * 1024;
    static const char *const validators[] = {"output_validators", "output_validator"};
    for (size_t i = 0; i < 2 && !manifest.legacy; i++) {
        struct package_list list;
        found = package_files_list(package->folder, validators[i], &list, self->error);
        bool any = list.count > 0;
        package_list_fini(&list);
        if (any)
            return package_refuse(self->error, validators[i], 0,
                                  "validators of a package are not run");
        if (found == PACKAGE_REFUSED)
            return false;
    }
    return s_read_time_limit(self, manifest.time_limit_ms);
}

/* Legacy packages name the problem only in their TeX: \problemname{…}. */
static bool s_read_tex_title(struct package_opening *self)
{
    static const char command[] = "\\problemname{";
    struct package *package = self->package;
    const char *begin = strstr(package->statement, command);
    const char *end = begin ? strpbrk(begin += strlen(command), "}\n") : NULL;
    if (!end || *end != '}' || end == begin || end - begin > TITLE_MAX_BYTES)
        return package_refuse(self->error, "problem.yaml", 0,
                              "has no `name`, and the statement no \\problemname{…}");
    free(package->title);
    package->title = s_copy(slice_from(begin, (size_t)(end - begin)));
    return true;
}

static bool s_read_statement(struct package_opening *self)
{
    static const char *const files[] = {
        "problem_statement/problem.en.md",  "problem_statement/problem.md",
        "statement/problem.en.md",          "statement/problem.md",
        "problem_statement/problem.en.tex", "problem_statement/problem.tex",
        "statement/problem.en.tex",         "statement/problem.tex",
    };
    struct package *package = self->package;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        enum package_found found =
            package_files_read_text(package->folder, files[i], &self->text, self->error);
        if (found == PACKAGE_MISSING)
            continue;
        if (found == PACKAGE_REFUSED)
            return false;
        if (self->text.length == 0 || self->text.length > STATEMENT_MAX_BYTES)
            return package_refuse(self->error, files[i], 0, "must have 1 to %d bytes",
                                  STATEMENT_MAX_BYTES);
        package->statement = s_copy(buffer_slice(&self->text));
        return package->title[0] || s_read_tex_title(self);
    }
    return package_refuse(self->error, files[0], 0, "is missing, and so is every other name of it");
}

static void s_push(struct package_file **files, size_t *count, char *path, size_t bytes)
{
    *files = realloc(*files, (*count + 1) * sizeof **files);
    check(*files);
    (*files)[(*count)++] = (struct package_file){path, bytes};
}

/* Takes what is below a data folder into inputs and answers. */
static bool s_walk(struct package_opening *self, const char *path, int depth)
{
    struct package_list list;
    if (depth > PACKAGE_DEPTH_MAX)
        return package_refuse(self->error, path, 0, "is deeper than %d folders", PACKAGE_DEPTH_MAX);
    enum package_found found = package_files_list(self->package->folder, path, &list, self->error);
    bool good = found != PACKAGE_REFUSED;
    for (size_t i = 0; i < list.count && good; i++) {
        const struct package_entry *entry = &list.entries[i];
        char file[PACKAGE_PATH_MAX_BYTES + 1]; /* package_files_list saw to it that it fits */
        check((size_t)snprintf(file, sizeof file, "%s/%s", path, entry->name) < sizeof file);
        if (entry->folder) {
            good = s_walk(self, file, depth + 1);
        } else if (s_ends(entry->name, ".in")) {
            s_push(&self->inputs, &self->inputs_count, s_copy(slice_of(file)), entry->bytes);
        } else if (s_ends(entry->name, ".ans")) {
            s_push(&self->answers, &self->answers_count, s_copy(slice_of(file)), entry->bytes);
        } else if (strcmp(entry->name, "testdata.yaml") == 0 ||
                   strcmp(entry->name, "test_group.yaml") == 0) {
            good = package_files_read_text(self->package->folder, file, &self->text, self->error) ==
                       PACKAGE_FOUND &&
                   package_manifest_check_group(buffer_slice(&self->text), file, self->error);
        }
        if (good && self->inputs_count + self->answers_count > 2 * TESTS_MAX)
            good = package_refuse(self->error, path, 0, "more than %d tests", TESTS_MAX);
    }
    package_list_fini(&list);
    return good;
}

static size_t s_stem(const char *path)
{
    return (size_t)(strrchr(path, '.') - path);
}

/* Orders files by path without its extension, so that x.in and x.ans have the same place. */
static int s_by_stem(const void *a, const void *b)
{
    const char *one = ((const struct package_file *)a)->path;
    const char *other = ((const struct package_file *)b)->path;
    size_t one_length = s_stem(one), other_length = s_stem(other);
    size_t shorter = one_length < other_length ? one_length : other_length;
    int order = memcmp(one, other, shorter);
    return order ? order : (one_length > other_length) - (one_length < other_length);
}

/* Looks at one file of a test. */
static bool s_check_file(struct package_opening *self, const struct package_file *file)
{
    self->bytes += (int64_t)file->bytes;
    if (self->bytes > PACKAGE_BYTES_MAX)
        return package_refuse(self->error, file->path, 0, "the tests are more than %lld bytes",
                              PACKAGE_BYTES_MAX);
    return package_files_read_text(self->package->folder, file->path, &self->text, self->error) ==
           PACKAGE_FOUND;
}

/* Pairs inputs with answers, and makes tests of them. */
static bool s_pair(struct package_opening *self, bool sample)
{
    struct package *package = self->package;
    if (self->inputs_count > 0)
        qsort(self->inputs, self->inputs_count, sizeof *self->inputs, s_by_stem);
    if (self->answers_count > 0)
        qsort(self->answers, self->answers_count, sizeof *self->answers, s_by_stem);
    for (size_t i = 0; i < self->inputs_count || i < self->answers_count; i++) {
        int order = i == self->inputs_count    ? 1
                    : i == self->answers_count ? -1
                                               : s_by_stem(&self->inputs[i], &self->answers[i]);
        if (order < 0)
            return package_refuse(self->error, self->inputs[i].path, 0,
                                  "has no answer: a file of the same name that ends in .ans");
        if (order > 0)
            return package_refuse(self->error, self->answers[i].path, 0,
                                  "has no input: a file of the same name that ends in .in");
    }
    size_t count = package->tests_count + self->inputs_count;
    if (count > TESTS_MAX || (sample && count > SAMPLES_MAX))
        return package_refuse(self->error, sample ? "data/sample" : "data", 0, "more than %d tests",
                              sample ? SAMPLES_MAX : TESTS_MAX);
    package->tests = realloc(package->tests, (count + 1) * sizeof *package->tests);
    check(package->tests);
    for (size_t i = 0; i < self->inputs_count; i++) {
        const char *path = self->inputs[i].path + strlen("data/");
        package->tests[package->tests_count++] = (struct package_test){
            s_copy(slice_from(path, s_stem(path))), sample, self->inputs[i], self->answers[i]};
    }
    self->inputs_count = self->answers_count = 0; /* given to the tests */
    return true;
}

static bool s_read_tests(struct package_opening *self)
{
    struct package *package = self->package;
    if (!s_walk(self, "data/sample", 0) || !s_pair(self, true))
        return false;
    package->samples_count = package->tests_count;
    if (!s_walk(self, "data/secret", 0) || !s_pair(self, false))
        return false;
    if (package->tests_count == 0)
        return package_refuse(self->error, "data", 0,
                              "has no tests: no *.in with *.ans in sample or secret");
    return true;
}

static int32_t s_language(const char *name)
{
    static const struct {
        const char *end; /* of the file's name */
        int32_t id;      /* of the language */
    } extensions[] = {
#define EXPECTED(folder, verdict)
#define EXTENSION(end, id) {end, id},
#include "actors/store/package.def"
#undef EXPECTED
#undef EXTENSION
    };
    for (size_t i = 0; i < sizeof extensions / sizeof extensions[0]; i++)
        if (s_ends(name, extensions[i].end))
            return extensions[i].id;
    return 0;
}

static bool s_read_expected(struct package_opening *self, const char *folder, enum verdict expected)
{
    struct package *package = self->package;
    struct package_list list;
    bool good = package_files_list(package->folder, folder, &list, self->error) != PACKAGE_REFUSED;
    for (size_t i = 0; i < list.count && good; i++) {
        const struct package_entry *entry = &list.entries[i];
        if (entry->folder)
            continue;
        char file[PACKAGE_PATH_MAX_BYTES + 1];
        check((size_t)snprintf(file, sizeof file, "%s/%s", folder, entry->name) < sizeof file);
        if (entry->bytes > CODE_MAX_BYTES) {
            good = package_refuse(self->error, file, 0, "is longer than %d bytes", CODE_MAX_BYTES);
        } else if (package->submissions_count == PACKAGE_SUBMISSIONS_MAX) {
            good = package_refuse(self->error, file, 0, "more than %d submissions",
                                  PACKAGE_SUBMISSIONS_MAX);
        } else {
            size_t bytes = (package->submissions_count + 1) * sizeof *package->submissions;
            package->submissions = realloc(package->submissions, bytes);
            check(package->submissions);
            package->submissions[package->submissions_count++] = (struct package_submission){
                {s_copy(slice_of(file)), entry->bytes}, s_language(entry->name), expected};
        }
    }
    package_list_fini(&list);
    return good;
}

static bool s_read_submissions(struct package_opening *self)
{
#define EXTENSION(end, id)
#define EXPECTED(folder, verdict)                               \
    if (!s_read_expected(self, "submissions/" folder, verdict)) \
        return false;
#include "actors/store/package.def"
#undef EXPECTED
#undef EXTENSION
    return true;
}

/* A length before each text keeps two different packages from giving the same bytes. */
static void s_hash_text(EVP_MD_CTX *context, struct slice text)
{
    char length[24];
    int digits = snprintf(length, sizeof length, "%zu:", text.length);
    check(EVP_DigestUpdate(context, length, (size_t)digits));
    if (text.length > 0)
        check(EVP_DigestUpdate(context, text.data, text.length));
}

static bool s_hash_tests(struct package_opening *self, EVP_MD_CTX *context)
{
    for (size_t i = 0; i < self->package->tests_count; i++) {
        const struct package_test *test = &self->package->tests[i];
        s_hash_text(context, slice_of(test->name));
        if (!s_check_file(self, &test->input))
            return false;
        s_hash_text(context, buffer_slice(&self->text));
        if (!s_check_file(self, &test->answer))
            return false;
        s_hash_text(context, buffer_slice(&self->text));
    }
    return true;
}

static bool s_hash(struct package_opening *self)
{
    struct package *package = self->package;
    char head[160];
    snprintf(head, sizeof head, "codecomp package 1 %s %d %d %lld",
             word_text(&difficulty_words, package->difficulty), (int)package->time_limit_ms,
             (int)package->memory_limit_mb, (long long)package->output_limit_bytes);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    check(context && EVP_DigestInit_ex(context, EVP_sha256(), NULL));
    s_hash_text(context, slice_of(head));
    s_hash_text(context, slice_of(package->slug));
    s_hash_text(context, slice_of(package->title));
    s_hash_text(context, slice_of(package->statement));
    bool good = s_hash_tests(self, context);
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length;
    check(EVP_DigestFinal_ex(context, digest, &length) && length * 2 == PACKAGE_HASH_LENGTH);
    EVP_MD_CTX_free(context);
    for (unsigned i = 0; i < length; i++)
        snprintf(package->hash + 2 * i, 3, "%02x", digest[i]);
    return good;
}

static void s_files_fini(struct package_file *files, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(files[i].path);
    free(files);
}

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

bool package_open(const char *dir, struct package **out, struct package_error *error)
{
    *out = NULL;
    *error = (struct package_error){0};
    struct package *package = calloc(1, sizeof *package);
    check(package);
    struct package_opening self = {.package = package, .error = error};
    buffer_init(&self.text, TEST_FILE_MAX_BYTES);
    package->folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = package->folder >= 0 ||
                package_refuse(error, "", 0, "cannot be opened: %s", strerror(errno));
    good = good && s_read_slug(&self, dir) && s_read_manifest(&self) && s_read_statement(&self) &&
           s_read_tests(&self) && s_read_submissions(&self) && s_hash(&self);
    buffer_fini(&self.text);
    s_files_fini(self.inputs, self.inputs_count);
    s_files_fini(self.answers, self.answers_count);
    if (good) {
        *out = package;
        return true;
    }
    s_place_error(error, dir);
    package_destroy(&package);
    return false;
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
    }
    for (size_t i = 0; i < package->submissions_count; i++)
        free(package->submissions[i].source.path);
    free(package->tests);
    free(package->submissions);
    free(package->slug);
    free(package->title);
    free(package->statement);
    if (package->folder >= 0)
        close(package->folder);
    free(package);
    *self = NULL;
}

bool package_read(const struct package *self, const struct package_file *file, struct buffer *out,
                  struct package_error *error)
{
    switch (package_files_read_text(self->folder, file->path, out, error)) {
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
