/* What a message does to a room that is loaded and of which nothing is being asked: decide, and
 * commit where something must be kept; and what is told when the store has confirmed it.
 *
 * Order of telling: who asked first, then everybody (fan-out), then the submitter, then room. */
#include "actors/runtime/log.h"
#include "actors/runtime/stats.h"
#include "actors/scoring/scoring.h"
#include "proto/check.h"

/* Of the submissions that one settle limit gives up, so many submitters' pushes; the rest read it.
 */
#define GIVE_UP_TOLD_MAX 1000
/* Of the verdicts that a rejudging changes in a room, so many pushes; the rest are read. */
#define REJUDGED_TOLD_MAX 32

/* ---- telling ------------------------------------------------------------------------------- */

/* What goes on to others outlives the request that caused it. */
static struct envelope s_cause(const struct envelope *envelope)
{
    struct envelope cause = *envelope;
    cause.deadline_ms = 0;
    return cause;
}

static void s_push(struct score_entry *entry, const struct envelope *cause, struct outbox *out)
{
    struct score_room *room = &entry->room;
    struct roomstate_source source = score_room_source(room);
    struct roomstate picture;
    roomstate_compose(&source, ROOMSTATE_FOR_ALL, cause->now_ms, &picture);
    struct msg_watched watched = {room->facts.visibility, room->facts.host_user_id,
                                  room->facts.guest_user_id, picture.state};
    outbox_send(out, cause, ACTOR_fanout, entry->room_id, NO_ANSWER, MSG_watched, &watched);
    entry->push_due = false;
}

static void s_tell_submitter(const struct rec_submission *submission, const struct envelope *cause,
                             struct outbox *out)
{
    outbox_send(out, cause, ACTOR_fanout, submission->user_id, NO_ANSWER, MSG_submission_found,
                &(struct msg_submission_found){*submission});
}

static void s_tell_complete(const struct score_entry *entry, const struct envelope *cause,
                            struct outbox *out)
{
    if (score_room_complete(&entry->room))
        outbox_send(out, cause, ACTOR_room, entry->room_id, NO_ANSWER, MSG_contest_complete,
                    &(struct msg_contest_complete){entry->room_id});
}

static void s_tell_settled(struct score_entry *entry, const struct envelope *cause,
                           struct outbox *out)
{
    outbox_send(out, cause, ACTOR_room, entry->room_id, NO_ANSWER, MSG_room_settled,
                &(struct msg_room_settled){entry->room_id});
    entry->settled_due = false;
}

static void s_answer_result(const struct score_room *room, const struct envelope *request,
                            struct outbox *out)
{
    struct msg_room_result result = {room->winner_user_id, (uint8_t)room->result};
    outbox_reply(out, request, MSG_room_result, &result);
}

static void s_answer_waiters(struct score_entry *entry, struct outbox *out)
{
    for (struct kept *kept; (kept = line_take(&entry->waiters));) {
        s_answer_result(&entry->room, &kept->envelope, out);
        kept_destroy(&kept);
    }
}

static void s_answer_verdict(const struct envelope *request, int64_t submission_id, bool kept,
                             struct outbox *out)
{
    outbox_reply(out, request, MSG_verdict_taken, &(struct msg_verdict_taken){submission_id, kept});
}

void scoring_turn_away(const struct envelope *envelope, const void *message, enum refusal refusal,
                       struct outbox *out)
{
    if (envelope->kind != MSG_verdict_report)
        outbox_refuse(out, envelope, refusal, "");
    else if (refusal == REFUSED_ROOM_NOT_FOUND)
        s_answer_verdict(envelope, ((const struct msg_verdict_report *)message)->submission_id,
                         false, out);
}

/* ---- notices of room ----------------------------------------------------------------------- */

