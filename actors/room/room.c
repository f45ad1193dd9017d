/* The room actor: owns rooms, seats, which problems, accepted submissions, rate limits.
 *
 * In, from the gateway: room_create, room_join, room_start, room_submit, room_run, room_end,
 * room_leave.
 * From others: room_yield (a shard), room_due (scheduler), contest_complete and room_settled
 * (scoring). Out: store_run, room_notice to scoring, judge_enqueue, schedule and unschedule.
 *
 * Promises: a room's commands are done one after the other, in the order in which they came, and
 * each commit carries the revision it was decided on. Nothing is answered before the store and then
 * scoring have it. What a user asks from now on includes his own command.
 * It does not judge, does not score, keeps no time: contests are ended by the scheduler's reminder,
 * but what comes too late is refused whether that reminder came or not. */
#include "actors/room/room.h"

#include "actors/runtime/log.h"
#include "actors/runtime/stats.h"
#include "proto/check.h"

static void s_proceed(struct room_actor *self, struct room *room, struct outbox *out);

/* ---- the cache ------------------------------------------------------------------------------- */

static struct room *s_find(struct room_actor *self, int64_t room_id)
{
    struct room *room;
    HASH_FIND(hh, self->rooms, &room_id, sizeof room_id, room);
    return room;
}

static void s_forget(struct room_actor *self, struct room *room)
{
    check(!room->current && !room->line && !room->generation);
    HASH_DEL(self->rooms, room);
    free(room);
    stats_set(STAT_rooms_loaded, HASH_COUNT(self->rooms));
}

/* Makes a place for one more; false when every room is at work. */
static bool s_make_place(struct room_actor *self)
{
    if (HASH_COUNT(self->rooms) < ROOMS_MAX)
        return true;
    for (struct room *room = self->rooms; room; room = room->hh.next)
        if (room->phase == ROOM_IDLE) {
            s_forget(self, room);
            return true;
        }
    return false;
}

/* Moves a room to the end of the hash's order: the one longest unused is first. */
static void s_touch(struct room_actor *self, struct room *room)
{
    HASH_DEL(self->rooms, room);
    HASH_ADD(hh, self->rooms, id, sizeof room->id, room);
}

/* ---- questions ------------------------------------------------------------------------------- */

/* Sends the open question: what the room's phase is about. */
static void s_send(struct room_actor *self, struct room *room, struct outbox *out)
{
    room->asked_ms = self->now_ms;
    DL_APPEND(self->asking, room);
    outbox_wake(out, room->asked_ms + RETRY_MS);
    struct question question = {QUESTION_ROOM, room->generation};
    struct commit commit;
    switch (room->phase) {
    case ROOM_IDLE:
        unreachable();
    case ROOM_LOADING:
        room_ask_load(room, &room->line->envelope, question, false, out);
        break;
    case ROOM_RESOLVING:
        room_ask_load(room, &room->current->envelope, question, true, out);
        break;
    case ROOM_DRAWING:
        commit_begin(&commit);
        commit_op(&commit, STATEMENT_problem_candidates);
        commit_i64(&commit, room->contest.host_user_id);
        commit_i64(&commit, room->contest.guest_user_id);
        commit_send(&commit, out, &room->current->envelope, room->id, question);
        break;
    case ROOM_COMMITTING:
        room_ask_commit(room, question, out);
        break;
    case ROOM_NOTIFYING:
        room_ask_notice(room, question, out);
        break;
    }
}

/* A new question; an answer to an earlier one is then no answer. */
static void s_ask(struct room_actor *self, struct room *room, enum room_phase phase,
                  struct outbox *out)
{
    check(!room->generation);
    room->phase = phase;
    room->generation = room_next_generation(self);
    s_send(self, room, out);
}

/* The same question once more: whichever answer comes first will do, however slow the store is. */
static void s_ask_again(struct room_actor *self, struct room *room, struct outbox *out)
{
    DL_DELETE(self->asking, room);
    s_send(self, room, out);
}

static void s_answered(struct room_actor *self, struct room *room)
{
    DL_DELETE(self->asking, room);
    room->generation = 0;
}

/* ---- the line -------------------------------------------------------------------------------- */

/* Its text is the one, and the other behind it. */
static struct command *s_command_new(const struct envelope *envelope, int64_t user_id,
                                     struct slice text, struct slice more)
{
    struct command *command = calloc(1, sizeof *command + text.length + more.length);
    check(command);
    command->envelope = *envelope;
    command->user_id = user_id;
    command->at_ms = envelope->now_ms;
    command->id = envelope->command;
    if (!command->id.high && !command->id.low)
        command->id = (struct command_id){envelope->seed, (uint64_t)envelope->now_ms};
    command->text_length = text.length + more.length;
    if (text.length)
        memcpy(command->text, text.data, text.length);
    if (more.length)
        memcpy(command->text + text.length, more.data, more.length);
    return command;
}

