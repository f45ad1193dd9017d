/* The ICPC/Kattis layout, legacy and 2023-07-draft.
 *
 * Read are: problem.yaml · .timelimit, domjudge-problem.ini · problem_statement/ or statement/ with
 * problem.LANGUAGE.md or .tex (English, else the first; without a language it is English) and its
 * pictures · data/sample and data/secret, groups in them too, with the arguments that
 * testdata.yaml, test_group.yaml and a test's own .yaml give · .interaction, shown with the
 * statement · output_validators/ or output_validator/ · submissions/. `difficulty:
 * easy|medium|hard` in problem.yaml is ours. */
#include <stdlib.h>

#include "actors/runner/compare.h"
#include "actors/store/package_manifest.h"
#include "actors/store/package_reader.h"
#include "proto/check.h"

#define S_TALK_MAX_BYTES (64 * 1024) /* of a sample interaction */

/* A file of a test. */
struct s_found {
    struct package_file file; /* owned path */
    char *arguments;          /* owned; what holds for it; of inputs and configurations */
};

struct s_list {
    struct s_found *items; /* owned */
    size_t count;          /* how many */
};

struct kattis {
    struct package_reader *reader;    /* borrowed */
    struct package_manifest manifest; /* problem.yaml */
    char language[16];                /* of the statement */
    char statement[96];               /* its path */
    struct s_list inputs;             /* of the data folder being walked */
    struct s_list answers;            /* the same */
    struct s_list configurations;     /* of single tests */
};

/* Joins two names; package_files_list saw to it that it fits. */
static void s_join(char file[PACKAGE_PATH_MAX_BYTES + 1], const char *folder, const char *name)
{
    check(snprintf(file, PACKAGE_PATH_MAX_BYTES + 1, "%s/%s", folder, name) <=
          PACKAGE_PATH_MAX_BYTES);
}

/* ---- problem.yaml and limits ----------------------------------------------------------------- */

/* The value of `timelimit` in domjudge-problem.ini; empty when there is none. */
static struct slice s_ini_time_limit(struct slice text, unsigned *line)
{
    static const char key[] = "timelimit";
    for (*line = 1; text.length > 0; ++*line) {
        const char *end = memchr(text.data, '\n', text.length);
        size_t length = end ? (size_t)(end - text.data) : text.length;
        if (length > sizeof key && memcmp(text.data, key, sizeof key - 1) == 0) {
            const char *equals = memchr(text.data, '=', length);
            struct slice value = slice_from(equals ? equals + 1 : text.data,
                                            equals ? length - (size_t)(equals + 1 - text.data) : 0);
            while (value.length && strchr(" \t'\"\r", value.data[0]))
                value = slice_from(value.data + 1, value.length - 1);
            while (value.length && strchr(" \t'\"\r", value.data[value.length - 1]))
                value.length--;
            return value;
        }
        length += end != NULL;
        text = slice_from(text.data + length, text.length - length);
    }
    return slice_of("");
}

static bool s_time_limit(struct kattis *self)
{
    struct package_reader *reader = self->reader;
    int32_t *limit_ms = &reader->package->time_limit_ms;
    unsigned line = 1;
    *limit_ms = self->manifest.time_limit_ms;
    if (*limit_ms)
        return true;
    *limit_ms = TIME_LIMIT_DEFAULT_MS;
    enum package_found found = package_reader_text(reader, ".timelimit", MANIFEST_MAX_BYTES);
    if (found == PACKAGE_FOUND)
        return package_manifest_time_limit(buffer_slice(&reader->text), ".timelimit", 1, limit_ms,
                                           reader->error);
    if (found == PACKAGE_MISSING)
        found = package_reader_text(reader, "domjudge-problem.ini", MANIFEST_MAX_BYTES);
    if (found != PACKAGE_FOUND)
        return found == PACKAGE_MISSING;
    struct slice value = s_ini_time_limit(buffer_slice(&reader->text), &line);
    return value.length == 0 || package_manifest_time_limit(value, "domjudge-problem.ini", line,
                                                            limit_ms, reader->error);
}

static bool s_manifest(struct kattis *self)
{
    static const char file[] = "problem.yaml";
    struct package_reader *reader = self->reader;
    struct package *package = reader->package;
    enum package_found found = package_reader_text(reader, file, MANIFEST_MAX_BYTES);
    if (found == PACKAGE_MISSING)
        return package_refuse(reader->error, file, 0, "is missing; every problem package has one");
    if (found == PACKAGE_REFUSED ||
        !package_manifest_parse(buffer_slice(&reader->text), file, self->language, &self->manifest,
                                reader->error))
        return false;
    free(package->title);
    package->title = package_copy(slice_of(self->manifest.title));
    package->difficulty = self->manifest.difficulty;
    package->memory_limit_mb = self->manifest.memory_limit_mb;
    package->output_limit_bytes = (int64_t)self->manifest.output_limit_mb * 1024 * 1024;
    return s_time_limit(self);
}