/* Each is a change that browsers see, a submission too: something is being judged. */
static void s_notice(struct scoring *self, struct score_entry *entry, struct kept *kept,
                     const struct msg_room_notice *notice, struct outbox *out)
{
    if (notice->facts.room_rev > entry->room.facts.room_rev) {
        if (score_room_take(&entry->room, notice))
            entry->push_due = true;
        else if (!kept->fresh) {
            scoring_reload(self, entry, kept, out);
            return;
        } else {
            log_error("notice-ahead-of-store", "room=%lld", (long long)entry->room_id);
            outbox_refuse(out, &kept->envelope, REFUSED_FAILED, "");
            kept_destroy(&kept);
            return;
        }
    }
    struct envelope cause = s_cause(&kept->envelope);
    outbox_reply(out, &kept->envelope, MSG_notice_taken,
                 &(struct msg_notice_taken){entry->room_id, notice->facts.room_rev});
    if (entry->push_due)
        s_push(entry, &cause, out);
    kept_destroy(&kept);
}

/* ---- verdicts ------------------------------------------------------------------------------ */

/* There already: by this report, whose confirmation was lost, or by another. What nobody knows to
 * have been told is told now. */
static void s_verdict_there(struct scoring *self, struct score_entry *entry,
                            const struct envelope *request, int64_t submission_id,
                            struct outbox *out)
{
    struct envelope cause = s_cause(request);
    entry->refusals = 0;
    stats_add(STAT_verdicts_repeated, 1);
    s_answer_verdict(request, submission_id, true, out);
    if (entry->push_due) {
        s_push(entry, &cause, out);
        reads_tell_submission(&self->reads, &cause, submission_id, out);
    }
}

static void s_verdict(struct scoring *self, struct score_entry *entry, struct kept *kept,
                      const struct msg_verdict_report *report, struct outbox *out)
{
    const struct score_room *room = &entry->room;
    int64_t index = score_room_find(room, report->submission_id);
    /* a Judge Error that was judged again: an operator has opened it, past us */
    bool reopened = index >= 0 && room->facts.status == ROOM_ACTIVE &&
                    room->submissions[index].verdict == VERDICT_JUDGE_ERROR &&
                    report->fence > room->marks[index].fence;
    if ((index < 0 || reopened) && !kept->fresh) {
        scoring_reload(self, entry, kept, out);
        return;
    }
    if (index >= 0 && verdict_final(room->submissions[index].verdict)) {
        s_verdict_there(self, entry, &kept->envelope, report->submission_id, out);
        kept_destroy(&kept);
        return;
    }
    /* the fence that was loaded says something only when it is newer than the report */
    bool late = kept->fresh && index >= 0 && room->marks[index].fence != report->fence;
    if (index < 0 || late || room->facts.status != ROOM_ACTIVE || !verdict_final(report->verdict) ||
        report->tests_run < 0 || report->tests_total < 0) {
        entry->refusals = 0; /* it was the report that was wrong, not what we knew */
        stats_add(STAT_verdicts_repeated, 1);
        s_answer_verdict(&kept->envelope, report->submission_id, false, out);
        kept_destroy(&kept);
        return;
    }
    entry->current = kept;
    scoring_ask(self, entry, ASKING_VERDICT, &kept->envelope, out);
}

static void s_verdict_kept(struct score_entry *entry, const struct msg_verdict_report *report,
                           const struct envelope *cause, struct outbox *out)
{
    int64_t index = score_room_find(&entry->room, report->submission_id);
    check(index >= 0);
    score_room_take_verdict(&entry->room, (uint32_t)index, report->verdict);
    stats_add(STAT_verdicts_kept, 1);
    struct rec_submission submission = score_room_submission(&entry->room, (uint32_t)index);
    submission.judged_ms = entry->decided_ms;
    submission.tests_run = report->tests_run;
    submission.tests_total = report->tests_total;
    submission.failed_test = report->failed_test;
    submission.time_ms = report->time_ms;
    submission.memory_kb = report->memory_kb;
    submission.compile_output = report->compile_output;
    s_answer_verdict(&entry->current->envelope, report->submission_id, true, out);
    s_push(entry, cause, out);
    s_tell_submitter(&submission, cause, out);
    s_tell_complete(entry, cause, out);
}

/* ---- the end ------------------------------------------------------------------------------- */

