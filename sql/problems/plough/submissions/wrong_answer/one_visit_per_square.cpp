// Marks a square as seen whether the blade is broken there or not.
#include <iostream>
#include <queue>
#include <string>
#include <tuple>
#include <vector>

int main()
{
    int h, w;
    std::cin >> h >> w;
    std::vector<std::string> yard(h);
    std::vector<std::vector<bool>> seen(h, std::vector<bool>(w));
    std::queue<std::tuple<int, int, int, int>> queue;
    for (int i = 0; i < h; i++) {
        std::cin >> yard[i];
        for (int j = 0; j < w; j++)
            if (yard[i][j] == 'S') {
                queue.emplace(i, j, 0, 0);
                seen[i][j] = true;
            }
    }
    for (; !queue.empty(); queue.pop()) {
        const auto [i, j, broken, moves] = queue.front();
        if (yard[i][j] == 'G') {
            std::cout << moves << '\n';
            return 0;
        }
        for (const auto [y, x] : {std::pair(i, j + 1), {i + 1, j}, {i, j - 1}, {i - 1, j}}) {
            if (y < 0 || y >= h || x < 0 || x >= w || seen[y][x])
                continue;
            if (yard[y][x] == '#' && broken)
                continue;
            seen[y][x] = true;
            queue.emplace(y, x, broken || yard[y][x] == '#', moves + 1);
        }
    }
    std::cout << "stuck\n";
}
