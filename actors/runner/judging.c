/* Compiles and runs one submission in a slot and says the verdict. */
#include "actors/runner/judging.h"

#include <stdio.h>
#include <unistd.h>

#include "actors/runner/compare.h"
#include "actors/runner/memory_file.h"
#include "actors/runner/verdict.h"
#include "proto/check.h"

#define S_COMPILE_CPU_MS 10000
#define S_SCRATCH_MAX_BYTES (64ull << 20) /* of a test; it counts as memory, too */
#define S_ERRORS_BYTES (16 * 1024)        /* of stderr kept */

/* A judging under way. */
struct judging {
    struct sandbox *sandbox;         /* borrowed */
    const struct judging_task *task; /* borrowed */
    struct judging_outcome *outcome; /* to be filled */
    const struct language *language; /* of the task */
    const char *version;             /* of its compiler */
    struct buffer errors;            /* a test's stderr */
    struct buffer said;              /* a test's stdout, its beginning; for who is told */
    bool said_more;                  /* than that */
    enum verdict decided;            /* by the first test that failed; Accepted: none has */
    int64_t idle_us;                 /* of all tests so far */
    struct checker_test test;        /* the test under way; its answer is the expected output */
    struct compare compare;          /* its stdout against that */
    struct checker checker;          /* reads outputs, if the problem has one that does */
    struct checker interactor;       /* talks, likewise */
    int output;                      /* a test's stdout for the checker: a file in memory */
    bool output_lost;                /* it could not be kept */
};

/* ---- outcomes ---- */

static bool s_judge_error(struct judging *self, const char *reason)
{
    self->outcome->verdict = VERDICT_JUDGE_ERROR;
    snprintf(self->outcome->reason, sizeof self->outcome->reason, "%s", reason);
    return false;
}

static bool s_progress(void *context)
{
    struct judging *self = context;
    return !self->task->progress ||
           self->task->progress(self->task->context, self->outcome->tests_run,
                                self->outcome->tests_total);
}

/* ---- building ---- */

/* The box of the submission, compiled. False: the judging is over, and the outcome says how. */
static bool s_build(struct judging *self)
{
    const struct judging_task *task = self->task;
    struct judging_outcome *result = self->outcome;
    const struct sandbox_file source = {slice_of(self->language->source_name), task->code};
    const struct build_task build = {.sandbox = self->sandbox,
                                     .cache = task->cache,
                                     .language = self->language,
                                     .version = self->version,
                                     .files = &source,
                                     .file_count = 1,
                                     .cpu_ms = S_COMPILE_CPU_MS,
                                     .progress = s_progress,
                                     .context = self};
    struct build_outcome outcome;
    bool built = build_run(&build, &outcome);
    result->cancelled = outcome.cancelled;
    if (outcome.cancelled)
        return false;
    if (outcome.failure[0])
        return s_judge_error(self, outcome.failure);
    result->compiled_before = outcome.before;
    result->compile_ms = outcome.cpu_ms;
    result->compile_output_bytes = outcome.text_bytes;
    memcpy(result->compile_output, outcome.text, outcome.text_bytes);
    if (outcome.refused)
        result->verdict = VERDICT_COMPILATION_ERROR;
    return built;
}

/* What a program of the problem's said, if it is to end the judging. */
static bool s_heed(struct judging *self, const struct checker_word *word)
{
    self->outcome->cancelled |= word->cancelled;
    return !word->cancelled && (word->word != JUDGES_BROKEN || s_judge_error(self, word->reason));
}

static bool s_build_checker(struct judging *self, struct checker *checker, struct sandbox *slot,
                            const struct checker_source *source)
{
    const struct judging_task *task = self->task;
    struct checker_word word;
    return checker_build(checker, slot, task->languages, task->cache, task->programs->protocol,
                         source, s_progress, self, &word) ||
           s_heed(self, &word);
}

