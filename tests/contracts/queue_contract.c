/* What every queue that judges share must do (queue_driver.h), against the server that
 * CODECOMP_TEST_QUEUE names. Its queues are emptied. */
#include <stdarg.h>
#include <setjmp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "actors/judge/queue.h"
#include "actors/judge/queue_driver.h"

#define WAIT_MS 120000 /* for anything that must come */

static const struct queue_driver *s_driver;
static const char *s_url;

struct fixture {
    void *one, *other; /* connections of two judges; other: as far as a case needs it */
};

/* ---- helpers --------------------------------------------------------------------------------- */

static void *s_open(void)
{
    struct broker_error error;
    void *connection = s_driver->open(s_url, &error);
    if (!connection)
        fail_msg("%s", error.text);
    return connection;
}

/* The next event that is none of QUEUE_NOTHING. */
static struct queue_event s_next(void *connection)
{
    struct queue_event event;
    int fds[QUEUE_FDS_MAX];
    struct pollfd polled[QUEUE_FDS_MAX];
    for (int left_ms = WAIT_MS; left_ms > 0; left_ms -= 100) {
        s_driver->receive(connection, &event);
        if (event.kind != QUEUE_NOTHING)
            return event;
        size_t count = s_driver->fds(connection, fds);
        for (size_t i = 0; i < count; i++)
            polled[i] = (struct pollfd){fds[i], POLLIN, 0};
        poll(polled, count, 100);
    }
    fail_msg("nothing came");
    return event;
}

/* The next of this kind; what else comes before it is passed over. */
static struct queue_event s_await(void *connection, enum queue_event_kind kind)
{
    struct queue_event event;
    do {
        event = s_next(connection);
        if (event.kind == QUEUE_LOST && kind != QUEUE_LOST)
            fail_msg("lost: %s", event.error.text);
    } while (event.kind != kind);
    return event;
}

/* Waits until all of the first `count` publishings of this connection are confirmed. */
static void s_await_confirmed(void *connection, int64_t count)
{
    for (int64_t confirmed = 0; confirmed < count;) {
        struct queue_event event = s_await(connection, QUEUE_CONFIRMED);
        confirmed = event.multiple ? event.tag : confirmed + 1;
    }
}

static void s_publish(void *connection, int64_t first, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        assert_true(s_driver->publish(connection, QUEUE_submissions, first + i));
    s_await_confirmed(connection, count);
}

/* By queue. */
struct depths {
    int64_t of[QUEUES];
};

static struct depths s_depths(void *connection)
{
    struct depths depths;
    assert_true(s_driver->ask_depth(connection));
    for (int queue = 0; queue < QUEUES; queue++) {
        struct queue_event event = s_await(connection, QUEUE_DEPTH);
        depths.of[event.queue] = event.waiting;
    }
    return depths;
}

/* What a server does after an answer to us is not seen at once by others. */
static void s_expect_depths(void *connection, int64_t waiting, int64_t dead)
{
    struct depths depths;
    for (int left_ms = WAIT_MS; left_ms > 0; left_ms -= 20) {
        depths = s_depths(connection);
        if (depths.of[QUEUE_submissions] == waiting && depths.of[QUEUE_dead] == dead)
            return;
        poll(NULL, 0, 20);
    }
    fail_msg("%lld wait, %lld are dead", (long long)depths.of[QUEUE_submissions],
             (long long)depths.of[QUEUE_dead]);
}

/* Nothing more is delivered: whatever was on its way came before this answer. */
static void s_expect_no_delivery(void *connection)
{
    assert_true(s_driver->ask_depth(connection));
    for (int answers = 0; answers < QUEUES;) {
        struct queue_event event = s_next(connection);
        assert_int_not_equal(event.kind, QUEUE_DELIVERED);
        answers += event.kind == QUEUE_DEPTH;
    }
}

static void s_empty(void)
{
    struct broker broker;
    struct broker_error error;
    assert_true(broker_open(&broker, s_url, "tests", &error));
    assert_true(broker_prepare(&broker, &error));
    for (enum queue_number queue = 0; queue < QUEUES; queue++)
        amqp_queue_purge(broker.connection, BROKER_CHANNEL,
                         amqp_cstring_bytes(broker_queues[queue].name));
    broker_close(&broker, true);
}

static int s_setup(void **state)
{
    static struct fixture fixture;
    s_empty();
    fixture = (struct fixture){.one = s_open()};
    *state = &fixture;
    return 0;
}

static int s_teardown(void **state)
{
    struct fixture *self = *state;
    s_driver->close(&self->one, true);
    s_driver->close(&self->other, true);
    return 0;
}

/* ---- cases ----------------------------------------------------------------------------------- */

