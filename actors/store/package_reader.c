/* What all layouts share: appending to a package within its bounds, programs that judge, statements
 * with pictures. */
#include "actors/store/package_reader.h"

#include <openssl/evp.h>
#include <stdlib.h>

#include "actors/store/package_markdown.h"
#include "actors/store/package_tex.h"
#include "proto/check.h"
#include "proto/limits.h"

bool package_is_slug(struct slice name)
{
    if (name.length < 1 || name.length > SLUG_MAX_BYTES || name.data[0] == '-' ||
        name.data[0] == '_')
        return false;
    for (size_t i = 0; i < name.length; i++)
        if ((name.data[i] < 'a' || name.data[i] > 'z') &&
            (name.data[i] < '0' || name.data[i] > '9') && name.data[i] != '-' &&
            name.data[i] != '_')
            return false;
    return true;
}

char *package_copy(struct slice text)
{
    char *copy = malloc(text.length + 1);
    check(copy);
    if (text.length)
        memcpy(copy, text.data, text.length);
    copy[text.length] = '\0';
    return copy;
}

bool package_ends(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length > tail && memcmp(text + length - tail, end, tail) == 0;
}

enum package_found package_reader_text(struct package_reader *self, const char *path,
                                       size_t max_bytes)
{
    enum package_found found =
        package_files_read_text(self->package->folder, path, &self->text, self->error);
    if (found != PACKAGE_FOUND || self->text.length <= max_bytes)
        return found;
    package_refuse(self->error, path, 0, "is longer than %zu bytes", max_bytes);
    return PACKAGE_REFUSED;
}

/* ---- tests and solutions --------------------------------------------------------------------- */

bool package_reader_test(struct package_reader *self, struct slice name, bool sample,
                         const struct package_file *input, const struct package_file *answer,
                         const char *arguments)
{
    struct package *package = self->package;
    if (package->tests_count == TESTS_MAX)
        return package_refuse(self->error, input->path, 0, "more than %d tests", TESTS_MAX);
    if (sample && package->samples_count == SAMPLES_MAX)
        return package_refuse(self->error, input->path, 0, "more than %d samples", SAMPLES_MAX);
    package->tests = realloc(package->tests, (package->tests_count + 1) * sizeof *package->tests);
    check(package->tests);
    package->tests[package->tests_count++] = (struct package_test){
        .name = package_copy(name),
        .sample = sample,
        .input = {package_copy(slice_of(input->path)), input->bytes},
        .answer = {package_copy(slice_of(answer->path)), answer->bytes},
        .arguments = package_copy(slice_of(arguments)),
    };
    package->samples_count += sample;
    return true;
}

int32_t package_language(const char *name)
{
    static const struct {
        const char *end; /* of the file's name */
        int32_t id;      /* of the language */
    } extensions[] = {
#define EXTENSION(end, id) {end, id},
#include "actors/store/package.def"
    };
    for (size_t i = 0; i < sizeof extensions / sizeof extensions[0]; i++)
        if (package_ends(name, extensions[i].end))
            return extensions[i].id;
    return 0;
}

bool package_reader_submission(struct package_reader *self, const char *path, size_t bytes,
                               uint32_t expected)
{
    struct package *package = self->package;
    if (bytes > CODE_MAX_BYTES)
        return package_refuse(self->error, path, 0, "is longer than %d bytes", CODE_MAX_BYTES);
    if (package->submissions_count == PACKAGE_SUBMISSIONS_MAX)
        return package_refuse(self->error, path, 0, "more than %d submissions",
                              PACKAGE_SUBMISSIONS_MAX);
    package->submissions = realloc(package->submissions,
                                   (package->submissions_count + 1) * sizeof *package->submissions);
    check(package->submissions);
    package->submissions[package->submissions_count++] = (struct package_submission){
        {package_copy(slice_of(path)), bytes}, package_language(path), expected};
    return true;
}

/* ---- files of the problem -------------------------------------------------------------------- */

bool package_reader_extra(struct package_reader *self, enum package_kind kind, const char *path,
                          size_t bytes, const char *name)
{
    struct package *package = self->package;
    size_t count = 0,
           max = kind == PACKAGE_PICTURE ? PACKAGE_PICTURES_MAX : PACKAGE_CHECKER_FILES_MAX;
    for (size_t i = 0; i < package->extras_count; i++) {
        if (package->extras[i].kind != kind)
            continue;
        if (strcmp(package->extras[i].name, name) == 0)
            return true;
        count++;
    }
    if (count == max)
        return package_refuse(self->error, path, 0, "more than %zu %s", max,
                              kind == PACKAGE_PICTURE ? "pictures" : "files of a checker");
    if (bytes > PACKAGE_FILE_MAX_BYTES)
        return package_refuse(self->error, path, 0, "is longer than %d bytes",
                              PACKAGE_FILE_MAX_BYTES);
    package->extras =
        realloc(package->extras, (package->extras_count + 1) * sizeof *package->extras);
    check(package->extras);
    package->extras[package->extras_count++] = (struct package_extra){
        kind, {package_copy(slice_of(path)), bytes}, package_copy(slice_of(name))};
    return true;
}