/* Where there are two, an interactor and the checker of what it reports, each has a slot. */
static bool s_build_checkers(struct judging *self)
{
    const struct judging_task *task = self->task;
    const struct checker_programs *programs = task->programs;
    if (task->mode == JUDGING_TOKENS)
        return true;
    if (!programs)
        return s_judge_error(self, "the problem has no checker");
    if (task->mode == JUDGING_VALIDATOR)
        return s_build_checker(self, &self->checker, self->sandbox, &programs->checker);
    if (programs->interactor.file_count == 0)
        return s_build_checker(self, &self->interactor, self->sandbox, &programs->checker);
    return s_build_checker(self, &self->interactor, self->sandbox, &programs->interactor) &&
           (programs->checker.file_count == 0 ||
            s_build_checker(self, &self->checker, self->interactor.sandbox, &programs->checker));
}

/* ---- a test ---- */

static bool s_told_out_of_memory(const struct judging *self)
{
    const char *text = self->language->out_of_memory;
    return text && self->errors.length > 0 &&
           memmem(self->errors.data, self->errors.length, text, strlen(text));
}

static enum verdict s_verdict(const struct judging *self, const struct sandbox_job *job,
                              const struct outcome *outcome, bool matches)
{
    return verdict_of(outcome, job->limits.cpu_ms * 1000, s_told_out_of_memory(self), matches);
}

/* For who is told. */
static void s_keep(struct judging *self, const char *data, size_t length)
{
    size_t room = self->said.max_bytes - self->said.length;
    if (!self->task->told)
        return;
    self->said_more |= length > room;
    buffer_append(&self->said, data, length < room ? length : room);
}

static void s_compare(void *context, const char *data, size_t length)
{
    struct judging *self = context;
    s_keep(self, data, length);
    compare_feed(&self->compare, data, length);
}

/* By comparison. False: the judging is over. */
static bool s_run_compared(struct judging *self, struct sandbox_job *job, struct outcome *outcome)
{
    struct compare_rules rules;
    char why[128], reason[192];
    if (!compare_rules_parse(self->test.arguments, &rules, why, sizeof why)) {
        snprintf(reason, sizeof reason, "the test's arguments: %s", why);
        return s_judge_error(self, reason);
    }
    compare_init(&self->compare, &rules, self->test.answer);
    job->input = self->test.input;
    job->output = s_compare;
    sandbox_run(self->sandbox, job, outcome);
    bool equal = compare_end(&self->compare);
    self->outcome->verdict = s_verdict(self, job, outcome, equal || self->task->uncompared);
    return true;
}

static void s_capture(void *context, const char *data, size_t length)
{
    struct judging *self = context;
    s_keep(self, data, length);
    self->output_lost |= !memory_file_write(self->output, data, length);
}

/* Closes `output`. */
static bool s_ask_checker(struct judging *self, int output)
{
    struct checker_word word;
    output = memory_file_seal(output, !self->output_lost);
    if (output < 0)
        return s_judge_error(self, "the output cannot be kept for the checker");
    checker_judge(&self->checker, &self->test, output, s_progress, self, &word);
    close(output);
    self->outcome->verdict = word.word == JUDGES_RIGHT ? VERDICT_ACCEPTED : VERDICT_WRONG_ANSWER;
    return s_heed(self, &word);
}

/* By an output validator: what the program wrote is kept, and read when the program is gone. */
static bool s_run_validated(struct judging *self, struct sandbox_job *job, struct outcome *outcome)
{
    self->output = memory_file_new();
    self->output_lost = self->output < 0;
    job->input = self->test.input;
    job->output = s_capture;
    sandbox_run(self->sandbox, job, outcome);
    self->outcome->verdict = s_verdict(self, job, outcome, true);
    if (self->outcome->verdict == VERDICT_ACCEPTED && !outcome->cancelled)
        return s_ask_checker(self, self->output);
    if (self->output >= 0)
        close(self->output);
    return true;
}

