/* The asking side of the store, for actors: building a commit, reading its results. Pure.
 *
 *   struct commit commit;
 *   commit_begin (&commit);
 *   commit_op (&commit, STATEMENT_fence_leave);
 *   commit_i64 (&commit, room_id); …
 *   commit_send (&commit, out, envelope, key, question);
 */
#ifndef STORE_COMMIT_H
#define STORE_COMMIT_H

#include "actors/runtime/outbox.h"

/* The statements by number: STATEMENT_room_load, … */
enum statement_number {
#define STATEMENT(number, name, owner, decides, params, sql, what) STATEMENT_##name = number,
#include "actors/store/statements.def"
#undef STATEMENT
};

struct commit {
    struct rec_store_op ops[COMMIT_OPS_MAX];                   /* count of them */
    struct value values[COMMIT_OPS_MAX][STATEMENT_PARAMS_MAX]; /* their parameters */
    uint32_t count;                                            /* ops so far */
};

void commit_begin(struct commit *self);
/* The next statement; its parameters follow in order. */
void commit_op(struct commit *self, enum statement_number statement);
void commit_i64(struct commit *self, int64_t value);
/* I64_NONE becomes NULL. */
void commit_opt(struct commit *self, int64_t value);
/* Borrowed until the commit is sent. */
void commit_text(struct commit *self, struct slice value);
void commit_command(struct commit *self, struct command_id command); /* two parameters */
void commit_send(const struct commit *self, struct outbox *out, const struct envelope *cause,
                 int64_t key, struct question question);

/* Rows of one statement's result. A column that is missing or of another type reads as I64_NONE or
 * as an empty text: what the database holds is checked by who reads it. */
uint32_t result_rows(const struct rec_store_result *result);
int64_t result_i64(const struct rec_store_result *result, uint32_t row, uint32_t column);
struct slice result_text(const struct rec_store_result *result, uint32_t row, uint32_t column);
/* A word of a vocabulary; false when the text is none. */
bool result_word(const struct rec_store_result *result, uint32_t row, uint32_t column,
                 const struct vocabulary *words, uint8_t *number);

#endif
