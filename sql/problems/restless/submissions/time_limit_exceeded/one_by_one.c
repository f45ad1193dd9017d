/* Looks at every number. */
#include <stdio.h>

int main(void)
{
    long long a, b, m, count = 0;
    if (scanf("%lld %lld %lld", &a, &b, &m) != 3)
        return 1;
    for (; a <= b; a++) {
        long long before = -1, sum = 0, rest = a;
        while (rest > 0 && rest % 10 != before) {
            before = rest % 10;
            sum += before;
            rest /= 10;
        }
        count += rest == 0 && sum % m == 0;
    }
    printf("%lld\n", count);
    return 0;
}
