/* Compiles and runs one submission in a slot and says the verdict. */
#include "actors/runner/judging.h"

#include <stdio.h>
#include <unistd.h>

#include "actors/runner/compare.h"
#include "actors/runner/verdict.h"
#include "proto/check.h"

/* Of a compilation: bits/stdc++.h takes 1.7 s and 300 MB, Go's linker less. */
#define S_COMPILE_CPU_MS 10000
#define S_COMPILE_WALL_MS 30000
#define S_COMPILE_MEMORY_MB 1024
#define S_COMPILE_OUTPUT_BYTES (4ull << 20) /* said by the compiler; then it is stopped */
#define S_COMPILE_PROCESSES 256

#define S_SCRATCH_MAX_BYTES (64ull << 20) /* of a test; it counts as memory, too */
#define S_ERRORS_BYTES (16 * 1024)        /* of stderr kept */

/* A judging under way. */
struct judging {
    struct sandbox *sandbox;         /* borrowed */
    const struct judging_task *task; /* borrowed */
    struct judging_outcome *outcome; /* to be filled */
    const struct language *language; /* of the task */
    const char *version;             /* of its compiler */
    struct buffer output;            /* what the compiler said */
    struct buffer errors;            /* a test's stderr */
    struct compare compare;          /* a test's stdout against the expected */
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

size_t judging_show(struct slice raw, char *text, size_t size)
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

/* ---- outcomes ---- */

static void s_judge_error(struct judging *self, const char *reason)
{
    self->outcome->verdict = VERDICT_JUDGE_ERROR;
    snprintf(self->outcome->reason, sizeof self->outcome->reason, "%s", reason);
}

/* The sentence, then what the compiler said as far as there is room. */
static void s_show_compilation(struct judging *self, const char *sentence)
{
    struct judging_outcome *outcome = self->outcome;
    size_t used = strlen(sentence);
    memcpy(outcome->compile_output, sentence, used);
    outcome->compile_output_bytes =
        used + judging_show(buffer_slice(&self->output), outcome->compile_output + used,
                            sizeof outcome->compile_output - used);
}

static bool s_progress(void *context)
{
    struct judging *self = context;
    return !self->task->progress ||
           self->task->progress(self->task->context, self->outcome->tests_run,
                                self->outcome->tests_total);
}

/* ---- compiling ---- */

static void s_keep(void *context, const char *data, size_t length)
{
    struct judging *self = context;
    size_t room = self->output.max_bytes - self->output.length;
    buffer_append(&self->output, data, length < room ? length : room);
}

/* Why a compilation failed, as the submitter reads it; NULL: it did not. */
static const char *s_compile_failure(const struct outcome *outcome)
{
    if (outcome->out_of_memory)
        return "The compiler was stopped: it used more than 1024 MB of memory.\n";
    if (outcome->cpu_exceeded || outcome->wall_exceeded ||
        outcome->cpu_us > S_COMPILE_CPU_MS * 1000)
        return "The compiler was stopped: it took longer than 10 s.\n";
    if (outcome->output_overflow)
        return "The compiler was stopped: it wrote more than 4 MB of messages.\n";
    if (outcome->signal || outcome->exit_code)
        return "";
    if (outcome->artefact_missing)
        return "The compiler made no program to start. Java: the class must be called Main.\n";
    return NULL;
}

/* What compiling gave is kept for the next time; a compiler that was stopped may get further then.
 */
static void s_remember(struct judging *self, const struct compile_key *key, bool refused)
{
    static const uint64_t largest = 32ull << 20;
    struct judging_outcome *outcome = self->outcome;
    struct compiled compiled = {
        .refused = refused, .packed = -1, .text_bytes = outcome->compile_output_bytes};
    if (!refused && (compiled.packed = sandbox_pack_box(self->sandbox, largest)) < 0)
        return;
    memcpy(compiled.text, outcome->compile_output, outcome->compile_output_bytes);
    compile_cache_put(self->task->cache, key, &compiled);
    if (compiled.packed >= 0)
        close(compiled.packed);
}

/* True: it was compiled before, the outcome is as it was then, and the box is open unless it was
 * refused. */
static bool s_recall(struct judging *self, const struct compile_key *key)
{
    struct judging_outcome *outcome = self->outcome;
    struct compiled compiled;
    struct buffer why;
    if (!compile_cache_get(self->task->cache, key, &compiled))
        return false;
    buffer_init(&why, 1024);
    outcome->compiled_before =
        compiled.refused || sandbox_open_packed_box(self->sandbox, compiled.packed, &why);
    buffer_fini(&why);
    if (compiled.packed >= 0)
        close(compiled.packed);
    if (!outcome->compiled_before)
        return false;
    if (compiled.refused)
        outcome->verdict = VERDICT_COMPILATION_ERROR;
    outcome->compile_output_bytes = compiled.text_bytes;
    memcpy(outcome->compile_output, compiled.text, compiled.text_bytes);
    return true;
}

/* False: the judging is over, and the outcome says how. */
static bool s_compile(struct judging *self, const struct compile_key *key)
{
    const struct language_values values = {sandbox_box_path(self->sandbox),
                                           sandbox_scratch_path(self->sandbox),
                                           sandbox_shared_path(self->sandbox), 512};
    struct language_arguments argv, environment;
    if (!language_expand(self->language->compile, &values, &argv) ||
        !language_expand(self->language->environment, &values, &environment)) {
        s_judge_error(self, "the compile command is too long");
        return false;
    }
    const struct sandbox_job job = {
        .argv = argv.list,
        .environment = environment.list,
        .compiling = true,
        .artefact = self->language->artefact,
        .limits = {.cpu_ms = S_COMPILE_CPU_MS,
                   .wall_ms = S_COMPILE_WALL_MS,
                   .memory_bytes = (uint64_t)S_COMPILE_MEMORY_MB << 20,
                   .scratch_bytes = 512ull << 20,
                   .stack_bytes = 64ull << 20,
                   .output_bytes = S_COMPILE_OUTPUT_BYTES,
                   .processes = S_COMPILE_PROCESSES},
        .output = s_keep,
        .progress = s_progress,
        .context = self,
    };
    struct outcome outcome;
    sandbox_run(self->sandbox, &job, &outcome);
    self->outcome->cancelled = outcome.cancelled;
    if (outcome.cancelled)
        return false;
    if (outcome.failure[0]) {
        s_judge_error(self, outcome.failure);
        return false;
    }
    const char *failure = s_compile_failure(&outcome);
    if (failure)
        self->outcome->verdict = VERDICT_COMPILATION_ERROR;
    s_show_compilation(self, failure ? failure : "");
    if (self->task->cache && (!failure || !*failure))
        s_remember(self, key, failure != NULL);
    return !failure;
}

/* The box of the submission, compiled. False: the judging is over, and the outcome says how. */
static bool s_build(struct judging *self)
{
    const struct judging_task *task = self->task;
    struct buffer why;
    struct compile_key key = {{0}};
    if (task->cache) {
        key = compile_key_of(self->language, self->version, task->code);
        if (s_recall(self, &key))
            return self->outcome->verdict != VERDICT_COMPILATION_ERROR;
    }
    buffer_init(&why, sizeof self->outcome->reason - 1);
    bool open = sandbox_open_box(self->sandbox, self->language->source_name, task->code, &why);
    if (!open) {
        buffer_append_char(&why, 0);
        s_judge_error(self, why.overflow ? "the box cannot be made" : why.data);
    }
    buffer_fini(&why);
    return open && s_compile(self, &key);
}

/* ---- testing ---- */

static void s_compare(void *context, const char *data, size_t length)
{
    struct judging *self = context;
    compare_feed(&self->compare, data, length);
}

static bool s_told_out_of_memory(const struct judging *self)
{
    const char *text = self->language->out_of_memory;
    return text && self->errors.length > 0 &&
           memmem(self->errors.data, self->errors.length, text, strlen(text));
}

static struct sandbox_limits s_limits(const struct judging *self)
{
    const struct judging_task *task = self->task;
    uint64_t memory = (uint64_t)(task->memory_limit_mb + self->language->memory_extra_mb) << 20;
    int64_t cpu_ms = task->time_limit_ms * self->language->time_factor;
    return (struct sandbox_limits){
        .cpu_ms = cpu_ms,
        .wall_ms = 2 * cpu_ms + 1000, /* for those who sleep or wait for nothing */
        .memory_bytes = memory,
        .scratch_bytes = memory < S_SCRATCH_MAX_BYTES ? memory : S_SCRATCH_MAX_BYTES,
        .stack_bytes = memory,
        .output_bytes = task->output_limit_bytes,
        .processes = self->language->processes,
    };
}

/* Runs one test; true: the next one may come. */
static bool s_test(struct judging *self, struct sandbox_job *job, uint32_t index)
{
    struct judging_outcome *result = self->outcome;
    struct slice expected;
    if (!self->task->next_test(self->task->context, index, &job->input, &expected)) {
        char reason[64];
        snprintf(reason, sizeof reason, "test %u cannot be read", index + 1);
        s_judge_error(self, reason);
        return false;
    }
    compare_init(&self->compare, expected);
    buffer_clear(&self->errors);
    struct outcome outcome;
    sandbox_run(self->sandbox, job, &outcome);
    if (outcome.cancelled) {
        result->cancelled = true;
        return false;
    }
    result->verdict = verdict_of(&outcome, job->limits.cpu_ms * 1000, s_told_out_of_memory(self),
                                 compare_end(&self->compare));
    if (result->verdict == VERDICT_JUDGE_ERROR) {
        s_judge_error(self, outcome.failure);
        return false;
    }
    result->tests_run = index + 1;
    if (outcome.cpu_us / 1000 > result->time_ms)
        result->time_ms = outcome.cpu_us / 1000;
    if (outcome.memory_kb > result->memory_kb)
        result->memory_kb = outcome.memory_kb;
    if (result->verdict != VERDICT_ACCEPTED)
        result->failed_test = index + 1;
    return result->verdict == VERDICT_ACCEPTED;
}

static void s_test_all(struct judging *self)
{
    const struct language_values values = {
        sandbox_box_path(self->sandbox), sandbox_scratch_path(self->sandbox),
        sandbox_shared_path(self->sandbox), (unsigned)self->task->memory_limit_mb};
    struct language_arguments argv, environment;
    if (!language_expand(self->language->run, &values, &argv) ||
        !language_expand(self->language->environment, &values, &environment)) {
        s_judge_error(self, "the run command is too long");
        return;
    }
    struct sandbox_job job = {
        .argv = argv.list,
        .environment = environment.list,
        .limits = s_limits(self),
        .output = s_compare,
        .errors = &self->errors,
        .progress = s_progress,
        .context = self,
    };
    for (uint32_t i = 0; i < self->task->test_count; i++)
        if (!s_test(self, &job, i))
            return;
}

const char *judging_refusal(const struct judging_task *task)
{
    if (task->time_limit_ms < 1 || task->time_limit_ms > JUDGING_TIME_MAX_MS)
        return "the time limit is out of range";
    if (task->memory_limit_mb < JUDGING_MEMORY_MIN_MB ||
        task->memory_limit_mb > JUDGING_MEMORY_MAX_MB)
        return "the memory limit is out of range";
    if (task->output_limit_bytes > JUDGING_OUTPUT_MAX_BYTES)
        return "the output limit is out of range";
    if (task->test_count < 1 || task->test_count > TESTS_MAX)
        return "the number of tests is out of range";
    if (task->code.length > CODE_MAX_BYTES)
        return "the code is too long";
    return NULL;
}

void judging_run(struct sandbox *sandbox, const struct judging_task *task,
                 struct judging_outcome *outcome)
{
    struct judging self = {.sandbox = sandbox, .task = task, .outcome = outcome};
    *outcome = (struct judging_outcome){.tests_total = task->test_count};
    const char *refused = judging_refusal(task);
    self.language = languages_find(task->languages, task->language_id, &self.version);
    if (refused || !self.language) {
        s_judge_error(&self, refused ? refused : "the language cannot be judged on this machine");
        return;
    }
    buffer_init(&self.output, 2 * COMPILE_OUTPUT_MAX_BYTES);
    buffer_init(&self.errors, S_ERRORS_BYTES);
    if (s_build(&self))
        s_test_all(&self);
    sandbox_close_box(sandbox);
    buffer_fini(&self.errors);
    buffer_fini(&self.output);
}

/* ---- hello ---- */

static bool s_hello_test(void *context, uint32_t index, struct slice *input, struct slice *expected)
{
    (void)context;
    (void)index;
    *input = slice_of("");
    *expected = slice_of("hello\n");
    return true;
}

bool judging_says_hello(struct sandbox *sandbox, const struct languages *languages,
                        int64_t language_id, struct judging_outcome *outcome)
{
    const struct language *language = languages_find(languages, language_id, NULL);
    check(language);
    const struct judging_task task = {.languages = languages,
                                      .language_id = language_id,
                                      .code = slice_of(language->hello),
                                      .time_limit_ms = 5000,
                                      .memory_limit_mb = 256,
                                      .output_limit_bytes = 1024,
                                      .test_count = 1,
                                      .next_test = s_hello_test};
    judging_run(sandbox, &task, outcome);
    return outcome->verdict == VERDICT_ACCEPTED;
}
