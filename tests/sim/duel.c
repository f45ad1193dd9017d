/* A table of states: what a player says, what he expects, what he makes of a refusal. The gateway
 * beneath it keeps one question open per player. Not its business: the database (audit.c). */
#include "tests/sim/duel.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "proto/check.h"
#include "tests/sim/runs.h"
#include "tests/sim/stream.h"

#define DEADLINE_MS 10000     /* what a gateway waits for an answer */
#define END_DEADLINE_MS 40000 /* … to room_end */
#define POLL_MS 200           /* between two looks at what the other player does */

static const char s_password[] = "swordfish";

void duels_fault(struct duels *self, const char *format, ...)
{
    va_list arguments;
    if (self->fault[0])
        return;
    va_start(arguments, format);
    vsnprintf(self->fault, sizeof self->fault, format, arguments);
    va_end(arguments);
}

void player_wrong(struct player *player, const char *what, int64_t number)
{
    duels_fault(
        player->duel->all, "user %" PRId64 ", room %" PRId64 ", while he %s: %s (%" PRId64 ")",
        player->user_id, player->duel->room_id, player_state_name(player->state), what, number);
}

/* ---- helpers ------------------------------------------------------------------------------- */

static struct sim *s_sim(const struct player *player)
{
    return player->duel->all->sim;
}

static uint64_t s_below(const struct player *player, uint64_t bound)
{
    return prng_below(&s_sim(player)->chance, bound);
}

bool player_percent(const struct player *player, uint64_t percent)
{
    return s_below(player, 100) < percent;
}

static void s_at(struct player *player, int64_t at_ms)
{
    player->next_ms = at_ms;
    sim_wake(s_sim(player), player->duel->all->place, at_ms);
}

void player_go(struct player *player, enum player_state state, int64_t pause_ms)
{
    player->state = state;
    player->asked = 0;
    player->sendings = 0;
    s_at(player, s_sim(player)->now_ms + pause_ms);
}

static uint32_t s_slot(const struct player *player)
{
    const struct duels *all = player->duel->all;
    return (uint32_t)((player->duel - all->duels) * 2 + (player - player->duel->players));
}

/* Says something, or says it again: with the command that it began with, and awaiting its answer
 * anew. */
void player_say(struct player *player, int64_t key, uint16_t id, const void *message)
{
    struct duels *all = player->duel->all;
    int64_t wait_ms = id == MSG_room_end ? END_DEADLINE_MS : DEADLINE_MS;
    if (player->sendings++ == 0)
        player->command = (struct command_id){0x636f6d6d616e64, ++all->commands};
    else
        all->repeats++;
    if (all->calm && player->sendings > 1)
        player_wrong(player, "had no answer in time", id);
    all->requests++;
    player->asked = id;
    player->generation++;
    player->answers = 0;
    player->least_version = player->version;
    s_at(player, all->sim->now_ms + wait_ms);
    struct envelope envelope = {
        .to = {.actor = id == MSG_login_dev ? ACTOR_auth
                        : (id >= MSG_room_create && id <= MSG_room_leave) || id == MSG_room_run
                            ? ACTOR_room
                            : ACTOR_scoring},
        .reply = {0, ACTOR_gateway, 0, s_slot(player), player->generation},
        .command = player->command,
        .user_id = id == MSG_login_dev ? 0 : player->user_id,
        .key = key,
        .deadline_ms = all->sim->now_ms + wait_ms,
        .trace = all->requests};
    sim_send(all->sim, all->place, &envelope, id, message);
}

static bool s_saw_version(struct player *player, int64_t version)
{
    if (version < player->least_version) {
        player_wrong(player, "was shown an older version of the room", version);
        return false;
    }
    player->version = version > player->version ? version : player->version;
    return true;
}

static struct player *s_other(struct player *player)
{
    return &player->duel->players[player == player->duel->players];
}

/* ---- before the contest -------------------------------------------------------------------- */

