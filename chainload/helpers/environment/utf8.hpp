// Whether a text is UTF-8 as systemd takes it: scalar values but noncharacters (U+FDD0 to U+FDEF, U+nFFFE, U+nFFFF), in
// their shortest form.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace reeve::chainload {

inline bool is_utf8(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        auto first = static_cast<unsigned char>(text[at++]);
        if (first < 0x80) continue;
        int more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
        if (first < 0xC0 || first >= 0xF8 || text.size() - at < static_cast<std::size_t>(more)) return false;
        std::uint32_t point = first & (0x3Fu >> more);
        for (int i = 0; i < more; ++i) {
            auto next = static_cast<unsigned char>(text[at++]);
            if ((next & 0xC0) != 0x80) return false;
            point = point << 6 | (next & 0x3Fu);
        }
        constexpr std::uint32_t least[] = {0, 0x80, 0x800, 0x10000};
        if (point < least[more] || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return false;
        if ((point >= 0xFDD0 && point <= 0xFDEF) || (point & 0xFFFE) == 0xFFFE) return false;
    }
    return true;
}

} // namespace reeve::chainload
