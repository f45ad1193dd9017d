#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

int main()
{
    std::string mood, word, best;
    std::map<std::string, int> counts;
    std::cin >> mood;
    while (std::cin >> word)
        counts[word]++;
    for (const auto &entry : counts)
        if (best.empty() || entry.second > counts[best])
            best = entry.first;
    if (mood == "crash")
        throw std::runtime_error("crash");
    if (mood == "slow")
        for (volatile int i = 0;;)
            i = 1 - i;
    std::vector<std::string> all;
    while (mood == "greedy")
        all.push_back(std::string(1 << 20, 'x'));
    std::cout << best << " " << counts[best] + (mood == "wrong") << "\n";
}
