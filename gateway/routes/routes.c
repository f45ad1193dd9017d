/* Arguments to messages: one short function per message. */
#include "gateway/routes/routes.h"

#include "gateway/bridge.h"

union question {
    struct msg_login_dev login_dev;
    struct msg_user_get user_get;
    struct msg_room_create room_create;
    struct msg_room_join room_join;
    struct msg_room_start room_start;
    struct msg_room_submit room_submit;
    struct msg_room_run room_run;
    struct msg_room_end room_end;
    struct msg_room_leave room_leave;
    struct msg_state_get state_get;
    struct msg_leaderboard_get leaderboard_get;
    struct msg_problems_get problems_get;
    struct msg_current_get current_get;
    struct msg_stats_get stats_get;
    struct msg_profile_get profile_get;
    struct msg_history_get history_get;
    struct msg_submission_get submission_get;
    struct msg_submissions_get submissions_get;
    struct msg_run_get run_get;
    struct msg_languages_get languages_get;
    struct msg_judge_hint judge_hint;
    struct msg_picture_get picture_get;
};

/* Blank is the same as absent. */
static bool s_blank(struct slice text)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.data[i] != ' ')
            return false;
    return true;
}

static int64_t s_optional(const struct arguments *arguments, enum parameter parameter,
                          int64_t value)
{
    return arguments_given(arguments, parameter) ? value : I64_NONE;
}

static int64_t s_limit(const struct arguments *arguments)
{
    return arguments_given(arguments, PARAMETER_limit) ? arguments->limit : LIST_MAX;
}

/* ---- one per message ------------------------------------------------------------------------ */

#define FILL(message)                                                                          \
    static void s_fill_##message(const struct request *request, const struct arguments *given, \
                                 struct msg_##message *message)

FILL(login_dev)
{
    (void)request;
    login_dev->user_id = given->user_id;
}

FILL(user_get)
{
    user_get->user_id =
        arguments_given(given, PARAMETER_user_id) ? given->user_id : request->user_id;
}

FILL(room_create)
{
    (void)request;
    bool difficult = arguments_given(given, PARAMETER_difficulty);
    room_create->password = s_blank(given->password) ? slice_of("") : given->password;
    room_create->duration_ms = s_optional(given, PARAMETER_duration_ms, given->duration_ms);
    room_create->problem_count = s_optional(given, PARAMETER_problem_count, given->problem_count);
    room_create->difficulty = difficult ? given->difficulty : (uint8_t)DIFFICULTY_MIXED;
    room_create->visibility = given->visibility; /* absent: open, which is 0 */
}

FILL(room_join)
{
    (void)request;
    room_join->room_id = given->room_id;
    room_join->password = given->password;
}

FILL(room_start)
{
    (void)request;
    room_start->room_id = given->room_id;
}

FILL(room_submit)
{
    (void)request;
    room_submit->room_id = given->room_id;
    room_submit->problem_id = given->problem_id;
    room_submit->language_id = given->language_id;
    room_submit->code = given->code;
}

FILL(room_run)
{
    (void)request;
    room_run->room_id = given->room_id;
    room_run->problem_id = given->problem_id;
    room_run->language_id = given->language_id;
    room_run->code = given->code;
    room_run->own_input = arguments_given(given, PARAMETER_input);
    room_run->input = room_run->own_input ? given->input : slice_of("");
}

FILL(room_end)
{
    (void)request;
    room_end->room_id = given->room_id;
}

FILL(room_leave)
{
    (void)request;
    room_leave->room_id = given->room_id;
}

FILL(state_get)
{
    (void)request;
    state_get->room_id = given->room_id;
}

FILL(leaderboard_get)
{
    (void)request;
    leaderboard_get->room_id = given->room_id;
}

FILL(problems_get)
{
    (void)request;
    problems_get->room_id = given->room_id;
}

FILL(current_get)
{
    (void)given;
    current_get->user_id = request->user_id;
}

FILL(stats_get)
{
    (void)given;
    stats_get->user_id = request->user_id;
}

FILL(profile_get)
{
    (void)given;
    profile_get->user_id = request->user_id;
}

