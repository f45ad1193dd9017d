/* The smallest actors that use all that a host offers. */
#include "tests/unit/gateway/cmocka_all.h"

#include <arpa/inet.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "actors/runtime/clock.h"
#include "proto/check.h"
#include "tests/unit/runtime/toys.h"

#define WAIT_MS 10000
#define OPEN_MAX 64

_Atomic int toys_started, toys_drained, toys_destroyed, toys_turns, toys_lost, toys_event = -1;
_Atomic uint64_t toys_lost_node;

/* ---- actors ---------------------------------------------------------------------------------- */

struct toy {
    struct envelope open[OPEN_MAX]; /* questions that are not answered yet */
    int64_t ids[OPEN_MAX];          /* of their pings */
    size_t count;                   /* how many */
    uint64_t streamed;              /* messages on the stream */
    struct envelope held;           /* TOYS_HELD's question, until toys_event is written to */
};

static void *s_create(const struct rec_actor_config *config, void *context)
{
    (void)config;
    (void)context;
    struct toy *self = calloc(1, sizeof *self);
    check(self);
    return self;
}

static void s_destroy(void **self_p)
{
    free(*self_p);
    *self_p = NULL;
    toys_destroyed++;
}

static void s_keep(struct toy *self, const struct envelope *envelope, int64_t id)
{
    check(self->count < OPEN_MAX);
    self->open[self->count] = *envelope;
    self->ids[self->count++] = id;
}

static void s_answer_all(struct toy *self, struct outbox *out)
{
    for (size_t i = 0; i < self->count; i++) {
        struct msg_done done = {self->ids[i]};
        outbox_reply(out, &self->open[i], MSG_done, &done);
    }
    self->count = 0;
}

/* The runtime's own words, which every toy counts; true when it was one. */
static bool s_runtime_word(uint16_t kind)
{
    toys_started += kind == MSG_start;
    toys_drained += kind == MSG_drain;
    return kind == MSG_start || kind == MSG_drain;
}

static void s_auth(void *self, const struct envelope *envelope, const void *message,
                   struct outbox *out)
{
    (void)self;
    if (s_runtime_word(envelope->kind))
        return;
    struct msg_done done = {((const struct msg_ping *)message)->id};
    outbox_reply(out, envelope, MSG_done, &done);
}

static void s_judge(void *self, const struct envelope *envelope, const void *message,
                    struct outbox *out)
{
    (void)self;
    if (!s_runtime_word(envelope->kind))
        outbox_forward(out, envelope, ACTOR_auth, 0, MSG_ping, message);
}

static void s_fanout(void *state, const struct envelope *envelope, const void *message,
                     struct outbox *out)
{
    struct toy *self = state;
    if (s_runtime_word(envelope->kind))
        return;
    struct msg_stream_beat beat = {((const struct msg_ping *)message)->id};
    outbox_stream(out, envelope, 0, ++self->streamed, MSG_stream_beat, &beat);
    outbox_forward(out, envelope, ACTOR_store, 0, MSG_ping, message);
}

static void s_scheduler(void *state, const struct envelope *envelope, const void *message,
                        struct outbox *out)
{
    struct toy *self = state;
    if (s_runtime_word(envelope->kind))
        return;
    if (envelope->kind == MSG_tick) {
        s_answer_all(self, out);
        return;
    }
    if (envelope->kind == MSG_unreachable) {
        toys_lost_node = (uint64_t)((const struct msg_unreachable *)message)->node;
        toys_lost++;
        return;
    }
    int64_t id = ((const struct msg_ping *)message)->id;
    s_keep(self, envelope, id);
    outbox_wake(out, envelope->now_ms + id);
}

static void s_store(void *self, const struct envelope *envelope, const void *message,
                    struct outbox *out)
{
    struct toy *toy = self;
    (void)out;
    if (s_runtime_word(envelope->kind))
        return;
    int64_t id = ((const struct msg_ping *)message)->id;
    if (id == TOYS_HELD)
        toy->held = *envelope;
    else
        s_keep(toy, envelope, id);
}

