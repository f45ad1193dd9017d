/* The scoring actor: keeps verdicts, attempts, penalties, results and history; composes RoomState,
 * alone; answers every read of a room.
 *
 * In:  room_notice, result_get, settle_limit (room); verdict_report (judge); room_rejudge
 *      (scheduler); the reads (gateway); store_done, store_failed (store); start, tick, drain, ping
 *      (runtime).
 * Out: notice_taken, contest_complete, room_settled, room_result; verdict_taken; room_rejudged;
 *      watched and submission_found to fan-out; the answers to the reads; store_run.
 *
 * Promises: a room changes only by what is durable. One question to the store is open per room, and
 * what comes meanwhile waits in a bounded line; reads of a loaded room are answered at once, from
 * what was confirmed last. A question without an answer is repeated, with the same content: it is
 * built anew from the room, which does not change while it is open, and every commit is fenced, so
 * a second run is refused; a refused commit means that the room is loaded and looked at again. The
 * standing is computed from the submissions whole, so the order of verdicts never matters.
 *
 * Bounds: SCORES_MAX rooms, ROOM_LINE_MAX waiting messages for each, READS_MAX reads under way. At
 * the bound a command or read is refused OVERLOADED, and a verdict is not answered: the judge
 * repeats.
 *
 * Does not do: reading clocks, keeping passwords, seats or timers (room, scheduler), encoding for
 * browsers (gateway). */
#include "actors/scoring/scoring.h"

#include <stdlib.h>

#include "actors/runtime/log.h"
#include "actors/runtime/stats.h"
#include "proto/check.h"

/* ---- questions to the store ---------------------------------------------------------------- */

static void s_send(struct scoring *self, struct score_entry *entry, struct question question,
                   int64_t now_ms, struct outbox *out)
{
    struct commit commit;
    union any_message message;
    switch (entry->asking) {
    case ASKING_NOTHING:
        unreachable();
    case ASKING_LOAD:
        score_room_ask(&commit, entry->room_id);
        break;
    case ASKING_VERDICT:
        kept_read(entry->current, &self->arena, &message);
        score_room_ask_verdict(&entry->room, &commit, &message.verdict_report, entry->decided_ms);
        break;
    case ASKING_GIVE_UP:
        score_room_ask_give_up(&entry->room, &commit, entry->decided_ms);
        break;
    case ASKING_FINISH:
        score_room_ask_finish(&entry->room, &commit);
        break;
    case ASKING_TRIALS:
        kept_read(entry->current, &self->arena, &message);
        rejudged_ask(&commit, message.room_rejudge.rejudging_id, entry->room_id);
        break;
    case ASKING_REJUDGE:
        kept_read(entry->current, &self->arena, &message);
        rejudged_ask_apply(entry->rejudged, &entry->room, &commit,
                           message.room_rejudge.rejudging_id, entry->decided_ms);
        break;
    }
    entry->due_ms = now_ms + REPEAT_MS;
    commit_send(&commit, out, &entry->cause, entry->room_id, question);
    outbox_wake(out, entry->due_ms);
}

/* Makes `asking` the entry's question without sending it yet. Who waits in the line came before the
 * load, so what he tells of will be in it. */
static struct question s_prepare(struct scoring *self, struct score_entry *entry,
                                 enum score_asking asking, const struct envelope *cause)
{
    check(entry->asking == ASKING_NOTHING);
    entry->asking = asking;
    entry->cause = *cause;
    entry->cause.deadline_ms = 0; /* what a command was worth to its asker ends; this must not */
    entry->decided_ms = score_room_instant(&entry->room, cause->now_ms);
    entry->tries = 0;
    if (asking == ASKING_LOAD) {
        entry->loaded = false;
        for (struct kept *kept = entry->line.first; kept; kept = kept->next)
            kept->fresh = true;
    }
    return score_cache_question(&self->cache, entry);
}

void scoring_ask(struct scoring *self, struct score_entry *entry, enum score_asking asking,
                 const struct envelope *cause, struct outbox *out)
{
    struct question question = s_prepare(self, entry, asking, cause);
    s_send(self, entry, question, cause->now_ms, out);
}

void scoring_reload(struct scoring *self, struct score_entry *entry, struct kept *kept,
                    struct outbox *out)
{
    struct envelope cause = kept->envelope;
    line_put_back(&entry->line, kept);
    scoring_ask(self, entry, ASKING_LOAD, &cause, out);
}

/* A commit was refused: something here is not as the store has it. When that goes on, two owners
 * are at odds, and asking more slowly is all that can be done about it from here. */
