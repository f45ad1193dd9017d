/* Holds what is streamed to what the players were told before. */
#include "tests/sim/stream.h"

#include "tests/sim/runs.h"

#include <inttypes.h>

bool shot_as_scripted(const struct duels *all, const struct shot *shot,
                      const struct rec_submission *submission)
{
    return submission->status == shot->verdict ||
           (!all->calm && submission->status == VERDICT_JUDGE_ERROR);
}

static void s_on_stream_room(struct duels *self, const struct rec_room_state *state)
{
    for (uint32_t i = 0; i < self->count; i++) {
        struct duel *duel = &self->duels[i];
        if (duel->room_id != state->room_id || state->version <= duel->stream_version)
            continue;
        duel->stream_version = state->version;
    }
}

/* Only while there is no verdict, whoever was slow. */
static void s_on_stream_progress(struct duels *self, const struct rec_submission *submission)
{
    for (uint32_t i = 0; i < self->count * 2; i++) {
        struct player *player = &self->duels[i / 2].players[i % 2];
        for (uint32_t k = 0; k < player->shot_count; k++)
            if (player->shots[k].submission_id == submission->id &&
                ((player->shots[k].told && self->calm) || submission->user_id != player->user_id))
                player_wrong(player, "was told of a judging that is over, or of another's",
                             submission->id);
    }
}

static void s_on_stream_verdict(struct duels *self, const struct rec_submission *submission)
{
    if (!verdict_final(submission->status)) {
        s_on_stream_progress(self, submission);
        return;
    }
    if (self->rejudging) {
        self->rejudged_told++;
        return;
    }
    for (uint32_t i = 0; i < self->count * 2; i++) {
        struct player *player = &self->duels[i / 2].players[i % 2];
        for (uint32_t k = 0; k < player->shot_count; k++) {
            struct shot *shot = &player->shots[k];
            if (shot->submission_id != submission->id)
                continue;
            shot->told = true;
            if (self->calm && self->sim->now_ms > shot->acknowledged_ms + DUEL_LATE_MS)
                player_wrong(player, "was told his verdict late", self->sim->now_ms);
            if (!shot_as_scripted(self, shot, submission) || submission->user_id != player->user_id)
                player_wrong(player, "was sent another verdict than the judge gave",
                             submission->status);
        }
    }
}

void stream_take(struct duels *self, const struct envelope *envelope, const void *message)
{
    if (envelope->kind == MSG_stream_beat) {
        uint64_t sent = (uint64_t)((const struct msg_stream_beat *)message)->sent;
        if (self->calm && sent != self->sequence)
            duels_fault(self, "the stream's beat says %" PRIu64 " after %" PRIu64, sent,
                        self->sequence);
        return;
    }
    if (self->calm && envelope->sequence != self->sequence + 1)
        duels_fault(self, "the stream jumps from %" PRIu64 " to %" PRIu64, self->sequence,
                    envelope->sequence);
    self->sequence = envelope->sequence;
    if (envelope->kind == MSG_watched)
        s_on_stream_room(self, &((const struct msg_watched *)message)->state);
    else if (envelope->kind == MSG_submission_found)
        s_on_stream_verdict(self, &((const struct msg_submission_found *)message)->submission);
    else if (envelope->kind == MSG_run_found)
        runs_on_stream(self, &((const struct msg_run_found *)message)->run);
}
