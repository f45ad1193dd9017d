#include <algorithm>
#include <iostream>
#include <map>

int main()
{
    std::ios::sync_with_stdio(false);
    int n, size, pairs = 0;
    char side;
    std::map<int, int> left, right;
    std::cin >> n;
    while (n-- && std::cin >> side >> size)
        (side == 'L' ? left : right)[size]++;
    for (const auto &[of_size, count] : left)
        if (auto other = right.find(of_size); other != right.end())
            pairs += std::min(count, other->second);
    std::cout << pairs << '\n';
}
