#include "actors/runner/runner_probe.h"

#include <stdio.h>
#include <stdlib.h>

#include "actors/runner/judge0_probe.h"
#include "actors/runner/languages.h"
#include "actors/runner/runner.h"
#include "actors/runner/sandbox.h"
#include "proto/check.h"

struct probe {
    char *text;       /* where the sentence goes */
    size_t text_size; /* its room */
};

/* Several sentences, one per line, as one. */
static bool s_fail(struct probe *self, const char *where, const struct buffer *why)
{
    snprintf(self->text, self->text_size, "%s: %.*s", where, (int)why->length,
             why->data ? why->data : "");
    size_t length = strlen(self->text);
    while (length && self->text[length - 1] == '\n')
        self->text[--length] = '\0';
    for (char *c = self->text; *c; c++)
        *c = *c == '\n' ? ' ' : *c;
    return false;
}

static void s_tell(struct probe *self, const char *what, uint32_t languages, const char *more)
{
    size_t length = strlen(self->text);
    snprintf(self->text + length, self->text_size - length, "%s%s: %u languages%s",
             length ? "; " : "", what, (unsigned)languages, more);
}

static bool s_probe_sandbox(struct probe *self)
{
    struct buffer why;
    buffer_init(&why, 16 * 1024);
    struct sandbox *sandbox =
        sandbox_check(&why) ? sandbox_new(SANDBOX_ISOLATED, 0, NULL, &why) : NULL;
    struct languages *languages = calloc(1, sizeof *languages);
    check(languages);
    bool good = sandbox != NULL;
    if (good) {
        languages_detect(languages, sandbox);
        s_tell(self, "sandbox", (uint32_t)languages->count, "");
    } else
        s_fail(self, "this machine can't isolate submissions", &why);
    sandbox_destroy(&sandbox);
    free(languages);
    buffer_fini(&why);
    return good;
}

static bool s_probe_judge0(struct probe *self, const struct place_options *options)
{
    struct judge0_report *found = calloc(1, sizeof *found);
    char sentence[256], more[128] = "";
    check(found);
    bool good = judge0_probe(options->url, options->judge0_token, found, sentence, sizeof sentence);
    if (good) {
        snprintf(more, sizeof more, ", %u workers, version %s, a program took %lld ms",
                 found->workers, found->version, (long long)found->took_ms);
        s_tell(self, options->url, found->offer.count, more);
    } else {
        snprintf(self->text, self->text_size, "%s: %s", options->url, sentence);
    }
    free(found);
    return good;
}

bool runner_probe(const char *urls, const char *judge0_token, char *text, size_t text_size)
{
    struct probe self = {text, text_size};
    if (!runner_urls_check(urls, text, text_size))
        return false;
    char ignored[256];
    bool good = true;
    *text = '\0';
    for (const char *at = urls; good && *at; at += strspn(at, ", ")) {
        size_t length = strcspn(at, ", ");
        struct place_options options = {.judge0_token = judge0_token, .public_url = ""};
        snprintf(options.url, sizeof options.url, "%.*s", (int)length, at);
        at += length;
        if (!*options.url)
            continue;
        good = runner_driver_for(options.url, ignored, sizeof ignored) == &runner_judge0
                   ? s_probe_judge0(&self, &options)
                   : s_probe_sandbox(&self);
    }
    return good;
}
