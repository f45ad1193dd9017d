/* The database that takes over: what it holds already, and putting in what it lacks. Pieces of a
 * bounded size, each one transaction, in an order in which every row's parents come before it; so
 * what is there is the position, and a copy that was cut short goes on behind it. Blocking. */
#ifndef STORE_TAKEOVER_COPY_H
#define STORE_TAKEOVER_COPY_H

#include "actors/store/database.h"
#include "actors/store/takeover_stage.h"

/* The tables that are filled, in the order in which they are. */
enum takeover_target {
    TAKEOVER_TO_users,
    TAKEOVER_TO_problems,
    TAKEOVER_TO_test_cases,
    TAKEOVER_TO_rooms,
    TAKEOVER_TO_participants,
    TAKEOVER_TO_room_problems,
    TAKEOVER_TO_participant_problems,
    TAKEOVER_TO_submissions,
    TAKEOVER_TO_contest_history,
    TAKEOVER_TARGETS
};
const char *takeover_target_name(enum takeover_target target);

struct takeover_copy {
    struct database *database;    /* borrowed, open and migrated */
    struct takeover_stage *stage; /* borrowed */
    int64_t now_ms;               /* wall time */
    /* Called after each piece: rows so far, of how many. May be NULL. */
    void (*tick)(void *user, const char *table, int64_t rows, int64_t all);
    void *user; /* passed on to it */
};

/* Fills the stage's `there`. */
bool takeover_copy_look(const struct takeover_copy *self, struct store_error *error);
/* Copies what `todo` names. False: a server is using the database, or it failed; whole pieces stay.
 */
bool takeover_copy_run(const struct takeover_copy *self, struct store_error *error);

#endif
