// The stamp that begins a line: TAI64N as daemontools writes it, or ISO 8601 with microseconds. Pure.
//
//   @4000000037c219bf2ef02e94 text
//   2026-11-21T21:43:51.123456Z text
//   2026-11-21T22:43:51.123456+01:00 text
#pragma once

#include "tools/logtools/script.hpp"

#include <array>
#include <ctime>
#include <string_view>

namespace reeve::logtools {

struct stamp_text {
    // Copied whole, which is faster than copying what is used: a buffer for lines has so much room more.
    static constexpr std::size_t room = 48;
    std::array<char, room> bytes{};
    std::size_t size = 0;

    std::string_view view() const { return {bytes.data(), size}; }
};

// `offset`: seconds that local time is ahead of UTC; only for stamp_kind::local.
stamp_text make_stamp(stamp_kind kind, timespec now, long offset);

} // namespace reeve::logtools