static void s_settle_limit(struct scoring *self, struct score_entry *entry, struct kept *kept,
                           struct outbox *out)
{
    const struct score_room *room = &entry->room;
    if (score_room_running(room) && !kept->fresh) { /* room has closed it before it sent this */
        scoring_reload(self, entry, kept, out);
        return;
    }
    if (score_room_settling(room) && !score_room_judged(room)) {
        entry->current = kept;
        scoring_ask(self, entry, ASKING_GIVE_UP, &kept->envelope, out);
        return;
    }
    struct envelope cause = s_cause(&kept->envelope);
    if (room->facts.status == ROOM_FINISHED)
        s_tell_settled(entry, &cause, out);
    else if (!score_room_settling(room)) /* else it is finished next, and room told then */
        outbox_refuse(out, &kept->envelope, REFUSED_NOT_ACTIVE, "");
    kept_destroy(&kept);
}

static void s_given_up(struct score_entry *entry, const struct envelope *cause, struct outbox *out)
{
    struct score_room *room = &entry->room;
    uint32_t count = 0;
    for (uint32_t i = 0; i < room->submission_count; i++) {
        if (verdict_final(room->submissions[i].verdict))
            continue;
        if (count++ >= GIVE_UP_TOLD_MAX)
            continue;
        struct rec_submission submission = score_room_submission(room, i);
        submission.status = VERDICT_JUDGE_ERROR;
        submission.judged_ms = entry->decided_ms;
        s_tell_submitter(&submission, cause, out);
    }
    score_room_take_give_up(room);
    s_push(entry, cause, out);
    log_warn("submissions-given-up", "room=%lld count=%u", (long long)entry->room_id, count);
}

static void s_result_get(struct scoring *self, struct score_entry *entry, struct kept *kept,
                         struct outbox *out)
{
    const struct score_room *room = &entry->room;
    if (score_room_running(room) && !kept->fresh) { /* room has closed it before it sent this on */
        scoring_reload(self, entry, kept, out);
        return;
    }
    if (!score_room_ran(room))
        outbox_refuse(out, &kept->envelope, REFUSED_NOT_ACTIVE, "");
    else if (room->facts.status == ROOM_FINISHED)
        s_answer_result(room, &kept->envelope, out);
    else if (entry->waiters.count < WAITERS_MAX) {
        outbox_wake(out, kept->since_ms + RESULT_WAIT_MS);
        line_add(&entry->waiters, kept);
        return;
    } else
        outbox_reply(out, &kept->envelope, MSG_room_result,
                     &(struct msg_room_result){I64_NONE, RESULT_SETTLING});
    kept_destroy(&kept);
}

static void s_finished(struct score_entry *entry, const struct envelope *cause, struct outbox *out)
{
    s_answer_waiters(entry, out);
    s_push(entry, cause, out);
    s_tell_settled(entry, cause, out);
}

/* ---- rejudging ------------------------------------------------------------------------------ */

/* Those whose verdicts it changed, from the rows: the details are no more at hand. */
static void s_tell_rejudged(struct scoring *self, const struct score_entry *entry,
                            const struct envelope *cause, struct outbox *out)
{
    const struct rejudged *rejudged = entry->rejudged;
    for (uint32_t i = 0; i < rejudged->count && i < REJUDGED_TOLD_MAX; i++)
        reads_tell_submission(&self->reads, cause, entry->room.marks[rejudged->changes[i].index].id,
                              out);
}

static void s_answer_rejudge(struct score_entry *entry, int64_t rejudging_id, struct outbox *out)
{
    outbox_reply(out, &entry->current->envelope, MSG_room_rejudged,
                 &(struct msg_room_rejudged){entry->room_id, rejudging_id});
    kept_destroy(&entry->current);
    rejudged_destroy(&entry->rejudged);
}

/* What the trials came to is there: the room is changed, unless it has been, or is not to be. What
 * makes no sense is not answered: the scheduler asks again, and the operator sees it open. */
