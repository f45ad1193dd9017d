/* The judge's part in a queue that it shares with other judges.
 *
 * The queue carries ids, nothing more: what a submission is, and who has it in hand, the store
 * knows. Delivered: the store is asked (LOOKING); then it is a job like any other, with the
 * message's tag, which is acknowledged when the verdict is durable. A tag belongs to a connection;
 * when that is lost, whoever gets the message next goes on, and what runs here is judged to its
 * end: fences make the later one of two verdicts harmless. Two copies of a message are as good as
 * one: a lease that lives is taken over only by who got the holder's own message (redelivered), and
 * after a while.
 *
 * Published: what room tells, at once, and by the sweep whatever is open, in nobody's hand and not
 * put back lately: the queue may lose anything. What no runner here can judge is passed on to a
 * judge whose runners can (judge_passes.c), or, if there is none, let go for the sweep to put back,
 * so that it does not go round between us and the queue. */
#include "actors/judge/judge.h"

#include "actors/runtime/log.h"
#include "actors/runtime/stats.h"
#include "proto/check.h"
#include "proto/words.h"

static bool s_connected(const struct judge_actor *self)
{
    return self->queue.edge.kind != 0 && self->queue.epoch != I64_NONE;
}

/* ---- letting go ------------------------------------------------------------------------------ */

static void s_reject(struct judge_actor *self, struct job *job, struct outbox *out)
{
    struct msg_queue_reject reject = {self->queue.epoch, job->tag};
    stats_add(STAT_queue_rejected, 1);
    outbox_reply(out, &self->queue.edge, MSG_queue_reject, &reject);
}

void judge_queue_settle(struct judge_actor *self, struct job *job, struct outbox *out)
{
    struct msg_queue_ack ack = {self->queue.epoch, job->tag};
    if (job->tag && job->given_up && !judging_is_trial(job->kind))
        s_reject(self, job, out);
    else if (job->tag)
        outbox_reply(out, &self->queue.edge, MSG_queue_ack, &ack);
    judge_job_forget(self, job);
}

/* The connection is gone, and with it all tags. What has not begun is somebody else's now. */
static void s_void_tags(struct judge_actor *self)
{
    for (struct job *job = self->jobs, *next; job; job = next) {
        next = job->hh.next;
        job->tag = 0;
        if (job->phase == JOB_LOOKING || job->phase == JOB_WAITING)
            judge_job_forget(self, job);
    }
}

/* ---- the edge -------------------------------------------------------------------------------- */

/* One delivery of each kind for each slot. A contestant's job that is held back while a slot is
 * idle must not take the place of one that would get it: then there are some more, until none
 * waits. Not to and fro: another number is another consumer, beside whose deliveries those of the
 * one before still stand. */
static int64_t s_wanted(struct judge_actor *self)
{
    struct judge_queue *queue = &self->queue;
    bool waiting =
        self->lanes[JUDGING_SUBMISSION].waiting > 0 || self->lanes[JUDGING_RUN].waiting > 0;
    queue->held = waiting && (queue->held || judge_slot_idle(self));
    return self->draining ? 0 : judge_slot_count(self) + (queue->held ? HELD_MAX : 0);
}

void judge_queue_tell_prefetch(struct judge_actor *self, struct outbox *out)
{
    int64_t wanted = s_wanted(self);
    if (!s_connected(self) || wanted == self->queue.prefetch)
        return;
    self->queue.prefetch = wanted;
    outbox_reply(out, &self->queue.edge, MSG_queue_prefetch, &(struct msg_queue_prefetch){wanted});
}

