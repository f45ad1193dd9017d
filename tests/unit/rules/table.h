/* Reads a .table of tests/tables: the rules of a contest as text, one line per attempt.
 *
 *     1:00 bob submit A   -> ok 1      # a comment
 *
 * Words, an arrow, and the outcome that is expected; a line without an arrow only sets something
 * up. For each line the test says what really happened, as text; a difference fails the test with
 * the table's file and line. */
#ifndef TESTS_UNIT_RULES_TABLE_H
#define TESTS_UNIT_RULES_TABLE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "proto/bytes.h"

#define TABLE_WORDS_MAX 32 /* words before the arrow */

struct table_row {
    const char *name;                   /* of the table */
    uint32_t line;                      /* in its file, from 1 */
    uint32_t count;                     /* words before the arrow */
    const char *words[TABLE_WORDS_MAX]; /* NULL beyond count */
};

/* Does what the row says and appends its outcome, words parted by single spaces, to `outcome`. */
typedef void table_row_fn(const struct table_row *row, void *world, struct buffer *outcome);

/* Plays tests/tables/<name>.table from top to bottom. */
void table_play(const char *name, table_row_fn *row_fn, void *world);

/* Fails the test at this row. */
__attribute__((noreturn, format(printf, 2, 3))) void table_wrong(const struct table_row *row,
                                                                 const char *format, ...);
/* Is this word of the row that text? False beyond its end. */
bool table_is(const struct table_row *row, uint32_t index, const char *text);
/* The word as a number; fails the test when it is none. */
int64_t table_number(const struct table_row *row, uint32_t index);
/* The word as an instant, "4:05" or "4:05.250" (minutes, seconds), in ms; fails likewise. */
int64_t table_ms(const struct table_row *row, uint32_t index);
/* Appends an instant in that form. */
void table_append_ms(struct buffer *outcome, int64_t ms);

#endif
