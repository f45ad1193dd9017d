// Removes one drift after the other and searches the whole yard each time.
#include <algorithm>
#include <iostream>
#include <queue>
#include <string>
#include <vector>

static int search(const std::vector<std::string> &yard, int h, int w)
{
    std::vector<int> moves(h * w, -1);
    std::queue<int> queue;
    for (int at = 0; at < h * w; at++)
        if (yard[at / w][at % w] == 'S') {
            moves[at] = 0;
            queue.push(at);
        }
    for (; !queue.empty(); queue.pop()) {
        const int at = queue.front(), i = at / w, j = at % w;
        if (yard[i][j] == 'G')
            return moves[at];
        for (const auto [y, x] : {std::pair(i, j + 1), {i + 1, j}, {i, j - 1}, {i - 1, j}})
            if (y >= 0 && y < h && x >= 0 && x < w && yard[y][x] != '#' && moves[y * w + x] < 0) {
                moves[y * w + x] = moves[at] + 1;
                queue.push(y * w + x);
            }
    }
    return 1000000000;
}

int main()
{
    int h, w;
    std::cin >> h >> w;
    std::vector<std::string> yard(h);
    for (auto &row : yard)
        std::cin >> row;
    int best = search(yard, h, w);
    for (auto &row : yard)
        for (char &square : row)
            if (square == '#') {
                square = '.';
                best = std::min(best, search(yard, h, w));
                square = '#';
            }
    if (best < 1000000000)
        std::cout << best << '\n';
    else
        std::cout << "stuck\n";
}
