/* What every database driver must do, tried through the store actor: batches, refusals, failures,
 * bounds, and that a killed process has kept what it answered and nothing by halves. Built once per
 * driver, with STORE_URL. A case that is asked within one turn asks of one partition: only there
 * the order counts. */
#include <stdarg.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "actors/store/database.h"
#include "actors/store/rows.h"
#include "actors/store/store.h"
#include "tests/unit/store/fixture.h"

#define HASH "0123456789012345678901234567890123456789012345678901234567890123"

/* ---- what tests commit ---------------------------------------------------------------------- */

/* No such room: a statement that decides, and refuses. */
static void s_add_refusal(struct commit *commit)
{
    commit_op(commit, STATEMENT_fence_leave);
    for (int i = 0; i < 5; i++)
        commit_i64(commit, 999);
}

/* Breaks a CHECK: an error that no statement is meant to raise. */
static void s_ask_error(struct fixture *self)
{
    fixture_user(self, -1);
}

/* A problem with one test of these contents; returns its id. */
static int64_t s_problem(struct fixture *self, struct slice input, struct slice output)
{
    struct commit *commit = fixture_begin(self, STATEMENT_problem_write);
    commit_text(commit, slice_of("large"));
    commit_text(commit, slice_of("Large"));
    commit_text(commit, slice_of(""));
    commit_text(commit, slice_of("easy"));
    for (int limit = 0; limit < 3; limit++)
        commit_i64(commit, 1000);
    commit_text(commit, slice_of(HASH));
    commit_i64(commit, 1000);
    int64_t id = result_i64(&fixture_run(self)[0], 0, 0);
    commit = fixture_begin(self, STATEMENT_test_insert);
    commit_i64(commit, id);
    commit_i64(commit, 1);
    commit_i64(commit, 0);
    commit_text(commit, slice_of("secret/1"));
    fixture_blob(commit, input);
    fixture_blob(commit, output);
    commit_text(commit, slice_of(""));
    assert_int_equal(fixture_run(self)[0].changed, 1);
    return id;
}

static void s_add_test_read(struct commit *commit, int64_t problem_id)
{
    commit_op(commit, STATEMENT_test_case_read);
    commit_i64(commit, problem_id);
    commit_i64(commit, 1);
    commit_text(commit, slice_of("")); /* no hash of them was written */
}

static uint32_t s_ask_test(struct fixture *self, int64_t problem_id)
{
    commit_begin(&self->commit);
    s_add_test_read(&self->commit, problem_id);
    return fixture_ask(self);
}

/* As large as a test may be; every byte occurs, NUL too. */
static struct slice s_large(struct fixture *self)
{
    char *bytes = arena_take(&self->arena, TEST_FILE_MAX_BYTES);
    for (size_t i = 0; i < TEST_FILE_MAX_BYTES; i++)
        bytes[i] = (char)(i * 31 + (i >> 16));
    return slice_from(bytes, TEST_FILE_MAX_BYTES);
}

/* ---- commits ------------------------------------------------------------------------------- */

static void s_ping_is_answered(void **state)
{
    struct fixture *self = *state;
    fixture_handle(self, MSG_ping, &(struct msg_ping){5});
    fixture_turn(self);
    assert_int_equal(self->answers[0].kind, MSG_done);
}

static void s_commit_of_nothing_is_done(void **state)
{
    struct fixture *self = *state;
    commit_begin(&self->commit);
    fixture_run(self);
}

static void s_commit_is_read_back(void **state)
{
    struct fixture *self = *state;
    fixture_users(self);
    commit_i64(fixture_begin(self, STATEMENT_user_by_id), 2);
    commit_op(&self->commit, STATEMENT_user_by_id);
    commit_i64(&self->commit, 3);
    const struct rec_store_result *results = fixture_run(self);
    assert_int_equal(results[0].columns, 3);
    assert_int_equal(results[0].changed, 1);
    assert_int_equal(result_i64(&results[0], 0, 0), 2);
    assert_true(slice_is(result_text(&results[0], 0, 2), "user2@example.org"));
    assert_int_equal(results[1].changed, 0);
    assert_int_equal(results[1].values.count, 0);
}

