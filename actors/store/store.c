/* Purpose: commits by others, in order, many in one transaction.
 *
 * In: store_run, ping. Out, to whoever asked: store_done, store_failed; done.
 *
 * Promises: nothing is answered before it is durable. A commit is whole or leaves no trace: it is
 * refused at its first statement that decides and changed nothing. Each partition's commits (by
 * the envelope's key) take the same connection, one transaction after the other, so they run in the
 * order in which they came. A read sees every commit of its partition that came before it. One that
 * fails unexpectedly fails alone. What waits is bounded by number, bytes and, while the database is
 * away, time; past the bounds it fails, and then surely has left no trace.
 *
 * The thread never waits for a database server: a lane is a connection, its line of commits and the
 * batch that it runs. An idle lane takes what stands in its line as one batch; an answer leaves
 * when its batch is over and the outbox has room.
 *
 * It does not: decide, know rooms, believe what comes (a number, a count or a text may be
 * anything). */
#include "actors/store/store.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "actors/runtime/clock.h"
#include "actors/runtime/log.h"
#include "actors/runtime/stats.h"
#include "actors/store/database.h"
#include "proto/check.h"

#define LANES_MAX 16
#define LOOK_MS 1000 /* between two looks at what has waited too long */
#define PAUSE_MS 20 /* before a transaction that met others is tried again; doubled each time … */
#define PAUSE_STEPS 5 /* … at most so often */

struct line {
    struct batch_item *first, *last; /* NULL: empty */
};

enum lane_phase {
    LANE_FREE,      /* its batch is empty */
    LANE_RUNNING,   /* the driver has it */
    LANE_ANSWERING, /* it is over; not all answers have left */
};

struct lane {
    struct store_connection *connection; /* owned */
    enum store_state state;              /* what the driver last said of it */
    int64_t due_ms;                      /* when the driver wants a step; I64_NONE: not */
    int64_t pause_until_ms;              /* no batch before; 0: none was in vain */
    struct line line;                    /* what waits for it, owned */
    enum lane_phase phase;               /* of the batch */
    struct batch batch;                  /* owned, with its items */
    uint32_t answered;                   /* of the batch's items: those before are gone */
};

struct store {
    const struct store_driver *driver; /* of all lanes */
    struct lane lanes[LANES_MAX];      /* writers first, then readers */
    uint32_t lane_count;               /* how many */
    int epoll;                         /* the lanes' descriptors; -1: they have none */
    uint32_t waiting;                  /* commits in all lines */
    size_t waiting_bytes;              /* of them */
    uint32_t writing[PARTITIONS];      /* commits of a partition that write and are not answered */
    uint32_t next_reader;              /* readers take turns */
    size_t *largest;                   /* answer seen of each statement, by number; owned */
};

/* ---- what comes from outside ---------------------------------------------------------------- */

/* What PostgreSQL would not store must not be stored here. */
static bool s_has_nul(const struct value *value)
{
    return value->type == VALUE_TEXT && value->text.length &&
           memchr(value->text.data, 0, value->text.length);
}

/* What makes a commit impossible before the database is asked; NULL: nothing. */
static const char *s_flaw(const struct msg_store_run *message)
{
    for (uint32_t i = 0; i < message->ops.count; i++) {
        const struct rec_store_op *op = &message->ops.items[i];
        const struct statement *statement = statement_by_number(op->statement);
        if (!statement)
            return "no such statement";
        if (op->params.count != statement->params)
            return "wrong number of parameters";
        for (uint32_t k = 0; k < op->params.count; k++)
            if (s_has_nul(&op->params.items[k]))
                return "a text with a NUL byte";
    }
    return NULL;
}

/* ---- lines --------------------------------------------------------------------------------- */

static void s_line_put(struct store *self, struct line *line, struct batch_item *item)
{
    item->next = NULL;
    *(line->first ? &line->last->next : &line->first) = item;
    line->last = item;
    self->waiting++;
    self->waiting_bytes += item->bytes;
}

/* Before all others. */
static void s_line_put_back(struct store *self, struct line *line, struct batch_item *item)
{
    item->next = line->first;
    line->last = line->first ? line->last : item;
    line->first = item;
    self->waiting++;
    self->waiting_bytes += item->bytes;
}

