// Finds all groups anew after each snap.
#include <algorithm>
#include <cstdio>
#include <numeric>
#include <vector>

static std::vector<int> parent;

static int find(int island)
{
    while (parent[island] != island)
        island = parent[island] = parent[parent[island]];
    return island;
}

int main()
{
    int n, m, q;
    if (std::scanf("%d %d %d", &n, &m, &q) != 3)
        return 1;
    std::vector<std::pair<int, int>> bridges(m);
    for (auto &[a, b] : bridges)
        if (std::scanf("%d %d", &a, &b) != 2)
            return 1;
    std::vector<bool> snapped(m);
    parent.resize(n + 1);
    for (int bridge; q-- && std::scanf("%d", &bridge) == 1;) {
        snapped[bridge - 1] = true;
        std::iota(parent.begin(), parent.end(), 0);
        std::vector<int> size(n + 1, 1);
        int largest = 1;
        for (int i = 0; i < m; i++) {
            const int a = find(bridges[i].first), b = find(bridges[i].second);
            if (snapped[i] || a == b)
                continue;
            parent[a] = b;
            largest = std::max(largest, size[b] += size[a]);
        }
        std::printf("%d\n", largest);
    }
}
