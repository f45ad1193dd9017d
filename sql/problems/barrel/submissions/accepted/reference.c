#include <stdio.h>

int main(void)
{
    long long n, size, rain, need, level = 0, lost = 0, fetched = 0;
    if (scanf("%lld %lld", &n, &size) != 2)
        return 1;
    while (n-- > 0 && scanf("%lld %lld", &rain, &need) == 2) {
        level += rain;
        if (level > size) {
            lost += level - size;
            level = size;
        }
        level -= need;
        if (level < 0) {
            fetched -= level;
            level = 0;
        }
    }
    printf("%lld %lld\n", lost, fetched);
    return 0;
}
