/* The jobs of the judge: a hash by submission, the line of those that wait, the list of those about
 * which somebody has been asked. */
#include "actors/judge/judge.h"
#include "actors/runtime/stats.h"
#include "proto/check.h"

struct job *judge_job_find(struct judge_actor *self, int64_t submission_id)
{
    struct job *job;
    HASH_FIND(hh, self->jobs, &submission_id, sizeof submission_id, job);
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
    stats_set(STAT_judge_line, self->waiting);
    stats_set(STAT_judge_running, self->running);
}

static void s_unlist(struct judge_actor *self, struct job *job)
{
    if (job->phase == JOB_WAITING) {
        DL_DELETE(self->line, job);
        self->waiting--;
    } else {
        DL_DELETE(self->active, job);
        self->running -= job->phase == JOB_RUNNING;
    }
}

struct job *judge_job_add(struct judge_actor *self, int64_t submission_id)
{
    struct job *job = judge_job_find(self, submission_id);
    if (job)
        return job;
    if (HASH_COUNT(self->jobs) >= JOBS_MAX) {
        stats_add(STAT_judge_line_full, 1);
        return NULL;
    }
    job = calloc(1, sizeof *job);
    check(job);
    job->submission_id = submission_id;
    job->phase = JOB_WAITING;
    job->take_over_fence = -1;
    job->avoid = -1;
    HASH_ADD(hh, self->jobs, submission_id, sizeof job->submission_id, job);
    DL_APPEND(self->line, job);
    self->waiting++;
    s_gauge(self);
    return job;
}

static struct turn *s_turn(struct judge_actor *self, int64_t user_id)
{
    struct turn *turn;
    HASH_FIND(hh, self->turns, &user_id, sizeof user_id, turn);
    return turn;
}

/* A place behind all of the same turn, before all of later ones. */
static void s_take_turn(struct judge_actor *self, struct job *job)
{
    struct turn *turn = s_turn(self, job->user_id);
    if (!turn) {
        turn = calloc(1, sizeof *turn);
        check(turn);
        turn->user_id = job->user_id;
        HASH_ADD(hh, self->turns, user_id, sizeof turn->user_id, turn);
    }
    job->turn = turn->next > self->turn ? turn->next : self->turn;
    turn->next = job->turn + 1;
    turn->jobs++;
    DL_DELETE(self->line, job);
    struct job *before = self->line ? self->line->prev : NULL; /* the last one */
    while (before && before->turn > job->turn)
        before = before == self->line ? NULL : before->prev;
    if (before)
        DL_APPEND_ELEM(self->line, before, job);
    else
        DL_PREPEND(self->line, job);
}

static void s_forget_turn(struct judge_actor *self, int64_t user_id)
{
    struct turn *turn = s_turn(self, user_id);
    if (!turn || --turn->jobs > 0)
        return;
    HASH_DEL(self->turns, turn);
    free(turn);
}

void judge_job_line_up(struct judge_actor *self, int64_t submission_id, int64_t language_id,
                       int64_t user_id)
{
    if (judge_job_find(self, submission_id))
        return;
    struct job *job = judge_job_add(self, submission_id);
    if (!job)
        return;
    job->language_id = language_id;
    job->user_id = user_id;
    s_take_turn(self, job);
}

void judge_job_enter(struct judge_actor *self, struct job *job, enum job_phase phase,
                     int64_t due_ms)
{
    check(phase != JOB_WAITING);
    if (job->phase == JOB_WAITING && job->turn > self->turn)
        self->turn = job->turn;
    s_unlist(self, job);
    job->phase = phase;
    job->due_ms = due_ms;
    DL_APPEND(self->active, job);
    self->running += phase == JOB_RUNNING;
    s_gauge(self);
}

void judge_job_wait(struct judge_actor *self, struct job *job, int64_t due_ms, bool been_there)
{
    s_unlist(self, job);
    job->phase = JOB_WAITING;
    job->due_ms = due_ms;
    if (been_there)
        DL_PREPEND(self->line, job);
    else
        DL_APPEND(self->line, job);
    self->waiting++;
    s_gauge(self);
}

void judge_job_forget(struct judge_actor *self, struct job *job)
{
    s_unlist(self, job);
    HASH_DEL(self->jobs, job);
    if (!self->config.queue_shared)
        s_forget_turn(self, job->user_id);
    free(job->compile_output);
    free(job);
    s_gauge(self);
}
