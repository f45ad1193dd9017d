/* The rules of a contest's life. Each decision reads from top to bottom as the contract's order of
 * checks; that order is part of the rules, since a refusal tells the one who asks what he may know.
 * Does nothing: no facts are changed here. */
#include "actors/room/contest.h"

#include "proto/check.h"

enum contest_seat contest_seat(const struct contest *self, int64_t user_id)
{
    if (user_id == 0) /* else nobody would sit on the free seat */
        return SEAT_NONE;
    if (user_id == self->host_user_id)
        return SEAT_HOST;
    return user_id == self->guest_user_id ? SEAT_GUEST : SEAT_NONE;
}

bool contest_running(const struct contest *self)
{
    return self->status == ROOM_ACTIVE && self->closed_ms == 0;
}

bool contest_settling(const struct contest *self)
{
    return self->status == ROOM_ACTIVE && self->closed_ms != 0;
}

bool contest_ran(const struct contest *self)
{
    return self->start_ms != 0;
}

int64_t contest_end_ms(const struct contest *self)
{
    if (!contest_ran(self))
        return self->closed_ms;
    int64_t end_ms = self->start_ms + self->duration_ms;
    bool early = self->closed_ms != 0 && self->closed_ms < end_ms;
    return early ? self->closed_ms : end_ms;
}

enum refusal contest_may_join(const struct contest *self, int64_t user_id, bool password_right)
{
    check(user_id != 0);
    if (!password_right)
        return REFUSED_WRONG_PASSWORD;
    if (self->guest_user_id != 0)
        return REFUSED_ROOM_FULL;
    if (self->status != ROOM_WAITING)
        return REFUSED_ROOM_CLOSED;
    if (contest_seat(self, user_id) != SEAT_NONE)
        return REFUSED_ALREADY_IN_ROOM;
    return NOT_REFUSED;
}

enum refusal contest_may_start(const struct contest *self, int64_t user_id)
{
    if (contest_seat(self, user_id) != SEAT_HOST)
        return REFUSED_ONLY_HOST_STARTS;
    if (self->status != ROOM_WAITING)
        return REFUSED_ROOM_CLOSED;
    if (self->guest_user_id == 0)
        return REFUSED_NEED_TWO_PLAYERS;
    return NOT_REFUSED;
}

static bool s_in_window(const struct contest *self, int64_t now_ms)
{
    return now_ms >= self->start_ms && now_ms < self->start_ms + self->duration_ms;
}

static bool s_has_problem(const struct contest *self, int64_t problem_id)
{
    check(self->problem_count <= ROOM_PROBLEMS_MAX);
    for (uint32_t i = 0; i < self->problem_count; i++) {
        if (self->problem_ids[i] == problem_id)
            return true;
    }
    return false;
}

enum refusal contest_may_submit(const struct contest *self, int64_t user_id, int64_t problem_id,
                                int64_t now_ms)
{
    if (!contest_running(self) || !s_in_window(self, now_ms))
        return REFUSED_NOT_ACTIVE;
    if (contest_seat(self, user_id) == SEAT_NONE)
        return REFUSED_NOT_IN_ROOM;
    if (!s_has_problem(self, problem_id))
        return REFUSED_INVALID_PROBLEM;
    if (self->last_number >= ROOM_SUBMISSIONS_MAX)
        return REFUSED_TOO_MANY_SUBMISSIONS;
    return NOT_REFUSED;
}

enum refusal contest_may_run(const struct contest *self, int64_t user_id, int64_t problem_id)
{
    if (self->status != ROOM_ACTIVE)
        return REFUSED_NOT_ACTIVE;
    if (contest_seat(self, user_id) == SEAT_NONE)
        return REFUSED_NOT_IN_ROOM;
    return s_has_problem(self, problem_id) ? NOT_REFUSED : REFUSED_INVALID_PROBLEM;
}

enum refusal contest_may_end(const struct contest *self, int64_t user_id)
{
    if (contest_seat(self, user_id) != SEAT_HOST)
        return REFUSED_ONLY_HOST_ENDS;
    if (!contest_ran(self))
        return REFUSED_NOT_ACTIVE;
    return NOT_REFUSED;
}

enum refusal contest_may_leave(const struct contest *self, int64_t user_id,
                               enum contest_leaving *leaving)
{
    enum contest_seat seat = contest_seat(self, user_id);
    *leaving = LEAVING_NOTHING;
    if (seat == SEAT_NONE)
        return REFUSED_NOT_IN_ROOM;
    if (contest_running(self))
        return REFUSED_CANNOT_LEAVE;
    if (self->status == ROOM_WAITING)
        *leaving = seat == SEAT_HOST ? LEAVING_CLOSES : LEAVING_GUEST;
    return NOT_REFUSED;
}

bool contest_yields(const struct contest *self)
{
    return self->status == ROOM_WAITING && self->guest_user_id == 0;
}

bool contest_expired(const struct contest *self, int64_t waiting_expiry_ms, int64_t now_ms)
{
    return self->status == ROOM_WAITING && now_ms - self->created_ms >= waiting_expiry_ms;
}

bool contest_time_is_up(const struct contest *self, int64_t now_ms)
{
    return contest_running(self) && now_ms >= self->start_ms + self->duration_ms;
}
