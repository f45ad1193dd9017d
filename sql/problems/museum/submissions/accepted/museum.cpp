#include <algorithm>
#include <cstdio>
#include <utility>
#include <vector>

int main()
{
    int n, come, leave;
    if (std::scanf("%d", &n) != 1)
        return 1;
    std::vector<std::pair<int, int>> changes; // minute, and by how much
    while (n-- && std::scanf("%d %d", &come, &leave) == 2) {
        changes.emplace_back(come, 1);
        changes.emplace_back(leave, -1);
    }
    std::sort(changes.begin(), changes.end());
    int inside = 0, most = 0, minutes = 0;
    for (std::size_t i = 0; i + 1 < changes.size(); i++) {
        inside += changes[i].second;
        const int lasting = changes[i + 1].first - changes[i].first;
        if (lasting > 0 && inside > most) {
            most = inside;
            minutes = 0;
        }
        if (inside == most)
            minutes += lasting;
    }
    std::printf("%d %d\n", most, minutes);
}
