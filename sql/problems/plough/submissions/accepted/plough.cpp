// Distances from the plough and from the gate, over free squares; then every drift is tried.
#include <algorithm>
#include <iostream>
#include <queue>
#include <string>
#include <vector>

static int h, w;
static std::vector<std::string> yard;
static const int FAR = 1000000000;

static std::vector<int> distances(char from)
{
    std::vector<int> result(h * w, FAR);
    std::queue<int> queue;
    for (int at = 0; at < h * w; at++)
        if (yard[at / w][at % w] == from) {
            result[at] = 0;
            queue.push(at);
        }
    for (; !queue.empty(); queue.pop()) {
        const int at = queue.front(), i = at / w, j = at % w;
        if (yard[i][j] == '#')
            continue; // reached, but not left again
        for (const auto [y, x] : {std::pair(i, j + 1), {i + 1, j}, {i, j - 1}, {i - 1, j}})
            if (y >= 0 && y < h && x >= 0 && x < w && result[y * w + x] == FAR) {
                result[y * w + x] = result[at] + 1;
                queue.push(y * w + x);
            }
    }
    return result;
}

int main()
{
    std::cin >> h >> w;
    yard.resize(h);
    for (auto &row : yard)
        std::cin >> row;
    const auto from_plough = distances('S'), from_gate = distances('G');
    int best = FAR;
    for (int at = 0; at < h * w; at++)
        best = std::min(best, from_plough[at] + from_gate[at]);
    if (best < FAR)
        std::cout << best << '\n';
    else
        std::cout << "stuck\n";
}
