/* Random yards, and mazes in which the one drift to break must be chosen well. */
#include "sql/problems/generate.h"

#include <string.h>

static char s_yard[300][301];

static void s_print(int64_t rows, int64_t columns)
{
    printf("%ld %ld\n", (long)rows, (long)columns);
    for (int64_t i = 0; i < rows; i++)
        printf("%.*s\n", (int)columns, s_yard[i]);
}

/* values: rows, columns, per cent of drifts */
static void s_scattered(const int64_t *values)
{
    for (int64_t i = 0; i < values[0]; i++)
        for (int64_t j = 0; j < values[1]; j++)
            s_yard[i][j] = between(1, 100) <= values[2] ? '#' : '.';
    s_yard[0][0] = 'S';
    s_yard[values[0] - 1][values[1] - 1] = 'G';
    s_print(values[0], values[1]);
}

/* A long winding way between full rows of drifts; `values[2]` of them are two drifts thick, so that
 * breaking through there is of no use. */
static void s_winding(const int64_t *values)
{
    memset(s_yard, '.', sizeof s_yard);
    for (int64_t i = 2, wall = 0; i + 1 < values[0]; i += 3, wall++) {
        int64_t thickness = wall < values[2] ? 2 : 1;
        for (int64_t row = i; row < i + thickness && row + 1 < values[0]; row++) {
            memset(s_yard[row], '#', (size_t)values[1]);
            if (values[3])
                s_yard[row][wall % 2 ? 0 : values[1] - 1] = '.';
        }
    }
    s_yard[0][0] = 'S';
    s_yard[values[0] - 1][values[1] / 2] = 'G';
    s_print(values[0], values[1]);
}

const struct generated_test generated_tests[] = {
    {"10-scattered", s_scattered, {8, 9, 35}},
    {"11-dense", s_scattered, {30, 30, 42}},
    {"12-winding", s_winding, {17, 20, 2, 1}},
    {"13-one-column", s_scattered, {300, 1, 0}},
    {"20-empty", s_scattered, {300, 300, 0}},
    {"21-scattered", s_scattered, {300, 300, 35}},
    {"22-dense", s_scattered, {300, 299, 41}},
    {"23-winding", s_winding, {300, 300, 0, 1}},
    {"24-winding-thick", s_winding, {300, 300, 70, 1}},
    {"25-closed", s_winding, {300, 300, 0, 0}},
    {"26-closed-by-one", s_winding, {5, 300, 0, 0}},
    {NULL, NULL, {0}},
};
