// Looks at all earlier offers for each one.
#include <algorithm>
#include <cstdio>
#include <vector>

int main()
{
    int n, rest;
    if (std::scanf("%d %d", &n, &rest) != 2)
        return 1;
    struct Offer {
        long long begin, end, pay, best;
    };
    std::vector<Offer> offers(n);
    for (auto &offer : offers)
        if (std::scanf("%lld %lld %lld", &offer.begin, &offer.end, &offer.pay) != 3)
            return 1;
    std::sort(offers.begin(), offers.end(),
              [](const Offer &a, const Offer &b) { return a.end < b.end; });
    long long best = 0;
    for (int i = 0; i < n; i++) {
        offers[i].best = offers[i].pay;
        for (int j = 0; j < i; j++)
            if (offers[j].end + rest < offers[i].begin)
                offers[i].best = std::max(offers[i].best, offers[j].best + offers[i].pay);
        best = std::max(best, offers[i].best);
    }
    std::printf("%lld\n", best);
}
