/* A full block is charged twice, and so is a boat without cargo. */
#include <stdio.h>

int main(void)
{
    long long n, k, cargo, coins = 0;
    if (scanf("%lld %lld", &n, &k) != 2)
        return 1;
    while (n-- > 0 && scanf("%lld", &cargo) == 1)
        coins += cargo / k + 1;
    printf("%lld\n", coins);
    return 0;
}
