/* Scores, leaderboard and result: tests/tables/penalty.table and leaderboard.table, and that no
 * order in which submissions lie or verdicts arrive ever changes them. */
#include "actors/scoring/leaderboard.h"
#include "actors/scoring/record.h"

#include <inttypes.h>

#include "proto/prng.h"
#include "tests/unit/rules/table.h"

#define EPOCH_MS 1700000000000LL /* the tables' 0:00: the start of the contest */
#define SUBMISSIONS_MAX 64       /* in one contest of these tests */

struct world {
    struct submission_fact submissions[SUBMISSIONS_MAX]; /* in order of number */
    struct leaderboard_facts facts;                      /* of which these are */
};

static const char *const s_users[] = {"nobody", "ann", "bob"};
/* By enum verdict; the short forms that judges use. */
static const char *const s_verdicts[] = {"pending", "judging", "AC", "WA", "TLE",
                                         "MLE",     "OLE",     "RE", "CE", "JE"};

static uint32_t s_index(const struct table_row *row, uint32_t word, const char *const *texts,
                        uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (table_is(row, word, texts[i]))
            return i;
    }
    table_wrong(row, "word %" PRIu32 " is none that is known", word + 1);
}

static void s_shuffle(struct prng *prng, struct submission_fact *submissions, uint32_t count)
{
    for (uint32_t i = count; i > 1; i--) {
        uint32_t j = (uint32_t)prng_below(prng, i);
        struct submission_fact other = submissions[j];
        submissions[j] = submissions[i - 1];
        submissions[i - 1] = other;
    }
}

static void s_start(struct world *world, uint32_t user_count, uint32_t problem_count)
{
    *world = (struct world){.facts = {.user_count = user_count,
                                      .problem_count = problem_count,
                                      .user_ids = {1, 2},
                                      .start_ms = EPOCH_MS}};
    for (uint32_t i = 0; i < problem_count; i++)
        world->facts.problem_ids[i] = 'A' + i;
}

static void s_add(struct world *world, int64_t user_id, int64_t problem_id, int64_t received_ms,
                  enum verdict verdict)
{
    assert_true(world->facts.submission_count < SUBMISSIONS_MAX);
    uint32_t index = world->facts.submission_count++;
    world->submissions[index] = (struct submission_fact){.number = index + 1,
                                                         .verdict = verdict,
                                                         .user_id = user_id,
                                                         .problem_id = problem_id,
                                                         .received_ms = received_ms};
}

/* Computes from a shuffled copy, so that every line of the tables also says: in any order. */
static void s_compute(const struct world *world, uint64_t seed, struct leaderboard *board)
{
    struct submission_fact shuffled[SUBMISSIONS_MAX];
    struct leaderboard_facts facts = world->facts;
    struct prng prng = {seed};
    memcpy(shuffled, world->submissions, sizeof shuffled);
    s_shuffle(&prng, shuffled, facts.submission_count);
    facts.submissions = shuffled;
    leaderboard_compute(&facts, board);
}

static void s_say_score(const struct problem_score *score, struct buffer *outcome)
{
    if (score->solved) {
        buffer_append_text(outcome, "solved ");
        table_append_ms(outcome, score->solved_at_ms - EPOCH_MS);
    } else {
        buffer_append_text(outcome, "unsolved");
    }
    buffer_printf(outcome, " attempts %" PRIu32 " wrong %" PRIu32 " penalty %" PRId64 "%s",
                  score->attempts, score->wrong, score->penalty_s,
                  score->provisional ? " provisional" : "");
}

static void s_say_rows(const struct leaderboard *board, struct buffer *outcome)
{
    for (uint32_t i = 0; i < board->user_count; i++) {
        const struct leaderboard_row *row = &board->rows[i];
        buffer_printf(outcome, "%s%" PRIu32 " %s %" PRIu32 " %" PRId64 " ", i ? " | " : "",
                      row->rank, s_users[row->user_id], row->solved, row->penalty_s);
        if (row->last_solved_ms == 0)
            buffer_append_text(outcome, "-");
        else
            table_append_ms(outcome, row->last_solved_ms - EPOCH_MS);
    }
}

static void s_say_result(const struct leaderboard *board, struct buffer *outcome)
{
    int64_t winner = record_winner(board);
    buffer_printf(outcome, "%s ann %s bob %s", winner == 0 ? "draw" : s_users[winner],
                  word_text(&result_words, (uint8_t)record_result(board, 1)),
                  word_text(&result_words, (uint8_t)record_result(board, 2)));
    assert_int_equal(record_result(board, 3), RESULT_NONE);
}

