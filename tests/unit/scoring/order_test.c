/* Order and chance: no order of verdicts changes a result, no fault changes what is kept, versions
 * only grow, and the same messages give the same bytes. */
#include "actors/runtime/log.h"
#include "actors/scoring/record.h"
#include "actors/scoring/scoring.h"
#include "proto/prng.h"
#include "tests/unit/scoring/world.h"

#define ROUNDS 60
#define SUBMISSIONS 12

/* What was submitted and how each is going to be judged. */
struct script {
    int64_t users[SUBMISSIONS], problems[SUBMISSIONS], gaps_ms[SUBMISSIONS];
    enum verdict verdicts[SUBMISSIONS];
};

static struct script s_script(struct prng *chance)
{
    struct script script;
    for (int i = 0; i < SUBMISSIONS; i++) {
        script.users[i] = prng_below(chance, 2) ? HOST : GUEST;
        script.problems[i] = prng_below(chance, 2) ? PROBLEM_A : PROBLEM_B;
        script.gaps_ms[i] = (int64_t)prng_below(chance, 40000);
        script.verdicts[i] = prng_below(chance, 3) == 0
                                 ? VERDICT_ACCEPTED
                                 : (enum verdict)(VERDICT_ACCEPTED + prng_below(chance, 8));
    }
    return script;
}

static void s_shuffle(struct prng *chance, int *order, int count)
{
    for (int i = 0; i < count; i++)
        order[i] = i;
    for (int i = count - 1; i > 0; i--) {
        int j = (int)prng_below(chance, (uint64_t)i + 1);
        int other = order[i];
        order[i] = order[j];
        order[j] = other;
    }
}

/* The whole contest with the verdicts in this order; everything told stays in the harness. */
static void s_play(struct world *world, const struct script *script, const int *order)
{
    world_init(world);
    world_contest(world);
    for (int i = 0; i < SUBMISSIONS; i++) {
        world->harness->now_ms += script->gaps_ms[i];
        int64_t id = world_submit(world, script->users[i], script->problems[i]);
        world_notice(world, true);
        world_lease(world, id);
    }
    world_close(world);
    world_notice(world, false);
    for (int i = 0; i < SUBMISSIONS; i++) {
        if (i == SUBMISSIONS - 1)
            world_forget(world);
        world_report(world, 7001 + order[i], script->verdicts[order[i]]);
        world_store(world);
    }
}

/* The final messages: from the finish on, with the trace of what caused them left out. */
static struct slice s_final(const struct world *world, struct buffer *out)
{
    const uint16_t kinds[] = {MSG_watched, MSG_room_settled};
    buffer_init(out, FRAME_MAX_BYTES);
    for (int i = 0; i < 2; i++) {
        uint32_t count = actor_harness_count(world->harness, kinds[i]);
        const struct actor_sent *last = actor_harness_nth(world->harness, kinds[i], count - 1);
        codec_encode(message_by_id(kinds[i]), last->message, out);
    }
    return buffer_slice(out);
}

static void s_same_record(const struct world *a, const struct world *b)
{
    assert_string_equal(a->status, "FINISHED");
    assert_string_equal(b->status, "FINISHED");
    assert_string_equal(a->result, b->result);
    assert_true(a->winner_user_id == b->winner_user_id);
    assert_memory_equal(a->rows, b->rows, sizeof a->rows);
    assert_int_equal(a->history_count, 2);
    assert_int_equal(b->history_count, 2);
    for (int i = 0; i < 2; i++)
        assert_memory_equal(&a->history[i], &b->history[i], sizeof a->history[i]);
}

static void test_the_order_of_verdicts_changes_nothing(void **state)
{
    (void)state;
    static struct world first, other;
    struct prng chance = (struct prng){20260704};
    int order[SUBMISSIONS];
    for (int round = 0; round < ROUNDS; round++) {
        struct script script = s_script(&chance);
        for (int i = 0; i < SUBMISSIONS; i++)
            order[i] = i;
        s_play(&first, &script, order);
        s_shuffle(&chance, order, SUBMISSIONS);
        s_play(&other, &script, order);
        s_same_record(&first, &other);
        struct buffer ends[2];
        assert_true(slice_equal(s_final(&first, &ends[0]), s_final(&other, &ends[1])));
        buffer_fini(&ends[0]);
        buffer_fini(&ends[1]);
        world_fini(&first);
        world_fini(&other);
    }
}

static void test_the_same_messages_give_the_same_bytes(void **state)
{
    (void)state;
    static struct world worlds[2];
    struct prng chance = (struct prng){7};
    struct script script = s_script(&chance);
    int order[SUBMISSIONS];
    s_shuffle(&chance, order, SUBMISSIONS);
    s_play(&worlds[0], &script, order);
    s_play(&worlds[1], &script, order);
    assert_true(worlds[0].harness->transcript.length > 1000);
    assert_true(slice_equal(buffer_slice(&worlds[0].harness->transcript),
                            buffer_slice(&worlds[1].harness->transcript)));
    world_fini(&worlds[0]);
    world_fini(&worlds[1]);
}

/* ---- chance and faults --------------------------------------------------------------------- */

