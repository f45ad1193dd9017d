// Digit by digit from the left: number of beginnings by last digit, sum, and whether still at the
// limit.
#include <iostream>
#include <map>
#include <string>
#include <tuple>

static long long below(long long limit, int m) // from 1 to limit - 1
{
    const std::string digits = std::to_string(limit);
    std::map<std::tuple<int, int, bool>, long long> states; // last digit or -1, sum, below already
    states[{-1, 0, false}] = 1;
    for (const char c : digits) {
        std::map<std::tuple<int, int, bool>, long long> next;
        for (const auto &[state, count] : states) {
            const auto [last, sum, smaller] = state;
            for (int digit = 0; digit < 10; digit++) {
                if (digit == last || (!smaller && digit > c - '0'))
                    continue;
                const bool started = last >= 0 || digit > 0;
                next[{started ? digit : -1, (sum + digit) % m, smaller || digit < c - '0'}] +=
                    count;
            }
        }
        states = next;
    }
    long long count = 0;
    for (const auto &[state, number] : states)
        if (std::get<0>(state) >= 0 && std::get<1>(state) == 0 && std::get<2>(state))
            count += number;
    return count;
}

int main()
{
    long long a, b;
    int m;
    std::cin >> a >> b >> m;
    std::cout << below(b + 1, m) - below(a, m) << '\n';
}