void judge_queue_on_ready(struct judge_actor *self, const struct envelope *envelope,
                          const struct msg_queue_ready *message, struct outbox *out)
{
    struct judge_queue *queue = &self->queue;
    if (!self->config.queue_shared)
        return;
    bool same = queue->edge.reply.node == envelope->reply.node && queue->epoch == message->epoch;
    queue->edge = *envelope;
    queue->epoch = message->epoch;
    queue->waiting[JUDGING_SUBMISSION] = message->waiting;
    queue->waiting[JUDGING_RUN] = message->runs_waiting;
    queue->waiting[JUDGING_REJUDGE] = message->rejudgings_waiting;
    queue->prefetch = -1; /* told again: the word before may have been lost */
    self->recovered = true;
    if (same)
        return;
    s_void_tags(self);
    queue->put_back_ms = self->now_ms;
    outbox_wake(out, self->now_ms);
}

/* ---- delivered ------------------------------------------------------------------------------- */

void judge_queue_look(struct judge_actor *self, struct job *job, struct outbox *out)
{
    struct commit commit;
    commit_begin(&commit);
    commit_op(&commit, judge_statements(job->kind)->look);
    commit_i64(&commit, job->id);
    job->generation = judge_next_generation(self);
    judge_job_enter(self, job, JOB_LOOKING, self->now_ms + STORE_RETRY_MS);
    commit_send(&commit, out, NULL, job->id, (struct question){QUESTION_JOB, job->generation});
    outbox_wake(out, job->due_ms);
}

void judge_queue_on_delivered(struct judge_actor *self, const struct envelope *envelope,
                              const struct msg_queue_delivered *message, struct outbox *out)
{
    bool ours = s_connected(self) && envelope->reply.node == self->queue.edge.reply.node &&
                message->epoch == self->queue.epoch && message->tag > 0;
    if (!ours) /* a connection that is no more */
        return;
    struct job *job = judge_job_find(self, message->kind, message->submission_id);
    if (job && job->tag == message->tag) /* said again */
        return;
    if (job && job->tag) { /* a copy */
        struct msg_queue_ack ack = {message->epoch, message->tag};
        stats_add(STAT_queue_copies, 1);
        outbox_reply(out, envelope, MSG_queue_ack, &ack);
        return;
    }
    bool fresh = !job;
    if (fresh && !(job = judge_job_add(self, message->kind, message->submission_id)))
        return; /* no place: the edge says it again */
    job->tag = message->tag;
    job->redelivered = message->redelivered;
    stats_add(STAT_queue_redelivered, message->redelivered);
    if (fresh) /* else it came back to where it is being judged */
        judge_queue_look(self, job, out);
}

static void s_poison(struct judge_actor *self, struct job *job, struct outbox *out)
{
    stats_add(STAT_queue_poison, 1);
    log_warn("queue-poison", "%s=%lld why=\"there is none of that number\"", judge_job_noun(job),
             (long long)job->id);
    job->given_up = true;
    judge_queue_settle(self, job, out);
}

/* A run that was deleted meanwhile, since its user has made so many others, is no news. */
static void s_not_there(struct judge_actor *self, struct job *job, struct outbox *out)
{
    if (judging_is_trial(job->kind))
        judge_queue_settle(self, job, out);
    else
        s_poison(self, job, out);
}

/* Until when we have it in hand, if it is still ours. */
static void s_hold(struct judge_actor *self, struct job *job, int64_t until_ms, struct outbox *out)
{
    struct commit commit;
    commit_begin(&commit);
    commit_op(&commit, judge_statements(job->kind)->renew);
    commit_i64(&commit, job->id);
    commit_i64(&commit, self->name);
    commit_i64(&commit, until_ms);
    commit_send(&commit, out, NULL, job->id, NO_ANSWER);
}

/* A runner that gave it back had a lease, which would keep others away until it has run out. */
void judge_queue_let_go(struct judge_actor *self, struct job *job, struct outbox *out)
{
    if (job->fence)
        s_hold(self, job, 0, out);
    judge_queue_settle(self, job, out);
}

