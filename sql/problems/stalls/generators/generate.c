/* Streets with few and many kinds, and one kind that is sold in one place only. */
#include "sql/problems/generate.h"

/* values: stalls, kinds, smallest kind */
static void s_street(const int64_t *values)
{
    printf("%ld\n", (long)values[0]);
    for (int64_t i = 0; i < values[0]; i++)
        printf("%ld%c", (long)(values[2] + between(0, values[1] - 1)),
               i + 1 < values[0] ? ' ' : '\n');
}

/* Every kind once, then the common ones at random: the rare ones fix where the stretch begins. */
static void s_rare_first(const int64_t *values)
{
    printf("%ld\n", (long)values[0]);
    for (int64_t i = 0; i < values[0]; i++) {
        int64_t kind = i < values[1] ? i : between(values[2], values[1] - 1);
        printf("%ld%c", (long)(1 + kind * 1009), i + 1 < values[0] ? ' ' : '\n');
    }
}

const struct generated_test generated_tests[] = {
    {"10-three-kinds", s_street, {50, 3, 1}},
    {"11-ten-kinds", s_street, {1000, 10, 7}},
    {"12-rare-ones", s_rare_first, {1000, 100, 50}},
    {"20-two-kinds", s_street, {200000, 2, 999999999}},
    {"21-hundred-kinds", s_street, {100000, 100, 500}},
    {"22-many-kinds", s_street, {200000, 30000, 999970001}},
    {"23-rare-ones", s_rare_first, {200000, 100000, 99999}},
    {"24-all-different", s_rare_first, {200000, 200000, 0}},
    {NULL, NULL, {0}},
};
