// Forgets the bridges that never snap.
#include <algorithm>
#include <cstdio>
#include <numeric>
#include <utility>
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
    std::vector<std::pair<int, int>> bridges(m + 1);
    for (int i = 1; i <= m; i++)
        if (std::scanf("%d %d", &bridges[i].first, &bridges[i].second) != 2)
            return 1;
    std::vector<int> snapping(q), answers(q), size(n + 1, 1);
    for (int &bridge : snapping)
        if (std::scanf("%d", &bridge) != 1)
            return 1;
    parent.resize(n + 1);
    std::iota(parent.begin(), parent.end(), 0);
    int largest = 1;
    for (int i = q - 1; i >= 0; i--) {
        answers[i] = largest;
        int a = find(bridges[snapping[i]].first), b = find(bridges[snapping[i]].second);
        if (a == b)
            continue;
        if (size[a] < size[b])
            std::swap(a, b);
        parent[b] = a;
        size[a] += size[b];
        largest = std::max(largest, size[a]);
    }
    for (int answer : answers)
        std::printf("%d\n", answer);
}
