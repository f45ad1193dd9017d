/* An actor without a host: messages are handed in, and what it sends is caught and decoded, so that
 * a test plays all those that the actor talks to. Bodies go through the codec both ways, as they
 * would on a wire. Time is the test's: it stands still until it is moved.
 *
 *   struct actor_harness *harness = actor_harness_new (&scoring_class, &config, NULL);
 *   actor_harness_give (harness, actor_harness_request (harness, MSG_watch, user, room), &watch);
 *   const struct msg_watched *watched = actor_harness_only (harness, MSG_watched, NULL);
 */
#ifndef TESTS_ACTOR_HARNESS_H
#define TESTS_ACTOR_HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "actors/runtime/actor.h"

#define ACTOR_SENT_MAX 16384

/* Something that the actor sent. */
struct actor_sent {
    struct envelope envelope; /* as in the outbox: kind, to, key, user, … */
    const void *message;      /* its struct, decoded; until actor_harness_forget */
};

struct actor_harness {
    const struct actor_class *class;        /* which actor */
    void *actor;                            /* owned: its state */
    struct outbox out;                      /* of the message being handled */
    struct arena arena;                     /* behind `sent` */
    int64_t now_ms;                         /* stamped on what is handed in */
    int64_t wake_ms;                        /* earliest instant that it asked for, or I64_NONE */
    uint32_t requests;                      /* made so far: slots of the next one */
    struct actor_sent sent[ACTOR_SENT_MAX]; /* since the last actor_harness_forget */
    uint32_t sent_count;                    /* of these */
    struct buffer transcript;               /* every outbox ever, byte for byte */
};

struct actor_harness *actor_harness_new(const struct actor_class *class,
                                        const struct rec_actor_config *config, void *context);
void actor_harness_destroy(struct actor_harness **self_p);

/* A request of a gateway's: from this user, awaiting its answer at a slot of its own. */
struct envelope actor_harness_request(struct actor_harness *self, uint16_t kind, int64_t user_id,
                                      int64_t key);
/* An answer to something that the actor sent. */
struct envelope actor_harness_answer(const struct actor_sent *sent, uint16_t kind);
/* Hands a message in, now. */
void actor_harness_give(struct actor_harness *self, struct envelope envelope, const void *message);
/* Lets this much time pass, with a tick at each instant that the actor asked for. */
void actor_harness_wait(struct actor_harness *self, int64_t ms);
/* Forgets what was sent so far; messages that were decoded become invalid. */
void actor_harness_forget(struct actor_harness *self);

/* How many of this kind were sent. */
uint32_t actor_harness_count(const struct actor_harness *self, uint16_t kind);
/* The index-th of this kind; the test fails when there is none. */
const struct actor_sent *actor_harness_nth(const struct actor_harness *self, uint16_t kind,
                                           uint32_t index);
/* The message of the only one of this kind; the test fails when there is another number of them.
 * `request` (may be NULL) is what it must answer. */
const void *actor_harness_only(const struct actor_harness *self, uint16_t kind,
                               const struct envelope *request);
/* The one answer to this request is this refusal. */
void actor_harness_refused(const struct actor_harness *self, const struct envelope *request,
                           enum refusal refusal);

/* ---- answers of the store, by hand --------------------------------------------------------- */

#define ACTOR_ANSWER_VALUES 2048

struct actor_answer {
    struct msg_store_done done;                               /* what is handed in */
    struct rec_store_result results[COMMIT_OPS_MAX];          /* behind it */
    struct value values[COMMIT_OPS_MAX][ACTOR_ANSWER_VALUES]; /* behind those */
};

void actor_answer_begin(struct actor_answer *self);
/* The next statement's result: rows of so many columns, whose values follow. */
void actor_answer_result(struct actor_answer *self, int64_t columns);
/* The next statement changed so many rows. */
void actor_answer_changed(struct actor_answer *self, int64_t changed);
void actor_answer_i64(struct actor_answer *self, int64_t value);      /* I64_NONE: NULL */
void actor_answer_text(struct actor_answer *self, const char *value); /* borrowed */
void actor_answer_blob(struct actor_answer *self, const void *data, size_t length);

#endif
