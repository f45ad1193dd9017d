/* The inside of the room actor: what its files share. Nobody else includes this.
 *
 * A room works on one command at a time; the others wait in its line. A command goes
 *   decide (contest.h) -> commit (store) -> tell -> notice (scoring has it) -> conclude (answer)
 * and each arrow is a question whose answer may be lost: it is asked again after RETRY_MS, word for
 * word, and the fence finds out whether it had been done. */
#ifndef ROOM_ROOM_H
#define ROOM_ROOM_H

#include <uthash.h>
#include <utlist.h>

#include "actors/room/contest.h"
#include "actors/room/limiter.h"
#include "actors/runtime/actor.h"
#include "actors/store/commit.h"

#define ROOMS_MAX 8192           /* rooms in memory; past it the idle one longest unused goes */
#define ROOM_LINE_MAX 32         /* commands that wait for one room; past it: OVERLOADED */
#define CREATIONS_MAX 1024       /* creates under way; past it: OVERLOADED */
#define LIMITERS_MAX 65536       /* users, or users and rooms, that are being limited */
#define RETRY_MS 2000            /* an unanswered question is asked again */
#define COMMIT_TRIES_MAX 4       /* a fence that keeps failing: FAILED */
#define RUNS_WAITING_MAX 8       /* runs of a user that are not made yet */
#define RUNS_KEPT 20             /* runs of a user that are kept besides … */
#define RUNS_KEPT_MS 86400000LL  /* … for at most so long: a day */
#define PASSWORD_TRIES 10        /* wrong passwords per user and room … */
#define PASSWORD_WINDOW_MS 60000 /* … in this time */

/* A message that waits for its room, or is being worked on. */
struct command {
    struct command *next;     /* in the room's line */
    struct envelope envelope; /* as it came */
    struct command_id id;     /* unique: the command's own, or made from its seed */
    int64_t user_id;          /* who asks; of room_yield: the host */
    int64_t problem_id;       /* of a submission or run */
    int64_t language_id;      /* likewise */
    bool own_input;           /* of a run: it has one */
    size_t code_length;       /* of a submission or run: the text begins with it … */
    int64_t at_ms;            /* when it counts as received: never before the room's last */
    size_t text_length;       /* bytes of: */
    char text[];              /* the password; or the code, and behind it a run's own input */
};

enum room_phase {
    ROOM_IDLE,       /* nothing under way */
    ROOM_LOADING,    /* not known yet */
    ROOM_DRAWING,    /* asked for candidates */
    ROOM_COMMITTING, /* asked the store to make the change durable */
    ROOM_RESOLVING,  /* the fence failed: loading again to see what is true */
    ROOM_NOTIFYING   /* durable; waiting for scoring's word */
};

/* What a commit changes. */
enum room_change {
    CHANGE_JOIN,
    CHANGE_LEAVE,
    CHANGE_ABANDON,
    CHANGE_START,
    CHANGE_SUBMIT,
    CHANGE_RUN, /* of nothing that the room is: it has no revision, and scoring is not told */
    CHANGE_CLOSE
};

struct room {
    int64_t id;                        /* key of the hash */
    struct contest contest;            /* the facts that the rules need */
    int64_t room_rev;                  /* of the last commit */
    int64_t last_ms;                   /* largest time stored for the room */
    struct command_id last_command;    /* of the last commit */
    int64_t problem_count;             /* wanted at the start */
    uint8_t difficulty, visibility;    /* as created */
    char password[PASSWORD_MAX_BYTES]; /* password_length bytes */
    size_t password_length;            /* its length */

    enum room_phase phase;            /* what is under way */
    struct command *current;          /* the command being worked on; or NULL */
    enum room_change change;          /* what it changes */
    int64_t closing_ms;               /* of CHANGE_CLOSE: when the contest ended */
    int64_t drawn[ROOM_PROBLEMS_MAX]; /* of CHANGE_START, drawn_count */
    uint32_t drawn_count;             /* how many */
    int64_t submission_id;            /* of CHANGE_SUBMIT and CHANGE_RUN, from the store */
    int64_t submission_number;        /* of it; below last_number: an earlier try made it */
    uint32_t tries;                   /* commits of the current command */

    struct command *line;     /* commands that wait, line_length */
    uint32_t line_length;     /* how many */
    uint32_t generation;      /* of the open question; 0: none */
    int64_t asked_ms;         /* when it was asked */
    struct room *prev, *next; /* among those that have an open question, by asked_ms */
    UT_hash_handle hh;        /* in the order of last use */
};

enum creation_phase { CREATION_INSERTING, CREATION_YIELDING };

