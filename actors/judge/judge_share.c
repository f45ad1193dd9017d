/* Who gets an idle slot: the first in line whose need a slot meets and whose turn it is to take
 * one. Nobody holds every slot of a language while another may come for it: the last idle one is
 * kept for who has none of them, and never goes to a rejudging.
 *
 * Nothing is held back for ever: for who has no slot the last one is as good as any, and what is
 * held back waits only for slots that are at work.
 *
 * Jobs with the same need stand or fall together, so a walk asks the slots once for each need and
 * ends where nothing that could be given is left: thousands who wait for a language that nobody
 * here knows cost nothing. Where slots know different languages, a job takes the first that it can
 * have, and it may be the last one of another language. */
#include "actors/judge/judge.h"

#include "proto/check.h"

bool judge_share_allows(uint8_t kind, uint32_t slots, uint32_t idle, bool has_one)
{
    if (idle != 1 || slots == 1)
        return idle > 0;
    return kind != JUDGING_REJUDGE && !has_one;
}

/* ---- needs ----------------------------------------------------------------------------------- */

void judge_share_enlist(struct lane *lane, struct job *job)
{
    const struct need_key key = {job->language_id, job->avoid, job->checker};
    struct need *need;
    HASH_FIND(hh, lane->needs, &key, sizeof key, need);
    if (!need) {
        need = calloc(1, sizeof *need);
        check(need);
        need->key = key;
        HASH_ADD(hh, lane->needs, key, sizeof need->key, need);
    }
    need->waiting++;
    job->need = need;
    lane->waiting++;
}

void judge_share_unlist(struct lane *lane, struct job *job)
{
    struct need *need = job->need;
    job->need = NULL;
    lane->waiting--;
    if (--need->waiting > 0)
        return;
    HASH_DEL(lane->needs, need);
    free(need);
}

/* ---- the next one ---------------------------------------------------------------------------- */

/* Asks the slots for each need. How many of the waiting could have one, if they are let. */
static uint32_t s_look(struct judge_actor *self, uint8_t kind)
{
    uint32_t waiting = 0;
    for (struct need *need = self->lanes[kind].needs; need; need = need->hh.next) {
        judge_slots_for(self, need);
        if (!judge_share_allows(kind, need->slots, need->idle, false))
            need->slot = NULL;
        waiting += need->slot ? need->waiting : 0;
    }
    return waiting;
}

/* Is a job of his with one of the slots that meet the need? */
static bool s_has_one(struct judge_actor *self, int64_t user_id, const struct need *need)
{
    for (const struct job *job = self->active; job; job = job->next) {
        bool placed = job->phase == JOB_LEASING || job->phase == JOB_RUNNING;
        struct runner_slot *slot =
            placed && job->user_id == user_id ? judge_slot_find(self, job->runner) : NULL;
        if (slot && judge_slot_meets(slot, need->key.language_id, need->key.checker))
            return true;
    }
    return false;
}

struct job *judge_share_next(struct judge_actor *self, uint8_t kind, struct runner_slot **slot,
                             struct outbox *out)
{
    const struct job *held = NULL; /* the last one: a burst is mostly one user's */
    uint32_t left = judge_slot_idle(self) ? s_look(self, kind) : 0;
    for (struct job *job = self->lanes[kind].line; left > 0; job = job->next) {
        struct need *need = job->need;
        if (!need->slot)
            continue;
        left--;
        if (job->due_ms > self->now_ms) {
            outbox_wake(out, job->due_ms);
            continue;
        }
        if (held && held->user_id == job->user_id && held->need == need)
            continue;
        if (judge_share_allows(kind, need->slots, need->idle, true) ||
            !s_has_one(self, job->user_id, need)) {
            *slot = need->slot;
            return job;
        }
        held = job;
    }
    return NULL;
}