/* ---- the statement --------------------------------------------------------------------------- */

/* "problem.LANGUAGE.md": how good a choice it is, the smaller the better; -1: no statement of ours.
 * Its language goes to `language`. */
static int s_rank(const char *name, char language[16])
{
    struct slice rest = slice_of(name);
    static const char begin[] = "problem.";
    bool markdown = package_ends(name, ".md");
    size_t end = strlen(markdown ? ".md" : ".tex");
    if ((!markdown && !package_ends(name, ".tex")) || strncmp(name, begin, sizeof begin - 1) != 0)
        return -1;
    rest = slice_from(name + sizeof begin - 1, rest.length - (sizeof begin - 1));
    rest.length = rest.length > end ? rest.length - end : 0;
    if (rest.length >= 16)
        return -1;
    snprintf(language, 16, "%.*s", (int)rest.length, rest.data);
    int rank = slice_is(rest, "en")                                  ? 0
               : rest.length == 0                                    ? 2
               : rest.length > 2 && memcmp(rest.data, "en-", 3) == 0 ? 4
                                                                     : 6;
    if (rest.length == 0)
        snprintf(language, 16, "en");
    return rank + !markdown;
}

/* Finds the best statement in a folder. `pdf`: there is one that can't be shown. */
static bool s_look_for_statement(struct kattis *self, const char *folder, bool *pdf)
{
    struct package_list list;
    char language[16];
    int best = -1;
    enum package_found found =
        package_files_list(self->reader->package->folder, folder, &list, self->reader->error);
    for (size_t i = 0; i < list.count; i++) {
        const struct package_entry *entry = &list.entries[i];
        int rank = entry->folder ? -1 : s_rank(entry->name, language);
        *pdf |= package_ends(entry->name, ".pdf");
        if (rank < 0 || (best >= 0 && rank >= best))
            continue;
        best = rank;
        memcpy(self->language, language, sizeof language);
        snprintf(self->statement, sizeof self->statement, "%s/%s", folder, entry->name);
    }
    package_list_fini(&list);
    return found != PACKAGE_REFUSED;
}

static bool s_find_statement(struct kattis *self)
{
    static const char *const folders[] = {"problem_statement", "statement"};
    bool pdf = false;
    snprintf(self->language, sizeof self->language, "en");
    for (size_t i = 0; i < 2 && !self->statement[0]; i++)
        if (!s_look_for_statement(self, folders[i], &pdf))
            return false;
    if (self->statement[0])
        return true;
    return package_refuse(self->reader->error, "problem_statement/problem.en.md", 0,
                          pdf ? "is missing: there is a statement in PDF, but browsers show "
                                "Markdown; give it in that, or in TeX"
                              : "is missing, and so is every other name of it");
}

static bool s_statement(struct kattis *self)
{
    struct package_reader *reader = self->reader;
    char folder[sizeof self->statement];
    if (package_reader_text(reader, self->statement, STATEMENT_MAX_BYTES) != PACKAGE_FOUND)
        return false;
    if (reader->text.length == 0)
        return package_refuse(reader->error, self->statement, 0, "must have 1 to %d bytes",
                              STATEMENT_MAX_BYTES);
    snprintf(folder, sizeof folder, "%s", self->statement);
    *strrchr(folder, '/') = '\0';
    bool markdown = package_ends(self->statement, ".md");
    if (!(markdown ? package_reader_statement : package_reader_tex)(reader, self->statement, folder,
                                                                    buffer_slice(&reader->text)))
        return false;
    return reader->package->title[0] ||
           package_refuse(reader->error, "problem.yaml", 0,
                          "has no `name`, and the statement no \\problemname{…}");
}

