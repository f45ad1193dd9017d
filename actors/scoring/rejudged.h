/* What a rejudging makes of one room: the verdicts that change, and the standing before and after.
 * One set of rules serves the preview that an operator reads and the commit that scoring makes; the
 * standing is leaderboard.c's. Pure, but for the commits that it builds.
 *
 * A verdict changes when its trial came to another one, unless the trial ended in a Judge Error,
 * which is our failure and no verdict on anybody, or the submission no longer has the verdict that
 * it had when the rejudging was made: then nobody has seen what this would change. */
#ifndef ACTORS_SCORING_REJUDGED_H
#define ACTORS_SCORING_REJUDGED_H

#include "actors/scoring/score_room.h"

struct rejudged_change {
    uint32_t index;   /* of the submission in its room: its number - 1 */
    enum verdict was; /* when the rejudging was made */
    enum verdict now; /* what it becomes, or became */
};

struct rejudged {
    struct rejudged_change *changes; /* owned; in order of number, `count` of them */
    uint32_t count;                  /* verdicts that change */
    uint32_t same;                   /* trials that came to the same verdict */
    uint32_t waiting;                /* trials that are not judged yet */
    uint32_t failed;                 /* trials that ended in a Judge Error: the verdict stays */
    uint32_t moved;                  /* verdicts that are others by now: they stay */
    struct leaderboard before;       /* with the verdicts that were */
    struct leaderboard after;        /* with those that will be */
};

/* Of the rows of rejudging_trials_read for this room, which is loaded. Also of a room that the
 * rejudging has changed already: what it became counts then. NULL: they are not this room's. */
struct rejudged *rejudged_new(const struct score_room *room, const struct rec_store_result *rows);
/* Takes NULL and a pointer to NULL. */
void rejudged_destroy(struct rejudged **self_p);
/* Does anybody's solved, penalty or result change? */
bool rejudged_matters(const struct rejudged *self);

/* Asks for what rejudged_new takes: results REJUDGED_STATE and REJUDGED_TRIALS. */
enum { REJUDGED_STATE, REJUDGED_TRIALS, REJUDGED_RESULTS };
void rejudged_ask(struct commit *commit, int64_t rejudging_id, int64_t room_id);
/* The commit that changes the room and marks it as done; and what it changes, once it is durable.
 */
void rejudged_ask_apply(const struct rejudged *self, const struct score_room *room,
                        struct commit *commit, int64_t rejudging_id, int64_t now_ms);
void rejudged_take_apply(const struct rejudged *self, struct score_room *room);

#endif
