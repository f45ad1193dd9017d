#include <algorithm>
#include <cstdio>
#include <vector>

int main()
{
    int n, m;
    if (std::scanf("%d %d", &n, &m) != 2)
        return 1;
    std::vector<int> departures(n);
    for (int &minute : departures)
        if (std::scanf("%d", &minute) != 1)
            return 1;
    for (int guest; m-- && std::scanf("%d", &guest) == 1;) {
        auto next = std::lower_bound(departures.begin(), departures.end(), guest);
        std::printf("%d\n", next == departures.end() ? -1 : *next - guest);
    }
}
