// Asks all visitors at every coming and going.
#include <algorithm>
#include <cstdio>
#include <vector>

int main()
{
    int n;
    if (std::scanf("%d", &n) != 1)
        return 1;
    std::vector<int> comings(n), goings(n), times;
    for (int i = 0; i < n; i++) {
        if (std::scanf("%d %d", &comings[i], &goings[i]) != 2)
            return 1;
        times.push_back(comings[i]);
        times.push_back(goings[i]);
    }
    std::sort(times.begin(), times.end());
    int most = 0, minutes = 0;
    for (std::size_t i = 0; i + 1 < times.size(); i++) {
        int inside = 0;
        for (int j = 0; j < n; j++)
            if (comings[j] <= times[i] && times[i] < goings[j])
                inside++;
        if (inside > most) {
            most = inside;
            minutes = 0;
        }
        if (inside == most)
            minutes += times[i + 1] - times[i];
    }
    std::printf("%d %d\n", most, minutes);
}
