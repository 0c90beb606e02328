// The names of old files: "@", 24 hexadecimal digits, and ".s" (complete), ".u" (was open at an outage) or
// ".s.zst" (complete, compressed). Pure.
//
// The smallest name is the oldest file, for daemontools' clients too. So that this stays true when the clock is set
// back, a new name is never smaller than the newest there is: then it is that one and a nanosecond.
#pragma once

#include "chainload/hex.hpp"
#include "chainload/tai64n.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace reeve::logtools {

inline constexpr std::size_t label_size = 25;
using label = std::array<char, label_size>;

// What counts as an old file, as daemontools counts: whatever begins like a label.
constexpr bool is_old_name(std::string_view name) {
    return name.size() >= label_size && name[0] == '@';
}

inline label make_label(const chainload::tai64n& stamp) {
    label text;
    auto digits = chainload::format_hex(stamp);
    text[0] = '@';
    std::copy(digits.begin(), digits.end(), text.begin() + 1);
    return text;
}

// The label of a file that is closed at `now`, behind all files up to `newest` (all zero: there is none).
inline chainload::tai64n next_stamp(chainload::tai64n now, const chainload::tai64n& newest) {
    if (now > newest) return now;
    now = newest;
    for (std::size_t i = now.size(); i-- > 0;)
        if (++now[i] != 0) break;
    return now;
}

// The stamp in an old file's name; all zero if it is none of ours.
inline chainload::tai64n stamp_of(std::string_view name) {
    if (!is_old_name(name)) return {};
    return chainload::parse_hex<chainload::tai64n_bytes>(name.substr(1, label_size - 1))
        .value_or(chainload::tai64n{});
}

} // namespace reeve::logtools
