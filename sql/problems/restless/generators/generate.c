/* Ranges of all sizes at the upper end; the small ones are committed. */
#include "sql/problems/generate.h"

#define LARGEST 1000000000000000000

/* values: lowest and highest beginning, highest end, m */
static void s_range(const int64_t *values)
{
    int64_t begin = between(values[0], values[1]);
    printf("%ld %ld %ld\n", (long)begin, (long)between(begin, values[2]), (long)values[3]);
}

const struct generated_test generated_tests[] = {
    {"10-thousands", s_range, {1, 5000, 9000, 4}},
    {"11-millions", s_range, {1000000, 3000000, 9000000, 7}},
    {"20-large", s_range, {1, LARGEST / 2, LARGEST, 1}},
    {"21-large-sums", s_range, {1, 1000, LARGEST, 97}},
    {"22-far-up", s_range, {LARGEST - 1000, LARGEST, LARGEST, 1}},
    {"23-large", s_range, {LARGEST / 3, LARGEST / 2, LARGEST, 11}},
    {"24-middle", s_range, {LARGEST / 1000, LARGEST / 100, LARGEST / 10, 2}},
    {NULL, NULL, {0}},
};
