/* The judge actor: which submission, and which trial beside the contest (a run, a rejudging), is
 * queued, leased, retried, given up.
 *
 * In: judge_enqueue (room), runner_ready, judge_progress, judge_outcome, runner_leave (runners),
 * unreachable (the runtime: a runner is gone), verdict_taken (scoring), languages_get and
 * judge_hint (gateways). Out: judge_job and judge_hint to runners, verdict_report to scoring,
 * submission_found (under way) and run_found to fan-out, store_run.
 *
 * Promises: a submission or trial that the store holds as PENDING or JUDGING gets a final verdict:
 * what no message brought, the sweep finds. A judging is a lease with a fencing number from the
 * store; the outcome of an older lease is refused, by us and by scoring's commit. A verdict is
 * reported until scoring says that it is durable. Failures of ours are tried again, three times,
 * and cost nobody anything. Submissions go before runs, runs before rejudgings. Our own line serves
 * users in turn (judge.h), a shared queue in the order of arrival, both as far as the idle slots
 * know the language; nobody gets all of several slots (judge_share.c). A trial's outcome is written
 * here (judge_trials.c), and scoring never hears of it. It runs nothing itself and does not know
 * what a verdict is worth.
 *
 * Where several judges share a queue (judge_queue.c), the line holds only what the queue has given
 * to this one, and a job whose message is lost with the connection is judged to its end, but not
 * begun again. */
#include "actors/judge/judge.h"

#include "actors/runtime/log.h"
#include "actors/runtime/stats.h"
#include "proto/check.h"

/* ---- jobs ------------------------------------------------------------------------------------ */

/* It is judged, or is no more. */
static void s_done(struct judge_actor *self, struct job *job, struct outbox *out)
{
    if (self->config.queue_shared)
        judge_queue_settle(self, job, out);
    else
        judge_job_forget(self, job);
}

/* Back into the line. Where judges share a queue, a job that has lost its message with the
 * connection belongs to whoever gets that next. */
static void s_back(struct judge_actor *self, struct job *job, int64_t due_ms)
{
    if (self->config.queue_shared && !job->tag)
        judge_job_forget(self, job);
    else
        judge_job_wait(self, job, due_ms, true);
}

/* ---- reporting ------------------------------------------------------------------------------- */

/* Repeats keep the question: whichever answer comes first will do, however slow scoring is. */
static void s_report(struct judge_actor *self, struct job *job, struct outbox *out)
{
    if (job->phase != JOB_REPORTING)
        job->generation = judge_next_generation(self);
    judge_job_enter(self, job, JOB_REPORTING, self->now_ms + REPORT_RETRY_MS);
    if (judging_is_trial(job->kind)) {
        judge_trial_report(self, job, out);
        return;
    }
    outbox_send(out, NULL, ACTOR_scoring, job->room_id,
                (struct question){QUESTION_JOB, job->generation}, MSG_verdict_report, &job->report);
}

static void s_give_up(struct judge_actor *self, struct job *job, const char *why,
                      struct outbox *out)
{
    stats_add(STAT_judge_given_up, 1);
    log_error("judging-given-up", "%s=%lld tries=%u fence=%lld why=\"%s\"", judge_job_noun(job),
              (long long)job->id, job->tries, (long long)job->fence, why);
    const struct msg_judge_outcome outcome = {.verdict = VERDICT_JUDGE_ERROR,
                                              .failed_test = I64_NONE,
                                              .time_ms = I64_NONE,
                                              .memory_kb = I64_NONE};
    if (judging_is_trial(job->kind))
        judge_trial_take(self, job, &outcome);
    job->report = (struct msg_verdict_report){.submission_id = job->id,
                                              .room_id = job->room_id,
                                              .fence = job->fence,
                                              .verdict = VERDICT_JUDGE_ERROR,
                                              .failed_test = I64_NONE,
                                              .time_ms = I64_NONE,
                                              .memory_kb = I64_NONE};
    job->given_up = true;
    s_report(self, job, out);
}

/* It comes to nothing where it is: the next time it goes elsewhere, if it can. */
static void s_avoid(struct judge_actor *self, struct job *job)
{
    const struct runner_slot *slot = judge_slot_find(self, job->runner);
    if (slot)
        job->avoid = slot->place;
}

