/* What stands in a column of the earlier backend's database, read from its text. No constraint held
 * there, and types differ from one installation to the next: what can't be read is no value. Pure.
 */
#ifndef STORE_TAKEOVER_VALUE_H
#define STORE_TAKEOVER_VALUE_H

#include "proto/bytes.h"

#define TAKEOVER_TIME_MAX_MS 4102444800000LL /* the year 2100: a time beyond it is none */

/* A whole number with blanks around it, also "5.0"; false: none, or beyond 64 bits. */
bool takeover_number(struct slice text, int64_t *value);
/* A time from 1970 to 2100: milliseconds, or "2024-05-01 10:00:00.5+02" with T or a blank between;
 * UTC where no zone stands. */
bool takeover_time(struct slice text, int64_t *value_ms);
/* true, t, yes, y, on, 1 and their opposites, in any case. */
bool takeover_flag(struct slice text, int64_t *value);

#endif
