/* What fan-out streams to the players' gateway: in order and whole when nothing goes wrong, and
 * never another verdict than the judge gave. */
#ifndef TESTS_SIM_STREAM_H
#define TESTS_SIM_STREAM_H

#include "tests/sim/duel.h"

void stream_take(struct duels *self, const struct envelope *envelope, const void *message);

/* Is it what the script says? When things go wrong it may have become a Judge Error. */
bool shot_as_scripted(const struct duels *all, const struct shot *shot,
                      const struct rec_submission *submission);

#endif
