/* Opening a room. Routed by the user, so one shard sees all creates of one user and does them one
 * at a time; the room's id comes from the store, and its owner may be another shard, which loads it
 * when somebody asks. One open room per user is the database's fact (open_seats): a create that it
 * refuses asks the other room's owner, once, to close that room if the host waits there alone. */
#include "actors/room/room.h"

#include "proto/check.h"
#include "proto/prng.h"

#define MADE_PASSWORD_BYTES 8

static struct creation *s_find(struct room_actor *self, int64_t user_id)
{
    struct creation *creation;
    HASH_FIND(hh, self->creations, &user_id, sizeof user_id, creation);
    return creation;
}

static void s_forget(struct room_actor *self, struct creation *creation)
{
    HASH_DEL(self->creations, creation);
    DL_DELETE(self->creating, creation);
    free(creation);
}

/* Letters and digits that nobody mistakes for one another. */
static void s_make_password(struct creation *creation, uint64_t seed)
{
    static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789";
    struct prng prng = {seed};
    for (size_t i = 0; i < MADE_PASSWORD_BYTES; i++)
        creation->password[i] = letters[prng_below(&prng, sizeof letters - 1)];
    creation->password_length = MADE_PASSWORD_BYTES;
}

static bool s_blank(struct slice text)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.data[i] != ' ' && text.data[i] != '\t')
            return false;
    return true;
}

static int64_t s_or(int64_t value, int64_t absent)
{
    return value == I64_NONE ? absent : value;
}

/* ---- questions ------------------------------------------------------------------------------- */

enum { INSERT_ROOM, INSERT_SEAT, INSERT_HOST, INSERT_ID, INSERT_OTHER, INSERT_RESULTS };

static void s_ask_insert(const struct creation *creation, struct outbox *out)
{
    struct commit commit;
    commit_begin(&commit);
    commit_op(&commit, STATEMENT_room_insert);
    commit_i64(&commit, creation->user_id);
    commit_text(&commit, slice_from(creation->password, creation->password_length));
    commit_text(&commit, slice_of(word_text(&visibility_words, creation->visibility)));
    commit_text(&commit, slice_of(word_text(&difficulty_words, creation->difficulty)));
    commit_i64(&commit, creation->problem_count);
    commit_i64(&commit, creation->duration_ms);
    commit_i64(&commit, creation->envelope.now_ms);
    commit_command(&commit, creation->id);
    commit_op(&commit, STATEMENT_host_seat_take);
    commit_command(&commit, creation->id);
    commit_op(&commit, STATEMENT_host_insert);
    commit_command(&commit, creation->id);
    commit_op(&commit, STATEMENT_room_by_command);
    commit_command(&commit, creation->id);
    commit_op(&commit, STATEMENT_open_room_of);
    commit_i64(&commit, creation->user_id);
    commit_send(&commit, out, &creation->envelope, creation->user_id,
                (struct question){QUESTION_CREATION, creation->generation});
}

static void s_ask_yield(const struct creation *creation, struct outbox *out)
{
    struct msg_room_yield yield = {creation->other_room_id, creation->user_id};
    struct envelope cause = creation->envelope;
    cause.command = (struct command_id){0}; /* the closing is a command of its own */
    outbox_send(out, &cause, ACTOR_room, creation->other_room_id,
                (struct question){QUESTION_CREATION, creation->generation}, MSG_room_yield, &yield);
}

/* The same question once more: whichever answer comes first will do. */
static void s_ask_again(struct room_actor *self, struct creation *creation, struct outbox *out)
{
    DL_DELETE(self->creating, creation);
    DL_APPEND(self->creating, creation);
    creation->asked_ms = self->now_ms;
    (creation->phase == CREATION_INSERTING ? s_ask_insert : s_ask_yield)(creation, out);
    outbox_wake(out, creation->asked_ms + RETRY_MS);
}

static void s_ask(struct room_actor *self, struct creation *creation, enum creation_phase phase,
                  struct outbox *out)
{
    creation->phase = phase;
    creation->generation = room_next_generation(self);
    s_ask_again(self, creation, out);
}

/* ---- answers --------------------------------------------------------------------------------- */

static void s_refuse(struct room_actor *self, struct creation *creation, enum refusal refusal,
                     struct outbox *out)
{
    outbox_refuse(out, &creation->envelope, refusal, "");
    s_forget(self, creation);
}

static void s_created(struct room_actor *self, struct creation *creation, int64_t room_id,
                      struct outbox *out)
{
    struct msg_room_created created = {
        .room = {.id = room_id,
                 .host_user_id = creation->user_id,
                 .password = slice_from(creation->password, creation->password_length),
                 .status = ROOM_WAITING,
                 .start_ms = I64_NONE,
                 .end_ms = I64_NONE,
                 .duration_ms = creation->duration_ms,
                 .visibility = creation->visibility,
                 .problem_count = creation->problem_count,
                 .difficulty = creation->difficulty}};
    struct msg_schedule schedule = {room_id,
                                    creation->envelope.now_ms + self->config.waiting_expiry_ms};
    outbox_send(out, NULL, ACTOR_scheduler, room_id, NO_ANSWER, MSG_schedule, &schedule);
    outbox_reply(out, &creation->envelope, MSG_room_created, &created);
    s_forget(self, creation);
}

