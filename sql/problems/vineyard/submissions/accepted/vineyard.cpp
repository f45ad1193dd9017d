// Walks through the days: what was earned by jobs that are over and rested from is `free`.
#include <algorithm>
#include <cstdio>
#include <functional>
#include <queue>
#include <vector>

int main()
{
    int n, rest;
    if (std::scanf("%d %d", &n, &rest) != 2)
        return 1;
    struct Offer {
        long long begin, end, pay;
    };
    std::vector<Offer> offers(n);
    for (auto &offer : offers)
        if (std::scanf("%lld %lld %lld", &offer.begin, &offer.end, &offer.pay) != 3)
            return 1;
    std::sort(offers.begin(), offers.end(),
              [](const Offer &a, const Offer &b) { return a.begin < b.begin; });
    using Done = std::pair<long long, long long>; // ready again on this day, earned so much
    std::priority_queue<Done, std::vector<Done>, std::greater<Done>> busy;
    long long free = 0, best = 0;
    for (const auto &offer : offers) {
        for (; !busy.empty() && busy.top().first <= offer.begin; busy.pop())
            free = std::max(free, busy.top().second);
        busy.emplace(offer.end + rest + 1, free + offer.pay);
        best = std::max(best, free + offer.pay);
    }
    std::printf("%lld\n", best);
}
