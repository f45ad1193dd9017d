/* A slot's thread: ready -> job -> outcome, for ever. It blocks while it judges; judging calls back
 * several times a second, and that is when the slot renews its lease and looks whether it shall
 * stop. Nothing it has is durable: the judge gives a job that a dead slot held to another one. */
#include "actors/runner/runner.h"

#include <czmq.h>
#include <pthread.h>
#include <stdatomic.h>

#include "actors/runner/judging.h"
#include "actors/runner/test_cache.h"
#include "actors/runtime/clock.h"
#include "actors/runtime/log.h"
#include "actors/runtime/port.h"
#include "actors/runtime/tsan.h"
#include "actors/store/commit.h"
#include "proto/check.h"

#define READY_REPEAT_MS                                                                            \
    5000                       /* an idle slot repeats that it is ready; the judge forgets at 20 s \
                                */
#define PROGRESS_MS 1000       /* a lease is renewed; it runs out at 15 s */
#define STORE_RETRY_MS 3000    /* a test case that did not come is asked for again … */
#define STORE_GIVE_UP_MS 30000 /* … for so long */

enum { QUESTION_READY = 1, QUESTION_TEST = 2 };

struct slot {
    struct runner *runner;           /* whose */
    unsigned number;                 /* from 0 */
    zactor_t *thread;                /* owned by the runner */
    struct port *port;               /* the slot's */
    zsock_t *pipe;                   /* to hear that it shall stop */
    struct sandbox *sandbox;         /* the slot's */
    struct buffer why;               /* why it could not start */
    uint32_t generation;             /* of its last question */
    int64_t ready_ms;                /* when it last said that it is ready */
    struct test_cache tests;         /* of the job under way */
    const struct msg_judge_job *job; /* the job under way */
    int64_t progress_ms;             /* when it last said that it is at it */
    uint32_t tests_done;             /* of the job */
    struct buffer input, expected;   /* a test that could not be kept in a file */
};

struct runner {
    struct runner_options options; /* as given */
    struct languages languages;    /* detected once, by slot 0 */
    pthread_mutex_t mutex;         /* of `detected` */
    pthread_cond_t changed;        /* `detected` or `stopping` */
    bool detected;                 /* languages are there */
    _Atomic bool stopping;         /* take nothing, give back */
    unsigned slot_count;           /* of: */
    struct slot *slots;            /* owned */
};

static bool s_stopping(const struct slot *self)
{
    return atomic_load(&self->runner->stopping);
}

/* ---- saying things to the judge ----------------------------------------------------------------
 */

static void s_say(struct slot *self, uint16_t id, const void *message)
{
    struct envelope envelope = {
        .reply = {.actor = ACTOR_runner, .slot = QUESTION_READY, .generation = self->generation}};
    port_ask(self->port, &envelope, ACTOR_judge, 0, id, message);
}

static void s_say_ready(struct slot *self)
{
    const struct languages *languages = &self->runner->languages;
    struct rec_language list[LANGUAGES_MAX];
    for (size_t i = 0; i < languages->count; i++)
        list[i] = (struct rec_language){languages->list[i].language->id,
                                        slice_of(languages->list[i].language->name),
                                        slice_of(languages->list[i].version)};
    struct msg_runner_ready ready = {{(uint32_t)languages->count, list}};
    self->ready_ms = clock_now_ms();
    s_say(self, MSG_runner_ready, &ready);
}

/* Called by the judging, several times a second. */
static bool s_progress(void *context, uint32_t done, uint32_t total)
{
    struct slot *self = context;
    int64_t now_ms = clock_now_ms();
    self->tests_done = done;
    if (now_ms - self->progress_ms >= PROGRESS_MS) {
        struct msg_judge_progress progress = {self->job->submission_id, self->job->fence, done,
                                              total};
        self->progress_ms = now_ms;
        s_say(self, MSG_judge_progress, &progress);
    }
    return !s_stopping(self);
}

