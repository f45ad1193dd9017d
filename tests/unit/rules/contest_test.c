/* The life of a contest: tests/tables/contest.table, and what holds in any random one.
 *
 * The world below does what the room actor does with a decision, without the store: what is
 * permitted becomes a fact at once. */
#include "actors/room/contest.h"

#include <inttypes.h>
#include <stdio.h>

#include "proto/prng.h"
#include "tests/unit/rules/table.h"

#define EPOCH_MS 1700000000000LL         /* the tables' 0:00: when the room is made */
#define WAITING_EXPIRY_MS (30 * 60000LL) /* as configured by default */

static const char *const s_users[] = {"nobody", "ann", "bob", "eve"};

static void s_open(struct contest *room, int64_t duration_ms)
{
    *room = (struct contest){.id = 7,
                             .host_user_id = 1,
                             .status = ROOM_WAITING,
                             .created_ms = EPOCH_MS,
                             .duration_ms = duration_ms};
}

/* The scheduler's due, the host's end, or both have solved everything. */
static void s_close(struct contest *room, int64_t now_ms)
{
    room->closed_ms = now_ms;
    if (!contest_ran(room))
        room->status = ROOM_FINISHED;
}

static enum refusal s_join(struct contest *room, int64_t user_id, bool password_right)
{
    enum refusal refusal = contest_may_join(room, user_id, password_right);
    if (refusal == NOT_REFUSED)
        room->guest_user_id = user_id;
    return refusal;
}

static enum refusal s_start(struct contest *room, int64_t user_id, int64_t now_ms)
{
    enum refusal refusal = contest_may_start(room, user_id);
    if (refusal != NOT_REFUSED)
        return refusal;
    room->status = ROOM_ACTIVE;
    room->start_ms = now_ms;
    room->problem_count = 3;
    for (uint32_t i = 0; i < room->problem_count; i++)
        room->problem_ids[i] = 'A' + i;
    return NOT_REFUSED;
}

static enum refusal s_submit(struct contest *room, int64_t user_id, int64_t problem_id,
                             int64_t now_ms)
{
    enum refusal refusal = contest_may_submit(room, user_id, problem_id, now_ms);
    if (refusal == NOT_REFUSED)
        room->last_number++;
    return refusal;
}

static enum refusal s_leave(struct contest *room, int64_t user_id, int64_t now_ms,
                            enum contest_leaving *leaving)
{
    enum refusal refusal = contest_may_leave(room, user_id, leaving);
    if (refusal != NOT_REFUSED)
        return refusal;
    if (*leaving == LEAVING_GUEST)
        room->guest_user_id = 0;
    if (*leaving == LEAVING_CLOSES)
        s_close(room, now_ms);
    return NOT_REFUSED;
}

static void s_attempt(const struct table_row *row, struct contest *room, int64_t user_id,
                      int64_t now_ms, struct buffer *outcome)
{
    static const char *const leavings[] = {"ok nothing-to-leave", "ok seat-free", "ok room-closed"};
    enum contest_leaving leaving = LEAVING_NOTHING;
    enum refusal refusal = NOT_REFUSED;
    const char *done = "ok";
    char numbered[32];
    if (table_is(row, 2, "join")) {
        refusal = s_join(room, user_id, !table_is(row, 3, "wrong-password"));
    } else if (table_is(row, 2, "start")) {
        refusal = s_start(room, user_id, now_ms);
    } else if (table_is(row, 2, "submit")) {
        refusal = s_submit(room, user_id, row->count > 3 ? row->words[3][0] : 0, now_ms);
        snprintf(numbered, sizeof numbered, "ok number %" PRIu32, room->last_number);
        done = numbered;
    } else if (table_is(row, 2, "run")) {
        refusal = contest_may_run(room, user_id, row->count > 3 ? row->words[3][0] : 0);
    } else if (table_is(row, 2, "end")) {
        refusal = contest_may_end(room, user_id);
        done = contest_running(room) ? "ok closes" : "ok gives-result";
        if (refusal == NOT_REFUSED && contest_running(room))
            s_close(room, now_ms);
    } else if (table_is(row, 2, "leave")) {
        refusal = s_leave(room, user_id, now_ms, &leaving);
        done = leavings[leaving];
    } else {
        table_wrong(row, "nobody can do that");
    }
    buffer_append_text(outcome,
                       refusal == NOT_REFUSED ? done : refusal_row((uint16_t)refusal)->name);
}

