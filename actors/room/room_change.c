/* What each change of a room is to the database, and to the facts once it is durable. */
#include "actors/room/room.h"

#include "proto/check.h"

/* ---- load ---------------------------------------------------------------------------------- */

enum { LOAD_ROOM, LOAD_PARTICIPANTS, LOAD_PROBLEMS, LOAD_EXTRA };

void room_ask_load(struct room *room, const struct envelope *cause, struct question question,
                   bool resolving, struct outbox *out)
{
    struct commit commit;
    commit_begin(&commit);
    commit_op(&commit, STATEMENT_room_load);
    commit_i64(&commit, room->id);
    commit_op(&commit, STATEMENT_participants_load);
    commit_i64(&commit, room->id);
    commit_op(&commit, STATEMENT_room_problems_load);
    commit_i64(&commit, room->id);
    if (resolving && room->change == CHANGE_SUBMIT) {
        commit_op(&commit, STATEMENT_submission_by_command);
        commit_command(&commit, room->current->id);
    } else if (resolving && room->change == CHANGE_RUN) {
        commit_op(&commit, STATEMENT_run_look);
        commit_i64(&commit, room->current->user_id);
        commit_command(&commit, room->current->id);
        commit_i64(&commit, room->current->problem_id);
    } else if (resolving && room->change == CHANGE_JOIN) {
        commit_op(&commit, STATEMENT_open_room_of);
        commit_i64(&commit, room->current->user_id);
    }
    commit_send(&commit, out, cause, room->id, question);
}

/* NULL in the database is nought in the rules. */
static int64_t s_known(int64_t value)
{
    return value == I64_NONE ? 0 : value;
}

bool room_take_load(struct room *room, const struct msg_store_done *done)
{
    if (done->results.count < LOAD_EXTRA)
        return false;
    const struct rec_store_result *row = &done->results.items[LOAD_ROOM];
    const struct rec_store_result *seats = &done->results.items[LOAD_PARTICIPANTS];
    const struct rec_store_result *problems = &done->results.items[LOAD_PROBLEMS];
    uint8_t status;
    struct slice password = result_text(row, 0, 2);
    int64_t wanted = result_i64(row, 0, 6);
    if (result_rows(row) != 1 || result_i64(row, 0, 0) != room->id ||
        !result_word(row, 0, 3, &room_status_words, &status) ||
        !result_word(row, 0, 4, &visibility_words, &room->visibility) ||
        !result_word(row, 0, 5, &difficulty_words, &room->difficulty) ||
        password.length > sizeof room->password || wanted < 1 || wanted > ROOM_PROBLEMS_MAX ||
        result_rows(problems) > ROOM_PROBLEMS_MAX)
        return false;
    memcpy(room->password, password.data, password.length);
    room->password_length = password.length;
    room->problem_count = wanted;
    room->last_ms = result_i64(row, 0, 13);
    room->room_rev = result_i64(row, 0, 14);
    room->last_command = (struct command_id){(uint64_t)s_known(result_i64(row, 0, 15)),
                                             (uint64_t)s_known(result_i64(row, 0, 16))};
    room->contest = (struct contest){.id = room->id,
                                     .host_user_id = result_i64(row, 0, 1),
                                     .status = status,
                                     .duration_ms = result_i64(row, 0, 7),
                                     .created_ms = result_i64(row, 0, 8),
                                     .start_ms = s_known(result_i64(row, 0, 9)),
                                     .closed_ms = s_known(result_i64(row, 0, 11)),
                                     .last_number = (uint32_t)result_i64(row, 0, 12)};
    for (uint32_t i = 0; i < result_rows(seats); i++)
        if (result_i64(seats, i, 1) == SEAT_GUEST)
            room->contest.guest_user_id = result_i64(seats, i, 0);
    for (uint32_t i = 0; i < result_rows(problems); i++)
        room->contest.problem_ids[i] = result_i64(problems, i, 0);
    room->contest.problem_count = result_rows(problems);
    return true;
}

/* ---- the changes ----------------------------------------------------------------------------- */

/* Parameters 1 to 5 of every fence. */
static void s_fence(struct commit *commit, enum statement_number fence, const struct room *room)
{
    commit_op(commit, fence);
    commit_i64(commit, room->id);
    commit_i64(commit, room->room_rev);
    commit_command(commit, room->current->id);
    commit_i64(commit, room->current->at_ms);
}

/* user, room, command: what the statements about one participant begin with */
static void s_of_user(struct commit *commit, enum statement_number statement, int64_t user_id,
                      const struct room *room)
{
    commit_op(commit, statement);
    commit_i64(commit, user_id);
    commit_i64(commit, room->id);
    commit_command(commit, room->current->id);
}

static void s_of_room(struct commit *commit, enum statement_number statement,
                      const struct room *room)
{
    commit_op(commit, statement);
    commit_i64(commit, room->id);
    commit_command(commit, room->current->id);
}

