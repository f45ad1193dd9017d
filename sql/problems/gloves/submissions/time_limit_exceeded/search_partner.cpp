// Looks through all right gloves for every left one.
#include <cstdio>
#include <vector>

int main()
{
    int n, size, pairs = 0;
    char side;
    std::vector<int> left, right;
    if (std::scanf("%d", &n) != 1)
        return 1;
    while (n-- && std::scanf(" %c %d", &side, &size) == 2)
        (side == 'L' ? left : right).push_back(size);
    for (int one : left)
        for (int &other : right)
            if (other == one) {
                other = 0;
                pairs++;
                break;
            }
    std::printf("%d\n", pairs);
}
