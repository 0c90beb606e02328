#include "tools/svctl/display_width.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace reeve::svctl {

namespace {
struct block {
    char32_t first, last;
};
constexpr std::array<block, 17> without_width{{{0x0300, 0x036f},
                                               {0x0483, 0x0489},
                                               {0x0591, 0x05bd},
                                               {0x0610, 0x061a},
                                               {0x064b, 0x065f},
                                               {0x06d6, 0x06dc},
                                               {0x0900, 0x0902},
                                               {0x093c, 0x093c},
                                               {0x0e31, 0x0e31},
                                               {0x0e34, 0x0e3a},
                                               {0x1ab0, 0x1aff},
                                               {0x1dc0, 0x1dff},
                                               {0x200b, 0x200f},
                                               {0x20d0, 0x20f0},
                                               {0xfe00, 0xfe0f},
                                               {0xfe20, 0xfe2f},
                                               {0xe0100, 0xe01ef}}};
constexpr std::array<block, 22> wide{
    {{0x1100, 0x115f},   {0x231a, 0x231b},  {0x2329, 0x232a}, {0x23e9, 0x23ec}, {0x2614, 0x2615},
     {0x2648, 0x2653},   {0x26a1, 0x26a1},  {0x2705, 0x2705}, {0x274c, 0x274c}, {0x2753, 0x2755},
     {0x2e80, 0x303e},   {0x3041, 0x33ff},  {0x3400, 0x4dbf}, {0x4e00, 0xa4cf}, {0xa960, 0xa97f},
     {0xac00, 0xd7a3},   {0xf900, 0xfaff},  {0xfe30, 0xfe6f}, {0xff00, 0xff60}, {0xffe0, 0xffe6},
     {0x1f300, 0x1faff}, {0x20000, 0x3fffd}}};

template <std::size_t N>
bool in_blocks(const std::array<block, N>& blocks, char32_t c) {
    auto after = std::upper_bound(blocks.begin(), blocks.end(), c,
                                  [](char32_t v, const block& b) { return v < b.first; });
    return after != blocks.begin() && c <= std::prev(after)->last;
}

// One character of `text`: how many bytes it takes, and its code point. `valid` is false for a byte that is
// no UTF-8 (overlong forms and surrogates are none); it then counts for itself.
struct character {
    std::size_t size;
    char32_t code;
    bool valid;
};
character first_of(std::string_view text) {
    auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    unsigned char lead = byte(0);
    if (lead < 0x80) return {1, lead, true};
    std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return {1, lead, false};
    char32_t code = lead & (0xffu >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xc0) != 0x80) return {1, lead, false};
        code = code << 6 | (byte(i) & 0x3fu);
    }
    constexpr std::array<char32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
    if (code < least[size] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return {1, lead, false};
    return {size, code, true};
}

std::size_t width_of(const character& c) {
    if (!c.valid) return 1;
    if (c.code < 0x300) return 1;
    if (in_blocks(without_width, c.code)) return 0;
    return in_blocks(wide, c.code) ? 2 : 1;
}

bool is_control(char32_t code) {
    return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

// The length of a colour sequence at the beginning of `text`, 0 if there is none.
std::size_t colour_sequence(std::string_view text) {
    if (!text.starts_with("\x1b[")) return 0;
    std::size_t end = text.find_first_not_of("0123456789;:", 2);
    return end != std::string_view::npos && text[end] == 'm' ? end + 1 : 0;
}
} // namespace

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    while (!text.empty()) {
        character c = first_of(text);
        width += width_of(c);
        text.remove_prefix(c.size);
    }
    return width;
}

std::string cut_to_width(std::string_view text, std::size_t width) {
    if (display_width(text) <= width) return std::string(text);
    if (width == 0) return {};
    std::string kept;
    std::size_t used = 0;
    while (!text.empty()) {
        character c = first_of(text);
        if (used + width_of(c) > width - 1) break;
        used += width_of(c);
        kept += text.substr(0, c.size);
        text.remove_prefix(c.size);
    }
    return kept + "…";
}

std::string safe_to_show(std::string_view text, bool keep_colours) {
    constexpr char digits[] = "0123456789abcdef";
    std::string shown;
    shown.reserve(text.size());
    while (!text.empty()) {
        std::size_t colours = keep_colours ? colour_sequence(text) : 0;
        character c = first_of(text);
        std::size_t size = colours > 0 ? colours : c.size;
        if (colours > 0 || (c.valid && (!is_control(c.code) || c.code == '\t'))) {
            shown += text.substr(0, size);
        } else {
            for (std::size_t i = 0; i < size; ++i) {
                auto byte = static_cast<unsigned char>(text[i]);
                shown += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
            }
        }
        text.remove_prefix(size);
    }
    return shown;
}

std::string as_utf8(std::string_view text) {
    std::string valid;
    valid.reserve(text.size());
    while (!text.empty()) {
        character c = first_of(text);
        valid += c.valid ? text.substr(0, c.size) : std::string_view("\xef\xbf\xbd");
        text.remove_prefix(c.size);
    }
    return valid;
}

} // namespace reeve::svctl