static void s_ask(const struct table_row *row, const struct world *world, struct buffer *outcome)
{
    struct leaderboard board;
    s_compute(world, row->line, &board);
    if (table_is(row, 0, "score")) {
        uint32_t user = s_index(row, 1, s_users, 3) - 1;
        uint32_t problem = (uint32_t)(row->words[2][0] - 'A');
        assert_true(user < board.user_count && problem < board.problem_count);
        s_say_score(&board.scores[user][problem], outcome);
    } else if (table_is(row, 0, "board")) {
        s_say_rows(&board, outcome);
    } else if (table_is(row, 0, "result")) {
        s_say_result(&board, outcome);
    } else if (table_is(row, 0, "all-solved?")) {
        buffer_append_text(outcome, leaderboard_all_solved(&board) ? "yes" : "no");
    } else if (table_is(row, 0, "undecided")) {
        buffer_append_i64(outcome,
                          leaderboard_pending(world->submissions, world->facts.submission_count,
                                              (uint32_t)table_number(row, 1)));
    } else {
        table_wrong(row, "that cannot be asked");
    }
}

static void s_row(const struct table_row *row, void *world_p, struct buffer *outcome)
{
    struct world *world = world_p;
    if (table_is(row, 0, "contest")) {
        s_start(world, table_is(row, 1, "alone") ? 1 : 2, (uint32_t)row->count - 2);
    } else if (table_is(row, 0, "verdict")) {
        uint32_t number = (uint32_t)table_number(row, 1);
        assert_in_range(number, 1, world->facts.submission_count);
        world->submissions[number - 1].verdict = (enum verdict)s_index(row, 2, s_verdicts, 10);
    } else if (strchr(row->words[0], ':') != NULL) {
        if (row->count != 4)
            table_wrong(row, "a submission is: time, user, problem, verdict");
        s_add(world, s_index(row, 1, s_users, 3), row->words[2][0], EPOCH_MS + table_ms(row, 0),
              (enum verdict)s_index(row, 3, s_verdicts, 10));
    } else {
        s_ask(row, world, outcome);
    }
}

static void test_penalty_table(void **state)
{
    (void)state;
    struct world world = {0};
    table_play("penalty", s_row, &world);
}

static void test_leaderboard_table(void **state)
{
    (void)state;
    struct world world = {0};
    table_play("leaderboard", s_row, &world);
}

/* --- what holds for any contest */

/* Many ties in time on purpose; the verdicts are drawn for later and everything is still pending.
 */
static void s_random_contest(struct prng *prng, struct world *world, enum verdict *verdicts)
{
    s_start(world, 2, 1 + (uint32_t)prng_below(prng, 4));
    uint32_t count = (uint32_t)prng_below(prng, SUBMISSIONS_MAX);
    int64_t received_ms = EPOCH_MS;
    for (uint32_t i = 0; i < count; i++) {
        if (prng_below(prng, 3) > 0)
            received_ms += (int64_t)prng_below(prng, 30000);
        s_add(world, 1 + (int64_t)prng_below(prng, 2),
              'A' + (int64_t)prng_below(prng, world->facts.problem_count), received_ms,
              VERDICT_PENDING);
        verdicts[i] = (enum verdict)(VERDICT_ACCEPTED + prng_below(prng, 8));
    }
}

static bool s_same(const struct leaderboard *a, const struct leaderboard *b)
{
    struct buffer x, y;
    buffer_init(&x, 4096);
    buffer_init(&y, 4096);
    s_say_rows(a, &x);
    s_say_rows(b, &y);
    for (uint32_t user = 0; user < a->user_count; user++) {
        for (uint32_t problem = 0; problem < a->problem_count; problem++) {
            s_say_score(&a->scores[user][problem], &x);
            s_say_score(&b->scores[user][problem], &y);
        }
    }
    bool same = slice_equal(buffer_slice(&x), buffer_slice(&y));
    buffer_fini(&x);
    buffer_fini(&y);
    return same;
}

/* Lets the verdicts arrive in a random order. What a score says without "provisional" on the way
 * must still be so at the end. */
