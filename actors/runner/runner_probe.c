#include "actors/runner/runner_probe.h"

#include <stdio.h>
#include <stdlib.h>

#include "actors/runner/judge0.h"
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
    struct sandbox *sandbox = sandbox_new(SANDBOX_ISOLATED, 0, NULL, &why);
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

static bool s_go_on(void *context)
{
    (void)context;
    return true;
}

static bool s_probe_judge0(struct probe *self, const struct place_options *options)
{
    const struct watch watch = {.go_on = s_go_on};
    struct judge0_check *found = calloc(1, sizeof *found);
    struct buffer why;
    char sentence[JUDGE0_WHY_BYTES] = "", workers[48] = "";
    check(found);
    buffer_init(&why, 4096);
    void *place = runner_judge0.open(options, &why);
    void *slot = place ? runner_judge0.slot_open(place, 0, &why) : NULL;
    bool good = slot && judge0_check(slot, &watch, found, sentence);
    buffer_append_text(&why, sentence);
    if (good && found->workers)
        snprintf(workers, sizeof workers, ", %u workers", found->workers);
    if (good)
        s_tell(self, options->url, found->offer.count, workers);
    else
        s_fail(self, options->url, &why);
    if (slot)
        runner_judge0.slot_close(slot);
    if (place)
        runner_judge0.close(place);
    buffer_fini(&why);
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
