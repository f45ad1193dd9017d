/* One judging by a Judge0: the first test alone, which tells whether the program compiles, then the
 * others in batches; the first failure in the order of the tests decides, and what was sent beyond
 * it is ignored. Expected outputs are not sent: we compare, so the rules are the sandbox's.
 *
 * A wrong answer is never made up. What the server can't mean (garbage, tokens mixed up or lost,
 * results of another submission) is asked again and then a Judge Error; a server that is away, full
 * for long, or stands still is set aside and the job given back. Sending again what may have been
 * sent costs the server a run and us nothing.
 *
 * Limits: the problem's, as the sandbox has them. Where the server allows less processor time or
 * memory than the problem needs, that is a Judge Error with a reason. Stack, processes and wall
 * time are ours and follow the server's maxima; so does the size of the output, as long as the
 * expected one fits. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "actors/runner/compare.h"
#include "actors/runner/judge0_judging.h"
#include "actors/runner/verdict.h"
#include "actors/runtime/clock.h"
#include "actors/runtime/stats.h"
#include "proto/check.h"

#define POST_MAX_BYTES (8u << 20)    /* of several submissions in one request; one may have more */
#define ANSWER_MAX_BYTES (16u << 20) /* of several results in one answer; one may have more */
#define LOOK_FIRST_MS 5              /* before the first look at a server that we do not know */
#define LOOK_MOST_MS 1000            /* between two looks */
#define FULL_FIRST_MS 50             /* pause while its queue is full; then twice as long … */
#define FULL_MOST_MS 2000            /* … up to this */

/* ---- sending -----------------------------------------------------------------------------------
 */

static bool s_is_check(const struct judge0_judging *self, uint32_t index)
{
    return index == self->task->test_count;
}

static bool s_next_test(struct judge0_judging *self, uint32_t index, struct slice *input,
                        struct slice *expected)
{
    return self->task->next_test(self->task->context, index, input, expected) ||
           judge0_error(self, "test %u cannot be read", index + 1);
}

/* The results name only tokens, and the tokens come in the order of the batch alone. The limit of
 * the stack comes back with a result: a few KB less for each is the mark by which a result is
 * known to be of the test that it is taken for. */
static bool s_write(struct judge0_judging *self, uint32_t index, unsigned place)
{
    struct judge0_submission one = self->model;
    struct slice expected;
    one.stack_kb = self->tests[index].stack_kb = self->model.stack_kb - place;
    if (s_is_check(self, index)) {
        one.source = slice_of(self->extra->syntax_check);
        one.input = self->task->code;
        one.options = "";
    } else {
        if (!s_next_test(self, index, &one.input, &expected))
            return false;
        if (expected.length > (size_t)self->model.file_kb * 1024)
            return judge0_error(
                self, "test %u has an output of %zu bytes, and Judge0 %s cuts it at %lld KB",
                index + 1, expected.length, self->slot->place->url, (long long)self->model.file_kb);
    }
    judge0_write_submission(&one, &self->body);
    return true;
}

/* Waits for a place in its queue. */
static bool s_wait_for_place(struct judge0_judging *self, int64_t since_ms, int64_t *pause_ms)
{
    if (clock_now_ms() - since_ms > self->slot->place->patience_ms)
        return judge0_give_back(self, "its queue is full, and stays so", NULL);
    stats_add(STAT_judge0_full, 1);
    if (!judge0_sleep(self, *pause_ms))
        return false;
    *pause_ms = *pause_ms * 2 < FULL_MOST_MS ? *pause_ms * 2 : FULL_MOST_MS;
    return true;
}

/* Takes the tokens that the server gave for these tests. */
static bool s_take_tokens(struct judge0_judging *self, const uint32_t *indices, unsigned count)
{
    char tokens[JUDGE0_BATCH_MAX][JUDGE0_TOKEN_BYTES], why[JUDGE0_WHY_BYTES];
    if (!judge0_read_tokens(buffer_slice(&self->slot->answer.body), count, tokens, why)) {
        if (!why[0])
            return judge0_puzzled(self, "what it answers to submissions is not Judge0's");
        judge0_ask_anew(self->slot->place);
        return judge0_error(self, "Judge0 %s refuses it: %s", self->slot->place->url, why);
    }
    for (unsigned i = 0; i < count; i++) {
        struct test_run *test = &self->tests[indices[i]];
        strcpy(test->token, tokens[i]);
        test->status = JUDGE0_IN_QUEUE;
        test->sends++;
    }
    self->sent_ms = self->changed_ms = clock_now_ms();
    self->waits_for_first = true;
    self->step_ms = 0;
    return true;
}