/* A failure of ours: once more, by another judge where all our places have failed; or enough. */
static void s_retry(struct judge_actor *self, struct job *job, const char *why, struct outbox *out)
{
    s_avoid(self, job);
    if (job->tries < TRIES_MAX) /* else it was given up, and nobody took that */
        job->failed[job->tries++] = job->avoid;
    if (job->tries >= TRIES_MAX) {
        s_give_up(self, job, why, out);
        return;
    }
    stats_add(STAT_judge_retries, 1);
    log_warn("judging-repeated", "%s=%lld try=%u why=\"%s\"", judge_job_noun(job),
             (long long)job->id, job->tries, why);
    if (judge_slot_untried(self, job))
        s_back(self, job, 0);
    else if (!judge_pass_on(self, job, out))
        s_back(self, job, self->now_ms + RETRY_MS);
}

/* ---- leasing --------------------------------------------------------------------------------- */

/* Only the newest lease counts, so a repeat is another question; and each costs a fencing number,
 * so a store that is slow is asked less and less often. */
static void s_ask_lease(struct judge_actor *self, struct job *job, struct outbox *out)
{
    struct commit commit;
    const struct judging_statements *statements = judge_statements(job->kind);
    int64_t patience_ms = (int64_t)STORE_RETRY_MS << job->leases_asked;
    job->leases_asked += job->leases_asked < LEASE_DOUBLINGS;
    commit_begin(&commit);
    if (self->config.queue_shared) {
        commit_op(&commit, statements->lease_shared);
        commit_i64(&commit, job->id);
        commit_i64(&commit, self->name);
        commit_i64(&commit, job->take_over_fence);
        commit_i64(&commit, self->now_ms);
        commit_i64(&commit, self->now_ms + HOLD_MS);
        job->renew_ms = self->now_ms + RENEW_MS;
    } else {
        commit_op(&commit, statements->lease);
        commit_i64(&commit, job->id);
    }
    commit_op(&commit, statements->problem);
    commit_i64(&commit, job->id);
    job->generation = judge_next_generation(self);
    judge_job_enter(self, job, JOB_LEASING, self->now_ms + patience_ms);
    commit_send(&commit, out, NULL, job->id, (struct question){QUESTION_JOB, job->generation});
}

/* Brings idle slots and waiting jobs together. */
static void s_dispatch(struct judge_actor *self, struct outbox *out)
{
    struct runner_slot *slot;
    for (uint8_t kind = 0; kind < LANES && !self->draining; kind++)
        for (struct job *job; (job = judge_share_next(self, kind, &slot, out));) {
            slot->idle = false;
            job->runner = slot->node;
            job->leases_asked = 0;
            s_ask_lease(self, job, out);
        }
    if (self->active)
        outbox_wake(out, self->now_ms + REPORT_RETRY_MS);
}

/* The job did not come about: its slot is idle as before. */
static void s_slot_back(struct judge_actor *self, struct job *job)
{
    struct runner_slot *slot = judge_slot_find(self, job->runner);
    if (slot)
        slot->idle = true;
    job->runner = 0;
}

/* How a problem's outputs are judged. */
struct judging_way {
    uint8_t mode, protocol;    /* words */
    struct slice checker_hash; /* of its programs; "": it has none */
};

/* It needs a checker, which the slot that it was leased for does not run. It waits for one that
 * does, which may come. */
static void s_misplaced(struct judge_actor *self, struct job *job, struct outbox *out)
{
    s_slot_back(self, job);
    if (!judge_slot_knows(self, job))
        log_warn("no-checkers",
                 "%s=%lld problem=%lld why=\"the problem has a checker, and no runner "
                 "here runs checkers\"",
                 judge_job_noun(job), (long long)job->id, (long long)job->problem_id);
    s_back(self, job, self->now_ms);
    outbox_wake(out, self->now_ms);
}