static void s_on_inserted(struct room_actor *self, struct creation *creation,
                          const struct msg_store_done *done, struct outbox *out)
{
    if (done->results.count != INSERT_RESULTS) {
        s_refuse(self, creation, REFUSED_FAILED, out);
        return;
    }
    const struct rec_store_result *id = &done->results.items[INSERT_ID];
    const struct rec_store_result *other = &done->results.items[INSERT_OTHER];
    int64_t other_room_id = result_i64(other, 0, 1);
    if (result_rows(id) == 1)
        s_created(self, creation, result_i64(id, 0, 0), out);
    else if (result_rows(other) == 0)
        s_refuse(self, creation, REFUSED_NO_SUCH_USER, out);
    else if (other_room_id == I64_NONE || creation->yielded)
        s_refuse(self, creation, REFUSED_HOST_HAS_ROOM, out);
    else {
        creation->yielded = true;
        creation->other_room_id = other_room_id;
        s_ask(self, creation, CREATION_YIELDING, out);
    }
}

/* An owner that is busy has done nothing: the question stays open and is asked again. */
static bool s_busy(const struct envelope *envelope, const void *message)
{
    return envelope->kind == MSG_refused &&
           ((const struct msg_refused *)message)->refusal == REFUSED_OVERLOADED;
}

void room_create_answer(struct room_actor *self, const struct envelope *envelope,
                        const void *message, struct outbox *out)
{
    struct creation *creation = s_find(self, envelope->user_id);
    if (!creation || creation->generation != envelope->to.generation)
        return; /* answered already, by an earlier try */
    if (s_busy(envelope, message))
        return;
    bool inserting = creation->phase == CREATION_INSERTING;
    if (inserting && envelope->kind == MSG_store_done)
        s_on_inserted(self, creation, message, out);
    else if (!inserting && envelope->kind == MSG_room_yielded) {
        if (((const struct msg_room_yielded *)message)->closed)
            s_ask(self, creation, CREATION_INSERTING, out);
        else
            s_refuse(self, creation, REFUSED_HOST_HAS_ROOM, out);
    } else
        s_refuse(self, creation, REFUSED_FAILED, out); /* store_failed, refused */
}

/* ---- the command ------------------------------------------------------------------------------
 */

static bool s_bounded(const struct creation *creation)
{
    return creation->duration_ms >= CONTEST_DURATION_MIN_MS &&
           creation->duration_ms <= CONTEST_DURATION_MAX_MS && creation->problem_count >= 1 &&
           creation->problem_count <= ROOM_PROBLEMS_MAX;
}

static bool s_repeats(const struct creation *creation, const struct envelope *envelope)
{
    return creation->id.high == envelope->command.high && creation->id.low == envelope->command.low;
}

void room_create(struct room_actor *self, const struct envelope *envelope,
                 const struct msg_room_create *message, struct outbox *out)
{
    struct creation *under_way = s_find(self, envelope->user_id);
    if (under_way && s_repeats(under_way, envelope)) {
        under_way->envelope = *envelope; /* who asked last is who still waits */
        return;
    }
    if (under_way) { /* his other create is being made this instant */
        outbox_refuse(out, envelope, REFUSED_HOST_HAS_ROOM, "");
        return;
    }
    if (HASH_COUNT(self->creations) >= CREATIONS_MAX) {
        outbox_refuse(out, envelope, REFUSED_OVERLOADED, "");
        return;
    }
    struct creation *creation = calloc(1, sizeof *creation);
    check(creation);
    creation->user_id = envelope->user_id;
    creation->envelope = *envelope;
    creation->id = envelope->command;
    if (!creation->id.high && !creation->id.low)
        creation->id = (struct command_id){envelope->seed, (uint64_t)envelope->now_ms};
    creation->duration_ms = s_or(message->duration_ms, self->config.contest_duration_ms);
    creation->problem_count = s_or(message->problem_count, self->config.contest_problems);
    creation->difficulty = message->difficulty;
    creation->visibility = message->visibility;
    if (!s_bounded(creation)) {
        outbox_refuse(out, envelope, REFUSED_BAD_REQUEST, "duration or problemCount out of bounds");
        free(creation);
        return;
    }
    if (s_blank(message->password))
        s_make_password(creation, envelope->seed);
    else {
        memcpy(creation->password, message->password.data, message->password.length);
        creation->password_length = message->password.length;
    }
    HASH_ADD(hh, self->creations, user_id, sizeof creation->user_id, creation);
    DL_APPEND(self->creating, creation);
    s_ask(self, creation, CREATION_INSERTING, out);
}

/* Asks again what was not answered, as long as the user waits. */
void room_create_tick(struct room_actor *self, struct outbox *out)
{
    while (self->creating && self->creating->asked_ms + RETRY_MS <= self->now_ms &&
           room_place(out)) {
        struct creation *creation = self->creating;
        if (creation->envelope.deadline_ms && creation->envelope.deadline_ms < self->now_ms)
            s_refuse(self, creation, REFUSED_DEADLINE, out);
        else
            s_ask_again(self, creation, out);
    }
    if (self->creating)
        outbox_wake(out, self->creating->asked_ms + RETRY_MS);
}

void room_create_fini(struct room_actor *self)
{
    while (self->creating)
        s_forget(self, self->creating);
}