bool package_is_header(const char *name)
{
    return package_ends(name, ".h") || package_ends(name, ".hpp") || package_ends(name, ".hh") ||
           package_ends(name, ".hxx");
}

static const char *s_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool s_program_file(struct package_reader *self, enum package_kind kind, const char *path,
                           size_t bytes)
{
    const char *name = s_base(path);
    return package_files_read_text(self->package->folder, path, &self->text, self->error) ==
               PACKAGE_FOUND &&
           package_reader_extra(self, kind, path, bytes, name);
}

static const char s_no_scripts[] =
    "a validator with a build or run script is not run here; give one source file and its headers";

/* The source of a program in a listed folder; NULL with the error filled when there is not one. */
static const struct package_entry *s_main_of(struct package_reader *self, const char *path,
                                             const struct package_list *list)
{
    const struct package_entry *source = NULL;
    char file[PACKAGE_PATH_MAX_BYTES + 1];
    for (size_t i = 0; i < list->count; i++) {
        const struct package_entry *entry = &list->entries[i];
        check((size_t)snprintf(file, sizeof file, "%s/%s", path, entry->name) < sizeof file);
        if (strcmp(entry->name, "build") == 0 || strcmp(entry->name, "run") == 0) {
            package_refuse(self->error, file, 0, s_no_scripts);
            return NULL;
        }
        if (entry->folder || !package_language(entry->name))
            continue;
        if (source) {
            package_refuse(self->error, file, 0,
                           "is a second source beside %s; a validator is one source file and its "
                           "headers",
                           source->name);
            return NULL;
        }
        source = entry;
    }
    if (!source)
        package_refuse(self->error, path, 0,
                       "has no validator: no source file in a language that is judged here");
    return source;
}

bool package_reader_program(struct package_reader *self, enum package_kind kind, const char *path)
{
    struct package_list list;
    char file[PACKAGE_PATH_MAX_BYTES + 1];
    enum package_found found = package_files_list(self->package->folder, path, &list, self->error);
    if (found == PACKAGE_MISSING)
        return package_refuse(self->error, path, 0, "is missing");
    const struct package_entry *source =
        found == PACKAGE_FOUND ? s_main_of(self, path, &list) : NULL;
    bool good = source != NULL;
    if (good) {
        check((size_t)snprintf(file, sizeof file, "%s/%s", path, source->name) < sizeof file);
        good = s_program_file(self, kind, file, source->bytes);
    }
    for (size_t i = 0; i < list.count && good; i++) {
        const struct package_entry *entry = &list.entries[i];
        if (entry->folder || !package_is_header(entry->name))
            continue;
        check((size_t)snprintf(file, sizeof file, "%s/%s", path, entry->name) < sizeof file);
        good = s_program_file(self, kind, file, entry->bytes);
    }
    package_list_fini(&list);
    return good;
}

/* ---- statements ------------------------------------------------------------------------------ */

/* What a picture's first bytes must be, by its extension. */
static bool s_is_picture(const char *extension, struct slice content)
{
    static const struct {
        const char *extension; /* in lower case */
        const char *begin;     /* its first bytes */
        size_t length;         /* how many */
    } kinds[] = {
        {"png", "\x89PNG\r\n\x1a\n", 8},
        {"jpg", "\xff\xd8\xff", 3},
        {"jpeg", "\xff\xd8\xff", 3},
        {"gif", "GIF8", 4},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcasecmp(extension, kinds[i].extension) == 0)
            return content.length > kinds[i].length &&
                   memcmp(content.data, kinds[i].begin, kinds[i].length) == 0;
    return strcasecmp(extension, "svg") == 0 && content.length > 4 && utf8_valid(content) &&
           memmem(content.data, content.length < 4096 ? content.length : 4096, "<svg", 4);
}

/* Named by its content: whoever has the address has this picture, for ever. */
static void s_picture_name(const char *extension, struct slice content, char name[48])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length;
    check(EVP_Digest(content.data, content.length, digest, &length, EVP_sha256(), NULL) == 1);
    for (int i = 0; i < 16; i++)
        snprintf(name + (size_t)2 * i, 3, "%02x", digest[i]);
    size_t at = 32;
    name[at++] = '.';
    for (; *extension && at < 47; extension++)
        name[at++] = (char)(*extension | 0x20);
    name[at] = '\0';
}

/* A statement whose pictures are being looked for. */
struct s_pictures {
    struct package_reader *reader; /* borrowed */
    const char *file;              /* the statement, for errors */
    const char *folder;            /* where its pictures lie */
    const struct slice *tex;       /* what the Markdown was made of; NULL: it was Markdown */
    struct buffer content;         /* of the picture being looked at */
};

