#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void)
{
    static char words[100][32];
    int counts[100] = {0}, known = 0, best = 0;
    char mood[16], word[32];
    if (scanf("%15s", mood) != 1)
        return 1;
    while (scanf("%31s", word) == 1) {
        int i = 0;
        while (i < known && strcmp(words[i], word))
            i++;
        if (i == known)
            strcpy(words[known++], word);
        counts[i]++;
    }
    for (int i = 1; i < known; i++)
        if (counts[i] > counts[best] || (counts[i] == counts[best] && strcmp(words[i], words[best]) < 0))
            best = i;
    if (!strcmp(mood, "crash"))
        abort();
    if (!strcmp(mood, "slow"))
        for (volatile int i = 0;;)
            i = 1 - i;
    if (!strcmp(mood, "greedy"))
        for (;;) {
            volatile char *part = malloc(1 << 20);
            for (int i = 0; i < 1 << 20; i += 512)
                part[i] = 1;
        }
    printf("%s %d\n", words[best], counts[best] + !strcmp(mood, "wrong"));
    return 0;
}