static void s_send_job(struct judge_actor *self, struct job *job, const struct judging_way *way,
                       const struct rec_store_result *lease, const struct rec_store_result *problem,
                       struct outbox *out)
{
    struct runner_slot *slot = judge_slot_find(self, job->runner);
    if (!slot) { /* it left while the store was asked */
        s_back(self, job, 0);
        return;
    }
    if (job->checker && !slot->checkers) {
        s_misplaced(self, job, out);
        return;
    }
    struct msg_judge_job message = {.submission_id = job->id,
                                    .kind = job->kind,
                                    .own_input = job->own_input,
                                    .input = result_text(lease, 0, 8),
                                    .fence = job->fence,
                                    .problem_id = job->problem_id,
                                    .language_id = job->language_id,
                                    .code = result_text(lease, 0, 4),
                                    .time_limit_ms = result_i64(problem, 0, 0),
                                    .memory_limit_mb = result_i64(problem, 0, 1),
                                    .output_limit_bytes = result_i64(problem, 0, 2),
                                    .tests_total = job->tests_total,
                                    .tests_hash = result_text(problem, 0, 4),
                                    .mode = way->mode,
                                    .protocol = way->protocol,
                                    .checker_hash = way->checker_hash};
    outbox_reply(out, &slot->ready, MSG_judge_job, &message);
    judge_job_enter(self, job, JOB_RUNNING, self->now_ms + LEASE_MS);
    judge_tell_progress(self, job, 0, out);
}

static bool s_read_way(const struct rec_store_result *problem, struct judging_way *way)
{
    way->checker_hash = result_text(problem, 0, 7);
    return result_word(problem, 0, 5, &judging_mode_words, &way->mode) &&
           result_word(problem, 0, 6, &checker_protocol_words, &way->protocol) &&
           way->checker_hash.length <= 64;
}

static void s_on_leased(struct judge_actor *self, struct job *job,
                        const struct msg_store_done *done, struct outbox *out)
{
    if (done->refused || done->results.count != 2) { /* judged, gone, or another judge's */
        s_slot_back(self, job);
        s_done(self, job, out);
        return;
    }
    const struct rec_store_result *lease = &done->results.items[0];
    const struct rec_store_result *problem = &done->results.items[1];
    job->fence = result_i64(lease, 0, 0);
    job->room_id = result_i64(lease, 0, 1);
    job->problem_id = result_i64(lease, 0, 2);
    job->created_ms = result_i64(lease, 0, 6);
    job->own_input = result_i64(lease, 0, 7) == 1;
    job->tests_total = result_i64(problem, 0, 3);
    struct judging_way way;
    bool known = s_read_way(problem, &way);
    job->checker = known && way.mode != JUDGING_TOKENS && !job->own_input;
    const char *why = result_i64(lease, 0, 5) > FENCE_MAX      ? "leased too often"
                      : result_rows(problem) != 1              ? "its problem can't be read"
                      : !known                                 ? "how it is judged is not known"
                      : result_text(problem, 0, 4).length > 64 ? "its tests can't be named"
                      : result_text(lease, 0, 4).length > CODE_MAX_BYTES ? "its code is too long"
                      : result_text(lease, 0, 8).length > RUN_INPUT_MAX_BYTES
                          ? "its input is too long"
                          : NULL;
    if (why) {
        s_slot_back(self, job);
        s_give_up(self, job, why, out);
        return;
    }
    s_send_job(self, job, &way, lease, problem, out);
}

/* ---- answers to our questions ------------------------------------------------------------------
 */

static void s_on_taken(struct judge_actor *self, struct job *job, bool kept, struct outbox *out)
{
    /* Not kept: another lease is under way in the store's eyes. The next one will tell; not at
     * once, so that two who disagree do not keep each other busy. */
    if (judging_is_trial(job->kind))
        stats_add(STAT_trials_kept, kept);
    else
        stats_add(kept ? STAT_verdicts_kept : STAT_verdicts_repeated, 1);
    if (kept) {
        s_done(self, job, out);
        return;
    }
    job->given_up = false;
    s_back(self, job, self->now_ms + REPORT_RETRY_MS);
}

