/* ways[l][d][s]: how many restless ends of l digits follow a digit d when the sum still wants s. */
#include <stdio.h>

static long long ways[20][10][100];

static long long up_to(long long limit, int m)
{
    int digits[20], length = 0, sum = 0;
    long long count = 0;
    for (; limit > 0; limit /= 10)
        digits[length++] = (int)(limit % 10);
    for (int shorter = 1; shorter < length; shorter++)
        for (int digit = 1; digit < 10; digit++)
            count += ways[shorter - 1][digit][(m - digit % m) % m];
    for (int i = length - 1; i >= 0; i--) {
        int before = i + 1 < length ? digits[i + 1] : -1;
        for (int digit = i + 1 == length; digit < digits[i]; digit++)
            if (digit != before)
                count += ways[i][digit][(m - (sum + digit) % m) % m];
        if (digits[i] == before)
            return count;
        sum += digits[i];
    }
    return count + (length > 0 && sum % m == 0);
}

int main(void)
{
    long long a, b;
    int m;
    if (scanf("%lld %lld %d", &a, &b, &m) != 3)
        return 1;
    for (int before = 0; before < 10; before++)
        ways[0][before][0] = 1;
    for (int length = 1; length < 20; length++)
        for (int before = 0; before < 10; before++)
            for (int sum = 0; sum < m; sum++)
                for (int digit = 0; digit < 10; digit++)
                    if (digit != before)
                        ways[length][before][sum] +=
                            ways[length - 1][digit][(sum + m - digit % m) % m];
    printf("%lld\n", up_to(b, m) - up_to(a - 1, m));
    return 0;
}
