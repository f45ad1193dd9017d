// Backwards, with lists of members: the smaller group moves into the larger.
#include <algorithm>
#include <cstdio>
#include <numeric>
#include <vector>

int main()
{
    int n, m, q;
    if (std::scanf("%d %d %d", &n, &m, &q) != 3)
        return 1;
    std::vector<std::pair<int, int>> bridges(m);
    for (auto &[a, b] : bridges) {
        if (std::scanf("%d %d", &a, &b) != 2)
            return 1;
        a--;
        b--;
    }
    std::vector<int> snapping(q), answers(q), group(n);
    std::vector<bool> snaps(m);
    for (int &bridge : snapping) {
        if (std::scanf("%d", &bridge) != 1)
            return 1;
        snaps[--bridge] = true;
    }
    std::iota(group.begin(), group.end(), 0);
    std::vector<std::vector<int>> members(n);
    for (int i = 0; i < n; i++)
        members[i] = {i};
    std::size_t largest = 1;
    auto build = [&](int bridge) {
        int a = group[bridges[bridge].first], b = group[bridges[bridge].second];
        if (a == b)
            return;
        if (members[a].size() < members[b].size())
            std::swap(a, b);
        for (int island : members[b]) {
            group[island] = a;
            members[a].push_back(island);
        }
        members[b].clear();
        largest = std::max(largest, members[a].size());
    };
    for (int i = 0; i < m; i++)
        if (!snaps[i])
            build(i);
    for (int i = q - 1; i >= 0; i--) {
        answers[i] = (int)largest;
        build(snapping[i]);
    }
    for (int answer : answers)
        std::printf("%d\n", answer);
}