static bool s_judge(struct prng *prng, struct world *world, const enum verdict *verdicts,
                    struct leaderboard *board)
{
    struct problem_score settled[ROOM_SEATS][ROOM_PROBLEMS_MAX];
    bool is_settled[ROOM_SEATS][ROOM_PROBLEMS_MAX] = {{false}};
    uint32_t order[SUBMISSIONS_MAX], count = world->facts.submission_count;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t j = (uint32_t)prng_below(prng, i + 1);
        order[i] = order[j];
        order[j] = i;
    }
    s_compute(world, 0, board);
    for (uint32_t step = 0; step < count; step++) {
        if (leaderboard_pending(world->submissions, count, count) != count - step)
            return false;
        world->submissions[order[step]].verdict = verdicts[order[step]];
        s_compute(world, prng_next(prng), board);
        for (uint32_t user = 0; user < ROOM_SEATS; user++) {
            for (uint32_t problem = 0; problem < board->problem_count; problem++) {
                const struct problem_score *score = &board->scores[user][problem];
                struct problem_score *kept = &settled[user][problem];
                if (is_settled[user][problem] &&
                    (score->provisional || score->penalty_s != kept->penalty_s ||
                     score->attempts != kept->attempts || score->wrong != kept->wrong ||
                     score->solved_at_ms != kept->solved_at_ms))
                    return false;
                *kept = *score;
                is_settled[user][problem] = !score->provisional;
            }
        }
    }
    return true;
}

static void test_arrival_order_never_matters(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 1000; seed++) {
        struct prng prng = {seed};
        struct world contest;
        enum verdict verdicts[SUBMISSIONS_MAX];
        struct leaderboard first, other;
        s_random_contest(&prng, &contest, verdicts);
        for (int arrival = 0; arrival < 4; arrival++) {
            struct world world = contest;
            bool right = s_judge(&prng, &world, verdicts, arrival == 0 ? &first : &other);
            if (!right || (arrival > 0 && !s_same(&first, &other)))
                fail_msg("seed %" PRIu64 ", arrival %d: the order of verdicts made a difference",
                         seed, arrival);
        }
    }
}

/* The rule told a second time, as one would keep it on paper: submission by submission. */
static void s_on_paper(const struct world *world, int64_t user_id, struct leaderboard_row *sum)
{
    bool solved[ROOM_PROBLEMS_MAX] = {false};
    int64_t wrong[ROOM_PROBLEMS_MAX] = {0};
    *sum = (struct leaderboard_row){.user_id = user_id};
    for (uint32_t i = 0; i < world->facts.submission_count; i++) {
        const struct submission_fact *submission = &world->submissions[i];
        int64_t problem = submission->problem_id - 'A';
        if (submission->user_id != user_id || solved[problem])
            continue;
        if (submission->verdict == VERDICT_ACCEPTED) {
            solved[problem] = true;
            sum->solved++;
            sum->penalty_s += wrong[problem] * 600 + (submission->received_ms - EPOCH_MS) / 1000;
            sum->last_solved_ms = submission->received_ms;
        } else if (submission->verdict != VERDICT_COMPILATION_ERROR &&
                   submission->verdict != VERDICT_JUDGE_ERROR) {
            wrong[problem]++;
        }
    }
}

static void test_as_on_paper(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 1000; seed++) {
        struct prng prng = {seed};
        struct world world;
        enum verdict verdicts[SUBMISSIONS_MAX];
        struct leaderboard board;
        s_random_contest(&prng, &world, verdicts);
        for (uint32_t i = 0; i < world.facts.submission_count; i++)
            world.submissions[i].verdict = verdicts[i];
        s_compute(&world, seed, &board);
        for (uint32_t i = 0; i < board.user_count; i++) {
            struct leaderboard_row paper;
            s_on_paper(&world, board.rows[i].user_id, &paper);
            if (paper.solved != board.rows[i].solved ||
                paper.penalty_s != board.rows[i].penalty_s ||
                paper.last_solved_ms != board.rows[i].last_solved_ms)
                fail_msg("seed %" PRIu64 ": not what paper says", seed);
        }
    }
}

static void test_win_rate(void **state)
{
    (void)state;
    assert_true(record_win_rate(5, 8) == 62.5);
    assert_true(record_win_rate(0, 0) == 0.0);
    assert_true(record_win_rate(0, 3) == 0.0);
    assert_true(record_win_rate(3, 3) == 100.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_penalty_table),
        cmocka_unit_test(test_leaderboard_table),
        cmocka_unit_test(test_arrival_order_never_matters),
        cmocka_unit_test(test_as_on_paper),
        cmocka_unit_test(test_win_rate),
    };
    return cmocka_run_group_tests_name("scoring", tests, NULL, NULL);
}
