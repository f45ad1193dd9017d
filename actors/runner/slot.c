/* A slot's thread: ready -> job -> outcome, for ever. While a job is judged the driver calls back
 * several times a second, and that is when the slot renews its lease, hears callbacks of the server
 * that runs the job, and looks whether it shall stop. Nothing it has is durable: the judge gives a
 * job that a dead slot held to another one. */
#include "actors/runner/slot.h"

#include "actors/runtime/clock.h"
#include "actors/runtime/log.h"
#include "actors/runtime/stats.h"
#include "actors/runtime/tsan.h"
#include "actors/store/commit.h"
#include "proto/check.h"

#define READY_RETRY_MS 200     /* when no judge could be reached */
#define READY_REPEAT_MS 5000   /* an idle slot says it again; the judge forgets at 20 s */
#define PROGRESS_MS 1000       /* a lease is renewed; it runs out at 15 s … */
#define NEWS_MS 250            /* … or as soon as another test is over, but not more often */
#define OUTCOME_RETRY_MS 50    /* what a judge must hear and can't is said again … */
#define OUTCOME_MS 15000       /* … until the lease has run out */
#define NOT_KEPT_MS 60000      /* between two words about a test that can't be kept */
#define STORE_RETRY_MS 3000    /* a test case that did not come is asked for again … */
#define STORE_GIVE_UP_MS 30000 /* … for so long */

enum { QUESTION_READY = 1, QUESTION_STORE = 2 };

static bool s_stopping(const struct slot *self)
{
    return atomic_load(&self->common->stopping);
}

/* ---- saying things to the judge ----------------------------------------------------------------
 */

/* False: that judge can't be reached now. */
static bool s_say_to(struct slot *self, uint8_t judge, uint16_t id, const void *message)
{
    struct envelope envelope = {
        .reply = {.actor = ACTOR_runner, .slot = QUESTION_READY, .generation = self->generation}};
    return port_ask(self->port, &envelope, ACTOR_judge, judge, id, message) == PORT_SENT;
}

static void s_say(struct slot *self, uint16_t id, const void *message)
{
    s_say_to(self, self->judge, id, message);
}

/* The judge that we belong to: one of our process, where there is one; else they share the slots.
 */
static uint8_t s_home(const struct slot *self)
{
    const struct runner_options *options = &self->common->options;
    uint8_t shards = options->topology->shards[ACTOR_judge];
    uint64_t ours = options->judges;
    if (!ours)
        return (uint8_t)((self->common->spread + self->number) % shards);
    for (unsigned skip = self->number % (unsigned)__builtin_popcountll(ours); skip; skip--)
        ours &= ours - 1;
    return (uint8_t)__builtin_ctzll(ours);
}

/* Says it to the judge that we belong to, and while that can't be reached to the next one. Whom we
 * leave forgets us, and what he still sends is void. */
static bool s_say_to_a_judge(struct slot *self, const struct msg_runner_ready *ready)
{
    uint8_t shards = self->common->options.topology->shards[ACTOR_judge], home = s_home(self);
    uint8_t before = self->judge;
    for (uint8_t i = 0; i < shards; i++) {
        uint8_t judge = (uint8_t)((home + i) % shards);
        self->generation += judge != self->judge;
        self->judge = judge;
        if (!s_say_to(self, judge, MSG_runner_ready, ready))
            continue;
        if (self->known && judge != before)
            s_say_to(self, before, MSG_runner_leave, &(struct msg_runner_leave){0});
        return true;
    }
    return false;
}

static void s_say_ready(struct slot *self)
{
    const struct offer *offer = &self->offer;
    struct rec_language list[LANGUAGES_MAX];
    for (uint32_t i = 0; i < offer->count; i++)
        list[i] = (struct rec_language){offer->list[i].id, slice_of(offer->list[i].name),
                                        slice_of(offer->list[i].version)};
    struct msg_runner_ready ready = {{offer->count, list}, self->place->id, offer->checkers};
    self->ready_ms = clock_now_ms();
    if (!s_say_to_a_judge(self, &ready)) /* a connection takes a moment */
        self->ready_ms -= READY_REPEAT_MS - READY_RETRY_MS;
    self->known = true;
}

/* A job that is on its way to us is void: the judge gives it to another slot when he hears that. */
static void s_say_leave(struct slot *self)
{
    self->known = false;
    self->generation++;
    s_say(self, MSG_runner_leave, &(struct msg_runner_leave){0});
}

/* ---- while a job is judged ---------------------------------------------------------------------
 */

/* The server that runs our job has called the gateway, the gateway the judge. Who does not know the
 * secret can say nothing with it, and who does only makes us look once. */