/* Sends as many as fit of those in the window that are to be sent. *sent: 0 when none was. */
static bool s_send_some(struct judge0_judging *self, uint32_t from, uint32_t to, unsigned *sent)
{
    uint32_t indices[JUDGE0_BATCH_MAX];
    buffer_clear(&self->body);
    judge0_write_begin(&self->body);
    *sent = 0;
    for (uint32_t i = from; i < to && *sent < self->batch && self->body.length < POST_MAX_BYTES;
         i++)
        if (!self->tests[i].judged && !self->tests[i].token[0]) {
            if (!s_write(self, i, *sent))
                return false;
            indices[(*sent)++] = i;
        }
    if (*sent == 0)
        return true;
    judge0_write_end(&self->body);
    if (self->body.overflow)
        return judge0_error(self, "the submission is too long for Judge0");
    const struct judge0_request request = {.path = "/submissions/batch?base64_encoded=true",
                                           .body = buffer_slice(&self->body),
                                           .answer_max = JUDGE0_INFO_MAX_BYTES,
                                           .limit_ms = judge0_limit_ms(self)};
    switch (judge0_ask(self, &request)) {
    case ASKED_OK:
        return s_take_tokens(self, indices, *sent);
    case ASKED_FULL:
        *sent = 0;
        self->batch = self->batch > 1 ? self->batch / 2 : 1; /* fewer may find a place */
        return true;
    case ASKED_TOO_LONG:
        return judge0_puzzled(self, "what it answers to submissions is too long");
    default:
        return false;
    }
}

static bool s_to_send(const struct judge0_judging *self, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++)
        if (!self->tests[i].judged && !self->tests[i].token[0])
            return true;
    return false;
}

static bool s_send(struct judge0_judging *self, uint32_t from, uint32_t to)
{
    int64_t since_ms = clock_now_ms(), pause_ms = FULL_FIRST_MS;
    while (s_to_send(self, from, to)) {
        unsigned sent;
        if (!s_send_some(self, from, to, &sent))
            return false;
        if (sent)
            since_ms = clock_now_ms();
        else if (!s_wait_for_place(self, since_ms, &pause_ms))
            return false;
    }
    return true;
}

/* ---- results -----------------------------------------------------------------------------------
 */

/* A test came to nothing: it is sent again, a few times. */
static bool s_send_again(struct judge0_judging *self, struct test_run *test, const char *why)
{
    stats_add(STAT_judge0_repeats, 1);
    if (test->sends >= JUDGE0_TRIES_MAX)
        return judge0_error(self, "Judge0 %s: %s", self->slot->place->url, why);
    test->token[0] = '\0';
    return true;
}

static void s_show_compilation(struct judge0_judging *self, const struct buffer *text)
{
    struct judging_outcome *outcome = self->outcome;
    outcome->compile_output_bytes =
        build_show(buffer_slice(text), outcome->compile_output, sizeof outcome->compile_output);
}

/* The facts of a run as the sandbox would tell them. Judge0 runs programs under a shell, so a
 * signal n comes as exit code 128 + n, and does not know what memory and output limits are. */
static struct outcome s_facts(const struct judge0_judging *self)
{
    const struct judge0_result *result = &self->result;
    uint64_t cap = (uint64_t)self->model.file_kb * 1024;
    struct outcome facts = {.exit_code = result->exit_code,
                            .signal = result->exit_signal,
                            .cpu_us = result->time_us,
                            .memory_kb = result->memory_kb,
                            .cpu_exceeded = result->status == JUDGE0_TIME_LIMIT};
    bool ran_well = result->status == 3 || result->status == 4;
    if (ran_well)
        facts.exit_code = facts.signal = 0;
    else if (result->status != JUDGE0_TIME_LIMIT && !facts.exit_code && !facts.signal)
        facts.exit_code = 1;
    if (!facts.signal && facts.exit_code > 128 && facts.exit_code < 128 + 32)
        facts.signal = facts.exit_code - 128;
    facts.out_of_memory = facts.signal == SIGKILL && result->memory_kb >= self->model.memory_kb;
    facts.output_overflow = self->output_cut
                                ? result->output.length >= cap
                                : result->output.length > self->task->output_limit_bytes;
    return facts;
}

