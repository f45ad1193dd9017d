// Forgets the seats that became free.
#include <cstdio>
#include <vector>

int main()
{
    int n, q, value, top = 1;
    char event;
    if (std::scanf("%d %d", &n, &q) != 2)
        return 1;
    while (2 * top <= n)
        top *= 2;
    std::vector<int> tree(n + 1);
    for (int i = 1; i <= n; i++)
        tree[i] = i & -i;
    while (q-- && std::scanf(" %c %d", &event, &value) == 2) {
        if (event == 'F')
            continue;
        int seat = 0;
        for (int step = top; step > 0; step /= 2)
            if (seat + step <= n && tree[seat + step] < value)
                value -= tree[seat += step];
        std::printf("%d\n", ++seat);
        for (; seat <= n; seat += seat & -seat)
            tree[seat]--;
    }
}
