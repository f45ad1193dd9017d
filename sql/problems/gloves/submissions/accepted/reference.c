#include <stdio.h>
#include <stdlib.h>

static int gloves[2][200000]; /* sizes of the left ones, of the right ones */

static int by_size(const void *a, const void *b)
{
    int one = *(const int *)a, other = *(const int *)b;
    return (one > other) - (one < other);
}

int main(void)
{
    int n, size, count[2] = {0, 0}, pairs = 0;
    char side;
    if (scanf("%d", &n) != 1)
        return 1;
    while (n-- > 0 && scanf(" %c %d", &side, &size) == 2)
        gloves[side == 'R'][count[side == 'R']++] = size;
    for (int i = 0; i < 2; i++)
        qsort(gloves[i], (size_t)count[i], sizeof(int), by_size);
    for (int left = 0, right = 0; left < count[0] && right < count[1];) {
        int difference = gloves[0][left] - gloves[1][right];
        pairs += difference == 0;
        left += difference <= 0;
        right += difference >= 0;
    }
    printf("%d\n", pairs);
    return 0;
}
