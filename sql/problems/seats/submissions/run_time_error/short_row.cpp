// Makes the row as long as there may be events, not as long as there may be seats.
#include <cstdio>
#include <vector>

int main()
{
    int n, q, value;
    char event;
    if (std::scanf("%d %d", &n, &q) != 2)
        return 1;
    std::vector<int> tree(100001);
    for (int i = 1; i <= n; i++)
        tree.at(i) = i & -i;
    while (q-- && std::scanf(" %c %d", &event, &value) == 2) {
        int seat = value, change = 1;
        if (event == 'T') {
            seat = 0;
            for (int step = 1 << 16; step > 0; step /= 2)
                if (seat + step <= n && tree.at(seat + step) < value)
                    value -= tree.at(seat += step);
            std::printf("%d\n", ++seat);
            change = -1;
        }
        for (; seat <= n; seat += seat & -seat)
            tree.at(seat) += change;
    }
}