static bool s_told_out_of_memory(const struct judge0_judging *self)
{
    const char *text = self->language->out_of_memory;
    const struct buffer *errors = &self->result.errors;
    return text && errors->length > 0 && memmem(errors->data, errors->length, text, strlen(text));
}

static bool s_judge_test(struct judge0_judging *self, uint32_t index)
{
    struct test_run *test = &self->tests[index];
    const struct judging_task *task = self->task;
    struct slice input, expected;
    struct compare compare;
    struct compare_rules rules;
    char why[128];
    if (!s_next_test(self, index, &input, &expected))
        return false;
    if (!compare_rules_parse(task->arguments ? task->arguments(task->context) : slice_of(""),
                             &rules, why, sizeof why))
        return judge0_error(self, "the arguments of test %u: %s", index + 1, why);
    compare_init(&compare, &rules, expected);
    compare_feed(&compare, self->result.output.data, self->result.output.length);
    struct outcome facts = s_facts(self);
    bool equal = compare_end(&compare);
    test->verdict = verdict_of(&facts, self->model.cpu_ms * 1000, s_told_out_of_memory(self),
                               equal || task->uncompared);
    test->time_us = facts.cpu_us;
    test->memory_kb = facts.memory_kb;
    test->judged = true;
    const struct judging_test told = {.index = index,
                                      .verdict = test->verdict,
                                      .facts = &facts,
                                      .output = buffer_slice(&self->result.output),
                                      .errors = buffer_slice(&self->result.errors),
                                      .expected = expected,
                                      .cut = facts.output_overflow};
    if (task->told)
        task->told(task->context, &told);
    return true;
}

/* The first test failed: was it a program at all? */
static void s_judge_syntax(struct judge0_judging *self, struct test_run *check)
{
    check->judged = true;
    check->verdict = VERDICT_ACCEPTED;
    if (self->result.exit_code != 1 || self->result.output.length == 0)
        return;
    check->verdict = VERDICT_COMPILATION_ERROR;
    s_show_compilation(self, &self->result.output);
}

static bool s_take(struct judge0_judging *self, uint32_t index)
{
    struct test_run *test = &self->tests[index];
    const struct judge0_result *result = &self->result;
    char why[2 * JUDGE0_WHY_BYTES];
    if (result->status != test->status)
        self->changed_ms = clock_now_ms();
    test->status = result->status;
    switch (result->status) {
    case JUDGE0_IN_QUEUE:
    case JUDGE0_PROCESSING:
        return true;
    case JUDGE0_INTERNAL_ERROR:
    case JUDGE0_EXEC_FORMAT_ERROR:
        snprintf(why, sizeof why, "it failed itself (status %d): %s", result->status,
                 result->message);
        return s_send_again(self, test, why);
    case JUDGE0_COMPILATION_ERROR:
        if (index > 0) /* the first one has compiled */
            return s_send_again(self, test, "it compiled a program once and then did not");
        test->judged = true;
        test->verdict = VERDICT_COMPILATION_ERROR;
        s_show_compilation(self, &result->compile_output);
        return true;
    default:
        if (self->waits_for_first)
            judge0_took(self->slot->place, clock_now_ms() - self->sent_ms, self->called);
        self->waits_for_first = false;
        self->step_ms = 0;
        if (s_is_check(self, index))
            s_judge_syntax(self, test);
        else if (!s_judge_test(self, index))
            return false;
        if (index == 0 && !s_is_check(self, index))
            s_show_compilation(self, &result->compile_output);
        return true;
    }
}

/* One of the results that were asked for. */
static bool s_take_item(struct judge0_judging *self, const uint32_t *indices, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        struct test_run *test = &self->tests[indices[i]];
        if (test->judged || strcmp(test->token, self->result.token) != 0)
            continue;
        if (self->result.stack_kb != test->stack_kb)
            break;
        return s_take(self, indices[i]);
    }
    for (unsigned i = 0; i < count; i++) /* whatever they are, they are not ours */
        self->tests[indices[i]].token[0] = '\0';
    return judge0_puzzled(self, "its tokens are of other submissions than it says");
}

static bool s_take_all(struct judge0_judging *self, const uint32_t *indices, unsigned count)
{
    json_t *document;
    const json_t *list =
        judge0_read_results(buffer_slice(&self->slot->answer.body), count, &document);
    if (!list)
        return judge0_puzzled(self, "what it answers for results is not Judge0's");
    bool ok = true;
    unsigned puzzles = self->puzzles;
    for (unsigned i = 0; ok && puzzles == self->puzzles && i < count; i++) {
        const json_t *item = json_array_get(list, i);
        if (json_is_null(item))
            ok = s_send_again(self, &self->tests[indices[i]], "it loses submissions");
        else if (!judge0_read_result(item, &self->result))
            ok = judge0_puzzled(self, "a result of it is not Judge0's");
        else
            ok = s_take_item(self, indices, count);
    }
    if (ok && puzzles == self->puzzles)
        self->puzzles = 0;
    json_decref(document);
    return ok;
}