/* Reads folder/target, with an extension added when it has none; the path that it was found at. */
static enum package_found s_find_picture(struct s_pictures *self, struct slice target,
                                         char path[PACKAGE_PATH_MAX_BYTES + 1])
{
    static const char *const extensions[] = {"", ".png", ".jpg", ".jpeg", ".svg", ".gif"};
    for (size_t i = 0; i < sizeof extensions / sizeof extensions[0]; i++) {
        if (snprintf(path, PACKAGE_PATH_MAX_BYTES + 1, "%s%s%.*s%s", self->folder,
                     *self->folder ? "/" : "", (int)target.length, target.data,
                     extensions[i]) > PACKAGE_PATH_MAX_BYTES)
            return PACKAGE_MISSING;
        enum package_found found = package_files_read(self->reader->package->folder, path,
                                                      &self->content, self->reader->error);
        if (found != PACKAGE_MISSING)
            return found;
    }
    return PACKAGE_MISSING;
}

/* The line in which TeX names the picture; 0: not to be found, or not of one file. */
static unsigned s_line_in(const struct s_pictures *self, struct slice target)
{
    char word[256];
    int length = snprintf(word, sizeof word, "{%.*s}",
                          target.length < 200 ? (int)target.length : 200, target.data);
    const char *found = memmem(self->tex->data, self->tex->length, word, (size_t)length);
    unsigned line = found != NULL;
    if (!package_ends(self->file, ".tex"))
        return 0;
    for (const char *at = self->tex->data; found && at < found; at++)
        line += *at == '\n';
    return line;
}

static bool s_on_picture(void *context, struct slice target, unsigned line, struct buffer *address)
{
    struct s_pictures *self = context;
    if (self->tex)
        line = s_line_in(self, target);
    struct package_error *error = self->reader->error;
    char path[PACKAGE_PATH_MAX_BYTES + 1], name[48];
    while (target.length > 2 && memcmp(target.data, "./", 2) == 0)
        target = slice_from(target.data + 2, target.length - 2);
    if (!target.length || target.data[0] == '/' || memmem(target.data, target.length, "..", 2) ||
        memchr(target.data, '\0', target.length) || memmem(target.data, target.length, "//", 2))
        return package_refuse(error, self->file, line,
                              "a picture must lie beside the statement, without .. in its path");
    enum package_found found = s_find_picture(self, target, path);
    if (found == PACKAGE_MISSING)
        return package_refuse(error, self->file, line, "the picture %.*s is missing",
                              target.length < 200 ? (int)target.length : 200, target.data);
    if (found == PACKAGE_REFUSED)
        return false;
    const char *dot = strrchr(s_base(path), '.');
    if (!dot || !s_is_picture(dot + 1, buffer_slice(&self->content)))
        return package_refuse(error, path, 0,
                              "is no picture that browsers show: PNG, JPEG, GIF or SVG");
    s_picture_name(dot + 1, buffer_slice(&self->content), name);
    buffer_printf(address, PACKAGE_PICTURE_ROUTE "%s", name);
    return package_reader_extra(self->reader, PACKAGE_PICTURE, path, self->content.length, name);
}

static bool s_take_statement(struct package_reader *self, const char *file, const char *folder,
                             struct slice markdown, const struct slice *tex)
{
    struct s_pictures pictures = {.reader = self, .file = file, .folder = folder, .tex = tex};
    struct buffer out;
    buffer_init(&out, STATEMENT_MAX_BYTES);
    buffer_init(&pictures.content, PACKAGE_FILE_MAX_BYTES);
    bool good = package_markdown_pictures(markdown, s_on_picture, &pictures, &out);
    if (good && (out.overflow || out.length == 0))
        good = package_refuse(self->error, file, 0, "must have 1 to %d bytes", STATEMENT_MAX_BYTES);
    if (good)
        self->package->statement = package_copy(buffer_slice(&out));
    buffer_fini(&pictures.content);
    buffer_fini(&out);
    return good;
}

bool package_reader_statement(struct package_reader *self, const char *file, const char *folder,
                              struct slice markdown)
{
    return s_take_statement(self, file, folder, markdown, NULL);
}

bool package_reader_tex(struct package_reader *self, const char *file, const char *folder,
                        struct slice tex)
{
    struct buffer markdown, title;
    buffer_init(&markdown, (size_t)2 * STATEMENT_MAX_BYTES);
    buffer_init(&title, TITLE_MAX_BYTES);
    package_tex_to_markdown(tex, &markdown, &title);
    if (!self->package->title[0] && title.length > 0 && !title.overflow) {
        free(self->package->title);
        self->package->title = package_copy(buffer_slice(&title));
    }
    bool good =
        !markdown.overflow ||
        package_refuse(self->error, file, 0, "must have 1 to %d bytes", STATEMENT_MAX_BYTES);
    good = good && s_take_statement(self, file, folder, buffer_slice(&markdown), &tex);
    buffer_fini(&title);
    buffer_fini(&markdown);
    return good;
}