/* Takes the next command of the line that somebody still waits for. */
static struct command *s_pop(struct room_actor *self, struct room *room)
{
    while (room->line) {
        struct command *command = room->line;
        LL_DELETE(room->line, command);
        room->line_length--;
        bool expired = command->envelope.reply.actor == ACTOR_gateway &&
                       command->envelope.deadline_ms &&
                       command->envelope.deadline_ms < self->now_ms;
        if (!expired)
            return command;
        stats_add(STAT_frames_expired, 1);
        free(command);
    }
    return NULL;
}

static void s_finish_command(struct room *room)
{
    free(room->current);
    room->current = NULL;
    room->tries = 0;
    room->phase = ROOM_IDLE;
}

/* No such room, or it can't be read: everybody who waits for it hears so. */
static void s_give_up(struct room_actor *self, struct room *room, enum refusal refusal,
                      struct outbox *out)
{
    if (room->current) {
        room_refuse(room->current, refusal, out);
        s_finish_command(room);
    }
    for (struct command *command; (command = s_pop(self, room)); free(command))
        room_refuse(command, refusal, out);
    s_forget(self, room);
}

static void s_begin(struct room_actor *self, struct room *room, struct outbox *out)
{
    switch (room_decide(self, room, out)) {
    case STEP_ANSWERED:
        s_finish_command(room);
        break;
    case STEP_DRAW:
        s_ask(self, room, ROOM_DRAWING, out);
        break;
    case STEP_COMMIT:
        s_ask(self, room, ROOM_COMMITTING, out);
        break;
    }
}

/* Works on the line until a question is open or nothing waits. */
static void s_proceed(struct room_actor *self, struct room *room, struct outbox *out)
{
    while (room->phase == ROOM_IDLE && (room->current = s_pop(self, room)))
        s_begin(self, room, out);
}

static void s_queue(struct room_actor *self, int64_t room_id, struct command *command,
                    struct outbox *out)
{
    if (room_id < 1 || room_id > ID_MAX) {
        room_refuse(command, REFUSED_ROOM_NOT_FOUND, out);
        free(command);
        return;
    }
    struct room *room = s_find(self, room_id);
    if (!room) {
        if (!s_make_place(self)) {
            room_refuse(command, REFUSED_OVERLOADED, out);
            free(command);
            return;
        }
        room = calloc(1, sizeof *room);
        check(room);
        room->id = room_id;
        HASH_ADD(hh, self->rooms, id, sizeof room->id, room);
        stats_set(STAT_rooms_loaded, HASH_COUNT(self->rooms));
        LL_APPEND(room->line, command);
        room->line_length++;
        s_ask(self, room, ROOM_LOADING, out);
        return;
    }
    if (room->line_length >= ROOM_LINE_MAX) {
        stats_add(STAT_room_line_full, 1);
        room_refuse(command, REFUSED_OVERLOADED, out);
        free(command);
        return;
    }
    s_touch(self, room);
    LL_APPEND(room->line, command);
    room->line_length++;
    s_proceed(self, room, out);
}

/* ---- answers --------------------------------------------------------------------------------- */

static void s_committed(struct room_actor *self, struct room *room, struct outbox *out)
{
    room_tell(self, room, out);
    if (room->change == CHANGE_RUN) { /* the room is as it was */
        room_conclude(room, out);
        s_finish_command(room);
        s_proceed(self, room, out);
        return;
    }
    s_ask(self, room, ROOM_NOTIFYING, out);
}

static void s_on_loaded(struct room_actor *self, struct room *room,
                        const struct msg_store_done *done, struct outbox *out)
{
    if (!room_take_load(room, done)) {
        s_give_up(self, room, REFUSED_ROOM_NOT_FOUND, out);
        return;
    }
    /* who had the room before us may have died between a commit and its notice */
    s_ask(self, room, ROOM_NOTIFYING, out);
}

/* A join that the fence refused although the room stayed the same: the user sits elsewhere. Or a
 * run, for reasons of its own. */
static enum refusal s_why_not(const struct room *room, const struct msg_store_done *done)
{
    if (room->change == CHANGE_RUN)
        return room_why_no_run(done, room->current->own_input);
    if (room->change != CHANGE_JOIN || done->results.count < 4)
        return NOT_REFUSED;
    const struct rec_store_result *user = &done->results.items[3];
    if (result_rows(user) == 0)
        return REFUSED_NO_SUCH_USER;
    int64_t sits_in = result_i64(user, 0, 1);
    return sits_in != I64_NONE && sits_in != room->id ? REFUSED_IN_ANOTHER_ROOM : NOT_REFUSED;
}

