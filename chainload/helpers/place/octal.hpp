// File modes as they stand on command lines: octal numbers.
#pragma once

#include <optional>
#include <string_view>
#include <sys/types.h>

namespace reeve::chainload {

// An octal number up to `most`; nothing for anything else.
inline std::optional<mode_t> parse_octal(std::string_view text, mode_t most) {
    mode_t value = 0;
    for (char c : text) {
        if (c < '0' || c > '7' || value > most / 8) return std::nullopt;
        value = value * 8 + static_cast<mode_t>(c - '0');
    }
    if (text.empty() || value > most) return std::nullopt;
    return value;
}

} // namespace reeve::chainload
