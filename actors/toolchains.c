/* Lists the languages of languages.def with what the sandbox found of them, and tests them with the
 * programs of programs.def: hello must be accepted, the loop must be stopped by its time limit, the
 * hog by its memory limit. */
#include "actors/toolchains.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "actors/runner/judging.h"
#include "proto/check.h"

#define USAGE 2 /* exit code of a wrong call */

/* Enough for a virtual machine's start on a slow machine, little enough not to be waited for. */
#define LOOP_LIMIT_MS 500
#define HOG_LIMIT_MB 64

struct toolchains {
    const struct options *options;  /* borrowed */
    struct sandbox *sandbox;        /* owned */
    struct languages found;         /* here */
    struct judging_outcome outcome; /* of the program under test */
    struct buffer complaints;       /* of the language under test, a line each */
};

static const struct language *s_known(const char *text)
{
    size_t count;
    const struct language *table = languages_table(&count);
    char *end;
    long id = strtol(text, &end, 10);
    for (size_t i = 0; i < count && !*end; i++)
        if (table[i].id == id)
            return &table[i];
    return NULL;
}

static bool s_chosen(const struct options *options, const struct language *language)
{
    bool chosen = options->argument_count == 0;
    for (size_t i = 0; i < options->argument_count; i++)
        chosen |= s_known(options->arguments[i]) == language;
    return chosen;
}

static void s_begin_line(const struct language *language, const char *version)
{
    printf("%4u  %-20s  %-12s", language->id, language->name, version ? version : "-");
}

static void s_tell_missing(const struct language *language)
{
    const char *const programs[] = {language->compile[0], language->version[0]};
    for (size_t i = 0; i < 2; i++)
        if (access(programs[i], X_OK) < 0) {
            printf("  there is no %s\n", programs[i]);
            return;
        }
    printf("  %s doesn't start in the sandbox\n", language->version[0]);
}

/* ---- testing --------------------------------------------------------------------------------- */

/* Judges one program; false: it came to something else, which the complaints tell. */
static bool s_judge(struct toolchains *self, const struct language *language, const char *name,
                    const char *source, enum verdict right)
{
    struct judging_outcome *outcome = &self->outcome;
    struct judging_task task = judging_own_task(&self->found, language->id, source);
    if (right == VERDICT_TIME_LIMIT_EXCEEDED)
        task.time_limit_ms = LOOP_LIMIT_MS;
    if (right == VERDICT_MEMORY_LIMIT_EXCEEDED)
        task.memory_limit_mb = HOG_LIMIT_MB;
    judging_run(self->sandbox, &task, outcome);
    if (outcome->verdict == right)
        return true;
    buffer_printf(&self->complaints, "      %s: %s, not %s%s%s\n", name,
                  word_text(&verdict_words, (uint8_t)outcome->verdict),
                  word_text(&verdict_words, (uint8_t)right), *outcome->reason ? ": " : "",
                  outcome->reason);
    buffer_append(&self->complaints, outcome->compile_output, outcome->compile_output_bytes);
    return false;
}

static void s_show_verdict(const struct toolchains *self)
{
    printf("  %-21s %5lld ms", word_text(&verdict_words, (uint8_t)self->outcome.verdict),
           (long long)self->outcome.time_ms);
    fflush(stdout);
}

static bool s_test(struct toolchains *self, const struct language *language)
{
    const struct programs *programs = language_programs(language);
    buffer_clear(&self->complaints);
    bool good = s_judge(self, language, "hello", programs->hello, VERDICT_ACCEPTED);
    printf("  %6lld ms  %-19s %5lld ms", (long long)self->outcome.compile_ms,
           word_text(&verdict_words, (uint8_t)self->outcome.verdict),
           (long long)self->outcome.time_ms);
    fflush(stdout);
    good &= s_judge(self, language, "loop", programs->loop, VERDICT_TIME_LIMIT_EXCEEDED);
    s_show_verdict(self);
    good &= s_judge(self, language, "hog", programs->hog, VERDICT_MEMORY_LIMIT_EXCEEDED);
    s_show_verdict(self);
    printf("  %s\n%.*s", good ? "ok" : "FAILED", (int)self->complaints.length,
           self->complaints.data ? self->complaints.data : "");
    fflush(stdout);
    return good;
}

/* ---- the command ----------------------------------------------------------------------------- */

static int s_list(struct toolchains *self)
{
    size_t count, failed = 0, tested = 0, missing = 0;
    const struct language *table = languages_table(&count);
    if (self->options->test)
        printf("  id  %-20s  %-12s  %9s  %-28s  %-30s  %-30s\n", "language", "version", "compiled",
               "hello", "endless loop", "takes all memory");
    for (size_t i = 0; i < count; i++) {
        const char *version = NULL;
        if (!s_chosen(self->options, &table[i]))
            continue;
        bool here = languages_find(&self->found, table[i].id, &version) != NULL;
        s_begin_line(&table[i], version);
        missing += !here;
        if (!here)
            s_tell_missing(&table[i]);
        else if (!self->options->test)
            puts("");
        else {
            tested++;
            failed += !s_test(self, &table[i]);
        }
    }
    if (self->options->test)
        printf("%zu tested, %zu failed, %zu not installed\n", tested, failed, missing);
    return failed || (missing && self->options->argument_count) ? 1 : 0;
}

static int s_print_markdown(void)
{
    struct buffer text;
    buffer_init(&text, 64 * 1024);
    languages_markdown(&text);
    printf("%.*s", (int)text.length, text.data);
    buffer_fini(&text);
    return 0;
}

int toolchains(const struct options *options)
{
    int code = 1;
    struct buffer why;
    for (size_t i = 0; i < options->argument_count; i++)
        if (!s_known(options->arguments[i])) {
            fprintf(stderr, "codecomp languages: there is no language \"%s\"\n",
                    options->arguments[i]);
            return USAGE;
        }
    if (options->markdown)
        return s_print_markdown();
    struct toolchains *self = calloc(1, sizeof *self);
    check(self);
    self->options = options;
    buffer_init(&why, 64 * 1024);
    buffer_init(&self->complaints, 256 * 1024);
    self->sandbox = sandbox_new(SANDBOX_ISOLATED, 0, NULL, &why);
    if (self->sandbox) {
        languages_detect(&self->found, self->sandbox);
        code = s_list(self);
    } else
        fprintf(stderr, "codecomp languages: this machine can't isolate submissions:\n%.*s\n",
                (int)why.length, why.data ? why.data : "");
    sandbox_destroy(&self->sandbox);
    buffer_fini(&self->complaints);
    buffer_fini(&why);
    free(self);
    return code;
}
