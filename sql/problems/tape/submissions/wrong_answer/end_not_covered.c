/* A strip of length L covers its far end, too. */
#include <stdio.h>
#include <stdlib.h>

static int marks[100000];

static int by_value(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

int main(void)
{
    int n, k, low = 0, high = 1000000001;
    if (scanf("%d %d", &n, &k) != 2)
        return 1;
    for (int i = 0; i < n; i++)
        if (scanf("%d", &marks[i]) != 1)
            return 1;
    qsort(marks, (size_t)n, sizeof(int), by_value);
    while (low < high) {
        int middle = low + (high - low) / 2, strips = 1, begin = marks[0];
        for (int i = 1; i < n; i++)
            if (marks[i] - begin >= middle && marks[i] != begin) {
                strips++;
                begin = marks[i];
            }
        if (strips <= k)
            high = middle;
        else
            low = middle + 1;
    }
    printf("%d\n", low);
    return 0;
}