static void s_commit_survives_a_restart(void **state)
{
    struct fixture *self = *state;
    fixture_users(self);
    fixture_stop(self);
    fixture_start(self);
    assert_true(fixture_has_user(self, 2));
}

static void s_expected_conflict_changes_nothing(void **state)
{
    struct fixture *self = *state;
    fixture_users(self);
    fixture_user(self, 2);
    assert_int_equal(fixture_run(self)[0].changed, 0);
}

static void s_commits_of_a_turn_see_those_before(void **state)
{
    struct fixture *self = *state;
    uint32_t slots[3];
    fixture_user(self, 1);
    slots[0] = fixture_ask(self);
    commit_i64(fixture_begin(self, STATEMENT_user_by_id), 1);
    slots[1] = fixture_ask(self);
    fixture_user(self, 1);
    slots[2] = fixture_ask(self);
    assert_int_equal(self->out.count, 0); /* nothing is answered before it is durable */
    fixture_turn(self);
    assert_int_equal(self->answers[slots[0]].done.results.items[0].changed, 1);
    assert_int_equal(result_rows(&self->answers[slots[1]].done.results.items[0]), 1);
    assert_int_equal(self->answers[slots[2]].done.results.items[0].changed, 0);
}

static void s_more_than_a_batch_is_answered(void **state)
{
    struct fixture *self = *state;
    for (int64_t id = 1; id <= 900; id++) {
        fixture_user(self, id);
        fixture_ask(self);
    }
    fixture_turn(self);
    for (uint32_t slot = 0; slot < 900; slot++)
        assert_int_equal(self->answers[slot].kind, MSG_store_done);
    assert_true(fixture_has_user(self, 900));
}

/* ---- refusals ------------------------------------------------------------------------------ */

static void s_refused_commit_leaves_no_trace(void **state)
{
    struct fixture *self = *state;
    fixture_user(self, 1);
    s_add_refusal(&self->commit);
    commit_op(&self->commit, STATEMENT_user_by_id); /* is not run */
    commit_i64(&self->commit, 1);
    fixture_refused(self, 1);
    assert_false(fixture_has_user(self, 1));
}

/* Not even when the statements behind the refusal, which a pipeline sends all the same, are not
 * guarded by it. */
static void s_refused_commit_leaves_no_trace_behind(void **state)
{
    struct fixture *self = *state;
    fixture_user(self, 1);
    fixture_ask(self);
    fixture_user(self, 2);
    struct rec_store_op unguarded = self->commit.ops[0];
    unguarded.params.items = memcpy(arena_take(&self->arena, sizeof self->commit.values[0]),
                                    self->commit.values[0], sizeof self->commit.values[0]);
    commit_begin(&self->commit);
    s_add_refusal(&self->commit);
    self->commit.ops[self->commit.count++] = unguarded;
    uint32_t refused = fixture_ask(self);
    fixture_user(self, 3);
    fixture_ask(self);
    fixture_turn(self);
    assert_true(self->answers[refused].done.refused);
    assert_int_equal(self->answers[refused].done.refused_op, 0);
    assert_int_equal(self->answers[refused].done.results.count, 1);
    for (int64_t id = 1; id <= 3; id++)
        assert_int_equal(fixture_has_user(self, id), id != 2);
}

static void s_refusal_spares_its_batch(void **state)
{
    struct fixture *self = *state;
    fixture_user(self, 1);
    fixture_ask(self);
    fixture_user(self, 2);
    s_add_refusal(&self->commit);
    fixture_ask(self);
    fixture_user(self, 3);
    fixture_ask(self);
    fixture_turn(self);
    assert_false(self->answers[0].done.refused);
    assert_true(self->answers[1].done.refused);
    assert_false(self->answers[2].done.refused);
    assert_true(fixture_has_user(self, 1));
    assert_false(fixture_has_user(self, 2));
    assert_true(fixture_has_user(self, 3));
}

