/* Messages to bodies. Most are a record of the message written as JSON: a table says which. */
#include "actors/runtime/clock.h"
#include "gateway/routes/routes.h"
#include "proto/json.h"

/* How a shape is made from a message. */
struct shape_row {
    uint16_t message;            /* the one that is expected */
    uint16_t offset;             /* of the part that is shown */
    bool list;                   /* it is a list of records */
    const struct record *record; /* what it is, or what is in it */
};

#define WHOLE(name)                           \
    {                                         \
        MSG_##name, 0, false, &message_##name \
    }
#define PART(name, field, type)                                               \
    {                                                                         \
        MSG_##name, offsetof(struct msg_##name, field), false, &record_##type \
    }
#define LIST_OF(name, field, type)                                           \
    {                                                                        \
        MSG_##name, offsetof(struct msg_##name, field), true, &record_##type \
    }

static const struct shape_row s_rows[SHAPE_METRICS + 1] = {
    [SHAPE_ROOM] = PART(room_created, room, room),
    [SHAPE_ROOM_STATE] = PART(state, state, room_state),
    [SHAPE_SUBMITTED] = WHOLE(submitted),
    [SHAPE_RESULT] = WHOLE(room_result),
    [SHAPE_LEADERBOARD] = LIST_OF(leaderboard, rows, leaderboard_row),
    [SHAPE_PROBLEMS] = LIST_OF(problems, problems, problem),
    [SHAPE_STATS] = PART(profile, stats, stats),
    [SHAPE_PROFILE] = WHOLE(profile),
    [SHAPE_HISTORIES] = LIST_OF(histories, rows, history),
    [SHAPE_USER_SELF] = WHOLE(user),
    [SHAPE_SUBMISSION] = PART(submission_found, submission, submission),
    [SHAPE_SUBMISSIONS] = LIST_OF(submissions, rows, submission),
    [SHAPE_LANGUAGES] = LIST_OF(languages, languages, language),
};

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

struct answer route_answer(const struct request *request, uint16_t id, const void *message,
                           struct buffer *body)
{
    enum route_shape shape = request->route->shape;
    struct answer answer;
    if (shape == SHAPE_TOKEN) {
        answer = s_token(request, id, body);
    } else if (shape == SHAPE_USER_OTHER) {
        answer = s_user(id, message, body);
    } else if (shape == SHAPE_PLAIN_TEXT) {
        answer = id == MSG_done ? s_text : s_none;
        buffer_append_text(body, s_done_text(request->route->name));
    } else {
        answer = s_by_row(&s_rows[shape], id, message, body);
        if (id == MSG_room_result &&
            ((const struct msg_room_result *)message)->result == RESULT_SETTLING)
            answer.status = 202;
    }
    answer.body = buffer_slice(body);
    return answer;
}
