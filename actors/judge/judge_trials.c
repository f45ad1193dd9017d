/* What is told of a judging while it goes on, and what becomes of a trial.
 *
 * Progress: a submission's user hears, by fan-out, that it is being judged and how far, several
 * times a second at most and nothing from the moment that its outcome is here. It is kept nowhere:
 * fan-out drops what comes behind the verdict.
 *
 * A trial's outcome goes straight to its row: one commit has the verdict, guarded by the judging's
 * fence and "not final yet", and of a run what its program did with each input. The commit refuses
 * nothing; its last statement tells whose verdict stands there, so a repeat of one that was kept,
 * and whose confirmation was lost, finds itself. A trial that was deleted meanwhile is nobody's.
 *
 * A run has an end, unlike a submission, which has its contest's: while nobody can make it, it
 * counts among the few of its user that may wait. */
#include "actors/judge/judge.h"

#include "actors/runtime/log.h"
#include "actors/runtime/stats.h"
#include "proto/check.h"
#include "proto/codec.h"

#define TELL_MS 250 /* between two words to a user about one submission */

/* ---- progress -------------------------------------------------------------------------------- */

void judge_tell_progress(struct judge_actor *self, struct job *job, int64_t tests_run,
                         struct outbox *out)
{
    bool fresh = job->told_ms == 0 || tests_run > job->told_tests;
    bool fits = tests_run >= 0 && tests_run <= job->tests_total;
    if (judging_is_trial(job->kind) || !fresh || !fits ||
        (job->told_ms && job->told_ms + TELL_MS > self->now_ms))
        return;
    job->told_ms = self->now_ms;
    job->told_tests = tests_run;
    struct msg_submission_found found = {{.id = job->id,
                                          .user_id = job->user_id,
                                          .room_id = job->room_id,
                                          .problem_id = job->problem_id,
                                          .language_id = job->language_id,
                                          .status = VERDICT_JUDGING,
                                          .created_ms = job->created_ms,
                                          .judged_ms = I64_NONE,
                                          .tests_run = tests_run,
                                          .tests_total = job->tests_total,
                                          .failed_test = I64_NONE,
                                          .time_ms = I64_NONE,
                                          .memory_kb = I64_NONE}};
    outbox_send(out, NULL, ACTOR_fanout, job->user_id, NO_ANSWER, MSG_submission_found, &found);
}

/* ---- outcomes -------------------------------------------------------------------------------- */

void judge_trial_take(struct judge_actor *self, struct job *job,
                      const struct msg_judge_outcome *outcome)
{
    buffer_clear(&job->outcome);
    codec_encode(&message_judge_outcome, outcome, &job->outcome);
    job->judged_ms = self->now_ms > job->created_ms ? self->now_ms : job->created_ms;
}

static void s_read(const struct job *job, struct arena *arena, struct msg_judge_outcome *outcome)
{
    struct codec_error error;
    bool read = codec_decode_all(&message_judge_outcome, buffer_slice(&job->outcome), arena,
                                 outcome, &error);
    check(read); /* we wrote it ourselves */
}

static void s_write_test(struct commit *commit, const struct job *job,
                         const struct rec_run_test *test)
{
    commit_op(commit, STATEMENT_trial_test_insert);
    commit_i64(commit, job->id);
    commit_i64(commit, job->fence);
    commit_i64(commit, test->test);
    commit_text(commit, slice_of(word_text(&verdict_words, test->verdict)));
    commit_opt(commit, test->time_ms);
    commit_opt(commit, test->memory_kb);
    commit_opt(commit, test->exit_code);
    commit_opt(commit, test->signal);
    commit_i64(commit, test->cut);
    commit_text(commit, test->output);
    commit_text(commit, test->expected);
    commit_text(commit, test->errors);
}

enum { KEPT_LAST = 1 }; /* results from the end: the last one says whose verdict stands there */