/* ---- failures ------------------------------------------------------------------------------ */

static void s_error_fails_alone(void **state)
{
    struct fixture *self = *state;
    fixture_user(self, 1);
    fixture_ask(self);
    fixture_user(self, 2);
    s_add_refusal(&self->commit);
    fixture_ask(self);
    fixture_user(self, 3);
    struct commit whole = self->commit;
    s_ask_error(self);
    struct rec_store_op wrong = self->commit.ops[0]; /* its values are still the fixture's */
    wrong.params.items = memcpy(arena_take(&self->arena, sizeof self->commit.values[0]),
                                self->commit.values[0], sizeof self->commit.values[0]);
    self->commit = whole;
    self->commit.ops[self->commit.count++] = wrong;
    fixture_ask(self); /* user 3, then the error */
    fixture_user(self, 4);
    fixture_ask(self);
    fixture_turn(self);
    assert_int_equal(self->answers[0].kind, MSG_store_done);
    assert_true(self->answers[1].done.refused);
    assert_int_equal(self->answers[2].kind, MSG_store_failed);
    assert_int_equal(self->answers[3].kind, MSG_store_done);
    for (int64_t id = 1; id <= 4; id++)
        assert_int_equal(fixture_has_user(self, id), id == 1 || id == 4);
}

static void s_malformed_commits_fail(void **state)
{
    struct fixture *self = *state;
    static const int64_t numbers[] = {INT64_MIN, -1, 0, 9, 1000000, INT64_MAX};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        commit_i64(fixture_begin(self, STATEMENT_user_by_id), 1);
        self->commit.ops[0].statement = numbers[i];
        struct msg_store_run run = {{1, self->commit.ops}};
        fixture_handle(self, MSG_store_run, &run);
        fixture_turn(self);
        assert_int_equal(self->answers[i].kind, MSG_store_failed);
    }
    fixture_begin(self, STATEMENT_user_by_id); /* no parameter */
    fixture_fails(self);
    commit_i64(fixture_begin(self, STATEMENT_user_by_id), 1);
    commit_i64(&self->commit, 1); /* one too many */
    fixture_fails(self);
    fixture_user(self, 1);
    self->commit.values[0][1].text = slice_from("a\0b", 3);
    fixture_fails(self);
    fixture_user(self, 2);
    fixture_ask(self);
    commit_i64(fixture_begin(self, STATEMENT_user_by_id), 1);
    commit_op(&self->commit, STATEMENT_user_by_id); /* one whose second statement is malformed */
    fixture_fails(self);
    assert_false(fixture_has_user(self, 1));
    assert_true(fixture_has_user(self, 2));
}

/* A value of any other type, in any place: answered, and nothing wrong is stored. */
static void s_wrong_types_store_nothing(void **state)
{
    struct fixture *self = *state;
    static const struct value wrong[] = {
        {.type = VALUE_NULL},
        {.type = VALUE_TEXT, .text = {"one", 3}},
        {.type = VALUE_BLOB, .text = {"\0\xff", 2}},
        {.type = VALUE_BLOB, .text = {NULL, 0}},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        fixture_user(self, 1);
        self->commit.values[0][4] = wrong[i]; /* created_ms */
        fixture_fails(self);
    }
    fixture_user(self, 1);
    self->commit.values[0][1] = wrong[2]; /* the name */
    fixture_fails(self);
    assert_false(fixture_has_user(self, 1));
}

/* ---- bounds -------------------------------------------------------------------------------- */