static void s_say_login(struct player *player)
{
    struct msg_login_dev login = {player->user_id};
    player_say(player, player->user_id, MSG_login_dev, &login);
}

static void s_login(struct player *player, const void *message)
{
    if (((const struct msg_user *)message)->id != player->user_id)
        player_wrong(player, "was taken for another", ((const struct msg_user *)message)->id);
    player_go(player,
              !player->host                ? PLAYER_AWAITS_ROOM
              : player_percent(player, 30) ? PLAYER_OPENS_IDLY
                                           : PLAYER_OPENS,
              1);
}

static void s_say_create(struct player *player)
{
    const struct duel *duel = player->duel;
    struct msg_room_create create = {.password =
                                         slice_of(player->state == PLAYER_OPENS ? s_password : ""),
                                     .duration_ms = duel->duration_ms,
                                     .problem_count = duel->problem_count,
                                     .difficulty = DIFFICULTY_MIXED,
                                     .visibility = VISIBILITY_OPEN};
    player_say(player, player->user_id, MSG_room_create, &create);
}

static void s_created(struct player *player, const void *message)
{
    const struct msg_room_created *created = message;
    if (player->state == PLAYER_OPENS_AND_GOES) {
        player->duel->all->left_rooms++;
        player_go(player, PLAYER_IS_DONE, 1);
        return;
    }
    bool idle = player->state == PLAYER_OPENS_IDLY;
    if (created->room.host_user_id != player->user_id || created->room.status != ROOM_WAITING)
        player_wrong(player, "was given another's room", created->room.id);
    if (!idle && created->room.id == player->duel->idle_room_id)
        player_wrong(player, "was given the room that should have yielded", created->room.id);
    *(idle ? &player->duel->idle_room_id : &player->duel->room_id) = created->room.id;
    player_go(player, idle ? PLAYER_OPENS : PLAYER_AWAITS_GUEST, 1);
}

static void s_await_room(struct player *player)
{
    if (player->duel->room_id)
        player_go(player, player_percent(player, 30) ? PLAYER_GUESSES : PLAYER_JOINS, 1);
    else
        s_at(player, s_sim(player)->now_ms + POLL_MS);
}

static void s_say_join(struct player *player)
{
    bool guess = player->state == PLAYER_GUESSES;
    struct msg_room_join join = {player->duel->room_id, slice_of(guess ? "wrong" : s_password)};
    player_say(player, join.room_id, MSG_room_join, &join);
}

static void s_joined(struct player *player, const void *message)
{
    (void)message;
    if (player->state == PLAYER_JOINS && player_percent(player, 20)) {
        player_go(player, PLAYER_LEAVES, 1);
        return;
    }
    player->duel->joined = true;
    player_go(player, PLAYER_AWAITS_START, 1);
}

/* Full, or already in it: a repeat that finds what the first one did. */
static bool s_join_refused(struct player *player, enum refusal refusal)
{
    if (player->state == PLAYER_GUESSES && refusal == REFUSED_WRONG_PASSWORD) {
        player_go(player, PLAYER_JOINS, 1);
        return true;
    }
    bool there = refusal == REFUSED_ALREADY_IN_ROOM || refusal == REFUSED_ROOM_FULL;
    if (player->state == PLAYER_GUESSES || !there || player->duel->all->calm)
        return false;
    s_joined(player, NULL);
    return true;
}

static void s_guessed(struct player *player, const void *message)
{
    (void)message;
    player_wrong(player, "got in", 0);
}

static void s_say_leave(struct player *player)
{
    struct msg_room_leave leave = {player->duel->room_id};
    player_say(player, leave.room_id, MSG_room_leave, &leave);
}

static void s_left(struct player *player, const void *message)
{
    (void)message;
    player_go(player, PLAYER_JOINS_AGAIN, 1);
}

static bool s_leave_refused(struct player *player, enum refusal refusal)
{
    if (refusal != REFUSED_NOT_IN_ROOM || player->duel->all->calm)
        return false;
    s_left(player, NULL);
    return true;
}

