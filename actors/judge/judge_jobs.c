/* The jobs of the judge: a hash of all, a line for each kind of those that wait, the list of those
 * about which somebody has been asked. And the sweep of our own line, which finds in the store what
 * no message brought. */
#include "actors/judge/judge.h"
#include "actors/runtime/stats.h"
#include "proto/check.h"

const struct judging_statements *judge_statements(uint8_t kind)
{
    static const struct judging_statements of_submission = {
        STATEMENT_judging_lease, STATEMENT_judging_lease_shared, STATEMENT_judging_problem,
        STATEMENT_judging_renew, STATEMENT_submission_look};
    static const struct judging_statements of_trial = {
        STATEMENT_trial_lease, STATEMENT_trial_lease_shared, STATEMENT_trial_problem,
        STATEMENT_trial_renew, STATEMENT_trial_look};
    return judging_is_trial(kind) ? &of_trial : &of_submission;
}

const char *judge_job_noun(const struct job *job)
{
    return judging_is_trial(job->kind) ? "trial" : "submission";
}

static int64_t s_key(uint8_t kind, int64_t id)
{
    return judging_is_trial(kind) ? -id : id;
}

struct job *judge_job_find(struct judge_actor *self, uint8_t kind, int64_t id)
{
    struct job *job;
    int64_t key = s_key(kind, id);
    HASH_FIND(hh, self->jobs, &key, sizeof key, job);
    return job;
}

struct job *judge_job_asked(struct judge_actor *self, uint32_t generation)
{
    for (struct job *job = self->active; job; job = job->next)
        if (job->generation == generation)
            return job;
    return NULL;
}

bool judge_job_with(const struct judge_actor *self, uint64_t node)
{
    for (const struct job *job = self->active; job; job = job->next)
        if ((job->phase == JOB_LEASING || job->phase == JOB_RUNNING) && job->runner == node)
            return true;
    return false;
}

static void s_gauge(const struct judge_actor *self)
{
    stats_set(STAT_judge_line, self->lanes[JUDGING_SUBMISSION].waiting);
    stats_set(STAT_judge_trials_line,
              self->lanes[JUDGING_RUN].waiting + self->lanes[JUDGING_REJUDGE].waiting);
    stats_set(STAT_judge_running, self->running);
}

static void s_unlist(struct judge_actor *self, struct job *job)
{
    struct lane *lane = &self->lanes[job->kind];
    if (job->phase == JOB_WAITING) {
        DL_DELETE(lane->line, job);
        judge_share_unlist(lane, job);
    } else {
        DL_DELETE(self->active, job);
        self->running -= job->phase == JOB_RUNNING;
    }
}

/* A new one, not yet listed. */
static struct job *s_new(struct judge_actor *self, uint8_t kind, int64_t id)
{
    check(kind < LANES);
    struct lane *lane = &self->lanes[kind];
    if (lane->jobs >= JOBS_MAX) {
        stats_add(STAT_judge_line_full, 1);
        return NULL;
    }
    struct job *job = calloc(1, sizeof *job);
    check(job);
    job->key = s_key(kind, id);
    job->id = id;
    job->kind = kind;
    buffer_init(&job->outcome, FRAME_MAX_BYTES);
    job->take_over_fence = -1;
    job->avoid = -1;
    for (uint32_t i = 0; i < TRIES_MAX; i++)
        job->failed[i] = -1;
    HASH_ADD(hh, self->jobs, key, sizeof job->key, job);
    lane->jobs++;
    return job;
}

struct job *judge_job_add(struct judge_actor *self, uint8_t kind, int64_t id)
{
    struct job *job = s_new(self, kind, id);
    if (!job)
        return NULL;
    job->phase = JOB_LOOKING;
    DL_APPEND(self->active, job);
    return job;
}

void judge_job_is(struct judge_actor *self, struct job *job, uint8_t kind)
{
    check(job->phase != JOB_WAITING && judging_is_trial(job->kind) && judging_is_trial(kind));
    self->lanes[job->kind].jobs--;
    self->lanes[kind].jobs++;
    job->kind = kind;
}

static struct turn *s_turn(struct lane *lane, int64_t user_id)
{
    struct turn *turn;
    HASH_FIND(hh, lane->turns, &user_id, sizeof user_id, turn);
    return turn;
}

/* A place behind all of the same turn, before all of later ones. */
static void s_take_turn(struct lane *lane, struct job *job)
{
    struct turn *turn = s_turn(lane, job->user_id);
    if (!turn) {
        turn = calloc(1, sizeof *turn);
        check(turn);
        turn->user_id = job->user_id;
        HASH_ADD(hh, lane->turns, user_id, sizeof turn->user_id, turn);
    }
    job->turn = turn->next > lane->turn ? turn->next : lane->turn;
    turn->next = job->turn + 1;
    turn->jobs++;
    struct job *before = lane->line ? lane->line->prev : NULL; /* the last one */
    while (before && before->turn > job->turn)
        before = before == lane->line ? NULL : before->prev;
    if (before)
        DL_APPEND_ELEM(lane->line, before, job);
    else
        DL_PREPEND(lane->line, job);
}

