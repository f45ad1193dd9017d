/* Hosts: messages within a thread, between threads and over tcp; ticks, turns, refusals, the end.
 */
#include "tests/unit/gateway/cmocka_all.h"

#include <glob.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "actors/runtime/clock.h"
#include "actors/runtime/log.h"
#include "actors/runtime/stats.h"
#include "proto/journal.h"
#include "tests/unit/runtime/scratch.h"
#include "tests/unit/runtime/toys.h"

static struct toys s_toys;

static int s_inproc(void **state)
{
    (void)state;
    toys_new(&s_toys, false, NULL);
    return 0;
}

static int s_tcp(void **state)
{
    (void)state;
    toys_new(&s_toys, true, NULL);
    return 0;
}

static int s_teardown(void **state)
{
    (void)state;
    toys_destroy(&s_toys);
    return 0;
}

static void s_expect(uint16_t kind, uint32_t generation, int64_t number)
{
    struct toys_answer answer = toys_next(&s_toys);
    assert_int_equal(answer.kind, kind);
    assert_int_equal(answer.generation, generation);
    assert_int_equal(answer.number, number);
}

static void a_question_is_answered(void **state)
{
    (void)state;
    for (int64_t id = 1; id <= 100; id++)
        s_expect(MSG_done, toys_ping(&s_toys, ACTOR_auth, id), id);
}

static void a_message_within_the_thread_takes_no_socket(void **state)
{
    (void)state;
    toys_sound(&s_toys);
    int64_t local = stats_get(STAT_frames_local), received = stats_get(STAT_frames_received);
    s_expect(MSG_done, toys_ping(&s_toys, ACTOR_judge, 7), 7);
    assert_int_equal(stats_get(STAT_frames_local) - local, 1);
    assert_int_equal(stats_get(STAT_frames_received) - received, 2); /* question and answer */
}

static void another_thread_answers_the_asker_itself(void **state)
{
    (void)state;
    for (int64_t id = 1; id <= 20; id++) {
        /* over tcp the asker must be connected there too, as every port is */
        s_expect(MSG_done, toys_ping(&s_toys, ACTOR_store, 1000 + id), 1000 + id);
    }
    uint32_t generation = toys_ping(&s_toys, ACTOR_judge, 5);
    s_expect(MSG_done, generation, 5);
}

static void an_edge_goes_on_when_its_descriptor_says_so(void **state)
{
    (void)state;
    for (int round = 0; round < 20; round++) {
        uint32_t held = toys_ping(&s_toys, ACTOR_store, TOYS_HELD);
        s_expect(MSG_done, toys_ping(&s_toys, ACTOR_store, 1), 1);
        assert_int_equal(eventfd_write(toys_event, 1), 0);
        s_expect(MSG_done, held, TOYS_HELD);
    }
}

/* Over tcp a subscription takes a moment: the first beats may pass unheard, the answers may not. */
static void a_stream_is_heard_in_order(void **state)
{
    (void)state;
    uint64_t heard = 0;
    toys_ping(&s_toys, ACTOR_store, 1); /* so that the store knows the asker */
    toys_next(&s_toys);
    for (int64_t id = 1; heard < 20; id++) {
        uint32_t generation = toys_ping(&s_toys, ACTOR_fanout, id);
        uint64_t last = 0;
        bool answered = false;
        while (!answered) {
            struct toys_answer answer = toys_next(&s_toys);
            if (answer.kind == MSG_done) {
                assert_int_equal(answer.generation, generation);
                assert_int_equal(answer.number, id);
                answered = true;
                continue;
            }
            assert_int_equal(answer.kind, MSG_stream_beat);
            assert_int_equal(answer.sequence, (uint64_t)answer.number);
            assert_true(answer.sequence > last);
            last = answer.sequence;
            heard++;
        }
    }
}

static void an_actor_is_woken_when_it_asked(void **state)
{
    (void)state;
    int64_t start_us = clock_mono_us();
    s_expect(MSG_done, toys_ping(&s_toys, ACTOR_scheduler, 30), 30);
    assert_true(clock_mono_us() - start_us >= 29000);
    s_expect(MSG_done, toys_ping(&s_toys, ACTOR_scheduler, 0), 0);
}

static void an_edge_answers_at_the_end_of_a_turn(void **state)
{
    (void)state;
    enum { PINGS = 50 };
    s_expect(MSG_done, toys_ping(&s_toys, ACTOR_store, 1), 1);
    int turns = toys_turns;
    uint32_t first = 0;
    for (int64_t id = 0; id < PINGS; id++) {
        uint32_t generation = toys_ping(&s_toys, ACTOR_store, id);
        first = id ? first : generation;
    }
    for (uint32_t id = 0; id < PINGS; id++)
        s_expect(MSG_done, first + id, id);
    assert_in_range(toys_turns - turns, 1, PINGS);
}