/* A create under way; one per user. */
struct creation {
    int64_t user_id;                   /* key of the hash */
    struct envelope envelope;          /* of the create */
    struct command_id id;              /* of its row */
    char password[PASSWORD_MAX_BYTES]; /* chosen or made, password_length bytes */
    size_t password_length;            /* its length */
    int64_t duration_ms;               /* chosen or default */
    int64_t problem_count;             /* chosen or default */
    uint8_t difficulty, visibility;    /* chosen or default */
    enum creation_phase phase;         /* what is under way */
    bool yielded;                      /* the other room was asked already */
    int64_t other_room_id;             /* the one that was asked to yield */
    uint32_t generation;               /* of the open question */
    int64_t asked_ms;                  /* when it was asked */
    struct creation *prev, *next;      /* by asked_ms */
    UT_hash_handle hh;
};

struct limited {
    int64_t key[2];         /* user, and room for passwords or 0 */
    struct limiter limiter; /* its newest events */
    UT_hash_handle hh;      /* oldest first */
};

struct room_actor {
    struct rec_actor_config config; /* as given */
    struct room *rooms;             /* by id; the one longest unused first */
    struct room *asking;            /* those with an open question, oldest first */
    struct creation *creations;     /* by user */
    struct creation *creating;      /* oldest question first */
    struct limited *submits;        /* submissions per user */
    struct limited *runs;           /* runs per user */
    struct limited *passwords;      /* wrong passwords per user and room */
    uint32_t generation;            /* of the last question */
    int64_t now_ms;                 /* of the message being handled */
};

/* slots of our questions: whom the answer is for */
enum { QUESTION_ROOM = 1, QUESTION_CREATION = 2 };

static inline uint32_t room_next_generation(struct room_actor *self)
{
    if (++self->generation == 0)
        self->generation = 1;
    return self->generation;
}

/* May a tick ask one more again? Thousands that were not answered are asked in steps: an outbox has
 * its bounds, and each may carry a submission. */
static inline bool room_place(const struct outbox *out)
{
    return out->count < OUTBOX_MAX / 2 && out->bodies.length < FRAME_MAX_BYTES;
}

/* ---- room_change.c: commits and what they change ----------------------------------------------
 */

/* Asks the store for everything about a room; with `resolving`, also what tells whether the current
 * command had been done. */
void room_ask_load(struct room *room, const struct envelope *cause, struct question question,
                   bool resolving, struct outbox *out);
/* Takes the store's answer; false: there is no such room, or what is stored makes no sense. */
bool room_take_load(struct room *room, const struct msg_store_done *done);
/* Sends the commit of room->change for the current command. The same each time it is asked. */
void room_ask_commit(struct room *room, struct question question, struct outbox *out);
/* The commit is durable: changes the facts. */
void room_apply(struct room *room, const struct msg_store_done *done);
/* Why a run was not taken, as what was loaded shows; NOT_REFUSED: for nothing that is still so. */
enum refusal room_why_no_run(const struct msg_store_done *done, bool own_input);
/* Does what was loaded after a failed fence show that the current command was done all the same? */
bool room_was_done(struct room *room, const struct msg_store_done *done);
void room_ask_notice(const struct room *room, struct question question, struct outbox *out);

/* ---- room_decide.c: from commands to changes ---------------------------------------------------
 */

enum room_step { STEP_ANSWERED, STEP_DRAW, STEP_COMMIT };

/* Decides on the current command: answers it, or sets room->change (and asks to draw first). */
enum room_step room_decide(struct room_actor *self, struct room *room, struct outbox *out);
/* The candidates are here: draws; STEP_ANSWERED when there are not enough. */
enum room_step room_decide_draw(struct room *room, const struct msg_store_done *done,
                                struct outbox *out);
/* Durable: tells judge and scheduler, who need not wait for scoring. */
void room_tell(struct room_actor *self, const struct room *room, struct outbox *out);
/* Scoring has it: answers the command. */
void room_conclude(const struct room *room, struct outbox *out);
/* Answers a command that could not be worked on. */
void room_refuse(const struct command *command, enum refusal refusal, struct outbox *out);

/* ---- room_create.c -----------------------------------------------------------------------------
 */

void room_create(struct room_actor *self, const struct envelope *envelope,
                 const struct msg_room_create *message, struct outbox *out);
void room_create_answer(struct room_actor *self, const struct envelope *envelope,
                        const void *message, struct outbox *out);
void room_create_tick(struct room_actor *self, struct outbox *out);
void room_create_fini(struct room_actor *self);

/* ---- room_limits.c -----------------------------------------------------------------------------
 */

/* One more submission of this user now? Counted when allowed. */
bool room_limits_submit(struct room_actor *self, int64_t user_id);
/* One more run? Likewise, and for itself. */
bool room_limits_run(struct room_actor *self, int64_t user_id);
/* May the user try a password of this room now? */
bool room_limits_password(struct room_actor *self, int64_t user_id, int64_t room_id);
void room_limits_wrong_password(struct room_actor *self, int64_t user_id, int64_t room_id);
void room_limits_fini(struct room_actor *self);

#endif
