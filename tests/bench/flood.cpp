// flood SIZE TOTAL [BLOCK]: writes numbered lines of SIZE bytes, newline included, until TOTAL bytes are written; one
// write(2) for each line, or for BLOCK bytes of lines. What feeds the loggers that are measured.
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <unistd.h>

namespace {
std::uint64_t number_of(const char* text) {
    std::uint64_t value = 0;
    std::from_chars(text, text + std::strlen(text), value);
    return value;
}

bool write_whole(const char* at, std::uint64_t size) {
    while (size > 0) {
        ssize_t put = ::write(STDOUT_FILENO, at, size);
        if (put <= 0) return false;
        at += put;
        size -= static_cast<std::uint64_t>(put);
    }
    return true;
}
} // namespace

int main(int count, char** arguments) {
    constexpr std::uint64_t most = 1024 * 1024;
    static char block[most];
    if (count < 3) return 100;
    std::uint64_t size = number_of(arguments[1]), total = number_of(arguments[2]);
    std::uint64_t wanted = count > 3 ? number_of(arguments[3]) : size;
    std::uint64_t lines = std::max<std::uint64_t>(wanted / size, 1);
    if (size < 2 || lines * size > most) return 100;
    constexpr std::string_view filling = "abcdefghijklmnopqrstuvwxyz ";
    for (std::uint64_t i = 0; i < lines * size; ++i)
        block[i] = i % size == size - 1 ? '\n' : filling[i % size % filling.size()];
    std::uint64_t number = 0;
    constexpr std::uint64_t digits = 9;
    for (std::uint64_t done = 0; done < total; done += lines * size) {
        if (size > digits + 1) // each line is another one, so that nothing can take it for the last
            for (std::uint64_t line = 0; line < lines; ++line, ++number)
                for (std::uint64_t digit = digits, rest = number; digit-- > 0; rest /= 10)
                    block[line * size + digit] = static_cast<char>('0' + rest % 10);
        if (!write_whole(block, lines * size)) return 111;
    }
    return 0;
}
