// Tries both choices on every summit, again for each choice above it.
#include <algorithm>
#include <cstdio>
#include <utility>
#include <vector>

static std::vector<long long> values;
static std::vector<std::vector<int>> neighbours;

static std::pair<long long, int> best(int summit, int from, bool allowed)
{
    std::pair<long long, int> without{0, 0}, with{values[summit], -1};
    for (int other : neighbours[summit])
        if (other != from) {
            const auto below = best(other, summit, true);
            without.first += below.first;
            without.second += below.second;
        }
    if (!allowed)
        return without;
    for (int other : neighbours[summit])
        if (other != from) {
            const auto below = best(other, summit, false);
            with.first += below.first;
            with.second += below.second;
        }
    return std::max(with, without);
}

int main()
{
    int n;
    if (std::scanf("%d", &n) != 1)
        return 1;
    values.resize(n);
    neighbours.resize(n);
    for (long long &value : values)
        if (std::scanf("%lld", &value) != 1)
            return 1;
    for (int a, b; std::scanf("%d %d", &a, &b) == 2;) {
        neighbours[--a].push_back(--b);
        neighbours[b].push_back(a);
    }
    const auto result = best(0, -1, true);
    std::printf("%lld %d\n", result.first, -result.second);
}
