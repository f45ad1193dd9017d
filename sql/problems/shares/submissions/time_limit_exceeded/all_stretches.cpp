// Adds up every stretch.
#include <cstdio>
#include <vector>

int main()
{
    int n, k;
    if (std::scanf("%d %d", &n, &k) != 2)
        return 1;
    std::vector<int> profits(n);
    for (int &profit : profits)
        if (std::scanf("%d", &profit) != 1)
            return 1;
    long long ways = 0;
    for (int begin = 0; begin < n; begin++) {
        long long sum = 0;
        for (int end = begin; end < n; end++) {
            sum += profits[end];
            ways += sum % k == 0;
        }
    }
    std::printf("%lld\n", ways);
}
