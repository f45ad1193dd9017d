// Walks along the row for every guest.
#include <cstdio>
#include <vector>

int main()
{
    int n, q, value;
    char event;
    if (std::scanf("%d %d", &n, &q) != 2)
        return 1;
    std::vector<bool> taken(n + 1);
    while (q-- && std::scanf(" %c %d", &event, &value) == 2) {
        if (event == 'F') {
            taken[value] = false;
            continue;
        }
        int seat = 0;
        while (value > 0)
            value -= !taken[++seat];
        taken[seat] = true;
        std::printf("%d\n", seat);
    }
}
