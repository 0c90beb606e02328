// An input as a command line: one word to a line, and as the list of pointers that a program gets.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace reeve::tests {

// One word at the least, which may be empty. No word of a command line holds a NUL.
inline std::vector<std::string> split_words(std::string_view input) {
    std::vector<std::string> words(1);
    for (char c : input)
        if (c == '\n')
            words.emplace_back();
        else if (c != '\0')
            words.back() += c;
    return words;
}

// A copy of the words that may be written to, and ends with a null pointer.
class argument_list {
public:
    explicit argument_list(const std::vector<std::string>& words)
        : words_(words) {
        for (std::string& word : words_) pointers_.push_back(word.data());
        pointers_.push_back(nullptr);
    }
    argument_list(const argument_list&) = delete;
    argument_list& operator=(const argument_list&) = delete;

    char** data() { return pointers_.data(); }

private:
    std::vector<std::string> words_;
    std::vector<char*> pointers_;
};

} // namespace reeve::tests