static void s_on_resolved(struct room_actor *self, struct room *room,
                          const struct msg_store_done *done, struct outbox *out)
{
    if (!room_take_load(room, done)) {
        s_give_up(self, room, REFUSED_ROOM_NOT_FOUND, out);
        return;
    }
    if (room_was_done(room, done)) {
        s_committed(self, room, out);
        return;
    }
    enum refusal refusal = s_why_not(room, done);
    if (!refusal && ++room->tries < COMMIT_TRIES_MAX) {
        s_begin(self, room, out);
    } else {
        room_refuse(room->current, refusal ? refusal : REFUSED_FAILED, out);
        s_finish_command(room);
    }
    s_proceed(self, room, out);
}

static void s_on_store_done(struct room_actor *self, struct room *room,
                            const struct msg_store_done *done, struct outbox *out)
{
    enum room_phase phase = room->phase;
    s_answered(self, room);
    if (phase == ROOM_LOADING)
        s_on_loaded(self, room, done, out);
    else if (phase == ROOM_RESOLVING)
        s_on_resolved(self, room, done, out);
    else if (phase == ROOM_COMMITTING && done->refused)
        s_ask(self, room, ROOM_RESOLVING, out);
    else if (phase == ROOM_COMMITTING) {
        room_apply(room, done);
        s_committed(self, room, out);
    } else if (phase == ROOM_DRAWING && room_decide_draw(room, done, out) == STEP_COMMIT)
        s_ask(self, room, ROOM_COMMITTING, out);
    else {
        s_finish_command(room);
        s_proceed(self, room, out);
    }
}

/* The store could not do it and nothing of it is there. */
static void s_on_store_failed(struct room_actor *self, struct room *room,
                              const struct msg_store_failed *failed, struct outbox *out)
{
    log_error("store-failed", "actor=room room=%lld reason=\"%.*s\"", (long long)room->id,
              (int)failed->reason.length, failed->reason.data);
    enum room_phase phase = room->phase;
    s_answered(self, room);
    if (phase == ROOM_LOADING || phase == ROOM_RESOLVING) {
        s_give_up(self, room, REFUSED_FAILED, out);
        return;
    }
    room_refuse(room->current, REFUSED_FAILED, out);
    s_finish_command(room);
    s_proceed(self, room, out);
}

static void s_on_notice_taken(struct room_actor *self, struct room *room, struct outbox *out)
{
    s_answered(self, room);
    if (room->current) /* else it has just been loaded */
        room_conclude(room, out);
    s_finish_command(room);
    s_proceed(self, room, out);
}

/* An answer to a question of a room's; one that comes twice or too late finds no question. */
static void s_on_answer(struct room_actor *self, const struct envelope *envelope,
                        const void *message, struct outbox *out)
{
    struct room *room = s_find(self, envelope->key);
    if (!room || !room->generation || room->generation != envelope->to.generation)
        return;
    bool notifying = room->phase == ROOM_NOTIFYING;
    if (envelope->kind == MSG_notice_taken && notifying)
        s_on_notice_taken(self, room, out);
    else if (envelope->kind == MSG_store_done && !notifying)
        s_on_store_done(self, room, message, out);
    else if (envelope->kind == MSG_store_failed && !notifying)
        s_on_store_failed(self, room, message, out);
    /* else refused: an overloaded owner. The question stays open and is asked again. */
}

/* ---- commands -------------------------------------------------------------------------------- */

static void s_on_submit(struct room_actor *self, const struct envelope *envelope,
                        const struct msg_room_submit *message, struct outbox *out)
{
    if (!room_limits_submit(self, envelope->user_id)) {
        outbox_refuse(out, envelope, REFUSED_TOO_MANY_SUBMISSIONS, "");
        return;
    }
    struct command *command =
        s_command_new(envelope, envelope->user_id, message->code, slice_of(""));
    command->problem_id = message->problem_id;
    command->language_id = message->language_id;
    command->code_length = message->code.length;
    s_queue(self, message->room_id, command, out);
}

static void s_on_run(struct room_actor *self, const struct envelope *envelope,
                     const struct msg_room_run *message, struct outbox *out)
{
    if (!room_limits_run(self, envelope->user_id)) {
        outbox_refuse(out, envelope, REFUSED_TOO_MANY_RUNS, "");
        return;
    }
    struct command *command =
        s_command_new(envelope, envelope->user_id, message->code, message->input);
    command->problem_id = message->problem_id;
    command->language_id = message->language_id;
    command->own_input = message->own_input;
    command->code_length = message->code.length;
    s_queue(self, message->room_id, command, out);
}

