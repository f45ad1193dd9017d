/* The picture of a room that browsers get: composed here, and nowhere else.
 *
 * Pure. The facts are room's, the standing is the leaderboard's; this only says who sees what:
 *   a participant   himself as current user, the other one as opponent, his own problems first
 *   anybody else    himself as current user; both participants' problems, the host's first
 *   all             no users; both participants' problems, the host's first
 * The opponent is known from the moment he sits there, before the start. The leaderboard and the
 * problems are empty before the start. */
#ifndef ACTORS_SCORING_ROOMSTATE_H
#define ACTORS_SCORING_ROOMSTATE_H

#include "actors/scoring/leaderboard.h"
#include "proto/proto.h"

#define ROOMSTATE_FOR_ALL 0 /* in place of a user */

/* What a picture is made from; all borrowed. */
struct roomstate_source {
    const struct rec_room_facts *facts;          /* what room said */
    const struct leaderboard *board;             /* computed from them; users as in facts */
    const int64_t (*row_ids)[ROOM_PROBLEMS_MAX]; /* of participant_problems, by user and problem */
    int64_t score_rev;                           /* version = room_rev + score_rev */
};

/* A picture with the lists that it points into; not to be copied. */
struct roomstate {
    struct rec_room_state state;                 /* what is sent */
    struct rec_leaderboard_row rows[ROOM_SEATS]; /* behind state.leaderboard */
    struct rec_participant_problem problems[ROOM_SEATS][ROOM_PROBLEMS_MAX]; /* host's, guest's */
};

/* The room as `user_id` sees it at now_ms; ROOMSTATE_FOR_ALL: as it is pushed. */
void roomstate_compose(const struct roomstate_source *source, int64_t user_id, int64_t now_ms,
                       struct roomstate *out);
/* The leaderboard alone; returns how many rows, 0 before the start. */
uint32_t roomstate_leaderboard(const struct roomstate_source *source,
                               struct rec_leaderboard_row rows[ROOM_SEATS]);
/* Does the user sit in the room? Nobody (0) does not. */
bool roomstate_participant(const struct rec_room_facts *facts, int64_t user_id);

#endif
