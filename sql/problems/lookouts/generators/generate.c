/* Trees: a line, a star, a brush, random ones deep and shallow. */
#include "sql/problems/generate.h"

static int64_t s_names[100001];

/* values: summits, farthest earlier neighbour, lowest and highest value; with a farthest neighbour
 * of 0 every second summit hangs from the one before and the others form a line (a brush). The
 * summits get mixed names, so that their order says nothing. */
static void s_tree(const int64_t *values)
{
    int64_t n = values[0];
    for (int64_t i = 1; i <= n; i++)
        s_names[i] = i;
    shuffle(s_names + 1, n);
    printf("%ld\n", (long)n);
    for (int64_t i = 1; i <= n; i++)
        printf("%ld%c", (long)between(values[2], values[3]), i < n ? ' ' : '\n');
    for (int64_t i = 2; i <= n; i++) {
        int64_t parent = values[1] == 0  ? (i % 2 == 0 ? i - 1 : i - 2)
                         : i > values[1] ? between(i - values[1], i - 1)
                                         : between(1, i - 1);
        printf("%ld %ld\n", (long)s_names[i], (long)s_names[parent]);
    }
}

/* values: summits, value of the middle, value of the others */
static void s_star(const int64_t *values)
{
    printf("%ld\n%ld", (long)values[0], (long)values[1]);
    for (int64_t i = 2; i <= values[0]; i++)
        printf(" %ld", (long)values[2]);
    putchar('\n');
    for (int64_t i = 2; i <= values[0]; i++)
        printf("1 %ld\n", (long)i);
}

const struct generated_test generated_tests[] = {
    {"10-small", s_tree, {9, 3, 1, 10}},
    {"11-ties", s_tree, {200, 5, 0, 2}},
    {"12-line", s_tree, {500, 1, 1, 100}},
    {"20-line", s_tree, {100000, 1, 0, 1000000000}},
    {"21-star", s_star, {30000, 30000, 1}},
    {"22-dear-star", s_star, {100000, 1000000000, 1000000000}},
    {"23-shallow", s_tree, {30000, 30000, 0, 1000000000}},
    {"24-deep", s_tree, {100000, 3, 0, 1000000000}},
    {"25-brush", s_tree, {30000, 0, 0, 1000000000}},
    {"26-ties", s_tree, {50000, 20, 0, 1}},
    {NULL, NULL, {0}},
};
