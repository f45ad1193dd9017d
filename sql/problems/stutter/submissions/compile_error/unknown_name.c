#include <stdio.h>

int main(void)
{
    int k;
    scanf("%d", &k);
    for (int letter; (letter = getchar()) != EOF;)
        if (run_of(letter) <= k)
            putchar(letter);
    return 0;
}
