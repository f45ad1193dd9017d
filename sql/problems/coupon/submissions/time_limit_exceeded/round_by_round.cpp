// Relaxes all roads in rounds until nothing changes.
#include <algorithm>
#include <cstdio>
#include <vector>

struct Road {
    int a, b;
    long long toll;
};

int main()
{
    int n, m;
    if (std::scanf("%d %d", &n, &m) != 2)
        return 1;
    std::vector<Road> roads(m);
    for (auto &road : roads)
        if (std::scanf("%d %d %lld", &road.a, &road.b, &road.toll) != 3)
            return 1;
    const long long FAR = 1000000000000000000;
    std::vector<long long> full(n + 1, FAR), spent(n + 1, FAR);
    full[1] = 0;
    for (bool changed = true; changed;) {
        changed = false;
        auto relax = [&](int a, int b, long long toll) {
            const long long with = std::min(spent[a] + toll, full[a] + toll / 2);
            if (full[a] + toll < full[b]) {
                full[b] = full[a] + toll;
                changed = true;
            }
            if (with < spent[b]) {
                spent[b] = with;
                changed = true;
            }
        };
        for (const auto &road : roads) {
            relax(road.a, road.b, road.toll);
            relax(road.b, road.a, road.toll);
        }
    }
    std::printf("%lld\n", spent[n] < FAR ? spent[n] : -1);
}
