/* destinations.def as a table, and names taken apart by it. */
#include "gateway/stomp/destination.h"

#include <inttypes.h>
#include <stdio.h>

#include "proto/limits.h"

static const struct row {
    const char *name; /* without its parameter */
    bool own;         /* the caller's: it has no parameter */
} s_rows[DESTINATION_KINDS] = {
#define DESTINATION(kind, channel, name_, parameter, pushes, when) \
    [DESTINATION_##kind] = {name_, sizeof(parameter) == 1},
#include "gateway/stomp/destinations.def"
#undef DESTINATION
};

bool destination_is_own(enum destination_kind kind)
{
    return s_rows[kind].own;
}

/* 0 when the text is no id. */
static int64_t s_id(struct slice text)
{
    int64_t id = 0;
    if (!text.length || text.length > 16 || text.data[0] == '0')
        return 0;
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return 0;
        id = id * 10 + (text.data[i] - '0');
    }
    return id <= ID_MAX ? id : 0;
}

/* The id that stands behind the row's name, or whose own it is; 0: the name is another's. */
static int64_t s_match(const struct row *row, struct slice name, int64_t user_id)
{
    size_t length = strlen(row->name);
    if (row->own)
        return slice_is(name, row->name) ? user_id : 0;
    if (name.length <= length || memcmp(name.data, row->name, length) != 0)
        return 0;
    return s_id(slice_from(name.data + length, name.length - length));
}

struct destination destination_read(struct slice name, int64_t user_id)
{
    for (int kind = DESTINATION_NONE + 1; kind < DESTINATION_KINDS; kind++) {
        int64_t id = s_match(&s_rows[kind], name, user_id);
        if (id)
            return (struct destination){(enum destination_kind)kind, id};
    }
    return (struct destination){DESTINATION_NONE, 0};
}

void destination_write(struct destination destination, char text[DESTINATION_MAX_BYTES])
{
    const struct row *row = &s_rows[destination.kind];
    if (row->own)
        snprintf(text, DESTINATION_MAX_BYTES, "%s", row->name);
    else
        snprintf(text, DESTINATION_MAX_BYTES, "%s%" PRId64, row->name, destination.id);
}
