#include "tests/unit/gateway/fake.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "actors/runtime/clock.h"
#include "actors/runtime/port.h"
#include "proto/check.h"

struct fake {
    struct topology topology;  /* everybody at one endpoint of its own */
    struct port *port;         /* owned */
    pthread_t thread;          /* ours */
    atomic_bool stops;         /* asked for by fake_destroy */
    struct arena arena;        /* owned */
    union any_message message; /* the one at hand */
    int64_t version;           /* of all rooms */
    uint64_t sequence;         /* of the stream */
    uint64_t heard_sequence;   /* of what was heard elsewhere */
    pthread_mutex_t mutex;     /* guards the rest */
    pthread_cond_t changed;    /* signalled when it is said */
    uint16_t to_say;           /* message that others want to be said; 0: none */
    union any_message say;     /* it */
};

static void s_send(struct fake *self, struct envelope *envelope, uint16_t id, const void *message)
{
    struct buffer body;
    buffer_init(&body, 1 << 24);
    codec_encode(message_by_id(id), message, &body);
    envelope->kind = id;
    port_send(self->port, envelope, buffer_slice(&body));
    buffer_fini(&body);
}

static void s_reply(struct fake *self, const struct envelope *request, uint16_t id,
                    const void *message)
{
    struct envelope envelope = {.to = request->reply, .trace = request->trace};
    s_send(self, &envelope, id, message);
}

static void s_refuse(struct fake *self, const struct envelope *request, enum refusal refusal)
{
    struct msg_refused refused = {refusal, slice_of("")};
    s_reply(self, request, MSG_refused, &refused);
}

static void s_done(struct fake *self, const struct envelope *request)
{
    struct msg_done done = {0};
    s_reply(self, request, MSG_done, &done);
}

static struct msg_watched s_watched(struct fake *self, int64_t room_id)
{
    return (struct msg_watched){
        .visibility = room_id == 8 ? VISIBILITY_PRIVATE : VISIBILITY_OPEN,
        .host_user_id = 1,
        .guest_user_id = 2,
        .state = {.room_id = room_id,
                  .start_ms = I64_NONE,
                  .end_ms = I64_NONE,
                  .current_user_id = I64_NONE,
                  .opponent_user_id = I64_NONE,
                  .version = self->version},
    };
}

static void s_stream_room(struct fake *self, int64_t room_id)
{
    struct msg_watched watched = s_watched(self, room_id);
    struct envelope envelope = {
        .to = {.actor = ACTOR_gateway}, .key = room_id, .sequence = ++self->sequence};
    s_send(self, &envelope, MSG_watched, &watched);
}

static void s_stream_verdict(struct fake *self, int64_t user_id, int64_t room_id)
{
    struct msg_submission_found found = {.submission = {.id = 77,
                                                        .user_id = user_id,
                                                        .room_id = room_id,
                                                        .status = VERDICT_ACCEPTED,
                                                        .judged_ms = I64_NONE,
                                                        .failed_test = I64_NONE,
                                                        .time_ms = 12,
                                                        .memory_kb = I64_NONE,
                                                        .compile_output = slice_of("warn: \"x\"")}};
    struct envelope envelope = {
        .to = {.actor = ACTOR_gateway}, .key = user_id, .sequence = ++self->sequence};
    s_send(self, &envelope, MSG_submission_found, &found);
}

static void s_state(struct fake *self, const struct envelope *request, int64_t room_id)
{
    struct msg_state state = {s_watched(self, room_id).state};
    state.state.current_user_id = request->user_id;
    s_reply(self, request, MSG_state, &state);
}

static void s_create(struct fake *self, const struct envelope *request)
{
    const struct msg_room_create *create = &self->message.room_create;
    struct msg_room_created created = {
        .room = {.id = 7,
                 .host_user_id = request->user_id,
                 .password = create->password.length ? create->password : slice_of("made-up"),
                 .start_ms = I64_NONE,
                 .end_ms = I64_NONE,
                 .duration_ms = create->duration_ms == I64_NONE ? 600000 : create->duration_ms,
                 .visibility = create->visibility,
                 .problem_count = create->problem_count == I64_NONE ? 3 : create->problem_count,
                 .difficulty = create->difficulty}};
    s_reply(self, request, MSG_room_created, &created);
}

