// Cuts leaves off one after the other; pairs of (visitors, minus lookouts) compare as wanted.
#include <algorithm>
#include <cstdio>
#include <utility>
#include <vector>

using Result = std::pair<long long, int>;

static Result operator+(Result a, Result b)
{
    return {a.first + b.first, a.second + b.second};
}

int main()
{
    int n;
    if (std::scanf("%d", &n) != 1)
        return 1;
    std::vector<Result> with(n), without(n);
    std::vector<int> degree(n), mixed(n); // mixed: all neighbours left, exclusive-ored
    for (auto &result : with) {
        if (std::scanf("%lld", &result.first) != 1)
            return 1;
        result.second = -1;
    }
    for (int a, b; std::scanf("%d %d", &a, &b) == 2;) {
        degree[--a]++;
        degree[--b]++;
        mixed[a] ^= b;
        mixed[b] ^= a;
    }
    int root = 0;
    for (int i = 0; i < n; i++)
        for (int leaf = i; degree[leaf] == 1;) {
            const int up = mixed[leaf];
            degree[leaf] = 0;
            degree[up]--;
            mixed[up] ^= leaf;
            with[up] = with[up] + without[leaf];
            without[up] = without[up] + std::max(with[leaf], without[leaf]);
            leaf = root = up;
        }
    const Result best = std::max(with[root], without[root]);
    std::printf("%lld %d\n", best.first, -best.second);
}
