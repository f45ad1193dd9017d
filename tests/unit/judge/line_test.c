/* The line: what waits, who gets it, which slots there are, and what the sweep finds. */
#include "actors/runtime/log.h"
#include "tests/unit/judge/world.h"

static struct world s_world;

static int s_setup(void **state)
{
    world_init(&s_world);
    *state = &s_world;
    return 0;
}

static int s_teardown(void **state)
{
    world_fini(*state);
    return 0;
}

#define JOBS_MAX 50000

static uint32_t s_sweeps(const struct world *world)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < world->harness->sent_count; i++) {
        const struct actor_sent *sent = &world->harness->sent[i];
        const struct msg_store_run *run = sent->message;
        count += sent->envelope.kind == MSG_store_run &&
                 run->ops.items[0].statement == STATEMENT_submissions_open;
    }
    return count;
}

/* The statement of the index-th question to the store, and its first parameter. */
static void s_assert_asked(const struct world *world, uint32_t index, int64_t statement, int64_t id)
{
    const struct msg_store_run *run =
        actor_harness_nth(world->harness, MSG_store_run, index)->message;
    assert_int_equal(run->ops.items[0].statement, statement);
    assert_int_equal(run->ops.items[0].params.items[0].i64, id);
}

/* ---- the sweep ------------------------------------------------------------------------------- */

static void test_the_start_finds_what_is_open(void **state)
{
    struct world *world = *state;
    for (int i = 0; i < 1200; i++)
        world_submission(world, PYTHON);
    world_row(world, FIRST)->final = true;
    world_start(world);
    assert_int_equal(s_sweeps(world), 3);
    s_assert_asked(world, 0, STATEMENT_submissions_open, 0);
    s_assert_asked(world, 1, STATEMENT_submissions_open, FIRST + 500);
    s_assert_asked(world, 2, STATEMENT_submissions_open, FIRST + 1000);
    world_ready(world, 1, PYTHON);
    assert_int_equal(world_job(world, 1)->submission_id, FIRST + 1);
}

static void test_a_full_last_page_asks_once_more(void **state)
{
    struct world *world = *state;
    for (int i = 0; i < 500; i++)
        world_submission(world, PYTHON);
    world_start(world);
    assert_int_equal(s_sweeps(world), 2);
}

static void test_it_is_ready_when_the_first_sweep_is_over(void **state)
{
    struct world *world = *state;
    world->dead = true;
    world_start(world);
    struct envelope request = actor_harness_request(world->harness, MSG_ping, 0, 0);
    actor_harness_give(world->harness, request, &(struct msg_ping){1});
    actor_harness_refused(world->harness, &request, REFUSED_OVERLOADED);
    world->dead = false;
    world_wait(world, 2100); /* the page is asked for again */
    assert_int_equal(s_sweeps(world), 2);
    request = actor_harness_request(world->harness, MSG_ping, 0, 0);
    actor_harness_give(world->harness, request, &(struct msg_ping){1});
    actor_harness_only(world->harness, MSG_done, &request);
}

static void test_a_sweep_that_failed_is_made_again(void **state)
{
    struct world *world = *state;
    int64_t id = world_submission(world, PYTHON);
    world->failing = true;
    world_start(world);
    world_ready(world, 1, PYTHON);
    world->failing = false;
    world_wait(world, 2100);
    assert_int_equal(world_job(world, 1)->submission_id, id);
}

static void test_an_answer_that_nobody_asked_for_is_no_sweep(void **state)
{
    struct world *world = *state;
    struct envelope answer = {.kind = MSG_store_done, .to = {.actor = ACTOR_judge, .slot = 2}};
    struct actor_answer *rows = calloc(1, sizeof *rows);
    actor_answer_begin(rows);
    actor_answer_result(rows, 3);
    actor_harness_give(world->harness, answer, &rows->done);
    free(rows);
    struct envelope request = actor_harness_request(world->harness, MSG_ping, 0, 0);
    actor_harness_give(world->harness, request, &(struct msg_ping){1});
    actor_harness_refused(world->harness, &request, REFUSED_OVERLOADED);
}