static void s_refused(struct scoring *self, struct score_entry *entry, const struct envelope *turn,
                      struct outbox *out)
{
    struct envelope cause = entry->cause;
    cause.now_ms = turn->now_ms;
    rejudged_destroy(&entry->rejudged);
    if (entry->current) {
        line_put_back(&entry->line, entry->current);
        entry->current = NULL;
    }
    if (++entry->refusals <= REFUSALS_MAX) {
        scoring_ask(self, entry, ASKING_LOAD, &cause, out);
        return;
    }
    log_warn("commits-refused", "room=%lld times=%u", (long long)entry->room_id, entry->refusals);
    s_prepare(self, entry, ASKING_LOAD, &cause);
    entry->due_ms = turn->now_ms + REPEAT_MS;
    outbox_wake(out, entry->due_ms);
}

/* ---- rooms --------------------------------------------------------------------------------- */

static void s_turn_away_all(struct scoring *self, struct line *line, int64_t now_ms,
                            enum refusal refusal, struct outbox *out)
{
    for (struct kept *kept; (kept = line_take(line));) {
        union any_message message;
        kept_read(kept, &self->arena, &message);
        kept->envelope.now_ms = now_ms;
        scoring_turn_away(&kept->envelope, &message, refusal, out);
        kept_destroy(&kept);
    }
}

/* The room cannot be had: nobody waits for it any longer. */
static void s_close(struct scoring *self, struct score_entry *entry, int64_t now_ms,
                    enum refusal refusal, struct outbox *out)
{
    s_turn_away_all(self, &entry->line, now_ms, refusal, out);
    s_turn_away_all(self, &entry->waiters, now_ms, refusal, out);
    score_cache_remove(&self->cache, entry);
    stats_add(STAT_scores_loaded, -1);
}

/* Nobody waits any more: a reader past his deadline. Facts and verdicts have none. */
static bool s_expired(const struct kept *kept, int64_t now_ms)
{
    const struct envelope *envelope = &kept->envelope;
    return envelope->kind != MSG_room_notice && envelope->kind != MSG_verdict_report &&
           envelope->deadline_ms && envelope->deadline_ms < now_ms;
}

/* Serves who waits until the store must be asked, or nobody waits; then finishes the room if it can
 * be finished. */
static void s_go_on(struct scoring *self, struct score_entry *entry, const struct envelope *turn,
                    struct outbox *out)
{
    struct kept *kept;
    while (entry->asking == ASKING_NOTHING && (kept = line_take(&entry->line))) {
        union any_message message;
        kept_read(kept, &self->arena, &message);
        kept->envelope.now_ms = turn->now_ms;
        if (s_expired(kept, turn->now_ms))
            kept_destroy(&kept);
        else
            scoring_serve(self, entry, kept, &message, out);
    }
    if (entry->asking == ASKING_NOTHING && score_room_judged(&entry->room)) {
        entry->settled_due = true;
        scoring_ask(self, entry, ASKING_FINISH, turn, out);
    }
}

/* Every such message begins with the room's id, the notice's in its facts, the verdict's apart. */
static int64_t s_room_id(const struct envelope *envelope, const void *message)
{
    switch (envelope->kind) {
    case MSG_room_notice:
        return ((const struct msg_room_notice *)message)->facts.room_id;
    case MSG_verdict_report:
        return ((const struct msg_verdict_report *)message)->room_id;
    case MSG_settle_limit:
        return ((const struct msg_settle_limit *)message)->room_id;
    case MSG_room_rejudge:
        return ((const struct msg_room_rejudge *)message)->room_id;
    case MSG_result_get:
        return ((const struct msg_result_get *)message)->room_id;
    case MSG_state_get:
        return ((const struct msg_state_get *)message)->room_id;
    case MSG_leaderboard_get:
        return ((const struct msg_leaderboard_get *)message)->room_id;
    case MSG_problems_get:
        return ((const struct msg_problems_get *)message)->room_id;
    case MSG_watch:
        return ((const struct msg_watch *)message)->room_id;
    default:
        unreachable();
    }
}

static bool s_reads(uint16_t kind)
{
    return kind == MSG_state_get || kind == MSG_leaderboard_get || kind == MSG_problems_get ||
           kind == MSG_watch;
}

