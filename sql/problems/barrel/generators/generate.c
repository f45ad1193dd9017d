/* Wet, dry and balanced seasons; the largest totals need 64 bits. */
#include "sql/problems/generate.h"

/* values: days, barrel, most rain, largest need */
static void s_season(const int64_t *values)
{
    printf("%ld %ld\n", (long)values[0], (long)values[1]);
    for (int64_t i = 0; i < values[0]; i++) {
        int64_t rain = between(0, values[2]);
        printf("%ld %ld\n", (long)rain, (long)between(0, values[3]));
    }
}

const struct generated_test generated_tests[] = {
    {"10-small", s_season, {30, 10, 12, 12}},
    {"11-balanced", s_season, {500, 100, 50, 50}},
    {"12-tiny-barrel", s_season, {900, 1, 3, 3}},
    {"20-wet", s_season, {50000, 1000, 1000000000, 1000}},
    {"21-dry", s_season, {50000, 1000000000, 1000, 1000000000}},
    {"22-large", s_season, {100000, 1000000000, 1000000000, 1000000000}},
    {"23-balanced-large", s_season, {100000, 500000000, 300000000, 300000000}},
    {NULL, NULL, {0}},
};