FILL(history_get)
{
    (void)request;
    history_get->user_id = given->user_id;
    history_get->limit = s_limit(given);
    history_get->before_id = s_optional(given, PARAMETER_before, given->before);
}

FILL(submission_get)
{
    (void)request;
    submission_get->submission_id = given->submission_id;
}

FILL(submissions_get)
{
    (void)request;
    submissions_get->room_id = given->room_id;
    submissions_get->limit = s_limit(given);
    submissions_get->before_id = s_optional(given, PARAMETER_before, given->before);
}

FILL(run_get)
{
    (void)request;
    run_get->run_id = given->run_id;
}

FILL(languages_get)
{
    (void)request;
    (void)given;
    languages_get->limit = LANGUAGES_MAX;
}

FILL(picture_get)
{
    (void)request;
    picture_get->file = given->file;
}

/* "0-17-…": the judge, the submission, the secret; "0-t17-…": of a trial. Anything else is told to
 * a judge, who knows of no such submission: whoever calls learns nothing. */
static int64_t s_hint_part(const struct request *request, int part, struct slice *rest)
{
    struct slice text = request->arguments.hint;
    int64_t number = 0;
    for (; part >= 0; part--) {
        const char *end = memchr(text.data, '-', text.length);
        number = 0;
        for (; end && text.data < end && number <= ID_MAX / 10; text.data++, text.length--)
            number = *text.data >= '0' && *text.data <= '9' ? number * 10 + (*text.data - '0') : 0;
        if (!end || text.data < end)
            return 0;
        text = slice_from(text.data + 1, text.length - 1);
    }
    *rest = text;
    return number;
}

FILL(judge_hint)
{
    (void)given;
    struct slice rest = slice_of("");
    s_hint_part(request, 0, &rest);
    judge_hint->trial = rest.length && rest.data[0] == 't';
    judge_hint->secret = slice_of("");
    judge_hint->submission_id = s_hint_part(request, 1, &judge_hint->secret);
}

/* ---- asking --------------------------------------------------------------------------------- */

static int64_t s_key_room_id(const struct request *request)
{
    return request->arguments.room_id;
}

static int64_t s_key_user_id(const struct request *request)
{
    return request->arguments.user_id;
}

static int64_t s_key_submission_id(const struct request *request)
{
    return request->arguments.submission_id;
}

static int64_t s_key_run_id(const struct request *request)
{
    return request->arguments.run_id;
}

static int64_t s_key_judge_of_hint(const struct request *request)
{
    struct slice rest;
    return s_hint_part(request, 0, &rest);
}

static int64_t s_key_caller(const struct request *request)
{
    return request->user_id;
}

bool route_check(struct request *request, struct complaint *complaint)
{
    int64_t limit = request->server->config->code_limit_bytes;
    if (request->arguments.code.length <= (size_t)limit)
        return true;
    snprintf(complaint->text, sizeof complaint->text, "code: longer than %lld bytes",
             (long long)limit);
    return false;
}

/* The message, whom to ask, and by which key. */
#define ASKS(to_actor, by_key, name)                             \
    s_fill_##name(request, &request->arguments, &question.name); \
    to.actor = ACTOR_##to_actor;                                 \
    to.key = s_key_##by_key(request);                            \
    id = MSG_##name;                                             \
    break;
#define LOCAL return false;

bool route_ask(struct request *request)
{
    union question question = {0};
    struct question_to to = {
        .user_id = request->user_id, .trace = request->trace, .limit_ms = request->route->limit_ms};
    uint16_t id = 0;
    switch (request->route->name) {
#define ROUTE(name, method, path, who, body, takes, asks, shape, limit_ms, summary) \
    case ROUTE_##name:                                                              \
        asks
#define PUBLIC_UNDER(path)
#include "gateway/routes/routes.def"
#undef ROUTE
#undef PUBLIC_UNDER
    case ROUTES:
        return false;
    }
    request->handle = bridge_ask(request->server->bridge, &to, id, &question, &request->waiter);
    return request->handle.slot != 0;
}
