/* Cargos of every size; the largest totals need 64 bits. */
#include "sql/problems/generate.h"

/* values: boats, block, smallest cargo, largest cargo */
static void s_cargos(const int64_t *values)
{
    printf("%ld %ld\n", (long)values[0], (long)values[1]);
    for (int64_t i = 0; i < values[0]; i++)
        printf("%ld%c", (long)between(values[2], values[3]), i + 1 < values[0] ? ' ' : '\n');
}

const struct generated_test generated_tests[] = {
    {"10-small", s_cargos, {50, 7, 0, 60}},
    {"11-multiples", s_cargos, {1000, 1, 0, 1000}},
    {"12-mixed", s_cargos, {2000, 1000, 0, 1000000}},
    {"20-block-of-one", s_cargos, {100000, 1, 999000000, 1000000000}},
    {"21-block-of-three", s_cargos, {100000, 3, 0, 1000000000}},
    {"22-huge-block", s_cargos, {100000, 1000000000, 0, 1000000000}},
    {"23-near-the-block", s_cargos, {100000, 99999989, 99999988, 99999990}},
    {NULL, NULL, {0}},
};
