/* The table as C, the expansion of its placeholders, and the question to each toolchain. */
#include "actors/runner/languages.h"

#include <ctype.h>
#include <stdio.h>
#include <unistd.h>

#include "actors/runner/sandbox.h"
#include "proto/check.h"

#define COMPILE(...) ((const char *const[]){__VA_ARGS__, NULL})
#define RUN COMPILE
#define VERSION COMPILE
#define ENVIRONMENT COMPILE
static const struct language s_table[] = {
#define LANGUAGE(id, name, source, compile, artefact, run, version, environment, factor, extra, \
                 processes, out_of_memory)                                                      \
    {id,      name,        source, compile, artefact,  run,                                     \
     version, environment, factor, extra,   processes, out_of_memory},
#include "actors/runner/languages.def"
#undef LANGUAGE
};
#undef COMPILE
#undef RUN
#undef VERSION
#undef ENVIRONMENT

static const struct programs s_programs[] = {
#define HELLO(text) text
#define LOOP HELLO
#define HOG HELLO
#define PROGRAMS(source, hello, loop, hog) {source, hello, loop, hog},
#include "actors/runner/programs.def"
#undef PROGRAMS
#undef HELLO
#undef LOOP
#undef HOG
};

#define S_COUNT (sizeof s_table / sizeof s_table[0])
_Static_assert(S_COUNT <= LANGUAGES_MAX, "the list of languages has a bound");

const struct language *languages_table(size_t *count)
{
    *count = S_COUNT;
    return s_table;
}

const struct programs *language_programs(const struct language *language)
{
    size_t i = 0;
    while (strcmp(s_programs[i].source_name, language->source_name) != 0)
        check(++i < sizeof s_programs / sizeof s_programs[0]);
    return &s_programs[i];
}

const struct language *languages_find(const struct languages *self, int64_t id,
                                      const char **version)
{
    for (size_t i = 0; i < self->count; i++) {
        if (self->list[i].language->id != id)
            continue;
        if (version)
            *version = self->list[i].version;
        return self->list[i].language;
    }
    return NULL;
}

/* ---- for people ---- */

static void s_show_words(const char *const *words, struct buffer *out)
{
    buffer_append_text(out, " | `");
    for (; *words; words++) {
        for (const char *at = *words; *at; at++)
            buffer_append_text(out, *at == '|' ? "\\|" : (char[]){*at, 0});
        if (words[1])
            buffer_append_char(out, ' ');
    }
    buffer_append_char(out, '`');
}

void languages_markdown(struct buffer *out)
{
    buffer_append_text(out, "| id | language | source | compiled by | run by | time | memory |\n"
                            "|---|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < S_COUNT; i++) {
        const struct language *row = &s_table[i];
        buffer_printf(out, "| %u | %s | `%s`", row->id, row->name, row->source_name);
        s_show_words(row->compile, out);
        s_show_words(row->run, out);
        buffer_printf(out, " | x%u | +%u MB |\n", row->time_factor, row->memory_extra_mb);
    }
}

/* ---- placeholders ---- */

/* The value of the placeholder that `at` begins with, and the place behind it; NULL: none. */
static const char *s_value(const char **at, const struct language_values *values, char number[16])
{
    unsigned stack_mb = values->memory_mb / 4 * 3;
    if (stack_mb > 512)
        stack_mb = 512;
    const struct {
        const char *name;
        const char *text;
        unsigned number;
    } known[] = {
        {"{box}", values->box, 0},       {"{scratch}", values->scratch, 0},
        {"{shared}", values->shared, 0}, {"{heap_mb}", NULL, values->memory_mb},
        {"{stack_mb}", NULL, stack_mb},  {"{stack_kb}", NULL, stack_mb * 1024},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strncmp(*at, known[i].name, strlen(known[i].name)) != 0)
            continue;
        *at += strlen(known[i].name);
        snprintf(number, 16, "%u", known[i].number);
        return known[i].text ? known[i].text : number;
    }
    return NULL;
}

