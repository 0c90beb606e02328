// UTF-8, one character at a time.
#pragma once

#include <cstddef>
#include <string_view>

namespace reeve::chainload {

// How many bytes at the start of `text` are one valid UTF-8 character (RFC 3629: no overlong forms, no
// surrogates, nothing above U+10FFFF); 0 if they are none.
constexpr std::size_t utf8_length(std::string_view text) {
    auto at = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
    auto continues = [&](std::size_t i) { return (at(i) & 0xc0) == 0x80; };
    unsigned first = at(0);
    if (text.empty()) return 0;
    if (first < 0x80) return 1;
    if (first >= 0xc2 && first <= 0xdf) return continues(1) ? 2 : 0;
    if (first >= 0xe0 && first <= 0xef) {
        bool shortest = first != 0xe0 || at(1) >= 0xa0, no_surrogate = first != 0xed || at(1) < 0xa0;
        return continues(1) && continues(2) && shortest && no_surrogate ? 3 : 0;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        bool shortest = first != 0xf0 || at(1) >= 0x90, in_range = first != 0xf4 || at(1) < 0x90;
        return continues(1) && continues(2) && continues(3) && shortest && in_range ? 4 : 0;
    }
    return 0;
}

} // namespace reeve::chainload