static void published_is_confirmed_and_delivered(void **state)
{
    struct fixture *self = *state;
    s_publish(self->one, 9007199254740991, 1);
    s_expect_depths(self->one, 1, 0);
    assert_true(s_driver->prefetch(self->one, 1));
    struct queue_event event = s_await(self->one, QUEUE_DELIVERED);
    assert_int_equal(event.id, 9007199254740991);
    assert_false(event.redelivered);
    assert_true(s_driver->ack(self->one, event.tag));
    s_expect_depths(self->one, 0, 0);
    s_driver->close(&self->one, true);
    self->one = s_open();
    s_expect_depths(self->one, 0, 0);
}

/* A queue of their own, each with deliveries of its own; what is rejected there is gone. */
static void trials_have_a_queue_of_their_own(void **state)
{
    struct fixture *self = *state;
    for (int64_t id = 1; id <= 3; id++)
        assert_true(s_driver->publish(self->one, QUEUE_runs, id));
    s_await_confirmed(self->one, 3); /* two queues confirm in any order */
    s_publish(self->one, 1, 3);
    s_expect_depths(self->one, 3, 0);
    assert_int_equal(s_depths(self->one).of[QUEUE_runs], 3);
    assert_true(s_driver->prefetch(self->one, 1));
    struct queue_event events[2];
    events[0] = s_await(self->one, QUEUE_DELIVERED);
    events[1] = s_await(self->one, QUEUE_DELIVERED);
    assert_int_equal(events[0].queue + events[1].queue, QUEUE_submissions + QUEUE_runs);
    assert_int_equal(events[0].id, 1);
    assert_int_equal(events[1].id, 1);
    struct queue_event *trial = &events[events[1].queue == QUEUE_runs];
    assert_true(s_driver->reject(self->one, trial->tag));
    *trial = s_await(self->one, QUEUE_DELIVERED); /* the next of that queue alone */
    assert_int_equal(trial->queue, QUEUE_runs);
    assert_int_equal(trial->id, 2);
    assert_true(s_driver->ack(self->one, trial->tag));
    *trial = s_await(self->one, QUEUE_DELIVERED);
    assert_int_equal(trial->id, 3);
    assert_true(s_driver->prefetch(self->one, 0));
    s_expect_depths(self->one, 2, 0);
    s_driver->close(&self->one, true);
    self->one = s_open();
    s_expect_depths(self->one, 3, 0);
    assert_int_equal(s_depths(self->one).of[QUEUE_runs], 1);
}

/* An operator has a large problem judged again in the midst of a contest. */
static void a_run_behind_many_rejudgings_is_among_the_first(void **state)
{
    enum { COUNT = 2000, SLOTS = 2 };
    struct fixture *self = *state;
    for (int64_t id = 1; id <= COUNT; id++)
        assert_true(s_driver->publish(self->one, QUEUE_rejudgings, id));
    s_await_confirmed(self->one, COUNT);
    assert_true(s_driver->publish(self->one, QUEUE_runs, COUNT + 1));
    s_await(self->one, QUEUE_CONFIRMED);
    s_driver->prefetch(self->one, SLOTS);
    int runs = 0;
    for (int i = 0; i < SLOTS + 1; i++)
        runs += s_await(self->one, QUEUE_DELIVERED).queue == QUEUE_runs;
    assert_int_equal(runs, 1);
    s_expect_no_delivery(self->one); /* each queue's deliveries are bounded by themselves */
    assert_true(s_driver->publish(self->one, QUEUE_runs, COUNT + 2));
    struct queue_event event = s_await(self->one, QUEUE_DELIVERED);
    assert_int_equal(event.queue, QUEUE_runs);
    assert_int_equal(event.id, COUNT + 2);
    s_driver->reject(self->one, event.tag);
    s_expect_depths(self->one, 0, 0);
}

static void what_a_lost_connection_held_goes_to_another(void **state)
{
    struct fixture *self = *state;
    s_publish(self->one, 1, 2);
    s_driver->prefetch(self->one, 2);
    struct queue_event first = s_await(self->one, QUEUE_DELIVERED);
    s_await(self->one, QUEUE_DELIVERED);
    s_driver->ack(self->one, first.tag);
    s_expect_no_delivery(self->one); /* by now the server has it */
    self->other = s_open();
    s_driver->prefetch(self->other, 2);
    s_driver->close(&self->one, false);
    struct queue_event event = s_await(self->other, QUEUE_DELIVERED);
    assert_int_equal(event.id, 2);
    assert_true(event.redelivered);
    s_driver->ack(self->other, event.tag);
    s_expect_no_delivery(self->other);
}