/* Versions that were told, in answers and pushes, never fall. */
static void s_versions_grow(struct world *world, int64_t *version)
{
    for (uint32_t i = 0; i < world->harness->sent_count; i++) {
        const struct actor_sent *sent = &world->harness->sent[i];
        if (sent->envelope.kind != MSG_watched)
            continue;
        int64_t told = ((const struct msg_watched *)sent->message)->state.version;
        assert_true(told >= *version);
        *version = told;
    }
    assert_true(*version <= world->room_rev + world->score_rev);
}

/* What a client of the store's tables would compute: the rules, over what is in the world. */
static void s_must_agree(const struct world *world)
{
    struct submission_fact facts[WORLD_SUBMISSIONS];
    for (int64_t i = 0; i < world->last_number; i++) {
        uint8_t verdict;
        const struct world_submission *submission = &world->submissions[i];
        assert_true(word_number(&verdict_words, slice_of(submission->status), &verdict));
        facts[i] =
            (struct submission_fact){(uint32_t)submission->number, verdict, submission->user_id,
                                     submission->problem_id, submission->created_ms};
    }
    struct leaderboard_facts given = {.submissions = facts,
                                      .submission_count = (uint32_t)world->last_number,
                                      .user_count = 2,
                                      .problem_count = PROBLEMS,
                                      .user_ids = {HOST, GUEST},
                                      .problem_ids = {PROBLEM_A, PROBLEM_B},
                                      .start_ms = world->start_ms};
    struct leaderboard board;
    leaderboard_compute(&given, &board);
    for (int i = 0; i < ROOM_SEATS * PROBLEMS; i++) {
        const struct problem_score *score = &board.scores[i / PROBLEMS][i % PROBLEMS];
        assert_int_equal(world->rows[i].attempts, score->attempts);
        assert_int_equal(world->rows[i].penalty, score->wrong);
        assert_int_equal(world->rows[i].solved, score->solved);
    }
    int64_t winner = record_winner(&board);
    assert_true(world->winner_user_id == (winner ? winner : I64_NONE));
    assert_int_equal(world->history_count, 2);
    for (int i = 0; i < 2; i++)
        assert_string_equal(
            world->history[i].result,
            word_text(&result_words, record_result(&board, world->history[i].user_id)));
}

static void s_random_step(struct world *world, struct prng *chance)
{
    uint64_t die = prng_below(chance, 10);
    world->harness->now_ms += (int64_t)prng_below(chance, 300);
    if (die < 3 && world->closed_ms == I64_NONE && world->last_number < 40) {
        int64_t id = world_submit(world, prng_below(chance, 2) ? HOST : GUEST,
                                  prng_below(chance, 2) ? PROBLEM_A : PROBLEM_B);
        if (prng_below(chance, 4)) /* else its notice is lost */
            world_notice(world, true);
        world_lease(world, id);
    } else if (die < 7 && world->last_number) {
        int64_t index = (int64_t)prng_below(chance, (uint64_t)world->last_number);
        world_report_fence(world, 7001 + index,
                           (enum verdict)(VERDICT_ACCEPTED + prng_below(chance, 8)),
                           (int64_t)prng_below(chance, 2) + 1);
    } else if (die == 7) {
        world_ask(world, MSG_watch, 0);
    } else if (die == 8) {
        actor_harness_wait(world->harness, (int64_t)prng_below(chance, 3000));
    } else {
        world->dead = prng_below(chance, 4) == 0;
        world->mute = prng_below(chance, 4) == 0;
        world->failing = prng_below(chance, 6) == 0;
    }
    world_store(world);
}

/* The faults end; room and judge do what they do until they are answered. */
static void s_make_good(struct world *world)
{
    world->dead = world->mute = world->failing = false;
    if (world->closed_ms == I64_NONE)
        world_close(world);
    for (int i = 0; i < 12 && strcmp(world->status, "FINISHED") != 0; i++) {
        world_notice(world, false);
        world_store(world);
        for (int64_t k = 0; k < world->last_number; k++)
            world_report(world, 7001 + k, VERDICT_WRONG_ANSWER);
        world_store(world);
        actor_harness_wait(world->harness, REPEAT_MS);
        world_store(world);
    }
    assert_string_equal(world->status, "FINISHED");
}

static void test_whatever_is_lost_the_record_is_right(void **state)
{
    (void)state;
    static struct world world;
    for (uint64_t seed = 1; seed <= 150; seed++) {
        struct prng chance = (struct prng){seed};
        int64_t version = 0;
        world_init(&world);
        world_contest(&world);
        for (int step = 0; step < 120; step++) {
            s_random_step(&world, &chance);
            s_versions_grow(&world, &version);
            world_forget(&world);
        }
        s_make_good(&world);
        s_must_agree(&world);
        s_versions_grow(&world, &version);
        world_fini(&world);
    }
}

int main(void)
{
    log_set_level(LOG_LEVEL_ERROR); /* silence of the store is what we are about */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_order_of_verdicts_changes_nothing),
        cmocka_unit_test(test_the_same_messages_give_the_same_bytes),
        cmocka_unit_test(test_whatever_is_lost_the_record_is_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
