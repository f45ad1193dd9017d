/* A slot's thread between a judge and a store that are played here, over tcp, with a driver that
 * does what the test says: what it takes from the store, and that its judge hears what came of a
 * job although the connection is made again meanwhile. */
#include "tests/unit/gateway/cmocka_all.h"

#include <ftw.h>
#include <stdatomic.h>
#include <unistd.h>

#include "actors/runner/slot.h"
#include "actors/runtime/clock.h"
#include "actors/runtime/log.h"
#include "actors/runtime/stats.h"
#include "actors/runtime/tsan.h"
#include "actors/store/commit.h"
#include "tests/unit/runtime/toys.h"

#define WAIT_MS 20000
#define HASH "0123456789abcdef"

/* ---- the driver ------------------------------------------------------------------------------ */

static _Atomic int s_judged; /* jobs that were begun */
static _Atomic bool s_hold;  /* the job under way does not end yet */

static void *s_slot_open(void *place, unsigned number, struct buffer *why)
{
    (void)number, (void)why;
    return place;
}

static void s_slot_close(void *slot)
{
    (void)slot;
}

static int64_t s_tend(void *slot, const struct watch *watch, struct offer *offer)
{
    (void)slot, (void)watch;
    *offer = (struct offer){.count = 1, .list = {{71, "Python", "3"}}};
    return -1;
}

/* Reads the first test and says what it was. */
static void s_judge(void *slot, const struct watch *watch, const struct judging_task *task,
                    struct judging_outcome *outcome)
{
    struct slice input, expected;
    (void)slot;
    s_judged++;
    bool read = task->next_test(task->context, 0, &input, &expected);
    bool right = read && slice_is(input, "1 2\n") && slice_is(expected, "3\n");
    while (s_hold && watch->go_on(watch->context))
        usleep(1000);
    outcome->verdict = right ? VERDICT_ACCEPTED : read ? VERDICT_WRONG_ANSWER : VERDICT_JUDGE_ERROR;
    outcome->tests_total = 1;
}

static const struct runner_driver s_driver = {.name = "played",
                                              .slot_open = s_slot_open,
                                              .slot_close = s_slot_close,
                                              .tend = s_tend,
                                              .judge = s_judge};

/* ---- the others ------------------------------------------------------------------------------ */

struct world {
    char folder[64];           /* the slot's data */
    struct topology topology;  /* judge and store at one endpoint */
    struct port *port;         /* owned: theirs */
    struct slot_common common; /* of the slot */
    struct place place;        /* likewise */
    struct slot slot;          /* its thread is owned */
    struct envelope ready;     /* its last runner_ready */
    struct port_message heard; /* the last message; open while `arena` is in use */
    struct arena arena;        /* decoded: */
    union {
        struct msg_runner_ready ready;
        struct msg_runner_leave leave;
        struct msg_judge_outcome outcome;
        struct msg_judge_progress progress;
        struct msg_store_run run;
    } message; /* what it said */
};

static void s_grow(struct slot *slot)
{
    (void)slot;
}

static void s_open_port(struct world *self)
{
    char error[256] = "";
    const struct port_options options = {.topology = &self->topology, .endpoint = 0};
    self->port = port_new(&options, error, sizeof error);
    if (!self->port)
        fail_msg("%s", error);
}

static int s_setup(void **state)
{
    static struct world world;
    struct world *self = &world;
    *self = (struct world){.topology.endpoint_count = 1};
    struct topology_endpoint *endpoint = &self->topology.endpoints[0];
    snprintf(endpoint->connect, sizeof endpoint->connect, "tcp://127.0.0.1:%d",
             toys_free_port(NULL));
    strcpy(endpoint->bind, endpoint->connect);
    self->topology.shards[ACTOR_judge] = self->topology.shards[ACTOR_store] = 1;
    strcpy(self->folder, "/tmp/codecomp-slot-XXXXXX");
    assert_non_null(mkdtemp(self->folder));
    s_open_port(self);
    s_judged = 0;
    s_hold = false;
    self->common.options =
        (struct runner_options){.topology = &self->topology, .data_folder = self->folder};
    self->place = (struct place){.driver = &s_driver, .state = self, .id = 7};
    self->slot = (struct slot){.common = &self->common, .place = &self->place, .grow = s_grow};
    buffer_init(&self->slot.why, 4096);
    self->slot.thread = zactor_new(slot_thread, &self->slot);
    assert_non_null(self->slot.thread);
    TAKEN_OVER(&self->slot);
    *state = self;
    return 0;
}

