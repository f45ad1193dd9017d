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
#define HELLO(text) text
static const struct language s_table[] = {
#define LANGUAGE(id, name, source, compile, artefact, run, version, environment, factor, extra, \
                 processes, out_of_memory, hello)                                               \
    {id,          name,   source, compile,   artefact,      run,  version,                      \
     environment, factor, extra,  processes, out_of_memory, hello},
#include "actors/runner/languages.def"
#undef LANGUAGE
};
#undef COMPILE
#undef RUN
#undef VERSION
#undef ENVIRONMENT
#undef HELLO

#define S_COUNT (sizeof s_table / sizeof s_table[0])
_Static_assert(S_COUNT <= LANGUAGES_MAX, "the list of languages has a bound");

const struct language *languages_table(size_t *count)
{
    *count = S_COUNT;
    return s_table;
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

/* "go version go1.19.8 linux" -> "1.19.8"; false without a number. */
static bool s_number(struct slice text, char *version, size_t size)
{
    size_t from = 0, length = 0;
    while (from < text.length && !isdigit((unsigned char)text.data[from]))
        from++;
    while (from + length < text.length && length < size - 1 &&
           (isdigit((unsigned char)text.data[from + length]) || text.data[from + length] == '.'))
        length++;
    if (length == 0)
        return false;
    memcpy(version, text.data + from, length);
    version[length] = 0;
    return true;
}

static bool s_detect(const struct language *language, struct sandbox *sandbox, char *version,
                     size_t size)
{
    if (access(language->compile[0], X_OK) < 0)
        return false;
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

void languages_detect(struct languages *self, struct sandbox *sandbox)
{
    struct buffer why;
    buffer_init(&why, 1024);
    self->count = 0;
    bool open = sandbox_open_box(sandbox, "empty", slice_of(""), &why);
    for (size_t i = 0; open && i < S_COUNT; i++) {
        if (!s_detect(&s_table[i], sandbox, self->list[self->count].version,
                      sizeof self->list[0].version))
            continue;
        self->list[self->count++].language = &s_table[i];
    }
    sandbox_close_box(sandbox);
    buffer_fini(&why);
}
