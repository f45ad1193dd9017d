// Starts anew at every stall.
#include <algorithm>
#include <cstdio>
#include <unordered_set>
#include <vector>

int main()
{
    int n;
    if (std::scanf("%d", &n) != 1)
        return 1;
    std::vector<int> street(n);
    for (int &kind : street)
        if (std::scanf("%d", &kind) != 1)
            return 1;
    const std::size_t kinds = std::unordered_set<int>(street.begin(), street.end()).size();
    int best = n;
    for (int begin = 0; begin < n; begin++) {
        std::unordered_set<int> seen;
        for (int end = begin; end < n; end++) {
            seen.insert(street[end]);
            if (seen.size() == kinds) {
                best = std::min(best, end - begin + 1);
                break;
            }
        }
    }
    std::printf("%d\n", best);
}
