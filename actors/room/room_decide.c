/* From a command to a change: asks the rules (contest.h), answers what they refuse, and says what
 * follows when a change is durable. */
#include "actors/room/room.h"

#include "actors/room/draw.h"
#include "actors/runtime/stats.h"
#include "proto/check.h"

void room_refuse(const struct command *command, enum refusal refusal, struct outbox *out)
{
    outbox_refuse(out, &command->envelope, refusal, "");
}

static enum room_step s_refused(const struct room *room, enum refusal refusal, struct outbox *out)
{
    room_refuse(room->current, refusal, out);
    return STEP_ANSWERED;
}

static enum room_step s_change(struct room *room, enum room_change change)
{
    room->change = change;
    return STEP_COMMIT;
}

static enum room_step s_close(struct room *room, int64_t at_ms)
{
    int64_t end_ms = room->contest.start_ms + room->contest.duration_ms;
    room->closing_ms = at_ms < end_ms ? at_ms : end_ms;
    return s_change(room, CHANGE_CLOSE);
}

static void s_schedule(const struct room *room, int64_t due_ms, struct outbox *out)
{
    struct msg_schedule schedule = {room->id, due_ms};
    outbox_send(out, NULL, ACTOR_scheduler, room->id, NO_ANSWER, MSG_schedule, &schedule);
}

static void s_unschedule(const struct room *room, struct outbox *out)
{
    struct msg_unschedule unschedule = {room->id};
    outbox_send(out, NULL, ACTOR_scheduler, room->id, NO_ANSWER, MSG_unschedule, &unschedule);
}

/* ---- one function per command ------------------------------------------------------------------
 */

static enum room_step s_decide_join(struct room_actor *self, struct room *room, struct outbox *out)
{
    const struct command *command = room->current;
    if (!room_limits_password(self, command->user_id, room->id))
        return s_refused(room, REFUSED_TOO_MANY_PASSWORDS, out);
    bool right = slice_equal(slice_from(command->text, command->text_length),
                             slice_from(room->password, room->password_length));
    if (!right)
        room_limits_wrong_password(self, command->user_id, room->id);
    enum refusal refusal = contest_may_join(&room->contest, command->user_id, right);
    return refusal ? s_refused(room, refusal, out) : s_change(room, CHANGE_JOIN);
}

static enum room_step s_decide_start(struct room_actor *self, struct room *room, struct outbox *out)
{
    (void)self;
    enum refusal refusal = contest_may_start(&room->contest, room->current->user_id);
    if (refusal)
        return s_refused(room, refusal, out);
    room->change = CHANGE_START;
    return STEP_DRAW;
}

/* Of any other language no runner will ever say that it knows it. */
static bool s_language_known(int64_t id)
{
    switch (id) {
#define LANGUAGE(number, ...) case number:
#include "actors/runner/languages.def"
#undef LANGUAGE
        return true;
    default:
        return false;
    }
}

static enum room_step s_decide_submit(struct room_actor *self, struct room *room,
                                      struct outbox *out)
{
    (void)self;
    const struct command *command = room->current;
    enum refusal refusal =
        contest_may_submit(&room->contest, command->user_id, command->problem_id, command->at_ms);
    if (!refusal && !s_language_known(command->language_id))
        refusal = REFUSED_UNKNOWN_LANGUAGE;
    return refusal ? s_refused(room, refusal, out) : s_change(room, CHANGE_SUBMIT);
}

static enum room_step s_decide_run(struct room_actor *self, struct room *room, struct outbox *out)
{
    (void)self;
    const struct command *command = room->current;
    enum refusal refusal = contest_may_run(&room->contest, command->user_id, command->problem_id);
    if (!refusal && !s_language_known(command->language_id))
        refusal = REFUSED_UNKNOWN_LANGUAGE;
    return refusal ? s_refused(room, refusal, out) : s_change(room, CHANGE_RUN);
}

/* Who asks for the result of a contest that is over gets it from scoring. */
static void s_forward_result(const struct room *room, struct outbox *out)
{
    struct msg_result_get get = {room->id};
    outbox_forward(out, &room->current->envelope, ACTOR_scoring, room->id, MSG_result_get, &get);
}

