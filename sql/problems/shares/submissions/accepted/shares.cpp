#include <cstdio>
#include <unordered_map>

int main()
{
    long long n, k, profit, sum = 0, ways = 0;
    if (std::scanf("%lld %lld", &n, &k) != 2)
        return 1;
    std::unordered_map<long long, long long> seen{{0, 1}};
    while (n-- && std::scanf("%lld", &profit) == 1) {
        sum = ((sum + profit) % k + k) % k;
        ways += seen[sum]++;
    }
    std::printf("%lld\n", ways);
}