/* ---- looking -----------------------------------------------------------------------------------
 */

/* Nothing has changed for long. */
static bool s_check_patience(struct judge0_judging *self, const uint32_t *indices, unsigned count)
{
    const struct judge0 *place = self->slot->place;
    int64_t still_ms = clock_now_ms() - self->changed_ms;
    for (unsigned i = 0; i < count; i++) {
        struct test_run *test = &self->tests[indices[i]];
        if (test->judged || !test->token[0])
            return true;
        if (test->status != JUDGE0_PROCESSING)
            continue;
        if (still_ms < place->patience_ms + 2 * self->config.max_wall_ms)
            return true;
        self->changed_ms = clock_now_ms();
        return s_send_again(self, test, "it never ends what it has begun");
    }
    return still_ms < place->patience_ms ||
           judge0_give_back(self, "its queue stands still", self->tests[indices[0]].token);
}

static bool s_called(void *context)
{
    struct judge0_judging *self = context;
    if (!self->task->hinted || !self->task->hinted(self->task->context))
        return false;
    stats_add(STAT_judge0_hints, 1);
    self->called = true;
    return true;
}

/* How long until the next look. The first one comes when half of the usual time is over, then more
 * and more seldom, so that a result is seen within about an eighth of the time that it took. Where
 * callbacks come, looks are for those that are lost. */
static int64_t s_pause_ms(struct judge0_judging *self)
{
    int64_t most_ms = self->usual_ms / 8 > 25 ? self->usual_ms / 8 : 25;
    if (self->calls_back && self->callback_url[0])
        return LOOK_MOST_MS;
    if (self->step_ms == 0) {
        self->step_ms = self->usual_ms / 16 > LOOK_FIRST_MS ? self->usual_ms / 16 : LOOK_FIRST_MS;
        int64_t until_ms = self->sent_ms + self->usual_ms / 2 - clock_now_ms();
        if (self->waits_for_first && until_ms > self->step_ms)
            return until_ms < LOOK_MOST_MS ? until_ms : LOOK_MOST_MS;
    } else
        self->step_ms = self->step_ms * 3 / 2 + 1;
    int64_t over_ms = clock_now_ms() - self->changed_ms;
    if (over_ms / 8 > most_ms) /* longer than usual: ever more seldom */
        most_ms = over_ms / 8;
    if (self->step_ms > most_ms)
        self->step_ms = most_ms;
    return self->step_ms < LOOK_MOST_MS ? self->step_ms : LOOK_MOST_MS;
}

/* Bytes of the longest answer that one result can make: base64 of stdout, stderr and compiler
 * output, each up to the size of a file. */
static size_t s_result_max_bytes(const struct judge0_judging *self)
{
    size_t files_kb = 2 * (size_t)self->model.file_kb + (size_t)self->config.max_file_kb;
    return files_kb * 1024 / 2 * 3 + 64 * 1024;
}

static bool s_look(struct judge0_judging *self, uint32_t from, uint32_t to)
{
    uint32_t indices[JUDGE0_BATCH_MAX];
    unsigned count = 0;
    char path[256 + JUDGE0_BATCH_MAX * JUDGE0_TOKEN_BYTES] =
        "/submissions/batch?base64_encoded=true&fields=" JUDGE0_FIELDS "&tokens=";
    size_t length = strlen(path), one_bytes = s_result_max_bytes(self);
    unsigned most = self->one_by_one ? 1 : JUDGE0_BATCH_MAX;
    for (uint32_t i = from; i < to && count < most; i++)
        if (!self->tests[i].judged) {
            length += (size_t)snprintf(path + length, sizeof path - length, "%s%s",
                                       count ? "," : "", self->tests[i].token);
            indices[count++] = i;
        }
    const struct judge0_request request = {
        .path = path,
        .answer_max = count > 1 && one_bytes < ANSWER_MAX_BYTES ? ANSWER_MAX_BYTES : one_bytes,
        .limit_ms = judge0_limit_ms(self)};
    switch (judge0_ask(self, &request)) {
    case ASKED_OK:
        return s_take_all(self, indices, count) &&
               (self->puzzles || s_check_patience(self, indices, count));
    case ASKED_FULL: /* 429: a look too many */
        return judge0_sleep(self, LOOK_MOST_MS);
    case ASKED_TOO_LONG:
        if (count == 1)
            return judge0_puzzled(self, "a result of it is longer than any can be");
        self->one_by_one = true;
        return true;
    default:
        return false;
    }
}

