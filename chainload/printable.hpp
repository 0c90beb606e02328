// Texts of others on their way to a terminal or a log: what could move a cursor, change a title or feign a line is
// taken out. Names of files, lines of configurations and status texts may hold anything.
#pragma once

#include "chainload/utf8.hpp"

namespace reeve::chainload {

// The control characters of ASCII and, in UTF-8, those of ISO 8859 (U+0080 to U+009F).
constexpr bool is_control(std::string_view character) {
    auto first = static_cast<unsigned char>(character[0]);
    return first < 0x20 || first == 0x7f ||
           (first == 0xc2 && character.size() == 2 && static_cast<unsigned char>(character[1]) < 0xa0);
}

// Calls add(part) for each character of `text`, with `instead` in place of a control character, and "?" in place of
// each byte that is no UTF-8.
template <class Add>
constexpr void each_printable(std::string_view text, std::string_view instead, Add&& add) {
    while (!text.empty()) {
        std::size_t length = utf8_length(text);
        std::string_view character = text.substr(0, length == 0 ? 1 : length);
        add(length == 0 ? "?" : is_control(character) ? instead : character);
        text.remove_prefix(character.size());
    }
}

constexpr bool is_printable(std::string_view text) {
    for (std::size_t length; !text.empty(); text.remove_prefix(length)) {
        length = utf8_length(text);
        if (length == 0 || is_control(text.substr(0, length))) return false;
    }
    return true;
}

} // namespace reeve::chainload
