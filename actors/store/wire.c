#include "actors/store/wire.h"

#include <inttypes.h>
#include <stdlib.h>

enum oid { OID_BYTEA = 17, OID_INT8 = 20, OID_INT2 = 21, OID_INT4 = 23, OID_TEXT = 25 };

void wire_params_take(struct wire_params *self, const struct value_list *list, struct arena *arena)
{
    for (uint32_t i = 0; i < list->count; i++) {
        const struct value *value = &list->items[i];
        size_t length = value->type >= VALUE_TEXT ? value->text.length : 0;
        char *copy = value->type == VALUE_NULL
                         ? NULL
                         : arena_take(arena, value->type == VALUE_I64 ? 24 : length + 1);
        if (value->type == VALUE_I64)
            snprintf(copy, 24, "%" PRId64, value->i64);
        else if (length)
            memcpy(copy, value->text.data, length);
        self->values[i] = copy;
        self->lengths[i] = (int)length;
        self->formats[i] = value->type == VALUE_BLOB;
    }
}

/* Of 2, 4 or 8 bytes, the most significant first. */
static int64_t s_integer(const char *bytes, int length)
{
    uint64_t value = (signed char)bytes[0] < 0 ? UINT64_MAX : 0;
    for (int i = 0; i < length; i++)
        value = value << 8 | (unsigned char)bytes[i];
    return (int64_t)value;
}

/* False for what a value can't be. */
static bool s_column(const PGresult *result, int row, int column, struct value *value)
{
    const char *data = PQgetvalue(result, row, column);
    int length = PQgetlength(result, row, column);
    *value = (struct value){.type = VALUE_NULL};
    if (PQgetisnull(result, row, column))
        return true;
    switch (PQftype(result, column)) {
    case OID_INT2:
    case OID_INT4:
    case OID_INT8:
        value->type = VALUE_I64;
        value->i64 = s_integer(data, length);
        return true;
    case OID_TEXT:
    case OID_BYTEA:
        value->type = PQftype(result, column) == OID_TEXT ? VALUE_TEXT : VALUE_BLOB;
        value->text = slice_from(data, (size_t)length);
        return true;
    default:
        return false;
    }
}

enum store_ran wire_result_take(const PGresult *from, const struct statement *statement,
                                struct rec_store_result *to, struct rows *rows,
                                struct store_error *error)
{
    int columns = PQnfields(from), count = PQntuples(from);
    rows_begin(rows, to, (uint32_t)columns);
    to->changed = statement->reads ? count : strtoll(PQcmdTuples((PGresult *)from), NULL, 10);
    for (int row = 0; row < count; row++)
        for (int column = 0; column < columns; column++) {
            struct value value;
            if (!s_column(from, row, column, &value)) {
                store_error_set(error, "%s gives a column of a type that we do not know",
                                statement->name);
                return STORE_BROKEN;
            }
            if (!rows_add(rows, &value))
                return STORE_TOO_LARGE;
        }
    return STORE_RAN;
}
