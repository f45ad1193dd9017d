/* Streams what changed to all gateways.
 *
 * In   watched (key: room)            a room as everybody sees it, from scoring at every change
 *      submission_found (key: user)   a verdict for its submitter, from scoring; or how far its
 *                                     judging is, from the judge
 *      run_found (key: user)          what came of a run, for whoever made it, from the judge
 *      ping                           done: there is nothing to get ready
 * Out  the same three, as a stream to every gateway, numbered 1, 2, 3 … since our start
 *      stream_beat                    the number so far, itself without a number, so that a gateway
 *                                     that lost the last message notices
 *
 * When beats go out: counted from the last message, after 1, 2 and 3 s, then every 5 s until a
 * minute is over; then nothing until something is sent again. While messages follow each other more
 * closely, their numbers alone tell of a loss.
 *
 * Promises: of a room only newer versions pass, in the order in which they came; every verdict and
 * run passes; how far a judging is passes while it gets further and there is no verdict, whatever
 * overtook it on its way here. Not its business: who is subscribed, keeping what was sent (a gateway that
 * missed something asks scoring). At most LATEST_MAX rooms are remembered: of one forgotten an old
 * version may pass once more, and the gateways drop it; and as many submissions, of which the
 * forgotten ones are over for long. */
#include "actors/fanout/latest.h"
#include "actors/runtime/actor.h"
#include "actors/runtime/stats.h"
#include "proto/check.h"

#define LATEST_MAX 16384 /* rooms, and submissions, that are remembered; the oldest is forgotten */

#define BEAT_MS 1000 /* between the first beats */
#define BEATS_CLOSE 3
#define BEAT_FAR_MS 5000 /* between the later ones */
#define BEATS_END_MS 60000

struct fanout {
    struct latest *latest; /* owned: newest version of each room that passed */
    struct latest *judged; /* owned: of each submission how far it is: tests, or when it was judged */
    int64_t sent;          /* number of the last message */
    int64_t last_ms;       /* when it was sent */
    int64_t beats;         /* how many of its beats are over */
};

/* When the next beat is due; I64_NONE: none until something is sent. */
static int64_t s_next_beat(const struct fanout *self)
{
    int64_t after_ms = self->beats < BEATS_CLOSE ? (self->beats + 1) * BEAT_MS
                                                 : (self->beats - BEATS_CLOSE + 1) * BEAT_FAR_MS;
    return self->sent > 0 && after_ms <= BEATS_END_MS ? self->last_ms + after_ms : I64_NONE;
}

static void s_wake(const struct fanout *self, struct outbox *out)
{
    int64_t next_ms = s_next_beat(self);
    if (next_ms != I64_NONE)
        outbox_wake(out, next_ms);
}

static void s_stream(struct fanout *self, const struct envelope *envelope, const void *message,
                     struct outbox *out)
{
    /* a command's deadline is its asker's: what came of it is news to others long after */
    struct envelope cause = *envelope;
    cause.deadline_ms = 0;
    self->sent++;
    self->last_ms = envelope->now_ms;
    self->beats = 0;
    outbox_stream(out, &cause, envelope->key, (uint64_t)self->sent, envelope->kind, message);
    stats_add(STAT_streams_sent, 1);
    s_wake(self, out);
}

static void s_on_watched(struct fanout *self, const struct envelope *envelope,
                         const struct msg_watched *watched, struct outbox *out)
{
    if (latest_note(self->latest, watched->state.room_id, watched->state.version))
        s_stream(self, envelope, watched, out);
}

static void s_on_submission(struct fanout *self, const struct envelope *envelope,
                            const struct msg_submission_found *found, struct outbox *out)
{
    const struct rec_submission *submission = &found->submission;
    bool final = verdict_final(submission->status);
    int64_t far = final ? submission->judged_ms : submission->tests_run;
    if (latest_note(self->judged, submission->id, far) || final)
        s_stream(self, envelope, found, out);
}

/* One beat, also when several are overdue. */
static void s_on_tick(struct fanout *self, const struct envelope *envelope, struct outbox *out)
{
    int64_t next_ms = s_next_beat(self);
    if (next_ms != I64_NONE && next_ms <= envelope->now_ms) {
        struct msg_stream_beat beat = {self->sent};
        outbox_stream(out, NULL, 0, 0, MSG_stream_beat, &beat);
        while (next_ms != I64_NONE && next_ms <= envelope->now_ms) {
            self->beats++;
            next_ms = s_next_beat(self);
        }
    }
    s_wake(self, out);
}

static void *s_create(const struct rec_actor_config *config, void *context)
{
    (void)config;
    (void)context;
    struct fanout *self = calloc(1, sizeof *self);
    check(self);
    self->latest = latest_new(LATEST_MAX);
    self->judged = latest_new(LATEST_MAX);
    check(self->latest && self->judged);
    return self;
}

static void s_destroy(void **self_p)
{
    struct fanout *self = *self_p;
    if (!self)
        return;
    latest_destroy(&self->latest);
    latest_destroy(&self->judged);
    free(self);
    *self_p = NULL;
}

static void s_handle(void *state, const struct envelope *envelope, const void *message,
                     struct outbox *out)
{
    struct fanout *self = state;
    struct msg_done done = {0};
    switch (envelope->kind) {
    case MSG_watched:
        s_on_watched(self, envelope, message, out);
        break;
    case MSG_submission_found:
        s_on_submission(self, envelope, message, out);
        break;
    case MSG_run_found:
        s_stream(self, envelope, message, out);
        break;
    case MSG_tick:
        s_on_tick(self, envelope, out);
        break;
    case MSG_ping:
        done.id = ((const struct msg_ping *)message)->id;
        outbox_reply(out, envelope, MSG_done, &done);
        break;
    case MSG_start: /* nothing is remembered from before */
    case MSG_drain: /* what comes still goes out */
        break;
    }
}

static const uint16_t s_receives[] = {MSG_watched, MSG_submission_found, MSG_run_found, MSG_ping, 0};

const struct actor_class fanout_class = {
    .kind = ACTOR_fanout,
    .create = s_create,
    .handle = s_handle,
    .destroy = s_destroy,
    .receives = s_receives,
};
