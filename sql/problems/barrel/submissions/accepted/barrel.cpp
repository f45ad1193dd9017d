#include <algorithm>
#include <cstdio>

int main()
{
    long long n, size, rain, need, level = 0, lost = 0, fetched = 0;
    if (std::scanf("%lld %lld", &n, &size) != 2)
        return 1;
    while (n-- && std::scanf("%lld %lld", &rain, &need) == 2) {
        const long long kept = std::min(rain, size - level);
        lost += rain - kept;
        level += kept;
        const long long taken = std::min(need, level);
        fetched += need - taken;
        level -= taken;
    }
    std::printf("%lld %lld\n", lost, fetched);
}
