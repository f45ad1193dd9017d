/* A table with a place for each minute of one year only. */
#include <stdio.h>

static int changes[365 * 24 * 60];

int main(void)
{
    int n, come, leave, inside = 0, most = 0, minutes = 0;
    if (scanf("%d", &n) != 1)
        return 1;
    while (n-- > 0 && scanf("%d %d", &come, &leave) == 2) {
        changes[come]++;
        changes[leave]--;
    }
    for (int i = 0; i < 365 * 24 * 60; i++) {
        inside += changes[i];
        if (inside > most) {
            most = inside;
            minutes = 0;
        }
        minutes += inside == most;
    }
    printf("%d %d\n", most, minutes);
    return 0;
}
