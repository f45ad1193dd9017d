/* Full Polygon packages: those with generated tests and answers.
 *
 * Read are: problem.xml · the TeX in statement-sections/LANGUAGE, or
 * statements/LANGUAGE/problem.tex (English, else the first), and pictures beside it · the tests of
 * the testset "tests" (else the first one) in order, by its patterns, those marked as samples first
 * · checker and interactor in source with the resources that are headers · solutions by their tags.
 * A checker of Polygon's own whose source is not there is replaced by our comparison where that
 * gives the same verdict for every output. A file `difficulty` with easy, medium or hard is ours.
 */
#include <stdlib.h>

#include "actors/store/package_manifest.h"
#include "actors/store/package_reader.h"
#include "actors/store/package_xml.h"
#include "proto/check.h"

#define S_FILE "problem.xml"
#define S_TALK_MAX_BYTES (64 * 1024) /* of a part of a sample interaction */

struct polygon {
    struct package_reader *reader;   /* borrowed */
    struct xml_element *root;        /* owned; problem.xml */
    const struct xml_element *tests; /* the testset */
    char language[64];               /* of the statement: "english" */
};

static bool s_refuse(struct polygon *self, const struct xml_element *at, const char *why)
{
    return package_refuse(self->reader->error, S_FILE, at ? at->line : 0, "%s", why);
}

/* The size of a file, by reading it: what is not plain text is refused. */
static bool s_size(struct polygon *self, const struct xml_element *at, const char *path,
                   size_t *bytes)
{
    struct package_reader *reader = self->reader;
    if (!*path || path[0] == '/' || strstr(path, "..") || strstr(path, "//") ||
        strlen(path) > PACKAGE_PATH_MAX_BYTES)
        return s_refuse(self, at, "names a file by a path that is none inside the package");
    enum package_found found =
        package_files_read_text(reader->package->folder, path, &reader->text, reader->error);
    if (found == PACKAGE_MISSING)
        return package_refuse(reader->error, path, 0, "is missing, and " S_FILE ":%u names it",
                              at ? at->line : 0);
    *bytes = reader->text.length;
    return found == PACKAGE_FOUND;
}

/* ---- limits ---------------------------------------------------------------------------------- */

static bool s_number(struct polygon *self, const struct xml_element *at, int64_t least,
                     int64_t most, const char *why, int64_t *out)
{
    struct slice text = xml_text(at);
    int64_t value = 0;
    bool good = text.length > 0 && text.length <= 15;
    for (size_t i = 0; i < text.length && good; i++) {
        good = text.data[i] >= '0' && text.data[i] <= '9';
        value = value * 10 + (text.data[i] - '0');
    }
    if (!good || value < least || value > most)
        return s_refuse(self, at ? at : self->tests, why);
    *out = value;
    return true;
}

static bool s_limits(struct polygon *self)
{
    struct package *package = self->reader->package;
    int64_t time_ms, memory_bytes;
    if (!s_number(self, xml_child(self->tests, "time-limit"), TIME_LIMIT_MIN_MS, TIME_LIMIT_MAX_MS,
                  "the time limit must be 100 to 60000 milliseconds", &time_ms) ||
        !s_number(self, xml_child(self->tests, "memory-limit"), MEMORY_LIMIT_MIN_MB * 1048576LL,
                  MEMORY_LIMIT_MAX_MB * 1048576LL, "the memory limit must be 16 MiB to 4 GiB",
                  &memory_bytes))
        return false;
    package->time_limit_ms = (int32_t)time_ms;
    package->memory_limit_mb = (int32_t)((memory_bytes + 1048575) / 1048576);
    return true;
}

/* What we would judge otherwise than Polygon. */
static bool s_judging(struct polygon *self)
{
    const struct xml_element *judging = xml_child(self->root, "judging"), *set;
    const char *runs = xml_attribute(judging, "run-count");
    if (!judging)
        return s_refuse(self, self->root, "has no <judging>");
    if (*xml_attribute(judging, "input-file") || *xml_attribute(judging, "output-file"))
        return s_refuse(self, judging,
                        "programs read their input from stdin and write to stdout here, not files");
    if (*runs && strcmp(runs, "1") != 0)
        return s_refuse(self, judging, "a program is run once on a test here");
    self->tests = set = xml_child(judging, "testset");
    for (; set; set = xml_next(set))
        if (strcmp(xml_attribute(set, "name"), "tests") == 0)
            self->tests = set;
    if (!self->tests)
        return s_refuse(self, judging, "has no <testset>");
    return s_limits(self);
}

