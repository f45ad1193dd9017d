/* Two beginnings with the same remainder enclose a stretch; equal ones are neighbours when sorted.
 */
#include <stdio.h>
#include <stdlib.h>

static long long remainders[200001];

static int by_value(const void *a, const void *b)
{
    long long one = *(const long long *)a, other = *(const long long *)b;
    return (one > other) - (one < other);
}

int main(void)
{
    long long n, k, profit, ways = 0, same = 0;
    if (scanf("%lld %lld", &n, &k) != 2)
        return 1;
    for (long long i = 1; i <= n; i++) {
        if (scanf("%lld", &profit) != 1)
            return 1;
        remainders[i] = ((remainders[i - 1] + profit) % k + k) % k;
    }
    qsort(remainders, (size_t)n + 1, sizeof(long long), by_value);
    for (long long i = 1; i <= n; i++) {
        same = remainders[i] == remainders[i - 1] ? same + 1 : 0;
        ways += same;
    }
    printf("%lld\n", ways);
    return 0;
}