/* ---- test cases --------------------------------------------------------------------------------
 */

static void s_ask_test(struct slot *self, uint32_t ordinal, uint32_t generation)
{
    struct commit commit;
    commit_begin(&commit);
    commit_op(&commit, STATEMENT_test_case_read);
    commit_i64(&commit, self->job->problem_id);
    commit_i64(&commit, ordinal);
    struct msg_store_run run = {{commit.count, commit.ops}};
    struct envelope envelope = {
        .reply = {.actor = ACTOR_runner, .slot = QUESTION_TEST, .generation = generation}};
    port_ask(self->port, &envelope, ACTOR_store, 0, MSG_store_run, &run);
}

static void s_keep(struct buffer *buffer, struct slice content)
{
    buffer_clear(buffer);
    buffer_append(buffer, content.data, content.length);
}

/* The store's answer goes to the cache and is mapped from there, or where that can't be done to
 * memory: a test that is not there must never be judged as an empty one. */
static bool s_take_test(struct slot *self, const struct port_message *message, uint32_t ordinal)
{
    struct arena arena = {0};
    struct msg_store_done done;
    struct codec_error error;
    size_t taken;
    bool ok =
        message->frame.envelope.kind == MSG_store_done &&
        codec_decode(&message_store_done, message->frame.body, &arena, &done, &taken, &error) &&
        done.results.count == 1 && result_rows(&done.results.items[0]) == 1;
    if (ok) {
        struct slice input = result_text(&done.results.items[0], 0, 0);
        struct slice expected = result_text(&done.results.items[0], 0, 1);
        if (!test_cache_put(&self->tests, ordinal, input, expected) ||
            !test_cache_get(&self->tests, ordinal)) {
            log_warn("test-not-kept", "folder=\"%s\" why=\"%s\"", self->tests.folder,
                     strerror(errno));
            s_keep(&self->input, input);
            s_keep(&self->expected, expected);
        }
    }
    arena_fini(&arena);
    return ok;
}

/* Asks the store for a test and waits; the lease is renewed meanwhile. */
static bool s_fetch_test(struct slot *self, uint32_t ordinal)
{
    int64_t start_ms = clock_now_ms(), asked_ms = 0;
    uint32_t generation = ++self->generation;
    while (s_progress(self, self->tests_done, (uint32_t)self->job->tests_total)) {
        int64_t now_ms = clock_now_ms();
        if (now_ms - start_ms > STORE_GIVE_UP_MS)
            return false;
        if (now_ms - asked_ms > STORE_RETRY_MS) {
            s_ask_test(self, ordinal, generation);
            asked_ms = now_ms;
        }
        port_wait(self->port, NULL, 200);
        for (struct port_message message; port_receive(self->port, &message);) {
            const struct address *to = &message.frame.envelope.to;
            bool mine = to->slot == QUESTION_TEST && to->generation == generation;
            bool taken = mine && s_take_test(self, &message, ordinal);
            port_message_close(&message);
            if (mine)
                return taken;
        }
    }
    return false;
}

static bool s_next_test(void *context, uint32_t index, struct slice *input, struct slice *expected)
{
    struct slot *self = context;
    uint32_t ordinal = index + 1;
    if (!test_cache_get(&self->tests, ordinal)) {
        buffer_clear(&self->input);
        buffer_clear(&self->expected);
        if (!s_fetch_test(self, ordinal))
            return false;
    }
    bool mapped = self->tests.input.data != NULL;
    *input = mapped ? self->tests.input : buffer_slice(&self->input);
    *expected = mapped ? self->tests.expected : buffer_slice(&self->expected);
    return true;
}

/* ---- jobs --------------------------------------------------------------------------------------
 */