static void s_history(struct fake *self, const struct envelope *request)
{
    const struct msg_history_get *get = &self->message.history_get;
    uint32_t count = (uint32_t)get->limit;
    struct msg_histories histories = {
        .rows = {.count = count, .items = calloc(count, sizeof(struct rec_history))}};
    for (uint32_t i = 0; i < count; i++)
        histories.rows.items[i] = (struct rec_history){.id = count - i, .user_id = get->user_id};
    s_reply(self, request, MSG_histories, &histories);
    free(histories.rows.items);
}

/* What changes a room. False: it was something else. */
static bool s_on_command(struct fake *self, const struct envelope *request)
{
    struct msg_submitted submitted = {VERDICT_PENDING, 77};
    struct msg_room_result result = {I64_NONE, request->key % 2 ? RESULT_SETTLING : RESULT_DRAW};
    switch (request->kind) {
    case MSG_room_create:
        s_create(self, request);
        return true;
    case MSG_room_join:
        if (slice_is(self->message.room_join.password, "right"))
            s_done(self, request);
        else
            s_refuse(self, request, REFUSED_WRONG_PASSWORD);
        return true;
    case MSG_room_start:
        self->version++;
        s_stream_room(self, request->key);
        s_done(self, request);
        return true;
    case MSG_room_leave:
        self->version += 2;
        self->sequence++; /* one is lost */
        s_stream_verdict(self, 1, 1);
        s_done(self, request);
        return true;
    case MSG_room_submit:
        s_reply(self, request, MSG_submitted, &submitted);
        s_stream_verdict(self, request->user_id, request->key);
        return true;
    case MSG_room_end:
        s_reply(self, request, MSG_room_result, &result);
        return true;
    default:
        return false;
    }
}

/* A judge takes any; this one shows that it was read right. */
static void s_hint(struct fake *self, const struct envelope *request)
{
    const struct msg_judge_hint *hint = &self->message.judge_hint;
    if (request->key == 3 && hint->submission_id == 17 && slice_is(hint->secret, "feed"))
        s_done(self, request);
    else if (request->key == 0 && hint->submission_id == 0 && hint->secret.length == 0)
        s_refuse(self, request, REFUSED_UNSUPPORTED);
    else
        s_refuse(self, request, REFUSED_NOT_YOURS);
}

static void s_on_read(struct fake *self, const struct envelope *request)
{
    struct msg_user user = {request->key, slice_of("An \"n\""), slice_of("a@example.org")};
    struct msg_leaderboard leaderboard = {.rows = {.count = 0}};
    struct msg_profile profile = {.stats = {.total_contests = 8, .wins = 5, .win_rate = 62.5}};
    struct rec_language language = {54, slice_of("C++"), slice_of("12")};
    struct msg_languages languages = {.languages = {1, &language}};
    struct msg_watched watched;
    switch (request->kind) {
    case MSG_ping:
        s_done(self, request);
        break;
    case MSG_login_dev:
    case MSG_user_get:
        s_reply(self, request, MSG_user, &user);
        break;
    case MSG_leaderboard_get:
        s_reply(self, request, MSG_leaderboard, &leaderboard);
        break;
    case MSG_state_get:
        s_state(self, request, self->message.state_get.room_id);
        break;
    case MSG_current_get:
        s_refuse(self, request, REFUSED_NO_OPEN_ROOM);
        break;
    case MSG_stats_get:
    case MSG_profile_get:
        s_reply(self, request, MSG_profile, &profile);
        break;
    case MSG_history_get:
        s_history(self, request);
        break;
    case MSG_languages_get:
        s_reply(self, request, MSG_languages, &languages);
        break;
    case MSG_judge_hint:
        s_hint(self, request);
        break;
    case MSG_watch:
        watched = s_watched(self, request->key);
        s_reply(self, request, MSG_watched, &watched);
        break;
    default:
        s_refuse(self, request, REFUSED_UNSUPPORTED);
    }
}

