// Blocks of seats with the number of free ones in each.
#include <cstdio>
#include <vector>

int main()
{
    const int size = 700;
    int n, q, value;
    char event;
    if (std::scanf("%d %d", &n, &q) != 2)
        return 1;
    std::vector<char> free(n, 1);
    std::vector<int> blocks(n / size + 1);
    for (int i = 0; i < n; i++)
        blocks[i / size]++;
    while (q-- && std::scanf(" %c %d", &event, &value) == 2) {
        if (event == 'F') {
            free[value - 1] = 1;
            blocks[(value - 1) / size]++;
            continue;
        }
        int block = 0;
        while (blocks[block] < value)
            value -= blocks[block++];
        int seat = block * size;
        while ((value -= free[seat]) > 0)
            seat++;
        free[seat] = 0;
        blocks[block]--;
        std::printf("%d\n", seat + 1);
    }
}
