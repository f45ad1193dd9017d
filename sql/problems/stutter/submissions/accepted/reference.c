#include <stdio.h>

static char message[1000001];

int main(void)
{
    int k, run = 0, kept = 0, i = 0;
    if (scanf("%d %1000000s", &k, message) != 2)
        return 1;
    for (char before = 0; message[i]; i++) {
        run = message[i] == before ? run + 1 : 1;
        before = message[i];
        if (run <= k)
            message[kept++] = before;
    }
    message[kept] = 0;
    printf("%s\n%d\n", message, i - kept);
    return 0;
}