static enum room_step s_decide_end(struct room_actor *self, struct room *room, struct outbox *out)
{
    (void)self;
    enum refusal refusal = contest_may_end(&room->contest, room->current->user_id);
    if (refusal)
        return s_refused(room, refusal, out);
    if (contest_running(&room->contest))
        return s_close(room, room->current->at_ms);
    s_forward_result(room, out);
    return STEP_ANSWERED;
}

static enum room_step s_decide_leave(struct room_actor *self, struct room *room, struct outbox *out)
{
    (void)self;
    enum contest_leaving leaving;
    enum refusal refusal = contest_may_leave(&room->contest, room->current->user_id, &leaving);
    if (refusal)
        return s_refused(room, refusal, out);
    if (leaving == LEAVING_NOTHING) {
        struct msg_done done = {room->id};
        outbox_reply(out, &room->current->envelope, MSG_done, &done);
        return STEP_ANSWERED;
    }
    return s_change(room, leaving == LEAVING_GUEST ? CHANGE_LEAVE : CHANGE_ABANDON);
}

static enum room_step s_decide_yield(struct room_actor *self, struct room *room, struct outbox *out)
{
    (void)self;
    const struct contest *contest = &room->contest;
    bool his = contest->host_user_id == room->current->user_id;
    if (his && contest->status == ROOM_WAITING && contest_yields(contest))
        return s_change(room, CHANGE_ABANDON);
    struct msg_room_yielded yielded = {contest->status == ROOM_FINISHED || contest->closed_ms != 0};
    outbox_reply(out, &room->current->envelope, MSG_room_yielded, &yielded);
    return STEP_ANSWERED;
}

/* The contest is closed and its result not written: scoring is told again (it may have died), and
 * past the limit that what is still not judged never will be. */
static void s_press_to_settle(struct room_actor *self, struct room *room, struct outbox *out)
{
    int64_t limit_ms = room->contest.closed_ms + self->config.settle_limit_ms;
    room_ask_notice(room, NO_ANSWER, out);
    if (self->now_ms >= limit_ms) {
        struct msg_settle_limit limit = {room->id};
        outbox_send(out, NULL, ACTOR_scoring, room->id, NO_ANSWER, MSG_settle_limit, &limit);
        limit_ms = self->now_ms + 30000;
    }
    s_schedule(room, limit_ms, out);
}

static enum room_step s_decide_due(struct room_actor *self, struct room *room, struct outbox *out)
{
    const struct contest *contest = &room->contest;
    int64_t now_ms = room->current->at_ms;
    if (contest->status == ROOM_FINISHED)
        s_unschedule(room, out);
    else if (contest->status == ROOM_WAITING) {
        if (contest_expired(contest, self->config.waiting_expiry_ms, now_ms))
            return s_change(room, CHANGE_ABANDON);
        s_schedule(room, contest->created_ms + self->config.waiting_expiry_ms, out);
    } else if (contest_settling(contest))
        s_press_to_settle(self, room, out);
    else if (contest_time_is_up(contest, now_ms))
        return s_close(room, now_ms);
    else
        s_schedule(room, contest->start_ms + contest->duration_ms, out);
    return STEP_ANSWERED;
}

static enum room_step s_decide_complete(struct room_actor *self, struct room *room,
                                        struct outbox *out)
{
    (void)self, (void)out;
    return contest_running(&room->contest) ? s_close(room, room->current->at_ms) : STEP_ANSWERED;
}

static enum room_step s_decide_settled(struct room_actor *self, struct room *room,
                                       struct outbox *out)
{
    (void)self;
    room->contest.status = ROOM_FINISHED; /* scoring has committed it */
    s_unschedule(room, out);
    return STEP_ANSWERED;
}

/* ---- and what follows ---------------------------------------------------------------------- */

static void s_conclude_done(const struct room *room, struct outbox *out)
{
    struct msg_done done = {room->id};
    outbox_reply(out, &room->current->envelope, MSG_done, &done);
}

static void s_conclude_submit(const struct room *room, struct outbox *out)
{
    struct msg_submitted submitted = {VERDICT_PENDING, room->submission_id};
    outbox_reply(out, &room->current->envelope, MSG_submitted, &submitted);
}

