/* A room's part of a preview, and the sums. Prints what changes and passes over what stays. */
#include "actors/rejudge_preview.h"

#include <inttypes.h>

#include "actors/scoring/record.h"

/* Of a finished contest its results are told, of one that runs the places. */
static void s_print_standing(const struct score_room *room, const struct leaderboard *board,
                             const struct leaderboard_row *row, FILE *out)
{
    fprintf(out, "%" PRIu32 " solved, %" PRId64 " s, ", row->solved, row->penalty_s);
    if (room->facts.status == ROOM_FINISHED)
        fprintf(out, "%s", word_text(&result_words, record_result(board, row->user_id)));
    else
        fprintf(out, "rank %" PRIu32, row->rank);
}

static void s_print_standings(const struct score_room *room, const struct rejudged *rejudged,
                              FILE *out)
{
    for (uint32_t i = 0; i < rejudged->before.user_count; i++) {
        const struct leaderboard_row *row = &rejudged->before.rows[i];
        fprintf(out, "  user %" PRId64 ": ", row->user_id);
        s_print_standing(room, &rejudged->before, row, out);
        fprintf(out, " -> ");
        s_print_standing(room, &rejudged->after, leaderboard_row_of(&rejudged->after, row->user_id),
                         out);
        fprintf(out, "\n");
    }
}

static void s_print_verdicts(const struct score_room *room, const struct rejudged *rejudged,
                             FILE *out)
{
    for (uint32_t i = 0; i < rejudged->count; i++) {
        const struct rejudged_change *change = &rejudged->changes[i];
        const struct submission_fact *submission = &room->submissions[change->index];
        fprintf(out,
                "  submission %" PRId64 " of user %" PRId64 " for problem %" PRId64 ": %s -> %s\n",
                room->marks[change->index].id, submission->user_id, submission->problem_id,
                word_text(&verdict_words, change->was), word_text(&verdict_words, change->now));
    }
}

void rejudge_preview_room(struct rejudge_preview *self, const struct score_room *room,
                          const struct rejudged *rejudged, FILE *out)
{
    bool matters = rejudged_matters(rejudged);
    self->changed += rejudged->count;
    self->same += rejudged->same;
    self->waiting += rejudged->waiting;
    self->failed += rejudged->failed;
    self->moved += rejudged->moved;
    self->standings += matters;
    self->results += matters && room->facts.status == ROOM_FINISHED &&
                     record_winner(&rejudged->before) != record_winner(&rejudged->after);
    for (uint32_t i = 0; i < rejudged->count; i++)
        self->changes[rejudged->changes[i].was][rejudged->changes[i].now]++;
    if (!rejudged->count)
        return;
    fprintf(out, "room %" PRId64 ", %s%s\n", room->facts.room_id,
            room->facts.status == ROOM_FINISHED ? "finished" : "still open",
            matters ? ":" : ": the standing stays");
    if (matters)
        s_print_standings(room, rejudged, out);
    s_print_verdicts(room, rejudged, out);
}

void rejudge_preview_sums(const struct rejudge_preview *self, FILE *out)
{
    fprintf(out, "verdicts: %" PRIu64 " change, %" PRIu64 " stay", self->changed, self->same);
    if (self->waiting)
        fprintf(out, ", %" PRIu64 " are not judged yet", self->waiting);
    if (self->failed)
        fprintf(out, ", %" PRIu64 " could not be judged and stay", self->failed);
    if (self->moved)
        fprintf(out, ", %" PRIu64 " became others since and stay", self->moved);
    fprintf(out, "\n");
    for (int was = 0; was <= VERDICT_JUDGE_ERROR; was++)
        for (int now = 0; now <= VERDICT_JUDGE_ERROR; now++)
            if (self->changes[was][now])
                fprintf(out, "  %6" PRIu64 "  %s -> %s\n", self->changes[was][now],
                        word_text(&verdict_words, (uint8_t)was),
                        word_text(&verdict_words, (uint8_t)now));
    fprintf(out, "rooms: %" PRIu64 " change their standing, %" PRIu64 " of them their result\n",
            self->standings, self->results);
}