/* By an interactor. */
static bool s_run_talk(struct judging *self, struct sandbox_job *job, struct outcome *outcome)
{
    bool reports = self->checker.sandbox != NULL;
    struct checker_talk talk = {
        .slot = self->sandbox, .job = job, .test = &self->test, .report = -1};
    if (self->task->programs->protocol == CHECKER_TESTLIB)
        talk.report = memory_file_new();
    self->output_lost = false;
    checker_talk(&self->interactor, &talk);
    *outcome = talk.outcome;
    outcome->cancelled |= talk.word.cancelled;
    self->outcome->verdict =
        verdict_of_talk(outcome, job->limits.cpu_ms * 1000, s_told_out_of_memory(self),
                        talk.word.word, talk.spoke_first);
    if (self->outcome->verdict == VERDICT_JUDGE_ERROR && !outcome->failure[0])
        snprintf(outcome->failure, sizeof outcome->failure, "%.*s",
                 (int)sizeof outcome->failure - 1, talk.word.reason);
    if (reports && self->outcome->verdict == VERDICT_ACCEPTED && !outcome->cancelled)
        return s_ask_checker(self, talk.report);
    if (talk.report >= 0)
        close(talk.report);
    return true;
}

static struct sandbox_limits s_limits(const struct judging *self)
{
    const struct judging_task *task = self->task;
    uint64_t memory = (uint64_t)(task->memory_limit_mb + self->language->memory_extra_mb) << 20;
    int64_t cpu_ms = task->time_limit_ms * self->language->time_factor;
    return (struct sandbox_limits){
        .cpu_ms = cpu_ms,
        .wall_ms = verdict_wall_ms(cpu_ms, self->idle_us),
        .memory_bytes = memory,
        .scratch_bytes = memory < S_SCRATCH_MAX_BYTES ? memory : S_SCRATCH_MAX_BYTES,
        .stack_bytes = memory,
        .output_bytes = task->output_limit_bytes,
        .processes = self->language->processes,
    };
}

/* Runs one test by the task's mode. */
static bool s_run(struct judging *self, struct sandbox_job *job, struct outcome *outcome)
{
    *outcome = (struct outcome){0};
    buffer_clear(&self->errors);
    buffer_clear(&self->said);
    self->said_more = false;
    switch (self->task->mode) {
    case JUDGING_TOKENS:
        return s_run_compared(self, job, outcome);
    case JUDGING_VALIDATOR:
        return s_run_validated(self, job, outcome);
    case JUDGING_INTERACTIVE:
        return s_run_talk(self, job, outcome);
    }
    return s_judge_error(self, "there is no such way of judging");
}

static void s_tell(struct judging *self, uint32_t index, const struct outcome *facts)
{
    const struct judging_test test = {.index = index,
                                      .verdict = self->outcome->verdict,
                                      .facts = facts,
                                      .output = buffer_slice(&self->said),
                                      .errors = buffer_slice(&self->errors),
                                      .expected = self->test.answer,
                                      .cut = self->said_more ||
                                             self->errors.length == self->errors.max_bytes};
    self->task->told(self->task->context, &test);
}