static int s_store_descriptor(void *self)
{
    (void)self;
    toys_event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    check(toys_event >= 0);
    return toys_event;
}

static void s_store_ready(void *state, struct outbox *out)
{
    struct toy *self = state;
    struct msg_done done = {TOYS_HELD};
    eventfd_t times;
    check(eventfd_read(toys_event, &times) == 0);
    outbox_reply(out, &self->held, MSG_done, &done);
}

static void s_store_destroy(void **self_p)
{
    close(toys_event);
    s_destroy(self_p);
}

static void s_store_turn(void *state, struct outbox *out)
{
    struct toy *self = state;
    toys_turns += self->count > 0;
    s_answer_all(self, out);
}

static const uint16_t s_receives[] = {MSG_ping, 0};
static const uint16_t s_scheduler_receives[] = {MSG_ping, MSG_unreachable, 0};

static const struct actor_class s_auth_class = {.kind = ACTOR_auth,
                                                .create = s_create,
                                                .handle = s_auth,
                                                .destroy = s_destroy,
                                                .receives = s_receives},
                                s_judge_class = {.kind = ACTOR_judge,
                                                 .create = s_create,
                                                 .handle = s_judge,
                                                 .destroy = s_destroy,
                                                 .receives = s_receives},
                                s_fanout_class = {.kind = ACTOR_fanout,
                                                  .create = s_create,
                                                  .handle = s_fanout,
                                                  .destroy = s_destroy,
                                                  .receives = s_receives},
                                s_scheduler_class = {.kind = ACTOR_scheduler,
                                                     .create = s_create,
                                                     .handle = s_scheduler,
                                                     .destroy = s_destroy,
                                                     .receives = s_scheduler_receives},
                                s_store_class = {.kind = ACTOR_store,
                                                 .create = s_create,
                                                 .handle = s_store,
                                                 .turn_end = s_store_turn,
                                                 .descriptor = s_store_descriptor,
                                                 .ready = s_store_ready,
                                                 .destroy = s_store_destroy,
                                                 .receives = s_receives};

/* ---- hosts ----------------------------------------------------------------------------------- */

int toys_free_port(int *held)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    check(fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0);
    check(getsockname(fd, (struct sockaddr *)&address, &size) == 0);
    if (held)
        *held = fd;
    else
        close(fd);
    return ntohs(address.sin_port);
}

static struct topology_endpoint s_endpoint(bool tcp, const char *name)
{
    struct topology_endpoint self;
    if (tcp)
        snprintf(self.connect, sizeof self.connect, "tcp://127.0.0.1:%d", toys_free_port(NULL));
    else
        snprintf(self.connect, sizeof self.connect, "inproc://toys-%s", name);
    memcpy(self.bind, self.connect, sizeof self.bind);
    return self;
}

void toys_topology(struct topology *self, bool tcp)
{
    static const uint8_t core[] = {ACTOR_auth, ACTOR_judge, ACTOR_fanout, ACTOR_scheduler};
    *self = (struct topology){.endpoint_count = 2};
    self->endpoints[0] = s_endpoint(tcp, "core");
    self->endpoints[1] = s_endpoint(tcp, "store");
    self->stream = s_endpoint(tcp, "stream");
    for (size_t i = 0; i < sizeof core; i++)
        self->shards[core[i]] = 1;
    self->shards[ACTOR_store] = 1;
    self->place[ACTOR_store][0] = 1;
}

struct host_options toys_host(const struct topology *topology, bool store)
{
    static const struct rec_actor_config config = {.shards = 1};
    static struct host_actor core[4], edge[1];
    core[0] = (struct host_actor){&s_auth_class, config, NULL};
    core[1] = (struct host_actor){&s_judge_class, config, NULL};
    core[2] = (struct host_actor){&s_fanout_class, config, NULL};
    core[3] = (struct host_actor){&s_scheduler_class, config, NULL};
    edge[0] = (struct host_actor){&s_store_class, config, NULL};
    return (struct host_options){.topology = topology,
                                 .endpoint = store,
                                 .actors = store ? edge : core,
                                 .actor_count = store ? 1 : 4};
}