static void s_build_join(struct commit *commit, const struct room *room)
{
    int64_t user_id = room->current->user_id;
    s_fence(commit, STATEMENT_fence_join, room);
    commit_i64(commit, user_id);
    s_of_user(commit, STATEMENT_guest_seat_take, user_id, room);
    s_of_user(commit, STATEMENT_guest_insert, user_id, room);
    commit_i64(commit, room->current->at_ms);
}

static void s_apply_join(struct room *room, const struct msg_store_done *done)
{
    (void)done;
    room->contest.guest_user_id = room->current->user_id;
}

static void s_build_leave(struct commit *commit, const struct room *room)
{
    s_fence(commit, STATEMENT_fence_leave, room);
    s_of_user(commit, STATEMENT_guest_delete, room->contest.guest_user_id, room);
    s_of_user(commit, STATEMENT_guest_seat_free, room->contest.guest_user_id, room);
}

static void s_apply_leave(struct room *room, const struct msg_store_done *done)
{
    (void)done;
    room->contest.guest_user_id = 0;
}

static void s_build_abandon(struct commit *commit, const struct room *room)
{
    s_fence(commit, STATEMENT_fence_abandon, room);
    s_of_room(commit, STATEMENT_seats_free, room);
}

static void s_apply_abandon(struct room *room, const struct msg_store_done *done)
{
    (void)done;
    room->contest.status = ROOM_FINISHED;
    room->contest.closed_ms = room->current->at_ms;
}

static void s_build_start(struct commit *commit, const struct room *room)
{
    int64_t start_ms = room->current->at_ms;
    s_fence(commit, STATEMENT_fence_start, room);
    commit_i64(commit, start_ms);
    commit_i64(commit, start_ms + room->contest.duration_ms);
    for (uint32_t i = 0; i < room->drawn_count; i++) {
        commit_op(commit, STATEMENT_room_problem_insert);
        commit_i64(commit, room->id);
        commit_i64(commit, room->drawn[i]);
        commit_i64(commit, i + 1);
        commit_command(commit, room->current->id);
    }
    s_of_room(commit, STATEMENT_participant_problems_insert, room);
}

static void s_apply_start(struct room *room, const struct msg_store_done *done)
{
    (void)done;
    room->contest.status = ROOM_ACTIVE;
    room->contest.start_ms = room->current->at_ms;
    memcpy(room->contest.problem_ids, room->drawn, sizeof room->drawn);
    room->contest.problem_count = room->drawn_count;
}

static void s_build_submit(struct commit *commit, const struct room *room)
{
    const struct command *command = room->current;
    int64_t number = (int64_t)room->contest.last_number + 1;
    s_fence(commit, STATEMENT_fence_submit, room);
    commit_i64(commit, number);
    commit_op(commit, STATEMENT_submission_insert);
    commit_i64(commit, command->user_id);
    commit_i64(commit, room->id);
    commit_i64(commit, command->problem_id);
    commit_i64(commit, command->language_id);
    commit_text(commit, slice_from(command->text, command->code_length));
    commit_i64(commit, command->at_ms);
    commit_command(commit, command->id);
    commit_i64(commit, number);
}

static void s_apply_submit(struct room *room, const struct msg_store_done *done)
{
    room->contest.last_number++;
    room->submission_id = done->results.count > 1 ? result_i64(&done->results.items[1], 0, 0) : 0;
    room->submission_number = room->contest.last_number;
}

/* What is kept of his is bounded here, where it grows. */
static void s_build_run(struct commit *commit, const struct room *room)
{
    const struct command *command = room->current;
    struct slice code = slice_from(command->text, command->code_length);
    struct slice input = slice_from(command->text + command->code_length,
                                    command->text_length - command->code_length);
    commit_op(commit, STATEMENT_run_insert);
    commit_i64(commit, command->user_id);
    commit_i64(commit, room->id);
    commit_i64(commit, command->problem_id);
    commit_i64(commit, command->language_id);
    commit_text(commit, code);
    if (command->own_input)
        commit_text(commit, input);
    else
        commit_opt(commit, I64_NONE);
    commit_i64(commit, command->at_ms);
    commit_command(commit, command->id);
    commit_i64(commit, RUNS_WAITING_MAX);
    commit_op(commit, STATEMENT_runs_forget_own);
    commit_i64(commit, command->user_id);
    commit_i64(commit, RUNS_KEPT);
    commit_op(commit, STATEMENT_runs_forget_old);
    commit_i64(commit, command->at_ms - RUNS_KEPT_MS);
}

static void s_apply_run(struct room *room, const struct msg_store_done *done)
{
    room->submission_id = done->results.count ? result_i64(&done->results.items[0], 0, 0) : 0;
}

static void s_build_close(struct commit *commit, const struct room *room)
{
    s_fence(commit, STATEMENT_fence_close, room);
    commit_i64(commit, room->closing_ms);
    s_of_room(commit, STATEMENT_seats_free, room);
}

static void s_apply_close(struct room *room, const struct msg_store_done *done)
{
    (void)done;
    room->contest.closed_ms = room->closing_ms;
}

