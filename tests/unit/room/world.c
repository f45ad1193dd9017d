#include "tests/unit/room/world.h"

#include "proto/check.h"

static const char *const s_difficulties[] = {"easy", "medium", "hard"};

void world_init(struct world *self)
{
    struct rec_actor_config config = {.shards = 1,
                                      .contest_duration_ms = DURATION,
                                      .contest_problems = 3,
                                      .waiting_expiry_ms = 30 * MINUTE,
                                      .settle_limit_ms = 15 * MINUTE,
                                      .submit_limit = 5,
                                      .submit_window_ms = 10000,
                                      .run_limit = 5,
                                      .run_window_ms = 10000};
    *self = (struct world){.problems = WORLD_PROBLEMS};
    self->harness = actor_harness_new(&room_class, &config, NULL);
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

/* ---- the tables ------------------------------------------------------------------------------ */

static struct world_room *s_room(struct world *self, int64_t id)
{
    static struct world_room one_of_many;
    if (self->endless && id > WORLD_ROOMS) {
        one_of_many = self->tables.rooms[0];
        one_of_many.id = id;
        return &one_of_many;
    }
    return id >= 1 && id <= WORLD_ROOMS && self->tables.rooms[id - 1].id
               ? &self->tables.rooms[id - 1]
               : NULL;
}

static struct world_room *s_room_by_command(struct world *self, int64_t high, int64_t low)
{
    for (int i = 0; i < WORLD_ROOMS; i++) {
        struct world_room *room = &self->tables.rooms[i];
        if (room->id && room->create_high == high && room->create_low == low)
            return room;
    }
    return NULL;
}

/* The room in which the user has his open seat; I64_NONE: none. */
static int64_t s_seat_of(const struct world *self, int64_t user_id)
{
    for (int i = 0; i < WORLD_ROOMS; i++) {
        const struct world_room *room = &self->tables.rooms[i];
        if (room->id && room->closed == I64_NONE &&
            (room->host == user_id || room->guest == user_id))
            return room->id;
    }
    return I64_NONE;
}

static bool s_exists(int64_t user_id)
{
    return user_id >= 1 && user_id <= WORLD_USERS;
}

static struct world_room *s_add_room(struct world *self)
{
    for (int i = 0; i < WORLD_ROOMS; i++)
        if (!self->tables.rooms[i].id) {
            self->tables.rooms[i] = (struct world_room){.id = i + 1,
                                                        .status = "WAITING",
                                                        .start = I64_NONE,
                                                        .end = I64_NONE,
                                                        .closed = I64_NONE};
            return &self->tables.rooms[i];
        }
    fail_msg("the world is too small");
    return NULL;
}

struct world_room *world_room(struct world *self)
{
    struct world_room *room = s_add_room(self);
    room->host = HOST;
    room->visibility = "open";
    room->difficulty = "mixed";
    room->wanted = 3;
    room->duration = DURATION;
    room->created = room->last_ms = self->harness->now_ms;
    strcpy(room->password, "secret");
    return room;
}

struct world_room *world_full(struct world *self)
{
    struct world_room *room = world_room(self);
    room->guest = GUEST;
    room->rev = 1;
    return room;
}

struct world_room *world_contest(struct world *self)
{
    struct world_room *room = world_full(self);
    room->status = "ACTIVE";
    room->start = room->last_ms = self->harness->now_ms;
    room->end = room->start + room->duration;
    room->rev = 2;
    room->count = 3;
    for (int64_t i = 0; i < 3; i++)
        room->problems[i] = 501 + i;
    self->harness->now_ms += MINUTE;
    return room;
}

/* ---- statements ------------------------------------------------------------------------------ */

static int64_t s_param(const struct rec_store_op *op, uint32_t number)
{
    check(number <= op->params.count);
    const struct value *value = &op->params.items[number - 1];
    return value->type == VALUE_I64 ? value->i64 : I64_NONE;
}

static const char *s_word(const struct rec_store_op *op, uint32_t number,
                          const struct vocabulary *words)
{
    uint8_t word = 0;
    check(word_number(words, op->params.items[number - 1].text, &word));
    return word_text(words, word);
}

static bool s_changed(struct actor_answer *answer, bool changed)
{
    actor_answer_changed(answer, changed);
    return changed;
}

static void s_insert_room(struct world *self, const struct rec_store_op *op,
                          struct actor_answer *answer)
{
    bool may = s_exists(s_param(op, 1)) && s_seat_of(self, s_param(op, 1)) == I64_NONE &&
               !s_room_by_command(self, s_param(op, 8), s_param(op, 9));
    actor_answer_changed(answer, may);
    if (!may)
        return;
    struct slice password = op->params.items[1].text;
    struct world_room *room = s_add_room(self);
    room->host = s_param(op, 1);
    check(password.length >= 1 && password.length <= PASSWORD_MAX_BYTES);
    memcpy(room->password, password.data, password.length);
    room->visibility = s_word(op, 3, &visibility_words);
    room->difficulty = s_word(op, 4, &difficulty_words);
    room->wanted = s_param(op, 5);
    room->duration = s_param(op, 6);
    room->created = room->last_ms = s_param(op, 7);
    room->create_high = s_param(op, 8);
    room->create_low = s_param(op, 9);
    self->commits++;
}

static void s_load_room(const struct world_room *room, struct actor_answer *answer)
{
    actor_answer_result(answer, 20);
    if (!room)
        return;
    actor_answer_i64(answer, room->id);
    actor_answer_i64(answer, room->host);
    actor_answer_text(answer, room->password);
    actor_answer_text(answer, room->status);
    actor_answer_text(answer, room->visibility);
    actor_answer_text(answer, room->difficulty);
    const int64_t numbers[] = {room->wanted, room->duration, room->created,     room->start,
                               room->end,    room->closed,   room->last_number, room->last_ms,
                               room->rev,    room->high,     room->low,         0,
                               I64_NONE,     I64_NONE};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        actor_answer_i64(answer, numbers[i]);
}

static void s_load_seats(const struct world_room *room, struct actor_answer *answer)
{
    actor_answer_result(answer, 2);
    for (int64_t seat = 1; room && seat <= 2; seat++) {
        int64_t user_id = seat == 1 ? room->host : room->guest;
        if (!user_id)
            continue;
        actor_answer_i64(answer, user_id);
        actor_answer_i64(answer, seat);
    }
}

static void s_load_problems(const struct world_room *room, struct actor_answer *answer)
{
    actor_answer_result(answer, 1);
    for (int64_t i = 0; room && i < room->count; i++)
        actor_answer_i64(answer, room->problems[i]);
}

static void s_candidates(const struct world *self, struct actor_answer *answer)
{
    actor_answer_result(answer, 3);
    for (int64_t i = 0; i < self->problems; i++) {
        actor_answer_i64(answer, 501 + i);
        actor_answer_text(answer, s_difficulties[i % 3]);
        actor_answer_i64(answer, i < self->met);
    }
}

static void s_open_room(const struct world *self, int64_t user_id, struct actor_answer *answer)
{
    actor_answer_result(answer, 2);
    if (!s_exists(user_id))
        return;
    actor_answer_i64(answer, user_id);
    actor_answer_i64(answer, s_seat_of(self, user_id));
}

static struct world_submission *s_submission(struct world *self, int64_t high, int64_t low)
{
    for (uint32_t i = 0; i < self->tables.submission_count; i++)
        if (self->tables.submissions[i].high == high && self->tables.submissions[i].low == low)
            return &self->tables.submissions[i];
    return NULL;
}

static bool s_insert_submission(struct world *self, const struct rec_store_op *op,
                                struct actor_answer *answer)
{
    actor_answer_result(answer, 1);
    if (s_submission(self, s_param(op, 7), s_param(op, 8)))
        return false;
    uint32_t index = self->tables.submission_count++;
    check(index < WORLD_SUBMISSIONS);
    self->tables.submissions[index] = (struct world_submission){.id = 7001 + index,
                                                                .room = s_param(op, 2),
                                                                .user = s_param(op, 1),
                                                                .problem = s_param(op, 3),
                                                                .number = s_param(op, 9),
                                                                .language = s_param(op, 4),
                                                                .created = s_param(op, 6),
                                                                .high = s_param(op, 7),
                                                                .low = s_param(op, 8)};
    actor_answer_i64(answer, 7001 + index);
    return true;
}

static void s_read_submission(struct world *self, const struct rec_store_op *op,
                              struct actor_answer *answer)
{
    const struct world_submission *row = s_submission(self, s_param(op, 1), s_param(op, 2));
    actor_answer_result(answer, 6);
    if (!row)
        return;
    const int64_t numbers[] = {row->id,       row->number,  row->problem,
                               row->language, row->created, row->user};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        actor_answer_i64(answer, numbers[i]);
}

/* ---- runs ---- */

static bool s_insert_run(struct world *self, const struct rec_store_op *op,
                         struct actor_answer *answer)
{
    const struct world_room *room = s_room(self, s_param(op, 2));
    bool own_input = op->params.items[5].type == VALUE_TEXT;
    int64_t waiting = 0;
    actor_answer_result(answer, 1);
    for (uint32_t i = 0; i < self->tables.run_count; i++) {
        const struct world_run *run = &self->tables.runs[i];
        waiting += run->user == s_param(op, 1) && !run->judged;
        if (run->high == s_param(op, 8) && run->low == s_param(op, 9))
            return false;
    }
    if (strcmp(room->status, "ACTIVE") != 0 || waiting >= s_param(op, 10) ||
        (!own_input && self->no_samples))
        return false;
    uint32_t index = self->tables.run_count++;
    check(index < WORLD_SUBMISSIONS);
    self->tables.runs[index] = (struct world_run){.id = 301 + index,
                                                  .user = s_param(op, 1),
                                                  .problem = s_param(op, 3),
                                                  .created = s_param(op, 7),
                                                  .high = s_param(op, 8),
                                                  .low = s_param(op, 9),
                                                  .own_input = own_input};
    actor_answer_i64(answer, 301 + index);
    self->commits++;
    return true;
}

static void s_look_for_run(struct world *self, const struct rec_store_op *op,
                           struct actor_answer *answer)
{
    int64_t waiting = 0, id = I64_NONE;
    for (uint32_t i = 0; i < self->tables.run_count; i++) {
        const struct world_run *run = &self->tables.runs[i];
        if (run->user != s_param(op, 1))
            continue;
        waiting += !run->judged;
        if (run->high == s_param(op, 2) && run->low == s_param(op, 3))
            id = run->id;
    }
    actor_answer_result(answer, 3);
    actor_answer_i64(answer, waiting);
    actor_answer_i64(answer, id);
    actor_answer_i64(answer, !self->no_samples);
}

/* Those judged before the newest so many that are. */
static void s_forget_runs(struct world *self, const struct rec_store_op *op,
                          struct actor_answer *answer)
{
    int64_t kept = 0;
    actor_answer_result(answer, 0);
    for (uint32_t i = self->tables.run_count; i-- > 0;) {
        struct world_run *run = &self->tables.runs[i];
        if (run->user == s_param(op, 1) && run->judged && !run->gone)
            run->gone = kept++ >= s_param(op, 2);
    }
}

static void s_forget_old_runs(struct world *self, const struct rec_store_op *op,
                              struct actor_answer *answer)
{
    actor_answer_result(answer, 0);
    for (uint32_t i = 0; i < self->tables.run_count; i++)
        self->tables.runs[i].gone |=
            self->tables.runs[i].judged && self->tables.runs[i].created < s_param(op, 1);
}

/* May this commit be made, beyond the revision that it was decided on? */
static bool s_may(const struct world *self, const struct world_room *room,
                  const struct rec_store_op *op)
{
    bool waiting = !strcmp(room->status, "WAITING");
    bool running = !strcmp(room->status, "ACTIVE") && room->closed == I64_NONE;
    switch (op->statement) {
    case STATEMENT_fence_join:
        return waiting && s_exists(s_param(op, 6)) && s_seat_of(self, s_param(op, 6)) == I64_NONE;
    case STATEMENT_fence_submit:
    case STATEMENT_fence_close:
        return running;
    default:
        return waiting;
    }
}

static bool s_fence(struct world *self, const struct rec_store_op *op, struct actor_answer *answer)
{
    struct world_room *room = s_room(self, s_param(op, 1));
    if (!room || room->rev != s_param(op, 2) || !s_may(self, room, op))
        return s_changed(answer, false);
    room->rev++;
    room->high = s_param(op, 3);
    room->low = s_param(op, 4);
    check(s_param(op, 5) >= room->last_ms);
    room->last_ms = s_param(op, 5);
    if (op->statement == STATEMENT_fence_abandon) {
        room->status = "FINISHED";
        room->closed = room->end = room->last_ms;
    } else if (op->statement == STATEMENT_fence_start) {
        room->status = "ACTIVE";
        room->start = s_param(op, 6);
        room->end = s_param(op, 7);
    } else if (op->statement == STATEMENT_fence_close)
        room->closed = s_param(op, 6);
    else if (op->statement == STATEMENT_fence_submit)
        room->last_number = s_param(op, 6);
    self->commits++;
    return s_changed(answer, true);
}

static bool s_change_guest(struct world *self, const struct rec_store_op *op, int64_t guest,
                           struct actor_answer *answer)
{
    struct world_room *room = s_room(self, s_param(op, 2));
    check(room && room->high == s_param(op, 3) && room->low == s_param(op, 4));
    room->guest = guest;
    return s_changed(answer, true);
}

static bool s_insert_problem(struct world *self, const struct rec_store_op *op,
                             struct actor_answer *answer)
{
    struct world_room *room = s_room(self, s_param(op, 1));
    check(room && room->high == s_param(op, 4) && room->low == s_param(op, 5));
    check(s_param(op, 3) == room->count + 1);
    room->problems[room->count++] = s_param(op, 2);
    return s_changed(answer, true);
}

/* False: the commit is refused. */
static bool s_run_op(struct world *self, const struct rec_store_op *op, struct actor_answer *answer)
{
    const struct world_room *made;
    switch (op->statement) {
    case STATEMENT_room_insert:
        s_insert_room(self, op, answer);
        return true;
    case STATEMENT_room_by_command:
        made = s_room_by_command(self, s_param(op, 1), s_param(op, 2));
        actor_answer_result(answer, 1);
        if (made)
            actor_answer_i64(answer, made->id);
        return true;
    case STATEMENT_open_room_of:
        s_open_room(self, s_param(op, 1), answer);
        return true;
    case STATEMENT_room_load:
        s_load_room(s_room(self, s_param(op, 1)), answer);
        return true;
    case STATEMENT_participants_load:
        s_load_seats(s_room(self, s_param(op, 1)), answer);
        return true;
    case STATEMENT_room_problems_load:
        s_load_problems(s_room(self, s_param(op, 1)), answer);
        return true;
    case STATEMENT_problem_candidates:
        s_candidates(self, answer);
        return true;
    case STATEMENT_submission_by_command:
        s_read_submission(self, op, answer);
        return true;
    case STATEMENT_fence_join:
    case STATEMENT_fence_leave:
    case STATEMENT_fence_abandon:
    case STATEMENT_fence_start:
    case STATEMENT_fence_submit:
    case STATEMENT_fence_close:
        return s_fence(self, op, answer);
    case STATEMENT_guest_insert:
        return s_change_guest(self, op, s_param(op, 1), answer);
    case STATEMENT_guest_delete:
        return s_change_guest(self, op, 0, answer);
    case STATEMENT_room_problem_insert:
        return s_insert_problem(self, op, answer);
    case STATEMENT_submission_insert:
        return s_insert_submission(self, op, answer);
    case STATEMENT_run_insert:
        return s_insert_run(self, op, answer);
    case STATEMENT_run_look:
        s_look_for_run(self, op, answer);
        return true;
    case STATEMENT_runs_forget_own:
        s_forget_runs(self, op, answer);
        return true;
    case STATEMENT_runs_forget_old:
        s_forget_old_runs(self, op, answer);
        return true;
    case STATEMENT_host_seat_take: /* seats follow from rooms here */
    case STATEMENT_host_insert:
    case STATEMENT_guest_seat_take:
    case STATEMENT_guest_seat_free:
    case STATEMENT_seats_free:
    case STATEMENT_participant_problems_insert:
        return s_changed(answer, true);
    default:
        fail_msg("statement %d is not the world's", (int)op->statement);
        return false;
    }
}

static bool s_commits(const struct rec_store_op *op)
{
    return op->statement >= STATEMENT_fence_join && op->statement <= STATEMENT_fence_submit &&
           op->statement != STATEMENT_problem_candidates;
}

static void s_run_store(struct world *self, const struct actor_sent *sent)
{
    static struct world_tables before;
    const struct msg_store_run *run = sent->message;
    const struct rec_store_op *first = &run->ops.items[0];
    struct actor_answer *answer = malloc(sizeof *answer);
    check(answer);
    actor_answer_begin(answer);
    if (self->intrusions && s_commits(first)) {
        self->intrusions--;
        s_room(self, s_param(first, 1))->rev++;
    }
    before = self->tables;
    for (uint32_t i = 0; !answer->done.refused && i < run->ops.count; i++)
        answer->done.refused = !s_run_op(self, &run->ops.items[i], answer);
    if (answer->done.refused)
        self->tables = before;
    if (!self->mute)
        actor_harness_give(self->harness, actor_harness_answer(sent, MSG_store_done),
                           &answer->done);
    free(answer);
}

/* ---- everybody ------------------------------------------------------------------------------- */

static void s_play_store(struct world *self, const struct actor_sent *sent)
{
    if (self->dead)
        return;
    if (self->failing)
        actor_harness_give(self->harness, actor_harness_answer(sent, MSG_store_failed),
                           &(struct msg_store_failed){slice_of("disk full")});
    else
        s_run_store(self, sent);
}

static void s_play_scoring(struct world *self, const struct actor_sent *sent)
{
    const struct msg_room_notice *notice = sent->message;
    if (!self->deaf && sent->envelope.reply.actor)
        actor_harness_give(
            self->harness, actor_harness_answer(sent, MSG_notice_taken),
            &(struct msg_notice_taken){notice->facts.room_id, notice->facts.room_rev});
}

void world_run(struct world *self)
{
    while (self->answered < self->harness->sent_count) {
        const struct actor_sent *sent = &self->harness->sent[self->answered++];
        struct envelope envelope = sent->envelope;
        if (envelope.kind == MSG_store_run)
            s_play_store(self, sent);
        else if (envelope.kind == MSG_room_notice)
            s_play_scoring(self, sent);
        else if (envelope.kind == MSG_room_yield && !self->away) {
            envelope.seed = 77;
            actor_harness_give(self->harness, envelope, sent->message);
        } else if (envelope.to.actor == ACTOR_room && envelope.to.generation)
            actor_harness_give(self->harness, envelope, sent->message);
    }
}

void world_wait(struct world *self, int64_t ms)
{
    int64_t until_ms = self->harness->now_ms + ms;
    while (self->harness->now_ms < until_ms) {
        actor_harness_wait(self->harness, 100);
        world_run(self);
    }
}

/* ---- asking ---------------------------------------------------------------------------------- */

static struct envelope s_request(struct world *self, uint16_t kind, int64_t user_id, int64_t key)
{
    struct envelope envelope = actor_harness_request(self->harness, kind, user_id, key);
    envelope.seed = 1000 + envelope.command.low;
    return envelope;
}

void world_repeat(struct world *self, const struct envelope *envelope, const void *message)
{
    actor_harness_give(self->harness, *envelope, message);
    world_run(self);
}

struct envelope world_create(struct world *self, int64_t user_id, const char *password)
{
    struct envelope envelope = s_request(self, MSG_room_create, user_id, user_id);
    world_repeat(self, &envelope,
                 &(struct msg_room_create){.password = slice_of(password),
                                           .duration_ms = I64_NONE,
                                           .problem_count = I64_NONE,
                                           .difficulty = DIFFICULTY_MIXED});
    return envelope;
}

struct envelope world_join(struct world *self, int64_t user_id, const char *password)
{
    struct envelope envelope = s_request(self, MSG_room_join, user_id, ROOM);
    world_repeat(self, &envelope, &(struct msg_room_join){ROOM, slice_of(password)});
    return envelope;
}

struct envelope world_submit(struct world *self, int64_t user_id, int64_t problem_id)
{
    struct envelope envelope = s_request(self, MSG_room_submit, user_id, ROOM);
    world_repeat(self, &envelope,
                 &(struct msg_room_submit){ROOM, problem_id, 71, slice_of("print(1)")});
    return envelope;
}

struct envelope world_make_run(struct world *self, int64_t user_id, int64_t problem_id,
                               const char *input)
{
    struct envelope envelope = s_request(self, MSG_room_run, user_id, ROOM);
    world_repeat(self, &envelope,
                 &(struct msg_room_run){ROOM, problem_id, 71, slice_of("print(1)"), input != NULL,
                                        slice_of(input ? input : "")});
    return envelope;
}

struct envelope world_ask(struct world *self, uint16_t kind, int64_t user_id, int64_t room_id)
{
    struct envelope envelope = s_request(self, kind, user_id, room_id);
    world_repeat(self, &envelope, &(struct msg_room_start){room_id});
    return envelope;
}

void world_say(struct world *self, uint16_t kind)
{
    struct envelope envelope = {.kind = kind, .key = ROOM, .seed = 5000 + self->commits};
    union {
        struct msg_room_due due;
        struct msg_contest_complete complete;
        struct msg_room_settled settled;
    } message = {.due = {ROOM, self->harness->now_ms}};
    world_repeat(self, &envelope, &message);
}

/* ---- looking --------------------------------------------------------------------------------- */

static bool s_answers(const struct actor_sent *sent, const struct envelope *request)
{
    const struct address *to = &sent->envelope.to;
    return to->actor == request->reply.actor && to->node == request->reply.node &&
           to->slot == request->reply.slot && to->generation == request->reply.generation;
}

uint32_t world_answers(const struct world *self, const struct envelope *request)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < self->harness->sent_count; i++)
        count += s_answers(&self->harness->sent[i], request);
    return count;
}

