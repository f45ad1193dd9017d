/* What one problem brings and costs: find the first accepted submission, then count what lies
 * before it. Keeps nothing between calls; a new verdict means computing again. */
#include "actors/scoring/score.h"

#include <stddef.h>

bool score_counts_wrong(enum verdict verdict)
{
    switch (verdict) {
    case VERDICT_WRONG_ANSWER:
    case VERDICT_TIME_LIMIT_EXCEEDED:
    case VERDICT_MEMORY_LIMIT_EXCEEDED:
    case VERDICT_OUTPUT_LIMIT_EXCEEDED:
    case VERDICT_RUNTIME_ERROR:
        return true;
    case VERDICT_PENDING:
    case VERDICT_JUDGING:
    case VERDICT_ACCEPTED:
    case VERDICT_COMPILATION_ERROR:
    case VERDICT_JUDGE_ERROR:
        return false;
    }
    return false; /* a number from outside that is no verdict */
}

static bool s_before(const struct submission_fact *a, const struct submission_fact *b)
{
    if (a->received_ms != b->received_ms)
        return a->received_ms < b->received_ms;
    return a->number < b->number;
}

static bool s_belongs(const struct submission_fact *submission, int64_t user_id, int64_t problem_id)
{
    return submission->user_id == user_id && submission->problem_id == problem_id;
}

static const struct submission_fact *s_first_accepted(const struct submission_fact *submissions,
                                                      uint32_t count, int64_t user_id,
                                                      int64_t problem_id)
{
    const struct submission_fact *first = NULL;
    for (uint32_t i = 0; i < count; i++) {
        const struct submission_fact *submission = &submissions[i];
        if (!s_belongs(submission, user_id, problem_id) || submission->verdict != VERDICT_ACCEPTED)
            continue;
        if (first == NULL || s_before(submission, first))
            first = submission;
    }
    return first;
}

struct problem_score score_compute(const struct submission_fact *submissions, uint32_t count,
                                   int64_t user_id, int64_t problem_id, int64_t start_ms)
{
    struct problem_score score = {.problem_id = problem_id};
    const struct submission_fact *accepted =
        s_first_accepted(submissions, count, user_id, problem_id);
    for (uint32_t i = 0; i < count; i++) {
        const struct submission_fact *submission = &submissions[i];
        if (!s_belongs(submission, user_id, problem_id))
            continue;
        score.judging += !verdict_final(submission->verdict);
        if (accepted != NULL && !s_before(submission, accepted))
            continue;
        if (score_counts_wrong(submission->verdict))
            score.wrong++;
        else if (!verdict_final(submission->verdict))
            score.provisional = true;
    }
    score.attempts = score.wrong;
    if (accepted != NULL) {
        score.attempts++;
        score.solved = true;
        score.solved_at_ms = accepted->received_ms;
        score.penalty_s = (int64_t)score.wrong * SCORE_WRONG_ATTEMPT_S +
                          (accepted->received_ms - start_ms) / 1000;
    }
    return score;
}
