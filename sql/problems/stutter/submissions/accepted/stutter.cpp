#include <iostream>
#include <string>

int main()
{
    std::ios::sync_with_stdio(false);
    std::size_t k, run = 0;
    std::string message, cleaned;
    std::cin >> k >> message;
    for (std::size_t i = 0; i < message.size(); i++) {
        run = i > 0 && message[i] == message[i - 1] ? run + 1 : 1;
        if (run <= k)
            cleaned += message[i];
    }
    std::cout << cleaned << '\n' << message.size() - cleaned.size() << '\n';
}