static void s_say_outcome(struct slot *self, const struct judging_outcome *outcome)
{
    bool ran = outcome->tests_run > 0;
    struct msg_judge_outcome message = {
        .submission_id = self->job->submission_id,
        .fence = self->job->fence,
        .verdict = (uint8_t)outcome->verdict,
        .tests_run = outcome->tests_run,
        .tests_total = outcome->tests_total,
        .failed_test = outcome->failed_test ? (int64_t)outcome->failed_test : I64_NONE,
        .time_ms = ran ? outcome->time_ms : I64_NONE,
        .memory_kb = ran ? outcome->memory_kb : I64_NONE,
        .compile_output = slice_from(outcome->compile_output, outcome->compile_output_bytes),
        .reason = slice_of(outcome->reason)};
    if (outcome->verdict == VERDICT_JUDGE_ERROR)
        log_error("judge-error", "submission=%lld language=%lld reason=\"%s\"",
                  (long long)self->job->submission_id, (long long)self->job->language_id,
                  outcome->reason);
    s_say(self, MSG_judge_outcome, &message);
}

static void s_judge(struct slot *self, const struct msg_judge_job *job)
{
    struct judging_outcome outcome = {.verdict = VERDICT_JUDGE_ERROR};
    struct judging_task task = {.languages = &self->runner->languages,
                                .language_id = job->language_id,
                                .code = job->code,
                                .time_limit_ms = job->time_limit_ms,
                                .memory_limit_mb = job->memory_limit_mb,
                                .output_limit_bytes = (uint64_t)job->output_limit_bytes,
                                .test_count = (uint32_t)job->tests_total,
                                .next_test = s_next_test,
                                .progress = s_progress,
                                .context = self};
    self->job = job;
    self->tests_done = 0;
    self->progress_ms = clock_now_ms();
    if (job->tests_total < 1 || job->tests_total > TESTS_MAX)
        snprintf(outcome.reason, sizeof outcome.reason, "the problem has no tests");
    else if (!test_cache_choose(&self->tests, self->runner->options.data_folder, job->tests_hash))
        snprintf(outcome.reason, sizeof outcome.reason, "tests can't be kept: %s", strerror(errno));
    else
        judging_run(self->sandbox, &task, &outcome);
    test_cache_close(&self->tests);
    if (outcome.cancelled) {
        struct msg_runner_leave leave = {job->submission_id};
        s_say(self, MSG_runner_leave, &leave);
    } else
        s_say_outcome(self, &outcome);
    self->job = NULL;
}

static void s_on_message(struct slot *self, const struct port_message *message)
{
    const struct envelope *envelope = &message->frame.envelope;
    struct arena arena = {0};
    struct msg_judge_job job;
    struct codec_error error;
    size_t taken;
    bool current = envelope->kind == MSG_judge_job && envelope->to.slot == QUESTION_READY &&
                   envelope->to.generation == self->generation;
    if (!current) /* an older job, which has another runner by now, or a refusal */
        return;
    if (codec_decode(&message_judge_job, message->frame.body, &arena, &job, &taken, &error))
        s_judge(self, &job);
    arena_fini(&arena);
    self->generation++;
    if (!s_stopping(self))
        s_say_ready(self);
}

/* ---- the thread --------------------------------------------------------------------------------
 */

/* Slot 0 asks the toolchains, the others wait for it. False: we are stopping. */
static bool s_detect(struct slot *self)
{
    struct runner *runner = self->runner;
    if (self->number == 0) {
        languages_detect(&runner->languages, self->sandbox);
        pthread_mutex_lock(&runner->mutex);
        runner->detected = true;
        pthread_cond_broadcast(&runner->changed);
        pthread_mutex_unlock(&runner->mutex);
        for (size_t i = 0; i < runner->languages.count; i++)
            log_info("language", "id=%u name=\"%s\" version=\"%s\"",
                     runner->languages.list[i].language->id,
                     runner->languages.list[i].language->name, runner->languages.list[i].version);
    }
    pthread_mutex_lock(&runner->mutex);
    while (!runner->detected && !s_stopping(self))
        pthread_cond_wait(&runner->changed, &runner->mutex);
    pthread_mutex_unlock(&runner->mutex);
    return !s_stopping(self);
}