static void s_on_answer(struct judge_actor *self, const struct envelope *envelope,
                        const void *message, struct outbox *out)
{
    struct job *job = judge_job_asked(self, envelope->to.generation);
    if (!job)
        return;
    const struct msg_verdict_taken *taken = message;
    bool trial = judging_is_trial(job->kind);
    if (envelope->kind == MSG_verdict_taken && job->phase == JOB_REPORTING && !trial)
        s_on_taken(self, job, taken->kept, out);
    else if (envelope->kind == MSG_store_done && job->phase == JOB_REPORTING && trial)
        s_on_taken(self, job, judge_trial_kept(self, job, message, out), out);
    else if (envelope->kind == MSG_store_done && job->phase == JOB_LEASING)
        s_on_leased(self, job, message, out);
    else if (envelope->kind == MSG_store_done && job->phase == JOB_LOOKING)
        judge_queue_on_looked(self, job, message, out);
    else if (envelope->kind == MSG_store_failed && job->phase == JOB_LEASING) {
        /* No try of the job's: it was not run. */
        s_slot_back(self, job);
        s_back(self, job, self->now_ms + STORE_RETRY_MS);
    }
}

/* ---- runners --------------------------------------------------------------------------------- */

/* The job that this slot holds under this fence; NULL: an older lease, which counts no more. */
static struct job *s_held(struct judge_actor *self, const struct envelope *envelope, uint8_t kind,
                          int64_t id, int64_t fence)
{
    struct job *job = judge_job_find(self, kind, id);
    struct runner_slot *slot = judge_slot_find(self, envelope->reply.node);
    bool held = job && job->phase == JOB_RUNNING && job->fence == fence &&
                job->runner == envelope->reply.node;
    if (slot)
        slot->heard_ms = self->now_ms;
    return held ? job : NULL;
}

static void s_on_outcome(struct judge_actor *self, const struct envelope *envelope,
                         const struct msg_judge_outcome *outcome, struct outbox *out)
{
    struct job *job = s_held(self, envelope, outcome->kind, outcome->submission_id, outcome->fence);
    if (!job) {
        stats_add(STAT_verdicts_repeated, 1);
        return;
    }
    if (!verdict_final(outcome->verdict) || outcome->verdict == VERDICT_JUDGE_ERROR) {
        char why[NAME_MAX_BYTES + 1];
        snprintf(why, sizeof why, "%.*s", (int)outcome->reason.length, outcome->reason.data);
        s_retry(self, job, why, out);
        return;
    }
    if (judging_is_trial(job->kind)) {
        judge_trial_take(self, job, outcome);
        s_report(self, job, out);
        return;
    }
    struct slice text = outcome->compile_output;
    free(job->compile_output);
    job->compile_output = malloc(text.length + 1);
    check(job->compile_output);
    memcpy(job->compile_output, text.data, text.length);
    job->report =
        (struct msg_verdict_report){.submission_id = job->id,
                                    .room_id = job->room_id,
                                    .fence = job->fence,
                                    .verdict = outcome->verdict,
                                    .tests_run = outcome->tests_run,
                                    .tests_total = outcome->tests_total,
                                    .failed_test = outcome->failed_test,
                                    .time_ms = outcome->time_ms,
                                    .memory_kb = outcome->memory_kb,
                                    .compile_output = slice_from(job->compile_output, text.length)};
    s_report(self, job, out);
}

static void s_on_progress(struct judge_actor *self, const struct envelope *envelope,
                          const struct msg_judge_progress *progress, struct outbox *out)
{
    struct job *job =
        s_held(self, envelope, progress->kind, progress->submission_id, progress->fence);
    if (!job)
        return;
    job->due_ms = self->now_ms + LEASE_MS;
    judge_tell_progress(self, job, progress->test, out);
    judge_queue_renew(self, job, out);
}

/* A server that runs a job elsewhere says that it is done, or somebody claims to be one: the slot
 * knows by the secret. */
static void s_on_hint(struct judge_actor *self, const struct envelope *envelope,
                      const struct msg_judge_hint *hint, struct outbox *out)
{
    const struct msg_done done = {0};
    int64_t next = self->config.shard + 1; /* of several judges the gateway asks the first */
    uint8_t kind = hint->trial ? JUDGING_RUN : JUDGING_SUBMISSION;
    struct job *job = judge_job_find(self, kind, hint->submission_id);
    struct runner_slot *slot =
        job && job->phase == JOB_RUNNING ? judge_slot_find(self, job->runner) : NULL;
    if (slot)
        outbox_reply(out, &slot->ready, MSG_judge_hint, hint);
    if (!slot && next < self->config.shards)
        outbox_forward(out, envelope, ACTOR_judge, next, MSG_judge_hint, hint);
    else
        outbox_reply(out, envelope, MSG_done, &done);
}

