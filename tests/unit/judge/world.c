#include "tests/unit/judge/world.h"

#include "proto/check.h"

#define PAGE 500 /* rows of submissions_open */

void world_init(struct world *self)
{
    struct rec_actor_config config = {.shards = 1};
    memset(self, 0, sizeof *self);
    self->harness = actor_harness_new(&judge_class, &config, NULL);
}

void world_init_shared(struct world *self)
{
    struct rec_actor_config config = {.shards = 2, .queue_shared = true};
    memset(self, 0, sizeof *self);
    self->harness = actor_harness_new(&judge_class, &config, NULL);
}

void world_fini(struct world *self)
{
    actor_harness_destroy(&self->harness);
}

void world_forget(struct world *self)
{
    actor_harness_forget(self->harness);
    self->answered = 0;
}

void world_start(struct world *self)
{
    actor_harness_give(self->harness, (struct envelope){.kind = MSG_start}, &(struct msg_start){1});
    world_run(self);
}

/* ---- the store and scoring ------------------------------------------------------------------- */

struct world_submission *world_row(struct world *self, int64_t submission_id)
{
    int64_t index = submission_id - FIRST;
    return index >= 0 && index < self->count ? &self->submissions[index] : NULL;
}

static void s_sweep(const struct world *self, int64_t after, struct actor_answer *answer)
{
    int64_t rows = 0;
    actor_answer_result(answer, 3);
    for (int64_t i = 0; i < self->count && rows < PAGE; i++)
        if (!self->submissions[i].final && FIRST + i > after) {
            actor_answer_i64(answer, FIRST + i);
            actor_answer_i64(answer, self->submissions[i].language);
            actor_answer_i64(answer, USER);
            rows++;
        }
}

static void s_lease(struct world *self, int64_t id, struct actor_answer *answer)
{
    struct world_submission *row = world_row(self, id);
    answer->done.refused = !row || row->final;
    if (answer->done.refused)
        return;
    actor_answer_result(answer, 6);
    actor_answer_i64(answer, ++row->fence);
    actor_answer_i64(answer, ROOM);
    actor_answer_i64(answer, 501);
    actor_answer_i64(answer, row->language);
    actor_answer_text(answer, "print(1)");
    actor_answer_i64(answer, row->fence - row->retried_fence);
    actor_answer_result(answer, 5);
    const int64_t limits[] = {1000, 256, 65536, 3};
    for (int i = 0; i < 4; i++)
        actor_answer_i64(answer, limits[i]);
    actor_answer_text(answer, "0123456789abcdef");
}

static bool s_may_lease(const struct world_submission *row, const struct value *params)
{
    bool held = row->until_ms && row->until_ms >= params[3].i64 && row->holder != params[1].i64;
    return !held || row->fence == params[2].i64;
}

static void s_look(struct world *self, int64_t id, struct actor_answer *answer)
{
    const struct world_submission *row = world_row(self, id);
    actor_answer_result(answer, 6);
    if (!row)
        return;
    actor_answer_text(answer, word_text(&verdict_words, row->final   ? row->verdict
                                                        : row->fence ? VERDICT_JUDGING
                                                                     : VERDICT_PENDING));
    actor_answer_i64(answer, row->language);
    actor_answer_i64(answer, USER);
    actor_answer_i64(answer, row->fence);
    actor_answer_i64(answer, row->until_ms ? row->holder : I64_NONE);
    actor_answer_i64(answer, row->until_ms ? row->until_ms : I64_NONE);
}

static void s_put_back(struct world *self, struct actor_answer *answer)
{
    actor_answer_result(answer, 1);
    for (int64_t i = 0; i < self->count; i++)
        if (self->submissions[i].lost) {
            self->submissions[i].lost = false;
            actor_answer_i64(answer, FIRST + i);
        }
}

/* What only a judge of several says. */
static void s_play_shared(struct world *self, const struct rec_store_op *op,
                          struct actor_answer *answer)
{
    const struct value *params = op->params.items;
    struct world_submission *row = world_row(self, params[0].i64);
    if (op->statement == STATEMENT_submission_look)
        s_look(self, params[0].i64, answer);
    else if (op->statement == STATEMENT_submissions_put_back)
        s_put_back(self, answer);
    else if (op->statement == STATEMENT_judging_renew)
        row->until_ms = row->holder == params[1].i64 ? params[2].i64 : row->until_ms;
    else if (!s_may_lease(row, params))
        answer->done.refused = true;
    else {
        row->holder = params[1].i64;
        row->until_ms = params[4].i64;
        s_lease(self, params[0].i64, answer);
    }
}

static void s_play_store(struct world *self, const struct actor_sent *sent)
{
    const struct msg_store_run *run = sent->message;
    if (self->dead)
        return;
    if (self->failing) {
        actor_harness_give(self->harness, actor_harness_answer(sent, MSG_store_failed),
                           &(struct msg_store_failed){slice_of("disk full")});
        return;
    }
    struct actor_answer *answer = malloc(sizeof *answer);
    check(answer);
    actor_answer_begin(answer);
    int64_t id = run->ops.items[0].params.items[0].i64;
    if (run->ops.items[0].statement == STATEMENT_submissions_open)
        s_sweep(self, id, answer);
    else if (run->ops.items[0].statement != STATEMENT_judging_lease)
        s_play_shared(self, &run->ops.items[0], answer);
    else
        s_lease(self, id, answer);
    actor_harness_give(self->harness, actor_harness_answer(sent, MSG_store_done), &answer->done);
    free(answer);
}

