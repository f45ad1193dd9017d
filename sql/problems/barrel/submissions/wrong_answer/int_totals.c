/* The totals do not fit 32 bits. */
#include <stdio.h>

int main(void)
{
    unsigned n, size, rain, need, level = 0, lost = 0, fetched = 0;
    if (scanf("%u %u", &n, &size) != 2)
        return 1;
    while (n-- > 0 && scanf("%u %u", &rain, &need) == 2) {
        level += rain;
        if (level > size) {
            lost += level - size;
            level = size;
        }
        if (need > level) {
            fetched += need - level;
            level = 0;
        } else {
            level -= need;
        }
    }
    printf("%u %u\n", lost, fetched);
    return 0;
}