static bool s_difficulty(struct polygon *self)
{
    struct package_reader *reader = self->reader;
    uint8_t number;
    enum package_found found = package_reader_text(reader, "difficulty", 64);
    if (found != PACKAGE_FOUND)
        return found == PACKAGE_MISSING;
    struct slice word = buffer_slice(&reader->text);
    while (word.length && strchr(" \r\n", word.data[word.length - 1]))
        word.length--;
    if (!word_number(&difficulty_words, word, &number) || number == DIFFICULTY_MIXED)
        return package_refuse(reader->error, "difficulty", 1, "must be easy, medium or hard");
    reader->package->difficulty = (enum difficulty)number;
    return true;
}

/* ---- the statement --------------------------------------------------------------------------- */

/* The English one of some elements, else the first. */
static const struct xml_element *s_english(const struct xml_element *first)
{
    for (const struct xml_element *at = first; at; at = xml_next(at))
        if (strcmp(xml_attribute(at, "language"), "english") == 0)
            return at;
    return first;
}

static bool s_title(struct polygon *self)
{
    struct package *package = self->reader->package;
    const struct xml_element *name = s_english(xml_child(xml_child(self->root, "names"), "name"));
    struct slice title = slice_of(xml_attribute(name, "value"));
    if (!name || !title.length || title.length > TITLE_MAX_BYTES ||
        memchr(title.data, '\n', title.length))
        return s_refuse(self, name ? name : self->root,
                        "the problem's <name> must be one line of 1 to 256 bytes");
    free(package->title);
    package->title = package_copy(title);
    snprintf(self->language, sizeof self->language, "%s", xml_attribute(name, "language"));
    for (const char *at = self->language; *at; at++)
        if ((*at < 'a' || *at > 'z') && *at != '-' && *at != '_')
            return s_refuse(self, name, "the name's language is none");
    return true;
}

/* The sections as one TeX text; empty when there are none. */
static bool s_sections(struct polygon *self, struct buffer *tex)
{
    static const struct {
        const char *file, *heading; /* TeX of the heading before it */
    } sections[] = {{"legend.tex", ""},
                    {"input.tex", "\n\n\\InputFile\n"},
                    {"output.tex", "\n\n\\OutputFile\n"},
                    {"interaction.tex", "\n\n\\Interaction\n"},
                    {"notes.tex", "\n\n\\Note\n"}};
    struct package_reader *reader = self->reader;
    char path[128];
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        snprintf(path, sizeof path, "statement-sections/%s/%s", self->language, sections[i].file);
        enum package_found found = package_reader_text(reader, path, STATEMENT_MAX_BYTES);
        if (found == PACKAGE_REFUSED)
            return false;
        if (found == PACKAGE_MISSING || reader->text.length == 0)
            continue;
        buffer_append_text(tex, sections[i].heading);
        buffer_append(tex, reader->text.data, reader->text.length);
    }
    return !tex->overflow ||
           package_refuse(reader->error, path, 0, "must have 1 to %d bytes", STATEMENT_MAX_BYTES);
}

/* What a program reads and writes in a sample of an interactive problem, as the statement shows it.
 */
static bool s_talk(struct polygon *self, int number, struct buffer *statement, bool *more)
{
    static const char *const parts[] = {"", ".a"};
    static const char *const words[] = {"Your program reads:", "It writes:"};
    struct package_reader *reader = self->reader;
    char path[128];
    *more = false;
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "statement-sections/%s/example.%02d%s", self->language, number,
                 parts[i]);
        enum package_found found = package_reader_text(reader, path, S_TALK_MAX_BYTES);
        if (found != PACKAGE_FOUND)
            return found == PACKAGE_MISSING;
        if (i == 0)
            buffer_printf(statement, "\n## Sample interaction %d\n", number);
        buffer_printf(statement, "\n%s\n\n````\n%.*s````\n", words[i], (int)reader->text.length,
                      reader->text.data ? reader->text.data : "");
    }
    *more = true;
    return true;
}

/* Their tests are the interactor's to read: contestants see these instead. */
static bool s_talks(struct polygon *self)
{
    struct package *package = self->reader->package;
    struct buffer statement;
    bool good = true, more = package->judging == JUDGING_INTERACTIVE;
    buffer_init(&statement, STATEMENT_MAX_BYTES);
    buffer_append_text(&statement, package->statement);
    for (int number = 1; good && more && number <= SAMPLES_MAX; number++)
        good = s_talk(self, number, &statement, &more);
    if (good && statement.overflow)
        good = package_refuse(self->reader->error, "statement-sections", 0,
                              "the statement with its samples must have 1 to %d bytes",
                              STATEMENT_MAX_BYTES);
    if (good) {
        free(package->statement);
        package->statement = package_copy(buffer_slice(&statement));
    }
    buffer_fini(&statement);
    return good;
}

