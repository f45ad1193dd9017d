/* Whom room talks to, played by hand: a store that holds a few rooms in memory and knows the
 * statements of room's commits and loads, scoring (which takes every notice), and the owner of the
 * other rooms, which is the same actor. What the store holds can be compared with what was said. */
#ifndef TESTS_ROOM_WORLD_H
#define TESTS_ROOM_WORLD_H

#include "actors/store/commit.h"
#include "tests/unit/actor_harness.h"

#define WORLD_ROOMS 4
#define WORLD_USERS 20 /* the ids 1 … 20 exist */
#define WORLD_SUBMISSIONS 64
#define WORLD_PROBLEMS 9 /* candidates: ids 501 …; every third of a difficulty */

#define ROOM 1 /* the first room's id; the store counts on from it */
#define HOST 11
#define GUEST 12
#define STRANGER 13
#define NOBODY 99 /* no such user */
#define MINUTE 60000LL
#define DURATION (10 * MINUTE)

struct world_room {
    int64_t id;                                        /* 0: free */
    int64_t host, guest;                               /* guest 0: nobody */
    const char *status, *visibility, *difficulty;      /* words */
    char password[PASSWORD_MAX_BYTES + 1];             /* text */
    int64_t wanted, duration, created, start, closed;  /* I64_NONE: not yet */
    int64_t last_number, last_ms, rev, high, low, end; /* as committed */
    int64_t problems[ROOM_PROBLEMS_MAX], count;        /* drawn */
    int64_t create_high, create_low;                   /* the command that made it */
};

struct world_submission {
    int64_t id, room, user, problem, number, language, created, high, low; /* as inserted */
};

struct world_run {
    int64_t id, user, problem, created, high, low; /* as inserted */
    bool own_input, judged, gone;                  /* with an input; over; deleted */
};

/* The database: copied to undo a refused commit. */
struct world_tables {
    struct world_room rooms[WORLD_ROOMS];                   /* by id */
    struct world_submission submissions[WORLD_SUBMISSIONS]; /* submission_count of them */
    uint32_t submission_count;                              /* how many */
    struct world_run runs[WORLD_SUBMISSIONS];               /* run_count of them */
    uint32_t run_count;                                     /* how many */
};

struct world {
    struct actor_harness *harness; /* owned: with the room actor in it */
    uint32_t answered;             /* of the harness' sent ones, those looked at */
    struct world_tables tables;    /* the database */
    int64_t problems;              /* candidates there are */
    int64_t met;                   /* of these, the first so many were met before */
    uint32_t commits;              /* that changed something */
    uint32_t intrusions;           /* before so many commits another process makes one of its own */
    bool no_samples;               /* no problem has any */
    bool dead;                     /* the store: takes nothing and answers nothing */
    bool mute;                     /* the store: runs what it is asked, and the answer is lost */
    bool failing;                  /* the store: answers store_failed */
    bool deaf;                     /* scoring: takes no notice */
    bool endless;                  /* every other id is a waiting room of HOST's, too */
    bool away;                     /* the other rooms' owner: answers nothing */
};

void world_init(struct world *self);
void world_fini(struct world *self);

/* A room of HOST's in the store, waiting, with the password "secret". */
struct world_room *world_room(struct world *self);
/* The same with GUEST in it; and started, with problems 501, 504, 507, a minute ago. */
struct world_room *world_full(struct world *self);
struct world_room *world_contest(struct world *self);

/* Plays everybody until nobody has anything to say. */
void world_run(struct world *self);
void world_wait(struct world *self, int64_t ms); /* and lets time pass, with its ticks */
void world_forget(struct world *self);

/* What a user asks; the request's envelope comes back. */
struct envelope world_create(struct world *self, int64_t user_id, const char *password);
struct envelope world_join(struct world *self, int64_t user_id, const char *password);
struct envelope world_submit(struct world *self, int64_t user_id, int64_t problem_id);
/* On the samples, or on that input. */
struct envelope world_make_run(struct world *self, int64_t user_id, int64_t problem_id,
                               const char *input);
/* start, end, leave: messages with nothing but the room. */
struct envelope world_ask(struct world *self, uint16_t kind, int64_t user_id, int64_t room_id);
/* What other actors say of ROOM: room_due, contest_complete, room_settled. */
void world_say(struct world *self, uint16_t kind);
/* Hands a request in again, as a link that stammers would. */
void world_repeat(struct world *self, const struct envelope *envelope, const void *message);

/* How a request was refused; NOT_REFUSED when it was not. */
enum refusal world_refusal(const struct world *self, const struct envelope *request);
/* The answer of this kind to a request; NULL when there is none. */
const void *world_answer(const struct world *self, const struct envelope *request, uint16_t kind);
/* How many answers of any kind a request got. */
uint32_t world_answers(const struct world *self, const struct envelope *request);
/* The newest notice's facts. */
const struct msg_room_notice *world_notice(const struct world *self);
/* The newest instant that the scheduler was told for ROOM; I64_NONE: it was told none. */
int64_t world_scheduled(const struct world *self);

void assert_refused(const struct world *self, const struct envelope *request, enum refusal refusal);

#endif