static void rejected_goes_to_the_dead_letters(void **state)
{
    struct fixture *self = *state;
    s_publish(self->one, 1, 2);
    s_driver->prefetch(self->one, 2);
    s_driver->reject(self->one, s_await(self->one, QUEUE_DELIVERED).tag);
    s_driver->ack(self->one, s_await(self->one, QUEUE_DELIVERED).tag);
    s_expect_depths(self->one, 0, 1);
}

static void prefetch_bounds_what_is_open(void **state)
{
    struct fixture *self = *state;
    s_publish(self->one, 1, 5);
    s_driver->prefetch(self->one, 2);
    struct queue_event first = s_await(self->one, QUEUE_DELIVERED);
    assert_int_equal(s_await(self->one, QUEUE_DELIVERED).id, 2);
    s_expect_no_delivery(self->one);
    s_driver->ack(self->one, first.tag);
    assert_int_equal(s_await(self->one, QUEUE_DELIVERED).id, 3);
    s_expect_no_delivery(self->one);
    s_driver->prefetch(self->one, 0);
    s_expect_no_delivery(self->one); /* the answer comes after that to the change */
    s_expect_depths(self->one, 2, 0);
    s_driver->prefetch(self->one, 2);
    assert_int_equal(s_await(self->one, QUEUE_DELIVERED).id, 4);
}

/* Slots come and go at once when a runner starts: no order of the server's answers may matter. */
static void prefetch_may_change_again_and_again(void **state)
{
    struct fixture *self = *state;
    s_publish(self->one, 1, 100);
    for (uint32_t i = 1; i <= 200; i++)
        assert_true(s_driver->prefetch(self->one, i % 7));
    s_driver->prefetch(self->one, 100);
    for (int i = 0; i < 100; i++)
        s_driver->ack(self->one, s_await(self->one, QUEUE_DELIVERED).tag);
    s_expect_depths(self->one, 0, 0);
}

static void many_are_delivered_once_each(void **state)
{
    enum { COUNT = 2000 };
    struct fixture *self = *state;
    static bool seen[COUNT + 1];
    s_publish(self->one, 1, COUNT);
    self->other = s_open();
    s_driver->prefetch(self->one, 50);
    s_driver->prefetch(self->other, 50);
    for (int delivered = 0; delivered < COUNT;) {
        void *const both[] = {self->one, self->other};
        for (int i = 0; i < 2; i++) {
            struct queue_event event;
            s_driver->receive(both[i], &event);
            assert_int_not_equal(event.kind, QUEUE_LOST);
            if (event.kind != QUEUE_DELIVERED)
                continue;
            assert_in_range(event.id, 1, COUNT);
            assert_false(seen[event.id]);
            seen[event.id] = true;
            s_driver->ack(both[i], event.tag);
            delivered++;
        }
    }
    s_expect_depths(self->one, 0, 0);
}

/* ---- surprises, for which the server must be spoken to past the driver -------------------------
 */

static void s_publish_raw(const char *body, size_t length)
{
    struct broker broker;
    struct broker_error error;
    assert_true(broker_open(&broker, s_url, "tests", &error));
    assert_true(broker_prepare(&broker, &error));
    assert_int_equal(amqp_basic_publish(broker.connection, BROKER_CHANNEL, amqp_empty_bytes,
                                        amqp_cstring_bytes(broker_queues[QUEUE_submissions].name),
                                        0, 0, NULL,
                                        (amqp_bytes_t){length, (void *)(uintptr_t)body}),
                     AMQP_STATUS_OK);
    broker_close(&broker, true);
}

static void what_is_no_id_is_poison(void **state)
{
    static const char *const poison[] = {"",
                                         "hello",
                                         "-1",
                                         "0",
                                         "1.5",
                                         "1e3",
                                         "1 2",
                                         "01x",
                                         "\"7\"",
                                         "{}",
                                         "null",
                                         "9007199254740992",
                                         "99999999999999999999999999"};
    struct fixture *self = *state;
    char *large = malloc(1 << 20);
    memset(large, '7', 1 << 20);
    s_driver->prefetch(self->one, 100);
    for (size_t i = 0; i < sizeof poison / sizeof *poison; i++) {
        s_publish_raw(poison[i], strlen(poison[i]));
        struct queue_event event = s_await(self->one, QUEUE_POISON);
        s_driver->reject(self->one, event.tag);
    }
    s_publish_raw(large, 1 << 20);
    struct queue_event event = s_await(self->one, QUEUE_POISON);
    assert_int_equal(strlen(event.body), sizeof event.body - 1);
    s_driver->reject(self->one, event.tag);
    free(large);
    s_publish_raw(" 42\r\n", 5);
    event = s_await(self->one, QUEUE_DELIVERED);
    assert_int_equal(event.id, 42);
    s_driver->ack(self->one, event.tag);
    s_expect_depths(self->one, 0, sizeof poison / sizeof *poison + 1);
}