const void *world_answer(const struct world *self, const struct envelope *request, uint16_t kind)
{
    for (uint32_t i = 0; i < self->harness->sent_count; i++) {
        const struct actor_sent *sent = &self->harness->sent[i];
        if (sent->envelope.kind == kind && s_answers(sent, request))
            return sent->message;
    }
    return NULL;
}

enum refusal world_refusal(const struct world *self, const struct envelope *request)
{
    const struct msg_refused *refused = world_answer(self, request, MSG_refused);
    return refused ? (enum refusal)refused->refusal : NOT_REFUSED;
}

static const char *s_name(enum refusal refusal)
{
    return refusal ? refusal_row((uint16_t)refusal)->name : "not refused";
}

void assert_refused(const struct world *self, const struct envelope *request, enum refusal refusal)
{
    assert_string_equal(s_name(world_refusal(self, request)), s_name(refusal));
    assert_int_equal(world_answers(self, request), 1);
}

const struct msg_room_notice *world_notice(const struct world *self)
{
    uint32_t count = actor_harness_count(self->harness, MSG_room_notice);
    return actor_harness_nth(self->harness, MSG_room_notice, count - 1)->message;
}

int64_t world_scheduled(const struct world *self)
{
    uint32_t count = actor_harness_count(self->harness, MSG_schedule);
    if (count == 0)
        return I64_NONE;
    const struct msg_schedule *schedule =
        actor_harness_nth(self->harness, MSG_schedule, count - 1)->message;
    return schedule->due_ms;
}
