/* Boxes with many or few sizes, balanced or not. */
#include "sql/problems/generate.h"

/* values: gloves, number of sizes, per cent of left ones, smallest size */
static void s_box(const int64_t *values)
{
    printf("%ld\n", (long)values[0]);
    for (int64_t i = 0; i < values[0]; i++) {
        char side = between(1, 100) <= values[2] ? 'L' : 'R';
        printf("%c %ld\n", side, (long)(values[3] + between(0, values[1] - 1)));
    }
}

/* Every size once, all left ones first: no pair, or as many as there are. */
static void s_once(const int64_t *values)
{
    int64_t half = values[0] / 2;
    printf("%ld\n", (long)(2 * half));
    for (int64_t i = 0; i < half; i++)
        printf("L %ld\n", (long)(1000 + i));
    for (int64_t i = 0; i < half; i++)
        printf("R %ld\n", (long)(values[1] + half - i));
}

const struct generated_test generated_tests[] = {
    {"10-few-sizes", s_box, {100, 5, 50, 1}},
    {"11-mostly-left", s_box, {1000, 20, 90, 30}},
    {"12-only-right", s_box, {1000, 3, 0, 7}},
    {"20-large-sizes", s_box, {200000, 100000, 50, 999900000}},
    {"21-one-size", s_box, {50000, 1, 50, 1000000000}},
    {"22-no-pair", s_once, {200000, 999000000}},
    {"23-all-pairs", s_once, {50000, 999}},
    {NULL, NULL, {0}},
};