/* What no runner can judge: the sweep puts it back, later and later. */
static void s_put_aside(struct judge_actor *self, struct job *job, struct outbox *out)
{
    stats_add(STAT_queue_put_aside, 1);
    judge_queue_let_go(self, job, out);
}

/* … any more. */
static void s_put_lane_aside(struct judge_actor *self, const struct lane *lane, struct outbox *out)
{
    for (struct job *job = lane->line, *next; job; job = next) {
        next = job->next;
        if (out->count >= OUTBOX_MAX / 2)
            return; /* the rest at the next tick */
        if (!judge_slot_knows(self, job) && !judge_pass_on(self, job, out))
            s_put_aside(self, job, out);
    }
}

static void s_put_all_aside(struct judge_actor *self, struct outbox *out)
{
    for (size_t kind = 0; kind < LANES; kind++)
        s_put_lane_aside(self, &self->lanes[kind], out);
}

void judge_queue_on_looked(struct judge_actor *self, struct job *job,
                           const struct msg_store_done *done, struct outbox *out)
{
    const struct rec_store_result *row = &done->results.items[0];
    uint8_t status, kind;
    if (done->refused || done->results.count != 1)
        return; /* asked again */
    if (result_rows(row) != 1 || !result_word(row, 0, 0, &verdict_words, &status)) {
        s_not_there(self, job, out);
        return;
    }
    if (judging_is_trial(job->kind) && result_word(row, 0, 7, &judging_kind_words, &kind))
        judge_job_is(self, job, kind);
    int64_t fence = result_i64(row, 0, 3), holder = result_i64(row, 0, 4),
            until_ms = result_i64(row, 0, 5);
    bool held = until_ms != I64_NONE && until_ms >= self->now_ms && holder != self->name;
    job->language_id = result_i64(row, 0, 1);
    job->user_id = result_i64(row, 0, 2);
    job->checker = result_i64(row, 0, 6) == 1;
    job->given_up = status == VERDICT_JUDGE_ERROR; /* by a judge that died before it said so */
    if (verdict_final((enum verdict)status) || (held && !job->redelivered)) {
        stats_add(STAT_queue_copies, 1);
        judge_queue_settle(self, job, out);
        return;
    }
    if (!judge_slot_knows(self, job)) { /* what somebody has in hand waits for the end of that */
        if (held || !judge_pass_on(self, job, out))
            s_put_aside(self, job, out);
        return;
    }
    int64_t due_ms = judge_pass_recall(self, job);
    job->take_over_fence = held ? fence : -1;
    judge_job_wait(self, job, held ? self->now_ms + TAKE_OVER_MS : due_ms, false);
}

/* ---- leases ---------------------------------------------------------------------------------- */

void judge_queue_renew(struct judge_actor *self, struct job *job, struct outbox *out)
{
    if (!self->config.queue_shared || job->renew_ms > self->now_ms)
        return;
    job->renew_ms = self->now_ms + RENEW_MS;
    s_hold(self, job, self->now_ms + HOLD_MS, out);
}

/* ---- published ------------------------------------------------------------------------------- */

void judge_queue_publish(struct judge_actor *self, uint8_t kind, int64_t *ids, uint32_t count,
                         struct outbox *out)
{
    struct msg_queue_publish publish = {{count, ids}, kind};
    if (self->queue.edge.kind && count)
        outbox_reply(out, &self->queue.edge, MSG_queue_publish, &publish);
    else
        stats_add(STAT_queue_publish_full, count);
}

/* How long something must have waited to be lost, rather than to wait in the queue. */
static int64_t s_patience(const struct judge_queue *queue, uint8_t kind)
{
    return queue->waiting[kind] ? PUT_BACK_BUSY_MS : PUT_BACK_MS;
}

