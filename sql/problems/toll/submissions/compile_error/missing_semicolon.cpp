#include <iostream>

int main()
{
    long long n, k, cargo, coins = 0 std::cin >> n >> k;
    while (n-- && std::cin >> cargo)
        coins += (cargo + k - 1) / k;
    std::cout << coins << '\n';
}
