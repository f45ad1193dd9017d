// Does not care for the number of lookouts where visitors are equal.
#include <cstdio>
#include <vector>

int main()
{
    int n;
    if (std::scanf("%d", &n) != 1)
        return 1;
    std::vector<long long> with(n), without(n);
    std::vector<int> lookouts_with(n, 1), lookouts_without(n), degree(n), mixed(n);
    for (long long &value : with)
        if (std::scanf("%lld", &value) != 1)
            return 1;
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
            const bool take = with[leaf] >= without[leaf];
            with[up] += without[leaf];
            lookouts_with[up] += lookouts_without[leaf];
            without[up] += take ? with[leaf] : without[leaf];
            lookouts_without[up] += take ? lookouts_with[leaf] : lookouts_without[leaf];
            leaf = root = up;
        }
    if (with[root] >= without[root])
        std::printf("%lld %d\n", with[root], lookouts_with[root]);
    else
        std::printf("%lld %d\n", without[root], lookouts_without[root]);
}