static void s_await_guest(struct player *player)
{
    if (player->duel->joined)
        player_go(player, PLAYER_STARTS, 1);
    else
        s_at(player, s_sim(player)->now_ms + POLL_MS);
}

static void s_say_start(struct player *player)
{
    struct msg_room_start start = {player->duel->room_id};
    player_say(player, start.room_id, MSG_room_start, &start);
}

/* Only when nothing goes wrong: a join that is late may find him free again, and get in. */
static void s_into_contest(struct player *player)
{
    player_go(player,
              player_percent(player, 20) && player->duel->all->calm ? PLAYER_INTRUDES
                                                                    : PLAYER_READS_PROBLEMS,
              1);
}

static void s_started(struct player *player, const void *message)
{
    (void)message;
    player->duel->started = true;
    s_into_contest(player);
}

static bool s_start_refused(struct player *player, enum refusal refusal)
{
    if (refusal != REFUSED_ROOM_CLOSED || player->duel->all->calm)
        return false;
    s_started(player, NULL);
    return true;
}

static void s_await_start(struct player *player)
{
    if (player->duel->started)
        s_into_contest(player);
    else
        s_at(player, s_sim(player)->now_ms + POLL_MS);
}

/* Tries another pair's room, which is full or waits for its own guest. Once: an answer that does
 * not come is not asked for again, since his own contest may be over by then. */
static void s_say_intrude(struct player *player)
{
    const struct duels *all = player->duel->all;
    const struct duel *other = &all->duels[s_below(player, all->count)];
    if (other == player->duel || !other->room_id) {
        player_go(player, PLAYER_READS_PROBLEMS, 1);
        return;
    }
    struct msg_room_join join = {other->room_id, slice_of(s_password)};
    player_say(player, join.room_id, MSG_room_join, &join);
}

static bool s_intrude_refused(struct player *player, enum refusal refusal)
{
    player_go(player, PLAYER_READS_PROBLEMS, 1);
    return refusal == REFUSED_ROOM_FULL || refusal == REFUSED_ROOM_CLOSED ||
           refusal == REFUSED_IN_ANOTHER_ROOM;
}

/* ---- the contest --------------------------------------------------------------------------- */

static void s_say_problems(struct player *player)
{
    struct msg_problems_get get = {player->duel->room_id};
    player_say(player, get.room_id, MSG_problems_get, &get);
}

static void s_problems(struct player *player, const void *message)
{
    const struct msg_problems *problems = message;
    struct duel *duel = player->duel;
    if (problems->problems.count != duel->problem_count)
        player_wrong(player, "reads another number of problems", problems->problems.count);
    for (uint32_t i = 0; i < problems->problems.count; i++) {
        int64_t id = problems->problems.items[i].id;
        if (duel->problems_read && duel->problem_ids[i] != id)
            player_wrong(player, "reads other problems than the other", id);
        duel->problem_ids[i] = id;
    }
    duel->problems_read = true;
    player->stop_ms = s_sim(player)->now_ms +
                      (duel->end == DUEL_ENDED_BY_HOST ? (int64_t)s_below(player, 40000) : 400000);
    player_go(player, PLAYER_SUBMITS, 500);
}

static void s_stop(struct player *player)
{
    bool ends = player->host && player->duel->end == DUEL_ENDED_BY_HOST;
    player_go(player, ends ? PLAYER_ENDS : PLAYER_AWAITS_RESULT, 1);
}

/* What the script says of the next submission. Who is to solve everything sends a right one for one
 * problem after the other, with a wrong one now and then. */
