/* The rules that all drivers share: when a commit is refused, when a refusal has left a trace, and
 * who is run again after a transaction that was rolled back. What it does not: talk to a database.
 */
#include "actors/store/batch.h"

#include <stdlib.h>

#include "proto/check.h"

/* ---- items ------------------------------------------------------------------------------ */

static size_t s_copy_bytes(const struct msg_store_run *run)
{
    size_t bytes = sizeof(struct batch_item) + run->ops.count * sizeof *run->ops.items;
    for (uint32_t i = 0; i < run->ops.count; i++) {
        const struct value_list *params = &run->ops.items[i].params;
        bytes += params->count * sizeof *params->items;
        for (uint32_t k = 0; k < params->count; k++)
            if (params->items[k].type >= VALUE_TEXT)
                bytes += params->items[k].text.length;
    }
    return bytes;
}

/* Structures first, so that they stay aligned; the texts behind them. */
struct batch_item *batch_item_new(const struct envelope *envelope, const struct msg_store_run *run)
{
    size_t bytes = s_copy_bytes(run);
    struct batch_item *self = malloc(bytes);
    check(self);
    *self = (struct batch_item){.envelope = *envelope,
                                .bytes = bytes,
                                .reads = true,
                                .asked_ms = envelope->now_ms,
                                .run.ops = {run->ops.count, (struct rec_store_op *)(self + 1)}};
    struct value *values = (struct value *)(self->run.ops.items + run->ops.count);
    for (uint32_t i = 0; i < run->ops.count; i++) {
        const struct rec_store_op *op = &run->ops.items[i];
        self->run.ops.items[i] = (struct rec_store_op){op->statement, {op->params.count, values}};
        if (op->params.count)
            memcpy(values, op->params.items, op->params.count * sizeof *values);
        values += op->params.count;
        self->reads &= statement_by_number(op->statement)->reads;
    }
    char *texts = (char *)values;
    for (uint32_t i = 0; i < run->ops.count; i++)
        for (uint32_t k = 0; k < run->ops.items[i].params.count; k++) {
            struct value *value = &self->run.ops.items[i].params.items[k];
            if (value->type < VALUE_TEXT || !value->text.length)
                continue;
            memcpy(texts, value->text.data, value->text.length);
            value->text.data = texts;
            texts += value->text.length;
        }
    check(texts == (char *)self + bytes);
    return self;
}

void batch_item_destroy(struct batch_item **self_p)
{
    free(*self_p);
    *self_p = NULL;
}

/* ---- batches ------------------------------------------------------------------------------- */

void batch_reset(struct batch *self)
{
    arena_reset(&self->answers);
    self->count = 0;
    self->reads = true;
    self->over = false;
    self->answer_bytes = 0;
}

void batch_add(struct batch *self, struct batch_item *item)
{
    check(self->count < BATCH_MAX);
    item->state = ITEM_WAITING;
    self->items[self->count++] = item;
    self->reads &= item->reads;
}

void batch_fini(struct batch *self)
{
    arena_fini(&self->answers);
}

void batch_answer(struct batch *self, struct batch_item *item, struct rows *rows)
{
    uint32_t count = item->run.ops.count;
    item->done = (struct msg_store_done){
        .results.items = arena_take(&self->answers, count * sizeof *item->done.results.items)};
    rows_init(rows, &self->answers);
}

struct rec_store_result *batch_result(struct batch_item *item, uint32_t op)
{
    return &item->done.results.items[op];
}

static const struct statement *s_statement(const struct batch_item *item, uint32_t op)
{
    return statement_by_number(item->run.ops.items[op].statement);
}

static bool s_changed(const struct batch_item *item, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (!s_statement(item, i)->reads && item->done.results.items[i].changed > 0)
            return true;
    return false;
}

bool batch_judge(struct batch *self, struct batch_item *item, uint32_t count, bool too_large,
                 const struct rows *rows)
{
    struct msg_store_done *done = &item->done;
    uint32_t refused = 0;
    while (refused < count &&
           (!s_statement(item, refused)->decides || done->results.items[refused].changed > 0))
        refused++;
    done->refused = refused < count;
    done->refused_op = done->refused ? refused : 0;
    done->results.count = done->refused ? refused + 1 : count;
    bool stands = !done->refused && !too_large;
    item->state = too_large && !done->refused ? ITEM_FAILED : ITEM_DONE;
    item->failure = "the answer is too large";
    item->answer_bytes = item->state == ITEM_DONE ? rows->bytes : ANSWER_HEAD_BYTES;
    self->answer_bytes += rows->bytes;
    bool sound = stands || !s_changed(item, count);
    item->alone |= !sound;
    return sound;
}

bool batch_has_room(const struct batch *self)
{
    return self->answer_bytes + FRAME_MAX_BYTES <= BATCH_ANSWERS_MAX_BYTES;
}

/* ---- after a rollback ---------------------------------------------------------------------- */

static void s_fail(struct batch *self, struct batch_item *item, const char *reason)
{
    size_t length = strnlen(reason, NAME_MAX_BYTES);
    char *copy = arena_take(&self->answers, length + 1);
    item->state = ITEM_FAILED;
    item->failure = memcpy(copy, reason, length);
    item->answer_bytes = ANSWER_HEAD_BYTES;
}

static void s_void(struct batch *self)
{
    for (uint32_t i = 0; i < self->count; i++)
        self->items[i]->state = ITEM_WAITING;
    self->over = true;
}

void batch_undone(struct batch *self)
{
    if (self->count > 1)
        s_void(self);
    self->over = true;
}

void batch_spoilt(struct batch *self, struct batch_item *culprit, const char *reason)
{
    s_void(self);
    if (self->count == 1)
        s_fail(self, culprit, reason);
    culprit->alone = true;
}

void batch_unkept(struct batch *self, const char *reason)
{
    s_void(self);
    for (uint32_t i = 0; i < self->count; i++)
        self->items[i]->alone = true;
    if (self->count == 1)
        s_fail(self, self->items[0], reason);
}

void batch_retry(struct batch *self, const char *reason)
{
    s_void(self);
    for (uint32_t i = 0; i < self->count; i++) {
        struct batch_item *item = self->items[i];
        item->alone |= ++item->tries >= BATCH_TRIES_MAX / 2;
        if (item->tries == BATCH_TRIES_MAX)
            s_fail(self, item, reason);
    }
}

void batch_failed(struct batch *self, const char *reason)
{
    s_void(self);
    for (uint32_t i = 0; i < self->count; i++)
        s_fail(self, self->items[i], reason);
}