/* ---- the order of things -----------------------------------------------------------------------
 */

/* Does this test end the judging? Not where all are wanted, unless it is no program at all. */
static bool s_ends(const struct judge0_judging *self, uint32_t index)
{
    enum verdict verdict = self->tests[index].verdict;
    return verdict != VERDICT_ACCEPTED &&
           (!self->task->told || verdict == VERDICT_COMPILATION_ERROR);
}

/* Tests judged in order from the first; *failed: the last of them ends the judging. */
static uint32_t s_done(const struct judge0_judging *self, bool *failed)
{
    uint32_t done = 0;
    *failed = false;
    while (done < self->task->test_count && self->tests[done].judged && !*failed)
        *failed = s_ends(self, done++);
    return done;
}

static bool s_settled(const struct judge0_judging *self, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++) {
        if (!self->tests[i].judged)
            return false;
        if (s_ends(self, i))
            return true;
    }
    return true;
}

/* Sends these tests and waits for what they come to. False: the judging is over. */
static bool s_run(struct judge0_judging *self, uint32_t from, uint32_t to)
{
    bool failed;
    while (!s_settled(self, from, to)) {
        if (!s_send(self, from, to))
            return false;
        self->called = false;
        if (!judge0_http_wait(self->slot->http, s_pause_ms(self), self->watch, s_called, self))
            return judge0_cancel(self);
        if (!s_look(self, from, to))
            return false;
        if (self->task->progress &&
            !self->task->progress(self->task->context, s_done(self, &failed),
                                  self->task->test_count))
            return judge0_cancel(self);
    }
    return true;
}

static bool s_failed(const struct judge0_judging *self)
{
    bool failed;
    s_done(self, &failed);
    return failed;
}

/* Judge0 does not compile what an interpreter runs; the sandbox does, and calls its failure a
 * Compilation Error. */
static bool s_check_syntax(struct judge0_judging *self)
{
    uint32_t index = self->task->test_count;
    if (self->tests[0].verdict != VERDICT_RUNTIME_ERROR || !*self->extra->syntax_check)
        return true;
    if (!s_run(self, index, index + 1))
        return false;
    if (self->tests[index].verdict == VERDICT_COMPILATION_ERROR)
        self->tests[0].verdict = VERDICT_COMPILATION_ERROR;
    return true;
}

static bool s_run_all(struct judge0_judging *self)
{
    uint32_t count = self->task->test_count;
    if (!s_run(self, 0, 1) || !s_check_syntax(self))
        return false;
    for (uint32_t from = 1; from < count && !s_failed(self);) {
        uint32_t to = count - from < JUDGE0_BATCH_MAX ? count : from + JUDGE0_BATCH_MAX;
        self->batch = self->config.batch_max;
        if (!s_run(self, from, to))
            return false;
        from = to;
    }
    return true;
}

/* What the tests came to, all of them or up to the one that failed. */
static void s_conclude(struct judge0_judging *self)
{
    struct judging_outcome *outcome = self->outcome;
    bool failed;
    uint32_t done = s_done(self, &failed);
    outcome->verdict = self->tests[done - 1].verdict;
    if (outcome->verdict == VERDICT_COMPILATION_ERROR)
        return;
    outcome->tests_run = done;
    for (uint32_t i = done; i-- > 0;) {
        if (self->tests[i].verdict != VERDICT_ACCEPTED) {
            outcome->verdict = self->tests[i].verdict;
            outcome->failed_test = i + 1;
        }
        if (self->tests[i].time_us / 1000 > outcome->time_ms)
            outcome->time_ms = self->tests[i].time_us / 1000;
        if (self->tests[i].memory_kb > outcome->memory_kb)
            outcome->memory_kb = self->tests[i].memory_kb;
    }
}

/* ---- setting out -------------------------------------------------------------------------------
 */

static bool s_blank(struct slice text)
{
    for (size_t i = 0; i < text.length; i++)
        if (!strchr(" \t\n\v\f\r", text.data[i]) || !text.data[i])
            return false;
    return true;
}