static struct batch_item *s_line_take(struct store *self, struct line *line)
{
    struct batch_item *item = line->first;
    line->first = item->next;
    self->waiting--;
    self->waiting_bytes -= item->bytes;
    return item;
}

static void s_line_empty(struct store *self, struct line *line)
{
    while (line->first) {
        struct batch_item *item = s_line_take(self, line);
        batch_item_destroy(&item);
    }
}

/* A partition's commits take one lane. What only reads may pass by, on a connection of its own, but
 * not by its own partition's writes. */
static struct lane *s_lane_of(struct store *self, const struct batch_item *item)
{
    uint8_t partition = partition_of(item->envelope.key);
    uint32_t writers = self->driver->writers;
    if (item->reads && self->driver->readers && !self->writing[partition])
        return &self->lanes[writers + self->next_reader++ % self->driver->readers];
    return &self->lanes[partition % writers];
}

/* ---- answering ----------------------------------------------------------------------------- */

static void s_fail(struct outbox *out, const struct envelope *envelope, const char *reason)
{
    struct msg_store_failed failed = {slice_of(reason)};
    stats_add(STAT_commits_failed, 1);
    outbox_reply(out, envelope, MSG_store_failed, &failed);
}

/* The item is gone afterwards. */
static void s_answer(struct store *self, struct batch_item *item, struct outbox *out)
{
    if (item->state == ITEM_FAILED)
        s_fail(out, &item->envelope, item->failure);
    else {
        if (item->done.refused)
            stats_add(STAT_commits_refused, 1);
        else if (!item->reads)
            stats_add(STAT_commits, 1);
        outbox_reply(out, &item->envelope, MSG_store_done, &item->done);
    }
    self->writing[partition_of(item->envelope.key)] -= !item->reads;
    batch_item_destroy(&item);
}

/* As many as have room. False: some are left, for the next turn. */
static bool s_answer_batch(struct store *self, struct lane *lane, struct outbox *out)
{
    for (; lane->answered < lane->batch.count; lane->answered++) {
        struct batch_item *item = lane->batch.items[lane->answered];
        if (out->count == OUTBOX_MAX ||
            out->bodies.max_bytes - out->bodies.length < item->answer_bytes) {
            outbox_wake(out, 0);
            return false;
        }
        s_answer(self, item, out);
    }
    return true;
}

/* ---- batches ------------------------------------------------------------------------------- */

/* What a commit's answer may take, as far as we have seen; its first statement tells its kind. */
static size_t s_expected_bytes(const struct store *self, const struct batch_item *item)
{
    size_t bytes = ANSWER_HEAD_BYTES;
    for (uint32_t i = 0; i < item->run.ops.count; i++)
        bytes += self->largest[item->run.ops.items[i].statement];
    return bytes;
}

static void s_learn(struct store *self, const struct batch_item *item)
{
    if (item->state != ITEM_DONE || item->run.ops.count == 0)
        return;
    size_t *largest = &self->largest[item->run.ops.items[0].statement];
    *largest = item->answer_bytes > *largest ? item->answer_bytes : *largest;
}

/* Moves from the line what one transaction may hold: at least one. */
static void s_fill(struct store *self, struct lane *lane)
{
    struct batch *batch = &lane->batch;
    size_t bytes = 0, answers = 0;
    batch_reset(batch);
    lane->answered = 0;
    while (lane->line.first && batch->count < BATCH_MAX) {
        const struct batch_item *next = lane->line.first;
        bytes += next->bytes;
        answers += s_expected_bytes(self, next);
        bool fits = bytes <= BATCH_BYTES_MAX && answers <= BATCH_ANSWERS_MAX_BYTES && !next->alone;
        if (batch->count && !fits)
            break;
        batch_add(batch, s_line_take(self, &lane->line));
        if (next->alone)
            break;
    }
}

