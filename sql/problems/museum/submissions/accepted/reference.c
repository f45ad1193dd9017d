/* Comings and goings, each sorted, merged in the order of time. */
#include <stdio.h>
#include <stdlib.h>

static int comings[200000], goings[200000];

static int by_value(const void *a, const void *b)
{
    int one = *(const int *)a, other = *(const int *)b;
    return (one > other) - (one < other);
}

int main(void)
{
    int n, inside = 0, most = 0, minutes = 0, before = 0;
    if (scanf("%d", &n) != 1)
        return 1;
    for (int i = 0; i < n; i++)
        if (scanf("%d %d", &comings[i], &goings[i]) != 2)
            return 1;
    qsort(comings, (size_t)n, sizeof(int), by_value);
    qsort(goings, (size_t)n, sizeof(int), by_value);
    for (int in = 0, out = 0; out < n;) {
        int now = in < n && comings[in] < goings[out] ? comings[in] : goings[out];
        if (inside > most) {
            most = inside;
            minutes = 0;
        }
        if (inside == most)
            minutes += now - before;
        for (; out < n && goings[out] == now; out++)
            inside--;
        for (; in < n && comings[in] == now; in++)
            inside++;
        before = now;
    }
    printf("%d %d\n", most, minutes);
    return 0;
}