static void s_on_message(struct fake *self, const struct frame *frame)
{
    const struct envelope *request = &frame->envelope;
    struct codec_error error;
    size_t taken;
    arena_reset(&self->arena);
    check(codec_decode(message_by_id(request->kind), frame->body, &self->arena, &self->message,
                       &taken, &error));
    if (request->kind == MSG_ping)
        s_on_read(self, request);
    else if (request->key == 404)
        s_refuse(self, request, REFUSED_ROOM_NOT_FOUND);
    else if (request->key == 500)
        s_reply(self, request, MSG_tick, &(struct msg_tick){0});
    else if (request->key != 504 && !s_on_command(self, request))
        s_on_read(self, request);
}

/* Says on the stream what another thread wants to be said. */
static void s_say(struct fake *self)
{
    pthread_mutex_lock(&self->mutex);
    if (self->to_say) {
        struct envelope envelope = {.to = {.actor = ACTOR_gateway},
                                    .sequence = ++self->heard_sequence};
        self->version += self->to_say == MSG_events_missed;
        s_send(self, &envelope, self->to_say, &self->say);
        self->to_say = 0;
        pthread_cond_signal(&self->changed);
    }
    pthread_mutex_unlock(&self->mutex);
}

static void s_let_say(struct fake *self, uint16_t id, const void *message, size_t size)
{
    pthread_mutex_lock(&self->mutex);
    memcpy(&self->say, message, size);
    self->to_say = id;
    while (self->to_say)
        pthread_cond_wait(&self->changed, &self->mutex);
    pthread_mutex_unlock(&self->mutex);
}

void fake_hear_room(struct fake *self, int64_t room_id, int64_t version, const char *json)
{
    struct msg_room_heard heard = {room_id, version, slice_of(json)};
    s_let_say(self, MSG_room_heard, &heard, sizeof heard);
}

void fake_hear_verdict(struct fake *self, int64_t user_id, const char *json)
{
    struct msg_verdict_heard heard = {user_id, slice_of(json)};
    s_let_say(self, MSG_verdict_heard, &heard, sizeof heard);
}

void fake_miss(struct fake *self)
{
    struct msg_events_missed missed = {false};
    s_let_say(self, MSG_events_missed, &missed, sizeof missed);
}

static void *s_run(void *argument)
{
    struct fake *self = argument;
    struct port_message message;
    while (!atomic_load(&self->stops)) {
        port_wait(self->port, NULL, 20);
        s_say(self);
        while (port_receive(self->port, &message)) {
            s_on_message(self, &message.frame);
            port_message_close(&message);
        }
    }
    port_destroy(&self->port);
    return NULL;
}

struct fake *fake_new(void)
{
    struct fake *self = calloc(1, sizeof *self);
    check(self);
    struct topology *topology = &self->topology;
    struct topology_endpoint *endpoint = &topology->endpoints[0];
    uint64_t name = clock_chance(); /* an inproc name is not free again at once */
    snprintf(endpoint->connect, sizeof endpoint->connect, "inproc://%016lx", (unsigned long)name);
    snprintf(endpoint->bind, sizeof endpoint->bind, "%s", endpoint->connect);
    snprintf(topology->stream.connect, sizeof topology->stream.connect, "%s-stream",
             endpoint->connect);
    snprintf(topology->stream.bind, sizeof topology->stream.bind, "%s", topology->stream.connect);
    topology->endpoint_count = 1;
    for (int actor = ACTOR_auth; actor < ACTOR_KINDS; actor++)
        topology->shards[actor] = actor != ACTOR_runner;
    char error[200];
    struct port_options options = {.topology = topology, .endpoint = 0, .publishes = true};
    self->port = port_new(&options, error, sizeof error);
    check(self->port);
    pthread_mutex_init(&self->mutex, NULL);
    pthread_cond_init(&self->changed, NULL);
    check(pthread_create(&self->thread, NULL, s_run, self) == 0);
    return self;
}

void fake_destroy(struct fake **self_p)
{
    struct fake *self = *self_p;
    atomic_store(&self->stops, true);
    pthread_join(self->thread, NULL);
    arena_fini(&self->arena);
    pthread_mutex_destroy(&self->mutex);
    pthread_cond_destroy(&self->changed);
    free(self);
    *self_p = NULL;
}

const struct topology *fake_topology(const struct fake *self)
{
    return &self->topology;
}
