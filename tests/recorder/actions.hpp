// The actions of a recorder script: one table of name, number of words, and function. README.md in this folder
// lists them for the people who write tests.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace reeve::recorder {

inline constexpr std::size_t most_words = 8;

// One line of a script, cut into words that end in NUL. `rest` is all that follows the first word.
struct line {
    std::array<const char*, most_words> words{};
    std::size_t count = 0;
    const char* rest = "";
};

enum class outcome { go_on, skip_next, bad };

// What the script's process was started with, `$0` being the script.
void remember_arguments(int count, char** arguments);

outcome act(const line& entry);

} // namespace reeve::recorder
