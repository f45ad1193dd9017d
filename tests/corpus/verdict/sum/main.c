#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int s_deep(int n)
{
    volatile char here[64];
    here[n % 64] = (char)n;
    return n ? s_deep(n - 1) + here[n % 64] * 0 : 0;
}

static void s_spin(long ms)
{
    while (clock() / (CLOCKS_PER_SEC / 1000) < ms)
        ;
}

static void s_take(long mb)
{
    for (long i = 0; i < mb; i++) {
        char *at = malloc(1 << 20);
        if (!at)
            abort();
        memset(at, (int)i + 1, 1 << 20);
    }
}

int main(void)
{
    char word[16];
    long n, sum = 0, value;
    if (scanf("%15s %ld", word, &n) != 2)
        return 9;
    while (scanf("%ld", &value) == 1)
        sum += value;
    if (!strcmp(word, "spin"))
        s_spin(n);
    if (!strcmp(word, "sleep"))
        usleep((useconds_t)n * 1000);
    if (!strcmp(word, "take"))
        s_take(n);
    if (!strcmp(word, "deep"))
        sum += s_deep((int)n);
    if (!strcmp(word, "crash"))
        abort();
    if (!strcmp(word, "quiet"))
        return 0;
    printf("%ld\n", sum);
    if (!strcmp(word, "pad"))
        for (long i = 0; i < n; i++)
            putchar(' ');
    return !strcmp(word, "exit") ? (int)n : 0;
}
