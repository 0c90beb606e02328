// A block: a command that stands inside another one's command line, as in `if { test -e x } echo y`. Two ways to write
// it are read:
//   " test" " -e" " x" ""   as execlineb hands it over: a blank before each word, an empty word as the end. As with
//                           execline's own programs a word without the blank is taken as it is
//   "{" "test" "-e" "x" "}" as a shell passes on what stands there; blocks in it are counted, so that they may nest
// The words stay where they are; reading changes the list: the blank is cut off, the end becomes a null pointer.
#pragma once

#include "chainload/text.hpp"

#include <optional>
#include <string_view>

namespace reeve::chainload {

struct block {
    char** command; // ends with a null pointer, and may have no word at all
    char** rest;    // what follows the block
};

inline constexpr std::string_view open_block = "{", close_block = "}";

// For process::wrong_usage, if no block begins at words[0]. Where there is no word at all the usage says enough.
inline text_buffer<128> no_block(std::string_view name, char** words) {
    if (words[0] == nullptr) return {};
    return text_buffer<128>(name, ": a block is { COMMAND ... }, each brace a word of its own\n");
}

// The block that begins at words[0]. Nothing, and nothing changed: there is none, or it has no end.
inline std::optional<block> read_block(char** words) {
    if (words[0] == nullptr) return std::nullopt;
    bool literal = words[0] == open_block;
    char** first = literal ? words + 1 : words;
    char** end = first;
    for (int depth = 0;; ++end) {
        if (*end == nullptr) return std::nullopt;
        std::string_view word(*end);
        if (!literal && word.empty()) break;
        if (!literal) continue;
        if (word == close_block && depth-- == 0) break;
        if (word == open_block) ++depth;
    }
    if (!literal)
        for (char** word = first; word != end; ++word)
            if (**word == ' ') ++*word;
    *end = nullptr;
    return block{first, end + 1};
}

} // namespace reeve::chainload
