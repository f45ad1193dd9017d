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

static bool s_is_trial(const struct world_submission *row)
{
    return row->kind != JUDGING_SUBMISSION;
}

static void s_sweep(const struct world *self, bool trials, int64_t after,
                    struct actor_answer *answer)
{
    int64_t rows = 0;
    actor_answer_result(answer, trials ? 4 : 3);
    for (int64_t i = 0; i < self->count && rows < PAGE; i++) {
        const struct world_submission *row = &self->submissions[i];
        if (row->final || FIRST + i <= after || s_is_trial(row) != trials)
            continue;
        actor_answer_i64(answer, FIRST + i);
        actor_answer_i64(answer, row->language);
        actor_answer_i64(answer, row->user);
        if (trials)
            actor_answer_text(answer, word_text(&judging_kind_words, row->kind));
        rows++;
    }
}

/* What runs_give_up does. */
static void s_give_up(struct world *self, const struct value *params, struct actor_answer *answer)
{
    actor_answer_result(answer, 7);
    for (int64_t i = 0; i < self->count; i++) {
        struct world_submission *row = &self->submissions[i];
        if (row->final || row->kind != JUDGING_RUN || row->created_ms >= params[1].i64)
            continue;
        row->final = true;
        row->verdict = VERDICT_JUDGE_ERROR;
        row->fence++;
        const int64_t columns[] = {FIRST + i,     row->user,       ROOM,          501,
                                   row->language, row->created_ms, row->own_input};
        for (size_t k = 0; k < sizeof columns / sizeof *columns; k++)
            actor_answer_i64(answer, columns[k]);
    }
}

static void s_lease(struct world *self, int64_t id, struct actor_answer *answer)
{
    struct world_submission *row = world_row(self, id);
    answer->done.refused = !row || row->final;
    if (answer->done.refused)
        return;
    actor_answer_result(answer, s_is_trial(row) ? 9 : 7);
    actor_answer_i64(answer, ++row->fence);
    actor_answer_i64(answer, ROOM);
    actor_answer_i64(answer, 501);
    actor_answer_i64(answer, row->language);
    actor_answer_text(answer, "print(1)");
    actor_answer_i64(answer, row->fence - row->retried_fence);
    actor_answer_i64(answer, 5); /* created */
    if (s_is_trial(row)) {
        actor_answer_i64(answer, row->own_input);
        actor_answer_text(answer, row->own_input ? "2 3" : "");
    }
    actor_answer_result(answer, 8);
    const int64_t limits[] = {1000, 256, 65536, 3};
    for (int i = 0; i < 4; i++)
        actor_answer_i64(answer, limits[i]);
    actor_answer_text(answer, "0123456789abcdef");
    actor_answer_text(answer, row->checker ? "validator" : "tokens");
    actor_answer_text(answer, row->checker ? "testlib" : "icpc");
    actor_answer_text(answer, row->checker ? "fedcba" : "");
}

static bool s_may_lease(const struct world_submission *row, const struct value *params)
{
    bool held = row->until_ms && row->until_ms >= params[3].i64 && row->holder != params[1].i64;
    return !held || row->fence == params[2].i64;
}

static void s_look(struct world *self, int64_t id, struct actor_answer *answer)
{
    const struct world_submission *row = world_row(self, id);
    actor_answer_result(answer, 8);
    if (!row)
        return;
    actor_answer_text(answer, word_text(&verdict_words, row->final   ? row->verdict
                                                        : row->fence ? VERDICT_JUDGING
                                                                     : VERDICT_PENDING));
    actor_answer_i64(answer, row->language);
    actor_answer_i64(answer, row->user);
    actor_answer_i64(answer, row->fence);
    actor_answer_i64(answer, row->until_ms ? row->holder : I64_NONE);
    actor_answer_i64(answer, row->until_ms ? row->until_ms : I64_NONE);
    actor_answer_i64(answer, row->checker && !row->own_input);
    actor_answer_text(answer, word_text(&judging_kind_words, row->kind));
}

static void s_put_back(struct world *self, uint8_t kind, struct actor_answer *answer)
{
    actor_answer_result(answer, 1);
    int rows = 0;
    for (int64_t i = 0; i < self->count && rows < PAGE; i++)
        if (self->submissions[i].lost && self->submissions[i].kind == kind) {
            self->submissions[i].lost = false;
            actor_answer_i64(answer, FIRST + i);
            rows++;
        }
}

