/* Offers that overlap a lot or a little, and chains in which rest decides. */
#include "sql/problems/generate.h"

/* values: offers, rest, last day, longest job */
static void s_offers(const int64_t *values)
{
    printf("%ld %ld\n", (long)values[0], (long)values[1]);
    for (int64_t i = 0; i < values[0]; i++) {
        int64_t length = between(1, values[3]);
        int64_t begin = between(1, values[2] - length + 1);
        printf("%ld %ld %ld\n", (long)begin, (long)(begin + length - 1),
               (long)between(1, 1000000000));
    }
}

/* values: offers, rest, days from one offer to the next, pay. Jobs of one length in a row. */
static void s_chain(const int64_t *values)
{
    printf("%ld %ld\n", (long)values[0], (long)values[1]);
    for (int64_t i = 0; i < values[0]; i++) {
        int64_t begin = 1 + i * values[2];
        printf("%ld %ld %ld\n", (long)begin, (long)(begin + values[2] - 2), (long)values[3]);
    }
}

const struct generated_test generated_tests[] = {
    {"10-small", s_offers, {12, 2, 40, 8}},
    {"11-no-rest", s_offers, {1000, 0, 5000, 40}},
    {"12-long-jobs", s_offers, {1000, 10, 1000, 900}},
    {"20-short-jobs", s_offers, {200000, 100, 1000000000, 5000}},
    {"21-mixed-jobs", s_offers, {200000, 1000, 1000000000, 100000000}},
    {"22-few-days", s_offers, {50000, 3, 5000, 50}},
    {"23-chain-fits", s_chain, {100000, 1, 10000, 1000000000}},
    {"24-chain-every-other", s_chain, {20000, 2, 50000, 1000000000}},
    {"25-one-job-only", s_offers, {30000, 1000000000, 1000000000, 1000}},
    {NULL, NULL, {0}},
};
