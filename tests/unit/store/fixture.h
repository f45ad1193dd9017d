/* The store in a folder or schema of its own, asked and answered as the host does it: encoded,
 * decoded, in turns, with a tick when one is asked for, and when its descriptor is readable.
 * STORE_URL says which database; "" is the server that CODECOMP_TEST_DATABASE names. */
#ifndef STORE_FIXTURE_H
#define STORE_FIXTURE_H

#include "actors/runtime/actor.h"
#include "actors/store/commit.h"

#define ANSWERS_MAX 4096

struct answer {
    uint16_t kind;              /* MSG_store_done, MSG_store_failed, MSG_done; 0: none yet */
    struct msg_store_done done; /* of store_done */
    struct slice reason;        /* of store_failed */
};

struct fixture {
    char folder[64];      /* made by fixture_new, removed with all in it */
    char url[512];        /* of the database */
    char schema[64];      /* PostgreSQL: made by fixture_new, dropped with all in it */
    void *store;          /* the actor; NULL: stopped */
    struct outbox out;    /* its outbox */
    struct arena arena;   /* questions and answers, until fixture_forget */
    struct commit commit; /* being built */
    uint32_t asked;       /* since fixture_forget: the slot of the next question */
    uint32_t answered;    /* of those */
    int64_t key;          /* of the questions' envelopes */
    uint32_t turns;       /* that the last fixture_turn took */
    struct answer answers[ANSWERS_MAX]; /* by slot */
};

/* Statements that were run and answered, by number; of all fixtures of this process. */
extern bool fixture_ran[256];

/* cmocka's setup and teardown: *state is the fixture, its store started. */
int fixture_new(void **state);
int fixture_destroy(void **state);
void fixture_start(struct fixture *self);
void fixture_stop(struct fixture *self);

/* Begins a commit with this statement; commit_op, commit_i64, … on &self->commit go on. */
struct commit *fixture_begin(struct fixture *self, enum statement_number statement);
void fixture_blob(struct commit *commit, struct slice value);
/* The next statement with its parameters: i an int64_t, t a text, b bytes, n NULL. */
void fixture_op(struct fixture *self, enum statement_number statement, const char *types, ...);
#define N(number) ((int64_t)(number))
/* Puts the commit into the mailbox; returns its slot. */
uint32_t fixture_ask(struct fixture *self);
void fixture_handle(struct fixture *self, uint16_t id, const void *message);
/* Ends the turn, and those that follow until everything is answered. */
void fixture_turn(struct fixture *self);
/* The same, but does not wait for answers. */
void fixture_turn_once(struct fixture *self);
/* fixture_ask and fixture_turn: the answer, which is a store_done that is not refused. */
const struct rec_store_result *fixture_run(struct fixture *self);
/* A commit of one statement, given as to fixture_op, and its result. */
#define RUN(self, ...) \
    (commit_begin(&(self)->commit), fixture_op(self, __VA_ARGS__), fixture_run(self))
/* The same for one that is refused at this op. */
void fixture_refused(struct fixture *self, uint32_t op);
/* The same for one that fails. */
void fixture_fails(struct fixture *self);
/* All answers so far become invalid; slots begin at 0 again. */
void fixture_forget(struct fixture *self);

/* Begins a commit that makes this user. */
void fixture_user(struct fixture *self, int64_t id);
/* What many tests stand on: users 1 and 2. */
void fixture_users(struct fixture *self);
/* Does a user with this id exist? */
bool fixture_has_user(struct fixture *self, int64_t id);

#endif