static void s_new_shot(struct player *player)
{
    static const uint8_t verdicts[] = {
        VERDICT_ACCEPTED,      VERDICT_ACCEPTED,          VERDICT_ACCEPTED,
        VERDICT_WRONG_ANSWER,  VERDICT_WRONG_ANSWER,      VERDICT_TIME_LIMIT_EXCEEDED,
        VERDICT_RUNTIME_ERROR, VERDICT_COMPILATION_ERROR, VERDICT_JUDGE_ERROR};
    const struct duel *duel = player->duel;
    struct shot *shot = &player->shots[player->shot_count++];
    uint64_t problem = s_below(player, (uint64_t)duel->problem_count);
    *shot = (struct shot){.verdict = verdicts[s_below(player, sizeof verdicts)],
                          .takes_ms = 30 + (uint32_t)s_below(player, duel->all->calm ? 300 : 6000)};
    if (duel->end == DUEL_ALL_SOLVED && !player_percent(player, 20)) {
        problem = player->shot_count % (uint64_t)duel->problem_count;
        shot->verdict = VERDICT_ACCEPTED;
    }
    shot->problem_id = duel->problem_ids[problem];
}

static void s_say_submit(struct player *player)
{
    char code[64];
    if (player->sendings == 0) {
        if (s_sim(player)->now_ms >= player->stop_ms || player->shot_count == SHOTS_MAX) {
            s_stop(player);
            return;
        }
        s_new_shot(player);
    }
    struct shot *shot = &player->shots[player->shot_count - 1];
    snprintf(code, sizeof code, "verdict %u takes %" PRIu32, shot->verdict, shot->takes_ms);
    struct msg_room_submit submit = {player->duel->room_id, shot->problem_id, 54, slice_of(code)};
    player_say(player, submit.room_id, MSG_room_submit, &submit);
    shot->command = player->command;
}

static void s_submitted(struct player *player, const void *message)
{
    const struct msg_submitted *submitted = message;
    struct shot *shot = &player->shots[player->shot_count - 1];
    shot->submission_id = submitted->submission_id;
    shot->acknowledged_ms = s_sim(player)->now_ms;
    if (submitted->submission_id < 1 || submitted->status != VERDICT_PENDING)
        player_wrong(player, "was told of no submission", submitted->submission_id);
    player_go(player, player_percent(player, 30) ? PLAYER_RUNS : PLAYER_SUBMITS,
              300 + (int64_t)s_below(player, 6000));
}

static bool s_submit_refused(struct player *player, enum refusal refusal)
{
    if (refusal == REFUSED_TOO_MANY_SUBMISSIONS) {
        player_go(player, PLAYER_SUBMITS, 3000);
        return true;
    }
    s_stop(player);
    return refusal == REFUSED_NOT_ACTIVE;
}

static void s_say_end(struct player *player)
{
    struct msg_room_end end = {player->duel->room_id};
    player_say(player, end.room_id, MSG_room_end, &end);
}

static void s_result(struct player *player, const void *message)
{
    const struct msg_room_result *result = message;
    struct duel *duel = player->duel;
    bool finished = player->state == PLAYER_READS_RESULT;
    if (result->result == RESULT_WIN || result->result == RESULT_DRAW) {
        if (duel->result_read &&
            (duel->result != result->result || duel->winner_user_id != result->winner_user_id))
            player_wrong(player, "was told another result than before", result->result);
        duel->result_read = true;
        duel->result = result->result;
        duel->winner_user_id = result->winner_user_id;
    } else if (finished || result->result != RESULT_SETTLING)
        player_wrong(player, "was told no result", result->result);
    player_go(player, finished ? PLAYER_READS_LEADERBOARD : PLAYER_AWAITS_RESULT, 1);
}

static void s_say_state(struct player *player)
{
    struct msg_state_get get = {player->duel->room_id};
    player_say(player, get.room_id, MSG_state_get, &get);
}