static void s_delete(const char *queue)
{
    struct broker broker;
    struct broker_error error;
    assert_true(broker_open(&broker, s_url, "tests", &error));
    amqp_queue_delete(broker.connection, BROKER_CHANNEL, amqp_cstring_bytes(queue), 0, 0);
    broker_close(&broker, true);
}

static void a_deleted_queue_is_a_loss_and_is_made_again(void **state)
{
    struct fixture *self = *state;
    s_driver->prefetch(self->one, 1);
    s_expect_no_delivery(self->one); /* it consumes */
    s_delete(broker_queues[QUEUE_submissions].name);
    s_driver->publish(self->one, QUEUE_submissions, 1);
    struct queue_event event = s_await(self->one, QUEUE_LOST);
    assert_false(event.error.lasting);
    assert_non_null(strstr(event.error.text, "was deleted"));
    s_driver->close(&self->one, false);
    self->one = s_open();
    s_publish(self->one, 1, 1);
    s_expect_depths(self->one, 1, 0);
}

static void a_probe_says_what_must_be_changed(void **state)
{
    struct fixture *self = *state;
    struct broker_error error;
    struct broker broker;
    assert_true(queue_probe(s_url, &error));
    s_driver->close(&self->one, true);
    s_delete(broker_queues[QUEUE_submissions].name);
    assert_true(queue_probe(s_url, &error)); /* it is made when it is needed */
    assert_true(broker_open(&broker, s_url, "tests", &error));
    amqp_queue_declare(broker.connection, BROKER_CHANNEL,
                       amqp_cstring_bytes(broker_queues[QUEUE_submissions].name), 0, 1, 0, 0,
                       amqp_empty_table);
    broker_close(&broker, true);
    assert_false(queue_probe(s_url, &error));
    assert_true(error.lasting);
    assert_non_null(strstr(error.text, "with other arguments"));
    s_delete(broker_queues[QUEUE_submissions].name);
    self->one = s_open();
}

/* ---- URLs: nobody is asked --------------------------------------------------------------------
 */

static void an_url_that_can_not_be_read_says_why(void **state)
{
    static const struct {
        const char *url, *why; /* why NULL: it is fine */
    } rows[] = {{"amqp://", NULL},
                {"amqp://host", NULL},
                {"amqp://host/", NULL},
                {"amqp://user:pass%2f@host:5673/v%2fh", NULL},
                {"amqps://host/?cacertfile=/ca.pem&verify=verify_peer", NULL},
                {"amqps://host?verify=verify_none", NULL},
                {"amqp://host:none", "can't be read"},
                {"amqp://host/?cacertfile=/ca.pem", "belongs to amqps:// only"},
                {"amqps://host/?cacertfile", "has no value"},
                {"amqps://host/?verify=no", "is not known"},
                {"amqps://host/?heartbeat=5", "is not known"},
                {"amqps://host/?certfile=/c.pem", "belong together"}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct broker_error error = {.text = ""};
        if (queue_url_valid(rows[i].url, &error) != !rows[i].why ||
            (rows[i].why && !strstr(error.text, rows[i].why)))
            fail_msg("%s: \"%s\"", rows[i].url, error.text);
    }
    assert_true(queue_url_shared("amqps://host"));
    assert_false(queue_url_shared("local:"));
    assert_false(queue_url_shared("amqpx://host"));
}

int main(void)
{
    s_url = getenv("CODECOMP_TEST_QUEUE");
    s_driver = s_url ? queue_driver_for(s_url) : NULL;
    if (!s_driver) {
        fprintf(stderr, "CODECOMP_TEST_QUEUE names no queue\n");
        return EXIT_FAILURE;
    }
#define CASE(name) cmocka_unit_test_setup_teardown(name, s_setup, s_teardown)
    const struct CMUnitTest tests[] = {CASE(published_is_confirmed_and_delivered),
                                       CASE(trials_have_a_queue_of_their_own),
                                       CASE(a_run_behind_many_rejudgings_is_among_the_first),
                                       CASE(what_a_lost_connection_held_goes_to_another),
                                       CASE(rejected_goes_to_the_dead_letters),
                                       CASE(prefetch_bounds_what_is_open),
                                       CASE(prefetch_may_change_again_and_again),
                                       CASE(many_are_delivered_once_each),
                                       CASE(what_is_no_id_is_poison),
                                       CASE(a_deleted_queue_is_a_loss_and_is_made_again),
                                       CASE(a_probe_says_what_must_be_changed),
                                       cmocka_unit_test(an_url_that_can_not_be_read_says_why)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
