#include "actors/store/commit.h"

#include "proto/check.h"

void commit_begin(struct commit *self)
{
    self->count = 0;
}

void commit_op(struct commit *self, enum statement_number statement)
{
    check(self->count < COMMIT_OPS_MAX);
    self->ops[self->count] = (struct rec_store_op){statement, {0, self->values[self->count]}};
    self->count++;
}

static struct value *s_next(struct commit *self)
{
    struct value_list *params = &self->ops[self->count - 1].params;
    check(params->count < STATEMENT_PARAMS_MAX);
    return &params->items[params->count++];
}

void commit_i64(struct commit *self, int64_t value)
{
    *s_next(self) = (struct value){.type = VALUE_I64, .i64 = value};
}

void commit_opt(struct commit *self, int64_t value)
{
    *s_next(self) = value == I64_NONE ? (struct value){.type = VALUE_NULL}
                                      : (struct value){.type = VALUE_I64, .i64 = value};
}

void commit_text(struct commit *self, struct slice value)
{
    *s_next(self) = (struct value){.type = VALUE_TEXT, .text = value};
}

void commit_command(struct commit *self, struct command_id command)
{
    commit_i64(self, (int64_t)command.high);
    commit_i64(self, (int64_t)command.low);
}

void commit_send(const struct commit *self, struct outbox *out, const struct envelope *cause,
                 int64_t key, struct question question)
{
    struct msg_store_run run = {{self->count, (struct rec_store_op *)self->ops}};
    outbox_send(out, cause, ACTOR_store, key, question, MSG_store_run, &run);
}

uint32_t result_rows(const struct rec_store_result *result)
{
    return result->columns > 0 ? (uint32_t)(result->values.count / (uint64_t)result->columns) : 0;
}

static const struct value *s_at(const struct rec_store_result *result, uint32_t row,
                                uint32_t column)
{
    if (row >= result_rows(result) || column >= (uint64_t)result->columns)
        return NULL;
    return &result->values.items[(uint64_t)row * (uint64_t)result->columns + column];
}

int64_t result_i64(const struct rec_store_result *result, uint32_t row, uint32_t column)
{
    const struct value *value = s_at(result, row, column);
    return value && value->type == VALUE_I64 ? value->i64 : I64_NONE;
}

struct slice result_text(const struct rec_store_result *result, uint32_t row, uint32_t column)
{
    const struct value *value = s_at(result, row, column);
    return value && (value->type == VALUE_TEXT || value->type == VALUE_BLOB) ? value->text
                                                                             : slice_of("");
}

bool result_word(const struct rec_store_result *result, uint32_t row, uint32_t column,
                 const struct vocabulary *words, uint8_t *number)
{
    return word_number(words, result_text(result, row, column), number);
}
