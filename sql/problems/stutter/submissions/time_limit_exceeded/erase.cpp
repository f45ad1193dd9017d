// Moves the rest of the message for every letter struck out.
#include <iostream>
#include <string>

int main()
{
    std::size_t k, run = 1, removed = 0;
    std::string message;
    std::cin >> k >> message;
    for (std::size_t i = 1; i < message.size();) {
        run = message[i] == message[i - 1] ? run + 1 : 1;
        if (run > k) {
            message.erase(i, 1);
            run--;
            removed++;
        } else {
            i++;
        }
    }
    std::cout << message << '\n' << removed << '\n';
}