static void s_on_room(struct scoring *self, const struct envelope *envelope, const void *message,
                      struct outbox *out)
{
    int64_t room_id = s_room_id(envelope, message);
    if (room_id < 1 || room_id > ID_MAX) {
        scoring_turn_away(envelope, message, REFUSED_ROOM_NOT_FOUND, out);
        return;
    }
    struct score_entry *entry = score_cache_find(&self->cache, room_id);
    if (entry && entry->loaded && s_reads(envelope->kind)) {
        reads_room(&self->reads, &entry->room, envelope, out);
        return;
    }
    bool unknown = !entry;
    if (unknown) {
        stats_add(STAT_scores_loaded, self->cache.free_count ? 1 : 0); /* else one leaves for it */
        entry = score_cache_add(&self->cache, room_id);
    }
    if (!entry || entry->line.count == ROOM_LINE_MAX) {
        scoring_turn_away(envelope, message, REFUSED_OVERLOADED, out);
        return;
    }
    line_add(&entry->line, kept_new(envelope, message));
    if (unknown)
        scoring_ask(self, entry, ASKING_LOAD, envelope, out);
    else
        s_go_on(self, entry, envelope, out);
}

/* ---- the store's answers, and their absence ---------------------------------------------------
 */

/* False: the room is gone. */
static bool s_loaded(struct scoring *self, struct score_entry *entry,
                     const struct msg_store_done *done, const struct envelope *turn,
                     struct outbox *out)
{
    const char *what;
    switch (score_room_load(&entry->room, done, &what)) {
    case SCORE_LOADED:
        entry->loaded = true;
        entry->push_due = true; /* whether anybody was told of what we now read, we cannot know */
        scoring_after_load(entry, turn, out);
        return true;
    case SCORE_NO_ROOM:
        s_close(self, entry, turn->now_ms, REFUSED_ROOM_NOT_FOUND, out);
        return false;
    case SCORE_INCONSISTENT:
        log_error("room-inconsistent", "room=%lld what=\"%s\"", (long long)entry->room_id, what);
        s_close(self, entry, turn->now_ms, REFUSED_FAILED, out);
        return false;
    }
    unreachable();
}

/* `done` is NULL when the store failed. */
static void s_on_answer(struct scoring *self, const struct envelope *envelope,
                        const struct msg_store_done *done, struct outbox *out)
{
    struct question question = {envelope->to.slot, envelope->to.generation};
    if (question.slot >= READS_FIRST_SLOT) {
        reads_answer(&self->reads, envelope, done, out);
        return;
    }
    struct score_entry *entry = score_cache_asked(&self->cache, question);
    if (!entry)
        return; /* the answer to a repeat */
    enum score_asking asked = entry->asking;
    if (!done || (asked == ASKING_LOAD && done->refused)) {
        entry->due_ms = envelope->now_ms + REPEAT_MS;
        outbox_wake(out, entry->due_ms);
        return;
    }
    entry->asking = ASKING_NOTHING;
    if (asked == ASKING_LOAD) {
        if (!s_loaded(self, entry, done, envelope, out))
            return;
    } else if (done->refused)
        s_refused(self, entry, envelope, out);
    else {
        if (asked != ASKING_TRIALS) /* that is no commit, and proves nothing */
            entry->refusals = 0;
        scoring_confirmed(self, entry, asked, done, envelope, out);
    }
    s_go_on(self, entry, envelope, out);
}

/* The store has not answered in time, or has failed a while ago: once more. After TRIES_MAX those
 * who wait are told, and a room that could not be loaded is forgotten. Verdicts and
 * rejudgings give way to a load: judge and scheduler repeat them, and one that no database takes
 * must not hold up its room for ever. What ends a contest goes on being asked. False: the room is
 * gone. */
static bool s_again(struct scoring *self, struct score_entry *entry, int64_t now_ms,
                    struct outbox *out)
{
    struct envelope cause = entry->cause;
    cause.now_ms = now_ms;
    if (++entry->tries >= TRIES_MAX) {
        if (entry->tries == TRIES_MAX)
            log_warn("store-silent", "room=%lld", (long long)entry->room_id);
        if (entry->asking == ASKING_LOAD) {
            s_close(self, entry, now_ms, REFUSED_FAILED, out);
            return false;
        }
        s_turn_away_all(self, &entry->line, now_ms, REFUSED_FAILED, out);
        if (entry->asking == ASKING_VERDICT || entry->asking == ASKING_TRIALS ||
            entry->asking == ASKING_REJUDGE) {
            kept_destroy(&entry->current);
            rejudged_destroy(&entry->rejudged);
            entry->asking = ASKING_NOTHING;
            scoring_ask(self, entry, ASKING_LOAD, &cause, out);
            return true;
        }
    }
    s_send(self, entry, score_cache_same_question(&self->cache, entry), now_ms, out);
    return true;
}