static void s_large_contents_come_back(void **state)
{
    struct fixture *self = *state;
    struct slice large = s_large(self);
    int64_t id = s_problem(self, large, slice_from(NULL, 0));
    uint32_t slot = s_ask_test(self, id);
    fixture_turn(self);
    const struct rec_store_result *result = &self->answers[slot].done.results.items[0];
    assert_int_equal(result->values.items[0].type, VALUE_BLOB);
    assert_true(slice_equal(result_text(result, 0, 0), large));
    assert_int_equal(result->values.items[1].type, VALUE_BLOB);
    assert_int_equal(result->values.items[1].text.length, 0);
}

static void s_answer_beyond_a_frame_fails_alone(void **state)
{
    struct fixture *self = *state;
    int64_t id = s_problem(self, s_large(self), s_large(self));
    fixture_forget(self);
    fixture_user(self, 1);
    fixture_ask(self);
    fixture_user(self, 2);
    s_add_test_read(&self->commit, id);
    s_add_test_read(&self->commit, id);
    fixture_ask(self);
    fixture_user(self, 3);
    fixture_ask(self);
    fixture_turn(self);
    assert_int_equal(self->answers[0].kind, MSG_store_done);
    assert_int_equal(self->answers[1].kind, MSG_store_failed);
    assert_true(fixture_has_user(self, 1));
    assert_false(fixture_has_user(self, 2));
    assert_true(fixture_has_user(self, 3));
}

/* Each answer fits a frame, all together do not fit a turn: they take several. */
static void s_answers_beyond_a_turn_wait(void **state)
{
    struct fixture *self = *state;
    int64_t id = s_problem(self, s_large(self), s_large(self));
    fixture_forget(self);
    for (int i = 0; i < 4; i++)
        s_ask_test(self, id);
    fixture_user(self, 1);
    uint32_t last = fixture_ask(self);
    fixture_turn(self);
    assert_true(self->turns > 1);
    for (uint32_t slot = 0; slot < 4; slot++) {
        assert_int_equal(self->answers[slot].kind, MSG_store_done);
        const struct rec_store_result *result = &self->answers[slot].done.results.items[0];
        assert_int_equal(result_text(result, 0, 1).length, TEST_FILE_MAX_BYTES);
    }
    assert_int_equal(self->answers[last].done.results.items[0].changed, 1);
}

/* What does not fit the mailbox fails at once, what fits is answered. */
static void s_too_many_that_wait_fail(void **state)
{
    struct fixture *self = *state;
    for (int i = 0; i < STORE_WAITING_MAX + 40; i++) {
        fixture_user(self, 1 + i);
        fixture_ask(self);
    }
    assert_int_equal(self->out.count, 40);
    fixture_turn(self);
    for (uint32_t slot = 0; slot < self->asked; slot++)
        assert_int_equal(self->answers[slot].kind,
                         slot < STORE_WAITING_MAX ? MSG_store_done : MSG_store_failed);
    fixture_forget(self);
    assert_false(fixture_has_user(self, STORE_WAITING_MAX + 1));
}

/* ---- kill -9 ------------------------------------------------------------------------------- */

#define PAIRS_PER_TURN 8

static void s_ask_pair(struct fixture *self, int64_t pair)
{
    fixture_user(self, 2 * pair);
    struct commit first = self->commit;
    fixture_user(self, 2 * pair + 1);
    self->commit.ops[1] = first.ops[0];
    self->commit.ops[1].params.items = first.values[0];
    self->commit.count = 2;
    fixture_ask(self);
}

/* Commits pairs of users, 2n and 2n + 1, and says which was answered last, until it is killed. */
static void s_commit_for_ever(struct fixture *self, int64_t pair, int pipe)
{
    fixture_start(self);
    for (;;) {
        fixture_forget(self);
        for (int i = 0; i < PAIRS_PER_TURN; i++)
            s_ask_pair(self, pair++);
        fixture_turn(self);
        int64_t answered = pair - 1;
        for (uint32_t slot = 0; slot < PAIRS_PER_TURN; slot++)
            if (self->answers[slot].kind != MSG_store_done)
                _exit(1);
        if (write(pipe, &answered, sizeof answered) != sizeof answered)
            _exit(1);
    }
}