/* What only a judge of several says. */
static void s_play_shared(struct world *self, const struct msg_store_run *run,
                          struct actor_answer *answer)
{
    const struct rec_store_op *op = &run->ops.items[0];
    const struct value *params = op->params.items;
    struct world_submission *row = world_row(self, params[0].i64);
    bool looks =
        op->statement == STATEMENT_submission_look || op->statement == STATEMENT_trial_look;
    bool renews =
        op->statement == STATEMENT_judging_renew || op->statement == STATEMENT_trial_renew;
    if (looks)
        s_look(self, params[0].i64, answer);
    else if (op->statement == STATEMENT_submissions_put_back) {
        s_put_back(self, JUDGING_SUBMISSION, answer);
        s_give_up(self, run->ops.items[1].params.items, answer);
        s_put_back(self, JUDGING_RUN, answer);
        s_put_back(self, JUDGING_REJUDGE, answer);
    } else if (renews)
        row->until_ms = row->holder == params[1].i64 ? params[2].i64 : row->until_ms;
    else if (!s_may_lease(row, params))
        answer->done.refused = true;
    else {
        row->holder = params[1].i64;
        row->until_ms = params[4].i64;
        s_lease(self, params[0].i64, answer);
    }
}

/* The verdict of a trial, what its program did, and whose verdict stands there. */
static void s_keep_trial(struct world *self, const struct msg_store_run *run,
                         struct actor_answer *answer)
{
    const struct value *params = run->ops.items[0].params.items;
    struct world_submission *row = world_row(self, params[0].i64);
    bool taken = !row->gone && !row->final && row->fence == params[1].i64;
    uint8_t verdict;
    for (uint32_t i = 0; i + 1 < run->ops.count; i++)
        actor_answer_result(answer, 0);
    if (taken) {
        check(word_number(&verdict_words, params[2].text, &verdict));
        row->verdict = (enum verdict)verdict;
        row->final = true;
        row->tests = run->ops.count - 2;
    }
    actor_answer_result(answer, 2);
    if (row->gone)
        return;
    actor_answer_text(answer,
                      word_text(&verdict_words, row->final ? row->verdict : VERDICT_JUDGING));
    actor_answer_i64(answer, row->fence);
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
    int64_t statement = run->ops.items[0].statement;
    if (statement == STATEMENT_submissions_open) {
        s_sweep(self, false, id, answer);
        s_give_up(self, run->ops.items[1].params.items, answer);
        s_sweep(self, true, run->ops.items[2].params.items[0].i64, answer);
    } else if (statement == STATEMENT_trial_verdict)
        s_keep_trial(self, run, answer);
    else if (statement != STATEMENT_judging_lease && statement != STATEMENT_trial_lease)
        s_play_shared(self, run, answer);
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
    self->submissions[self->count] =
        (struct world_submission){.user = USER, .language = language_id};
    return FIRST + self->count++;
}

int64_t world_trial(struct world *self, enum judging_kind kind, int64_t user, int64_t language_id)
{
    int64_t id = world_submission(self, language_id);
    world_row(self, id)->kind = (uint8_t)kind;
    world_row(self, id)->user = user;
    world_row(self, id)->created_ms = self->harness->now_ms;
    return id;
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
           &(struct msg_judge_enqueue){id, language_id, USER, JUDGING_SUBMISSION});
    return id;
}

int64_t world_enqueue_run(struct world *self, int64_t user, int64_t language_id)
{
    int64_t id = world_trial(self, JUDGING_RUN, user, language_id);
    s_give(self, (struct envelope){.kind = MSG_judge_enqueue},
           &(struct msg_judge_enqueue){id, language_id, user, JUDGING_RUN});
    return id;
}

/* As its runner has it from its job. */
static uint8_t s_kind(struct world *self, int64_t id)
{
    const struct world_submission *row = world_row(self, id);
    return row ? row->kind : JUDGING_SUBMISSION;
}

/* ---- slots ----------------------------------------------------------------------------------- */

static struct envelope s_from(uint64_t node, uint16_t kind)
{
    return (struct envelope){.kind = kind, .reply = {node, ACTOR_runner, 0, 1, 1}};
}

