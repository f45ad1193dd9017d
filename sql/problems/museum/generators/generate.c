/* Short and long visits; many visitors who come at the minute when others leave. */
#include "sql/problems/generate.h"

/* values: visitors, last minute, longest visit */
static void s_visits(const int64_t *values)
{
    printf("%ld\n", (long)values[0]);
    for (int64_t i = 0; i < values[0]; i++) {
        int64_t stay = between(1, values[2]);
        int64_t come = between(0, values[1] - stay);
        printf("%ld %ld\n", (long)come, (long)(come + stay));
    }
}

/* values: visitors, length of all visits. One leaves, the next comes, on several floors. */
static void s_chain(const int64_t *values)
{
    printf("%ld\n", (long)values[0]);
    for (int64_t i = 0; i < values[0]; i++) {
        int64_t come = (i / 3) * values[1];
        printf("%ld %ld\n", (long)come, (long)(come + values[1]));
    }
}

/* values: visitors, first minute. Each is there while the former is, a little less. */
static void s_nested(const int64_t *values)
{
    printf("%ld\n", (long)values[0]);
    for (int64_t i = 0; i < values[0]; i++)
        printf("%ld %ld\n", (long)(values[1] + i), (long)(1000000000 - 2 * i));
}

const struct generated_test generated_tests[] = {
    {"10-small", s_visits, {8, 20, 7}},
    {"11-crowded", s_visits, {2000, 100, 30}},
    {"12-chain", s_chain, {999, 10}},
    {"20-short-visits", s_visits, {200000, 1000000000, 5000}},
    {"21-long-visits", s_visits, {200000, 1000000000, 1000000000}},
    {"22-chain", s_chain, {39999, 70000}},
    {"23-nested", s_nested, {50000, 0}},
    {"24-crowded", s_visits, {50000, 1000, 200}},
    {NULL, NULL, {0}},
};
