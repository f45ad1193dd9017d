/* Kinds become numbers 0 … by sorting; then two ends walk along the street. */
#include <stdio.h>
#include <stdlib.h>

static int kinds[200000], sorted[200000], in_stretch[200000];

static int by_value(const void *a, const void *b)
{
    int one = *(const int *)a, other = *(const int *)b;
    return (one > other) - (one < other);
}

int main(void)
{
    int n, count = 0;
    if (scanf("%d", &n) != 1)
        return 1;
    for (int i = 0; i < n; i++) {
        if (scanf("%d", &kinds[i]) != 1)
            return 1;
        sorted[i] = kinds[i];
    }
    qsort(sorted, (size_t)n, sizeof(int), by_value);
    for (int i = 0; i < n; i++)
        if (i == 0 || sorted[i] != sorted[i - 1])
            sorted[count++] = sorted[i];
    int best = n, missing = count;
    for (int begin = 0, end = 0; end < n; end++) {
        int *kind = bsearch(&kinds[end], sorted, (size_t)count, sizeof(int), by_value);
        kinds[end] = (int)(kind - sorted);
        missing -= in_stretch[kinds[end]]++ == 0;
        while (in_stretch[kinds[begin]] > 1)
            in_stretch[kinds[begin++]]--;
        if (missing == 0 && end - begin + 1 < best)
            best = end - begin + 1;
    }
    printf("%d\n", best);
    return 0;
}
