#include <functional>
#include <iostream>
#include <list>
#include <string>
#include <vector>

int main()
{
    std::string mood;
    int rows, columns, islands = 0;
    std::cin >> mood >> rows >> columns;
    std::vector<std::string> map(rows);
    for (auto &row : map)
        std::cin >> row;
    std::function<bool(int, int)> sink = [&](int row, int column) {
        if (row < 0 || column < 0 || row == rows || column == columns || map[row][column] != '#')
            return false;
        map[row][column] = '.';
        sink(row - 1, column), sink(row + 1, column), sink(row, column - 1), sink(row, column + 1);
        return true;
    };
    for (int row = 0; row < rows; row++)
        for (int column = 0; column < columns; column++)
            islands += sink(row, column);
    if (mood == "crash")
        islands += map.at(rows)[0];
    volatile int turns = 0;
    while (mood == "slow")
        turns = turns + 1;
    std::list<std::vector<int>> all;
    while (mood == "greedy")
        all.emplace_back(100000, 1);
    std::cout << islands + (mood == "wrong") << std::endl;
}