static void what_an_actor_does_not_take_is_refused(void **state)
{
    (void)state;
    struct msg_user_get get = {1};
    struct msg_start start = {1};
    struct msg_drain drain = {true};
    struct msg_tick tick = {1};
    struct msg_unreachable unreachable = {1};
    int lost = toys_lost;
    toys_sound(&s_toys);
    s_expect(MSG_done, toys_ping(&s_toys, ACTOR_store, 1), 1); /* both have begun */
    int started = toys_started, drained = toys_drained;
    s_expect(MSG_refused, toys_ask(&s_toys, ACTOR_auth, MSG_user_get, &get), REFUSED_UNSUPPORTED);
    s_expect(MSG_refused, toys_ask(&s_toys, ACTOR_auth, MSG_start, &start), REFUSED_UNSUPPORTED);
    s_expect(MSG_refused, toys_ask(&s_toys, ACTOR_auth, MSG_drain, &drain), REFUSED_UNSUPPORTED);
    s_expect(MSG_refused, toys_ask(&s_toys, ACTOR_scheduler, MSG_tick, &tick), REFUSED_UNSUPPORTED);
    s_expect(MSG_refused, toys_ask(&s_toys, ACTOR_scheduler, MSG_unreachable, &unreachable),
             REFUSED_UNSUPPORTED);
    s_expect(MSG_refused, toys_ping(&s_toys, ACTOR_room, 1), REFUSED_UNSUPPORTED); /* not placed */
    assert_int_equal(toys_lost, lost);
    assert_int_equal(toys_started, started);
    assert_int_equal(toys_drained, drained);
    toys_sound(&s_toys);
}

/* Somebody who asks and is gone before he is answered. A connection's end takes a moment to show:
 * it is tried until it did. */
static void who_answers_somebody_that_is_gone_is_told(void **state)
{
    (void)state;
    int lost = toys_lost;
    struct port *asker = s_toys.asker;
    uint64_t node = 0;
    for (int64_t end_ms = clock_now_ms() + 10000; toys_lost == lost;) {
        char error[256] = "";
        const struct port_options options = {.topology = &s_toys.topology, .endpoint = -1};
        assert_true(clock_now_ms() < end_ms);
        s_toys.asker = port_new(&options, error, sizeof error);
        assert_non_null(s_toys.asker);
        node = port_node(s_toys.asker);
        toys_sound(&s_toys);
        toys_ping(&s_toys, ACTOR_scheduler, 20);
        toys_sound(&s_toys); /* it has come */
        port_destroy(&s_toys.asker);
        s_toys.asker = asker;
        s_expect(MSG_done, toys_ping(&s_toys, ACTOR_scheduler, 20), 20);
        toys_sound(&s_toys); /* what the turn before told is heard */
    }
    assert_int_equal(toys_lost, lost + 1);
    assert_true(toys_lost_node == node);
}

static void a_body_that_is_none_is_refused(void **state)
{
    (void)state;
    static const struct slice bodies[] = {
        {"", 0}, {"\xc0", 1}, {"\x91\xa1x", 3}, {"\x91\x01\x01", 3}, {"\xdd\xff\xff\xff\xff", 5}};
    toys_sound(&s_toys);
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        struct envelope envelope = {
            .kind = MSG_ping,
            .to = {.actor = ACTOR_auth},
            .reply = {.actor = ACTOR_gateway, .slot = 1, .generation = ++s_toys.generation}};
        assert_int_equal(port_send(s_toys.asker, &envelope, bodies[i]), PORT_SENT);
        s_expect(MSG_refused, s_toys.generation, REFUSED_BAD_REQUEST);
    }
    toys_sound(&s_toys);
}

static void what_nobody_waits_for_any_more_is_not_begun(void **state)
{
    (void)state;
    toys_sound(&s_toys);
    int64_t expired = stats_get(STAT_frames_expired);
    struct msg_ping ping = {1};
    struct envelope envelope = {.reply = {.actor = ACTOR_gateway, .slot = 1, .generation = 999},
                                .deadline_ms = clock_now_ms() - 1};
    port_ask(s_toys.asker, &envelope, ACTOR_auth, 0, MSG_ping, &ping);
    toys_sound(&s_toys); /* the next answer is another question's */
    assert_int_equal(stats_get(STAT_frames_expired) - expired, 1);
    envelope.deadline_ms = clock_now_ms() + 60000;
    port_ask(s_toys.asker, &envelope, ACTOR_auth, 0, MSG_ping, &ping);
    s_expect(MSG_done, 999, 1);
}

