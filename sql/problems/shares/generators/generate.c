/* Profits and losses of chosen size; few remainders make the answers large. */
#include "sql/problems/generate.h"

/* values: days, traders, lowest and highest profit */
static void s_days(const int64_t *values)
{
    printf("%ld %ld\n", (long)values[0], (long)values[1]);
    for (int64_t i = 0; i < values[0]; i++)
        printf("%ld%c", (long)between(values[2], values[3]), i + 1 < values[0] ? ' ' : '\n');
}

const struct generated_test generated_tests[] = {
    {"10-small", s_days, {20, 4, -9, 9}},
    {"11-only-losses", s_days, {500, 7, -100, -1}},
    {"12-huge-company", s_days, {1000, 1000000000, -50, 50}},
    {"20-one-trader", s_days, {200000, 1, -1000000000, 1000000000}},
    {"21-three-traders", s_days, {200000, 3, -1000000000, 1000000000}},
    {"22-zeros", s_days, {200000, 999999937, 0, 0}},
    {"23-large", s_days, {200000, 99991, -1000000000, 1000000000}},
    {"24-all-gains", s_days, {30000, 1000000000, 999999990, 1000000000}},
    {NULL, NULL, {0}},
};
