/* A player's runs: what he says, what he is told, what must be true of it. */
#ifndef TESTS_SIM_RUNS_H
#define TESTS_SIM_RUNS_H

#include "tests/sim/duel.h"

/* For duel.c's table of states. */
void runs_say(struct player *player);
void runs_accepted(struct player *player, const void *message);
bool runs_refused(struct player *player, enum refusal refusal);
/* The stream has brought what came of one. */
void runs_on_stream(struct duels *self, const struct rec_run *run);

#endif