/* Runs a process that commits from this pair on, kills it when `until` is answered; returns the
 * last pair that it said was answered. */
static int64_t s_commit_and_kill(struct fixture *self, int64_t from, int64_t until)
{
    int ends[2];
    int64_t answered = 0, said;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        s_commit_for_ever(self, from, ends[1]);
    close(ends[1]);
    while (answered < until && read(ends[0], &said, sizeof said) == sizeof said)
        answered = said;
    kill(child, SIGKILL);
    while (read(ends[0], &said, sizeof said) == sizeof said)
        answered = said;
    close(ends[0]);
    assert_int_equal(waitpid(child, NULL, 0), child);
    return answered;
}

static void s_killed_keeps_what_it_answered(void **state)
{
    struct fixture *self = *state;
    int64_t pair = 1;
    for (int round = 0; round < 8; round++) {
        fixture_stop(self);
        int64_t until = pair + 40 + 23 * round;
        int64_t answered = s_commit_and_kill(self, pair, until);
        assert_true(answered >= until);
        fixture_start(self);
        bool kept = true;
        for (; kept; pair++) {
            fixture_forget(self);
            kept = fixture_has_user(self, 2 * pair);
            assert_int_equal(fixture_has_user(self, 2 * pair + 1), kept); /* nothing by halves */
            assert_true(kept || pair > answered);
        }
        pair--; /* the first that is not there: at most one turn was kept without its answer */
        assert_true(pair <= answered + PAIRS_PER_TURN + 1);
        assert_int_equal((pair - 1) % PAIRS_PER_TURN, 0);
    }
}

/* Ids that somebody chose are no hindrance to those that the database gives. */
static void s_ids_go_on_above(void **state)
{
    struct fixture *self = *state;
    struct database database;
    struct store_error error;
    int64_t first = s_problem(self, slice_of("1"), slice_of("1"));
    fixture_stop(self);
    for (int64_t id = 1000; id >= 10; id -= 990) { /* a lower one changes nothing */
        assert_true(database_open(&database, self->url, self->folder, &error));
        assert_true(database.driver->begin(database.connection, true, &error));
        assert_true(database.driver->ids_above(database.connection, "rooms", id, &error));
        assert_true(database.driver->ids_above(database.connection, "problems", id, &error));
        assert_true(database.driver->end(database.connection, true, &error));
        database_close(&database);
    }
    fixture_start(self);
    assert_true(first < 1000);
    struct commit *commit = fixture_begin(self, STATEMENT_problem_write);
    for (const char *const *text = (const char *const[]){"next", "Next", "", "easy", NULL}; *text;
         text++)
        commit_text(commit, slice_of(*text));
    for (int limit = 0; limit < 3; limit++)
        commit_i64(commit, 1000);
    commit_text(commit, slice_of(HASH));
    commit_i64(commit, 1000);
    assert_int_equal(result_i64(&fixture_run(self)[0], 0, 0), 1001);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_new, fixture_destroy)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(s_ping_is_answered),
        CASE(s_commit_of_nothing_is_done),
        CASE(s_commit_is_read_back),
        CASE(s_commit_survives_a_restart),
        CASE(s_expected_conflict_changes_nothing),
        CASE(s_commits_of_a_turn_see_those_before),
        CASE(s_more_than_a_batch_is_answered),
        CASE(s_refused_commit_leaves_no_trace),
        CASE(s_refused_commit_leaves_no_trace_behind),
        CASE(s_refusal_spares_its_batch),
        CASE(s_error_fails_alone),
        CASE(s_malformed_commits_fail),
        CASE(s_wrong_types_store_nothing),
        CASE(s_large_contents_come_back),
        CASE(s_answer_beyond_a_frame_fails_alone),
        CASE(s_answers_beyond_a_turn_wait),
        CASE(s_too_many_that_wait_fail),
        CASE(s_ids_go_on_above),
        CASE(s_killed_keeps_what_it_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