void judge_trial_report(struct judge_actor *self, struct job *job, struct outbox *out)
{
    (void)self;
    struct commit commit;
    struct arena arena = {0};
    struct msg_judge_outcome outcome;
    s_read(job, &arena, &outcome);
    commit_begin(&commit);
    commit_op(&commit, STATEMENT_trial_verdict);
    commit_i64(&commit, job->id);
    commit_i64(&commit, job->fence);
    commit_text(&commit, slice_of(word_text(&verdict_words, outcome.verdict)));
    commit_i64(&commit, job->judged_ms);
    commit_i64(&commit, outcome.tests_run);
    commit_i64(&commit, outcome.tests_total);
    commit_opt(&commit, outcome.failed_test);
    commit_opt(&commit, outcome.time_ms);
    commit_opt(&commit, outcome.memory_kb);
    commit_text(&commit, outcome.compile_output);
    for (uint32_t i = 0; i < outcome.tests.count; i++)
        s_write_test(&commit, job, &outcome.tests.items[i]);
    commit_op(&commit, STATEMENT_trial_kept);
    commit_i64(&commit, job->id);
    commit_send(&commit, out, NULL, job->id, (struct question){QUESTION_JOB, job->generation});
    arena_fini(&arena);
}

static void s_tell_run(const struct job *job, struct outbox *out)
{
    struct arena arena = {0};
    struct msg_judge_outcome outcome;
    s_read(job, &arena, &outcome);
    struct msg_run_found found = {{.id = job->id,
                                   .user_id = job->user_id,
                                   .room_id = job->room_id,
                                   .problem_id = job->problem_id,
                                   .language_id = job->language_id,
                                   .status = outcome.verdict,
                                   .own_input = job->own_input,
                                   .created_ms = job->created_ms,
                                   .judged_ms = job->judged_ms,
                                   .time_ms = outcome.time_ms,
                                   .memory_kb = outcome.memory_kb,
                                   .compile_output = outcome.compile_output,
                                   .tests = {outcome.tests.count, outcome.tests.items}}};
    outbox_send(out, NULL, ACTOR_fanout, job->user_id, NO_ANSWER, MSG_run_found, &found);
    arena_fini(&arena);
}

bool judge_trial_kept(struct judge_actor *self, struct job *job, const struct msg_store_done *done,
                      struct outbox *out)
{
    (void)self;
    uint8_t status;
    if (done->refused || done->results.count <= KEPT_LAST)
        return false;
    const struct rec_store_result *row = &done->results.items[done->results.count - KEPT_LAST];
    if (result_rows(row) == 0)
        return true; /* deleted meanwhile */
    bool ours = result_word(row, 0, 0, &verdict_words, &status) && verdict_final(status) &&
                result_i64(row, 0, 1) == job->fence;
    if (ours && job->kind == JUDGING_RUN)
        s_tell_run(job, out);
    return ours;
}

/* ---- runs that nobody could make ------------------------------------------------------------- */

static const char s_too_late[] = "No runner could run it in time.";

void judge_runs_give_up(const struct judge_actor *self, struct commit *commit)
{
    commit_op(commit, STATEMENT_runs_give_up);
    commit_i64(commit, self->now_ms);
    commit_i64(commit, self->now_ms - RUN_LIMIT_MS);
    commit_text(commit, slice_of(s_too_late));
}

static void s_tell_given_up(const struct judge_actor *self, const struct rec_store_result *rows,
                            uint32_t i, struct outbox *out)
{
    struct msg_run_found found = {{.id = result_i64(rows, i, 0),
                                   .user_id = result_i64(rows, i, 1),
                                   .room_id = result_i64(rows, i, 2),
                                   .problem_id = result_i64(rows, i, 3),
                                   .language_id = result_i64(rows, i, 4),
                                   .status = VERDICT_JUDGE_ERROR,
                                   .own_input = result_i64(rows, i, 6) == 1,
                                   .created_ms = result_i64(rows, i, 5),
                                   .judged_ms = self->now_ms,
                                   .time_ms = I64_NONE,
                                   .memory_kb = I64_NONE,
                                   .compile_output = slice_of(s_too_late)}};
    outbox_send(out, NULL, ACTOR_fanout, found.run.user_id, NO_ANSWER, MSG_run_found, &found);
}

void judge_runs_given_up(struct judge_actor *self, const struct rec_store_result *rows,
                         struct outbox *out)
{
    for (uint32_t i = 0; i < result_rows(rows); i++) {
        struct job *job = judge_job_find(self, JUDGING_RUN, result_i64(rows, i, 0));
        stats_add(STAT_judge_given_up, 1);
        log_error("judging-given-up", "trial=%lld language=%lld why=\"%s\"",
                  (long long)result_i64(rows, i, 0), (long long)result_i64(rows, i, 4), s_too_late);
        s_tell_given_up(self, rows, i, out);
        if (job && job->phase == JOB_WAITING) /* who holds it learns when he reports */
            judge_queue_settle(self, job, out);
    }
}
