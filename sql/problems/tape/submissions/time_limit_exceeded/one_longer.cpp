// Tries one length after the other.
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
    for (int length = 0;; length++) {
        int strips = 0, end = -1;
        for (int mark : marks)
            if (mark > end) {
                strips++;
                end = mark + length;
            }
        if (strips <= k) {
            std::printf("%d\n", length);
            return 0;
        }
    }
}
