#include "actors/store/rows.h"

#define VALUE_HEAD_BYTES 9 /* msgpack: a number, or the head of a text */

void rows_init(struct rows *self, struct arena *arena)
{
    *self = (struct rows){.arena = arena, .bytes = ANSWER_HEAD_BYTES};
}

void rows_begin(struct rows *self, struct rec_store_result *result, uint32_t columns)
{
    *result = (struct rec_store_result){.columns = columns};
    self->result = result;
    self->capacity = 0;
}

bool rows_add(struct rows *self, const struct value *value)
{
    struct value_list *values = &self->result->values;
    bool has_bytes = value->type == VALUE_TEXT || value->type == VALUE_BLOB;
    size_t length = has_bytes ? value->text.length : 0, room = ANSWER_MAX_BYTES - self->bytes;
    if (values->count == RESULT_VALUES_MAX || room < VALUE_HEAD_BYTES ||
        length > room - VALUE_HEAD_BYTES)
        return false;
    if (values->count == self->capacity) {
        self->capacity = self->capacity ? self->capacity * 2 : 8;
        struct value *items = arena_take(self->arena, self->capacity * sizeof *items);
        if (values->count)
            memcpy(items, values->items, values->count * sizeof *items);
        values->items = items;
    }
    self->bytes += VALUE_HEAD_BYTES + length;
    struct value *copy = &values->items[values->count++];
    *copy = *value;
    if (has_bytes) {
        char *data = arena_take(self->arena, length);
        if (length)
            memcpy(data, value->text.data, length);
        copy->text.data = data;
    }
    return true;
}