static void s_state(struct player *player, const void *message)
{
    const struct rec_room_state *state = &((const struct msg_state *)message)->state;
    if (!s_saw_version(player, state->version))
        return;
    if (state->room_id != player->duel->room_id || state->status == ROOM_WAITING ||
        state->opponent_user_id != s_other(player)->user_id)
        player_wrong(player, "was shown a room older than his own commands", state->status);
    bool overdue = s_sim(player)->now_ms > state->start_ms + state->duration_ms + DUEL_LATE_MS;
    if (player->duel->all->calm && overdue)
        player_wrong(player, "waits for the result of a contest that is long over",
                     state->settling);
    if (state->status == ROOM_FINISHED)
        player_go(player, player->host ? PLAYER_READS_RESULT : PLAYER_READS_LEADERBOARD, 1);
    else
        player_go(player, PLAYER_AWAITS_RESULT, 1000 + (int64_t)s_below(player, 2000));
}

/* ---- after the contest ---------------------------------------------------------------------- */

static void s_say_leaderboard(struct player *player)
{
    struct msg_leaderboard_get get = {player->duel->room_id};
    player_say(player, get.room_id, MSG_leaderboard_get, &get);
}

static void s_leaderboard(struct player *player, const void *message)
{
    const struct msg_leaderboard *board = message;
    struct duel *duel = player->duel;
    duel->board_rows = board->rows.count;
    for (uint32_t i = 0; i < board->rows.count; i++)
        duel->board[i] = board->rows.items[i];
    player_go(player, PLAYER_READS_HISTORY, 1);
}

static void s_say_history(struct player *player)
{
    struct msg_history_get get = {player->user_id, 500, I64_NONE};
    player_say(player, player->user_id, MSG_history_get, &get);
}

static void s_history(struct player *player, const void *message)
{
    const struct msg_histories *histories = message;
    uint32_t found = 0;
    for (uint32_t i = 0; i < histories->rows.count; i++)
        found += histories->rows.items[i].room_id == player->duel->room_id;
    if (found != 1)
        player_wrong(player, "reads another number of histories of the room than 1", found);
    player_go(player, PLAYER_READS_SUBMISSION, 1);
}

/* His last acknowledged one. */
static const struct shot *s_last_shot(const struct player *player)
{
    for (uint32_t i = player->shot_count; i-- > 0;)
        if (player->shots[i].submission_id)
            return &player->shots[i];
    return NULL;
}

static void s_go_home(struct player *player)
{
    bool last = player->duel->round + 1 == player->duel->all->rounds;
    bool opens = last && player->host && player_percent(player, 30);
    player_go(player, opens ? PLAYER_OPENS_AND_GOES : PLAYER_IS_DONE, 1);
}

static void s_say_submission(struct player *player)
{
    const struct shot *shot = s_last_shot(player);
    struct msg_submission_get get = {shot ? shot->submission_id : 0};
    if (shot)
        player_say(player, get.submission_id, MSG_submission_get, &get);
    else
        s_go_home(player);
}

static void s_submission(struct player *player, const void *message)
{
    const struct rec_submission *submission =
        &((const struct msg_submission_found *)message)->submission;
    if (!shot_as_scripted(player->duel->all, s_last_shot(player), submission))
        player_wrong(player, "reads another verdict than the judge gave", submission->status);
    s_go_home(player);
}

/* ---- rounds -------------------------------------------------------------------------------- */

static void s_begin_round(struct duel *duel)
{
    struct duels *all = duel->all;
    struct player *any = &duel->players[0];
    duel->end = (enum duel_end)s_below(any, 3);
    duel->duration_ms = 60000 + (int64_t)s_below(any, 60) * 1000;
    duel->problem_count = 1 + (int64_t)s_below(any, 3);
    duel->room_id = duel->idle_room_id = 0;
    duel->joined = duel->started = duel->problems_read = duel->result_read = false;
    duel->stream_version = 0;
    duel->board_rows = 0;
    for (uint32_t i = 0; i < 2; i++) {
        struct player *player = &duel->players[i];
        player->host = i == duel->round % 2;
        player->version = 0;
        player->shot_count = player->run_count = 0;
        player_go(player, PLAYER_LOGS_IN, 1 + (int64_t)prng_below(&all->sim->chance, 2000));
    }
}

