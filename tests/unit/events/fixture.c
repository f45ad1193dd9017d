#include "tests/unit/events/fixture.h"

#include <jansson.h>

#include "actors/runtime/actor.h"
#include "actors/runtime/clock.h"
#include "actors/runtime/stats.h"
#include "proto/check.h"
#include "tests/unit/gateway/cmocka_all.h"

#define WAIT_MS 60000 /* for anything that must come, on a slow machine */
#define LOOK_MS 20

const char *fixture_url(void)
{
    const char *url = getenv("CODECOMP_TEST_EVENTS");
    return url ? url : "local:";
}

static void s_make_topology(struct topology *self)
{
    struct topology_endpoint *endpoint = &self->endpoints[0];
    uint64_t name = clock_chance(); /* an inproc name is not free again at once */
    *self = (struct topology){.endpoint_count = 1};
    snprintf(endpoint->connect, ENDPOINT_MAX_BYTES, "inproc://%016lx", (unsigned long)name);
    snprintf(self->stream.connect, ENDPOINT_MAX_BYTES, "inproc://%016lx-s", (unsigned long)name);
    memcpy(endpoint->bind, endpoint->connect, ENDPOINT_MAX_BYTES);
    memcpy(self->stream.bind, self->stream.connect, ENDPOINT_MAX_BYTES);
    for (int actor = ACTOR_auth; actor < ACTOR_KINDS; actor++)
        self->shards[actor] = 1;
}

/* Where the stream alone is there, everybody hears it. */
static bool s_streamed(const struct fixture *self, int gateway)
{
    return gateway == HERE || !events_driver(self->url)->remote;
}

static struct port *s_port(const struct fixture *self, int gateway)
{
    char error[200];
    struct port_options options = {.topology = &self->topology, .endpoint = -1};
    if (gateway < GATEWAYS) {
        options.subscribes = s_streamed(self, gateway);
        options.other_stream = events_stream(self->events[gateway]);
    }
    struct port *port = port_new(&options, error, sizeof error);
    if (!port)
        fail_msg("%s", error);
    return port;
}

void fixture_start(struct fixture *self, int gateway)
{
    char error[512];
    struct events_options options = {.topology = &self->topology,
                                     .url = self->url,
                                     .publishes = gateway == HERE,
                                     .hears = true,
                                     .streamed = s_streamed(self, gateway)};
    self->events[gateway] = events_start(&options, error, sizeof error);
    if (!self->events[gateway])
        fail_msg("%s", error);
    self->gateways[gateway] = s_port(self, gateway);
}

void fixture_stop(struct fixture *self, int gateway)
{
    events_stop(&self->events[gateway]);
    port_destroy(&self->gateways[gateway]);
}

void fixture_init(struct fixture *self)
{
    char error[200];
    *self = (struct fixture){.url = fixture_url()};
    s_make_topology(&self->topology);
    struct host_actor actor = {&fanout_class, {.shards = 1}, NULL};
    struct host_options options = {
        .topology = &self->topology, .endpoint = 0, .actors = &actor, .actor_count = 1};
    self->host = host_new(&options, error, sizeof error);
    if (!self->host)
        fail_msg("%s", error);
    for (int i = 0; i < GATEWAYS; i++)
        fixture_start(self, i);
    self->scoring = s_port(self, GATEWAYS);
    fixture_settle(self);
}

void fixture_fini(struct fixture *self)
{
    for (int i = 0; i < GATEWAYS; i++)
        fixture_stop(self, i);
    port_destroy(&self->scoring);
    host_destroy(&self->host);
    arena_fini(&self->arena);
}

/* ---- telling -------------------------------------------------------------------------------- */

static void s_tell(struct fixture *self, int64_t key, uint16_t id, const void *message)
{
    struct envelope envelope = {0};
    while (port_ask(self->scoring, &envelope, ACTOR_fanout, key, id, message) != PORT_SENT)
        port_wait(self->scoring, NULL, 1);
}

void fixture_change(struct fixture *self, int64_t room_id, int64_t version)
{
    struct msg_watched watched = {.host_user_id = 1,
                                  .guest_user_id = I64_NONE,
                                  .state = {.room_id = room_id,
                                            .start_ms = I64_NONE,
                                            .end_ms = I64_NONE,
                                            .current_user_id = I64_NONE,
                                            .opponent_user_id = I64_NONE,
                                            .version = version}};
    s_tell(self, room_id, MSG_watched, &watched);
}

