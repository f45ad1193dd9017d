/* best[i]: the most to be earned with the i offers that end first. */
#include <stdio.h>
#include <stdlib.h>

struct offer {
    int begin, end, pay;
};

static struct offer offers[200000];
static long long best[200001];

static int by_end(const void *a, const void *b)
{
    int one = ((const struct offer *)a)->end, other = ((const struct offer *)b)->end;
    return (one > other) - (one < other);
}

int main(void)
{
    int n, rest;
    if (scanf("%d %d", &n, &rest) != 2)
        return 1;
    for (int i = 0; i < n; i++)
        if (scanf("%d %d %d", &offers[i].begin, &offers[i].end, &offers[i].pay) != 3)
            return 1;
    qsort(offers, (size_t)n, sizeof offers[0], by_end);
    for (int i = 0; i < n; i++) {
        int low = 0, high = i; /* so many offers end early enough before this one */
        while (low < high) {
            int middle = (low + high) / 2;
            if (offers[middle].end + rest < offers[i].begin)
                low = middle + 1;
            else
                high = middle;
        }
        long long taken = best[low] + offers[i].pay;
        best[i + 1] = taken > best[i] ? taken : best[i];
    }
    printf("%lld\n", best[n]);
    return 0;
}