static int s_remove(const char *path, const struct stat *status, int type, struct FTW *at)
{
    (void)status, (void)type, (void)at;
    return remove(path);
}

static int s_teardown(void **state)
{
    struct world *self = *state;
    s_hold = false;
    atomic_store(&self->common.stopping, true);
    zactor_destroy(&self->slot.thread);
    TAKEN_OVER(&self->slot);
    buffer_fini(&self->slot.why);
    arena_fini(&self->arena);
    port_destroy(&self->port);
    return nftw(self->folder, s_remove, 16, FTW_DEPTH | FTW_PHYS);
}

static void s_tell(struct world *self, const struct envelope *cause, uint16_t id,
                   const void *message)
{
    struct buffer body;
    struct envelope envelope = {.kind = id, .to = cause->reply, .reply = {.actor = ACTOR_judge}};
    buffer_init(&body, FRAME_MAX_BYTES);
    codec_encode(message_by_id(id), message, &body);
    assert_int_equal(port_send(self->port, &envelope, buffer_slice(&body)), PORT_SENT);
    buffer_fini(&body);
}

/* The next message of this kind, in `message`; what else comes is passed over, but a runner_ready
 * is remembered. Its envelope is valid until the next one is awaited. */
static struct envelope s_await(struct world *self, uint16_t kind)
{
    int64_t end_ms = clock_now_ms() + WAIT_MS;
    for (;;) {
        struct port_message heard;
        assert_true(clock_now_ms() < end_ms);
        if (!port_receive(self->port, &heard)) {
            port_wait(self->port, NULL, 100);
            continue;
        }
        struct envelope envelope = heard.frame.envelope;
        if (envelope.kind == MSG_runner_ready)
            self->ready = envelope;
        bool found = envelope.kind == kind;
        arena_reset(&self->arena);
        assert_true(!found || port_read(&heard.frame, &self->arena, &self->message));
        port_message_close(&heard);
        if (found)
            return envelope;
    }
}

/* Gives a job whose tests have this hash. */
static void s_give_job(struct world *self, int64_t id, const char *hash)
{
    if (!self->ready.kind)
        s_await(self, MSG_runner_ready);
    const struct msg_judge_job job = {.submission_id = id,
                                      .fence = 1,
                                      .problem_id = 5,
                                      .language_id = 71,
                                      .code = slice_of("print(3)"),
                                      .time_limit_ms = 1000,
                                      .memory_limit_mb = 64,
                                      .output_limit_bytes = 1000,
                                      .tests_total = 1,
                                      .tests_hash = slice_of(hash),
                                      .mode = JUDGING_TOKENS};
    s_tell(self, &self->ready, MSG_judge_job, &job);
    self->ready.kind = 0;
}

/* Answers the slot's question for a test: with it, or with no row. */
static void s_answer(struct world *self, bool row)
{
    struct envelope question = s_await(self, MSG_store_run);
    struct value values[] = {{.type = VALUE_TEXT, .text = slice_of("1 2\n")},
                             {.type = VALUE_TEXT, .text = slice_of("3\n")},
                             {.type = VALUE_TEXT, .text = slice_of("")}};
    struct rec_store_result result = {.columns = 3, .values = {row ? 3 : 0, values}};
    s_tell(self, &question, MSG_store_done, &(struct msg_store_done){.results = {1, &result}});
}

/* ---- cases ----------------------------------------------------------------------------------- */

