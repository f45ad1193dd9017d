/* Networks random, long, and such that relaxing the roads in their order takes very many rounds. */
#include "sql/problems/generate.h"

/* values: towns, roads, highest toll */
static void s_network(const int64_t *values)
{
    printf("%ld %ld\n", (long)values[0], (long)values[1]);
    for (int64_t i = 0; i < values[1]; i++) {
        int64_t a = between(1, values[0]), b = between(1, values[0] - 1);
        printf("%ld %ld %ld\n", (long)a, (long)(b + (b >= a)), (long)between(0, values[2]));
    }
}

/* One long road through all towns, last piece first, and `values[1]` short cuts that cost more. */
static void s_long(const int64_t *values)
{
    printf("%ld %ld\n", (long)values[0], (long)(values[0] - 1 + values[1]));
    for (int64_t i = values[0] - 1; i >= 1; i--)
        printf("%ld %ld %ld\n", (long)(i + 1), (long)i, (long)between(values[2] / 2, values[2]));
    for (int64_t i = 0; i < values[1]; i++) {
        int64_t a = between(1, values[0] - 6), hop = between(2, 6);
        printf("%ld %ld %ld\n", (long)a, (long)(a + hop), (long)(hop * values[2]));
    }
}

/* A grid of towns of `values[0]` rows and columns. */
static void s_grid(const int64_t *values)
{
    int64_t side = values[0];
    printf("%ld %ld\n", (long)(side * side), (long)(2 * side * (side - 1)));
    for (int64_t i = 0; i < side; i++)
        for (int64_t j = 0; j < side; j++) {
            int64_t at = i * side + j + 1;
            if (j + 1 < side)
                printf("%ld %ld %ld\n", (long)at, (long)(at + 1), (long)between(0, values[1]));
            if (i + 1 < side)
                printf("%ld %ld %ld\n", (long)at, (long)(at + side), (long)between(0, values[1]));
        }
}

const struct generated_test generated_tests[] = {
    {"10-small", s_network, {6, 9, 20}},
    {"11-many-roads", s_network, {50, 1000, 1000}},
    {"12-long", s_long, {200, 100, 9}},
    {"13-grid", s_grid, {12, 50}},
    {"20-random", s_network, {20000, 50000, 1000000000}},
    {"21-small-tolls", s_network, {20000, 50000, 3}},
    {"22-no-way", s_network, {20000, 8000, 1000}},
    {"23-grid", s_grid, {141, 1000000000}},
    {"24-long", s_long, {20000, 30000, 150000000}},
    {NULL, NULL, {0}},
};
