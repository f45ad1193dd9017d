#include <stdio.h>
#include <stdlib.h>

static int marks[100000];

static int by_value(const void *a, const void *b)
{
    int one = *(const int *)a, other = *(const int *)b;
    return (one > other) - (one < other);
}

static int strips_needed(int n, int length)
{
    int strips = 0;
    for (int i = 0; i < n; strips++)
        for (int begin = marks[i]; i < n && marks[i] - begin <= length;)
            i++;
    return strips;
}

int main(void)
{
    int n, k, low = 0, high = 1000000000;
    if (scanf("%d %d", &n, &k) != 2)
        return 1;
    for (int i = 0; i < n; i++)
        if (scanf("%d", &marks[i]) != 1)
            return 1;
    qsort(marks, (size_t)n, sizeof(int), by_value);
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (strips_needed(n, middle) <= k)
            high = middle;
        else
            low = middle + 1;
    }
    printf("%d\n", low);
    return 0;
}