static int64_t s_at_most(int64_t value, int64_t most)
{
    return value < most ? value : most;
}

/* False: the server does not allow what the problem needs. */
static bool s_set_limits(struct judge0_judging *self)
{
    const struct judging_task *task = self->task;
    const struct judge0_config *config = &self->config;
    struct judge0_submission *model = &self->model;
    const char *url = self->slot->place->url;
    int64_t file_kb = (int64_t)(task->output_limit_bytes / 1024) + 2;
    model->cpu_ms = task->time_limit_ms * self->language->time_factor;
    model->memory_kb = (task->memory_limit_mb + self->language->memory_extra_mb) * 1024;
    if (model->cpu_ms > config->max_cpu_ms || model->cpu_ms > config->max_wall_ms)
        return judge0_error(self, "it may take %lld ms, and Judge0 %s allows %lld ms at most",
                            (long long)model->cpu_ms, url,
                            (long long)s_at_most(config->max_cpu_ms, config->max_wall_ms));
    if (model->memory_kb > config->max_memory_kb)
        return judge0_error(self,
                            "it may use %lld KB of memory, and Judge0 %s allows %lld KB at most",
                            (long long)model->memory_kb, url, (long long)config->max_memory_kb);
    model->wall_ms = s_at_most(2 * model->cpu_ms + 1000, config->max_wall_ms);
    model->stack_kb = s_at_most(model->memory_kb, config->max_stack_kb);
    model->processes = (unsigned)s_at_most(self->language->processes, config->max_processes);
    model->file_kb = s_at_most(file_kb, config->max_file_kb);
    self->output_cut = model->file_kb < file_kb;
    return true;
}

static const struct language *s_language(int64_t id)
{
    size_t count;
    const struct language *table = languages_table(&count);
    for (size_t i = 0; i < count; i++)
        if (table[i].id == id)
            return &table[i];
    return NULL;
}

/* What the server is and can. False: it is set aside, or not for this. */
static bool s_read_place(struct judge0_judging *self)
{
    struct judge0 *place = self->slot->place;
    pthread_mutex_lock(&place->mutex);
    bool up = place->up;
    self->config = place->config;
    self->usual_ms = place->usual_ms;
    self->calls_back = place->calls_back;
    pthread_mutex_unlock(&place->mutex);
    return up || judge0_cancel(self);
}

static bool s_set_out(struct judge0_judging *self)
{
    const struct judging_task *task = self->task;
    const struct judge0 *place = self->slot->place;
    const char *refusal = judging_refusal(task);
    self->language = s_language(task->language_id);
    self->extra = judge0_language_find(task->language_id);
    if (task->mode != JUDGING_TOKENS)
        refusal = "a Judge0 runs no checkers";
    if (refusal || !self->language || !self->extra)
        return judge0_error(self, "%s", refusal ? refusal : "the language is not judged by Judge0");
    if (!s_read_place(self) || !s_set_limits(self))
        return false;
    size_t length = strlen(place->public_url);
    length -= length && place->public_url[length - 1] == '/';
    if (length && self->config.callbacks && task->hint)
        snprintf(self->callback_url, sizeof self->callback_url, "%.*s/runner/hints/%s", (int)length,
                 place->public_url, task->hint);
    self->model.language_id = task->language_id;
    self->model.options = self->extra->options;
    self->model.callback_url = self->callback_url;
    self->model.source = s_blank(task->code) ? slice_of(self->extra->blank) : task->code;
    self->batch = 1;
    self->tests = calloc(task->test_count + 1, sizeof *self->tests);
    check(self->tests);
    return true;
}

void judge0_judge(void *slot, const struct watch *watch, const struct judging_task *task,
                  struct judging_outcome *outcome)
{
    struct judge0_judging self = {.slot = slot, .watch = watch, .task = task, .outcome = outcome};
    *outcome = (struct judging_outcome){.tests_total = task->test_count};
    buffer_init(&self.body, POST_MAX_BYTES + 2 * (TEST_FILE_MAX_BYTES + CODE_MAX_BYTES));
    buffer_init(&self.result.output, 0);
    buffer_init(&self.result.errors, 0);
    buffer_init(&self.result.compile_output, 0);
    if (s_set_out(&self) && s_run_all(&self))
        s_conclude(&self);
    free(self.tests);
    buffer_fini(&self.body);
    buffer_fini(&self.result.output);
    buffer_fini(&self.result.errors);
    buffer_fini(&self.result.compile_output);
}
