/* Compiles in a slot's box, or fills the box with what was compiled before. */
#include "actors/runner/build.h"

#include <stdio.h>
#include <unistd.h>

#define S_OUTPUT_BYTES (4ull << 20) /* said by the compiler; then it is stopped */
#define S_PROCESSES 256

/* A build under way. */
struct build {
    const struct build_task *task; /* borrowed */
    struct build_outcome *outcome; /* to be filled */
    struct compile_key key;        /* of the sources, with a cache */
    struct buffer output;          /* what the compiler said */
};

/* ---- text ---- */

/* Length of the UTF-8 character at the start; 0 when it is none, or one that is not to be shown. */
static size_t s_character(struct slice text)
{
    unsigned char lead = (unsigned char)text.data[0];
    size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (lead < 0x20 || lead == 0x7f)
        return lead == '\t' || lead == '\n';
    return length <= text.length && utf8_valid(slice_from(text.data, length)) ? length : 0;
}

size_t build_show(struct slice raw, char *text, size_t size)
{
    size_t used = 0;
    while (raw.length > 0) {
        size_t length = s_character(raw);
        const char *character = length ? raw.data : "\xef\xbf\xbd";
        size_t shown = length ? length : 3, taken = length ? length : 1;
        if (shown > size - used)
            break;
        memcpy(text + used, character, shown);
        used += shown;
        raw = slice_from(raw.data + taken, raw.length - taken);
    }
    return used;
}

static void s_fail(struct build *self, const char *why)
{
    snprintf(self->outcome->failure, sizeof self->outcome->failure, "%s", why);
}

/* ---- the cache ---- */

/* What compiling gave is kept for the next time. */
static void s_remember(struct build *self)
{
    static const uint64_t largest = 32ull << 20;
    const struct build_outcome *outcome = self->outcome;
    struct compiled compiled = {.packed = sandbox_pack_box(self->task->sandbox, largest),
                                .text_bytes = outcome->text_bytes};
    if (compiled.packed < 0)
        return;
    memcpy(compiled.text, outcome->text, outcome->text_bytes);
    compile_cache_put(self->task->cache, &self->key, &compiled);
    close(compiled.packed);
}

/* True: it was compiled before, the outcome is as it was then, and the box is open. */
static bool s_recall(struct build *self)
{
    struct build_outcome *outcome = self->outcome;
    struct compiled compiled;
    struct buffer why;
    if (!compile_cache_get(self->task->cache, &self->key, &compiled))
        return false;
    buffer_init(&why, 1024);
    outcome->before = sandbox_open_packed_box(self->task->sandbox, compiled.packed, &why);
    buffer_fini(&why);
    close(compiled.packed);
    if (!outcome->before)
        return false;
    outcome->text_bytes = compiled.text_bytes;
    memcpy(outcome->text, compiled.text, compiled.text_bytes);
    return true;
}

/* ---- compiling ---- */

static void s_keep(void *context, const char *data, size_t length)
{
    struct build *self = context;
    size_t room = self->output.max_bytes - self->output.length;
    buffer_append(&self->output, data, length < room ? length : room);
}

static bool s_progress(void *context)
{
    const struct build *self = context;
    return self->task->progress(self->task->context);
}

/* Why a compilation failed, as the submitter reads it; NULL: it did not. */
static const char *s_refusal(const struct build *self, const struct outcome *outcome,
                             char sentence[128])
{
    sentence[0] = '\0';
    if (outcome->out_of_memory)
        return "The compiler was stopped: it used more than 1024 MB of memory.\n";
    if (outcome->cpu_exceeded || outcome->wall_exceeded ||
        outcome->cpu_us > self->task->cpu_ms * 1000) {
        snprintf(sentence, 128, "The compiler was stopped: it took longer than %lld s.\n",
                 (long long)self->task->cpu_ms / 1000);
        return sentence;
    }
    if (outcome->output_overflow)
        return "The compiler was stopped: it wrote more than 4 MB of messages.\n";
    if (outcome->signal || outcome->exit_code)
        return "";
    if (outcome->artefact_missing)
        return "The compiler made no program to start. Java: the class must be called Main.\n";
    return NULL;
}

/* The sentence, then what the compiler said as far as there is room. */
static void s_show(struct build *self, const char *sentence)
{
    struct build_outcome *outcome = self->outcome;
    size_t used = strlen(sentence);
    memcpy(outcome->text, sentence, used);
    outcome->text_bytes = used + build_show(buffer_slice(&self->output), outcome->text + used,
                                            sizeof outcome->text - used);
}

static bool s_compile(struct build *self)
{
    const struct build_task *task = self->task;
    struct build_outcome *result = self->outcome;
    const struct language_values values = {sandbox_box_path(task->sandbox),
                                           sandbox_scratch_path(task->sandbox),
                                           sandbox_shared_path(task->sandbox), 512};
    struct language_arguments argv, environment;
    if (!language_expand(task->language->compile, &values, &argv) ||
        !language_expand(task->language->environment, &values, &environment)) {
        s_fail(self, "the compile command is too long");
        return false;
    }
    const struct sandbox_job job = {
        .argv = argv.list,
        .environment = environment.list,
        .compiling = true,
        .artefact = task->language->artefact,
        .limits = {.cpu_ms = task->cpu_ms,
                   .wall_ms = 3 * task->cpu_ms,
                   .memory_bytes = (uint64_t)BUILD_MEMORY_MB << 20,
                   .scratch_bytes = 512ull << 20,
                   .stack_bytes = 64ull << 20,
                   .output_bytes = S_OUTPUT_BYTES,
                   .processes = S_PROCESSES},
        .output = s_keep,
        .progress = s_progress,
        .context = self,
    };
    struct outcome outcome;
    char sentence[128];
    sandbox_run(task->sandbox, &job, &outcome);
    result->cancelled = outcome.cancelled;
    result->cpu_ms = outcome.cpu_us / 1000;
    if (outcome.cancelled)
        return false;
    if (outcome.failure[0]) {
        s_fail(self, outcome.failure);
        return false;
    }
    const char *refusal = s_refusal(self, &outcome, sentence);
    result->refused = refusal != NULL;
    s_show(self, refusal ? refusal : "");
    if (task->cache && !refusal)
        s_remember(self);
    return !refusal;
}

static bool s_open(struct build *self)
{
    const struct build_task *task = self->task;
    struct buffer why;
    buffer_init(&why, sizeof self->outcome->failure - 1);
    bool open = sandbox_open_files(task->sandbox, task->files, task->file_count, &why);
    if (!open) {
        buffer_append_char(&why, 0);
        s_fail(self, why.overflow ? "the box cannot be made" : why.data);
    }
    buffer_fini(&why);
    return open;
}

bool build_run(const struct build_task *task, struct build_outcome *outcome)
{
    struct build self = {.task = task, .outcome = outcome};
    outcome->cancelled = outcome->refused = outcome->before = false;
    outcome->failure[0] = '\0';
    outcome->text_bytes = 0;
    outcome->cpu_ms = 0;
    if (task->cache) {
        self.key = compile_key_of(task->language, task->version, task->files, task->file_count);
        if (s_recall(&self))
            return true;
    }
    buffer_init(&self.output, 2 * COMPILE_OUTPUT_MAX_BYTES);
    bool built = s_open(&self) && s_compile(&self);
    buffer_fini(&self.output);
    return built;
}
