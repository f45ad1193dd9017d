/* Messages with runs of chosen lengths from an alphabet of chosen size. */
#include "sql/problems/generate.h"

/* values: k, letters, longest run, size of the alphabet */
static void s_message(const int64_t *values)
{
    printf("%ld\n", (long)values[0]);
    for (int64_t left = values[1]; left > 0;) {
        int64_t run = between(1, values[2] < left ? values[2] : left);
        char letter = (char)('a' + between(0, values[3] - 1));
        for (int64_t i = 0; i < run; i++)
            putchar(letter);
        left -= run;
    }
    putchar('\n');
}

const struct generated_test generated_tests[] = {
    {"10-short-runs", s_message, {2, 60, 4, 3}},
    {"11-two-letters", s_message, {3, 500, 6, 2}},
    {"12-no-runs", s_message, {1, 1000, 1, 26}},
    {"20-one-run", s_message, {1, 1000000, 1000000, 1}},
    {"21-long-runs", s_message, {500, 1000000, 1000, 26}},
    {"22-short-runs", s_message, {1, 1000000, 3, 26}},
    {"23-nothing-to-do", s_message, {1000000, 1000000, 50000, 2}},
    {NULL, NULL, {0}},
};