/* A sample interaction goes to the statement's end. */
static bool s_talk(struct kattis *self, const char *path)
{
    struct package_reader *reader = self->reader;
    struct package *package = reader->package;
    if (package_reader_text(reader, path, S_TALK_MAX_BYTES) != PACKAGE_FOUND)
        return false;
    struct slice talk = buffer_slice(&reader->text);
    while (talk.length && talk.data[talk.length - 1] == '\n')
        talk.length--;
    bool first = !strstr(package->statement, "\n## Sample interaction\n");
    struct buffer text;
    buffer_init(&text, STATEMENT_MAX_BYTES);
    buffer_append_text(&text, package->statement);
    if (first)
        buffer_append_text(&text, "\n## Sample interaction\n\n`<` is what your program reads, `>` "
                                  "what it writes.\n");
    buffer_printf(&text, "\n````\n%.*s\n````\n", (int)talk.length, talk.data);
    bool good = !text.overflow || package_refuse(reader->error, path, 0,
                                                 "the statement with its samples must have 1 to %d "
                                                 "bytes",
                                                 STATEMENT_MAX_BYTES);
    if (good) {
        free(package->statement);
        package->statement = package_copy(buffer_slice(&text));
    }
    buffer_fini(&text);
    return good;
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void s_push(struct s_list *list, const char *path, size_t bytes, const char *arguments)
{
    list->items = realloc(list->items, (list->count + 1) * sizeof *list->items);
    check(list->items);
    list->items[list->count++] =
        (struct s_found){{package_copy(slice_of(path)), bytes}, package_copy(slice_of(arguments))};
}

static void s_clear(struct s_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i].file.path);
        free(list->items[i].arguments);
    }
    free(list->items);
    *list = (struct s_list){0};
}

/* Where outputs are compared, arguments must be such as the comparison knows. */
static bool s_check_arguments(struct kattis *self, const char *arguments, const char *file,
                              unsigned line)
{
    struct compare_rules rules;
    char why[128];
    if (self->reader->package->judging != JUDGING_TOKENS ||
        compare_rules_parse(slice_of(arguments), &rules, why, sizeof why))
        return true;
    return package_refuse(self->reader->error, file, line, "%s", why);
}

/* What a file says of arguments, if it does, replaces those that are inherited. */
static bool s_inherit(struct kattis *self, const char *path,
                      char arguments[PACKAGE_ARGUMENTS_MAX_BYTES + 1])
{
    struct package_group group;
    enum package_found found = package_reader_text(self->reader, path, MANIFEST_MAX_BYTES);
    if (found != PACKAGE_FOUND)
        return found == PACKAGE_MISSING;
    if (!package_manifest_group(buffer_slice(&self->reader->text), path, &group,
                                self->reader->error))
        return false;
    if (!group.line)
        return true;
    memcpy(arguments, group.arguments, sizeof group.arguments);
    return s_check_arguments(self, arguments, path, group.line);
}

static bool s_inherit_group(struct kattis *self, const char *folder,
                            char arguments[PACKAGE_ARGUMENTS_MAX_BYTES + 1])
{
    static const char *const names[] = {"testdata.yaml", "test_group.yaml"};
    char file[PACKAGE_PATH_MAX_BYTES + 64];
    for (size_t i = 0; i < 2; i++) {
        snprintf(file, sizeof file, "%s/%s", folder, names[i]);
        if (!s_inherit(self, file, arguments))
            return false;
    }
    return true;
}

/* One plain file below a data folder. */
static bool s_take(struct kattis *self, const char *file, const struct package_entry *entry,
                   const char *arguments)
{
    char own[PACKAGE_ARGUMENTS_MAX_BYTES + 1];
    if (package_ends(entry->name, ".in")) {
        s_push(&self->inputs, file, entry->bytes, arguments);
    } else if (package_ends(entry->name, ".ans")) {
        s_push(&self->answers, file, entry->bytes, "");
    } else if (package_ends(entry->name, ".yaml") && strcmp(entry->name, "testdata.yaml") != 0 &&
               strcmp(entry->name, "test_group.yaml") != 0) {
        snprintf(own, sizeof own, "%s", arguments);
        if (!s_inherit(self, file, own))
            return false;
        s_push(&self->configurations, file, entry->bytes, own);
    } else if (package_ends(entry->name, ".interaction") &&
               strncmp(file, "data/sample/", strlen("data/sample/")) == 0) {
        return s_talk(self, file);
    }
    return true;
}