static void s_on_hint(struct slot *self, const struct port_message *message)
{
    struct arena arena = {0};
    struct msg_judge_hint hint;
    if (port_read(&message->frame, &arena, &hint) &&
        hint.submission_id == self->job->submission_id &&
        hint.trial == (self->job->kind != JUDGING_SUBMISSION) &&
        slice_is(hint.secret, self->secret))
        self->hinted = true;
    arena_fini(&arena);
}

/* What comes while a job is held is a hint, or too late. */
static void s_hear(struct slot *self)
{
    for (struct port_message message; port_receive(self->port, &message);) {
        if (message.frame.envelope.kind == MSG_judge_hint)
            s_on_hint(self, &message);
        port_message_close(&message);
    }
}

/* What is said once, of the job at its end: a word that can't be sent now, since the connection is
 * being made again, would cost a lease and a try. */
static void s_say_surely(struct slot *self, uint16_t id, const void *message)
{
    int64_t end_ms = clock_now_ms() + OUTCOME_MS;
    while (!s_say_to(self, self->judge, id, message)) {
        if (s_stopping(self) || clock_now_ms() >= end_ms) {
            log_warn("judge-unreachable", "%s=%lld not-said=%s",
                     word_text(&judging_kind_words, self->job->kind),
                     (long long)self->job->submission_id, message_name(id));
            return;
        }
        port_wait(self->port, zsock_resolve(self->pipe), OUTCOME_RETRY_MS);
        s_hear(self);
    }
}

static bool s_take_hint(void *context)
{
    struct slot *self = context;
    bool hinted = self->hinted;
    self->hinted = false;
    return hinted;
}

/* Called by the judging, several times a second. */
static bool s_progress(void *context, uint32_t done, uint32_t total)
{
    struct slot *self = context;
    int64_t now_ms = clock_now_ms();
    self->tests_done = done;
    bool news = done != self->told_tests && now_ms - self->progress_ms >= NEWS_MS;
    if (news || now_ms - self->progress_ms >= PROGRESS_MS) {
        struct msg_judge_progress progress = {self->job->submission_id, self->job->fence, done,
                                              total, self->job->kind};
        self->progress_ms = now_ms;
        self->told_tests = done;
        s_say(self, MSG_judge_progress, &progress);
    }
    s_hear(self);
    return !s_stopping(self);
}

static bool s_judging_goes_on(void *context)
{
    struct slot *self = context;
    return s_progress(self, self->tests_done, (uint32_t)self->job->tests_total);
}

/* The order to stop stays in the pipe; asking for the pipe's events lets its descriptor fall. */
static size_t s_pipe_descriptor(void *context, int *fds, bool *now)
{
    struct slot *self = context;
    fds[0] = zsock_fd(self->pipe);
    *now = zsock_events(self->pipe) & ZMQ_POLLIN;
    return 1;
}

static size_t s_all_descriptors(void *context, int *fds, bool *now)
{
    struct slot *self = context;
    size_t count = s_pipe_descriptor(self, fds, now);
    *now |= port_has_input(self->port);
    return count + port_fds(self->port, fds + count);
}

/* ---- what the store has ------------------------------------------------------------------------
 */

/* Something of the job's problem, to be asked for. */
struct fetch {
    uint16_t statement; /* parameters: problem, number, hash; a row, unless that is another now */
    int64_t number;     /* which of them */
    struct slice hash;  /* as in the job: what another package's would be kept as is not taken */
    /* Takes the row; false: that is not it. */
    bool (*take)(struct slot *self, const struct rec_store_result *rows, int64_t number);
};

static void s_ask_store(struct slot *self, const struct fetch *fetch, uint32_t generation)
{
    struct commit commit;
    commit_begin(&commit);
    commit_op(&commit, fetch->statement);
    commit_i64(&commit, self->job->problem_id);
    commit_i64(&commit, fetch->number);
    commit_text(&commit, fetch->hash);
    struct msg_store_run run = {{commit.count, commit.ops}};
    struct envelope envelope = {
        .reply = {.actor = ACTOR_runner, .slot = QUESTION_STORE, .generation = generation}};
    port_ask(self->port, &envelope, ACTOR_store, 0, MSG_store_run, &run);
}

static bool s_take(struct slot *self, const struct port_message *message, const struct fetch *fetch)
{
    struct arena arena = {0};
    struct msg_store_done done;
    bool done_so = message->frame.envelope.kind == MSG_store_done &&
                   port_read(&message->frame, &arena, &done) && done.results.count == 1;
    const struct rec_store_result *rows = done_so ? &done.results.items[0] : NULL;
    self->replaced |= rows && result_rows(rows) == 0;
    bool ok = rows && result_rows(rows) == 1 && fetch->take(self, rows, fetch->number);
    arena_fini(&arena);
    return ok;
}

