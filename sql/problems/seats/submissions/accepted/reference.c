/* A Fenwick tree over free seats; its binary digits lead to the k-th one. */
#include <stdio.h>

static int tree[500001];

int main(void)
{
    int n, q, value, top = 1;
    char event;
    if (scanf("%d %d", &n, &q) != 2)
        return 1;
    while (2 * top <= n)
        top *= 2;
    for (int i = 1; i <= n; i++)
        tree[i] = i & -i;
    while (q-- > 0 && scanf(" %c %d", &event, &value) == 2) {
        int seat = value, change = 1;
        if (event == 'T') {
            seat = 0;
            for (int step = top; step > 0; step /= 2)
                if (seat + step <= n && tree[seat + step] < value)
                    value -= tree[seat += step];
            printf("%d\n", ++seat);
            change = -1;
        }
        for (; seat <= n; seat += seat & -seat)
            tree[seat] += change;
    }
    return 0;
}