static void s_trials_read(struct scoring *self, struct score_entry *entry, int64_t rejudging_id,
                          const struct msg_store_done *done, const struct envelope *cause,
                          struct outbox *out)
{
    const struct rec_store_result *results = done->results.items;
    if (done->results.count == REJUDGED_RESULTS)
        entry->rejudged = rejudged_new(&entry->room, &results[REJUDGED_TRIALS]);
    if (!entry->rejudged || entry->rejudged->waiting) {
        log_error("trials-unusable", "room=%lld rejudging=%lld", (long long)entry->room_id,
                  (long long)rejudging_id);
        rejudged_destroy(&entry->rejudged);
        kept_destroy(&entry->current);
        return;
    }
    bool in_it = result_rows(&results[REJUDGED_STATE]) == 1 &&
                 slice_is(result_text(&results[REJUDGED_STATE], 0, 0), "applying");
    bool is_done = in_it && result_i64(&results[REJUDGED_STATE], 0, 1) != I64_NONE;
    if (in_it && !is_done) {
        scoring_ask(self, entry, ASKING_REJUDGE, cause, out);
        return;
    }
    if (is_done && entry->rejudged->count && entry->push_due) { /* told or not, we cannot know */
        s_push(entry, cause, out);
        s_tell_rejudged(self, entry, cause, out);
    }
    s_answer_rejudge(entry, rejudging_id, out);
}

static void s_rejudged(struct scoring *self, struct score_entry *entry, int64_t rejudging_id,
                       const struct envelope *cause, struct outbox *out)
{
    rejudged_take_apply(entry->rejudged, &entry->room);
    stats_add(STAT_verdicts_rejudged, entry->rejudged->count);
    if (entry->rejudged->count) {
        s_push(entry, cause, out);
        s_tell_rejudged(self, entry, cause, out);
        s_tell_complete(entry, cause, out);
    }
    s_answer_rejudge(entry, rejudging_id, out);
}

/* ---- entry points -------------------------------------------------------------------------- */

void scoring_serve(struct scoring *self, struct score_entry *entry, struct kept *kept,
                   const union any_message *message, struct outbox *out)
{
    switch (kept->envelope.kind) {
    case MSG_room_notice:
        s_notice(self, entry, kept, &message->room_notice, out);
        break;
    case MSG_verdict_report:
        s_verdict(self, entry, kept, &message->verdict_report, out);
        break;
    case MSG_settle_limit:
        s_settle_limit(self, entry, kept, out);
        break;
    case MSG_result_get:
        s_result_get(self, entry, kept, out);
        break;
    case MSG_room_rejudge:
        entry->current = kept;
        scoring_ask(self, entry, ASKING_TRIALS, &kept->envelope, out);
        break;
    default:
        reads_room(&self->reads, &entry->room, &kept->envelope, out);
        kept_destroy(&kept);
    }
}

void scoring_after_load(struct score_entry *entry, const struct envelope *turn, struct outbox *out)
{
    struct envelope cause = entry->cause;
    cause.now_ms = turn->now_ms;
    if (entry->room.facts.status != ROOM_FINISHED)
        s_tell_complete(entry, &cause, out);
    else if (entry->settled_due) /* our finish was kept, and its confirmation lost */
        s_finished(entry, &cause, out);
    else
        s_answer_waiters(entry, out);
}

void scoring_confirmed(struct scoring *self, struct score_entry *entry, enum score_asking asked,
                       const struct msg_store_done *done, const struct envelope *turn,
                       struct outbox *out)
{
    union any_message message;
    struct envelope cause = entry->cause;
    cause.now_ms = turn->now_ms;
    if (entry->current)
        kept_read(entry->current, &self->arena, &message);
    switch (asked) {
    case ASKING_NOTHING:
    case ASKING_LOAD:
        unreachable();
    case ASKING_VERDICT:
        s_verdict_kept(entry, &message.verdict_report, &cause, out);
        break;
    case ASKING_GIVE_UP:
        s_given_up(entry, &cause, out);
        break;
    case ASKING_FINISH:
        score_room_take_finish(&entry->room);
        s_finished(entry, &cause, out);
        break;
    case ASKING_TRIALS:
        s_trials_read(self, entry, message.room_rejudge.rejudging_id, done, &cause, out);
        return; /* the message goes on with the next question */
    case ASKING_REJUDGE:
        s_rejudged(self, entry, message.room_rejudge.rejudging_id, &cause, out);
        return;
    }
    kept_destroy(&entry->current);
}