/* Commands about a room all begin with its id. */
static void s_on_command(struct room_actor *self, const struct envelope *envelope, int64_t room_id,
                         int64_t user_id, struct slice text, struct outbox *out)
{
    s_queue(self, room_id, s_command_new(envelope, user_id, text, slice_of("")), out);
}

static void s_on_tick(struct room_actor *self, struct outbox *out)
{
    while (self->asking && self->asking->asked_ms + RETRY_MS <= self->now_ms && room_place(out))
        s_ask_again(self, self->asking, out);
    if (self->asking)
        outbox_wake(out, self->asking->asked_ms + RETRY_MS);
    room_create_tick(self, out);
}

/* A user's command names its user; one from outside may not. */
static bool s_anonymous(const struct envelope *envelope)
{
    switch (envelope->kind) {
    case MSG_room_create:
    case MSG_room_join:
    case MSG_room_start:
    case MSG_room_submit:
    case MSG_room_run:
    case MSG_room_end:
    case MSG_room_leave:
        return envelope->user_id < 1;
    default:
        return false;
    }
}

static void s_handle(void *state, const struct envelope *envelope, const void *message,
                     struct outbox *out)
{
    struct room_actor *self = state;
    const int64_t *room_id = message; /* the first field of every command about a room */
    const struct msg_room_join *join = message;
    const struct msg_room_yield *yield = message;
    const struct msg_done nothing = {0};
    self->now_ms = envelope->now_ms;
    if (s_anonymous(envelope)) {
        outbox_refuse(out, envelope, REFUSED_INVALID_TOKEN, "");
        return;
    }
    switch ((enum message_id)envelope->kind) {
    case MSG_room_create:
        room_create(self, envelope, message, out);
        break;
    case MSG_room_join:
        s_on_command(self, envelope, *room_id, envelope->user_id, join->password, out);
        break;
    case MSG_room_submit:
        s_on_submit(self, envelope, message, out);
        break;
    case MSG_room_run:
        s_on_run(self, envelope, message, out);
        break;
    case MSG_room_start:
    case MSG_room_end:
    case MSG_room_leave:
        s_on_command(self, envelope, *room_id, envelope->user_id, slice_of(""), out);
        break;
    case MSG_room_due:
    case MSG_contest_complete:
    case MSG_room_settled:
        s_on_command(self, envelope, *room_id, 0, slice_of(""), out);
        break;
    case MSG_room_yield:
        s_on_command(self, envelope, *room_id, yield->user_id, slice_of(""), out);
        break;
    case MSG_store_done:
    case MSG_store_failed:
    case MSG_notice_taken:
    case MSG_room_yielded:
    case MSG_refused:
        if (envelope->to.slot == QUESTION_CREATION)
            room_create_answer(self, envelope, message, out);
        else
            s_on_answer(self, envelope, message, out);
        break;
    case MSG_tick:
        s_on_tick(self, out);
        break;
    case MSG_ping:
        outbox_reply(out, envelope, MSG_done, &nothing);
        break;
    default: /* start and drain: there is nothing to begin with, and what is under way goes on */
        break;
    }
}

/* ---- the class ------------------------------------------------------------------------------- */

static void *s_create(const struct rec_actor_config *config, void *context)
{
    (void)context;
    struct room_actor *self = calloc(1, sizeof *self);
    check(self);
    self->config = *config;
    return self;
}

static void s_destroy(void **self_p)
{
    struct room_actor *self = *self_p;
    if (!self)
        return;
    for (struct room *room, *after = self->rooms; (room = after);) {
        after = room->hh.next;
        free(room->current);
        for (struct command *command; (command = room->line);) {
            LL_DELETE(room->line, command);
            free(command);
        }
        HASH_DEL(self->rooms, room);
        free(room);
    }
    room_create_fini(self);
    room_limits_fini(self);
    free(self);
    *self_p = NULL;
}

static const uint16_t s_receives[] = {MSG_room_create,
                                      MSG_room_join,
                                      MSG_room_start,
                                      MSG_room_submit,
                                      MSG_room_run,
                                      MSG_room_end,
                                      MSG_room_leave,
                                      MSG_room_yield,
                                      MSG_room_yielded,
                                      MSG_room_due,
                                      MSG_contest_complete,
                                      MSG_room_settled,
                                      MSG_notice_taken,
                                      MSG_store_done,
                                      MSG_store_failed,
                                      MSG_refused,
                                      MSG_ping,
                                      0};

const struct actor_class room_class = {.kind = ACTOR_room,
                                       .create = s_create,
                                       .handle = s_handle,
                                       .destroy = s_destroy,
                                       .receives = s_receives};