static void s_forget_turn(struct lane *lane, int64_t user_id)
{
    struct turn *turn = s_turn(lane, user_id);
    if (!turn || --turn->jobs > 0)
        return;
    HASH_DEL(lane->turns, turn);
    free(turn);
}

void judge_job_line_up(struct judge_actor *self, uint8_t kind, int64_t id, int64_t language_id,
                       int64_t user_id)
{
    if (judge_job_find(self, kind, id))
        return;
    struct job *job = s_new(self, kind, id);
    if (!job)
        return;
    job->phase = JOB_WAITING;
    job->language_id = language_id;
    job->user_id = user_id;
    s_take_turn(&self->lanes[kind], job);
    judge_share_enlist(&self->lanes[kind], job);
    s_gauge(self);
}

void judge_job_enter(struct judge_actor *self, struct job *job, enum job_phase phase,
                     int64_t due_ms)
{
    check(phase != JOB_WAITING);
    struct lane *lane = &self->lanes[job->kind];
    if (job->phase == JOB_WAITING && job->turn > lane->turn)
        lane->turn = job->turn;
    s_unlist(self, job);
    job->phase = phase;
    job->due_ms = due_ms;
    DL_APPEND(self->active, job);
    self->running += phase == JOB_RUNNING;
    s_gauge(self);
}

void judge_job_wait(struct judge_actor *self, struct job *job, int64_t due_ms, bool been_there)
{
    struct lane *lane = &self->lanes[job->kind];
    s_unlist(self, job);
    job->phase = JOB_WAITING;
    job->due_ms = due_ms;
    if (been_there)
        DL_PREPEND(lane->line, job);
    else
        DL_APPEND(lane->line, job);
    judge_share_enlist(lane, job);
    s_gauge(self);
}

void judge_job_forget(struct judge_actor *self, struct job *job)
{
    s_unlist(self, job);
    HASH_DEL(self->jobs, job);
    self->lanes[job->kind].jobs--;
    if (!self->config.queue_shared)
        s_forget_turn(&self->lanes[job->kind], job->user_id);
    free(job->compile_output);
    buffer_fini(&job->outcome);
    free(job);
    s_gauge(self);
}

/* ---- the sweep ------------------------------------------------------------------------------- */

void judge_sweep(struct judge_actor *self, struct outbox *out)
{
    struct commit commit;
    commit_begin(&commit);
    commit_op(&commit, STATEMENT_submissions_open);
    commit_i64(&commit, self->sweep_after[0]);
    judge_runs_give_up(self, &commit);
    commit_op(&commit, STATEMENT_trials_open);
    commit_i64(&commit, self->sweep_after[1]);
    self->sweep_generation = judge_next_generation(self);
    self->sweep_ms = self->now_ms + STORE_RETRY_MS;
    commit_send(&commit, out, NULL, 0, (struct question){QUESTION_SWEEP, self->sweep_generation});
    outbox_wake(out, self->sweep_ms);
}

static void s_line_up_submissions(struct judge_actor *self, const struct rec_store_result *rows)
{
    for (uint32_t i = 0; i < result_rows(rows); i++) {
        self->sweep_after[0] = result_i64(rows, i, 0);
        judge_job_line_up(self, JUDGING_SUBMISSION, self->sweep_after[0], result_i64(rows, i, 1),
                          result_i64(rows, i, 2));
    }
}

static void s_line_up_trials(struct judge_actor *self, const struct rec_store_result *rows)
{
    for (uint32_t i = 0; i < result_rows(rows); i++) {
        uint8_t kind;
        self->sweep_after[1] = result_i64(rows, i, 0);
        if (result_word(rows, i, 3, &judging_kind_words, &kind) && judging_is_trial(kind))
            judge_job_line_up(self, kind, self->sweep_after[1], result_i64(rows, i, 1),
                              result_i64(rows, i, 2));
    }
}

void judge_on_sweep(struct judge_actor *self, const struct envelope *envelope, const void *message,
                    struct outbox *out)
{
    const struct msg_store_done *done = message;
    if (self->sweep_generation == 0 || envelope->to.generation != self->sweep_generation ||
        envelope->kind != MSG_store_done || done->results.count != 3)
        return; /* the tick asks again */
    const struct rec_store_result *rows = done->results.items;
    s_line_up_submissions(self, &rows[0]);
    judge_runs_given_up(self, &rows[1], out);
    s_line_up_trials(self, &rows[2]);
    if (result_rows(&rows[0]) == SWEEP_PAGE || result_rows(&rows[2]) == SWEEP_PAGE) {
        judge_sweep(self, out);
        return;
    }
    self->recovered = true;
    self->sweep_generation = 0;
    self->sweep_after[0] = self->sweep_after[1] = 0;
    self->sweep_ms = self->now_ms + SWEEP_MS;
    outbox_wake(out, self->sweep_ms);
}