static void test_what_no_message_brought_is_found_later(void **state)
{
    struct world *world = *state;
    world_start(world);
    world_ready(world, 1, PYTHON);
    int64_t id = world_submission(world, PYTHON); /* room's word was lost */
    for (int i = 0; i < 7 && !world_job(world, 1); i++) {
        world_wait(world, 5000);
        if (!world_job(world, 1))
            world_ready(world, 1, PYTHON);
    }
    assert_int_equal(world_job(world, 1)->submission_id, id);
}

/* ---- the line -------------------------------------------------------------------------------- */

static void test_who_is_enqueued_twice_is_judged_once(void **state)
{
    struct world *world = *state;
    world_start(world);
    int64_t id = world_enqueue(world, PYTHON);
    actor_harness_give(world->harness, (struct envelope){.kind = MSG_judge_enqueue},
                       &(struct msg_judge_enqueue){id, PYTHON, USER, JUDGING_SUBMISSION});
    world_ready(world, 1, PYTHON);
    world_ready(world, 2, PYTHON);
    assert_int_equal(world_jobs(world, 1), 1);
    assert_int_equal(world_jobs(world, 2), 0);
}

static void test_a_job_says_what_to_judge(void **state)
{
    struct world *world = *state;
    world_start(world);
    world_ready(world, 1, PYTHON);
    int64_t id = world_enqueue(world, PYTHON);
    const struct msg_judge_job *job = world_job(world, 1);
    assert_int_equal(job->submission_id, id);
    assert_int_equal(job->fence, 1);
    assert_int_equal(job->problem_id, 501);
    assert_int_equal(job->language_id, PYTHON);
    assert_true(slice_is(job->code, "print(1)"));
    assert_int_equal(job->time_limit_ms, 1000);
    assert_int_equal(job->memory_limit_mb, 256);
    assert_int_equal(job->output_limit_bytes, 65536);
    assert_int_equal(job->tests_total, 3);
    assert_true(slice_is(job->tests_hash, "0123456789abcdef"));
}

static void test_the_line_is_in_order_as_far_as_languages_allow(void **state)
{
    struct world *world = *state;
    world_start(world);
    int64_t java = world_enqueue(world, JAVA);
    int64_t first = world_enqueue(world, PYTHON);
    int64_t second = world_enqueue(world, PYTHON);
    world_ready(world, 1, PYTHON);
    assert_int_equal(world_job(world, 1)->submission_id, first);
    world_ready(world, 2, CPP);
    assert_null(world_job(world, 2));
    world_outcome(world, 1, first, 1, VERDICT_ACCEPTED);
    world_ready(world, 1, PYTHON);
    assert_int_equal(world_job(world, 1)->submission_id, second);
    world_ready(world, 3, JAVA);
    assert_int_equal(world_job(world, 3)->submission_id, java);
}

static int64_t s_enqueue_of(struct world *world, int64_t user_id)
{
    int64_t id = world_submission(world, PYTHON);
    actor_harness_give(world->harness, (struct envelope){.kind = MSG_judge_enqueue},
                       &(struct msg_judge_enqueue){id, PYTHON, user_id, JUDGING_SUBMISSION});
    return id;
}

/* Who is judged next; the slot is ready again afterwards. */
static void s_assert_next(struct world *world, int64_t id)
{
    world_ready(world, 1, PYTHON);
    assert_non_null(world_job(world, 1));
    assert_int_equal(world_job(world, 1)->submission_id, id);
    world_outcome(world, 1, id, 1, VERDICT_ACCEPTED);
}

