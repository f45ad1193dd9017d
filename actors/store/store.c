/* Purpose: commits by others, in order, many in one transaction.
 *
 * In: store_run, ping. Out, to whoever asked: store_done, store_failed; done.
 *
 * Promises: nothing is answered before it is durable. A commit is whole or leaves no trace: it is
 * refused at its first statement that decides and changed nothing; the statements behind are not
 * run. Commits run in the order in which they came. One that fails unexpectedly spoils its
 * transaction, so all of that are run again, each alone: it fails alone. Nothing is dropped.
 * A commit is run only when its answer surely fits what may leave in one turn; else it waits, with
 * all behind it, for the next.
 *
 * It does not: decide, retry, know rooms, believe what comes (a number, a count or a text may be
 * anything), hold a transaction open between turns. */
#include "actors/store/store.h"

#include <stdlib.h>

#include "actors/runtime/log.h"
#include "actors/runtime/stats.h"
#include "actors/store/database.h"
#include "proto/check.h"

struct request {
    struct envelope envelope;            /* where the answer goes */
    const struct msg_store_run *message; /* borrowed until the turn's end, or in `waiting` */
    struct msg_store_done done;          /* the answer, in `answers` */
    const char *failure; /* or why it failed, in `answers` or static; NULL: it did not */
};

struct store {
    struct database database;                     /* owned */
    struct request requests[2 * STORE_BATCH_MAX]; /* first those that wait since an earlier turn */
    uint32_t count;                               /* how many */
    struct arena answers;                         /* what the turn's answers are made of */
    struct arena waiting[2]; /* copies of what waits: now, and the turn before */
    uint8_t now;             /* which of them is filled next */
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

/* ---- running ------------------------------------------------------------------------------- */

static bool s_reads(const struct msg_store_run *message)
{
    for (uint32_t i = 0; i < message->ops.count; i++)
        if (!statement_by_number(message->ops.items[i].statement)->reads)
            return false;
    return true;
}

/* One commit's statements; *keep tells whether the commit stands. False: the transaction is spoilt.
 */
static bool s_run_ops(struct store *self, struct request *request, struct rows *rows, bool *keep,
                      struct store_error *error)
{
    const struct database *database = &self->database;
    struct msg_store_done *done = &request->done;
    uint32_t count = request->message->ops.count;
    *done = (struct msg_store_done){0};
    request->failure = NULL;
    done->results.items = arena_take(&self->answers, count * sizeof *done->results.items);
    *keep = false;
    for (uint32_t i = 0; i < count; i++) {
        const struct rec_store_op *op = &request->message->ops.items[i];
        const struct statement *statement = statement_by_number(op->statement);
        struct rec_store_result *result = &done->results.items[i];
        switch (database->driver->run(database->connection, statement, &op->params, result, rows,
                                      error)) {
        case STORE_BROKEN:
            return false;
        case STORE_TOO_LARGE:
            request->failure = "the answer is too large";
            return true;
        case STORE_RAN:
            break;
        }
        done->results.count++;
        if (statement->decides && result->changed == 0) {
            done->refused = true;
            done->refused_op = i;
            return true;
        }
    }
    *keep = true;
    return true;
}

static bool s_run_commit(struct store *self, struct request *request, size_t *bytes,
                         struct store_error *error)
{
    const struct database *database = &self->database;
    struct rows rows;
    bool keep;
    rows_init(&rows, &self->answers);
    bool sound = database->driver->savepoint(database->connection, error) &&
                 s_run_ops(self, request, &rows, &keep, error) &&
                 database->driver->savepoint_end(database->connection, keep, error);
    *bytes += rows.bytes;
    return sound;
}

enum transaction {
    TRANSACTION_KEPT,      /* durable */
    TRANSACTION_SPOILT,    /* no trace of it */
    TRANSACTION_NOT_BEGUN, /* the database takes none now */
};

/* Runs the requests first … in one transaction: at most `count` of them, and only while an answer
 * of any size fits `room` bytes. *ran: how many. */
static enum transaction s_transaction(struct store *self, uint32_t first, uint32_t count,
                                      size_t *room, uint32_t *ran, struct store_error *error)
{
    const struct database *database = &self->database;
    struct store_error ignored;
    size_t bytes = 0;
    bool write = false, sound = true;
    *ran = 0;
    for (uint32_t i = first; i < first + count; i++)
        write |= !s_reads(self->requests[i].message);
    if (!database->driver->begin(database->connection, write, error))
        return TRANSACTION_NOT_BEGUN;
    while (sound && *ran < count && bytes + FRAME_MAX_BYTES <= *room) {
        sound = s_run_commit(self, &self->requests[first + *ran], &bytes, error);
        *ran += sound;
    }
    if (sound && database->driver->end(database->connection, true, error)) {
        *room -= bytes;
        stats_add(STAT_commit_batches, write);
        return TRANSACTION_KEPT;
    }
    database->driver->end(database->connection, false, &ignored);
    return TRANSACTION_SPOILT;
}

static const char *s_reason(struct store *self, const struct store_error *error)
{
    size_t length = strnlen(error->text, NAME_MAX_BYTES);
    char *reason = arena_take(&self->answers, length + 1);
    return memcpy(reason, error->text, length);
}

/* Each in its own transaction, so that what fails fails alone. Returns how many have an answer. */
static uint32_t s_run_alone(struct store *self, size_t *room)
{
    struct store_error error;
    uint32_t ran, next = 0;
    while (next < self->count && *room >= FRAME_MAX_BYTES) {
        struct request *request = &self->requests[next];
        enum transaction transaction = s_transaction(self, next, 1, room, &ran, &error);
        if (transaction == TRANSACTION_NOT_BEGUN)
            break;
        if (transaction == TRANSACTION_SPOILT) {
            log_warn("commit-failed", "why=\"%s\"", error.text);
            request->failure = s_reason(self, &error);
        }
        next++;
    }
    return next;
}

/* ---- answering ----------------------------------------------------------------------------- */

static void s_fail(struct outbox *out, const struct envelope *envelope, const char *reason)
{
    struct msg_store_failed failed = {slice_of(reason)};
    outbox_reply(out, envelope, MSG_store_failed, &failed);
}

static void s_answer(struct store *self, uint32_t count, struct outbox *out)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct request *request = &self->requests[i];
        if (request->failure) {
            stats_add(STAT_commits_failed, 1);
            s_fail(out, &request->envelope, request->failure);
            continue;
        }
        if (request->done.refused)
            stats_add(STAT_commits_refused, 1);
        else if (!s_reads(request->message))
            stats_add(STAT_commits, 1);
        outbox_reply(out, &request->envelope, MSG_store_done, &request->done);
    }
}

