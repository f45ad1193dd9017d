#include <chrono>
#include <ctime>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

static int deep(int n)
{
    volatile char here[64];
    here[n % 64] = static_cast<char>(n);
    return n ? deep(n - 1) + here[n % 64] * 0 : 0;
}

int main()
{
    std::string word;
    long n, sum = 0, value;
    std::cin >> word >> n;
    while (std::cin >> value)
        sum += value;
    if (word == "spin")
        while (clock() / (CLOCKS_PER_SEC / 1000) < n)
            ;
    if (word == "sleep")
        std::this_thread::sleep_for(std::chrono::milliseconds(n));
    std::vector<std::vector<char>> taken;
    if (word == "take")
        for (long i = 0; i < n; i++)
            taken.emplace_back(1 << 20, static_cast<char>(i + 1));
    if (word == "deep")
        sum += deep(static_cast<int>(n));
    if (word == "crash")
        throw std::runtime_error("crash");
    if (word == "quiet")
        return 0;
    std::cout << sum << "\n";
    if (word == "pad")
        std::cout << std::string(static_cast<size_t>(n), ' ');
    std::cout.flush();
    return word == "exit" ? static_cast<int>(n) : 0;
}