/* Whatever it holds, or was on its way to it, is given back: nobody's failure. */
static void s_on_leave(struct judge_actor *self, uint64_t node)
{
    struct runner_slot *slot = judge_slot_find(self, node);
    for (struct job *job = self->active, *next; job; job = next) {
        next = job->next;
        if (job->phase != JOB_RUNNING || job->runner != node)
            continue;
        s_avoid(self, job);
        s_back(self, job, 0);
    }
    if (slot)
        judge_slot_forget(self, slot);
}

/* A job did not get to its slot. The others of its place are gone too, most likely, and each would
 * cost a lease; one that is not comes back when it says again that it is ready. */
static void s_on_unreachable(struct judge_actor *self, uint64_t node)
{
    const struct runner_slot *slot = judge_slot_find(self, node);
    int64_t place = slot ? slot->place : 0;
    s_on_leave(self, node);
    if (slot)
        judge_slots_forget_idle(self, place);
}

/* ---- time ------------------------------------------------------------------------------------ */

static void s_overdue(struct judge_actor *self, struct job *job, struct outbox *out)
{
    struct runner_slot *slot;
    switch (job->phase) {
    case JOB_WAITING:
        unreachable();
    case JOB_LEASING:
        s_ask_lease(self, job, out);
        break;
    case JOB_LOOKING:
        judge_queue_look(self, job, out);
        break;
    case JOB_REPORTING:
        judge_queue_renew(self, job, out);
        s_report(self, job, out);
        break;
    case JOB_RUNNING:
        slot = judge_slot_find(self, job->runner);
        s_retry(self, job, "its runner fell silent", out);
        if (slot && !slot->idle)
            judge_slot_forget(self, slot); /* it comes back when it says that it is ready */
        break;
    }
}

static void s_on_tick(struct judge_actor *self, struct outbox *out)
{
    int64_t next_ms = self->sweep_ms;
    for (struct job *job = self->active, *next; job; job = next) {
        next = job->next;
        if (job->due_ms <= self->now_ms) {
            if (out->count >= OUTBOX_MAX / 2 - 1) { /* the other half is for dispatching */
                next_ms = self->now_ms;             /* the rest in the next step */
                break;
            }
            s_overdue(self, job, out);
        } else if (job->due_ms < next_ms)
            next_ms = job->due_ms;
    }
    if (self->config.queue_shared)
        judge_queue_tick(self, out);
    else if (self->sweep_ms <= self->now_ms)
        judge_sweep(self, out);
    outbox_wake(out, next_ms < self->sweep_ms ? next_ms : self->sweep_ms);
    judge_slots_tick(self);
    s_dispatch(self, out);
}

/* ---- the class ------------------------------------------------------------------------------- */

/* A slot says again and again that it is ready until its job comes: what it said meanwhile must not
 * bring it a second one. */
static void s_on_ready(struct judge_actor *self, const struct envelope *envelope,
                       const struct msg_runner_ready *message, struct outbox *out)
{
    struct runner_slot *slot =
        judge_slot_ready(self, envelope, message->languages.items, message->languages.count);
    if (slot) {
        slot->place = message->place;
        slot->checkers = message->checkers;
        slot->idle = !judge_job_with(self, slot->node);
    } else
        outbox_refuse(out, envelope, REFUSED_OVERLOADED, "");
}

static void s_on_enqueue(struct judge_actor *self, const struct msg_judge_enqueue *message,
                         struct outbox *out)
{
    if (self->config.queue_shared)
        judge_queue_publish(self, message->kind, &(int64_t){message->submission_id}, 1, out);
    else
        judge_job_line_up(self, message->kind, message->submission_id, message->language_id,
                          message->user_id);
}

static void s_on_peer(struct judge_actor *self, const struct envelope *envelope,
                      const struct msg_judge_languages *message)
{
    struct runner_slot *slot =
        judge_slot_ready(self, envelope, message->languages.items, message->languages.count);
    if (slot) {
        slot->peer = true;
        slot->checkers = message->checkers;
    }
}

static void s_on_languages_get(const struct judge_actor *self, const struct envelope *envelope,
                               struct outbox *out)
{
    struct rec_language found[LANGUAGES_MAX];
    struct msg_languages languages = {{judge_slots_languages(self, true, found), found}};
    outbox_reply(out, envelope, MSG_languages, &languages);
}

