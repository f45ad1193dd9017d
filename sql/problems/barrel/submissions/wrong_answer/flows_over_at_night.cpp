// Lets the barrel flow over only after the watering.
#include <cstdio>

int main()
{
    long long n, size, rain, need, level = 0, lost = 0, fetched = 0;
    if (std::scanf("%lld %lld", &n, &size) != 2)
        return 1;
    while (n-- && std::scanf("%lld %lld", &rain, &need) == 2) {
        level += rain - need;
        if (level < 0) {
            fetched -= level;
            level = 0;
        }
        if (level > size) {
            lost += level - size;
            level = size;
        }
    }
    std::printf("%lld %lld\n", lost, fetched);
}