static void test_a_burst_waits_for_itself(void **state)
{
    struct world *world = *state;
    int64_t ann[4], bob[2];
    world_start(world);
    for (int i = 0; i < 4; i++)
        ann[i] = s_enqueue_of(world, 1);
    bob[0] = s_enqueue_of(world, 2);
    bob[1] = s_enqueue_of(world, 2);
    s_assert_next(world, ann[0]);
    s_assert_next(world, bob[0]);
    s_assert_next(world, ann[1]);
    s_assert_next(world, bob[1]);
    /* who comes late is before the rest of the burst, but not again and again */
    int64_t eve = s_enqueue_of(world, 3);
    int64_t again = s_enqueue_of(world, 3);
    s_assert_next(world, eve);
    s_assert_next(world, ann[2]);
    s_assert_next(world, again);
    s_assert_next(world, ann[3]);
}

static void test_past_the_bound_the_sweep_brings_it(void **state)
{
    struct world *world = *state;
    world_start(world);
    for (int64_t i = 0; i < JOBS_MAX; i++) /* the store knows none of them */
        actor_harness_give(
            world->harness, (struct envelope){.kind = MSG_judge_enqueue},
            &(struct msg_judge_enqueue){1000000 + i, i ? JAVA : CPP, USER, JUDGING_SUBMISSION});
    int64_t id = world_enqueue(world, PYTHON);
    world_ready(world, 1, PYTHON);
    assert_null(world_job(world, 1));
    world_ready(world, 2, CPP); /* one leaves the line */
    world_leave(world, 2, 0);
    world_forget(world);
    for (int i = 0; i < 7; i++) {
        world_wait(world, 5000);
        if (!world_job(world, 1))
            world_ready(world, 1, PYTHON);
    }
    assert_int_equal(world_job(world, 1)->submission_id, id);
}

/* ---- slots ----------------------------------------------------------------------------------- */

static void test_a_slot_that_falls_silent_is_forgotten(void **state)
{
    struct world *world = *state;
    world_start(world);
    world_ready(world, 1, PYTHON);
    world_wait(world, 61000);
    world_enqueue(world, PYTHON);
    assert_null(world_job(world, 1));
    world_ready(world, 1, PYTHON);
    assert_non_null(world_job(world, 1));
}

static void test_a_slot_that_repeats_itself_stays(void **state)
{
    struct world *world = *state;
    world_start(world);
    for (int i = 0; i < 20; i++) {
        world_ready(world, 1, PYTHON);
        world_wait(world, 5000);
    }
    world_enqueue(world, PYTHON);
    assert_int_equal(world_jobs(world, 1), 1);
}

static void test_too_many_slots_are_told_so(void **state)
{
    struct world *world = *state;
    world_start(world);
    for (uint64_t node = 1; node <= 1024; node++)
        world_ready(world, node, PYTHON);
    assert_int_equal(actor_harness_count(world->harness, MSG_refused), 0);
    world_ready(world, 1025, PYTHON);
    const struct msg_refused *refused = actor_harness_only(world->harness, MSG_refused, NULL);
    assert_int_equal(refused->refusal, REFUSED_OVERLOADED);
    world_leave(world, 5, 0);
    world_ready(world, 1025, PYTHON);
    assert_int_equal(actor_harness_count(world->harness, MSG_refused), 1);
}

static void test_all_slots_are_given_work_at_once(void **state)
{
    struct world *world = *state;
    for (int i = 0; i < 1100; i++) {
        int64_t id = world_submission(world, PYTHON);
        world_row(world, id)->user = id; /* nobody gets all of them */
    }
    for (uint64_t node = 1; node <= 1024; node++)
        world_ready(world, node, PYTHON);
    world_start(world);
    assert_int_equal(actor_harness_count(world->harness, MSG_judge_job), 1024);
}

static struct envelope s_ask_languages(struct world *world)
{
    struct envelope request = actor_harness_request(world->harness, MSG_languages_get, 0, 0);
    actor_harness_give(world->harness, request, &(struct msg_languages_get){100});
    return request;
}