static void a_test_is_read_under_the_hash_of_the_job(void **state)
{
    struct world *self = *state;
    s_give_job(self, 41, HASH);
    s_answer(self, true);
    s_await(self, MSG_judge_outcome);
    assert_int_equal(self->message.outcome.verdict, VERDICT_ACCEPTED);
    s_await(self, MSG_runner_ready);
    s_give_job(self, 42, HASH);
    s_await(self, MSG_judge_outcome); /* it has it */
    assert_int_equal(self->message.outcome.verdict, VERDICT_ACCEPTED);
}

/* Where nothing can be kept each job asks anew, and is judged. */
static void tests_that_cannot_be_kept_are_judged_from_memory(void **state)
{
    struct world *self = *state;
    char path[96];
    snprintf(path, sizeof path, "%s/tests", self->folder);
    FILE *in_the_way = fopen(path, "w");
    assert_non_null(in_the_way);
    fclose(in_the_way);
    for (int64_t id = 41; id < 43; id++) {
        s_give_job(self, id, HASH);
        s_answer(self, true);
        s_await(self, MSG_judge_outcome);
        assert_int_equal(self->message.outcome.verdict, VERDICT_ACCEPTED);
        s_await(self, MSG_runner_ready);
    }
    s_give_job(self, 43, "../../etc");
    s_await(self, MSG_judge_outcome);
    assert_int_equal(self->message.outcome.verdict, VERDICT_JUDGE_ERROR);
    assert_int_equal(s_judged, 2);
}

/* A package was imported between lease and reading: the job goes back, costs no try, and nothing is
 * kept under the old hash. */
static void a_job_of_a_package_that_was_replaced_is_given_back(void **state)
{
    struct world *self = *state;
    for (int64_t id = 41; id < 43; id++) {
        s_give_job(self, id, HASH);
        s_answer(self, false);
        s_await(self, MSG_runner_leave);
        assert_int_equal(self->message.leave.submission_id, id);
        s_await(self, MSG_runner_ready);
    }
    s_give_job(self, 42, "fedcba"); /* leased anew */
    s_answer(self, true);
    s_await(self, MSG_judge_outcome);
    assert_int_equal(self->message.outcome.verdict, VERDICT_ACCEPTED);
}

/* While it judges for it. */
static void s_lose_the_judge(struct world *self)
{
    s_hold = true;
    s_give_job(self, 41, HASH);
    s_answer(self, true);
    s_await(self, MSG_judge_progress);
    port_destroy(&self->port);
}

/* Until so many more messages could not be sent. */
static void s_await_lost(int64_t count)
{
    int64_t enough = stats_get(STAT_sends_full) + count, end_ms = clock_now_ms() + WAIT_MS;
    while (stats_get(STAT_sends_full) < enough && clock_now_ms() < end_ms)
        usleep(1000);
}

static void an_outcome_is_said_when_the_judge_can_be_reached_again(void **state)
{
    struct world *self = *state;
    s_lose_the_judge(self);
    s_await_lost(1); /* progress, which is not repeated */
    s_hold = false;
    s_await_lost(3); /* the outcome, which is */
    s_open_port(self);
    s_await(self, MSG_judge_outcome);
    assert_int_equal(self->message.outcome.submission_id, 41);
    assert_int_equal(self->message.outcome.verdict, VERDICT_ACCEPTED);
    assert_int_equal(s_judged, 1);
}

/* Somebody who stops does not wait for a judge that is gone. */
static void a_slot_that_shall_stop_does_not_insist(void **state)
{
    struct world *self = *state;
    s_lose_the_judge(self);
    s_hold = false;
    s_await_lost(1);
    log_set_level(LOG_LEVEL_ERROR);
    atomic_store(&self->common.stopping, true);
    zactor_destroy(&self->slot.thread); /* or this takes for ever */
    log_set_level(LOG_LEVEL_INFO);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, s_setup, s_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_test_is_read_under_the_hash_of_the_job),
        CASE(tests_that_cannot_be_kept_are_judged_from_memory),
        CASE(a_job_of_a_package_that_was_replaced_is_given_back),
        CASE(an_outcome_is_said_when_the_judge_can_be_reached_again),
        CASE(a_slot_that_shall_stop_does_not_insist),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
