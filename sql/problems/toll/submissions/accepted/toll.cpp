#include <iostream>

int main()
{
    std::ios::sync_with_stdio(false);
    std::cin.tie(nullptr);
    long long n, k, cargo, coins = 0;
    std::cin >> n >> k;
    while (n-- && std::cin >> cargo)
        coins += cargo / k + (cargo % k != 0);
    std::cout << coins << '\n';
}