/* Takes what is below a data folder. */
static bool s_walk(struct kattis *self, const char *path, int depth, const char *inherited)
{
    struct package_error *error = self->reader->error;
    struct package_list list;
    char arguments[PACKAGE_ARGUMENTS_MAX_BYTES + 1];
    if (depth > PACKAGE_DEPTH_MAX)
        return package_refuse(error, path, 0, "is deeper than %d folders", PACKAGE_DEPTH_MAX);
    enum package_found found =
        package_files_list(self->reader->package->folder, path, &list, error);
    snprintf(arguments, sizeof arguments, "%s", inherited);
    bool good = found != PACKAGE_REFUSED &&
                (found == PACKAGE_MISSING || s_inherit_group(self, path, arguments));
    for (size_t i = 0; i < list.count && good; i++) {
        const struct package_entry *entry = &list.entries[i];
        char file[PACKAGE_PATH_MAX_BYTES + 1];
        s_join(file, path, entry->name);
        if (!entry->folder)
            good = s_take(self, file, entry, arguments);
        else if (package_ends(entry->name, ".files"))
            good = package_refuse(error, file, 0, "programs are not given files here");
        else
            good = s_walk(self, file, depth + 1, arguments);
        if (good && self->inputs.count + self->answers.count > 2 * TESTS_MAX)
            good = package_refuse(error, path, 0, "more than %d tests", TESTS_MAX);
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
    const char *one = ((const struct s_found *)a)->file.path;
    const char *other = ((const struct s_found *)b)->file.path;
    size_t one_length = s_stem(one), other_length = s_stem(other);
    size_t shorter = one_length < other_length ? one_length : other_length;
    int order = memcmp(one, other, shorter);
    return order ? order : (one_length > other_length) - (one_length < other_length);
}

static void s_sort(struct s_list *list)
{
    if (list->count > 0)
        qsort(list->items, list->count, sizeof *list->items, s_by_stem);
}

/* Appends an input and its answer, with the arguments that hold for them. */
static bool s_add_test(struct kattis *self, const struct s_found *input,
                       const struct s_found *answer, bool sample)
{
    const char *path = input->file.path + strlen("data/"), *own = input->arguments;
    const char *common = self->manifest.legacy ? self->manifest.arguments : "";
    char arguments[2 * PACKAGE_ARGUMENTS_MAX_BYTES + 2];
    for (size_t i = 0; i < self->configurations.count; i++)
        if (s_by_stem(&self->configurations.items[i], input) == 0)
            own = self->configurations.items[i].arguments;
    snprintf(arguments, sizeof arguments, "%s%s%s", common, *common && *own ? " " : "", own);
    if (strlen(arguments) > PACKAGE_ARGUMENTS_MAX_BYTES)
        return package_refuse(self->reader->error, input->file.path, 0,
                              "more than %d bytes of arguments", PACKAGE_ARGUMENTS_MAX_BYTES);
    return package_reader_test(self->reader, slice_from(path, s_stem(path)), sample, &input->file,
                               &answer->file, arguments);
}

/* Pairs inputs with answers, and makes tests of them. */
static bool s_pair(struct kattis *self, bool sample)
{
    struct package_error *error = self->reader->error;
    const struct s_list *inputs = &self->inputs, *answers = &self->answers;
    s_sort(&self->inputs);
    s_sort(&self->answers);
    for (size_t i = 0; i < inputs->count || i < answers->count; i++) {
        int order = i == inputs->count    ? 1
                    : i == answers->count ? -1
                                          : s_by_stem(&inputs->items[i], &answers->items[i]);
        if (order < 0)
            return package_refuse(error, inputs->items[i].file.path, 0,
                                  "has no answer: a file of the same name that ends in .ans");
        if (order > 0)
            return package_refuse(error, answers->items[i].file.path, 0,
                                  "has no input: a file of the same name that ends in .in");
    }
    size_t count = self->reader->package->tests_count + inputs->count;
    if (count > TESTS_MAX || (sample && count > SAMPLES_MAX))
        return package_refuse(error, sample ? "data/sample" : "data", 0, "more than %d tests",
                              sample ? SAMPLES_MAX : TESTS_MAX);
    for (size_t i = 0; i < inputs->count; i++)
        if (!s_add_test(self, &inputs->items[i], &answers->items[i], sample))
            return false;
    s_clear(&self->inputs);
    s_clear(&self->answers);
    s_clear(&self->configurations);
    return true;
}

static bool s_tests(struct kattis *self)
{
    char arguments[PACKAGE_ARGUMENTS_MAX_BYTES + 1] = "";
    const struct package_manifest *manifest = &self->manifest;
    if (!s_check_arguments(self, manifest->arguments, "problem.yaml", manifest->arguments_line) ||
        !s_inherit_group(self, "data", arguments) || !s_walk(self, "data/sample", 0, arguments) ||
        !s_pair(self, true) || !s_walk(self, "data/secret", 0, arguments) || !s_pair(self, false))
        return false;
    if (self->reader->package->tests_count == 0)
        return package_refuse(self->reader->error, "data", 0,
                              "has no tests: no *.in with *.ans in sample or secret");
    return true;
}

/* ---- how outputs are judged ------------------------------------------------------------------ */

/* How many names a folder has; -1: it is refused. When all of them are one folder, its path goes to
 * `only`. */
static int s_count(struct kattis *self, const char *path, char only[PACKAGE_PATH_MAX_BYTES + 1])
{
    struct package_list list;
    enum package_found found =
        package_files_list(self->reader->package->folder, path, &list, self->reader->error);
    int count = found == PACKAGE_REFUSED ? -1 : (int)list.count;
    size_t folders = 0, sources = 0;
    only[0] = '\0';
    for (size_t i = 0; i < list.count; i++) {
        const struct package_entry *entry = &list.entries[i];
        sources +=
            !entry->folder && (package_language(entry->name) || strcmp(entry->name, "build") == 0 ||
                               strcmp(entry->name, "run") == 0);
        if (entry->folder) {
            folders++;
            s_join(only, path, entry->name);
        }
    }
    package_list_fini(&list);
    if (!folders || sources)
        only[0] = '\0';
    if (folders < 2 || sources)
        return count;
    package_refuse(self->reader->error, path, 0, "has more than one validator; one is run here");
    return -1;
}

static bool s_validator(struct kattis *self)
{
    static const char *const folders[] = {"output_validators", "output_validator"};
    struct package_reader *reader = self->reader;
    const struct package_manifest *manifest = &self->manifest;
    char only[PACKAGE_PATH_MAX_BYTES + 1];
    bool own = !manifest->legacy || manifest->custom || manifest->interactive;
    for (size_t i = 0; i < 2 && own; i++) {
        int count = s_count(self, folders[i], only);
        if (count < 0)
            return false;
        if (count == 0)
            continue;
        reader->package->judging = manifest->interactive ? JUDGING_INTERACTIVE : JUDGING_VALIDATOR;
        return package_reader_program(reader, PACKAGE_CHECKER, only[0] ? only : folders[i]);
    }
    if (manifest->interactive)
        return package_refuse(reader->error, "problem.yaml", manifest->interactive_line,
                              "an interactive problem needs a validator in output_validator/ or "
                              "output_validators/");
    if (manifest->legacy && manifest->custom)
        return package_refuse(reader->error, folders[0], 0,
                              "is missing, and problem.yaml asks for it: `validation: custom`");
    return true;
}

/* Folders whose content would be part of every submission, or look at its source. */
static bool s_nothing_else(struct kattis *self)
{
    static const struct {
        const char *folder, *why;
    } others[] = {{"include", "code that is added to submissions is not added here"},
                  {"static_validator", "submissions are not validated statically here"}};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct package_list list;
        enum package_found found = package_files_list(self->reader->package->folder,
                                                      others[i].folder, &list, self->reader->error);
        bool any = list.count > 0;
        package_list_fini(&list);
        if (any)
            return package_refuse(self->reader->error, others[i].folder, 0, "%s", others[i].why);
        if (found == PACKAGE_REFUSED)
            return false;
    }
    return true;
}

