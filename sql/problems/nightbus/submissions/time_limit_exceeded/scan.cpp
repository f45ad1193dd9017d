// Reads the whole timetable for every guest.
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
        int i = 0;
        while (i < n && departures[i] < guest)
            i++;
        std::printf("%d\n", i < n ? departures[i] - guest : -1);
    }
}