/* Asks the store and waits; the lease is renewed meanwhile. */
static bool s_fetch(struct slot *self, const struct fetch *fetch)
{
    int64_t start_ms = clock_now_ms(), asked_ms = 0;
    uint32_t generation = ++self->generation;
    while (s_progress(self, self->tests_done, (uint32_t)self->job->tests_total)) {
        int64_t now_ms = clock_now_ms();
        if (now_ms - start_ms > STORE_GIVE_UP_MS)
            return false;
        if (now_ms - asked_ms > STORE_RETRY_MS) {
            s_ask_store(self, fetch, generation);
            asked_ms = now_ms;
        }
        port_wait(self->port, NULL, 200);
        for (struct port_message message; port_receive(self->port, &message);) {
            if (message.frame.envelope.kind == MSG_judge_hint)
                s_on_hint(self, &message);
            const struct address *to = &message.frame.envelope.to;
            bool mine = to->slot == QUESTION_STORE && to->generation == generation;
            bool taken = mine && s_take(self, &message, fetch);
            port_message_close(&message);
            if (mine)
                return taken;
        }
    }
    return false;
}

/* ---- test cases --------------------------------------------------------------------------------
 */

static void s_keep(struct buffer *buffer, struct slice content)
{
    buffer_clear(buffer);
    buffer_append(buffer, content.data, content.length);
}

/* One line for many tests, now and then: a disk may be full for long. */
static void s_say_not_kept(struct slot *self, int why)
{
    int64_t now_ms = clock_now_ms();
    if (now_ms - self->not_kept_ms < NOT_KEPT_MS)
        return;
    self->not_kept_ms = now_ms;
    log_warn("test-not-kept", "folder=\"%s\" why=\"%s\"", self->tests.folder, strerror(why));
}

/* A test goes to the cache and is mapped from there, or where that can't be done to memory: a test
 * that is not there must never be judged as an empty one. */
static bool s_take_test(struct slot *self, const struct rec_store_result *rows, int64_t number)
{
    uint32_t ordinal = (uint32_t)number;
    struct slice input = result_text(rows, 0, 0), expected = result_text(rows, 0, 1);
    struct slice arguments = result_text(rows, 0, 2);
    if (!test_cache_put(&self->tests, ordinal, input, expected, arguments) ||
        !test_cache_get(&self->tests, ordinal)) {
        s_say_not_kept(self, errno);
        s_keep(&self->input, input);
        s_keep(&self->expected, expected);
        s_keep(&self->arguments, arguments);
    }
    return true;
}

static bool s_next_test(void *context, uint32_t index, struct slice *input, struct slice *expected)
{
    struct slot *self = context;
    uint32_t ordinal = index + 1;
    if (self->job->own_input) {
        *input = self->job->input;
        *expected = slice_of("");
        buffer_clear(&self->arguments); /* of some test before */
        return true;
    }
    if (!test_cache_get(&self->tests, ordinal)) {
        buffer_clear(&self->input);
        buffer_clear(&self->expected);
        buffer_clear(&self->arguments);
        const struct fetch fetch = {STATEMENT_test_case_read, ordinal, self->job->tests_hash,
                                    s_take_test};
        if (!s_fetch(self, &fetch))
            return false;
    }
    bool mapped = self->tests.input.data != NULL;
    *input = mapped ? self->tests.input : buffer_slice(&self->input);
    *expected = mapped ? self->tests.expected : buffer_slice(&self->expected);
    return true;
}

static struct slice s_arguments(void *context)
{
    struct slot *self = context;
    if (self->job->own_input)
        return slice_of("");
    return self->tests.input.data ? self->tests.arguments : buffer_slice(&self->arguments);
}

/* ---- checkers ----------------------------------------------------------------------------------
 */

/* Of no kind: there are no more. */
static bool s_take_checker(struct slot *self, const struct rec_store_result *rows, int64_t number)
{
    (void)number;
    self->checker_whole = result_text(rows, 0, 0).length == 0;
    return self->checker_whole ||
           checker_cache_add(&self->checker, result_text(rows, 0, 0), result_text(rows, 0, 1),
                             result_text(rows, 0, 2));
}

