/* Archipelagos: random, in a line, around one island, and closely woven; all or some bridges snap.
 */
#include "sql/problems/generate.h"

static int64_t s_order[100000];

static void s_print_order(int64_t bridges, int64_t snapping, int64_t mixed)
{
    for (int64_t i = 0; i < bridges; i++)
        s_order[i] = i + 1;
    if (mixed)
        shuffle(s_order, bridges);
    for (int64_t i = 0; i < snapping; i++)
        printf("%ld%c", (long)s_order[i], i + 1 < snapping ? ' ' : '\n');
}

/* values: islands, bridges, snapping */
static void s_random(const int64_t *values)
{
    printf("%ld %ld %ld\n", (long)values[0], (long)values[1], (long)values[2]);
    for (int64_t i = 0; i < values[1]; i++) {
        int64_t a = between(1, values[0]), b = between(1, values[0] - 1);
        printf("%ld %ld\n", (long)a, (long)(b + (b >= a)));
    }
    s_print_order(values[1], values[2], 1);
}

/* values: islands, snapping, farthest earlier neighbour, order mixed. A tree. */
static void s_tree(const int64_t *values)
{
    printf("%ld %ld %ld\n", (long)values[0], (long)(values[0] - 1), (long)values[1]);
    for (int64_t i = 2; i <= values[0]; i++)
        printf("%ld %ld\n", (long)i, (long)between(i > values[2] ? i - values[2] : 1, i - 1));
    s_print_order(values[0] - 1, values[1], values[3]);
}

const struct generated_test generated_tests[] = {
    {"10-small", s_random, {8, 10, 10}},
    {"11-some-snap", s_random, {300, 500, 200}},
    {"12-line", s_tree, {1000, 999, 1, 1}},
    {"20-random", s_random, {100000, 100000, 100000}},
    {"21-woven", s_random, {1000, 100000, 100000}},
    {"22-some-snap", s_random, {20000, 30000, 15000}},
    {"23-line", s_tree, {100000, 99999, 1, 1}},
    {"24-line-in-order", s_tree, {30000, 29999, 1, 0}},
    {"25-bushy", s_tree, {30000, 29999, 30000, 1}},
    {NULL, NULL, {0}},
};
