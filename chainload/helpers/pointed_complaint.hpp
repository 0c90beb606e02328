// A complaint that points into a text of the command line: two lines, the second with a caret under the place. For
// process::wrong_usage.
//   at: daily 03:61
//   at:          ^ minutes are 0 to 59
#pragma once

#include "chainload/text.hpp"

namespace reeve::chainload {

// `where` is a byte of `text`, or its end. Of a long text only what is near to the place is shown.
inline text_buffer<512> point_at(std::string_view name, std::string_view text, std::size_t where,
                                 std::string_view what) {
    constexpr std::size_t before = 100, most = 160;
    auto is_inner_byte = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }; // of UTF-8
    std::size_t begin = where > before ? where - before : 0;
    while (begin > 0 && begin < text.size() && is_inner_byte(text[begin])) --begin;
    std::size_t end = text.size() - begin > most ? begin + most : text.size();
    while (end < text.size() && is_inner_byte(text[end])) --end;
    text_buffer<512> lines(name, ": ");
    for (char c : text.substr(begin, end - begin))
        lines.add(static_cast<unsigned char>(c) < ' ' || c == '\x7f' ? ' ' : c);
    lines.add('\n').add(name).add(": ");
    for (char c : text.substr(begin, where - begin))
        if (!is_inner_byte(c)) lines.add(' ');
    lines.add("^ ").add(what).add('\n');
    return lines;
}

} // namespace reeve::chainload