/* The programs of the job's problem; NULL: `outcome` says how the judging ends. */
static const struct checker_programs *s_checker(struct slot *self, struct judging_outcome *outcome)
{
    const struct msg_judge_job *job = self->job;
    struct checker_cache *checker = &self->checker;
    self->checker_whole =
        checker_cache_choose(checker, self->common->options.data_folder, job->checker_hash);
    bool fetched = !self->checker_whole, ok = true;
    for (int64_t number = 0; ok && !self->checker_whole; number++)
        ok = s_fetch(self, &(struct fetch){STATEMENT_problem_file_read, number, job->checker_hash,
                                           s_take_checker});
    if (fetched && ok)
        checker_cache_finish(checker);
    checker->programs.protocol = job->protocol;
    outcome->cancelled = !ok && s_stopping(self);
    if (!ok)
        snprintf(outcome->reason, sizeof outcome->reason, "the problem's checker cannot be read");
    return ok ? &checker->programs : NULL;
}

/* ---- jobs --------------------------------------------------------------------------------------
 */

static void s_told(void *context, const struct judging_test *test)
{
    struct slot *self = context;
    run_report_take(&self->report, test);
}

static void s_say_outcome(struct slot *self, const struct judging_outcome *outcome)
{
    bool ran = outcome->tests_run > 0;
    uint32_t reported = ran ? self->report.count : 0;
    struct msg_judge_outcome message = {
        .submission_id = self->job->submission_id,
        .kind = self->job->kind,
        .fence = self->job->fence,
        .verdict = (uint8_t)outcome->verdict,
        .tests_run = outcome->tests_run,
        .tests_total = outcome->tests_total,
        .failed_test = outcome->failed_test ? (int64_t)outcome->failed_test : I64_NONE,
        .time_ms = ran ? outcome->time_ms : I64_NONE,
        .memory_kb = ran ? outcome->memory_kb : I64_NONE,
        .compile_output = slice_from(outcome->compile_output, outcome->compile_output_bytes),
        .reason = slice_of(outcome->reason),
        .tests = {reported, self->report.tests}};
    if (outcome->verdict == VERDICT_JUDGE_ERROR)
        log_error("judge-error", "%s=%lld language=%lld reason=\"%s\"",
                  word_text(&judging_kind_words, self->job->kind),
                  (long long)self->job->submission_id, (long long)self->job->language_id,
                  outcome->reason);
    s_say_surely(self, MSG_judge_outcome, &message);
}

/* Gives the job back: nobody's failure. */
static void s_give_back(struct slot *self)
{
    struct msg_runner_leave leave = {self->job->submission_id, self->job->kind};
    self->known = false;
    s_say_surely(self, MSG_runner_leave, &leave);
}

/* What a server calls back with: the gateway finds the judge by it, that the slot, and the slot
 * believes it. */
static void s_make_hint(struct slot *self)
{
    snprintf(self->secret, sizeof self->secret, "%016llx%016llx",
             (unsigned long long)clock_chance(), (unsigned long long)clock_chance());
    snprintf(self->hint, sizeof self->hint, "%u-%s%lld-%s", self->judge,
             self->job->kind == JUDGING_SUBMISSION ? "" : "t", (long long)self->job->submission_id,
             self->secret);
    self->hinted = false;
}

static void s_judge(struct slot *self, const struct msg_judge_job *job)
{
    struct judging_outcome outcome = {.verdict = VERDICT_JUDGE_ERROR};
    struct judging_task task = {.language_id = job->language_id,
                                .code = job->code,
                                .time_limit_ms = job->time_limit_ms,
                                .memory_limit_mb = job->memory_limit_mb,
                                .output_limit_bytes = (uint64_t)job->output_limit_bytes,
                                .test_count = (uint32_t)job->tests_total,
                                .next_test = s_next_test,
                                .told = job->kind == JUDGING_RUN ? s_told : NULL,
                                .uncompared = job->own_input,
                                .mode =
                                    job->own_input ? JUDGING_TOKENS : (enum judging_mode)job->mode,
                                .arguments = s_arguments,
                                .progress = s_progress,
                                .hint = self->hint,
                                .hinted = s_take_hint,
                                .context = self};
    const struct watch watch = {s_judging_goes_on, s_all_descriptors, self, NULL};
    self->job = job;
    self->tests_done = self->told_tests = 0;
    self->replaced = false;
    self->progress_ms = clock_now_ms();
    s_make_hint(self);
    bool run = job->kind == JUDGING_RUN, checked = task.mode != JUDGING_TOKENS;
    if (job->tests_total < 1 || job->tests_total > (run ? SAMPLES_MAX : TESTS_MAX))
        snprintf(outcome.reason, sizeof outcome.reason, "it has no tests, or too many");
    else if (!test_cache_choose(&self->tests, self->common->options.data_folder, job->tests_hash))
        snprintf(outcome.reason, sizeof outcome.reason, "its tests have no hash");
    else if (!checked || (task.programs = s_checker(self, &outcome))) {
        if (run)
            run_report_begin(&self->report, (uint32_t)job->tests_total, !job->own_input);
        self->place->driver->judge(self->driver, &watch, &task, &outcome);
    }
    test_cache_close(&self->tests);
    checker_cache_close(&self->checker);
    if (outcome.cancelled || self->replaced)
        s_give_back(self);
    else
        s_say_outcome(self, &outcome);
    run_report_end(&self->report);
    self->job = NULL;
}