static int64_t s_sooner(int64_t a_ms, int64_t b_ms)
{
    return a_ms == I64_NONE || (b_ms != I64_NONE && b_ms < a_ms) ? b_ms : a_ms;
}

/* When this room needs waking next; I64_NONE: never, or it is gone. */
static int64_t s_tick_entry(struct scoring *self, struct score_entry *entry, int64_t now_ms,
                            struct outbox *out)
{
    struct line *waiters = &entry->waiters;
    while (waiters->first && waiters->first->since_ms + RESULT_WAIT_MS <= now_ms) {
        struct kept *kept = line_take(waiters);
        outbox_reply(out, &kept->envelope, MSG_room_result,
                     &(struct msg_room_result){I64_NONE, RESULT_SETTLING});
        kept_destroy(&kept);
    }
    if (entry->asking != ASKING_NOTHING && entry->due_ms <= now_ms &&
        !s_again(self, entry, now_ms, out))
        return I64_NONE;
    return s_sooner(entry->asking == ASKING_NOTHING ? I64_NONE : entry->due_ms,
                    waiters->first ? waiters->first->since_ms + RESULT_WAIT_MS : I64_NONE);
}

static void s_on_tick(struct scoring *self, const struct envelope *envelope, struct outbox *out)
{
    int64_t next_ms = reads_tick(&self->reads, envelope->now_ms, out);
    for (uint32_t slot = 0; slot < SCORES_MAX; slot++) {
        if (out->count + ROOM_LINE_MAX + 2 * WAITERS_MAX > OUTBOX_MAX) {
            next_ms = envelope->now_ms; /* the rest at once, but in a turn of its own */
            break;
        }
        if (self->cache.entries[slot])
            next_ms = s_sooner(
                next_ms, s_tick_entry(self, self->cache.entries[slot], envelope->now_ms, out));
    }
    if (next_ms != I64_NONE)
        outbox_wake(out, next_ms);
}

/* ---- the actor ----------------------------------------------------------------------------- */

static void *s_create(const struct rec_actor_config *config, void *context)
{
    (void)config;
    (void)context;
    struct scoring *self = calloc(1, sizeof *self);
    check(self);
    score_cache_init(&self->cache);
    reads_init(&self->reads);
    return self;
}

static void s_destroy(void **self_p)
{
    struct scoring *self = *self_p;
    if (!self)
        return;
    stats_add(STAT_scores_loaded, -(int64_t)(SCORES_MAX - self->cache.free_count));
    score_cache_fini(&self->cache);
    arena_fini(&self->arena);
    free(self);
    *self_p = NULL;
}

static void s_handle(void *context, const struct envelope *envelope, const void *message,
                     struct outbox *out)
{
    struct scoring *self = context;
    switch (envelope->kind) {
    case MSG_start: /* ready at once: rooms are loaded when somebody asks */
    case MSG_drain: /* what is under way is durable or will be asked again */
        break;
    case MSG_ping:
        outbox_reply(out, envelope, MSG_done,
                     &(struct msg_done){((const struct msg_ping *)message)->id});
        break;
    case MSG_tick:
        s_on_tick(self, envelope, out);
        break;
    case MSG_store_done:
        s_on_answer(self, envelope, message, out);
        break;
    case MSG_store_failed:
    case MSG_refused: /* the store's mailbox would not take the question */
        s_on_answer(self, envelope, NULL, out);
        break;
    case MSG_current_get:
    case MSG_stats_get:
    case MSG_profile_get:
    case MSG_history_get:
    case MSG_submission_get:
    case MSG_submissions_get:
    case MSG_run_get:
    case MSG_picture_get:
        reads_ask(&self->reads, envelope, message, out);
        break;
    default:
        s_on_room(self, envelope, message, out);
    }
    arena_reset(&self->arena);
}

const struct actor_class scoring_class = {
    .kind = ACTOR_scoring,
    .create = s_create,
    .handle = s_handle,
    .destroy = s_destroy,
    .receives =
        (const uint16_t[]){
            MSG_start,          MSG_tick,           MSG_drain,           MSG_ping,
            MSG_refused,        MSG_room_notice,    MSG_settle_limit,    MSG_result_get,
            MSG_verdict_report, MSG_state_get,      MSG_leaderboard_get, MSG_problems_get,
            MSG_watch,          MSG_current_get,    MSG_stats_get,       MSG_profile_get,
            MSG_history_get,    MSG_submission_get, MSG_submissions_get, MSG_run_get,
            MSG_picture_get,    MSG_room_rejudge,   MSG_store_done,      MSG_store_failed,
            0},
};
