// Sells at most one pair of each size.
#include <iostream>
#include <set>

int main()
{
    int n, size, pairs = 0;
    char side;
    std::set<int> left, right;
    std::cin >> n;
    while (n-- && std::cin >> side >> size)
        (side == 'L' ? left : right).insert(size);
    for (int of_size : left)
        pairs += (int)right.count(of_size);
    std::cout << pairs << '\n';
}
