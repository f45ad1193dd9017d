/* Scratches spread evenly, in heaps, and at equal distances. */
#include "sql/problems/generate.h"

static int64_t s_positions[100000];

static void s_print(int64_t count, int64_t strips)
{
    shuffle(s_positions, count);
    printf("%ld %ld\n", (long)count, (long)strips);
    for (int64_t i = 0; i < count; i++)
        printf("%ld%c", (long)s_positions[i], i + 1 < count ? ' ' : '\n');
}

/* values: scratches, strips, length of the wall */
static void s_even(const int64_t *values)
{
    for (int64_t i = 0; i < values[0]; i++)
        s_positions[i] = between(0, values[2]);
    s_print(values[0], values[1]);
}

/* values: scratches, strips, number of heaps, width of a heap */
static void s_heaps(const int64_t *values)
{
    for (int64_t i = 0; i < values[0]; i++)
        s_positions[i] =
            between(0, values[2] - 1) * (999000000 / values[2]) + between(0, values[3]);
    s_print(values[0], values[1]);
}

/* values: scratches, strips, distance between neighbours */
static void s_regular(const int64_t *values)
{
    for (int64_t i = 0; i < values[0]; i++)
        s_positions[i] = i * values[2];
    s_print(values[0], values[1]);
}

const struct generated_test generated_tests[] = {
    {"10-small", s_even, {12, 4, 40}},
    {"11-heaps", s_heaps, {1000, 10, 7, 100}},
    {"12-regular", s_regular, {1000, 7, 13}},
    {"20-one-strip", s_even, {100000, 1, 1000000000}},
    {"21-few-strips", s_even, {100000, 17, 1000000000}},
    {"22-many-strips", s_even, {100000, 40000, 1000000000}},
    {"23-heaps", s_heaps, {100000, 150, 100, 30000}},
    {"24-regular", s_regular, {100000, 33333, 10000}},
    {"25-one-each", s_even, {100000, 100000, 1000000000}},
    {NULL, NULL, {0}},
};
