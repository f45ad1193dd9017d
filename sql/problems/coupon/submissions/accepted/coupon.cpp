// Dijkstra's algorithm over towns and whether the coupon is spent.
#include <cstdio>
#include <functional>
#include <queue>
#include <tuple>
#include <vector>

int main()
{
    int n, m;
    if (std::scanf("%d %d", &n, &m) != 2)
        return 1;
    std::vector<std::vector<std::pair<int, int>>> roads(n + 1);
    for (int a, b, toll; m-- && std::scanf("%d %d %d", &a, &b, &toll) == 3;) {
        roads[a].emplace_back(b, toll);
        roads[b].emplace_back(a, toll);
    }
    using State = std::tuple<long long, int, int>; // cost, town, spent
    std::priority_queue<State, std::vector<State>, std::greater<State>> queue;
    std::vector<long long> costs[2] = {std::vector<long long>(n + 1, -1),
                                       std::vector<long long>(n + 1, -1)};
    queue.emplace(0, 1, 0);
    while (!queue.empty()) {
        const auto [cost, town, spent] = queue.top();
        queue.pop();
        if (costs[spent][town] >= 0)
            continue;
        costs[spent][town] = cost;
        for (const auto &[other, toll] : roads[town]) {
            queue.emplace(cost + toll, other, spent);
            if (!spent)
                queue.emplace(cost + toll / 2, other, 1);
        }
    }
    std::printf("%lld\n", costs[1][n]);
}
