/* The draw of problems: tests/tables/draw.table, and that it is fair. */
#include "actors/room/draw.h"

#include <inttypes.h>

#include "proto/prng.h"
#include "tests/unit/rules/table.h"

#define SEEDS 400 /* draws behind each line of the table */

struct world {
    struct draw_candidate candidates[TABLE_WORDS_MAX]; /* of the last "problems" line */
    uint32_t count;                                    /* of these */
};

static void s_shuffle(struct prng *prng, struct draw_candidate *candidates, uint32_t count)
{
    for (uint32_t i = count; i > 1; i--) {
        uint32_t j = (uint32_t)prng_below(prng, i);
        struct draw_candidate other = candidates[j];
        candidates[j] = candidates[i - 1];
        candidates[i - 1] = other;
    }
}

static const struct draw_candidate *s_find(const struct world *world, int64_t id)
{
    for (uint32_t i = 0; i < world->count; i++) {
        if (world->candidates[i].id == id)
            return &world->candidates[i];
    }
    fail_msg("a problem was drawn that is no candidate");
    return NULL;
}

/* "E1 M2! X3": a letter for the difficulty, a digit, and "!" where one of the two has met it. */
static void s_problems(const struct table_row *row, struct world *world)
{
    static const char letters[] = "EMHX";
    world->count = 0;
    for (uint32_t i = 1; i < row->count; i++) {
        const char *word = row->words[i], *letter = strchr(letters, word[0]);
        if (letter == NULL)
            table_wrong(row, "no difficulty begins like %s", word);
        world->candidates[world->count++] =
            (struct draw_candidate){.id = word[0] * 256 + word[1],
                                    .difficulty = (enum difficulty)(letter - letters),
                                    .met = word[2] == '!'};
    }
}

/* What was drawn, as difficulties ("E M H!"): the same for every seed and order. */
static void s_row(const struct table_row *row, void *world_p, struct buffer *outcome)
{
    struct world *world = world_p;
    uint8_t difficulty;
    if (table_is(row, 0, "problems")) {
        s_problems(row, world);
        return;
    }
    if (!table_is(row, 0, "draw") || row->count != 3 ||
        !word_number(&difficulty_words, slice_of(row->words[1]), &difficulty))
        table_wrong(row, "neither problems nor a draw");
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        int64_t ids[ROOM_PROBLEMS_MAX];
        struct buffer text;
        buffer_init(&text, 256);
        struct prng prng = {seed};
        s_shuffle(&prng, world->candidates, world->count);
        uint32_t count = draw(seed, world->candidates, world->count, (uint32_t)table_number(row, 2),
                              (enum difficulty)difficulty, ids);
        for (uint32_t i = 0; i < count; i++) {
            bool met = s_find(world, ids[i])->met;
            buffer_printf(&text, "%s%c%s", i ? " " : "", (char)(ids[i] / 256), met ? "!" : "");
        }
        if (seed == 1)
            buffer_append(outcome, text.data, text.length);
        else if (!slice_equal(buffer_slice(&text), buffer_slice(outcome)))
            table_wrong(row, "seed %" PRIu64 " gives %.*s", seed, (int)text.length, text.data);
        buffer_fini(&text);
    }
}

static void test_table(void **state)
{
    (void)state;
    struct world world = {0};
    table_play("draw", s_row, &world);
}

/* Six easy problems, two drawn: each of the fifteen pairs is as likely as any other, and so is each
 * order (five standard deviations allowed). */
static void test_every_pair_is_as_likely(void **state)
{
    (void)state;
    struct draw_candidate candidates[6];
    uint32_t seen[6][6] = {{0}};
    for (int64_t i = 0; i < 6; i++)
        candidates[i] = (struct draw_candidate){.id = 100 + i, .difficulty = DIFFICULTY_EASY};
    for (uint64_t seed = 0; seed < 12000; seed++) {
        int64_t ids[ROOM_PROBLEMS_MAX];
        assert_int_equal(draw(seed, candidates, 6, 2, DIFFICULTY_EASY, ids), 2);
        seen[ids[0] - 100][ids[1] - 100]++;
    }
    for (int i = 0; i < 6; i++) {
        for (int j = 0; j < 6; j++) {
            if (i == j)
                assert_int_equal(seen[i][j], 0);
            else
                assert_in_range(seen[i][j], 400 - 5 * 20, 400 + 5 * 20);
        }
    }
}

/* Among any candidates: never one twice, as many as there are, easy to hard, and the same whatever
 * the order they lie in. */
static void test_any_draw(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 1000; seed++) {
        struct prng prng = {seed};
        struct world world = {.count = (uint32_t)prng_below(&prng, TABLE_WORDS_MAX)};
        for (uint32_t i = 0; i < world.count; i++)
            world.candidates[i] =
                (struct draw_candidate){.id = 1 + i * 17,
                                        .difficulty = (enum difficulty)prng_below(&prng, 3),
                                        .met = prng_below(&prng, 2) == 0};
        uint32_t wanted = 1 + (uint32_t)prng_below(&prng, ROOM_PROBLEMS_MAX);
        int64_t ids[ROOM_PROBLEMS_MAX], again[ROOM_PROBLEMS_MAX];
        uint32_t count = draw(seed, world.candidates, world.count, wanted, DIFFICULTY_MIXED, ids);
        s_shuffle(&prng, world.candidates, world.count);
        bool right =
            count == (wanted < world.count ? wanted : world.count) &&
            draw(seed, world.candidates, world.count, wanted, DIFFICULTY_MIXED, again) == count &&
            memcmp(ids, again, count * sizeof *ids) == 0;
        for (uint32_t i = 0; i < count; i++) {
            for (uint32_t j = i + 1; j < count; j++)
                right = right && ids[i] != ids[j] &&
                        s_find(&world, ids[i])->difficulty <= s_find(&world, ids[j])->difficulty;
        }
        if (!right)
            fail_msg("seed %" PRIu64 ": not a fair draw", seed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_every_pair_is_as_likely),
        cmocka_unit_test(test_any_draw),
    };
    return cmocka_run_group_tests_name("draw", tests, NULL, NULL);
}