static bool s_statement(struct polygon *self)
{
    struct package_reader *reader = self->reader;
    char file[128], folder[128];
    struct buffer tex;
    buffer_init(&tex, STATEMENT_MAX_BYTES);
    snprintf(folder, sizeof folder, "statement-sections/%s", self->language);
    snprintf(file, sizeof file, "%s", folder); /* its sections are one text */
    bool good = s_sections(self, &tex);
    if (good && tex.length == 0) {
        snprintf(folder, sizeof folder, "statements/%s", self->language);
        snprintf(file, sizeof file, "%s/problem.tex", folder);
        enum package_found found = package_reader_text(reader, file, STATEMENT_MAX_BYTES);
        if (found == PACKAGE_FOUND)
            buffer_append(&tex, reader->text.data, reader->text.length);
        if (found == PACKAGE_MISSING)
            package_refuse(reader->error, file, 0,
                           "is missing, and so are statement-sections; make a full package with "
                           "statements in TeX");
        good = found == PACKAGE_FOUND;
    }
    good = good && package_reader_tex(reader, file, folder, buffer_slice(&tex));
    buffer_fini(&tex);
    return good;
}

/* ---- tests ----------------------------------------------------------------------------------- */

/* "tests/%02d" with the number in its place; false when it is no such pattern. */
static bool s_path(struct slice pattern, int number, char path[256])
{
    size_t used = 0;
    bool filled = false;
    for (size_t i = 0; i < pattern.length; i++) {
        if (used > 200)
            return false;
        if (pattern.data[i] != '%') {
            path[used++] = pattern.data[i];
            continue;
        }
        int width = 0;
        for (i++; i < pattern.length && pattern.data[i] >= '0' && pattern.data[i] <= '9'; i++)
            width = width * 10 + (pattern.data[i] - '0');
        if (i == pattern.length || pattern.data[i] != 'd' || width > 9 || filled)
            return false;
        used += (size_t)sprintf(path + used, "%0*d", width, number);
        filled = true;
    }
    path[used] = '\0';
    return filled;
}

static bool s_test(struct polygon *self, const struct xml_element *test, int number, bool sample)
{
    struct package_file input, answer;
    char in[256], out[256];
    const struct xml_element *inputs = xml_child(self->tests, "input-path-pattern");
    const struct xml_element *answers = xml_child(self->tests, "answer-path-pattern");
    if (!s_path(xml_text(inputs), number, in) || !s_path(xml_text(answers), number, out))
        return s_refuse(self, inputs ? inputs : self->tests,
                        "the tests' path patterns must be as tests/%02d and tests/%02d.a");
    if (strtod(xml_attribute(test, "points"), NULL) != 0)
        return s_refuse(self, test, "tests with points: scoring is not judged here");
    input.path = in;
    answer.path = out;
    int folder = self->reader->package->folder;
    for (int i = 0; i < 2; i++) {
        const char *path = i ? out : in;
        if (package_files_read(folder, path, &self->reader->text, self->reader->error) ==
            PACKAGE_MISSING)
            return package_refuse(self->reader->error, path, 0,
                                  "is missing: make a full package, with generated tests and "
                                  "answers (" S_FILE ":%u)",
                                  test->line);
    }
    return s_size(self, test, in, &input.bytes) && s_size(self, test, out, &answer.bytes) &&
           package_reader_test(self->reader, slice_of(in), sample, &input, &answer, "");
}

static bool s_is_sample(const struct xml_element *test)
{
    return strcmp(xml_attribute(test, "sample"), "true") == 0;
}

static bool s_tests(struct polygon *self)
{
    const struct xml_element *first = xml_child(xml_child(self->tests, "tests"), "test");
    if (!first)
        return s_refuse(self, self->tests, "has no <test>");
    for (int samples = 1; samples >= 0; samples--) {
        int number = 1;
        for (const struct xml_element *test = first; test; test = xml_next(test), number++)
            if (s_is_sample(test) == (samples == 1) && !s_test(self, test, number, samples == 1))
                return false;
    }
    return true;
}

/* ---- checker and interactor ------------------------------------------------------------------ */

