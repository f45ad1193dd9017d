// For every kind the place where it was seen last; the oldest of these begins the stretch.
#include <algorithm>
#include <cstdio>
#include <set>
#include <unordered_map>

int main()
{
    int n;
    if (std::scanf("%d", &n) != 1)
        return 1;
    std::unordered_map<int, int> last_seen;
    std::set<int> places;
    std::size_t best_kinds = 0;
    int best = 0;
    for (int i = 0, kind; i < n && std::scanf("%d", &kind) == 1; i++) {
        auto [entry, fresh] = last_seen.try_emplace(kind, i);
        if (!fresh) {
            places.erase(entry->second);
            entry->second = i;
        }
        places.insert(i);
        const int length = i - *places.begin() + 1;
        if (places.size() > best_kinds || length < best)
            best = length;
        best_kinds = places.size();
    }
    std::printf("%d\n", best);
}
