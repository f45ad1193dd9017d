#include "gateway/routes/shape.h"

#define WHOLE(name)                           \
    {                                         \
        MSG_##name, 0, false, &message_##name \
    }
#define PART(name, field, type)                                               \
    {                                                                         \
        MSG_##name, offsetof(struct msg_##name, field), false, &record_##type \
    }
#define LIST_OF(name, field, type)                                           \
    {                                                                        \
        MSG_##name, offsetof(struct msg_##name, field), true, &record_##type \
    }

static const struct shape_row s_rows[SHAPES] = {
    [SHAPE_ROOM] = PART(room_created, room, room),
    [SHAPE_ROOM_STATE] = PART(state, state, room_state),
    [SHAPE_SUBMITTED] = WHOLE(submitted),
    [SHAPE_RESULT] = WHOLE(room_result),
    [SHAPE_LEADERBOARD] = LIST_OF(leaderboard, rows, leaderboard_row),
    [SHAPE_PROBLEMS] = LIST_OF(problems, problems, problem),
    [SHAPE_STATS] = PART(profile, stats, stats),
    [SHAPE_PROFILE] = WHOLE(profile),
    [SHAPE_HISTORIES] = LIST_OF(histories, rows, history),
    [SHAPE_USER_SELF] = WHOLE(user),
    [SHAPE_SUBMISSION] = PART(submission_found, submission, submission),
    [SHAPE_SUBMISSIONS] = LIST_OF(submissions, rows, submission),
    [SHAPE_RUN_ACCEPTED] = WHOLE(run_accepted),
    [SHAPE_RUN] = PART(run_found, run, run),
    [SHAPE_LANGUAGES] = LIST_OF(languages, languages, language),
};

const struct shape_row *shape_row(enum route_shape shape)
{
    return &s_rows[shape];
}