static void s_on_start(struct judge_actor *self, const struct envelope *envelope,
                       struct outbox *out)
{
    self->name = (int64_t)(envelope->seed >> 1);
    if (self->config.queue_shared)
        judge_queue_tick(self, out);
    else
        judge_sweep(self, out);
}

static void s_on_ping(const struct judge_actor *self, const struct envelope *envelope,
                      struct outbox *out)
{
    const struct msg_done ready = {0};
    if (self->recovered)
        outbox_reply(out, envelope, MSG_done, &ready);
    else
        outbox_refuse(out, envelope, REFUSED_OVERLOADED, "");
}

static void s_handle(void *state, const struct envelope *envelope, const void *message,
                     struct outbox *out)
{
    struct judge_actor *self = state;
    self->now_ms = envelope->now_ms;
    switch ((enum message_id)envelope->kind) {
    case MSG_start:
        s_on_start(self, envelope, out);
        break;
    case MSG_tick:
        s_on_tick(self, out);
        break;
    case MSG_drain:
        self->draining = true;
        break;
    case MSG_judge_enqueue:
        s_on_enqueue(self, message, out);
        break;
    case MSG_runner_ready:
        s_on_ready(self, envelope, message, out);
        break;
    case MSG_judge_progress:
        s_on_progress(self, envelope, message, out);
        break;
    case MSG_judge_outcome:
        s_on_outcome(self, envelope, message, out);
        break;
    case MSG_runner_leave:
        s_on_leave(self, envelope->reply.node);
        break;
    case MSG_unreachable:
        s_on_unreachable(self, (uint64_t)((const struct msg_unreachable *)message)->node);
        break;
    case MSG_judge_hint:
        s_on_hint(self, envelope, message, out);
        break;
    case MSG_languages_get:
        s_on_languages_get(self, envelope, out);
        break;
    case MSG_judge_languages:
        s_on_peer(self, envelope, message);
        break;
    case MSG_queue_ready:
        judge_queue_on_ready(self, envelope, message, out);
        break;
    case MSG_queue_delivered:
        judge_queue_on_delivered(self, envelope, message, out);
        break;
    case MSG_ping:
        s_on_ping(self, envelope, out);
        break;
    default: /* store_done, store_failed, verdict_taken, refused: an answer */
        if (envelope->to.slot == QUESTION_SWEEP)
            judge_on_sweep(self, envelope, message, out);
        else if (envelope->to.slot == QUESTION_PUT_BACK)
            judge_queue_on_put_back(self, envelope, message, out);
        else
            s_on_answer(self, envelope, message, out);
        break;
    }
    s_dispatch(self, out);
    if (self->config.queue_shared)
        judge_queue_tell_prefetch(self, out);
}

static void *s_create(const struct rec_actor_config *config, void *context)
{
    (void)context;
    struct judge_actor *self = calloc(1, sizeof *self);
    check(self);
    self->config = *config;
    self->queue.epoch = I64_NONE;
    self->sweep_ms = INT64_MAX;
    return self;
}

static void s_destroy(void **self_p)
{
    struct judge_actor *self = *self_p;
    if (!self)
        return;
    while (self->jobs)
        judge_job_forget(self, self->jobs);
    while (self->slots)
        judge_slot_forget(self, self->slots);
    judge_passes_forget(self);
    free(self);
    *self_p = NULL;
}

static const uint16_t s_receives[] = {MSG_judge_enqueue,
                                      MSG_runner_ready,
                                      MSG_judge_progress,
                                      MSG_judge_outcome,
                                      MSG_runner_leave,
                                      MSG_unreachable,
                                      MSG_languages_get,
                                      MSG_verdict_taken,
                                      MSG_store_done,
                                      MSG_store_failed,
                                      MSG_refused,
                                      MSG_ping,
                                      MSG_judge_hint,
                                      MSG_judge_languages,
                                      MSG_queue_ready,
                                      MSG_queue_delivered,
                                      0};

const struct actor_class judge_class = {.kind = ACTOR_judge,
                                        .create = s_create,
                                        .handle = s_handle,
                                        .destroy = s_destroy,
                                        .receives = s_receives};