static const struct msg_store_run *s_copy(struct arena *arena, const struct msg_store_run *from)
{
    struct msg_store_run *to = arena_take(arena, sizeof *to);
    to->ops.count = from->ops.count;
    to->ops.items = arena_take(arena, from->ops.count * sizeof *to->ops.items);
    for (uint32_t i = 0; i < from->ops.count; i++) {
        const struct value_list *params = &from->ops.items[i].params;
        struct value *items = arena_take(arena, params->count * sizeof *items);
        to->ops.items[i] =
            (struct rec_store_op){from->ops.items[i].statement, {params->count, items}};
        for (uint32_t k = 0; k < params->count; k++) {
            items[k] = params->items[k];
            if (items[k].type < VALUE_TEXT || !items[k].text.length)
                continue;
            char *data = arena_take(arena, items[k].text.length);
            items[k].text.data = memcpy(data, params->items[k].text.data, items[k].text.length);
        }
    }
    return to;
}

/* Those from `first` on have no answer yet: they wait, copied, for the tick that is asked for. Only
 * a batch may wait, so that a turn's own always fit; what is more is given up. */
static void s_keep_waiting(struct store *self, uint32_t first, struct outbox *out)
{
    struct arena *arena = &self->waiting[self->now];
    uint32_t kept = 0;
    arena_reset(arena);
    for (uint32_t i = first; i < self->count; i++) {
        if (kept == STORE_BATCH_MAX) {
            s_fail(out, &self->requests[i].envelope, "too much waits");
            continue;
        }
        self->requests[kept] = self->requests[i];
        self->requests[kept].message = s_copy(arena, self->requests[i].message);
        kept++;
    }
    self->count = kept;
    self->now ^= 1;
    if (kept)
        outbox_wake(out, 0);
}

static void s_run_all(struct store *self, struct outbox *out)
{
    struct store_error error;
    size_t room = out->bodies.max_bytes - out->bodies.length;
    size_t heads = self->count * ANSWER_HEAD_BYTES; /* they may all fail */
    uint32_t ran;
    room = room > heads ? room - heads : 0;
    enum transaction transaction = s_transaction(self, 0, self->count, &room, &ran, &error);
    if (transaction == TRANSACTION_SPOILT) {
        log_warn("transaction-spoilt", "commits=%u why=\"%s\"", self->count, error.text);
        arena_reset(&self->answers);
        ran = s_run_alone(self, &room);
    } else if (transaction == TRANSACTION_NOT_BEGUN) {
        log_error("transaction-not-begun", "why=\"%s\"", error.text);
        for (; ran < self->count; ran++)
            self->requests[ran].failure = s_reason(self, &error);
    }
    s_answer(self, ran, out);
    s_keep_waiting(self, ran, out);
    arena_reset(&self->answers);
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
    if (self->count == 2 * STORE_BATCH_MAX)
        s_run_all(self, out);
    self->requests[self->count++] = (struct request){.envelope = *envelope, .message = message};
}

static void s_handle(void *self, const struct envelope *envelope, const void *message,
                     struct outbox *out)
{
    if (envelope->kind == MSG_store_run)
        s_on_run(self, envelope, message, out);
    else if (envelope->kind == MSG_ping) {
        struct msg_done done = {((const struct msg_ping *)message)->id};
        outbox_reply(out, envelope, MSG_done, &done);
    }
}

static void s_turn_end(void *state, struct outbox *out)
{
    struct store *self = state;
    if (self->count)
        s_run_all(self, out);
}

static void s_destroy(void **self_p)
{
    struct store *self = *self_p;
    if (!self)
        return;
    database_close(&self->database);
    arena_fini(&self->answers);
    arena_fini(&self->waiting[0]);
    arena_fini(&self->waiting[1]);
    free(self);
    *self_p = NULL;
}

static void *s_create(const struct rec_actor_config *config, void *context)
{
    const struct store_context *store_context = context;
    struct store_error error;
    struct store *self = calloc(1, sizeof *self);
    (void)config;
    check(self);
    if (database_open(&self->database, store_context->url, store_context->data_folder, &error))
        return self;
    log_error("database-not-open", "why=\"%s\"", error.text);
    free(self);
    return NULL;
}

static const uint16_t s_receives[] = {MSG_store_run, MSG_ping, 0};

const struct actor_class store_class = {
    .kind = ACTOR_store,
    .create = s_create,
    .handle = s_handle,
    .turn_end = s_turn_end,
    .destroy = s_destroy,
    .receives = s_receives,
};