/* ---- sample solutions ------------------------------------------------------------------------ */

static bool s_expected(struct kattis *self, const char *folder, uint32_t expected)
{
    struct package_reader *reader = self->reader;
    struct package_list list;
    bool good = package_files_list(reader->package->folder, folder, &list, reader->error) !=
                PACKAGE_REFUSED;
    for (size_t i = 0; i < list.count && good; i++) {
        char file[PACKAGE_PATH_MAX_BYTES + 1];
        s_join(file, folder, list.entries[i].name);
        if (!list.entries[i].folder)
            good = package_reader_submission(reader, file, list.entries[i].bytes, expected);
    }
    package_list_fini(&list);
    return good;
}

static bool s_submissions(struct kattis *self)
{
#define EXPECTED(folder, verdicts)                          \
    if (!s_expected(self, "submissions/" folder, verdicts)) \
        return false;
#include "actors/store/package.def"
    return true;
}

bool package_kattis_read(struct package_reader *reader)
{
    struct kattis self = {.reader = reader};
    bool good = s_find_statement(&self) && s_manifest(&self) && s_statement(&self) &&
                s_validator(&self) && s_tests(&self) && s_nothing_else(&self) &&
                s_submissions(&self);
    s_clear(&self.inputs);
    s_clear(&self.answers);
    s_clear(&self.configurations);
    return good;
}
