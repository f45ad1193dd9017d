/* The world around scoring. The store here is as strict as the statements are: a fence that does
 * not hold refuses the whole commit. */
#include "tests/unit/scoring/world.h"

#include <stdlib.h>

#include "proto/check.h"

void world_init(struct world *self)
{
    struct rec_actor_config config = {.shards = 1, .settle_limit_ms = 15 * MINUTE};
    *self = (struct world){.harness = actor_harness_new(&scoring_class, &config, NULL),
                           .status = "WAITING",
                           .visibility = "open",
                           .guest_user_id = I64_NONE,
                           .start_ms = I64_NONE,
                           .end_ms = I64_NONE,
                           .closed_ms = I64_NONE,
                           .winner_user_id = I64_NONE,
                           .rejudged_ms = I64_NONE};
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

/* ---- room ---------------------------------------------------------------------------------- */

void world_join(struct world *self)
{
    self->guest_user_id = GUEST;
    self->room_rev++;
}

void world_start(struct world *self)
{
    for (int64_t i = 0; i < ROOM_SEATS * PROBLEMS; i++)
        self->rows[i] = (struct world_row){.id = 900 + i,
                                           .user_id = i < PROBLEMS ? HOST : GUEST,
                                           .problem_id = i % 2 ? PROBLEM_B : PROBLEM_A,
                                           .solved_ms = I64_NONE};
    self->status = "ACTIVE";
    self->start_ms = self->harness->now_ms;
    self->end_ms = self->start_ms + 10 * MINUTE;
    self->room_rev++;
}

int64_t world_submit(struct world *self, int64_t user_id, int64_t problem_id)
{
    check(self->last_number < WORLD_SUBMISSIONS);
    struct world_submission *submission = &self->submissions[self->last_number++];
    *submission = (struct world_submission){.id = 7000 + self->last_number,
                                            .number = self->last_number,
                                            .user_id = user_id,
                                            .problem_id = problem_id,
                                            .created_ms = self->harness->now_ms,
                                            .judged_ms = I64_NONE,
                                            .status = "PENDING"};
    self->room_rev++;
    return submission->id;
}

void world_close(struct world *self)
{
    self->closed_ms = self->harness->now_ms;
    self->room_rev++;
}

void world_abandon(struct world *self)
{
    self->status = "FINISHED";
    self->closed_ms = self->harness->now_ms;
    self->end_ms = self->closed_ms;
    self->room_rev++;
}

static uint8_t s_number(const struct vocabulary *words, const char *text)
{
    uint8_t number;
    check(word_number(words, slice_of(text), &number));
    return number;
}

struct envelope world_notice(struct world *self, bool with_submission)
{
    static int64_t problem_ids[PROBLEMS] = {PROBLEM_A, PROBLEM_B};
    struct rec_submission_fact fact = {0};
    if (with_submission) {
        const struct world_submission *last = &self->submissions[self->last_number - 1];
        fact = (struct rec_submission_fact){last->id,         last->number, last->user_id,
                                            last->problem_id, 71,           last->created_ms};
    }
    struct msg_room_notice notice = {
        .facts = {.room_id = ROOM,
                  .host_user_id = HOST,
                  .guest_user_id = self->guest_user_id,
                  .status = s_number(&room_status_words, self->status),
                  .visibility = s_number(&visibility_words, self->visibility),
                  .created_ms = 1,
                  .start_ms = self->start_ms,
                  .duration_ms = 10 * MINUTE,
                  .closed_ms = self->closed_ms,
                  .problem_ids = {self->start_ms == I64_NONE ? 0 : PROBLEMS, problem_ids},
                  .last_number = self->last_number,
                  .room_rev = self->room_rev},
        .submissions = {with_submission, &fact}};
    struct envelope envelope = actor_harness_request(self->harness, MSG_room_notice, HOST, ROOM);
    envelope.reply.actor = ACTOR_room;
    actor_harness_give(self->harness, envelope, &notice);
    return envelope;
}

void world_contest(struct world *self)
{
    world_join(self);
    world_start(self);
    world_notice(self, false);
    world_store(self);
    world_forget(self);
}

/* ---- judge --------------------------------------------------------------------------------- */

static struct world_submission *s_submission(struct world *self, int64_t id)
{
    for (int64_t i = 0; i < self->last_number; i++)
        if (self->submissions[i].id == id)
            return &self->submissions[i];
    return NULL;
}

static bool s_undecided(const struct world_submission *submission)
{
    return !strcmp(submission->status, "PENDING") || !strcmp(submission->status, "JUDGING");
}

int64_t world_lease(struct world *self, int64_t submission_id)
{
    struct world_submission *submission = s_submission(self, submission_id);
    check(submission && s_undecided(submission));
    submission->status = "JUDGING";
    return ++submission->fence;
}

struct envelope world_report_fence(struct world *self, int64_t submission_id, enum verdict verdict,
                                   int64_t fence)
{
    struct msg_verdict_report report = {
        .submission_id = submission_id,
        .room_id = ROOM,
        .fence = fence,
        .verdict = (uint8_t)verdict,
        .tests_run = 3,
        .tests_total = 4,
        .failed_test = verdict == VERDICT_ACCEPTED ? I64_NONE : 3,
        .time_ms = 25,
        .memory_kb = I64_NONE,
        .compile_output = slice_of("a warning"),
    };
    struct envelope envelope = actor_harness_request(self->harness, MSG_verdict_report, 0, ROOM);
    envelope.reply.actor = ACTOR_judge;
    actor_harness_give(self->harness, envelope, &report);
    return envelope;
}

struct envelope world_report(struct world *self, int64_t submission_id, enum verdict verdict)
{
    return world_report_fence(self, submission_id, verdict,
                              s_submission(self, submission_id)->fence);
}

/* ---- an operator, and the scheduler -------------------------------------------------------- */

void world_rejudge(struct world *self)
{
    self->rejudging_state = "applying";
    self->rejudged_ms = I64_NONE;
    self->trial_count = 0;
}

void world_trial(struct world *self, int64_t submission_id, enum verdict verdict)
{
    check(self->trial_count < WORLD_SUBMISSIONS);
    self->trials[self->trial_count++] =
        (struct world_trial){submission_id, s_submission(self, submission_id)->status,
                             word_text(&verdict_words, (uint8_t)verdict), NULL};
}

struct envelope world_order(struct world *self)
{
    struct envelope envelope = actor_harness_request(self->harness, MSG_room_rejudge, 0, ROOM);
    envelope.reply.actor = ACTOR_scheduler;
    actor_harness_give(self->harness, envelope, &(struct msg_room_rejudge){ROOM, REJUDGING});
    return envelope;
}

/* ---- store --------------------------------------------------------------------------------- */

static int64_t s_param(const struct rec_store_op *op, uint32_t number)
{
    check(number <= op->params.count);
    const struct value *value = &op->params.items[number - 1];
    return value->type == VALUE_I64 ? value->i64 : I64_NONE;
}

/* The vocabularies' own texts live for ever; what came in a message does not. */
static const char *s_word(const struct rec_store_op *op, uint32_t number,
                          const struct vocabulary *words)
{
    uint8_t word;
    check(word_number(words, op->params.items[number - 1].text, &word));
    return word_text(words, word);
}

static void s_load_room(const struct world *self, struct actor_answer *answer)
{
    actor_answer_result(answer, 20);
    if (self->absent)
        return;
    actor_answer_i64(answer, ROOM);
    actor_answer_i64(answer, HOST);
    actor_answer_text(answer, "secret");
    actor_answer_text(answer, self->status);
    actor_answer_text(answer, self->visibility);
    actor_answer_text(answer, "mixed");
    const int64_t numbers[] = {PROBLEMS,
                               10 * MINUTE,
                               1,
                               self->start_ms,
                               self->end_ms,
                               self->closed_ms,
                               self->last_number,
                               self->start_ms,
                               self->room_rev,
                               1,
                               2,
                               self->score_rev,
                               self->winner_user_id};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        actor_answer_i64(answer, numbers[i]);
    if (self->result)
        actor_answer_text(answer, self->result);
    else
        actor_answer_i64(answer, I64_NONE);
}

static void s_load_lists(const struct world *self, enum statement_number statement,
                         struct actor_answer *answer)
{
    bool started = self->start_ms != I64_NONE;
    if (statement == STATEMENT_participants_load) {
        actor_answer_result(answer, 2);
        actor_answer_i64(answer, HOST);
        actor_answer_i64(answer, 1);
        if (self->guest_user_id != I64_NONE) {
            actor_answer_i64(answer, self->guest_user_id);
            actor_answer_i64(answer, 2);
        }
    } else if (statement == STATEMENT_room_problems_load) {
        actor_answer_result(answer, 1);
        for (int64_t i = 0; started && i < PROBLEMS; i++)
            actor_answer_i64(answer, PROBLEM_A + i);
    } else {
        actor_answer_result(answer, 7);
        for (int i = 0; started && i < ROOM_SEATS * PROBLEMS; i++) {
            const struct world_row *row = &self->rows[i];
            const int64_t numbers[] = {row->id,      row->user_id, row->problem_id, row->attempts,
                                       row->penalty, row->solved,  row->solved_ms};
            for (int k = 0; k < 7; k++)
                actor_answer_i64(answer, numbers[k]);
        }
    }
}

static void s_load_submissions(const struct world *self, struct actor_answer *answer)
{
    actor_answer_result(answer, 8);
    for (int64_t i = 0; i < self->last_number; i++) {
        const struct world_submission *submission = &self->submissions[i];
        actor_answer_i64(answer, submission->id);
        actor_answer_i64(answer, submission->number);
        actor_answer_i64(answer, submission->user_id);
        actor_answer_i64(answer, submission->problem_id);
        actor_answer_i64(answer, 71);
        actor_answer_i64(answer, submission->created_ms);
        actor_answer_text(answer, submission->status);
        actor_answer_i64(answer, submission->fence);
    }
}

static void s_read_submission(struct world *self, int64_t id, struct actor_answer *answer)
{
    const struct world_submission *submission = s_submission(self, id);
    actor_answer_result(answer, 14);
    const int64_t ids[] = {submission->id, submission->user_id, ROOM, submission->problem_id, 71};
    for (int i = 0; i < 5; i++)
        actor_answer_i64(answer, ids[i]);
    actor_answer_text(answer, submission->status);
    const int64_t details[] = {submission->created_ms,
                               submission->judged_ms,
                               submission->tests_run,
                               submission->tests_total,
                               I64_NONE,
                               25,
                               I64_NONE};
    for (int i = 0; i < 7; i++)
        actor_answer_i64(answer, details[i]);
    actor_answer_text(answer, "a warning");
}

static void s_read_rejudging(const struct world *self, struct actor_answer *answer)
{
    actor_answer_result(answer, 2);
    if (!self->rejudging_state)
        return;
    actor_answer_text(answer, self->rejudging_state);
    actor_answer_i64(answer, self->rejudged_ms);
}

static void s_read_trials(struct world *self, struct actor_answer *answer)
{
    actor_answer_result(answer, 5);
    for (uint32_t i = 0; i < self->trial_count; i++) {
        const struct world_trial *trial = &self->trials[i];
        actor_answer_i64(answer, s_submission(self, trial->submission_id)->number);
        actor_answer_i64(answer, trial->submission_id);
        actor_answer_text(answer, trial->was);
        actor_answer_text(answer, trial->status);
        if (trial->now)
            actor_answer_text(answer, trial->now);
        else
            actor_answer_i64(answer, I64_NONE);
    }
}

/* As the statement has it. */
static int64_t s_take_trials(struct world *self, const struct rec_store_op *op)
{
    int64_t changed = 0;
    check(s_param(op, 1) == REJUDGING && s_param(op, 2) == ROOM);
    check(s_param(op, 3) == self->score_rev);
    for (uint32_t i = 0; i < self->trial_count; i++) {
        struct world_trial *trial = &self->trials[i];
        uint8_t status = s_number(&verdict_words, trial->status);
        if (!verdict_final(status) || status == VERDICT_JUDGE_ERROR ||
            strcmp(trial->status, trial->was) == 0 ||
            strcmp(s_submission(self, trial->submission_id)->status, trial->was) != 0)
            continue;
        trial->now = trial->status;
        changed++;
    }
    return changed;
}

static int64_t s_write_trials(struct world *self)
{
    int64_t changed = 0;
    for (uint32_t i = 0; i < self->trial_count; i++)
        if (self->trials[i].now) {
            s_submission(self, self->trials[i].submission_id)->status = self->trials[i].now;
            changed++;
        }
    return changed;
}

static struct world_history *s_newest(struct world *self, int64_t user_id)
{
    for (uint32_t i = self->history_count; i > 0; i--)
        if (self->history[i - 1].user_id == user_id)
            return &self->history[i - 1];
    return NULL;
}

static int64_t s_revise_history(struct world *self, const struct rec_store_op *op)
{
    const struct world_history *newest = s_newest(self, s_param(op, 1));
    const char *result = s_word(op, 6, &result_words);
    check(newest && s_param(op, 2) == ROOM && s_param(op, 3) == self->score_rev);
    check(s_param(op, 7) == REJUDGING);
    if (newest->solved == s_param(op, 4) && newest->penalty_s == s_param(op, 5) &&
        strcmp(newest->result, result) == 0)
        return 0;
    check(self->history_count < 4);
    struct world_history *history = &self->history[self->history_count++];
    *history = (struct world_history){newest->user_id, s_param(op, 4), s_param(op, 5),
                                      newest->timestamp_ms, ""};
    snprintf(history->result, sizeof history->result, "%s", result);
    return 1;
}

static void s_fence_rejudge(struct world *self, const struct rec_store_op *op)
{
    if (!strcmp(self->status, "FINISHED")) {
        self->winner_user_id = s_param(op, 3);
        self->result = s_word(op, 4, &result_words);
    }
    self->score_rev++;
    self->commits++;
}

static bool s_pending(const struct world *self)
{
    for (int64_t i = 0; i < self->last_number; i++)
        if (s_undecided(&self->submissions[i]))
            return true;
    return false;
}

/* Does the commit's fence hold? One without a fence changes nothing and always may. */
static bool s_fence(struct world *self, const struct rec_store_op *op)
{
    bool commits =
        op->statement >= STATEMENT_fence_verdict && op->statement <= STATEMENT_history_insert;
    bool due = self->rejudging_state && !strcmp(self->rejudging_state, "applying") &&
               self->rejudged_ms == I64_NONE;
    bool here = !commits || s_param(op, 2) == self->score_rev;
    bool closed = !strcmp(self->status, "ACTIVE") && self->closed_ms != I64_NONE;
    switch (op->statement) {
    case STATEMENT_fence_verdict: {
        const struct world_submission *submission = s_submission(self, s_param(op, 3));
        return here && !strcmp(self->status, "ACTIVE") && submission && s_undecided(submission) &&
               submission->fence == s_param(op, 4);
    }
    case STATEMENT_fence_rejudge:
        return due && s_param(op, 1) == ROOM && s_param(op, 2) == self->score_rev &&
               s_param(op, 5) == REJUDGING;
    case STATEMENT_rejudging_room_done:
        return due;
    case STATEMENT_fence_give_up:
        return here && closed;
    case STATEMENT_fence_finish:
        return here && closed && !s_pending(self);
    default:
        return true;
    }
}

static void s_write_verdict(struct world *self, const struct rec_store_op *op)
{
    struct world_submission *submission = s_submission(self, s_param(op, 1));
    check(submission && submission->fence == s_param(op, 2) && s_undecided(submission));
    submission->status = s_word(op, 3, &verdict_words);
    submission->judged_ms = s_param(op, 4);
    submission->tests_run = s_param(op, 5);
    submission->tests_total = s_param(op, 6);
    check(s_param(op, 11) == ROOM && s_param(op, 12) == self->score_rev);
}

static void s_write_row(struct world *self, const struct rec_store_op *op)
{
    struct world_row *row = &self->rows[s_param(op, 1) - 900];
    row->attempts = s_param(op, 2);
    row->penalty = s_param(op, 3);
    row->solved = s_param(op, 4);
    row->solved_ms = s_param(op, 5);
    check(s_param(op, 6) == ROOM && s_param(op, 7) == self->score_rev);
}

static void s_give_up(struct world *self, const struct rec_store_op *op)
{
    check(s_param(op, 2) == self->score_rev);
    for (int64_t i = 0; i < self->last_number; i++)
        if (s_undecided(&self->submissions[i])) {
            self->submissions[i].status = "Judge Error";
            self->submissions[i].judged_ms = s_param(op, 3);
        }
}

static void s_write_history(struct world *self, const struct rec_store_op *op)
{
    struct world_history *history = &self->history[self->history_count++];
    check(self->history_count <= 4 && s_param(op, 3) == self->score_rev);
    *history =
        (struct world_history){s_param(op, 1), s_param(op, 4), s_param(op, 5), s_param(op, 7), ""};
    snprintf(history->result, sizeof history->result, "%s", s_word(op, 6, &result_words));
}

static void s_run_op(struct world *self, const struct rec_store_op *op, struct actor_answer *answer)
{
    int64_t changed = 1;
    switch (op->statement) {
    case STATEMENT_rejudging_room_read:
        s_read_rejudging(self, answer);
        return;
    case STATEMENT_rejudging_trials_read:
        s_read_trials(self, answer);
        return;
    case STATEMENT_fence_rejudge:
        s_fence_rejudge(self, op);
        break;
    case STATEMENT_rejudging_take:
        changed = s_take_trials(self, op);
        break;
    case STATEMENT_rejudging_write:
        changed = s_write_trials(self);
        break;
    case STATEMENT_history_revise:
        changed = s_revise_history(self, op);
        break;
    case STATEMENT_rejudging_room_done:
        self->rejudged_ms = s_param(op, 3);
        break;
    case STATEMENT_room_load:
        s_load_room(self, answer);
        return;
    case STATEMENT_participants_load:
    case STATEMENT_room_problems_load:
    case STATEMENT_participant_problems_load:
        s_load_lists(self, (enum statement_number)op->statement, answer);
        return;
    case STATEMENT_submissions_load:
        s_load_submissions(self, answer);
        return;
    case STATEMENT_submission_read:
        s_read_submission(self, s_param(op, 1), answer);
        return;
    case STATEMENT_fence_finish:
        self->status = "FINISHED";
        self->end_ms = self->closed_ms;
        self->winner_user_id = s_param(op, 3);
        self->result = s_word(op, 4, &result_words);
        self->score_rev++;
        self->commits++;
        break;
    case STATEMENT_fence_verdict:
    case STATEMENT_fence_give_up:
        self->score_rev++;
        self->commits++;
        break;
    case STATEMENT_verdict_write:
        s_write_verdict(self, op);
        break;
    case STATEMENT_participant_problem_write:
        s_write_row(self, op);
        break;
    case STATEMENT_submissions_give_up:
        s_give_up(self, op);
        break;
    case STATEMENT_history_insert:
        s_write_history(self, op);
        break;
    default:
        fail_msg("statement %d is not the world's", (int)op->statement);
    }
    actor_answer_changed(answer, changed);
}

static void s_run(struct world *self, const struct actor_sent *sent)
{
    const struct msg_store_run *run = sent->message;
    struct actor_answer *answer = malloc(sizeof *answer);
    check(answer);
    actor_answer_begin(answer);
    self->score_rev += self->intruder && (run->ops.items[0].statement == STATEMENT_fence_verdict ||
                                          run->ops.items[0].statement == STATEMENT_fence_rejudge);
    answer->done.refused = !s_fence(self, &run->ops.items[0]);
    for (uint32_t i = 0; !answer->done.refused && i < run->ops.count; i++)
        s_run_op(self, &run->ops.items[i], answer);
    if (!self->mute && run->ops.items[0].statement != self->lost)
        actor_harness_give(self->harness, actor_harness_answer(sent, MSG_store_done),
                           &answer->done);
    free(answer);
}

void world_store(struct world *self)
{
    while (self->answered < self->harness->sent_count) {
        const struct actor_sent *sent = &self->harness->sent[self->answered++];
        if (sent->envelope.kind != MSG_store_run || self->dead)
            continue;
        assert_int_equal(sent->envelope.to.actor, ACTOR_store);
        assert_int_equal(sent->envelope.key, ROOM);
        if (self->failing)
            actor_harness_give(self->harness, actor_harness_answer(sent, MSG_store_failed),
                               &(struct msg_store_failed){slice_of("disk full")});
        else
            s_run(self, sent);
    }
}

struct envelope world_ask(struct world *self, uint16_t kind, int64_t user_id)
{
    /* these all have one field, the room */
    struct envelope envelope = actor_harness_request(self->harness, kind, user_id, ROOM);
    actor_harness_give(self->harness, envelope, &(struct msg_state_get){ROOM});
    world_store(self);
    return envelope;
}

const struct msg_watched *world_pushed(const struct world *self)
{
    const struct msg_watched *newest = NULL;
    for (uint32_t i = 0; i < self->harness->sent_count; i++) {
        const struct actor_sent *sent = &self->harness->sent[i];
        if (sent->envelope.kind != MSG_watched || sent->envelope.to.actor != ACTOR_fanout)
            continue;
        newest = sent->message;
        assert_int_equal(sent->envelope.key, ROOM);
        assert_int_equal(sent->envelope.deadline_ms, 0);
    }
    return newest;
}