/* A program's source, and with it the package's headers. */
static bool s_program(struct polygon *self, enum package_kind kind,
                      const struct xml_element *source)
{
    struct package_reader *reader = self->reader;
    const char *path = xml_attribute(source, "path");
    size_t bytes;
    if (!package_language(path))
        return s_refuse(self, source, "the source is in no language that is judged here");
    const char *slash = strrchr(path, '/');
    if (!s_size(self, source, path, &bytes) ||
        !package_reader_extra(reader, kind, path, bytes, slash ? slash + 1 : path))
        return false;
    const struct xml_element *file =
        xml_child(xml_child(xml_child(self->root, "files"), "resources"), "file");
    for (; file; file = xml_next(file)) {
        path = xml_attribute(file, "path");
        slash = strrchr(path, '/');
        if (!package_is_header(path))
            continue;
        if (!s_size(self, file, path, &bytes) ||
            !package_reader_extra(reader, kind, path, bytes, slash ? slash + 1 : path))
            return false;
    }
    return true;
}

/* Polygon's own checkers that compare token by token, as we do: numbers in their shortest form, and
 * words. The others allow more or less than that. */
static bool s_is_tokens(const char *name)
{
    static const char *const names[] = {"std::wcmp.cpp", "std::ncmp.cpp", "std::icmp.cpp",
                                        "std::hcmp.cpp"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

static void s_compare_tokens(struct package *package)
{
    for (size_t i = 0; i < package->tests_count; i++) {
        free(package->tests[i].arguments);
        package->tests[i].arguments = package_copy(slice_of("case_sensitive"));
    }
}

static bool s_checker(struct polygon *self)
{
    struct package *package = self->reader->package;
    const struct xml_element *assets = xml_child(self->root, "assets");
    const struct xml_element *checker = xml_child(assets, "checker");
    const struct xml_element *interactor = xml_child(assets, "interactor");
    const struct xml_element *source = xml_child(checker, "source");
    const char *type = xml_attribute(checker, "type");
    package->protocol = CHECKER_TESTLIB;
    if (interactor) {
        package->judging = JUDGING_INTERACTIVE;
        if (!s_program(self, PACKAGE_INTERACTOR, xml_child(interactor, "source")))
            return false;
    }
    if (!checker)
        return interactor || s_refuse(self, assets ? assets : self->root, "has no <checker>");
    if (*type && strcmp(type, "testlib") != 0)
        return s_refuse(self, checker, "only checkers that use testlib are run here");
    if (!interactor && !source && s_is_tokens(xml_attribute(checker, "name"))) {
        package->protocol = CHECKER_ICPC; /* none is called */
        s_compare_tokens(package);
        return true;
    }
    if (!source)
        return s_refuse(self, checker, "the checker's source is not in the package");
    if (!interactor)
        package->judging = JUDGING_VALIDATOR;
    return s_program(self, PACKAGE_CHECKER, source);
}

/* ---- solutions ------------------------------------------------------------------------------- */

/* 0: no tag that says anything. */
static uint32_t s_expected(const char *tag)
{
#define TAG(name, verdicts)     \
    if (strcmp(tag, name) == 0) \
        return verdicts;
#include "actors/store/package.def"
    return 0;
}

static bool s_solutions(struct polygon *self)
{
    const struct xml_element *solution =
        xml_child(xml_child(xml_child(self->root, "assets"), "solutions"), "solution");
    for (; solution; solution = xml_next(solution)) {
        const struct xml_element *source = xml_child(solution, "source");
        uint32_t expected = s_expected(xml_attribute(solution, "tag"));
        const char *path = xml_attribute(source, "path");
        size_t bytes;
        if (!expected || !source)
            continue;
        if (!s_size(self, source, path, &bytes) ||
            !package_reader_submission(self->reader, path, bytes, expected))
            return false;
    }
    return true;
}

bool package_polygon_read(struct package_reader *reader)
{
    struct polygon self = {.reader = reader};
    if (package_reader_text(reader, S_FILE, XML_MAX_BYTES) != PACKAGE_FOUND)
        return false;
    self.root = xml_parse(buffer_slice(&reader->text), S_FILE, reader->error);
    struct slice name = slice_of(xml_attribute(self.root, "short-name"));
    bool good = self.root != NULL;
    if (package_is_slug(name))
        reader->package->slug = package_copy(name);
    if (good && strcmp(self.root->name, "problem") != 0)
        good = s_refuse(&self, self.root, "is no Polygon problem: it begins with another element");
    good = good && s_judging(&self) && s_title(&self) && s_statement(&self) && s_tests(&self) &&
           s_checker(&self) && s_talks(&self) && s_difficulty(&self) && s_solutions(&self);
    xml_destroy(&self.root);
    return good;
}
