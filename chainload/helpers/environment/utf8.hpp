// Whether a text is UTF-8 as systemd takes it: none of the noncharacters (U+FDD0 to U+FDEF, U+nFFFE, U+nFFFF) in it.
#pragma once

#include "chainload/utf8.hpp"

namespace reeve::chainload {

constexpr bool is_noncharacter(std::string_view character) {
    auto at = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
    if (character.size() == 3 && at(0) == 0xef) {
        bool reserved = at(1) == 0xb7 && at(2) >= 0x90 && at(2) <= 0xaf;
        return reserved || (at(1) == 0xbf && at(2) >= 0xbe);
    }
    return character.size() == 4 && (at(1) & 0x0f) == 0x0f && at(2) == 0xbf && at(3) >= 0xbe;
}

constexpr bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        std::size_t length = utf8_length(text);
        if (length == 0 || is_noncharacter(text.substr(0, length))) return false;
        text.remove_prefix(length);
    }
    return true;
}

} // namespace reeve::chainload
