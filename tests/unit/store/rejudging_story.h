/* What becomes of the contest of statements_test.c when its submissions are judged again. */
#ifndef STORE_REJUDGING_STORY_H
#define STORE_REJUDGING_STORY_H

#include "tests/unit/store/fixture.h"

/* Of the finished room 1 with its problem 1 and two submissions, of which `second_id` is a Judge
 * Error. Runs all statements that have to do with rejudging. */
void rejudging_story(struct fixture *self, int64_t second_id);

#endif