static void s_play_scoring(struct world *self, const struct actor_sent *sent)
{
    const struct msg_verdict_report *report = sent->message;
    struct world_submission *row = world_row(self, report->submission_id);
    if (self->deaf)
        return;
    bool newest = row && report->fence == row->fence && !self->refuses;
    if (newest && !row->final) {
        row->final = true;
        row->verdict = (enum verdict)report->verdict;
    }
    actor_harness_give(self->harness, actor_harness_answer(sent, MSG_verdict_taken),
                       &(struct msg_verdict_taken){report->submission_id, row && row->final});
}

void world_run(struct world *self)
{
    while (self->answered < self->harness->sent_count) {
        const struct actor_sent *sent = &self->harness->sent[self->answered++];
        if (sent->envelope.kind == MSG_store_run)
            s_play_store(self, sent);
        else if (sent->envelope.kind == MSG_verdict_report)
            s_play_scoring(self, sent);
    }
}

void world_wait(struct world *self, int64_t ms)
{
    int64_t until_ms = self->harness->now_ms + ms;
    while (self->harness->now_ms < until_ms) {
        actor_harness_wait(self->harness, 100);
        world_run(self);
    }
}

/* ---- room ------------------------------------------------------------------------------------ */

int64_t world_submission(struct world *self, int64_t language_id)
{
    check(self->count < WORLD_SUBMISSIONS);
    self->submissions[self->count] = (struct world_submission){.language = language_id};
    return FIRST + self->count++;
}

static void s_give(struct world *self, struct envelope envelope, const void *message)
{
    actor_harness_give(self->harness, envelope, message);
    world_run(self);
}

int64_t world_enqueue(struct world *self, int64_t language_id)
{
    int64_t id = world_submission(self, language_id);
    s_give(self, (struct envelope){.kind = MSG_judge_enqueue},
           &(struct msg_judge_enqueue){id, language_id, USER});
    return id;
}

/* ---- slots ----------------------------------------------------------------------------------- */

static struct envelope s_from(uint64_t node, uint16_t kind)
{
    return (struct envelope){.kind = kind, .reply = {node, ACTOR_runner, 0, 1, 1}};
}

void world_ready(struct world *self, uint64_t node, int64_t language_id)
{
    struct rec_language language = {language_id, slice_of("a language"), slice_of("1.0")};
    s_give(self, s_from(node, MSG_runner_ready), &(struct msg_runner_ready){{1, &language}, (int64_t)node / 10});
}

void world_outcome(struct world *self, uint64_t node, int64_t submission_id, int64_t fence,
                   enum verdict verdict)
{
    bool wrong = verdict == VERDICT_WRONG_ANSWER;
    s_give(self, s_from(node, MSG_judge_outcome),
           &(struct msg_judge_outcome){.submission_id = submission_id,
                                       .fence = fence,
                                       .verdict = (uint8_t)verdict,
                                       .tests_run = wrong ? 2 : 3,
                                       .tests_total = 3,
                                       .failed_test = wrong ? 2 : I64_NONE,
                                       .time_ms = 12,
                                       .memory_kb = 3400,
                                       .compile_output = slice_of("a warning"),
                                       .reason = slice_of("the slot broke")});
}

void world_progress(struct world *self, uint64_t node, int64_t submission_id, int64_t fence)
{
    s_give(self, s_from(node, MSG_judge_progress),
           &(struct msg_judge_progress){submission_id, fence, 1, 3});
}

void world_leave(struct world *self, uint64_t node, int64_t submission_id)
{
    s_give(self, s_from(node, MSG_runner_leave), &(struct msg_runner_leave){submission_id});
}

/* ---- the edge of a shared queue ---------------------------------------------------------------
 */

static struct envelope s_from_edge(uint16_t kind)
{
    return (struct envelope){.kind = kind, .reply = {WORLD_EDGE, ACTOR_queue, 0, 1, 1}};
}

void world_connected(struct world *self, int64_t epoch, int64_t waiting)
{
    s_give(self, s_from_edge(MSG_queue_ready), &(struct msg_queue_ready){epoch, waiting});
}

void world_delivered(struct world *self, int64_t epoch, int64_t tag, int64_t submission_id,
                     bool redelivered)
{
    s_give(self, s_from_edge(MSG_queue_delivered),
           &(struct msg_queue_delivered){epoch, tag, submission_id, redelivered});
}

int64_t world_settled(const struct world *self, uint16_t kind)
{
    uint32_t count = actor_harness_count(self->harness, kind);
    if (count == 0)
        return 0;
    const struct actor_sent *sent = actor_harness_nth(self->harness, kind, count - 1);
    assert_int_equal(sent->envelope.to.node, WORLD_EDGE);
    return kind == MSG_queue_ack ? ((const struct msg_queue_ack *)sent->message)->tag
                                 : ((const struct msg_queue_reject *)sent->message)->tag;
}

/* ---- looking --------------------------------------------------------------------------------- */

uint32_t world_jobs(const struct world *self, uint64_t node)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < self->harness->sent_count; i++) {
        const struct envelope *envelope = &self->harness->sent[i].envelope;
        count += envelope->kind == MSG_judge_job && envelope->to.node == node;
    }
    return count;
}

const struct msg_judge_job *world_job(const struct world *self, uint64_t node)
{
    for (uint32_t i = self->harness->sent_count; i-- > 0;) {
        const struct envelope *envelope = &self->harness->sent[i].envelope;
        if (envelope->kind == MSG_judge_job && envelope->to.node == node)
            return self->harness->sent[i].message;
    }
    return NULL;
}

const struct msg_verdict_report *world_report(const struct world *self)
{
    uint32_t count = actor_harness_count(self->harness, MSG_verdict_report);
    return count ? actor_harness_nth(self->harness, MSG_verdict_report, count - 1)->message : NULL;
}
