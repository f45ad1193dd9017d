// Begins the next job on the last day of rest.
#include <algorithm>
#include <cstdio>
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
              [](const Offer &a, const Offer &b) { return a.end < b.end; });
    std::vector<long long> ends, best{0};
    for (const auto &offer : offers) {
        const auto before = std::upper_bound(ends.begin(), ends.end(), offer.begin - rest);
        best.push_back(std::max(best.back(), best[before - ends.begin()] + offer.pay));
        ends.push_back(offer.end);
    }
    std::printf("%lld\n", best.back());
}