/* What the room itself is asked, or told by scheduler and scoring. */
static void s_room(const struct table_row *row, struct contest *room, int64_t now_ms,
                   struct buffer *outcome)
{
    bool yes = false;
    if (table_is(row, 2, "time-up?"))
        yes = contest_time_is_up(room, now_ms);
    else if (table_is(row, 2, "expired?"))
        yes = contest_expired(room, WAITING_EXPIRY_MS, now_ms);
    else if (table_is(row, 2, "yields?"))
        yes = contest_yields(room);
    else if (table_is(row, 2, "running?"))
        yes = contest_running(room);
    else if (table_is(row, 2, "settling?"))
        yes = contest_settling(room);
    else if (table_is(row, 2, "ends")) {
        if (contest_end_ms(room) == 0)
            buffer_append_text(outcome, "unknown");
        else
            table_append_ms(outcome, contest_end_ms(room) - EPOCH_MS);
        return;
    } else if (table_is(row, 2, "closes")) {
        s_close(room, now_ms);
        return;
    } else if (table_is(row, 2, "finishes")) {
        room->status = ROOM_FINISHED;
        return;
    } else if (table_is(row, 2, "has-taken")) {
        room->last_number = (uint32_t)table_number(row, 3);
        return;
    } else {
        table_wrong(row, "a room does not know that");
    }
    buffer_append_text(outcome, yes ? "yes" : "no");
}

static void s_row(const struct table_row *row, void *world, struct buffer *outcome)
{
    struct contest *room = world;
    if (table_is(row, 0, "room")) {
        s_open(room, table_ms(row, 1));
        return;
    }
    int64_t now_ms = EPOCH_MS + table_ms(row, 0);
    if (table_is(row, 1, "room")) {
        s_room(row, room, now_ms, outcome);
        return;
    }
    for (int64_t user_id = 0; user_id < 4; user_id++) {
        if (table_is(row, 1, s_users[user_id])) {
            s_attempt(row, room, user_id, now_ms, outcome);
            return;
        }
    }
    table_wrong(row, "nobody has that name");
}

static void test_table(void **state)
{
    (void)state;
    struct contest room = {0};
    table_play("contest", s_row, &room);
}

/* One random attempt on the room; true when a submission was taken. */
static bool s_random_attempt(struct prng *prng, struct contest *room, int64_t now_ms)
{
    int64_t user_id = 1 + (int64_t)prng_below(prng, 3);
    enum contest_leaving leaving;
    switch (prng_below(prng, 16)) {
    case 0:
    case 1:
    case 2:
        s_join(room, user_id, prng_below(prng, 2) == 0);
        return false;
    case 3:
        s_start(room, user_id, now_ms);
        return false;
    case 4:
        if (contest_may_end(room, user_id) == NOT_REFUSED && contest_running(room))
            s_close(room, now_ms);
        return false;
    case 5:
        s_leave(room, user_id, now_ms, &leaving);
        return false;
    case 6:
        if (contest_expired(room, WAITING_EXPIRY_MS, now_ms) || contest_time_is_up(room, now_ms))
            s_close(room, now_ms);
        return false;
    default:
        return s_submit(room, user_id, 'A' + (int64_t)prng_below(prng, 4), now_ms) == NOT_REFUSED;
    }
}

/* However people try: two seats at most, a start freezes them, nothing is taken outside the window
 * or after the close, and a life only goes forward. */
static void test_any_life(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 2000; seed++) {
        struct prng prng = {seed};
        struct contest room;
        int64_t now_ms = EPOCH_MS;
        s_open(&room, 60000 + (int64_t)prng_below(&prng, 600000));
        for (int step = 0; step < 80; step++) {
            struct contest before = room;
            now_ms += (int64_t)prng_below(&prng, 60000);
            bool taken = s_random_attempt(&prng, &room, now_ms);
            bool right = room.guest_user_id != room.host_user_id && room.status >= before.status;
            if (contest_ran(&before))
                right = right && room.guest_user_id != 0 &&
                        room.guest_user_id == before.guest_user_id &&
                        room.start_ms == before.start_ms;
            if (before.closed_ms != 0)
                right = right && !taken && room.closed_ms == before.closed_ms;
            if (taken)
                right = right && contest_running(&room) && now_ms >= room.start_ms &&
                        now_ms < contest_end_ms(&room);
            if (!right)
                fail_msg("seed %" PRIu64 ", step %d: a rule of the room's life is broken", seed,
                         step);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_any_life),
    };
    return cmocka_run_group_tests_name("contest", tests, NULL, NULL);
}