static void actors_hear_of_start_drain_and_end(void **state)
{
    (void)state;
    toys_started = toys_drained = toys_destroyed = 0;
    struct toys toys;
    toys_new(&toys, false, NULL);
    toys_sound(&toys);
    toys_ping(&toys, ACTOR_store, 1);
    toys_next(&toys);
    assert_int_equal(toys_started, 5);
    host_drain(toys.core);
    host_drain(toys.store);
    toys_destroy(&toys);
    assert_int_equal(toys_drained, 5);
    assert_int_equal(toys_destroyed, 5);
}

static void *s_create_nothing(const struct rec_actor_config *config, void *context)
{
    (void)config;
    (void)context;
    return NULL;
}

static void a_host_that_cannot_be_made_says_why(void **state)
{
    (void)state;
    char error[256] = "";
    struct toys toys;
    toys_new(&toys, true, NULL);
    struct host_options options = toys_host(&toys.topology, false);
    assert_null(host_new(&options, error, sizeof error)); /* the address is taken */
    assert_non_null(strstr(error, toys.topology.endpoints[0].bind));
    assert_non_null(strstr(error, "in use"));
    toys_destroy(&toys);

    struct actor_class broken = {.kind = ACTOR_store, .create = s_create_nothing};
    struct host_actor actor = {.class = &broken};
    toys_topology(&toys.topology, false);
    options = toys_host(&toys.topology, true);
    options.actors = &actor;
    assert_null(host_new(&options, error, sizeof error));
    assert_non_null(strstr(error, "store could not start"));

    options = toys_host(&toys.topology, false);
    options.journal_folder = "/no/such/folder/below";
    assert_null(host_new(&options, error, sizeof error));
    assert_non_null(strstr(error, "/no/such/folder/below"));
}

static size_t s_records(const char *path, enum journal_direction direction)
{
    static char text[65536];
    struct journal_record record;
    size_t offset = 0, count = 0;
    uint64_t number = 1;
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    struct slice bytes = slice_from(text, fread(text, 1, sizeof text, file));
    fclose(file);
    while (journal_next(bytes, &offset, &number, &record) == JOURNAL_RECORD)
        count += record.direction == direction;
    assert_int_equal(offset, bytes.length);
    return count;
}

/* Each core actor has a journal of what it heard and said; edges have none. */
static void with_a_journal_every_message_is_recorded(void **state)
{
    struct scratch *scratch;
    char pattern[128];
    glob_t found;
    (void)state;
    scratch_new((void **)&scratch);
    struct toys toys;
    toys_new(&toys, false, scratch->folder);
    for (int64_t id = 0; id < 3; id++) {
        toys_ping(&toys, ACTOR_judge, id);
        toys_next(&toys);
        toys_ping(&toys, ACTOR_store, id);
        toys_next(&toys);
    }
    toys_destroy(&toys);
    snprintf(pattern, sizeof pattern, "%s/*", scratch->folder);
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    assert_int_equal(found.gl_pathc, 4);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        bool spoke = strstr(found.gl_pathv[i], "/auth-") || strstr(found.gl_pathv[i], "/judge-");
        assert_null(strstr(found.gl_pathv[i], "/store-"));
        assert_int_equal(s_records(found.gl_pathv[i], JOURNAL_HEADER), 1);
        assert_int_equal(s_records(found.gl_pathv[i], JOURNAL_IN), 1 + (spoke ? 3 : 0));
        assert_int_equal(s_records(found.gl_pathv[i], JOURNAL_OUT), spoke ? 3 : 0);
    }
    globfree(&found);
    scratch_destroy((void **)&scratch);
}

int main(void)
{
#define BOTH(name)                                               \
    cmocka_unit_test_setup_teardown(name, s_inproc, s_teardown), \
        {#name " over tcp", name, s_tcp, s_teardown, NULL}
    log_set_level(LOG_LEVEL_ERROR); /* refusals are what is tested here */
    const struct CMUnitTest tests[] = {
        BOTH(a_question_is_answered),
        BOTH(a_message_within_the_thread_takes_no_socket),
        BOTH(another_thread_answers_the_asker_itself),
        BOTH(a_stream_is_heard_in_order),
        BOTH(an_actor_is_woken_when_it_asked),
        BOTH(an_edge_answers_at_the_end_of_a_turn),
        BOTH(an_edge_goes_on_when_its_descriptor_says_so),
        BOTH(what_an_actor_does_not_take_is_refused),
        BOTH(who_answers_somebody_that_is_gone_is_told),
        BOTH(a_body_that_is_none_is_refused),
        BOTH(what_nobody_waits_for_any_more_is_not_begun),
        cmocka_unit_test(actors_hear_of_start_drain_and_end),
        cmocka_unit_test(a_host_that_cannot_be_made_says_why),
        cmocka_unit_test(with_a_journal_every_message_is_recorded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
