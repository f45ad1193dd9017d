// Measures only the first time that it was so full.
#include <cstdio>
#include <map>

int main()
{
    int n, come, leave;
    if (std::scanf("%d", &n) != 1)
        return 1;
    std::map<int, int> changes;
    while (n-- && std::scanf("%d %d", &come, &leave) == 2) {
        changes[come]++;
        changes[leave]--;
    }
    int inside = 0, most = 0, minutes = 0;
    for (auto change = changes.begin(); change != changes.end();) {
        inside += change->second;
        const int from = change->first;
        if (++change == changes.end())
            break;
        if (inside > most) {
            most = inside;
            minutes = change->first - from;
        }
    }
    std::printf("%d %d\n", most, minutes);
}
