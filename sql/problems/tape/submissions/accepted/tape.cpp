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
    std::sort(marks.begin(), marks.end());
    auto enough = [&](int length) {
        auto mark = marks.begin();
        for (int strip = 0; strip < k && mark != marks.end(); strip++)
            mark = std::upper_bound(mark, marks.end(), *mark + length);
        return mark == marks.end();
    };
    int length = -1; // the longest that is not enough
    for (int step = 1 << 29; step > 0; step /= 2)
        if (!enough(length + step))
            length += step;
    std::printf("%d\n", length + 1);
}