static void s_put_back(struct judge_actor *self, struct outbox *out)
{
    struct commit commit;
    struct judge_queue *queue = &self->queue;
    commit_begin(&commit);
    commit_op(&commit, STATEMENT_submissions_put_back);
    commit_i64(&commit, self->now_ms);
    commit_i64(&commit, s_patience(queue, JUDGING_SUBMISSION));
    judge_runs_give_up(self, &commit);
    for (uint8_t kind = JUDGING_RUN; kind < LANES; kind++) {
        commit_op(&commit, STATEMENT_trials_put_back);
        commit_i64(&commit, self->now_ms);
        commit_i64(&commit, s_patience(queue, kind));
        commit_text(&commit, slice_of(word_text(&judging_kind_words, kind)));
    }
    queue->put_back_open = judge_next_generation(self);
    queue->put_back_ms = self->now_ms + PUT_BACK_SWEEP_MS;
    commit_send(&commit, out, NULL, 0, (struct question){QUESTION_PUT_BACK, queue->put_back_open});
}

/* How many there were: as many as a page has, and there may be more. */
static uint32_t s_publish_rows(struct judge_actor *self, uint8_t kind,
                               const struct rec_store_result *rows, struct outbox *out)
{
    int64_t ids[SWEEP_PAGE];
    uint32_t count = result_rows(rows) < SWEEP_PAGE ? result_rows(rows) : SWEEP_PAGE;
    for (uint32_t i = 0; i < count; i++)
        ids[i] = result_i64(rows, i, 0);
    stats_add(STAT_queue_put_back, count);
    if (count)
        judge_queue_publish(self, kind, ids, count, out);
    return count;
}

void judge_queue_on_put_back(struct judge_actor *self, const struct envelope *envelope,
                             const void *message, struct outbox *out)
{
    const struct msg_store_done *done = message;
    struct judge_queue *queue = &self->queue;
    if (queue->put_back_open == 0 || envelope->to.generation != queue->put_back_open ||
        envelope->kind != MSG_store_done || done->results.count != LANES + 1)
        return; /* the tick asks again */
    queue->put_back_open = 0;
    uint32_t counts[LANES];
    const struct rec_store_result *rows = done->results.items;
    counts[JUDGING_SUBMISSION] = s_publish_rows(self, JUDGING_SUBMISSION, &rows[0], out);
    judge_runs_given_up(self, &rows[1], out);
    for (uint8_t kind = JUDGING_RUN; kind < LANES; kind++)
        counts[kind] = s_publish_rows(self, kind, &rows[kind + 1], out);
    if (counts[JUDGING_SUBMISSION] == SWEEP_PAGE || counts[JUDGING_RUN] == SWEEP_PAGE)
        s_put_back(self, out);
    else if (counts[JUDGING_REJUDGE] == SWEEP_PAGE) {
        queue->put_back_ms = self->now_ms + PUT_BACK_PAGE_MS;
        outbox_wake(out, queue->put_back_ms);
    }
}

/* ---- now and then ---------------------------------------------------------------------------- */

static void s_tell_peers(struct judge_actor *self, struct outbox *out)
{
    struct rec_language found[LANGUAGES_MAX];
    struct msg_judge_languages languages = {{judge_slots_languages(self, false, found), found},
                                            judge_slot_checks(self)};
    self->queue.peers_ms = self->now_ms + PEERS_MS;
    for (int64_t shard = 0; shard < self->config.shards; shard++)
        if (shard != self->config.shard)
            outbox_send(out, NULL, ACTOR_judge, shard,
                        (struct question){0, judge_next_generation(self)}, MSG_judge_languages,
                        &languages);
}

void judge_queue_tick(struct judge_actor *self, struct outbox *out)
{
    if (self->queue.peers_ms <= self->now_ms)
        s_tell_peers(self, out);
    if (s_connected(self)) {
        s_put_all_aside(self, out);
        judge_passes_tick(self, out);
        if (self->queue.put_back_ms <= self->now_ms)
            s_put_back(self, out);
        outbox_wake(out, self->queue.put_back_ms);
    }
    outbox_wake(out, self->queue.peers_ms);
}