/* Those to be run again go back to where they came from; the others are answered. */
static void s_settle(struct store *self, struct lane *lane)
{
    struct batch *batch = &lane->batch;
    uint32_t kept = 0, count = batch->count, failed = 0, tries = 0;
    const char *failure = NULL;
    for (uint32_t i = count; i-- > 0;) {
        struct batch_item *item = batch->items[i];
        if (item->state != ITEM_WAITING)
            continue;
        tries = item->tries > tries ? item->tries : tries;
        s_line_put_back(self, &lane->line, item);
        batch->items[i] = NULL;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct batch_item *item = batch->items[i];
        if (!item)
            continue;
        s_learn(self, item);
        if (item->state == ITEM_FAILED && !failed++)
            failure = item->failure;
        batch->items[kept++] = item;
    }
    batch->count = kept;
    stats_add(STAT_commits_again, count - kept);
    stats_add(STAT_commit_batches, kept > failed && !batch->reads);
    if (failed)
        log_warn("commits-failed", "commits=%u why=\"%s\"", failed, failure);
    if (tries)
        lane->pause_until_ms = clock_now_ms() +
                               (PAUSE_MS << (tries < PAUSE_STEPS ? tries : PAUSE_STEPS)) / 2 +
                               (int64_t)(clock_chance() % PAUSE_MS);
    lane->phase = LANE_ANSWERING;
}

static void s_step(struct store *self, struct lane *lane)
{
    lane->state = self->driver->step(lane->connection, &lane->due_ms);
    if (lane->phase == LANE_RUNNING && lane->batch.over)
        s_settle(self, lane);
}

static bool s_paused(struct lane *lane)
{
    if (lane->pause_until_ms && lane->pause_until_ms <= clock_now_ms())
        lane->pause_until_ms = 0;
    return lane->pause_until_ms != 0;
}

/* Answers what is over and runs what waits, until there is nothing to do but wait. */
static void s_go(struct store *self, struct lane *lane, struct outbox *out)
{
    while (lane->phase != LANE_RUNNING) {
        if (lane->phase == LANE_ANSWERING && !s_answer_batch(self, lane, out))
            return;
        lane->phase = LANE_FREE;
        if (lane->state != STORE_IDLE || !lane->line.first || s_paused(lane))
            return;
        s_fill(self, lane);
        lane->phase = LANE_RUNNING;
        self->driver->start(lane->connection, &lane->batch);
        s_step(self, lane);
    }
}

/* ---- time ---------------------------------------------------------------------------------- */

/* A lane's line while its database is away: what has waited too long fails. */
static void s_expire(struct store *self, struct lane *lane, int64_t now_ms, struct outbox *out)
{
    uint32_t failed = 0;
    while (lane->line.first && lane->line.first->asked_ms + STORE_WAIT_LIMIT_MS <= now_ms &&
           out->count < OUTBOX_MAX) {
        struct batch_item *item = s_line_take(self, &lane->line);
        item->state = ITEM_FAILED;
        item->failure = "the database can't be reached";
        s_answer(self, item, out);
        failed++;
    }
    if (failed)
        log_warn("commits-failed", "commits=%u why=\"the database can't be reached\"", failed);
}

static void s_on_time(struct store *self, struct outbox *out)
{
    int64_t now_ms = clock_now_ms();
    for (uint32_t i = 0; i < self->lane_count; i++) {
        struct lane *lane = &self->lanes[i];
        if (lane->due_ms != I64_NONE && lane->due_ms <= now_ms)
            s_step(self, lane);
        if (lane->state == STORE_AWAY)
            s_expire(self, lane, now_ms, out);
    }
}

/* Asks to be woken for what no descriptor tells. */
static void s_wake(const struct store *self, struct outbox *out)
{
    for (uint32_t i = 0; i < self->lane_count; i++) {
        const struct lane *lane = &self->lanes[i];
        if (lane->due_ms != I64_NONE)
            outbox_wake(out, lane->due_ms);
        if (lane->pause_until_ms && lane->line.first)
            outbox_wake(out, lane->pause_until_ms);
        if (lane->state == STORE_AWAY && lane->line.first)
            outbox_wake(out, clock_now_ms() + LOOK_MS);
    }
}

/* ---- the actor ----------------------------------------------------------------------------- */