void fixture_verdict(struct fixture *self, int64_t user_id, int64_t submission_id,
                     struct slice compile_output)
{
    struct msg_submission_found found = {.submission = {.id = submission_id,
                                                        .user_id = user_id,
                                                        .status = VERDICT_COMPILATION_ERROR,
                                                        .judged_ms = 1800000000000,
                                                        .failed_test = I64_NONE,
                                                        .time_ms = I64_NONE,
                                                        .memory_kb = I64_NONE,
                                                        .compile_output = compile_output}};
    s_tell(self, user_id, MSG_submission_found, &found);
}

/* ---- hearing -------------------------------------------------------------------------------- */

static int64_t s_number(struct slice json, const char *key)
{
    json_t *object = json_loadb(json.data, json.length, 0, NULL);
    int64_t number = json_integer_value(json_object_get(object, key));
    json_decref(object);
    return number;
}

/* False: it is a beat. */
static bool s_read(struct fixture *self, uint16_t kind, struct heard *heard)
{
    const union any_message *message = &self->message;
    switch (kind) {
    case MSG_watched:
        *heard = (struct heard){.id = message->watched.state.room_id,
                                .version = message->watched.state.version};
        return true;
    case MSG_submission_found:
        *heard = (struct heard){.kind = HEARD_VERDICT,
                                .id = message->submission_found.submission.user_id,
                                .version = message->submission_found.submission.id};
        return true;
    case MSG_room_heard:
        *heard = (struct heard){.id = message->room_heard.room_id,
                                .version = message->room_heard.version,
                                .edge = true,
                                .json = message->room_heard.json};
        return true;
    case MSG_verdict_heard:
        *heard = (struct heard){.kind = HEARD_VERDICT,
                                .id = message->verdict_heard.user_id,
                                .version = s_number(message->verdict_heard.json, "id"),
                                .edge = true,
                                .json = message->verdict_heard.json};
        return true;
    case MSG_events_missed:
        *heard = (struct heard){.kind = HEARD_MISSED, .edge = true};
        return true;
    default:
        return false;
    }
}

/* The texts of what was heard are copied, so that they outlive the frame. */
static bool s_take(struct fixture *self, int gateway, struct heard *heard)
{
    struct port_message message;
    struct codec_error error;
    size_t taken;
    if (!port_receive(self->gateways[gateway], &message))
        return false;
    arena_reset(&self->arena);
    uint16_t kind = message.frame.envelope.kind;
    check(codec_decode(message_by_id(kind), message.frame.body, &self->arena, &self->message,
                       &taken, &error));
    bool news = s_read(self, kind, heard);
    if (news && heard->json.length) {
        char *copy = arena_take(&self->arena, heard->json.length);
        heard->json =
            slice_from(memcpy(copy, heard->json.data, heard->json.length), heard->json.length);
    }
    port_message_close(&message);
    return news;
}

struct heard fixture_hear(struct fixture *self, int gateway)
{
    struct heard heard;
    for (int64_t end_ms = clock_now_ms() + WAIT_MS; clock_now_ms() < end_ms;) {
        if (s_take(self, gateway, &heard))
            return heard;
        port_wait(self->gateways[gateway], NULL, LOOK_MS);
    }
    fail_msg("gateway %d hears nothing", gateway);
    return heard;
}

struct heard fixture_hear_news(struct fixture *self, int gateway)
{
    struct heard heard;
    do
        heard = fixture_hear(self, gateway);
    while (heard.kind == HEARD_MISSED || (heard.kind == HEARD_STATE && heard.id == 1));
    return heard;
}

/* Until this version of room 1 is heard. */
static bool s_hears(struct fixture *self, int gateway, int64_t version)
{
    struct heard heard;
    for (int64_t end_ms = clock_now_ms() + LOOK_MS; clock_now_ms() < end_ms;) {
        while (s_take(self, gateway, &heard))
            if (heard.kind == HEARD_STATE && heard.id == 1 && heard.version == version)
                return true;
        port_wait(self->gateways[gateway], NULL, LOOK_MS);
    }
    return false;
}

void fixture_settle(struct fixture *self)
{
    for (int64_t end_ms = clock_now_ms() + WAIT_MS; clock_now_ms() < end_ms;) {
        fixture_change(self, 1, ++self->probe);
        int count = 0;
        while (count < GATEWAYS && s_hears(self, count, self->probe))
            count++;
        if (count == GATEWAYS)
            return;
    }
    fail_msg("the gateways do not hear");
}
