/* What is handed to the other judges of a shared queue: an id that none of our runners can judge,
 * or that failed at all of them, while another judge has told that its runners could. It is put
 * into the queue again and its message acknowledged; whoever gets it next asks the store, as
 * always.
 *
 * The queue may well give it to us again, so each judge remembers what it has passed on: every time
 * it waits longer before it goes back, and after so many times it is left to the sweep. That bounds
 * what two judges can do who think wrongly of each other. What failed here stays counted, and is
 * not begun here again at once. The memory is worth nothing after our death: the sweep finds what
 * we had not published. */
#include "actors/judge/judge.h"

#include "actors/runtime/stats.h"
#include "proto/check.h"

#define PASSES_MAX 1024      /* remembered; past it: left to the sweep */
#define PASSES_OF_ONE 12     /* of one id, then it is left to the sweep */
#define PASS_MS 250          /* before the second time; twice as long before the next … */
#define PASS_DOUBLINGS 4     /* … at most so often */
#define PASS_FORGET_MS 60000 /* after the last time */

static void s_forget(struct judge_actor *self, struct pass *pass)
{
    HASH_DEL(self->queue.passes, pass);
    free(pass);
}

void judge_passes_forget(struct judge_actor *self)
{
    while (self->queue.passes)
        s_forget(self, self->queue.passes);
}

static struct pass *s_find(const struct judge_actor *self, const struct job *job)
{
    struct pass *pass;
    HASH_FIND(hh, self->queue.passes, &job->key, sizeof job->key, pass);
    return pass;
}

int64_t judge_pass_recall(const struct judge_actor *self, struct job *job)
{
    const struct pass *pass = s_find(self, job);
    if (!pass || pass->tries == 0)
        return 0;
    job->tries = pass->tries;
    memcpy(job->failed, pass->failed, sizeof job->failed);
    job->avoid = job->failed[job->tries - 1];
    return pass->retry_ms;
}

static struct pass *s_add(struct judge_actor *self, const struct job *job)
{
    if (HASH_COUNT(self->queue.passes) >= PASSES_MAX)
        return NULL;
    struct pass *pass = calloc(1, sizeof *pass);
    check(pass);
    pass->key = job->key;
    pass->id = job->id;
    pass->kind = job->kind;
    HASH_ADD(hh, self->queue.passes, key, sizeof pass->key, pass);
    return pass;
}

static void s_publish(struct judge_actor *self, struct pass *pass, struct outbox *out)
{
    if (pass->due_ms > self->now_ms) {
        outbox_wake(out, pass->due_ms);
        return;
    }
    pass->waits = false;
    pass->due_ms = self->now_ms + PASS_FORGET_MS;
    judge_queue_publish(self, pass->kind, &pass->id, 1, out);
}

/* Before it is published once more. */
static int64_t s_pause_ms(const struct pass *pass)
{
    uint32_t doublings = pass->count > PASS_DOUBLINGS ? PASS_DOUBLINGS : pass->count - 1;
    return pass->count == 0 ? 0 : (int64_t)PASS_MS << doublings;
}

bool judge_pass_on(struct judge_actor *self, struct job *job, struct outbox *out)
{
    struct pass *pass = s_find(self, job);
    if (!job->tag || !judge_slot_peer_knows(self, job))
        return false;
    if (pass && !pass->waits && pass->count == PASSES_OF_ONE) {
        s_forget(self, pass);
        return false;
    }
    if (!pass && !(pass = s_add(self, job)))
        return false;
    if (!pass->waits) { /* else this is a copy */
        pass->due_ms = self->now_ms + s_pause_ms(pass);
        pass->waits = true;
        pass->count++;
    }
    pass->tries = job->tries;
    memcpy(pass->failed, job->failed, sizeof pass->failed);
    pass->retry_ms = self->now_ms + RETRY_MS;
    stats_add(STAT_queue_passed_on, 1);
    judge_queue_let_go(self, job, out);
    s_publish(self, pass, out);
    return true;
}

void judge_passes_tick(struct judge_actor *self, struct outbox *out)
{
    struct pass *next;
    for (struct pass *pass = self->queue.passes; pass; pass = next) {
        next = pass->hh.next;
        if (pass->waits && out->count >= OUTBOX_MAX / 2)
            outbox_wake(out, self->now_ms); /* the rest in the next step */
        else if (pass->waits)
            s_publish(self, pass, out);
        else if (pass->due_ms <= self->now_ms)
            s_forget(self, pass);
    }
}
