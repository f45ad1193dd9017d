/* A run is a submission's poor relation: the same code says what its verdict is. Nothing waits for
 * it. */
#include "tests/sim/runs.h"

#include <inttypes.h>
#include <stdio.h>

#include "proto/check.h"

static void s_new_run(struct player *player)
{
    static const uint8_t verdicts[] = {VERDICT_ACCEPTED, VERDICT_WRONG_ANSWER,
                                       VERDICT_RUNTIME_ERROR, VERDICT_COMPILATION_ERROR,
                                       VERDICT_JUDGE_ERROR};
    struct sim *sim = player->duel->all->sim;
    player->runs[player->run_count++] =
        (struct shot){.verdict = verdicts[prng_below(&sim->chance, sizeof verdicts)],
                      .takes_ms = 30 + (uint32_t)prng_below(&sim->chance, 500)};
}

void runs_say(struct player *player)
{
    char code[64];
    const struct duel *duel = player->duel;
    if (player->sendings == 0) {
        if (player->run_count == SHOTS_MAX) {
            player_go(player, PLAYER_SUBMITS, 1);
            return;
        }
        s_new_run(player);
    }
    const struct shot *run = &player->runs[player->run_count - 1];
    snprintf(code, sizeof code, "verdict %u takes %" PRIu32, run->verdict, run->takes_ms);
    struct msg_room_run message = {
        duel->room_id,  duel->problem_ids[0], 54,
        slice_of(code), run->takes_ms % 2,    slice_of(run->takes_ms % 2 ? "2 3" : "")};
    player_say(player, message.room_id, MSG_room_run, &message);
}

void runs_accepted(struct player *player, const void *message)
{
    const struct msg_run_accepted *accepted = message;
    struct shot *run = &player->runs[player->run_count - 1];
    run->submission_id = accepted->run_id;
    run->acknowledged_ms = player->duel->all->sim->now_ms;
    player->duel->all->runs++;
    if (accepted->run_id < 1 || accepted->status != VERDICT_PENDING)
        player_wrong(player, "was told of no run", accepted->run_id);
    player_go(player, PLAYER_SUBMITS, 300);
}

bool runs_refused(struct player *player, enum refusal refusal)
{
    player_go(player, PLAYER_SUBMITS, 1000);
    return refusal == REFUSED_TOO_MANY_RUNS || refusal == REFUSED_NOT_ACTIVE;
}

void runs_on_stream(struct duels *self, const struct rec_run *run)
{
    bool no_program =
        run->status == VERDICT_COMPILATION_ERROR || run->status == VERDICT_JUDGE_ERROR;
    self->runs_told++; /* also of a round that is over */
    for (uint32_t i = 0; i < self->count * 2; i++) {
        struct player *player = &self->duels[i / 2].players[i % 2];
        for (uint32_t k = 0; k < player->run_count; k++) {
            struct shot *shot = &player->runs[k];
            if (shot->submission_id != run->id)
                continue;
            if (shot->told && self->calm)
                player_wrong(player, "was told twice of a run", run->id);
            shot->told = true;
            bool scripted =
                run->status == shot->verdict || (!self->calm && run->status == VERDICT_JUDGE_ERROR);
            if (!scripted || run->user_id != player->user_id ||
                run->own_input != (shot->takes_ms % 2 == 1) ||
                run->tests.count != (no_program ? 0 : 2))
                player_wrong(player, "was told of another run than he made", run->id);
        }
    }
}