static void s_on_message(struct slot *self, const struct port_message *message)
{
    const struct envelope *envelope = &message->frame.envelope;
    struct arena arena = {0};
    struct msg_judge_job job;
    bool current = envelope->kind == MSG_judge_job && envelope->to.slot == QUESTION_READY &&
                   envelope->to.generation == self->generation;
    if (!current) /* an older job, which has another runner by now, or a refusal */
        return;
    if (port_read(&message->frame, &arena, &job))
        s_judge(self, &job);
    arena_fini(&arena);
    self->generation++;
    self->tend_ms = 0; /* the place may have been set aside meanwhile */
    self->ready_ms = 0;
}

/* ---- the thread --------------------------------------------------------------------------------
 */

static bool s_idle_goes_on(void *context)
{
    return !s_stopping(context);
}

static bool s_wanted(void *context)
{
    struct slot *self = context;
    return port_has_input(self->port);
}

/* Lets the driver look after the slot, and the judge know what came of it. */
static void s_tend(struct slot *self)
{
    const struct watch watch = {s_idle_goes_on, s_pipe_descriptor, self, s_wanted};
    int64_t again_ms = self->place->driver->tend(self->driver, &watch, &self->offer);
    self->tend_ms = again_ms < 0 ? INT64_MAX : clock_now_ms() + again_ms;
    self->grow(self);
    if (self->offer.count == 0 && self->known)
        s_say_leave(self);
}

/* What is due now; gives the time until something else is. */
static int64_t s_do_due(struct slot *self)
{
    if (self->tend_ms <= clock_now_ms())
        s_tend(self);
    int64_t now_ms = clock_now_ms(), due_ms = self->tend_ms;
    if (self->offer.count) {
        if (!self->known || self->ready_ms + READY_REPEAT_MS <= now_ms)
            s_say_ready(self);
        if (self->ready_ms + READY_REPEAT_MS < due_ms)
            due_ms = self->ready_ms + READY_REPEAT_MS;
    }
    return due_ms > now_ms ? due_ms - now_ms : 0;
}

static void s_loop(struct slot *self)
{
    while (!s_stopping(self)) {
        int64_t wait_ms = s_do_due(self);
        if (s_stopping(self))
            break;
        port_wait(self->port, zsock_resolve(self->pipe),
                  wait_ms < READY_REPEAT_MS ? (long)wait_ms : READY_REPEAT_MS);
        char *command = zstr_recv_nowait(self->pipe);
        zstr_free(&command); /* whatever it says, `stopping` says it too */
        for (struct port_message message;
             !s_stopping(self) && port_receive(self->port, &message);) {
            s_on_message(self, &message);
            port_message_close(&message);
        }
    }
    s_say_leave(self);
}

void slot_thread(zsock_t *pipe, void *argument)
{
    struct slot *self = argument;
    char error[256];
    struct port_options port = {.topology = self->common->options.topology, .endpoint = -1};
    self->pipe = pipe;
    self->generation = 1;
    buffer_init(&self->input, TEST_FILE_MAX_BYTES);
    buffer_init(&self->expected, TEST_FILE_MAX_BYTES);
    buffer_init(&self->arguments, TEST_ARGUMENTS_MAX_BYTES);
    self->driver = self->place->driver->slot_open(self->place->state, self->number, &self->why);
    if (self->driver && !(self->port = port_new(&port, error, sizeof error)))
        buffer_append_text(&self->why, error);
    bool started = self->driver && self->port;
    HANDED_OVER(self);
    zsock_signal(pipe, 0);
    if (started)
        s_loop(self);
    port_destroy(&self->port);
    if (self->driver)
        self->place->driver->slot_close(self->driver);
    test_cache_close(&self->tests);
    buffer_fini(&self->input);
    buffer_fini(&self->expected);
    buffer_fini(&self->arguments);
    HANDED_OVER(self);
}
