/* Looks into the simulated installation's database, past all actors: is what is there what the
 * players were told, and does it fit together? The scores are computed anew, by a rule written a
 * second time. */
#ifndef TESTS_SIM_AUDIT_H
#define TESTS_SIM_AUDIT_H

#include "tests/sim/duel.h"

struct audit;

/* Opens the database that a store has made in `folder`, and puts problems into it. */
struct audit *audit_new(const char *folder);
void audit_destroy(struct audit **self_p);

/* A round that both players have finished: its room, its submissions and verdicts, its result and
 * histories, what the players were told of them. False: the fault of `duels` says what is wrong. */
bool audit_round(struct audit *self, struct duels *duels, const struct duel *duel);
/* Everybody has played everything: nothing is left open, nothing is there that nobody asked for. */
bool audit_end(struct audit *self, struct duels *duels);

/* An operator applies rejudgings, one of each problem, in which every third submission came to
 * another verdict: made in the tables, past all actors, as `codecomp rejudge` does it. */
void audit_rejudge(struct audit *self);
/* Are all of them applied? */
bool audit_rejudged(struct audit *self);
/* Then: each room was changed once by each, and everything follows from the verdicts. */
bool audit_rejudge_end(struct audit *self, struct duels *duels);

#endif