static void s_done(struct player *player)
{
    struct duel *duel = player->duel;
    struct duels *all = duel->all;
    player->next_ms = I64_NONE;
    if (s_other(player)->state != PLAYER_IS_DONE || s_other(player)->next_ms != I64_NONE)
        return;
    if (!all->finished(all, duel))
        return;
    if (++duel->round < all->rounds)
        s_begin_round(duel);
}

/* ---- the table ----------------------------------------------------------------------------- */

/* What a player does in each state, what he then expects, and what refusals he understands. */
static const struct {
    const char *name;                   /* "while he …" */
    void (*act)(struct player *player); /* says something, or looks around */
    uint16_t answer;                    /* the kind that he expects */
    void (*answered)(struct player *player, const void *message);
    bool (*refused)(struct player *player, enum refusal refusal); /* false: he did not expect it */
} s_states[] = {
    [PLAYER_LOGS_IN] = {"logs in", s_say_login, MSG_user, s_login, NULL},
    [PLAYER_OPENS_IDLY] = {"opens an idle room", s_say_create, MSG_room_created, s_created, NULL},
    [PLAYER_OPENS] = {"opens a room", s_say_create, MSG_room_created, s_created, NULL},
    [PLAYER_AWAITS_ROOM] = {"awaits a room", s_await_room, 0, NULL, NULL},
    [PLAYER_GUESSES] = {"guesses a password", s_say_join, MSG_done, s_guessed, s_join_refused},
    [PLAYER_JOINS] = {"joins", s_say_join, MSG_done, s_joined, s_join_refused},
    [PLAYER_LEAVES] = {"leaves", s_say_leave, MSG_done, s_left, s_leave_refused},
    [PLAYER_JOINS_AGAIN] = {"joins again", s_say_join, MSG_done, s_joined, s_join_refused},
    [PLAYER_AWAITS_GUEST] = {"awaits a guest", s_await_guest, 0, NULL, NULL},
    [PLAYER_STARTS] = {"starts", s_say_start, MSG_done, s_started, s_start_refused},
    [PLAYER_AWAITS_START] = {"awaits the start", s_await_start, 0, NULL, NULL},
    [PLAYER_INTRUDES] = {"intrudes", s_say_intrude, MSG_done, s_guessed, s_intrude_refused},
    [PLAYER_READS_PROBLEMS] = {"reads problems", s_say_problems, MSG_problems, s_problems, NULL},
    [PLAYER_SUBMITS] = {"submits", s_say_submit, MSG_submitted, s_submitted, s_submit_refused},
    [PLAYER_RUNS] = {"runs", runs_say, MSG_run_accepted, runs_accepted, runs_refused},
    [PLAYER_ENDS] = {"ends", s_say_end, MSG_room_result, s_result, NULL},
    [PLAYER_AWAITS_RESULT] = {"awaits the result", s_say_state, MSG_state, s_state, NULL},
    [PLAYER_READS_RESULT] = {"reads the result", s_say_end, MSG_room_result, s_result, NULL},
    [PLAYER_READS_LEADERBOARD] = {"reads the leaderboard", s_say_leaderboard, MSG_leaderboard,
                                  s_leaderboard, NULL},
    [PLAYER_READS_HISTORY] = {"reads history", s_say_history, MSG_histories, s_history, NULL},
    [PLAYER_READS_SUBMISSION] = {"reads a submission", s_say_submission, MSG_submission_found,
                                 s_submission, NULL},
    [PLAYER_OPENS_AND_GOES] = {"opens a room for nobody", s_say_create, MSG_room_created, s_created,
                               NULL},
    [PLAYER_IS_DONE] = {"is done", s_done, 0, NULL, NULL},
};

const char *player_state_name(enum player_state state)
{
    return s_states[state].name;
}

/* ---- the gateway --------------------------------------------------------------------------- */