static bool s_start(struct toys *self, bool tcp, const char *journal_folder, char *error,
                    size_t error_size)
{
    *self = (struct toys){0};
    toys_topology(&self->topology, tcp);
    struct host_options core = toys_host(&self->topology, false);
    struct host_options store = toys_host(&self->topology, true);
    struct port_options asker = {.topology = &self->topology, .endpoint = -1, .subscribes = true};
    core.journal_folder = store.journal_folder = journal_folder;
    self->store = host_new(&store, error, error_size);
    self->core = self->store ? host_new(&core, error, error_size) : NULL;
    self->asker = self->core ? port_new(&asker, error, error_size) : NULL;
    return self->asker != NULL;
}

void toys_new(struct toys *self, bool tcp, const char *journal_folder)
{
    char error[256] = "";
    for (int tries = 0; !s_start(self, tcp, journal_folder, error, sizeof error); tries++) {
        toys_destroy(self);
        if (!tcp || tries == 5) /* somebody else may have been quicker at a free port */
            fail_msg("%s", error);
    }
}

void toys_destroy(struct toys *self)
{
    port_destroy(&self->asker);
    host_destroy(&self->core);
    host_destroy(&self->store);
}

/* ---- asking ---------------------------------------------------------------------------------- */

uint32_t toys_ask(struct toys *self, enum actor_kind to, uint16_t id, const void *message)
{
    struct envelope envelope = {
        .reply = {.actor = ACTOR_gateway, .slot = 1, .generation = ++self->generation}};
    int64_t end_ms = clock_now_ms() + WAIT_MS;
    while (port_ask(self->asker, &envelope, to, 0, id, message) != PORT_SENT) {
        assert_true(clock_now_ms() < end_ms); /* a connection over tcp takes a moment */
        port_wait(self->asker, NULL, 5);
    }
    return self->generation;
}

uint32_t toys_ping(struct toys *self, enum actor_kind to, int64_t id)
{
    struct msg_ping ping = {id};
    return toys_ask(self, to, MSG_ping, &ping);
}

static struct toys_answer s_read(const struct frame *frame)
{
    struct toys_answer answer = {.kind = frame->envelope.kind,
                                 .generation = frame->envelope.to.generation,
                                 .sequence = frame->envelope.sequence};
    union {
        struct msg_done done;
        struct msg_refused refused;
        struct msg_stream_beat beat;
    } message;
    struct arena arena = {0};
    struct codec_error error;
    size_t taken;
    assert_true(
        codec_decode(message_by_id(answer.kind), frame->body, &arena, &message, &taken, &error));
    answer.number = answer.kind == MSG_done      ? message.done.id
                    : answer.kind == MSG_refused ? message.refused.refusal
                                                 : message.beat.sent;
    arena_fini(&arena);
    return answer;
}

struct toys_answer toys_next(struct toys *self)
{
    struct port_message message;
    int64_t end_ms = clock_now_ms() + WAIT_MS;
    while (!port_receive(self->asker, &message)) {
        int64_t left_ms = end_ms - clock_now_ms();
        assert_true(left_ms > 0);
        port_wait(self->asker, NULL, (long)left_ms);
    }
    struct toys_answer answer = s_read(&message.frame);
    port_message_close(&message);
    return answer;
}

void toys_sound(struct toys *self)
{
    uint32_t generation = toys_ping(self, ACTOR_auth, 4711);
    struct toys_answer answer;
    do
        answer = toys_next(self);
    while (answer.kind == MSG_stream_beat);
    assert_int_equal(answer.generation, generation);
    assert_int_equal(answer.number, 4711);
}
