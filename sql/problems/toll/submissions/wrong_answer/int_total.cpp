// The total does not fit 32 bits.
#include <iostream>

int main()
{
    int n, k, cargo;
    unsigned coins = 0;
    std::cin >> n >> k;
    while (n-- && std::cin >> cargo)
        coins += cargo / k + (cargo % k != 0);
    std::cout << coins << '\n';
}
