/* A port and what may come to it over tcp: anything. Nothing that a stranger sends may end a
 * process, reach a handler half read, or keep others from being answered. */
#include "tests/unit/gateway/cmocka_all.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "actors/runtime/clock.h"
#include "actors/runtime/log.h"
#include "actors/runtime/stats.h"
#include "proto/prng.h"
#include "tests/unit/runtime/toys.h"

static struct toys s_toys;

static int s_setup(void **state)
{
    (void)state;
    toys_new(&s_toys, true, NULL);
    toys_sound(&s_toys);
    return 0;
}

static int s_teardown(void **state)
{
    (void)state;
    toys_destroy(&s_toys);
    return 0;
}

/* A connection without ZeroMQ, to the core's address. */
static int s_connect(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const char *port = strrchr(s_toys.topology.endpoints[0].connect, ':');
    address.sin_port = htons((uint16_t)atoi(port + 1));
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static void s_write(int fd, const void *data, size_t length)
{
    /* it may have been closed on us: that is an answer too */
    if (send(fd, data, length, MSG_NOSIGNAL) < 0)
        assert_true(errno == EPIPE || errno == ECONNRESET);
}

static void bytes_that_are_no_zeromq_disturb_nobody(void **state)
{
    (void)state;
    static const char http[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    struct prng chance = {7};
    for (int round = 0; round < 40; round++) {
        unsigned char garbage[4096];
        for (size_t i = 0; i < sizeof garbage; i++)
            garbage[i] = (unsigned char)prng_next(&chance);
        if (round % 4 == 1)
            memset(garbage, 0xff, sizeof garbage);
        if (round % 4 == 2)
            memcpy(garbage, http, sizeof http);
        int fd = s_connect();
        s_write(fd, garbage, 1 + prng_next(&chance) % sizeof garbage);
        if (round % 8 == 0) { /* half open: it stays while the others are answered */
            toys_sound(&s_toys);
        }
        close(fd);
    }
    toys_sound(&s_toys);
}

/* Strangers that do speak ZeroMQ. */
struct stranger {
    void *context; /* of its own, as another process's */
    void *socket;  /* a DEALER */
};

static struct stranger s_stranger(void)
{
    struct stranger self = {.context = zmq_ctx_new()};
    int linger_ms = 0;
    self.socket = zmq_socket(self.context, ZMQ_DEALER);
    zmq_setsockopt(self.socket, ZMQ_LINGER, &linger_ms, sizeof linger_ms);
    assert_int_equal(zmq_connect(self.socket, s_toys.topology.endpoints[0].connect), 0);
    return self;
}

static void s_stranger_leaves(struct stranger *self)
{
    zmq_close(self->socket);
    zmq_ctx_term(self->context);
}

/* Waits until so many more frames were refused as malformed than before. */
static void s_await_malformed(int64_t expected)
{
    int64_t end_ms = clock_now_ms() + 10000;
    while (stats_get(STAT_frames_malformed) < expected) {
        assert_true(clock_now_ms() < end_ms);
        toys_sound(&s_toys);
    }
    assert_int_equal(stats_get(STAT_frames_malformed), expected);
}

/* The stranger's id is of five bytes, and so none of ours: whatever it sends is dropped. */
static void a_stranger_without_an_id_of_ours_is_not_heard(void **state)
{
    (void)state;
    struct stranger stranger = s_stranger();
    int64_t before = stats_get(STAT_frames_malformed);
    for (int i = 0; i < 10; i++)
        assert_int_equal(zmq_send(stranger.socket, "\x95\x01", 2, 0), 2);
    s_await_malformed(before + 10);
    s_stranger_leaves(&stranger);
}

static struct stranger s_peer(uint64_t id)
{
    struct stranger self = {.context = zmq_ctx_new()};
    int linger_ms = 0;
    self.socket = zmq_socket(self.context, ZMQ_DEALER);
    zmq_setsockopt(self.socket, ZMQ_LINGER, &linger_ms, sizeof linger_ms);
    zmq_setsockopt(self.socket, ZMQ_ROUTING_ID, &id, sizeof id);
    assert_int_equal(zmq_connect(self.socket, s_toys.topology.endpoints[0].connect), 0);
    return self;
}

static void frames_that_cannot_be_read_are_dropped_and_counted(void **state)
{
    (void)state;
    static const struct slice frames[] = {{"", 0},
                                          {"\xc0", 1},
                                          {"\x90", 1},
                                          {"\xdd\x7f\xff\xff\xff", 5},
                                          {"\xdf\xff\xff\xff\xff", 5},
                                          {"\xdb\xff\xff\xff\xff", 5},
                                          {"\xc6\xff\xff\xff\xff", 5},
                                          {"\x9f\x9f\x9f\x9f\x9f\x9f\x9f\x9f", 8},
                                          {"{\"kind\":\"ping\"}", 15}};
    enum { COUNT = sizeof frames / sizeof frames[0] };
    struct stranger peer = s_peer(0x0102030405060708);
    int64_t before = stats_get(STAT_frames_malformed);
    for (size_t i = 0; i < COUNT; i++)
        assert_int_equal(zmq_send(peer.socket, frames[i].data, frames[i].length, 0),
                         frames[i].length);
    assert_int_equal(zmq_send(peer.socket, "a", 1, ZMQ_SNDMORE), 1); /* more parts than we have */
    assert_int_equal(zmq_send(peer.socket, "b", 1, ZMQ_SNDMORE), 1);
    assert_int_equal(zmq_send(peer.socket, "c", 1, 0), 1);
    s_await_malformed(before + COUNT + 1);
    s_stranger_leaves(&peer);
}

/* Whole messages with one byte changed, cut, or with an envelope that names nobody: refused,
 * dropped or even answered, but the next question still is. */
static void damaged_messages_leave_everybody_well(void **state)
{
    (void)state;
    struct stranger peer = s_peer(0x0102030405060709);
    struct prng chance = {11};
    struct buffer whole;
    buffer_init(&whole, 4096);
    struct envelope envelope = {.kind = MSG_ping,
                                .to = {.actor = ACTOR_auth},
                                .reply = {.actor = ACTOR_gateway, .slot = 1, .generation = 1}};
    struct msg_ping ping = {5};
    envelope_encode(&envelope, &whole);
    codec_encode(&message_ping, &ping, &whole);
    for (int round = 0; round < 2000; round++) {
        char frame[4096];
        size_t length = prng_next(&chance) % 4 ? whole.length : prng_next(&chance) % whole.length;
        memcpy(frame, whole.data, length);
        for (uint64_t changes = prng_next(&chance) % 4; changes-- && length;)
            frame[prng_next(&chance) % length] = (char)prng_next(&chance);
        assert_int_equal(zmq_send(peer.socket, frame, length, 0), length);
        if (round % 200 == 0)
            toys_sound(&s_toys);
    }
    toys_sound(&s_toys);
    buffer_fini(&whole);
    s_stranger_leaves(&peer);
}

/* ZeroMQ closes the connection of whoever promises more than a frame may be. */
static void a_frame_past_the_bound_is_not_read(void **state)
{
    (void)state;
    struct stranger peer = s_peer(0x010203040506070a);
    size_t length = (size_t)FRAME_MAX_BYTES + 1;
    char *large = calloc(1, length);
    int64_t received = stats_get(STAT_frames_received);
    assert_int_equal(zmq_send(peer.socket, large, length, 0), length);
    toys_sound(&s_toys);
    toys_sound(&s_toys);
    assert_int_equal(stats_get(STAT_frames_received) - received, 4); /* our own */
    free(large);
    s_stranger_leaves(&peer);
}

static void with_nobody_there_a_port_is_full_at_once(void **state)
{
    (void)state;
    char error[256];
    struct topology topology;
    int held; /* bound, and nobody listens */
    toys_topology(&topology, false);
    snprintf(topology.endpoints[0].connect, ENDPOINT_MAX_BYTES, "tcp://127.0.0.1:%d",
             toys_free_port(&held));
    struct port_options options = {.topology = &topology, .endpoint = -1};
    struct port *port = port_new(&options, error, sizeof error);
    assert_non_null(port);
    struct envelope envelope = {.reply = {.actor = ACTOR_gateway}};
    struct msg_ping ping = {1};
    assert_int_equal(port_ask(port, &envelope, ACTOR_auth, 0, MSG_ping, &ping), PORT_FULL);
    assert_false(port_has_input(port));
    port_destroy(&port);
    close(held);
}

static void an_answer_to_whoever_left_is_unreachable(void **state)
{
    (void)state;
    char error[256];
    struct topology topology;
    toys_topology(&topology, false);
    struct port_options options = {.topology = &topology, .endpoint = 0};
    struct port *port = port_new(&options, error, sizeof error);
    assert_non_null(port);
    struct envelope envelope = {.kind = MSG_done, .to = {.node = 4711, .actor = ACTOR_gateway}};
    assert_int_equal(port_send(port, &envelope, slice_of("\x91\x01")), PORT_UNREACHABLE);
    port_destroy(&port);
}

static void a_port_that_cannot_be_made_says_why(void **state)
{
    (void)state;
    char error[256];
    struct topology topology;
    toys_topology(&topology, true);
    snprintf(topology.endpoints[0].bind, ENDPOINT_MAX_BYTES, "tcp://no such host:1");
    struct port_options options = {.topology = &topology, .endpoint = 0};
    assert_null(port_new(&options, error, sizeof error));
    assert_non_null(strstr(error, "can't bind tcp://no such host:1"));
    snprintf(topology.endpoints[0].connect, ENDPOINT_MAX_BYTES, "tcp://127.0.0.1:notaport");
    options.endpoint = -1;
    assert_null(port_new(&options, error, sizeof error));
    assert_non_null(strstr(error, "can't connect to tcp://127.0.0.1:notaport"));
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, s_setup, s_teardown)
    log_set_level(LOG_LEVEL_ERROR); /* refusals are what is tested here */
    const struct CMUnitTest tests[] = {
        CASE(bytes_that_are_no_zeromq_disturb_nobody),
        CASE(a_stranger_without_an_id_of_ours_is_not_heard),
        CASE(frames_that_cannot_be_read_are_dropped_and_counted),
        CASE(damaged_messages_leave_everybody_well),
        CASE(a_frame_past_the_bound_is_not_read),
        cmocka_unit_test(with_nobody_there_a_port_is_full_at_once),
        cmocka_unit_test(an_answer_to_whoever_left_is_unreachable),
        cmocka_unit_test(a_port_that_cannot_be_made_says_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