static void s_conclude_run(const struct room *room, struct outbox *out)
{
    struct msg_run_accepted accepted = {VERDICT_PENDING, room->submission_id};
    outbox_reply(out, &room->current->envelope, MSG_run_accepted, &accepted);
}

static void s_conclude_yield(const struct room *room, struct outbox *out)
{
    struct msg_room_yielded yielded = {true};
    outbox_reply(out, &room->current->envelope, MSG_room_yielded, &yielded);
}

static const struct {
    uint16_t kind;
    enum room_step (*decide)(struct room_actor *self, struct room *room, struct outbox *out);
    void (*conclude)(const struct room *room, struct outbox *out);
} s_commands[] = {
    {MSG_room_join, s_decide_join, s_conclude_done},
    {MSG_room_start, s_decide_start, s_conclude_done},
    {MSG_room_submit, s_decide_submit, s_conclude_submit},
    {MSG_room_run, s_decide_run, s_conclude_run},
    {MSG_room_end, s_decide_end, s_forward_result},
    {MSG_room_leave, s_decide_leave, s_conclude_done},
    {MSG_room_yield, s_decide_yield, s_conclude_yield},
    {MSG_room_due, s_decide_due, NULL},
    {MSG_contest_complete, s_decide_complete, NULL},
    {MSG_room_settled, s_decide_settled, NULL},
};

static size_t s_find(uint16_t kind)
{
    size_t i = 0;
    while (s_commands[i].kind != kind)
        check(++i < sizeof s_commands / sizeof s_commands[0]);
    return i;
}

enum room_step room_decide(struct room_actor *self, struct room *room, struct outbox *out)
{
    struct command *command = room->current;
    if (command->at_ms < room->last_ms)
        command->at_ms = room->last_ms; /* time within a room never goes back */
    return s_commands[s_find(command->envelope.kind)].decide(self, room, out);
}

enum room_step room_decide_draw(struct room *room, const struct msg_store_done *done,
                                struct outbox *out)
{
    const struct rec_store_result *rows = &done->results.items[0];
    uint32_t count = done->results.count ? result_rows(rows) : 0;
    if (count > PROBLEM_CANDIDATES_MAX)
        count = PROBLEM_CANDIDATES_MAX;
    struct draw_candidate *candidates = calloc(count + 1, sizeof *candidates);
    check(candidates);
    uint32_t known = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint8_t difficulty;
        if (!result_word(rows, i, 1, &difficulty_words, &difficulty))
            continue;
        candidates[known++] = (struct draw_candidate){
            result_i64(rows, i, 0), (enum difficulty)difficulty, result_i64(rows, i, 2) == 1};
    }
    room->drawn_count = draw(room->current->envelope.seed, candidates, known,
                             (uint32_t)room->problem_count, room->difficulty, room->drawn);
    free(candidates);
    if (room->drawn_count < room->problem_count)
        return s_refused(room, REFUSED_NOT_ENOUGH_PROBLEMS, out);
    return STEP_COMMIT;
}

void room_tell(struct room_actor *self, const struct room *room, struct outbox *out)
{
    const struct contest *contest = &room->contest;
    const struct command *command = room->current;
    bool run = room->change == CHANGE_RUN;
    struct msg_judge_enqueue enqueue = {room->submission_id, command->language_id, command->user_id,
                                        run ? JUDGING_RUN : JUDGING_SUBMISSION};
    switch (room->change) {
    case CHANGE_JOIN:
    case CHANGE_LEAVE:
        break;
    case CHANGE_ABANDON:
        s_unschedule(room, out);
        break;
    case CHANGE_START:
        s_schedule(room, contest->start_ms + contest->duration_ms, out);
        break;
    case CHANGE_RUN:
    case CHANGE_SUBMIT:
        stats_add(run ? STAT_runs_accepted : STAT_submissions_accepted, 1);
        outbox_send(out, &command->envelope, ACTOR_judge, room->id, NO_ANSWER, MSG_judge_enqueue,
                    &enqueue);
        break;
    case CHANGE_CLOSE:
        s_schedule(room, contest->closed_ms + self->config.settle_limit_ms, out);
        break;
    }
}

void room_conclude(const struct room *room, struct outbox *out)
{
    size_t row = s_find(room->current->envelope.kind);
    if (s_commands[row].conclude)
        s_commands[row].conclude(room, out);
}