static void s_loop(struct slot *self)
{
    s_say_ready(self);
    while (!s_stopping(self)) {
        int64_t wait_ms = self->ready_ms + READY_REPEAT_MS - clock_now_ms();
        if (wait_ms <= 0) {
            s_say_ready(self);
            continue;
        }
        port_wait(self->port, zsock_resolve(self->pipe), (long)wait_ms);
        char *command = zstr_recv_nowait(self->pipe);
        zstr_free(&command); /* whatever it says, `stopping` says it too */
        for (struct port_message message;
             !s_stopping(self) && port_receive(self->port, &message);) {
            s_on_message(self, &message);
            port_message_close(&message);
        }
    }
    struct msg_runner_leave leave = {0};
    s_say(self, MSG_runner_leave, &leave);
}

static void s_thread(zsock_t *pipe, void *argument)
{
    struct slot *self = argument;
    char error[256];
    struct port_options port = {.topology = self->runner->options.topology, .endpoint = -1};
    self->pipe = pipe;
    self->generation = 1;
    buffer_init(&self->input, TEST_FILE_MAX_BYTES);
    buffer_init(&self->expected, TEST_FILE_MAX_BYTES);
    self->sandbox =
        sandbox_new(self->runner->options.insecure ? SANDBOX_INSECURE : SANDBOX_ISOLATED,
                    self->number, &self->why);
    if (self->sandbox && !(self->port = port_new(&port, error, sizeof error)))
        buffer_append_text(&self->why, error);
    bool started = self->sandbox && self->port;
    HANDED_OVER(self);
    zsock_signal(pipe, 0);
    if (started && s_detect(self))
        s_loop(self);
    port_destroy(&self->port);
    sandbox_destroy(&self->sandbox);
    test_cache_close(&self->tests);
    buffer_fini(&self->input);
    buffer_fini(&self->expected);
    HANDED_OVER(self);
}

/* ---- the runner --------------------------------------------------------------------------------
 */

struct runner *runner_start(const struct runner_options *options, struct buffer *error)
{
    struct runner *self = calloc(1, sizeof *self);
    check(self);
    self->options = *options;
    pthread_mutex_init(&self->mutex, NULL);
    pthread_cond_init(&self->changed, NULL);
    self->slots = calloc(options->slots, sizeof *self->slots);
    check(self->slots);
    for (unsigned i = 0; i < options->slots; i++) {
        struct slot *slot = &self->slots[i];
        *slot = (struct slot){.runner = self, .number = i};
        buffer_init(&slot->why, 4096);
        slot->thread = zactor_new(s_thread, slot);
        check(slot->thread);
        TAKEN_OVER(slot);
        self->slot_count++;
        if (slot->why.length == 0)
            continue;
        buffer_append(error, slot->why.data, slot->why.length);
        runner_stop(&self);
        return NULL;
    }
    return self;
}

void runner_drain(struct runner *self)
{
    pthread_mutex_lock(&self->mutex);
    atomic_store(&self->stopping, true);
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->mutex);
    for (unsigned i = 0; i < self->slot_count; i++) {
        /* a thread that has seen `stopping` is gone, and nobody would ever take the word */
        zsock_set_sndtimeo(self->slots[i].thread, 0);
        zstr_send(self->slots[i].thread, "STOP");
    }
}

void runner_stop(struct runner **self_p)
{
    struct runner *self = *self_p;
    if (!self)
        return;
    runner_drain(self);
    for (unsigned i = 0; i < self->slot_count; i++) {
        zactor_destroy(&self->slots[i].thread);
        TAKEN_OVER(&self->slots[i]);
        buffer_fini(&self->slots[i].why);
    }
    pthread_cond_destroy(&self->changed);
    pthread_mutex_destroy(&self->mutex);
    free(self->slots);
    free(self);
    *self_p = NULL;
}
