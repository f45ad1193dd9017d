/* Messages to bodies. Most are a record of the message written as JSON: a table says which. */
#include "actors/runtime/clock.h"
#include "gateway/routes/routes.h"
#include "gateway/routes/shape.h"
#include "proto/json.h"

static const struct answer s_json = {.status = 200, .content_type = "application/json"};
static const struct answer s_text = {.status = 200, .content_type = "text/plain;charset=utf-8"};
/* Nothing we know what to do with: the browser learns that we failed. */
static const struct answer s_none = {.status = 0};

static struct answer s_by_row(const struct shape_row *row, uint16_t id, const void *message,
                              struct buffer *body)
{
    if (!row->record || row->message != id)
        return s_none;
    const void *part = (const char *)message + row->offset;
    if (row->list) {
        const struct any_list *list = part;
        json_list(row->record, list->items, list->count, body);
    } else {
        json_record(row->record, part, body);
    }
    return s_json;
}

static const char *s_done_text(enum route_name name)
{
    switch (name) {
    case ROUTE_room_join:
        return "Joined successfully";
    case ROUTE_room_start:
        return "Contest started";
    case ROUTE_runner_hint:
        return "Noted";
    default:
        return "Left";
    }
}

/* The development login's token. */
static struct answer s_token(const struct request *request, uint16_t id, struct buffer *body)
{
    if (id != MSG_user)
        return s_none;
    buffer_append_text(body, "{\"token\":\"");
    tokens_sign(request->server->tokens, request->arguments.user_id, clock_now_ms(), body);
    users_learn(&request->server->users, request->arguments.user_id, clock_now_ms());
    buffer_append_text(body, "\"}");
    return s_json;
}

/* Somebody else, without the email address. */
static struct answer s_user(uint16_t id, const void *message, struct buffer *body)
{
    if (id != MSG_user)
        return s_none;
    const struct msg_user *user = message;
    buffer_append_text(body, "{\"id\":");
    buffer_append_i64(body, user->id);
    buffer_append_text(body, ",\"name\":");
    json_text(user->name, body);
    buffer_append_char(body, '}');
    return s_json;
}

/* Its name is made of its content, so it may be kept for ever. Whoever opens an SVG by itself runs
 * nothing that is in it. */
static struct answer s_picture(const struct request *request, uint16_t id, const void *message,
                               struct buffer *body)
{
    static const struct {
        const char *end;  /* of the name */
        const char *type; /* of what it holds */
    } types[] = {{".png", "image/png"},
                 {".jpg", "image/jpeg"},
                 {".jpeg", "image/jpeg"},
                 {".gif", "image/gif"},
                 {".svg", "image/svg+xml"}};
    static const char policy[] =
        "content-security-policy: default-src 'none'; style-src 'unsafe-inline'; sandbox\r\n"
        "cross-origin-resource-policy: cross-origin\r\n";
    struct slice name = request->arguments.file;
    if (id != MSG_picture)
        return s_none;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        size_t length = strlen(types[i].end);
        if (name.length < length ||
            memcmp(name.data + name.length - length, types[i].end, length) != 0)
            continue;
        struct slice content = ((const struct msg_picture *)message)->content;
        buffer_append(body, content.data, content.length);
        return (struct answer){.status = 200,
                               .content_type = types[i].type,
                               .cacheable = "public, max-age=31536000, immutable",
                               .lines = slice_of(policy)};
    }
    return s_none;
}

struct answer route_answer(const struct request *request, uint16_t id, const void *message,
                           struct buffer *body)
{
    enum route_shape shape = request->route->shape;
    struct answer answer;
    if (shape == SHAPE_TOKEN) {
        answer = s_token(request, id, body);
    } else if (shape == SHAPE_USER_OTHER) {
        answer = s_user(id, message, body);
    } else if (shape == SHAPE_PICTURE) {
        answer = s_picture(request, id, message, body);
    } else if (shape == SHAPE_PLAIN_TEXT) {
        answer = id == MSG_done ? s_text : s_none;
        buffer_append_text(body, s_done_text(request->route->name));
    } else {
        answer = s_by_row(shape_row(shape), id, message, body);
        if (id == MSG_room_result &&
            ((const struct msg_room_result *)message)->result == RESULT_SETTLING)
            answer.status = 202;
    }
    answer.body = buffer_slice(body);
    return answer;
}