static const struct {
    void (*build)(struct commit *commit, const struct room *room);
    void (*apply)(struct room *room, const struct msg_store_done *done);
} s_changes[] = {
    [CHANGE_JOIN] = {s_build_join, s_apply_join},
    [CHANGE_LEAVE] = {s_build_leave, s_apply_leave},
    [CHANGE_ABANDON] = {s_build_abandon, s_apply_abandon},
    [CHANGE_START] = {s_build_start, s_apply_start},
    [CHANGE_SUBMIT] = {s_build_submit, s_apply_submit},
    [CHANGE_RUN] = {s_build_run, s_apply_run},
    [CHANGE_CLOSE] = {s_build_close, s_apply_close},
};

void room_ask_commit(struct room *room, struct question question, struct outbox *out)
{
    struct commit commit;
    commit_begin(&commit);
    s_changes[room->change].build(&commit, room);
    commit_send(&commit, out, &room->current->envelope, room->id, question);
}

void room_apply(struct room *room, const struct msg_store_done *done)
{
    s_changes[room->change].apply(room, done);
    if (room->change == CHANGE_RUN)
        return;
    room->room_rev++;
    room->last_command = room->current->id;
    room->last_ms = room->current->at_ms;
}

/* The submission that the current command made, by an earlier try: maybe not the newest any more.
 * It was received when that try was. */
static bool s_take_submission(struct room *room, const struct msg_store_done *done)
{
    if (done->results.count <= LOAD_EXTRA || result_rows(&done->results.items[LOAD_EXTRA]) != 1)
        return false;
    const struct rec_store_result *row = &done->results.items[LOAD_EXTRA];
    if (result_i64(row, 0, 5) != room->current->user_id)
        return false;
    room->submission_id = result_i64(row, 0, 0);
    room->submission_number = result_i64(row, 0, 1);
    room->current->problem_id = result_i64(row, 0, 2);
    room->current->language_id = result_i64(row, 0, 3);
    room->current->at_ms = result_i64(row, 0, 4);
    return true;
}

/* The run that the current command made, by an earlier try. */
static bool s_take_run(struct room *room, const struct msg_store_done *done)
{
    if (done->results.count <= LOAD_EXTRA)
        return false;
    int64_t id = result_i64(&done->results.items[LOAD_EXTRA], 0, 1);
    if (id == I64_NONE)
        return false;
    room->submission_id = id;
    return true;
}

enum refusal room_why_no_run(const struct msg_store_done *done, bool own_input)
{
    if (done->results.count <= LOAD_EXTRA)
        return NOT_REFUSED;
    const struct rec_store_result *row = &done->results.items[LOAD_EXTRA];
    if (result_i64(row, 0, 0) >= RUNS_WAITING_MAX)
        return REFUSED_TOO_MANY_RUNS;
    return !own_input && result_i64(row, 0, 2) == 0 ? REFUSED_NO_SAMPLES : NOT_REFUSED;
}

bool room_was_done(struct room *room, const struct msg_store_done *done)
{
    if (room->change == CHANGE_RUN)
        return s_take_run(room, done);
    if (room->change == CHANGE_SUBMIT)
        return s_take_submission(room, done);
    if (room->last_command.high != room->current->id.high ||
        room->last_command.low != room->current->id.low)
        return false;
    return room->change != CHANGE_JOIN || room->contest.guest_user_id == room->current->user_id;
}

/* ---- notice -------------------------------------------------------------------------------- */

static int64_t s_optional(int64_t value)
{
    return value ? value : I64_NONE;
}

void room_ask_notice(const struct room *room, struct question question, struct outbox *out)
{
    const struct contest *contest = &room->contest;
    const struct command *command = room->current;
    bool submitted = command && command->envelope.kind == MSG_room_submit &&
                     room->submission_number == contest->last_number;
    struct rec_submission_fact submission = {0};
    if (submitted)
        submission = (struct rec_submission_fact){.id = room->submission_id,
                                                  .number = contest->last_number,
                                                  .user_id = command->user_id,
                                                  .problem_id = command->problem_id,
                                                  .language_id = command->language_id,
                                                  .received_ms = command->at_ms};
    struct msg_room_notice notice = {
        .facts = {.room_id = room->id,
                  .host_user_id = contest->host_user_id,
                  .guest_user_id = s_optional(contest->guest_user_id),
                  .status = (uint8_t)contest->status,
                  .visibility = room->visibility,
                  .created_ms = contest->created_ms,
                  .start_ms = s_optional(contest->start_ms),
                  .duration_ms = contest->duration_ms,
                  .closed_ms = s_optional(contest->closed_ms),
                  .problem_ids = {contest->problem_count, (int64_t *)contest->problem_ids},
                  .last_number = contest->last_number,
                  .room_rev = room->room_rev},
        .submissions = {submitted, &submission}};
    outbox_send(out, command ? &command->envelope : NULL, ACTOR_scoring, room->id, question,
                MSG_room_notice, &notice);
}