/* Our own trouble: he says the same again, a little later. */
static bool s_passing(const struct player *player, enum refusal refusal)
{
    /* a belated second copy of the create before this one may be at work this instant */
    bool creates_cross = player->state == PLAYER_OPENS && refusal == REFUSED_HOST_HAS_ROOM;
    return refusal == REFUSED_OVERLOADED || refusal == REFUSED_FAILED ||
           refusal == REFUSED_DEADLINE || creates_cross;
}

static void s_on_refused(struct player *player, enum refusal refusal)
{
    if (s_passing(player, refusal) && !player->duel->all->calm) {
        s_at(player, s_sim(player)->now_ms + 300 + (int64_t)s_below(player, 1000));
        return;
    }
    bool (*refused)(struct player * player, enum refusal refusal) = s_states[player->state].refused;
    enum player_state state = player->state;
    if (refused && refused(player, refusal))
        return;
    player->state = state;
    player_wrong(player, refusal_row(refusal)->text, refusal);
}

static void s_on_answer(struct duels *self, const struct envelope *envelope, const void *message)
{
    uint32_t slot = envelope->to.slot;
    if (slot / 2 >= self->count) {
        duels_fault(self, "an answer (%s) to nobody", message_name(envelope->kind));
        return;
    }
    struct player *player = &self->duels[slot / 2].players[slot % 2];
    if (player->generation != envelope->to.generation)
        return; /* to an earlier sending */
    if (player->answers++) {
        if (self->calm)
            player_wrong(player, "was answered twice", envelope->kind);
        return;
    }
    if (envelope->kind == MSG_refused)
        s_on_refused(player, (enum refusal)((const struct msg_refused *)message)->refusal);
    else if (envelope->kind == s_states[player->state].answer)
        s_states[player->state].answered(player, message);
    else
        player_wrong(player, "was answered something else", envelope->kind);
}

static void s_take(void *context, const struct frame *frame)
{
    struct duels *self = context;
    struct arena arena = {0};
    struct codec_error error;
    size_t taken;
    const struct record *record = message_by_id(frame->envelope.kind);
    void *message = arena_take(&arena, record->size);
    bool read = codec_decode(record, frame->body, &arena, message, &taken, &error);
    check(read);
    if (frame->envelope.to.node == 0)
        stream_take(self, &frame->envelope, message);
    else
        s_on_answer(self, &frame->envelope, message);
    arena_fini(&arena);
}

static void s_wake(void *context)
{
    struct duels *self = context;
    for (uint32_t i = 0; i < self->count * 2; i++) {
        struct player *player = &self->duels[i / 2].players[i % 2];
        if (player->next_ms != I64_NONE && player->next_ms <= self->sim->now_ms)
            s_states[player->state].act(player);
        if (player->next_ms != I64_NONE)
            sim_wake(self->sim, self->place, player->next_ms);
    }
}

static void s_killed(void *context)
{
    (void)context;
    unreachable(); /* the gateway is where the users are: nothing would be left to look at */
}

static const struct sim_outside s_outside = {s_take, s_wake, s_killed};

void duels_init(struct duels *self, struct sim *sim, uint32_t count, uint32_t rounds, bool calm)
{
    check(count <= DUELS_MAX);
    *self = (struct duels){.sim = sim, .calm = calm, .rounds = rounds, .count = count};
    self->place = sim_add(sim, ACTOR_gateway, &s_outside, self, false);
    for (uint32_t i = 0; i < count; i++) {
        struct duel *duel = &self->duels[i];
        duel->all = self;
        for (uint32_t k = 0; k < 2; k++) {
            duel->players[k].duel = duel;
            duel->players[k].user_id = i * 2 + k + 1;
        }
        s_begin_round(duel);
    }
}

bool duels_over(const struct duels *self)
{
    for (uint32_t i = 0; i < self->count; i++)
        if (self->duels[i].round < self->rounds && !self->fault[0])
            return false;
    return true;
}