/* True: the next one may come. */
static bool s_test(struct judging *self, struct sandbox_job *job, uint32_t index)
{
    const struct judging_task *task = self->task;
    struct judging_outcome *result = self->outcome;
    if (!task->next_test(task->context, index, &self->test.input, &self->test.answer)) {
        char reason[64];
        snprintf(reason, sizeof reason, "test %u cannot be read", index + 1);
        return s_judge_error(self, reason);
    }
    self->test.arguments = task->arguments ? task->arguments(task->context) : slice_of("");
    struct outcome outcome;
    job->limits = s_limits(self);
    bool heard = s_run(self, job, &outcome);
    self->idle_us += outcome.idle_us;
    result->cancelled |= outcome.cancelled;
    if (result->cancelled || !heard)
        return false;
    if (result->verdict == VERDICT_JUDGE_ERROR)
        return s_judge_error(self, outcome.failure);
    result->tests_run = index + 1;
    if (outcome.cpu_us / 1000 > result->time_ms)
        result->time_ms = outcome.cpu_us / 1000;
    if (outcome.memory_kb > result->memory_kb)
        result->memory_kb = outcome.memory_kb;
    if (task->told)
        s_tell(self, index, &outcome);
    if (self->decided == VERDICT_ACCEPTED && result->verdict != VERDICT_ACCEPTED) {
        self->decided = result->verdict;
        result->failed_test = index + 1;
    }
    result->verdict = self->decided;
    return result->verdict == VERDICT_ACCEPTED || task->told;
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
    if (task->mode == JUDGING_VALIDATOR && task->output_limit_bytes > CHECKER_OUTPUT_MAX_BYTES)
        return "the output limit is out of range for a problem with a checker";
    if (task->test_count < 1 || task->test_count > TESTS_MAX)
        return "the number of tests is out of range";
    if (task->code.length > CODE_MAX_BYTES)
        return "the code is too long";
    return NULL;
}

void judging_run(struct sandbox *sandbox, const struct judging_task *task,
                 struct judging_outcome *outcome)
{
    struct judging self = {
        .sandbox = sandbox, .task = task, .outcome = outcome, .decided = VERDICT_ACCEPTED};
    *outcome = (struct judging_outcome){.tests_total = task->test_count};
    const char *refused = judging_refusal(task);
    self.language = languages_find(task->languages, task->language_id, &self.version);
    if (refused || !self.language) {
        s_judge_error(&self, refused ? refused : "the language cannot be judged on this machine");
        return;
    }
    buffer_init(&self.errors, S_ERRORS_BYTES);
    buffer_init(&self.said, JUDGING_KEPT_BYTES);
    checker_init(&self.checker);
    checker_init(&self.interactor);
    if (s_build(&self) && s_build_checkers(&self))
        s_test_all(&self);
    sandbox_close_box(sandbox);
    checker_fini(&self.checker);
    checker_fini(&self.interactor);
    buffer_fini(&self.errors);
    buffer_fini(&self.said);
}

/* ---- programs of our own ---- */

static bool s_own_test(void *context, uint32_t index, struct slice *input, struct slice *expected)
{
    (void)context;
    (void)index;
    *input = slice_of("");
    *expected = slice_of("hello\n");
    return true;
}

struct judging_task judging_own_task(const struct languages *languages, int64_t language_id,
                                     const char *source)
{
    return (struct judging_task){.languages = languages,
                                 .language_id = language_id,
                                 .code = slice_of(source),
                                 .time_limit_ms = 5000,
                                 .memory_limit_mb = 256,
                                 .output_limit_bytes = 1024,
                                 .test_count = 1,
                                 .next_test = s_own_test};
}

/* Who may cancel hello. */
struct canceller {
    bool (*go_on)(void *context); /* false cancels */
    void *context;                /* handed to it */
};

static bool s_hello_progress(void *context, uint32_t done, uint32_t total)
{
    const struct canceller *canceller = context;
    (void)done;
    (void)total;
    return canceller->go_on(canceller->context);
}

bool judging_says_hello(struct sandbox *sandbox, const struct languages *languages,
                        int64_t language_id, bool (*go_on)(void *context), void *context,
                        struct judging_outcome *outcome)
{
    const struct language *language = languages_find(languages, language_id, NULL);
    check(language);
    struct canceller canceller = {go_on, context};
    struct judging_task task =
        judging_own_task(languages, language_id, language_programs(language)->hello);
    task.progress = go_on ? s_hello_progress : NULL;
    task.context = &canceller;
    judging_run(sandbox, &task, outcome);
    return !outcome->cancelled && outcome->verdict == VERDICT_ACCEPTED;
}