static void test_languages_are_listed_once_by_id(void **state)
{
    struct world *world = *state;
    world_start(world);
    struct envelope request = s_ask_languages(world);
    const struct msg_languages *languages =
        actor_harness_only(world->harness, MSG_languages, &request);
    assert_int_equal(languages->languages.count, 0);
    world_forget(world);
    const int64_t ids[] = {PYTHON, CPP, JAVA, PYTHON, CPP};
    for (uint64_t i = 0; i < 5; i++)
        world_ready(world, i + 1, ids[i]);
    request = s_ask_languages(world);
    languages = actor_harness_only(world->harness, MSG_languages, &request);
    const int64_t expected[] = {CPP, JAVA, PYTHON};
    assert_int_equal(languages->languages.count, 3);
    for (int i = 0; i < 3; i++)
        assert_int_equal(languages->languages.items[i].id, expected[i]);
    assert_true(slice_is(languages->languages.items[0].name, "a language"));
    world_forget(world);
    world_leave(world, 3, 0);
    request = s_ask_languages(world);
    languages = actor_harness_only(world->harness, MSG_languages, &request);
    assert_int_equal(languages->languages.count, 2);
}

static void test_long_names_are_cut_at_a_character(void **state)
{
    struct world *world = *state;
    char name[100];
    world_start(world);
    for (int i = 0; i < 50; i++)
        memcpy(name + 2 * i, "\xc3\xa4", 2); /* 63 bytes would end within one */
    struct rec_language language = {PYTHON, slice_from(name, sizeof name), slice_of("")};
    actor_harness_give(
        world->harness,
        (struct envelope){.kind = MSG_runner_ready, .reply = {1, ACTOR_runner, 0, 1, 1}},
        &(struct msg_runner_ready){{1, &language}, 0, false});
    struct envelope request = s_ask_languages(world);
    const struct msg_languages *languages =
        actor_harness_only(world->harness, MSG_languages, &request);
    assert_int_equal(languages->languages.items[0].name.length, 62);
    assert_true(utf8_valid(languages->languages.items[0].name));
}

static void test_a_full_union_of_languages_is_cut(void **state)
{
    struct world *world = *state;
    struct rec_language list[LANGUAGES_MAX];
    world_start(world);
    for (uint64_t node = 1; node <= 2; node++) {
        for (int64_t i = 0; i < LANGUAGES_MAX; i++)
            list[i] =
                (struct rec_language){(int64_t)(node % 2) * 1000 + i, slice_of("x"), slice_of("1")};
        actor_harness_give(
            world->harness,
            (struct envelope){.kind = MSG_runner_ready, .reply = {node, ACTOR_runner, 0, 1, 1}},
            &(struct msg_runner_ready){{LANGUAGES_MAX, list}, 0, false});
    }
    struct envelope request = s_ask_languages(world);
    const struct msg_languages *languages =
        actor_harness_only(world->harness, MSG_languages, &request);
    assert_int_equal(languages->languages.count, LANGUAGES_MAX);
}

int main(void)
{
    log_set_level(LOG_LEVEL_NONE);
#define TEST(name) cmocka_unit_test_setup_teardown(name, s_setup, s_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_the_start_finds_what_is_open),
        TEST(test_a_full_last_page_asks_once_more),
        TEST(test_it_is_ready_when_the_first_sweep_is_over),
        TEST(test_a_sweep_that_failed_is_made_again),
        TEST(test_an_answer_that_nobody_asked_for_is_no_sweep),
        TEST(test_what_no_message_brought_is_found_later),
        TEST(test_who_is_enqueued_twice_is_judged_once),
        TEST(test_a_job_says_what_to_judge),
        TEST(test_the_line_is_in_order_as_far_as_languages_allow),
        TEST(test_a_burst_waits_for_itself),
        TEST(test_past_the_bound_the_sweep_brings_it),
        TEST(test_a_slot_that_falls_silent_is_forgotten),
        TEST(test_a_slot_that_repeats_itself_stays),
        TEST(test_too_many_slots_are_told_so),
        TEST(test_all_slots_are_given_work_at_once),
        TEST(test_languages_are_listed_once_by_id),
        TEST(test_long_names_are_cut_at_a_character),
        TEST(test_a_full_union_of_languages_is_cut),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
