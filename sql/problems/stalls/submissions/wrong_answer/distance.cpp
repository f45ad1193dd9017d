// Counts the steps between the first and the last stall, not the stalls.
#include <algorithm>
#include <cstdio>
#include <map>
#include <vector>

int main()
{
    int n;
    if (std::scanf("%d", &n) != 1)
        return 1;
    std::vector<int> street(n);
    std::map<int, int> all, count;
    for (int &kind : street)
        if (std::scanf("%d", &kind) == 1)
            all[kind]++;
    int best = n;
    for (int begin = 0, end = 0; end < n; end++) {
        count[street[end]]++;
        while (count[street[begin]] > 1)
            count[street[begin++]]--;
        if (count.size() == all.size())
            best = std::min(best, end - begin);
    }
    std::printf("%d\n", best);
}
