// busy LINES MILLISECONDS: a service that writes so many numbered lines to stdout, lives for so long and ends with 1, to
// be started again. SIGHUP is taken and changes nothing.
#include "tests/bench/record.hpp"

#include <charconv>
#include <csignal>
#include <cstring>

int main(int count, char** words) {
    if (count < 3) return 100;
    int lines = std::atoi(words[1]), milliseconds = std::atoi(words[2]);
    ::signal(SIGHUP, [](int) {});
    char line[80];
    std::memset(line, '.', sizeof line);
    line[sizeof line - 1] = '\n';
    for (int number = 0; number < lines; ++number) {
        auto [end, error] = std::to_chars(line, line + 12, number);
        std::memset(end, ' ', static_cast<std::size_t>(line + 12 - end));
        if (::write(STDOUT_FILENO, line, sizeof line) < 0) return 111;
    }
    timespec left{milliseconds / 1000, milliseconds % 1000 * 1'000'000L};
    while (::nanosleep(&left, &left) != 0) {
    }
    return 1;
}
