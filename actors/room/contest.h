/* The rules of a contest's life: who may join, start, submit, end and leave, and when it is over.
 *
 * Pure: every decision is a function of the room's facts, the user and the instant, and changes
 * nothing; the room actor commits what was decided and then changes the facts. Each contest_may_…
 * answers NOT_REFUSED or the first refusal in the order of checks of the contract; what comes
 * before (the room exists, rate limits) and after (another open room, enough problems) is the
 * caller's.
 *
 * The life of a room:
 *   WAITING   the host alone, or with a guest; nothing has started: start_ms 0
 *   running   ACTIVE and not closed: submissions are taken
 *   settling  ACTIVE and closed: nothing is taken, what was taken is still being judged
 *   FINISHED  it has its result; or it never ran (start_ms 0): expired, or left by its host
 * Users are never 0. Instants are milliseconds since the epoch. */
#ifndef ACTORS_ROOM_CONTEST_H
#define ACTORS_ROOM_CONTEST_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/limits.h"
#include "proto/words.h"

/* The facts of a room that the rules need; what the store has confirmed, nothing else. */
struct contest {
    int64_t id;                             /* of the room */
    int64_t host_user_id;                   /* who made the room */
    int64_t guest_user_id;                  /* who joined it; 0 = the seat is free */
    enum room_status status;                /* as the browser knows it; see the life above */
    int64_t created_ms;                     /* when the room was made; its waiting begins */
    int64_t start_ms;                       /* when the contest started; 0 = it never did */
    int64_t duration_ms;                    /* how long submissions are taken */
    int64_t closed_ms;                      /* when it was closed; 0 = it is not */
    int64_t problem_ids[ROOM_PROBLEMS_MAX]; /* drawn at the start, in order of showing */
    uint32_t problem_count;                 /* of these; 0 before the start */
    uint32_t last_number;                   /* of the last submission taken; they go 1, 2, 3, … */
};

enum contest_seat {
    SEAT_NONE = 0,  /* not a participant */
    SEAT_HOST = 1,  /* may start and end */
    SEAT_GUEST = 2, /* the opponent */
};

/* What a permitted leave does. */
enum contest_leaving {
    LEAVING_NOTHING, /* the contest is over, the seat already free: just say so again */
    LEAVING_GUEST,   /* frees the guest's seat; the room goes on waiting */
    LEAVING_CLOSES,  /* the host gives up: the room becomes FINISHED, without a result */
};

/* Which seat the user has; SEAT_NONE for a stranger. */
enum contest_seat contest_seat(const struct contest *self, int64_t user_id);
/* Takes submissions, as far as its status says; the window is contest_may_submit's. */
bool contest_running(const struct contest *self);
/* Closed, and its result not yet written. */
bool contest_settling(const struct contest *self);
/* Was it ever started? Only such a contest has, or gets, a result. */
bool contest_ran(const struct contest *self);
/* When it ended or is going to: the close, at the latest start + duration (a late close takes
 * nobody's time); 0 while nobody knows. */
int64_t contest_end_ms(const struct contest *self);

/* Joining: WRONG_PASSWORD, ROOM_FULL, ROOM_CLOSED, ALREADY_IN_ROOM. So a wrong password learns
 * nothing about the room, and in a full room even its participants read "Room is full". The limit
 * on wrong passwords comes before, the user's other open room (IN_ANOTHER_ROOM) after. */
enum refusal contest_may_join(const struct contest *self, int64_t user_id, bool password_right);
/* Starting: ONLY_HOST_STARTS, ROOM_CLOSED, NEED_TWO_PLAYERS. NOT_ENOUGH_PROBLEMS comes after. */
enum refusal contest_may_start(const struct contest *self, int64_t user_id);
/* Submitting: NOT_ACTIVE, NOT_IN_ROOM, INVALID_PROBLEM, and TOO_MANY_SUBMISSIONS at
 * ROOM_SUBMISSIONS_MAX. The window is half-open: [start, start + duration), whatever the scheduler
 * has done or not. The rate limit comes before. */
enum refusal contest_may_submit(const struct contest *self, int64_t user_id, int64_t problem_id,
                                int64_t now_ms);
/* Running on samples or an own input, which no score knows of: NOT_ACTIVE, NOT_IN_ROOM,
 * INVALID_PROBLEM. As long as there is no result, so also while the contest settles. */
enum refusal contest_may_run(const struct contest *self, int64_t user_id, int64_t problem_id);
/* Ending: ONLY_HOST_ENDS, then NOT_ACTIVE when it never ran. A contest already settling or finished
 * is not refused: repeating `end` gives its result (so the caller asks contest_running). */
enum refusal contest_may_end(const struct contest *self, int64_t user_id);
/* Leaving: NOT_IN_ROOM, CANNOT_LEAVE while it runs; else *leaving says what it does. */
enum refusal contest_may_leave(const struct contest *self, int64_t user_id,
                               enum contest_leaving *leaving);

/* A create by this host may close the room: he waits in it alone. */
bool contest_yields(const struct contest *self);
/* Has waited waiting_expiry_ms without being started: it becomes FINISHED, without a result. */
bool contest_expired(const struct contest *self, int64_t waiting_expiry_ms, int64_t now_ms);
/* Runs, and its window is over: it must be closed. */
bool contest_time_is_up(const struct contest *self, int64_t now_ms);

#endif
