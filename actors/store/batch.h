/* Commits on their way through a database driver: what was asked, kept until it is answered, and
 * what came of it. A batch is what a driver is given to run as one transaction. Pure. */
#ifndef STORE_BATCH_H
#define STORE_BATCH_H

#include "actors/store/error.h"
#include "actors/store/rows.h"
#include "actors/store/statement.h"

/* Commits of one transaction. */
#define BATCH_MAX 512
/* What a transaction's questions and its answers may hold; a larger commit is alone in one. */
#define BATCH_BYTES_MAX (8 * 1024 * 1024)
#define BATCH_ANSWERS_MAX_BYTES ((size_t)2 * FRAME_MAX_BYTES)
/* A commit is run this often before it fails, the second half of the times alone. */
#define BATCH_TRIES_MAX 8

enum batch_item_state {
    ITEM_WAITING, /* it has not been run, or no trace of it was left: it is to be run (again) */
    ITEM_DONE,    /* durable, or refused: `done` says */
    ITEM_FAILED,  /* without a trace; `failure` says why */
};

/* One commit. */
struct batch_item {
    struct envelope envelope;    /* where the answer goes */
    struct msg_store_run run;    /* owned copy, with all that it points to */
    size_t bytes;                /* what it takes in memory */
    bool reads;                  /* changes nothing */
    bool alone;                  /* spoilt the batch it was in: next time it has one of its own */
    uint8_t tries;               /* how often it was run in vain, through no fault of its own */
    int64_t asked_ms;            /* when it came */
    enum batch_item_state state; /* what became of it */
    struct msg_store_done done;  /* the answer, in its batch's arena */
    const char *failure;         /* or why there is none; static or in the arena */
    size_t answer_bytes;         /* bound on what the answer is when encoded */
    struct batch_item *next;     /* in the line that it stands in */
};

/* A copy, in one piece. */
struct batch_item *batch_item_new(const struct envelope *envelope, const struct msg_store_run *run);
void batch_item_destroy(struct batch_item **self_p);

struct batch {
    struct batch_item *items[BATCH_MAX]; /* in order, `count` of them, owned by whoever made it */
    uint32_t count;                      /* how many */
    bool reads;                          /* all of them only read */
    bool over;                           /* the driver is done with it */
    size_t answer_bytes;                 /* of the answers so far */
    struct arena answers;                /* what they are made of, owned */
};

/* Empty again, as at first, for the next ones. */
void batch_reset(struct batch *self);
void batch_add(struct batch *self, struct batch_item *item);
void batch_fini(struct batch *self);

/* What a driver says of one commit. Its answer begins: results are filled in one by one … */
void batch_answer(struct batch *self, struct batch_item *item, struct rows *rows);
/* … into this. */
struct rec_store_result *batch_result(struct batch_item *item, uint32_t op);
/* Looks at the first `count` results: done, refused, or failed because there was no room for one of
 * them (`too_large`)? True: the transaction may go on. False: it has left traces of a commit that
 * does not stand, and must be rolled back: batch_undone. */
bool batch_judge(struct batch *self, struct batch_item *item, uint32_t count, bool too_large,
                 const struct rows *rows);
/* May the answer of one more commit be gathered, however large? */
bool batch_has_room(const struct batch *self);

/* The transaction was rolled back; none of its commits has left a trace. */
/* … because of what batch_judge said: those commits will be alone, and the others are run again. */
void batch_undone(struct batch *self);
/* … because of this one: it fails when it was alone, else it will be. The others are run again. */
void batch_spoilt(struct batch *self, struct batch_item *culprit, const char *reason);
/* … because it could not be made durable, whoever is to blame: each will be alone, or has failed.
 */
void batch_unkept(struct batch *self, const char *reason);
/* … by chance (a deadlock, a lost connection): all are run again, or fail when it was too often. */
void batch_retry(struct batch *self, const char *reason);
/* … because the database can't take it now: all fail. */
void batch_failed(struct batch *self, const char *reason);

#endif
