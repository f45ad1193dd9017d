/* A table for sizes up to a million only. */
#include <stdio.h>

static int count[2][1000001];

int main(void)
{
    int n, size, pairs = 0;
    char side;
    if (scanf("%d", &n) != 1)
        return 1;
    while (n-- > 0 && scanf(" %c %d", &side, &size) == 2)
        count[side == 'R'][size]++;
    for (int i = 0; i <= 1000000; i++)
        pairs += count[0][i] < count[1][i] ? count[0][i] : count[1][i];
    printf("%d\n", pairs);
    return 0;
}