static void s_on_run(struct store *self, const struct envelope *envelope,
                     const struct msg_store_run *message, struct outbox *out)
{
    const char *flaw = s_flaw(message);
    if (flaw) {
        log_warn("commit-malformed", "from=%u why=\"%s\"", envelope->reply.actor, flaw);
        s_fail(out, envelope, flaw);
        return;
    }
    if (self->waiting == STORE_WAITING_MAX || self->waiting_bytes > STORE_WAITING_BYTES_MAX) {
        stats_add(STAT_commits_full, 1);
        s_fail(out, envelope, "too many commits wait for the database");
        return;
    }
    struct batch_item *item = batch_item_new(envelope, message);
    s_line_put(self, &s_lane_of(self, item)->line, item);
    self->writing[partition_of(envelope->key)] += !item->reads;
}

static void s_handle(void *state, const struct envelope *envelope, const void *message,
                     struct outbox *out)
{
    struct store *self = state;
    if (envelope->kind == MSG_store_run)
        s_on_run(self, envelope, message, out);
    else if (envelope->kind == MSG_tick)
        s_on_time(self, out);
    else if (envelope->kind == MSG_ping) {
        struct msg_done done = {((const struct msg_ping *)message)->id};
        outbox_reply(out, envelope, MSG_done, &done);
    }
}

static void s_turn_end(void *state, struct outbox *out)
{
    struct store *self = state;
    for (uint32_t i = 0; i < self->lane_count; i++)
        s_go(self, &self->lanes[i], out);
    s_wake(self, out);
    stats_set(STAT_commits_waiting, self->waiting);
}

static int s_descriptor(void *state)
{
    return ((struct store *)state)->epoll;
}

static void s_ready(void *state, struct outbox *out)
{
    struct store *self = state;
    struct epoll_event events[LANES_MAX];
    (void)out; /* turn_end follows */
    int count = epoll_wait(self->epoll, events, LANES_MAX, 0);
    for (int i = 0; i < count; i++)
        s_step(self, &self->lanes[events[i].data.u32]);
}

static void s_destroy(void **self_p)
{
    struct store *self = *self_p;
    if (!self)
        return;
    for (uint32_t i = 0; i < self->lane_count; i++) {
        struct lane *lane = &self->lanes[i];
        self->driver->close(&lane->connection);
        s_line_empty(self, &lane->line);
        for (; lane->answered < lane->batch.count; lane->answered++)
            batch_item_destroy(&lane->batch.items[lane->answered]);
        batch_fini(&lane->batch);
    }
    if (self->epoll >= 0)
        close(self->epoll);
    free(self->largest);
    free(self);
    *self_p = NULL;
}

/* The first connection brings the schema up to date for all. */
static bool s_open(struct store *self, const struct store_context *context,
                   struct store_error *error)
{
    self->driver = database_driver(context->url, error);
    if (!self->driver)
        return false;
    uint32_t lanes = self->driver->writers + self->driver->readers;
    check(lanes <= LANES_MAX);
    if (self->driver->watch) {
        self->epoll = epoll_create1(EPOLL_CLOEXEC);
        check(self->epoll >= 0);
    }
    for (; self->lane_count < lanes; self->lane_count++) {
        struct lane *lane = &self->lanes[self->lane_count];
        lane->connection = self->driver->open(context->url, context->data_folder, error);
        if (!lane->connection)
            return false;
        if (self->lane_count == 0 && !self->driver->migrate(lane->connection, error)) {
            self->driver->close(&lane->connection);
            return false;
        }
        if (self->driver->watch)
            self->driver->watch(lane->connection, self->epoll, self->lane_count);
        lane->due_ms = I64_NONE;
    }
    return true;
}

static void *s_create(const struct rec_actor_config *config, void *context)
{
    struct store_error error;
    struct store *self = calloc(1, sizeof *self);
    (void)config;
    check(self);
    self->epoll = -1;
    self->largest = calloc(statement_end(), sizeof *self->largest);
    check(self->largest);
    if (s_open(self, context, &error))
        return self;
    log_error("database-not-open", "why=\"%s\"", error.text);
    s_destroy((void **)&self);
    return NULL;
}

static const uint16_t s_receives[] = {MSG_store_run, MSG_ping, 0};

const struct actor_class store_class = {
    .kind = ACTOR_store,
    .create = s_create,
    .handle = s_handle,
    .turn_end = s_turn_end,
    .descriptor = s_descriptor,
    .ready = s_ready,
    .destroy = s_destroy,
    .receives = s_receives,
};
