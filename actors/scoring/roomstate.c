/* The picture of a room, as seen by one or by all. Copies and orders; decides nothing about the
 * score (leaderboard.c) and knows neither actors nor the store. */
#include "actors/scoring/roomstate.h"

static int64_t s_or_none(int64_t value)
{
    return value ? value : I64_NONE;
}

bool roomstate_participant(const struct rec_room_facts *facts, int64_t user_id)
{
    return user_id > 0 && (user_id == facts->host_user_id || user_id == facts->guest_user_id);
}

uint32_t roomstate_leaderboard(const struct roomstate_source *source,
                               struct rec_leaderboard_row rows[ROOM_SEATS])
{
    if (source->facts->start_ms == I64_NONE)
        return 0;
    for (uint32_t i = 0; i < source->board->user_count; i++) {
        const struct leaderboard_row *row = &source->board->rows[i];
        rows[i] = (struct rec_leaderboard_row){
            .user_id = row->user_id,
            .solved = row->solved,
            .penalty_s = row->penalty_s,
            .last_solved_ms = s_or_none(row->last_solved_ms),
            .rank = row->rank,
        };
    }
    return source->board->user_count;
}

static uint32_t s_problems(const struct roomstate_source *source, uint32_t user,
                           struct rec_participant_problem problems[ROOM_PROBLEMS_MAX])
{
    const struct rec_room_facts *facts = source->facts;
    if (facts->start_ms == I64_NONE || user >= source->board->user_count)
        return 0;
    for (uint32_t i = 0; i < source->board->problem_count; i++) {
        const struct problem_score *score = &source->board->scores[user][i];
        problems[i] = (struct rec_participant_problem){
            .id = source->row_ids[user][i],
            .user_id = user == 0 ? facts->host_user_id : facts->guest_user_id,
            .room_id = facts->room_id,
            .problem_id = score->problem_id,
            .attempts = score->attempts,
            .penalty = score->wrong,
            .solved = score->solved,
            .solved_ms = score->solved ? score->solved_at_ms : I64_NONE,
            .judging = score->judging,
        };
    }
    return source->board->problem_count;
}

/* The planned end while it runs, the real one as soon as there is one. */
static int64_t s_end_ms(const struct rec_room_facts *facts)
{
    if (facts->closed_ms != I64_NONE)
        return facts->closed_ms;
    return facts->start_ms == I64_NONE ? I64_NONE : facts->start_ms + facts->duration_ms;
}

void roomstate_compose(const struct roomstate_source *source, int64_t user_id, int64_t now_ms,
                       struct roomstate *out)
{
    const struct rec_room_facts *facts = source->facts;
    bool inside = roomstate_participant(facts, user_id);
    uint32_t mine = inside && user_id == facts->guest_user_id ? 1 : 0;
    uint32_t counts[ROOM_SEATS];
    for (uint32_t user = 0; user < ROOM_SEATS; user++)
        counts[user] = s_problems(source, user, out->problems[user]);
    out->state = (struct rec_room_state){
        .room_id = facts->room_id,
        .status = facts->status,
        .start_ms = facts->start_ms,
        .duration_ms = facts->duration_ms,
        .current_user_id = s_or_none(user_id),
        .opponent_user_id = !inside     ? I64_NONE
                            : mine == 0 ? facts->guest_user_id
                                        : facts->host_user_id,
        .leaderboard = {roomstate_leaderboard(source, out->rows), out->rows},
        .my_problems = {counts[mine], out->problems[mine]},
        .opponent_problems = {counts[1 - mine], out->problems[1 - mine]},
        .end_ms = s_end_ms(facts),
        .server_ms = now_ms,
        .version = facts->room_rev + source->score_rev,
        .settling = facts->status == ROOM_ACTIVE && facts->closed_ms != I64_NONE,
    };
}
