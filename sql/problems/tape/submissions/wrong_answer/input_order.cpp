// Takes the scratches as if they were sorted.
#include <algorithm>
#include <cstdio>
#include <vector>

int main()
{
    int n, k;
    if (std::scanf("%d %d", &n, &k) != 2)
        return 1;
    std::vector<int> marks(n);
    for (int &mark : marks)
        if (std::scanf("%d", &mark) != 1)
            return 1;
    int low = 0, high = 1000000000;
    while (low < high) {
        const int middle = low + (high - low) / 2;
        int strips = 0;
        long long end = -1;
        for (int mark : marks)
            if (mark > end) {
                strips++;
                end = (long long)mark + middle;
            }
        if (strips <= k)
            high = middle;
        else
            low = middle + 1;
    }
    std::printf("%d\n", low);
}