static void s_ready(struct world *self, uint64_t node, int64_t language_id, bool checkers)
{
    struct rec_language language = {language_id, slice_of("a language"), slice_of("1.0")};
    s_give(self, s_from(node, MSG_runner_ready),
           &(struct msg_runner_ready){{1, &language}, (int64_t)node / 10, checkers});
}

void world_ready(struct world *self, uint64_t node, int64_t language_id)
{
    s_ready(self, node, language_id, true);
}

void world_ready_without_checkers(struct world *self, uint64_t node, int64_t language_id)
{
    s_ready(self, node, language_id, false);
}

void world_outcome(struct world *self, uint64_t node, int64_t submission_id, int64_t fence,
                   enum verdict verdict)
{
    bool wrong = verdict == VERDICT_WRONG_ANSWER, run = s_kind(self, submission_id) == JUDGING_RUN;
    struct rec_run_test tests[] = {{1, (uint8_t)verdict, 12, 3400, 0, I64_NONE, slice_of("5"),
                                    slice_of("5"), slice_of("a note"), false},
                                   {2, (uint8_t)verdict, 11, 3300, 1, I64_NONE, slice_of("7"),
                                    slice_of("8"), slice_of(""), true}};
    s_give(self, s_from(node, MSG_judge_outcome),
           &(struct msg_judge_outcome){.submission_id = submission_id,
                                       .kind = s_kind(self, submission_id),
                                       .tests = {run ? 2 : 0, tests},
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

void world_progress_to(struct world *self, uint64_t node, int64_t submission_id, int64_t fence,
                       int64_t test)
{
    s_give(
        self, s_from(node, MSG_judge_progress),
        &(struct msg_judge_progress){submission_id, fence, test, 3, s_kind(self, submission_id)});
}

void world_progress(struct world *self, uint64_t node, int64_t submission_id, int64_t fence)
{
    world_progress_to(self, node, submission_id, fence, 1);
}

void world_leave(struct world *self, uint64_t node, int64_t submission_id)
{
    s_give(self, s_from(node, MSG_runner_leave),
           &(struct msg_runner_leave){submission_id, s_kind(self, submission_id)});
}

void world_unreachable(struct world *self, uint64_t node)
{
    s_give(self, (struct envelope){.kind = MSG_unreachable},
           &(struct msg_unreachable){(int64_t)node});
}

/* ---- the edge of a shared queue ---------------------------------------------------------------
 */

static struct envelope s_from_edge(uint16_t kind)
{
    return (struct envelope){.kind = kind, .reply = {WORLD_EDGE, ACTOR_queue, 0, 1, 1}};
}

void world_connected(struct world *self, int64_t epoch, int64_t waiting)
{
    s_give(self, s_from_edge(MSG_queue_ready),
           &(struct msg_queue_ready){epoch, waiting, waiting, waiting});
}

void world_delivered(struct world *self, int64_t epoch, int64_t tag, int64_t submission_id,
                     bool redelivered)
{
    s_give(self, s_from_edge(MSG_queue_delivered),
           &(struct msg_queue_delivered){epoch, tag, submission_id, redelivered,
                                         s_kind(self, submission_id)});
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

int64_t world_told(const struct world *self, int64_t submission_id)
{
    uint32_t count = actor_harness_count(self->harness, MSG_submission_found);
    while (count-- > 0) {
        const struct msg_submission_found *found =
            actor_harness_nth(self->harness, MSG_submission_found, count)->message;
        if (found->submission.id == submission_id)
            return found->submission.tests_run;
    }
    return -1;
}

const struct rec_run *world_run_told(const struct world *self)
{
    uint32_t count = actor_harness_count(self->harness, MSG_run_found);
    if (count == 0)
        return NULL;
    const struct actor_sent *sent = actor_harness_nth(self->harness, MSG_run_found, count - 1);
    return &((const struct msg_run_found *)sent->message)->run;
}

const struct msg_verdict_report *world_report(const struct world *self)
{
    uint32_t count = actor_harness_count(self->harness, MSG_verdict_report);
    return count ? actor_harness_nth(self->harness, MSG_verdict_report, count - 1)->message : NULL;
}