bool language_expand(const char *const *patterns, const struct language_values *values,
                     struct language_arguments *arguments)
{
    size_t used = 0, count = 0;
    for (; patterns[count]; count++) {
        if (count == LANGUAGE_ARGUMENTS_MAX)
            return false;
        arguments->list[count] = arguments->texts + used;
        for (const char *at = patterns[count]; *at;) {
            char number[16], literal[2] = {*at, 0};
            const char *text = s_value(&at, values, number);
            if (!text) {
                text = literal;
                at++;
            }
            size_t length = strlen(text);
            if (length >= sizeof arguments->texts - used)
                return false;
            memcpy(arguments->texts + used, text, length);
            used += length;
        }
        if (used == sizeof arguments->texts)
            return false;
        arguments->texts[used++] = 0;
    }
    arguments->list[count] = NULL;
    return true;
}

/* ---- what this machine has ---- */

/* A sandbox_job's output: what fits into the buffer. */
static void s_keep(void *context, const char *data, size_t length)
{
    struct buffer *output = context;
    size_t room = output->max_bytes - output->length;
    buffer_append(output, data, length < room ? length : room);
}

/* "go version go1.19.8 linux", "kotlin-stdlib-1.3.31.jar" -> the number; false without one. */
static bool s_number(struct slice text, char *version, size_t size)
{
    size_t from = 0, length = 0;
    while (from < text.length && !isdigit((unsigned char)text.data[from]))
        from++;
    while (from + length < text.length && length < size - 1 &&
           (isdigit((unsigned char)text.data[from + length]) || text.data[from + length] == '.'))
        length++;
    while (length && text.data[from + length - 1] == '.')
        length--;
    if (length == 0)
        return false;
    memcpy(version, text.data + from, length);
    version[length] = 0;
    return true;
}

static bool s_ask_version(const struct language *language, struct sandbox *sandbox, char *version,
                          size_t size)
{
    const struct language_values values = {sandbox_box_path(sandbox), sandbox_scratch_path(sandbox),
                                           sandbox_shared_path(sandbox), 512};
    struct language_arguments argv, environment;
    check(language_expand(language->version, &values, &argv));
    check(language_expand(language->environment, &values, &environment));
    struct buffer output;
    buffer_init(&output, 1024);
    struct outcome outcome;
    const struct sandbox_job job = {
        .argv = argv.list,
        .environment = environment.list,
        .limits = {5000, 10000, 1ull << 30, 64 << 20, 64 << 20, 64 << 10, 128},
        .output = s_keep,
        .context = &output,
    };
    sandbox_run(sandbox, &job, &outcome);
    bool ok = !outcome.failure[0] && outcome.signal == 0 && outcome.exit_code == 0 &&
              s_number(buffer_slice(&output), version, size);
    buffer_fini(&output);
    return ok;
}

static bool s_same(const char *const *left, const char *const *right)
{
    while (*left && *right && strcmp(*left, *right) == 0)
        left++, right++;
    return !*left && !*right;
}

/* Several languages may be one compiler's: what it answered before it would answer again. */
static bool s_detect(struct languages *self, const struct language *language,
                     struct sandbox *sandbox)
{
    char *version = self->list[self->count].version;
    if (access(language->compile[0], X_OK) < 0 || access(language->version[0], X_OK) < 0)
        return false;
    for (size_t i = 0; i < self->count; i++)
        if (s_same(self->list[i].language->version, language->version)) {
            strcpy(version, self->list[i].version);
            return true;
        }
    return s_ask_version(language, sandbox, version, sizeof self->list[0].version);
}

void languages_detect(struct languages *self, struct sandbox *sandbox)
{
    struct buffer why;
    buffer_init(&why, 1024);
    self->count = 0;
    bool open = sandbox_open_box(sandbox, "empty", slice_of(""), &why);
    for (size_t i = 0; open && i < S_COUNT; i++)
        if (s_detect(self, &s_table[i], sandbox))
            self->list[self->count++].language = &s_table[i];
    sandbox_close_box(sandbox);
    buffer_fini(&why);
}
